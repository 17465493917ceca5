// SPDX-License-Identifier: MIT
//
// The options and plugins of markdown-it in an Eleventy configuration, as `markdown:` of
// guidance.yaml.
#include "markdown/markdown.h"
#include "eleventy.h"

static void set_option(struct project *project, const char *key, struct value v)
{
    project_set(project, &project->markdown, slice_from_cstr(key), v);
}

// ---- options ----

static void read_markdown_option(void *state, struct slice key, struct js_range range)
{
    static const struct {
        const char *key, *ours;
    } ROWS[] = {{"html", "html"},
                {"breaks", "breaks"},
                {"linkify", "linkify"},
                {"typographer", "typographer"},
                {"xhtmlOut", "xhtml"}};
    struct project *project = state;
    struct value v;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (slice_equal(key, slice_from_cstr(ROWS[i].key)) && range.to &&
            js_value(&project->script, range, &v)) {
            set_option(project, ROWS[i].ours, value_boolean(value_truthy(v)));
            return;
        }
    project_note(project, range.from,
                 arena_printf(project->arena, "the option %.*s of markdown-it", SLICE_ARG(key)),
                 "there is no such option; see docs/markdown-compatibility.md");
}

// markdownIt({…}), under whatever name it was imported.
static void read_markdown_options(struct project *project)
{
    const struct js_source *script = &project->script;
    struct js_range arguments[JS_ARGUMENTS_MAX];
    bool own = false;
    for (size_t i = 0; i + 1 < script->count; i++) {
        if (script->tokens[i].kind != JS_NAME || !js_is(script, i + 1, "(") ||
            js_is(script, i, "require") || (i && js_is(script, i - 1, ".")) ||
            !slice_equal(js_module(script, script->tokens[i].text), SLICE("markdown-it")))
            continue;
        size_t count = js_arguments(script, i + 1, arguments);
        own = true;
        set_option(project, "html", value_boolean(false)); // markdown-it's default
        if (count)
            js_members(script, js_object(script, arguments[0]), project, read_markdown_option);
        break; // others are for filters
    }
    if (!own)
        set_option(project, "html", value_boolean(true)); // Eleventy's
    set_option(project, "tables", value_boolean(true));
    set_option(project, "strikethrough", value_boolean(true));
}

// ---- markdown-it-anchor ----

// Options of permalink generators, as under heading_ids.
static void permalink_option(void *state, struct slice key, struct js_range range)
{
    static const struct {
        const char *key, *ours;
    } ROWS[] = {{"class", "permalink_class"},
                {"symbol", "permalink_symbol"},
                {"placement", "permalink_placement"},
                {"space", "permalink_space"},
                {"ariaHidden", "permalink_aria_hidden"},
                {"safariReaderFix", "permalink_safari_reader_fix"},
                {"style", "permalink_style"},
                {"visuallyHiddenClass", "permalink_visually_hidden_class"},
                {"wrapper", "permalink_wrapper"}};
    struct project *project = state;
    struct value ids = value_get(NULL, project->markdown, SLICE("heading_ids")), v;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (slice_equal(key, slice_from_cstr(ROWS[i].key)) && range.to &&
            js_value(&project->script, range, &v)) {
            project_set(project, &ids, slice_from_cstr(ROWS[i].ours), v);
            return;
        }
    project_note(project, range.from,
                 arena_printf(project->arena, "the option %.*s of permalinks", SLICE_ARG(key)),
                 "write `permalink_text:` and similar options under markdown.heading_ids");
}

// `anchor.permalink.headerLink({…})`, inline or by name.
static bool read_permalink(struct project *project, struct js_range range, struct value ids)
{
    const struct js_source *script = &project->script;
    struct js_range arguments[JS_ARGUMENTS_MAX];
    range = js_object(script, range);
    for (size_t i = range.from; i + 2 < range.to; i++) {
        if (!js_is(script, i, "permalink") || !js_is(script, i + 1, "."))
            continue;
        project_set(project, &ids, SLICE("permalink"), value_string(script->tokens[i + 2].text));
        if (js_is(script, i + 3, "(") && js_arguments(script, i + 3, arguments) > 0)
            js_members(script, js_object(script, arguments[0]), project, permalink_option);
        return true;
    }
    return false;
}

