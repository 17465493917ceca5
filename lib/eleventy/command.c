// SPDX-License-Identifier: MIT
//
// The configuration and directories that a project is built with, from the command line in its
// scripts that calls Eleventy.
#include "eleventy.h"

// The build script comes first; one that serves probably has the same options.
static const char *const PREFERRED[] = {"build", "start", "dev", "serve", "watch"};

static bool is_eleventy(struct slice word)
{
    return slice_equal(word, SLICE("eleventy")) || slice_ends_with(word, SLICE("/eleventy")) ||
           slice_ends_with(word, SLICE("eleventy/cmd.js")) ||
           slice_ends_with(word, SLICE("eleventy/cmd.cjs"));
}

static struct slice unquoted(struct slice word)
{
    bool quoted = word.len > 1 && (word.ptr[0] == '"' || word.ptr[0] == '\'') &&
                  word.ptr[word.len - 1] == word.ptr[0];
    return quoted ? slice_sub(word, 1, word.len - 1) : word;
}

static void take_option(struct project *project, struct slice name, struct slice value)
{
    if (slice_equal(name, SLICE("--config")))
        project->config = value;
    else if (slice_equal(name, SLICE("--input")))
        project->command.input = value;
    else if (slice_equal(name, SLICE("--output")))
        project->command.output = value;
    else if (slice_equal(name, SLICE("--pathprefix")))
        project->command.path_prefix = value;
}

// False: it does not call Eleventy.
static bool read_command(struct project *project, struct slice text)
{
    struct slice word, name = SLICE_EMPTY;
    bool called = false, ended = false;
    while (!ended && slice_split(&text, ' ', &word)) {
        size_t equals = slice_find_byte(word, '=', 0);
        bool option = slice_starts_with(word, SLICE("--"));
        if (!called)
            called = is_eleventy(unquoted(word));
        else if (option && equals != SIZE_MAX)
            take_option(project, slice_sub(word, 0, equals),
                        unquoted(slice_sub(word, equals + 1, word.len)));
        else if (name.len && word.len && !option)
            take_option(project, name, unquoted(word));
        name = option && equals == SIZE_MAX ? word : SLICE_EMPTY;
        ended = called && (slice_equal(word, SLICE("&&")) || slice_equal(word, SLICE("|")) ||
                           slice_equal(word, SLICE("||")) || slice_ends_with(word, SLICE(";")));
    }
    return called;
}

static struct slice script_text(const struct value_object *scripts, uint32_t i)
{
    struct value v = scripts->values[i];
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

void project_read_command(struct project *project, struct value scripts)
{
    if (!value_is(scripts, VALUE_OBJECT))
        return;
    const struct value_object *view = value_object_view(NULL, scripts);
    for (size_t p = 0; p < sizeof PREFERRED / sizeof *PREFERRED; p++)
        for (uint32_t i = 0; i < view->count; i++)
            if (slice_equal(view->keys[i].text, slice_from_cstr(PREFERRED[p])) &&
                read_command(project, script_text(view, i)))
                return;
    for (uint32_t i = 0; i < view->count; i++)
        if (read_command(project, script_text(view, i)))
            return;
}
