// SPDX-License-Identifier: MIT
//
// The site's Eleventy configuration, and the parts visible to templates: filters, shortcodes and
// globals become functions of the template set that ask the host when called.
#include "scripts.h"

#include "base/clock.h"

enum { NAMES_MAX = 4096 }; // of one kind

struct value scripts_say(const struct site *site, const char *key)
{
    return site->scripts ? value_get(NULL, site->scripts->description, slice_from_cstr(key))
                         : value_undefined();
}

double scripts_version(const struct site *site)
{
    struct value version = scripts_say(site, "eleventy");
    if (!value_is(version, VALUE_STRING))
        return SCRIPTS_VERSION(site->eleventy_version, site->eleventy_version < 3 ? 0 : 999);
    struct slice text = value_text(version);
    size_t dot = slice_find_byte(text, '.', 0);
    double major = value_parse_int(text, 10);
    double minor = dot == SIZE_MAX ? 0 : value_parse_int(slice_sub(text, dot + 1, text.len), 10);
    return SCRIPTS_VERSION(major, minor);
}

struct slice site_written(const struct site *site)
{
    struct value written = scripts_say(site, "written"), output = value_undefined();
    if (value_is(written, VALUE_OBJECT))
        output = value_get(NULL, written, SLICE("output"));
    return value_is(output, VALUE_STRING) ? value_text(output) : SLICE_EMPTY;
}

struct slice site_media_type(struct slice path)
{
    return mime_type(path_extension(path));
}

double scripts_major(const struct site *site, const char *package, double usual)
{
    struct value uses = scripts_say(site, "uses"), version = value_undefined();
    if (value_is(uses, VALUE_OBJECT))
        version = value_get(NULL, uses, slice_from_cstr(package));
    return value_is(version, VALUE_STRING) ? value_parse_int(value_text(version), 10) : usual;
}

static struct slice engine_setting(const struct site *site, const char *key)
{
    struct value v = scripts_say(site, key);
    if (value_is(v, VALUE_STRING))
        return value_text(v);
    return value_is(v, VALUE_BOOLEAN) && !value_truthy(v) ? SLICE_EMPTY : SLICE("liquid");
}

static bool any(struct value list)
{
    return value_length(NULL, list) > 0;
}

// Whether {{ }} and {% %} are written otherwise.
static bool has_delimiters(struct value nunjucks)
{
    struct value options =
        value_is(nunjucks, VALUE_OBJECT) ? value_get(NULL, nunjucks, SLICE("options")) : nunjucks;
    return value_is(options, VALUE_OBJECT) &&
           value_is(value_get(NULL, options, SLICE("tags")), VALUE_OBJECT);
}

static void read_description(struct site *site)
{
    struct scripts *scripts = site->scripts;
    struct value nunjucks = scripts_say(site, "nunjucks");
    struct value markdown = scripts_say(site, "markdown");
    scripts->markdown_engine = engine_setting(site, "markdownTemplateEngine");
    scripts->html_engine = engine_setting(site, "htmlTemplateEngine");
    scripts->transforms = any(scripts_say(site, "transforms"));
    scripts->linters = any(scripts_say(site, "linters"));
    site->foreign_markdown = value_is(markdown, VALUE_OBJECT) &&
                             !value_is(value_get(NULL, markdown, SLICE("native")), VALUE_OBJECT);
    scripts->tags =
        value_is(nunjucks, VALUE_OBJECT) && (any(value_get(NULL, nunjucks, SLICE("tags"))) ||
                                             value_truthy(value_get(NULL, nunjucks, SLICE("own"))));
    scripts->delimiters = has_delimiters(nunjucks);
    scripts->shallow = value_strict_equal(scripts_say(site, "dataDeepMerge"), value_boolean(false));
}

static bool begins_tag(struct slice text, struct value names)
{
    size_t start = slice_starts_with(text, SLICE("-")), end;
    while (start < text.len && strchr(" \t\r\n", text.ptr[start]))
        start++;
    for (end = start; end < text.len && !strchr(" \t\r\n-%(", text.ptr[end]);)
        end++;
    for (uint32_t i = 0; i < value_length(NULL, names); i++)
        if (value_strict_equal(value_item(NULL, names, i),
                               value_string(slice_sub(text, start, end))))
            return true;
    return false;
}

bool scripts_keep(const struct site *site, struct slice text)
{
    struct value names = scripts_say(site, "keepers");
    if (!value_length(NULL, names))
        return false;
    for (size_t at = 0; (at = slice_find(text, SLICE("{%"), at)) != SIZE_MAX; at++)
        if (begins_tag(slice_sub(text, at + 2, text.len), names))
            return true;
    return false;
}