static void anchor_option(void *state, struct slice key, struct js_range range)
{
    struct project *project = state;
    struct value ids = value_get(NULL, project->markdown, SLICE("heading_ids"));
    struct value v = value_undefined();
    bool plain = range.to && js_value(&project->script, range, &v);
    if (slice_equal(key, SLICE("level")) && plain)
        project_set(project, &ids, SLICE("levels"), v);
    else if (slice_equal(key, SLICE("tabIndex")) && plain && !value_is(v, VALUE_STRING))
        project_set(project, &ids, SLICE("tabindex"), v);
    else if (slice_equal(key, SLICE("tabIndex")) && plain)
        project_set(project, &ids, SLICE("tabindex"),
                    value_number(value_parse_float(value_text(v))));
    else if (slice_equal(key, SLICE("permalink")) && plain && value_is(v, VALUE_BOOLEAN))
        project_set(project, &ids, SLICE("permalink"), v);
    else if (!slice_equal(key, SLICE("permalink")) || !read_permalink(project, range, ids))
        project_note(
            project, range.from,
            arena_printf(project->arena, "the option %.*s of markdown-it-anchor", SLICE_ARG(key)),
            slice_equal(key, SLICE("slugify"))
                ? "write `slug: slugify` under markdown.heading_ids when it is Eleventy's"
                : "see heading_ids in docs/markdown-compatibility.md");
}

static void anchor(struct project *project, struct js_range options)
{
    struct value ids = value_object(project->arena);
    project_set(project, &ids, SLICE("levels"), value_number(1));
    project_set(project, &ids, SLICE("tabindex"), value_number(-1));
    set_option(project, "heading_ids", ids);
    if (options.to)
        js_members(&project->script, js_object(&project->script, options), project, anchor_option);
}

// ---- markdown-it-attrs ----

// 4.5 and later read braces differently.
static void attributes(struct project *project, struct js_range options)
{
    struct value v = value_get(NULL, project->packages, SLICE("markdown-it-attrs"));
    struct slice version = value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
    while (version.len && (version.ptr[0] < '0' || version.ptr[0] > '9'))
        version = slice_sub(version, 1, version.len);
    set_option(project, "attributes",
               value_parse_float(version) >= 4.5 ? value_number(5) : value_boolean(true));
    if (options.to)
        project_note(project, options.from, SLICE("options of markdown-it-attrs"),
                     "there are none; attributes are written in braces");
}

static void govuk(struct project *project, struct js_range options)
{
    (void)options;
    set_option(project, "govuk_classes", value_boolean(true));
}

// ---- extensions ----

// An extension of lib/markdown, whose options are named as the plugin's.
struct carried {
    struct project *project;
    size_t number;
    struct value options;
};

static const char *name_of(size_t number)
{
    return markdown_extension(number)->name;
}

static void extension_option(void *state, struct slice key, struct js_range range)
{
    struct carried *c = state;
    struct project *project = c->project;
    const char *ours = markdown_extension_option(c->number, key);
    struct value v;
    if (ours && range.to && js_value(&project->script, range, &v))
        project_set(project, &c->options, slice_from_cstr(ours), v);
    else
        project_note(project, range.from,
                     arena_printf(project->arena, "the option %.*s of %s", SLICE_ARG(key),
                                  markdown_extension(c->number)->plugin),
                     "see markdown.%s in docs/markdown-compatibility.md", name_of(c->number));
}

