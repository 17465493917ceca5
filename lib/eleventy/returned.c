// SPDX-License-Identifier: MIT
//
// What an Eleventy configuration returns: directories, path prefix, and which files are pages in
// which language.
#include "eleventy.h"

// ---- directories ----

void project_set_directory(struct project *project, struct slice key, struct slice path)
{
    const struct {
        const char *key;
        struct slice *member;
    } rows[] = {{"input", &project->input},
                {"includes", &project->includes},
                {"layouts", &project->layouts},
                {"data", &project->data},
                {"output", &project->output}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (slice_equal_ignore_case(key, slice_from_cstr(rows[i].key)))
            *rows[i].member = path;
}

static void directory(void *state, struct slice key, struct js_range range)
{
    struct project *project = state;
    struct value v;
    if (js_value(&project->script, range, &v) && value_is(v, VALUE_STRING))
        project_set_directory(project, key, value_text(v));
    else
        project_note(project, range.from, arena_printf(project->arena, "dir.%.*s", SLICE_ARG(key)),
                     "write `%.*s:` into guidance.yaml", SLICE_ARG(key));
}

// ---- languages ----

static const char *const FORMATS[PROJECT_FORMATS] = {"md", "njk", "html"};

static void engine(struct project *project, struct slice key, struct js_range range)
{
    struct value v = value_undefined();
    if (js_value(&project->script, range, &v) && value_is(v, VALUE_STRING) &&
        slice_equal(value_text(v), SLICE("njk")))
        return;
    if (slice_equal(key, SLICE("markdownTemplateEngine")) && value_is(v, VALUE_BOOLEAN)) {
        project->no_markdown_templates = !value_truthy(v);
        return;
    }
    project_note(project, range.from,
                 arena_printf(project->arena, "%.*s: %.*s", SLICE_ARG(key),
                              SLICE_ARG(js_excerpt(&project->script, range, 40))),
                 "pages are read as Nunjucks; rewrite what uses another language");
}

static void template_formats(struct project *project, struct js_range range)
{
    const struct js_source *script = &project->script;
    bool named[PROJECT_FORMATS] = {false}, any = false;
    for (size_t i = range.from; i < range.to; i++) {
        struct slice rest =
            script->tokens[i].kind == JS_STRING ? script->tokens[i].text : SLICE_EMPTY;
        for (struct slice format; slice_split(&rest, ',', &format); any = true) {
            bool known = false;
            format = slice_trim(format);
            for (size_t k = 0; k < PROJECT_FORMATS; k++)
                if (slice_equal(format, slice_from_cstr(FORMATS[k])))
                    known = named[k] = true;
            if (!known)
                project_note(
                    project, i,
                    arena_printf(project->arena, "the template format %.*s", SLICE_ARG(format)),
                    "write such pages as Markdown or Nunjucks; files to be copied go "
                    "under `passthrough:`");
        }
    }
    struct value v;
    project->formats_named = any && js_value(script, range, &v);
    memcpy(project->formats, named, sizeof named);
    if (!project->formats_named)
        project_note(project, range.from, SLICE("templateFormats"),
                     "write what are no pages under `ignores:`, as **/*.html");
}

static void returned(void *state, struct slice key, struct js_range range)
{
    struct project *project = state;
    struct value v = value_undefined();
    if (slice_equal(key, SLICE("dir")))
        js_members(&project->script, js_object(&project->script, range), project, directory);
    else if (slice_ends_with(key, SLICE("TemplateEngine")))
        engine(project, key, range);
    else if (slice_equal(key, SLICE("pathPrefix"))) {
        if (js_value(&project->script, range, &v) && value_is(v, VALUE_STRING))
            project->path_prefix = v;
        else
            project_note(project, range.from, SLICE("pathPrefix"),
                         "write `path_prefix:` into guidance.yaml");
    } else if (slice_equal(key, SLICE("templateFormats")))
        template_formats(project, range);
    else if (slice_equal(key, SLICE("keys")))
        project_note(project, range.from, SLICE("keys"),
                     "write the usual names into pages and data: layout, permalink, "
                     "eleventyComputed, pkg");
}

static bool has_key(const struct js_source *script, size_t open, const char *key)
{
    size_t end = js_after(script, open);
    for (size_t i = open + 1; i + 1 < end; i++)
        if (js_is(script, i, key) && (js_is(script, i + 1, ":") || js_is(script, i + 1, ",")))
            return true;
    return false;
}

// `return {…}`, `=> ({…})` and `export const config = {…}`: an object with one of the known keys.
void project_read_returned(struct project *project)
{
    static const char *const KEYS[] = {"dir", "pathPrefix", "markdownTemplateEngine",
                                       "htmlTemplateEngine", "templateFormats"};
    const struct js_source *script = &project->script;
    bool engines = false;
    for (size_t i = 1; i < script->count; i++) {
        bool object = js_is(script, i, "{") &&
                      (js_is(script, i - 1, "return") || js_is(script, i - 1, "(") ||
                       (js_is(script, i - 1, "=") && js_is(script, i - 2, "config")));
        bool known = false;
        for (size_t k = 0; object && k < sizeof KEYS / sizeof *KEYS; k++)
            known |= has_key(script, i, KEYS[k]);
        if (!known)
            continue;
        engines |= has_key(script, i, "markdownTemplateEngine");
        js_members(script, (struct js_range){i, js_after(script, i)}, project, returned);
    }
    if (!engines)
        project_note(project, 0, SLICE("Liquid in Markdown, which is Eleventy's default"),
                     "pages are read as Nunjucks; most syntax is the same in both");
}

// Formats of ours that it does not name are no pages.
void project_leave_out_formats(struct project *project)
{
    for (size_t i = 0; project->formats_named && i < PROJECT_FORMATS; i++) {
        struct slice pattern =
            arena_printf(project->arena, "%.*s/**/*.%s", SLICE_ARG(project->input), FORMATS[i]);
        if (!project->formats[i])
            project_push(project, &project->ignores,
                         value_string(path_normalise(project->arena, pattern)));
    }
}
