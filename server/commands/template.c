// SPDX-License-Identifier: MIT
//
// `guidanced template`: renders one Nunjucks template, or a batch of JSON cases, without a site.
#include "command.h"

#include "base/clock.h"
#include "base/file.h"
#include "template/template.h"

// Where templates come from: the case's own, then the directories of --path.
struct sources {
    struct value_realm *realm;
    struct value named; // object: name → source, or undefined
    const struct command_line *line;
};

static bool load_from_paths(const struct sources *sources, struct arena *arena, struct slice name,
                            struct slice *source, struct slice *file, struct error *error)
{
    const struct command_line *line = sources->line;
    for (size_t i = 0; i < line->value_count; i++) {
        if (strcmp(line->values[i].option->name, "path") != 0)
            continue;
        struct slice directory = slice_from_cstr(line->values[i].text);
        struct slice clean = path_normalise(arena, name);
        *file = path_join(arena, directory, clean);
        bool outside = clean.len && clean.ptr[0] == '/' && !path_below(arena, directory, clean).len;
        if (!outside && file->ptr && file_exists(file->ptr))
            return file_read(arena, file->ptr, COMMAND_INPUT_MAX, source, error);
    }
    return false;
}

static bool load_template_file(void *state, struct arena *arena, struct slice name,
                               struct slice *source, struct slice *file, struct error *error)
{
    const struct sources *sources = state;
    struct value text = value_get(sources->realm, sources->named, name);
    if (!value_is(text, VALUE_STRING))
        return load_from_paths(sources, arena, name, source, file, error);
    *source = value_text(text);
    *file = name;
    return true;
}

// In a case, names are relative to names; with --path, to files.
static struct slice resolve_include(void *state, struct arena *arena, struct slice parent,
                                    struct slice file, struct slice name)
{
    const struct sources *sources = state;
    struct slice by_name = path_normalise(arena, path_join(arena, path_directory(parent), name));
    const struct command_line *line = sources->line;
    if (value_is(value_get(sources->realm, sources->named, parent), VALUE_STRING))
        return by_name;
    struct slice path = path_normalise(arena, path_join(arena, path_directory(file), name));
    for (size_t i = 0; i < line->value_count; i++) {
        struct slice found, source, directory = slice_from_cstr(line->values[i].text);
        struct slice below = path_below(arena, directory, path);
        if (strcmp(line->values[i].option->name, "path") != 0 || !below.len)
            continue;
        struct error ignored = {0};
        if (load_from_paths(sources, arena, below, &source, &found, &ignored) &&
            slice_equal(path_normalise(arena, found), path))
            return below;
    }
    return by_name;
}

