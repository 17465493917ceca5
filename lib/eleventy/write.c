// SPDX-License-Identifier: MIT
//
// What `init --from-eleventy` leaves behind: guidance.yaml, a file of macros to fill in for filters
// and shortcodes that were programs, and the list of what was not carried over.
#include "eleventy.h"

#define MACROS_FOLDER "from-eleventy"

// ---- guidance.yaml ----

static void text_line(struct buffer *out, const char *key, struct slice text)
{
    buffer_printf(out, "%s: ", key);
    buffer_append_json_string(out, text); // YAML in double quotes
    buffer_append_byte(out, '\n');
}

// A mapping or list, one member per line; deeper levels in JSON, which is also YAML.
static void block(struct project *project, struct buffer *out, const char *key, struct value v)
{
    struct error ignored = {0};
    struct slice name;
    if (value_is(v, VALUE_UNDEFINED))
        return;
    buffer_printf(out, "%s:\n", key);
    const struct value_object *view = value_is(v, VALUE_OBJECT) ? value_object_view(NULL, v) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++) {
        name = view->keys[i].text;
        bool plain = name.len > 0;
        for (size_t k = 0; k < name.len; k++)
            plain &= ((name.ptr[k] | 0x20) >= 'a' && (name.ptr[k] | 0x20) <= 'z') ||
                     name.ptr[k] == '_' || name.ptr[k] == '/' || name.ptr[k] == '.' ||
                     (name.ptr[k] == '-' && k);
        buffer_append_cstr(out, "  ");
        if (plain)
            buffer_append(out, name);
        else
            buffer_append_json_string(out, name);
        buffer_append_cstr(out, ": ");
        value_to_json(NULL, out, view->values[i], 0, &ignored);
        buffer_append_byte(out, '\n');
    }
    for (uint32_t i = 0; i < value_length(NULL, v); i++) {
        buffer_append_cstr(out, "  - ");
        value_to_json(NULL, out, value_item(NULL, v, i), 0, &ignored);
        buffer_append_byte(out, '\n');
    }
    (void)project;
}

static struct slice below_input(struct project *project, struct slice path)
{
    return path_normalise(project->arena, path_join(project->arena, project->input, path));
}

static void macro_setting(struct project *project, struct buffer *out, const char *setting,
                          char kind)
{
    for (size_t i = 0; i < project->macro_count; i++)
        if (project->macros[i].kind == kind) {
            buffer_printf(out, "%s: [%s/%s.njk]\n", setting, MACROS_FOLDER, setting);
            return;
        }
}

// Search paths other than guidanced's own.
static void template_paths(struct project *project, struct buffer *out)
{
    struct value paths = value_undefined();
    struct slice includes = below_input(project, project->includes);
    for (uint32_t i = 0; i < value_length(NULL, project->template_paths); i++) {
        struct value v = value_item(NULL, project->template_paths, i);
        struct slice path =
            value_is(v, VALUE_STRING) ? path_normalise(project->arena, value_text(v)) : SLICE_EMPTY;
        if (!slice_equal(path, includes))
            project_push(project, &paths, value_string(path.len ? path : SLICE(".")));
    }
    block(project, out, "template_paths", paths);
}

static void directories(struct project *project, struct buffer *out)
{
    struct slice input = path_normalise(project->arena, project->input);
    text_line(out, "input", input.len ? input : SLICE("."));
    text_line(out, "includes", below_input(project, project->includes));
    if (project->layouts.len)
        text_line(out, "layouts", below_input(project, project->layouts));
    text_line(out, "data", project->data);
    text_line(out, "output", path_normalise(project->arena, project->output));
}

// Eleventy takes "below" for "/below"; a variable's value is not known.
static void prefix_line(const struct project *project, struct buffer *out, struct slice prefix)
{
    bool rooted = !prefix.len || strchr("/$", prefix.ptr[0]);
    text_line(out, "path_prefix", rooted ? prefix : ARENA_JOIN(project->arena, SLICE("/"), prefix));
}

static void write_head(struct project *project, struct buffer *out)
{
    buffer_printf(out,
                  "# Made by `guidanced init --from-eleventy` from %.*s.\n"
                  "# docs/settings.md of guidanced lists every key.\n\n",
                  SLICE_ARG(project->config.len ? project->config : SLICE("package.json")));
    text_line(out, "name", project->name.len ? project->name : SLICE("Guidance"));
}

static void write_settings(struct project *project, struct buffer *out)
{
    write_head(project, out);
    directories(project, out);
    template_paths(project, out);
    if (value_is(project->path_prefix, VALUE_STRING))
        prefix_line(project, out, value_text(project->path_prefix));
    if (project->version && project->version < 2)
        buffer_append_cstr(out, "eleventy_version: 1\n");
    block(project, out, "passthrough", project->passthrough);
    block(project, out, "ignores", project->ignores);
    if (project->no_gitignore)
        buffer_append_cstr(out, "use_gitignore: false\n");
    block(project, out, "markdown", project->markdown);
    block(project, out, "toc", project->toc);
    block(project, out, "imports", project->imports);
    macro_setting(project, out, "filters", 'f');
    macro_setting(project, out, "shortcodes", 's');
    macro_setting(project, out, "paired_shortcodes", 'p');
    block(project, out, "collections", project->collections);
    block(project, out, "globals", project->globals);
    block(project, out, "nunjucks_globals", project->nunjucks_globals);
    if (project->no_autoescape)
        buffer_append_cstr(out, "autoescape: false\n");
    if (project->no_markdown_templates)
        buffer_append_cstr(out, "markdown_templates: false\n");
    if (project->trim_blocks)
        buffer_append_cstr(out, "trim_blocks: true\n");
    if (project->lstrip_blocks)
        buffer_append_cstr(out, "lstrip_blocks: true\n");
    if (project->throw_on_undefined)
        buffer_append_cstr(out, "throw_on_undefined: true\n");
}