// A commit may name a configuration although nothing was started to run it.
static bool refuse_to_open(struct error *error)
{
    error_set(error, ERROR_CONFIG, "eleventy_config: nothing runs the site's JavaScript here");
    error_hint(error, "a server that was started without eleventy_config needs a restart; previews "
                      "run JavaScript if git.preview_scripts is set");
    return false;
}

bool scripts_open(struct site *site, struct script *script, struct error *error)
{
    if (!site->settings->eleventy_config.len)
        return true;
    if (!script)
        return refuse_to_open(error);
    struct scripts *scripts = arena_zalloc(site->arena, 1, sizeof *scripts);
    if (!scripts)
        return error_memory(error);
    scripts->script = script;
    site->scripts = scripts;
    scripts_begin_names(site);
    if (!scripts_take_tree(site, script, error))
        return false;
    script_renew(script);
    struct script_question question = {.operation = "open",
                                       .name = site->settings->eleventy_config};
    struct script_view view;
    scripts_enter(&view, site, NULL, site->arena, NULL, 0);
    bool ok = script_ask(script, &question, &view.scope, site->arena, &scripts->description, error);
    scripts_leave(&view);
    if (ok && !value_is(scripts->description, VALUE_OBJECT))
        ok = error_set(error, ERROR_CONFIG, "the configuration's description is not an object");
    if (ok && !scripts_check_description(scripts->description, error)) {
        error_at(error, site->settings->eleventy_config, 0, 0);
        ok = false;
    }
    if (ok)
        read_description(site);
    scripts->edition = script_edition(script, scripts->tree);
    return ok;
}

struct script *site_script(const struct site *site)
{
    return site->scripts ? site->scripts->script : NULL;
}

// ---- functions of templates ----

// A function of the configuration, called from a template. Its answer depends on more than its
// arguments, so pieces of templates that call one are not remembered; whole pages are.
struct site_function {
    struct value function;
    bool safe; // a shortcode's text is HTML
};

static struct value call_function(struct value_call *call)
{
    const struct site_function *own = call->data;
    uint64_t start = clock_monotonic_ns();
    template_note_effect(call);
    struct value v =
        value_invoke(call->realm, own->function, call->self, call->args, call->argc, call->error);
    template_note_wait(call, clock_monotonic_ns() - start);
    if (own->safe && value_is(v, VALUE_STRING))
        v.flags |= VALUE_SAFE;
    return v;
}

static struct site_function *make_function(struct site *site, const char *operation,
                                           struct slice name)
{
    struct arena *arena = template_set_arena(site->templates);
    struct site_function *own = arena_alloc(arena, sizeof *own);
    if (!own)
        return NULL;
    own->function = script_function(site->scripts->script, arena, operation, name);
    own->safe = strcmp(operation, "filter") != 0 && strcmp(operation, "global") != 0;
    return value_is(own->function, VALUE_FUNCTION) ? own : NULL;
}

static bool is_own_row(struct value row)
{
    return value_truthy(value_get(NULL, row, SLICE("native")));
}

static bool add_filters(struct site *site)
{
    struct value list = scripts_say(site, "filters");
    uint32_t count = value_length(NULL, list);
    struct template_builtin *rows = arena_zalloc(site->arena, count + 1, sizeof *rows);
    size_t used = 0;
    if (!rows || count > NAMES_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct value row = value_item(NULL, list, i);
        struct slice name = value_text(value_get(NULL, row, SLICE("name")));
        if (is_own_row(row) || !name.len)
            continue;
        struct site_function *own = make_function(site, "filter", name);
        struct slice copy = arena_copy(site->arena, name); // NUL-terminated
        if (!own || !copy.ptr)
            return false;
        rows[used++] = (struct template_builtin){
            .name = copy.ptr, .call = call_function, .usage = copy.ptr, .doc = "", .data = own};
    }
    return template_set_add_filters(site->templates, rows, used);
}

static bool add_shortcodes(struct site *site)
{
    struct value list = scripts_say(site, "shortcodes");
    struct arena *arena = template_set_arena(site->templates);
    for (uint32_t i = 0; i < value_length(NULL, list) && i < NAMES_MAX; i++) {
        struct value row = value_item(NULL, list, i);
        struct slice name = value_text(value_get(NULL, row, SLICE("name")));
        bool paired = value_truthy(value_get(NULL, row, SLICE("paired")));
        if (is_own_row(row) || !name.len)
            continue;
        struct site_function *own = make_function(site, paired ? "paired" : "shortcode", name);
        struct value function =
            own ? value_function(arena, name, call_function, own) : value_undefined();
        if (!value_is(function, VALUE_FUNCTION) ||
            !template_set_add_shortcode(site->templates, name, function, paired))
            return false;
    }
    return true;
}

static bool add_globals(struct site *site)
{
    struct value globals = scripts_say(site, "globals");
    if (!value_is(globals, VALUE_OBJECT))
        return true;
    const struct value_object *view = value_object_view(NULL, globals);
    for (uint32_t i = 0; i < view->count; i++)
        if (!template_set_add_global(site->templates, view->keys[i].text, view->values[i]))
            return false;
    value_freeze(globals);
    return true;
}