static struct slice tag(struct value tags, struct slice name)
{
    struct value v = value_get(NULL, tags, name);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

static bool template_flag(struct value options, struct slice name, bool fallback)
{
    struct value v = value_get(NULL, options, name);
    return value_is(v, VALUE_UNDEFINED) ? fallback : value_truthy(v);
}

static void read_template_options(struct template_options *out, struct value options)
{
    out->no_autoescape = !template_flag(options, SLICE("autoescape"), !out->no_autoescape);
    out->trim_blocks = template_flag(options, SLICE("trimBlocks"), out->trim_blocks);
    out->lstrip_blocks = template_flag(options, SLICE("lstripBlocks"), out->lstrip_blocks);
    out->throw_on_undefined =
        template_flag(options, SLICE("throwOnUndefined"), out->throw_on_undefined);
    struct value tags = value_get(NULL, options, SLICE("tags"));
    out->tags = (struct template_tags){
        tag(tags, SLICE("blockStart")),    tag(tags, SLICE("blockEnd")),
        tag(tags, SLICE("variableStart")), tag(tags, SLICE("variableEnd")),
        tag(tags, SLICE("commentStart")),  tag(tags, SLICE("commentEnd")),
    };
}

static struct template_options base_options(const struct command_line *line)
{
    return (struct template_options){
        .no_autoescape = command_has(line, "no-autoescape"),
        .trim_blocks = command_has(line, "trim-blocks"),
        .lstrip_blocks = command_has(line, "lstrip-blocks"),
        .throw_on_undefined = command_has(line, "throw-on-undefined"),
    };
}

// What to render: a text, or the name of a template.
struct job {
    struct slice name;
    struct slice file;
    struct slice source; // ptr NULL: load `name`
    struct value context;
    struct template_options options;
    bool disassemble;
    bool remember; // render a second time, using what the first remembered
};

static bool disassemble(const struct template *template, struct arena *arena, struct slice *text,
                        struct error *error)
{
    struct buffer out = buffer_create(arena, COMMAND_INPUT_MAX);
    template_disassemble(template, &out);
    *text = buffer_slice(&out);
    return !out.failed || error_memory(error);
}

static bool render_with(struct template_set *set, const struct job *job, struct value_realm *realm,
                        struct slice *text, struct error *error)
{
    const struct template *template =
        job->source.ptr
            ? template_compile(set, job->name, job->file, job->source, 1, SLICE_EMPTY, error)
            : template_get(set, job->name, error);
    if (!template)
        return false;
    if (job->disassemble)
        return disassemble(template, realm->arena, text, error);
    struct template_context context = {
        .layers = {job->context}, .count = 1, .remember = job->remember};
    struct template_output output;
    if (job->remember) {
        struct value_realm first = *realm;
        value_freeze(job->context);
        if (!template_render(template, &context, &first, &output, error))
            return false;
    }
    if (!template_render(template, &context, realm, &output, error))
        return false;
    *text = template_output_text(realm->arena, &output);
    return text->ptr || output.length == 0 || error_memory(error);
}

static bool render_job(struct job *job, struct sources *sources, struct value_realm *realm,
                       struct slice *text, struct error *error)
{
    job->options.loader = load_template_file;
    job->options.resolver = resolve_include;
    job->options.loader_state = sources;
    struct template_set *set = template_set_create(&job->options, error);
    if (!set)
        return false;
    struct slice inside = SLICE_EMPTY;
    bool ok = render_with(set, job, realm, &inside, error);
    // The text may point into the set, which is freed now.
    *text = ok ? arena_copy(realm->arena, inside) : SLICE_EMPTY;
    template_set_destroy(set);
    return ok && (text->ptr || error_memory(error));
}

// ---- a batch of JSON lines ----

static bool read_job(struct arena *arena, struct slice text, struct job *job, struct value *all,
                     struct error *error)
{
    *all = value_from_json(arena, SLICE("standard input"), text, &VALUE_DATA_LIMITS, error);
    if (error_is_set(error))
        return false;
    struct value source = value_get(NULL, *all, SLICE("template"));
    struct value name = value_get(NULL, *all, SLICE("name"));
    job->name = value_is(name, VALUE_STRING) ? value_text(name) : SLICE_EMPTY;
    job->file = SLICE("template");
    if (value_is(source, VALUE_STRING))
        job->source = value_text(source);
    else if (!job->name.len)
        return error_set(error, ERROR_SYNTAX, "a case needs \"template\" or \"name\"");
    job->context = value_get(NULL, *all, SLICE("context"));
    read_template_options(&job->options, value_get(NULL, *all, SLICE("options")));
    return true;
}

static void run_case(const struct command_line *line, void *state, struct arena *arena,
                     struct slice text)
{
    (void)state;
    struct error error = {0};
    struct value all = value_undefined();
    struct job job = {.options = base_options(line), .remember = command_has(line, "remember")};
    struct value_realm realm = value_realm_create(arena);
    realm.now_ms = clock_wall_ms();
    struct slice output = SLICE_EMPTY;
    if (read_job(arena, text, &job, &all, &error)) {
        struct sources sources = {&realm, value_get(NULL, all, SLICE("templates")), line};
        render_job(&job, &sources, &realm, &output, &error);
    }
    command_answer(arena, value_get(NULL, all, SLICE("id")), "output", output, &error);
}

// ---- one template ----

static bool read_context(const struct command_line *line, struct job *job, struct error *error)
{
    const char *file = command_option(line, "context");
    struct slice text;
    if (!file)
        return true;
    if (!file_read(line->arena, file, COMMAND_INPUT_MAX, &text, error))
        return false;
    job->context =
        value_from_json(line->arena, slice_from_cstr(file), text, &VALUE_DATA_LIMITS, error);
    return !error_is_set(error);
}

static bool run_one(const struct command_line *line, struct slice *output, struct error *error)
{
    struct job job = {.options = base_options(line),
                      .disassemble = command_has(line, "disassemble"),
                      .remember = command_has(line, "remember")};
    const char *file = line->arguments[0];
    bool piped = strcmp(file, "-") == 0;
    job.file = job.name = piped ? SLICE("standard input") : slice_from_cstr(file);
    if (!read_context(line, &job, error) ||
        !(piped ? command_read_stdin(line->arena, &job.source, error)
                : file_read(line->arena, file, COMMAND_INPUT_MAX, &job.source, error)))
        return false;
    struct value_realm realm = value_realm_create(line->arena);
    realm.now_ms = clock_wall_ms();
    struct sources sources = {&realm, value_undefined(), line};
    return render_job(&job, &sources, &realm, output, error);
}

int command_template(const struct command_line *line)
{
    if (command_has(line, "batch"))
        return command_each_line(line, NULL, run_case);
    if (line->argument_count != 1) {
        fprintf(stderr, "usage: guidanced %s\n", line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct error error = {0};
    struct slice output;
    if (!run_one(line, &output, &error)) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    return command_write(output) ? COMMAND_OK : COMMAND_BAD;
}