// ---- macros ----

// A filter returns its input, a shortcode shows its first argument, a paired one its body, so that
// every page is served and gaps are visible.
static void write_macros(const struct project *project, char kind, struct buffer *out)
{
    static const struct {
        char kind;
        const char *form;
    } FORMS[] = {{'f', "{% macro NAME(input) %}{{ input | safe }}{% endmacro %}\n"},
                 {'s', "{% macro NAME(first) %}{{ first }}{% endmacro %}\n"},
                 {'p', "{% macro NAME(first) %}{{ caller() }}{% endmacro %}\n"}};
    buffer_append_cstr(out,
                       "{#\n  To be filled in: these were JavaScript functions. Each is called as "
                       "before; give it\n  the parameters it is called with.\n#}\n");
    for (size_t i = 0; i < project->macro_count; i++)
        for (size_t k = 0; k < sizeof FORMS / sizeof *FORMS; k++) {
            struct slice form = slice_from_cstr(FORMS[k].form);
            size_t at = slice_find(form, SLICE("NAME"), 0);
            if (project->macros[i].kind != kind || FORMS[k].kind != kind)
                continue;
            if (project->macros[i].date_format.len) {
                buffer_printf(
                    out, "{%% macro %.*s(input) %%}{{ input | date(\"%.*s\") }}{%% endmacro %%}\n",
                    SLICE_ARG(project->macros[i].name), SLICE_ARG(project->macros[i].date_format));
                continue;
            }
            buffer_append(out, slice_sub(form, 0, at));
            buffer_append(out, project->macros[i].name);
            buffer_append(out, slice_sub(form, at + 4, form.len));
        }
}

static bool write_file(struct project *project, struct slice path, struct slice content,
                       struct error *error)
{
    struct slice full = path_join(project->arena, slice_from_cstr(project->directory), path);
    struct slice parent = arena_copy(project->arena, path_directory(full));
    struct file_info info;
    struct error missing = {0};
    // Nor is anything written that may lack what there was no memory for.
    if (arena_failed(project->arena))
        return error_memory(error);
    if (file_stat(full.ptr, &info, &missing))
        return true; // already filled in
    if (missing.code != ERROR_NOT_FOUND) {
        *error = missing;
        return false;
    }
    return (!parent.len || file_make_directories(parent.ptr, error)) &&
           file_write(full.ptr, content, error);
}

static bool write_macro_files(struct project *project, struct error *error)
{
    static const struct {
        char kind;
        const char *name;
    } FILES[] = {{'f', "filters"}, {'s', "shortcodes"}, {'p', "paired_shortcodes"}};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        struct buffer out = buffer_create(project->arena, 0);
        bool any = false;
        for (size_t k = 0; k < project->macro_count; k++)
            any |= project->macros[k].kind == FILES[i].kind;
        struct slice path = arena_printf(project->arena, "%.*s/%s/%s.njk",
                                         SLICE_ARG(below_input(project, project->includes)),
                                         MACROS_FOLDER, FILES[i].name);
        write_macros(project, FILES[i].kind, &out);
        if (any && (out.failed || !write_file(project, path, buffer_slice(&out), error)))
            return out.failed ? error_memory(error) : false;
    }
    return true;
}

// Options of the command line that override the configuration.
static void command_lines(struct project *project, struct buffer *out)
{
    struct slice input = path_normalise(project->arena, project->command.input);
    if (project->command.input.len)
        text_line(out, "input", input.len ? input : SLICE("."));
    if (project->command.output.len)
        text_line(out, "output", path_normalise(project->arena, project->command.output));
    if (project->command.path_prefix.len)
        prefix_line(project, out, project->command.path_prefix);
}

// The configuration itself is run, by node.
static bool write_installed(struct project *project, struct error *error)
{
    struct buffer out = buffer_create(project->arena, 0);
    write_head(project, &out);
    text_line(&out, "eleventy_config", project->config);
    command_lines(project, &out);
    return !out.failed ? write_file(project, SLICE("guidance.yaml"), buffer_slice(&out), error)
                       : error_memory(error);
}

bool project_write(struct project *project, struct error *error)
{
    struct buffer out = buffer_create(project->arena, 0);
    if (project->installed)
        return write_installed(project, error);
    write_settings(project, &out);
    if (out.failed)
        return error_memory(error);
    return write_macro_files(project, error) &&
           write_file(project, SLICE("guidance.yaml"), buffer_slice(&out), error);
}