bool scripts_add(struct site *site, struct error *error)
{
    return !site->scripts || (add_filters(site) && add_shortcodes(site) && add_globals(site)) ||
           error_memory(error);
}

// ---- which files are templates ----

static bool names_extension(struct slice path, struct slice extension)
{
    return path.len > extension.len + 1 && slice_ends_with(path, extension) &&
           path.ptr[path.len - extension.len - 1] == '.';
}

// Eleventy's own other languages, by extension.
static const struct {
    const char *extension, *engine;
} LANGUAGES[] = {
    {"liquid", "liquid"},    {"11ty.js", "11ty.js"}, {"11ty.cjs", "11ty.js"},
    {"11ty.mjs", "11ty.js"}, {"hbs", "hbs"},         {"mustache", "mustache"},
    {"ejs", "ejs"},          {"haml", "haml"},       {"pug", "pug"},
    {"webc", "webc"},
};

static bool is_a_format(const struct site *site, struct slice name)
{
    struct value formats = scripts_say(site, "templateFormats");
    for (uint32_t i = 0; i < value_length(NULL, formats); i++)
        if (value_strict_equal(value_item(NULL, formats, i), value_string(name)))
            return true;
    return false;
}

bool scripts_take_extension(const struct site *site, struct slice extension)
{
    return !value_length(NULL, scripts_say(site, "templateFormats")) ||
           is_a_format(site, slice_sub(extension, 1, extension.len));
}

// The row of the language that the configuration adds for such files; undefined: none.
static struct value find_row(const struct site *site, struct slice path)
{
    struct value own = scripts_say(site, "extensions");
    for (uint32_t i = 0; i < value_length(NULL, own); i++) {
        struct value row = value_item(NULL, own, i);
        struct value extension = value_get(NULL, row, SLICE("ext"));
        if (names_extension(path, value_text(extension)) &&
            is_a_format(site, value_text(extension)))
            return row;
    }
    return value_undefined();
}

// The extension, with its dot, as a part of the path; "" if the path has a different one.
static struct slice find_own(const struct site *site, struct slice path, struct slice *engine)
{
    struct value row = find_row(site, path);
    if (!value_is(row, VALUE_OBJECT))
        return SLICE_EMPTY;
    struct value extension = value_get(NULL, row, SLICE("ext"));
    struct value key = value_get(NULL, row, SLICE("key"));
    *engine = value_text(value_is(key, VALUE_STRING) ? key : extension);
    return slice_sub(path, path.len - value_text(extension).len - 1, path.len);
}

struct slice scripts_output_extension(const struct site *site, struct slice path)
{
    struct value row = find_row(site, path), v = value_undefined();
    if (value_is(row, VALUE_OBJECT))
        v = value_get(NULL, row, SLICE("outputFileExtension"));
    return value_is(v, VALUE_STRING) && value_text(v).len ? value_text(v) : SLICE("html");
}

bool scripts_use_layouts(const struct site *site, struct slice path)
{
    struct value row = find_row(site, path);
    return !value_is(row, VALUE_OBJECT) ||
           !value_strict_equal(value_get(NULL, row, SLICE("useLayouts")), value_boolean(false));
}

bool scripts_have_own_language(const struct site *site, struct slice path)
{
    struct slice engine;
    return find_own(site, path, &engine).len > 0;
}

struct slice scripts_extension(const struct site *site, struct slice path, struct slice *engine)
{
    struct slice own = find_own(site, path, engine);
    for (size_t i = 0; !own.len && site->scripts && i < sizeof LANGUAGES / sizeof *LANGUAGES; i++) {
        struct slice extension = slice_from_cstr(LANGUAGES[i].extension);
        struct slice name = slice_from_cstr(LANGUAGES[i].engine);
        if (!names_extension(path, extension) || !is_a_format(site, name))
            continue;
        *engine = name;
        own = slice_sub(path, path.len - extension.len - 1, path.len);
    }
    return own;
}

bool scripts_have_extension(const struct site *site, struct slice path, struct slice *engine)
{
    return scripts_extension(site, path, engine).len > 0;
}

struct slice scripts_extension_at(const struct site *site, size_t i)
{
    enum { COUNT = sizeof LANGUAGES / sizeof *LANGUAGES };
    struct value own = scripts_say(site, "extensions");
    if (site->scripts && i < COUNT)
        return slice_from_cstr(LANGUAGES[i].extension);
    if (i < COUNT || i - COUNT >= value_length(NULL, own))
        return SLICE_EMPTY;
    return value_text(value_get(NULL, value_item(NULL, own, (uint32_t)(i - COUNT)), SLICE("ext")));
}