// Each container is a use of the plugin, with its name.
static void carry_container(struct project *project, struct js_range *arguments, size_t count)
{
    const char *key = name_of(MARKDOWN_containers);
    struct value names = value_get(NULL, project->markdown, slice_from_cstr(key)), name;
    if (count < 2 || !js_value(&project->script, arguments[1], &name) ||
        !value_is(name, VALUE_STRING)) {
        project_note(project, arguments[0].from, SLICE("a container whose name is computed"),
                     "write its name into the list markdown.containers");
        return;
    }
    if (!value_is(names, VALUE_ARRAY))
        names = value_array(project->arena, 0);
    project_push(project, &names, name);
    set_option(project, key, names);
    if (count > 2)
        project_note(project, arguments[2].from,
                     arena_printf(project->arena, "how the container %.*s is rendered",
                                  SLICE_ARG(value_text(name))),
                     "give it classes: markdown.containers: {name: class}");
}

// Version 3 of markdown-it-deflist distinguishes tight and loose lists differently.
static bool is_old_deflist(struct project *project, size_t number)
{
    struct slice plugin = slice_from_cstr(markdown_extension(number)->plugin);
    struct value v = value_get(NULL, project->packages, plugin);
    struct slice version = value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
    while (version.len && (version.ptr[0] < '0' || version.ptr[0] > '9'))
        version = slice_sub(version, 1, version.len);
    return number == MARKDOWN_definition_lists && version.len && value_parse_float(version) < 4;
}

static void carry_extension(struct project *project, size_t number, struct js_range *arguments,
                            size_t count)
{
    struct carried c = {project, number, value_object(project->arena)};
    if (number == MARKDOWN_containers) {
        carry_container(project, arguments, count);
        return;
    }
    if (count > 1)
        js_members(&project->script, js_object(&project->script, arguments[1]), &c,
                   extension_option);
    if (number == MARKDOWN_alerts &&
        value_is(value_get(NULL, c.options, SLICE("icons")), VALUE_UNDEFINED))
        project_note(project, arguments[0].from, SLICE("the pictures of markdown-it-github-alerts"),
                     "write those you want into markdown.alerts.icons");
    bool plain = !value_object_view(NULL, c.options)->count;
    set_option(project, name_of(number),
               is_old_deflist(project, number) ? value_number(3)
               : plain                         ? value_boolean(true)
                                               : c.options);
}

static const struct {
    const char *module;
    void (*carry)(struct project *project, struct js_range options);
} PLUGINS[] = {{"markdown-it-anchor", anchor},
               {"markdown-it-attrs", attributes},
               {"markdown-it-govuk", govuk}};

// x.use(plugin, options)
static void read_plugin(struct project *project, size_t use)
{
    const struct js_source *script = &project->script;
    struct js_range arguments[JS_ARGUMENTS_MAX] = {{0, 0}};
    size_t count = js_arguments(script, use + 1, arguments);
    struct slice module = count ? js_module_of(script, arguments[0]) : SLICE_EMPTY;
    struct js_range options = count > 1 ? arguments[1] : (struct js_range){0, 0};
    for (size_t i = 0; i < sizeof PLUGINS / sizeof *PLUGINS; i++)
        if (slice_equal(module, slice_from_cstr(PLUGINS[i].module))) {
            PLUGINS[i].carry(project, options);
            return;
        }
    if (markdown_extension_of(module) < MARKDOWN_EXTENSIONS) {
        carry_extension(project, markdown_extension_of(module), arguments, count);
        return;
    }
    project_note(
        project, use,
        arena_printf(
            project->arena, "markdown-it's plugin %.*s",
            SLICE_ARG(module.len || !count ? module : js_excerpt(script, arguments[0], 40))),
        "its syntax is not supported; see docs/markdown-compatibility.md for what is");
}

void project_read_markdown(struct project *project)
{
    const struct js_source *script = &project->script;
    read_markdown_options(project);
    for (size_t i = 1; i + 1 < script->count; i++)
        if (js_is(script, i, "use") && js_is(script, i - 1, ".") && js_is(script, i + 1, "("))
            read_plugin(project, i);
}
