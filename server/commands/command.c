// SPDX-License-Identifier: MIT
//
// The command line: from argv to a struct command_line, using the command's table of options.
#include "command.h"

#include "server/scripting.h"

#include <stdlib.h>
#include <sys/types.h>

const char *command_option(const struct command_line *line, const char *name)
{
    for (size_t i = line->value_count; i-- > 0;)
        if (strcmp(line->values[i].option->name, name) == 0)
            return line->values[i].text;
    return NULL;
}

bool command_has(const struct command_line *line, const char *name)
{
    return command_option(line, name) != NULL;
}

bool command_write(struct slice text)
{
    return fwrite(text.ptr ? text.ptr : "", 1, text.len, stdout) == text.len;
}

int command_print(const struct buffer *out)
{
    // Parts of it may have come from the arena too.
    if (out->failed || arena_failed(out->arena)) {
        fprintf(stderr, "guidanced: %s\n",
                out->overflow ? "the output is too long" : "out of memory");
        return COMMAND_BAD;
    }
    return command_write(buffer_slice(out)) ? COMMAND_OK : COMMAND_BAD;
}

void command_print_error(const struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    if (!arena) {
        fputs("guidanced: out of memory\n", stderr);
        return;
    }
    struct buffer text = buffer_create(arena, 0);
    error_format(error, &text);
    if (text.failed)
        fprintf(stderr, "error: %s\n", error->message);
    else
        fwrite(text.ptr, 1, text.len, stderr);
    arena_destroy(arena);
}

struct settings *command_read_settings(const struct command_line *line, struct arena *arena,
                                       bool optional, struct buffer *others, struct error *error)
{
    const char *site = command_option(line, "site");
    struct settings_reading reading = {.site = site ? site : ".",
                                       .config = command_option(line, "config"),
                                       .optional = optional,
                                       .flags = line->flags,
                                       .flag_count = line->flag_count,
                                       .others = others};
    return revision_settings(arena, &reading, line->repository, error);
}

struct settings *command_settings(const struct command_line *line)
{
    struct buffer others = buffer_create(line->arena, 0);
    struct error error = {0};
    struct settings *settings = command_read_settings(line, line->arena, false, &others, &error);
    if (!settings) {
        command_print_error(&error);
        fwrite(others.ptr ? others.ptr : "", 1, others.len, stderr);
    } else if (settings_have_sites(settings) && line->command->takes_site != COMMAND_SITES) {
        fprintf(stderr,
                "guidanced %s: this guidance.yaml lists several sites; name one with --site DIR\n",
                line->command->name);
        return NULL;
    } else {
        struct slice warnings = settings_warnings(settings);
        fwrite(warnings.ptr ? warnings.ptr : "", 1, warnings.len, stderr);
    }
    return settings;
}

bool command_is_directory(const struct command_line *line, const struct settings *settings)
{
    if (!settings->repository)
        return true;
    fprintf(stderr, "guidanced %s: a commit cannot be changed; name a directory with --site\n",
            line->command->name);
    return false;
}

// A site's JavaScript, and where it says what it was refused or warns of: standard error.
struct own_script {
    struct script *script;
    struct log *log;
};

static void destroy_script(void *state)
{
    struct own_script *own = state;
    script_destroy(own->script);
    log_destroy(own->log);
}

// What cannot be read now would be missing from all that the command prints or writes.
static struct site *load_undisturbed(const struct site_load_options *options, struct error *error)
{
    struct site *site = site_load(options, error);
    if (!site || !site_was_disturbed(site, error))
        return site;
    site_release(site);
    return NULL;
}

struct site *command_load(const struct site_load_options *options, struct arena *arena,
                          struct error *error)
{
    struct site_load_options with_script = *options;
    struct own_script *own = arena_zalloc(arena, 1, sizeof *own);
    if (!own || !(own->log = log_create(NULL, LOG_WARNING, LOG_TEXT, error))) {
        error_memory(error);
        return NULL;
    }
    own->script = scripting_start_patient(options->settings, arena, own->log, error);
    with_script.script = own->script;
    struct site *site = error_is_set(error) ? NULL : load_undisturbed(&with_script, error);
    if (site && site_on_free(site, destroy_script, own))
        return site;
    if (site) {
        site_release(site);
        error_memory(error);
    }
    destroy_script(own);
    return NULL;
}

struct site *command_site(const struct command_line *line, const struct settings *settings,
                          bool development)
{
    struct error error = {0};
    struct site_load_options options = {.settings = settings, .development = development};
    struct site *site = command_load(&options, line->arena, &error);
    if (!site)
        command_print_error(&error);
    return site;
}

unsigned command_print_problems(const struct site *site)
{
    size_t count;
    unsigned errors = 0;
    const struct site_problem *problems = site_problems(site, &count);
    for (size_t i = 0; i < count; i++) {
        if (problems[i].severity != SITE_ERROR ||
            slice_starts_with(slice_from_cstr(problems[i].rule), SLICE("navigation")))
            continue;
        struct error error = site_problem_error(site, i);
        if (site_problem_weight(site, i)) // else an earlier one stands for it
            command_print_error(&error);
        errors++;
    }
    return errors;
}

bool command_read_stdin(struct arena *arena, struct slice *out, struct error *error)
{
    struct buffer text = buffer_create(arena, COMMAND_INPUT_MAX);
    char block[4096];
    size_t got;
    while ((got = fread(block, 1, sizeof block, stdin)) > 0)
        buffer_append(&text, slice_of(block, got));
    *out = slice_of(text.ptr ? text.ptr : "", text.len);
    if (text.overflow)
        return error_set(error, ERROR_LIMIT, "standard input is longer than %d bytes",
                         COMMAND_INPUT_MAX);
    return !text.failed || error_memory(error);
}

int command_each_line(const struct command_line *line, void *state,
                      void (*fn)(const struct command_line *line, void *state, struct arena *arena,
                                 struct slice text))
{
    struct arena *arena = arena_create(0, 0);
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    while (arena && (length = getline(&text, &capacity, stdin)) >= 0) {
        struct slice trimmed = slice_trim(slice_of(text, (size_t)length));
        if (trimmed.len)
            fn(line, state, arena, trimmed);
        arena_reset(arena, 1 << 20);
    }
    free(text);
    arena_destroy(arena);
    return arena ? COMMAND_OK : COMMAND_FAILED;
}

void command_answer(struct arena *arena, struct value id, const char *key, struct slice output,
                    const struct error *error)
{
    struct buffer out = buffer_create(arena, 0);
    struct error ignored = {0};
    buffer_append_cstr(&out, "{\"id\":");
    if (value_is(id, VALUE_UNDEFINED) || !value_to_json(NULL, &out, id, 0, &ignored))
        buffer_append_cstr(&out, "null");
    struct buffer text = buffer_create(arena, 0);
    if (error_is_set(error)) {
        error_format(error, &text);
        output = buffer_slice(&text);
    }
    buffer_printf(&out, ",\"%s\":", error_is_set(error) ? "error" : key);
    buffer_append_json_string(&out, output);
    buffer_append_cstr(&out, "}\n");
    command_write(buffer_slice(&out));
    fflush(stdout);
}
