// SPDX-License-Identifier: MIT
//
// `guidanced markdown`: the HTML of one Markdown text, or of a batch, under the site's settings.
#include "command.h"

#include "base/file.h"
#include "markdown/markdown.h"

// The site's Markdown options; CommonMark's if there is no site and none was named.
static bool read_command_options(const struct command_line *line, struct markdown_options *options)
{
    *options = markdown_defaults();
    const char *site = command_option(line, "site");
    struct error error = {0};
    if (!site && !file_exists("guidance.yaml"))
        return true;
    struct settings *settings = command_settings(line);
    if (!settings)
        return false;
    struct value object = settings->markdown;
    if (value_is(object, VALUE_OBJECT) && !markdown_options_from_value(options, object, &error)) {
        command_print_error(&error);
        return false;
    }
    return true;
}

static void run_case(const struct command_line *line, void *state, struct arena *arena,
                     struct slice text)
{
    (void)line;
    struct error error = {0};
    struct markdown_options options = *(const struct markdown_options *)state;
    struct buffer out = buffer_create(arena, 0);
    struct value all =
        value_from_json(arena, SLICE("standard input"), text, &VALUE_DATA_LIMITS, &error);
    struct value source = value_get(NULL, all, SLICE("markdown"));
    struct value own = value_get(NULL, all, SLICE("options"));
    if (!error_is_set(&error) && !value_is(source, VALUE_STRING))
        error_set(&error, ERROR_SYNTAX, "a case needs \"markdown\"");
    if (!error_is_set(&error) && value_is(own, VALUE_OBJECT))
        markdown_options_from_value(&options, own, &error);
    if (!error_is_set(&error))
        markdown_render(arena, &options, SLICE("markdown"), value_text(source), &out, NULL, &error);
    command_answer(arena, value_get(NULL, all, SLICE("id")), "html", buffer_slice(&out), &error);
}

static bool run_one(const struct command_line *line, const struct markdown_options *options,
                    struct buffer *out, struct error *error)
{
    const char *file = line->arguments[0];
    bool piped = strcmp(file, "-") == 0;
    struct slice source;
    if (!(piped ? command_read_stdin(line->arena, &source, error)
                : file_read(line->arena, file, COMMAND_INPUT_MAX, &source, error)))
        return false;
    struct slice name = piped ? SLICE("standard input") : slice_from_cstr(file);
    return markdown_render(line->arena, options, name, source, out, NULL, error);
}

int command_markdown(const struct command_line *line)
{
    struct markdown_options options;
    if (!read_command_options(line, &options))
        return COMMAND_USAGE;
    if (command_has(line, "batch"))
        return command_each_line(line, &options, run_case);
    if (line->argument_count != 1) {
        fprintf(stderr, "usage: guidanced %s\n", line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct buffer out = buffer_create(line->arena, 0);
    struct error error = {0};
    if (!run_one(line, &options, &out, &error)) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    return command_print(&out);
}
