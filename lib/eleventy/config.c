// SPDX-License-Identifier: MIT
//
// The calls of an Eleventy configuration, a row each: what is carried over, and what to do instead
// about the rest.
#include "eleventy.h"

#include "base/ascii.h"
#include "site/site.h"

struct call {
    struct project *project;
    size_t token; // of the method's name
    struct slice method;
    struct js_range arguments[JS_ARGUMENTS_MAX];
    size_t count;
};

static struct value argument(const struct call *call, size_t n)
{
    struct value v = value_undefined();
    if (n >= call->count || !js_value(&call->project->script, call->arguments[n], &v))
        return value_undefined();
    return v;
}

static struct slice text_argument(const struct call *call, size_t n)
{
    struct value v = argument(call, n);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

// "addFilter("name")", as shown in the list.
static struct slice call_as_shown(const struct call *call)
{
    const struct js_source *script = &call->project->script;
    struct slice first = call->count ? js_excerpt(script, call->arguments[0], 60) : SLICE_EMPTY;
    return arena_printf(call->project->arena, "%.*s(%.*s%s)", SLICE_ARG(call->method),
                        SLICE_ARG(first), call->count > 1 ? ", …" : "");
}

// ---- directories ----

static struct slice trim_path(struct project *project, struct slice path)
{
    struct slice clean = path_normalise(project->arena, path);
    while (slice_starts_with(clean, SLICE("/")))
        clean = slice_sub(clean, 1, clean.len);
    return clean.len ? clean : SLICE(".");
}

// setInputDirectory("src") and the like.
static void set_by_method(struct call *call)
{
    struct slice name = slice_sub(call->method, 3, call->method.len - sizeof "Directory" + 1);
    struct slice key = ascii_lower(call->project->arena, name);
    if (text_argument(call, 0).len)
        project_set_directory(call->project, key, text_argument(call, 0));
    else
        project_note(call->project, call->token, call_as_shown(call),
                     "write `%.*s:` into guidance.yaml", SLICE_ARG(key));
}

// ---- passthrough ----

static bool is_glob(struct slice path)
{
    for (size_t i = 0; i < path.len; i++)
        if (strchr("*?[{(!", path.ptr[i]))
            return true;
    return false;
}

// "assets/**/*" and "assets/**" are all of "assets".
static struct slice without_stars(struct slice path)
{
    static const struct slice ENDS[] = {{"/**/*", 5}, {"/**", 3}, {"/*", 2}};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (slice_ends_with(path, ENDS[i]))
            return slice_sub(path, 0, path.len - ENDS[i].len);
    return path;
}

static void copy_passthrough(struct call *call, struct slice from, struct slice to)
{
    struct project *project = call->project;
    struct slice source = trim_path(project, without_stars(from)), url = to;
    if (is_glob(source)) {
        project_note(project, call->token, call_as_shown(call),
                     "put the files into a folder of their own, and that under `passthrough:`");
        return;
    }
    if (!to.ptr) { // its path relative to the input
        struct slice input = trim_path(project, project->input);
        bool below = slice_starts_with(source, input) && source.len > input.len &&
                     source.ptr[input.len] == '/';
        url = below ? slice_sub(source, input.len + 1, source.len) : source;
    }
    url = trim_path(project, url);
    struct slice key = slice_equal(url, SLICE("."))
                           ? SLICE("/")
                           : arena_printf(project->arena, "/%.*s", SLICE_ARG(url));
    struct value taken = value_is(project->passthrough, VALUE_OBJECT)
                             ? value_get(NULL, project->passthrough, key)
                             : value_undefined();
    struct value both = value_string(source);
    if (!value_is(taken, VALUE_UNDEFINED)) { // several go to one URL
        struct value list = value_is(taken, VALUE_ARRAY) ? taken : value_undefined();
        if (!value_is(taken, VALUE_ARRAY))
            project_push(project, &list, taken);
        project_push(project, &list, both);
        both = list;
    }
    project_set(project, &project->passthrough, key, both);
}

static void passthrough(struct call *call)
{
    struct value v = argument(call, 0);
    const struct value_object *view = value_is(v, VALUE_OBJECT) ? value_object_view(NULL, v) : NULL;
    if (value_is(v, VALUE_STRING))
        copy_passthrough(call, value_text(v), SLICE_EMPTY);
    else if (!view)
        project_note(call->project, call->token, call_as_shown(call),
                     "write `passthrough: {/url: folder}` into guidance.yaml");
    if (call->count > 1)
        project_note(call->project, call->token, call_as_shown(call),
                     "its options are not carried over: all files are served, by their own names");
    for (uint32_t i = 0; view && i < view->count; i++)
        if (value_is(view->values[i], VALUE_STRING) || value_truthy(view->values[i]))
            copy_passthrough(call, view->keys[i].text,
                             value_is(view->values[i], VALUE_STRING) ? value_text(view->values[i])
                                                                     : SLICE_EMPTY);
}

// ---- plugins ----

// toc options, in snake case.
static void toc_option(void *state, struct slice key, struct js_range range)
{
    struct project *project = state;
    struct value v;
    struct buffer name = buffer_create(project->arena, 0);
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        if (c >= 'A' && c <= 'Z')
            buffer_append_byte(&name, '_');
        buffer_append_byte(&name, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
    }
    if (range.to && js_value(&project->script, range, &v))
        project_set(project, &project->toc, buffer_slice(&name), v);
    else
        project_note(project, range.from,
                     arena_printf(project->arena, "the option %.*s of the table of contents",
                                  SLICE_ARG(key)),
                     "write `toc: {%.*s: …}` into guidance.yaml", SLICE_ARG(buffer_slice(&name)));
}

static const struct plugin {
    const char *module;
    const char *instead; // NULL: carried over
} PLUGINS[] = {
    {"@11ty/eleventy-navigation", NULL},
    {"@thedigitalman/eleventy-plugin-toc-a11y", NULL},
    {"eleventy-plugin-toc", NULL},
    {"@11ty/eleventy-plugin-rss", "the feed is /feed.xml; remove the plugin's own templates"},
    {"@quasibit/eleventy-plugin-sitemap", "the site map is /sitemap.xml"},
    {"@11ty/eleventy-plugin-syntaxhighlight",
     "code is shown plain; a script in the browser can colour it"},
    {"@11ty/eleventy-img", "resize images before serving the site"},
    {"@11ty/eleventy-plugin-inclusive-language", "`guidanced check` looks at other things"},
};

static void plugin(struct call *call)
{
    struct project *project = call->project;
    struct slice module =
        call->count ? js_module_of(&project->script, call->arguments[0]) : SLICE_EMPTY;
    for (size_t i = 0; i < sizeof PLUGINS / sizeof *PLUGINS; i++) {
        if (!slice_equal(module, slice_from_cstr(PLUGINS[i].module)))
            continue;
        bool toc = slice_find(module, SLICE("plugin-toc"), 0) != SIZE_MAX;
        if (toc && call->count > 1)
            js_members(&project->script, js_object(&project->script, call->arguments[1]), project,
                       toc_option);
        if (PLUGINS[i].instead)
            project_note(project, call->token,
                         arena_printf(project->arena, "the plugin %.*s", SLICE_ARG(module)), "%s",
                         PLUGINS[i].instead);
        return;
    }
    if (module.len)
        project_note(project, call->token,
                     arena_printf(project->arena, "the plugin %.*s", SLICE_ARG(module)),
                     "plugins are not run; write what it adds to templates as a macro");
    else
        project_note(project, call->token, call_as_shown(call),
                     "plugins are not run; write what it adds to templates as a macro");
}

// ---- filters and shortcodes ----

// Filters, and `{% markdown %}`.
static bool is_built_in(struct slice name, char kind)
{
    return kind == 'f' ? site_has_filter(name)
                       : kind == 'p' && slice_equal(name, SLICE("markdown"));
}

static void add_macro(struct project *project, struct macro macro)
{
    if (project->macro_count < MACROS_MAX)
        project->macros[project->macro_count++] = macro;
}

// Luxon's `DateTime.fromJSDate(x, {zone: "utc"}).toFormat("…")` is our filter `date`: the format.
static struct slice date_format(const struct call *call)
{
    const struct js_source *script = &call->project->script;
    struct js_range arguments[JS_ARGUMENTS_MAX];
    struct value format;
    bool utc = false, other = false;
    struct slice found = SLICE_EMPTY;
    for (size_t i = call->count > 1 ? call->arguments[1].from : SIZE_MAX;
         call->count > 1 && i < call->arguments[1].to; i++) {
        utc |= script->tokens[i].kind == JS_STRING &&
               slice_equal_ignore_case(script->tokens[i].text, SLICE("utc"));
        other |= js_is(script, i, "if") || js_is(script, i, "?");
        // Whatever stands between changes the day, the zone or the language.
        size_t end = js_is(script, i, "fromJSDate") ? js_after(script, i + 1) : SIZE_MAX;
        if (end != SIZE_MAX && js_is(script, end, ".") && js_is(script, end + 1, "toFormat") &&
            js_arguments(script, end + 2, arguments) == 1 &&
            js_value(script, arguments[0], &format) && value_is(format, VALUE_STRING))
            found = value_text(format);
    }
    bool plain =
        slice_find_byte(found, '"', 0) == SIZE_MAX && slice_find_byte(found, '\\', 0) == SIZE_MAX;
    return utc && !other && plain ? found : SLICE_EMPTY;
}

// A macro's name is a name of Nunjucks.
static bool is_macro_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = ascii_is_letter(c) || c == '_' || c == '$';
        if (!letter && !(i && ascii_is_digit(c)))
            return false;
    }
    return name.len > 0;
}

static void macro(struct call *call, char kind, const char *what, const char *setting)
{
    struct project *project = call->project;
    struct slice name = text_argument(call, 0);
    if (!is_macro_name(name)) {
        project_note(project, call->token, call_as_shown(call),
                     "write a macro, and its file under `%s:`", setting);
        return;
    }
    struct slice format = kind == 'f' ? date_format(call) : SLICE_EMPTY;
    if (format.len) {
        add_macro(project, (struct macro){name, kind, format});
        return;
    }
    struct slice about = arena_printf(project->arena, "the %s %.*s", what, SLICE_ARG(name));
    if (is_built_in(name, kind)) {
        project_note(project, call->token, about,
                     "guidanced has a %s of that name; compare their output", what);
        return;
    }
    add_macro(project, (struct macro){name, kind, SLICE_EMPTY});
    project_note(project, call->token, about, "fill in the macro %.*s, which is under `%s:`",
                 SLICE_ARG(name), setting);
}

static void filter(struct call *call)
{
    macro(call, 'f', "filter", "filters");
}

static void shortcode(struct call *call)
{
    macro(call, 's', "shortcode", "shortcodes");
}

static void paired_shortcode(struct call *call)
{
    macro(call, 'p', "paired shortcode", "paired_shortcodes");
}

// ---- imports ----

// Finds the imports in a text that is put before pages: calls fn for each, without its braces and
// dashes.
static size_t each_import(struct slice text, struct project *project,
                          void (*fn)(struct project *project, struct slice tag))
{
    size_t count = 0;
    for (size_t at = slice_find(text, SLICE("{%"), 0); at != SIZE_MAX;
         at = slice_find(text, SLICE("{%"), at + 2)) {
        size_t end = slice_find(text, SLICE("%}"), at);
        struct slice tag = slice_sub(text, at + 2, end);
        if (slice_starts_with(tag, SLICE("-")))
            tag = slice_sub(tag, 1, tag.len);
        if (slice_ends_with(tag, SLICE("-")))
            tag = slice_sub(tag, 0, tag.len - 1);
        tag = slice_trim(tag);
        if (end == SIZE_MAX ||
            (!slice_starts_with(tag, SLICE("from ")) && !slice_starts_with(tag, SLICE("import "))))
            continue;
        count++;
        if (fn)
            fn(project, tag);
    }
    return count;
}

static void add_import(struct project *project, struct slice tag)
{
    project_push(project, &project->imports, value_string(arena_copy(project->arena, tag)));
}

static void read_imports(struct project *project)
{
    const struct js_source *script = &project->script;
    for (size_t i = 0; i < script->count; i++)
        if (script->tokens[i].kind == JS_STRING || script->tokens[i].kind == JS_TEMPLATE)
            each_import(script->tokens[i].text, project, add_import);
}

// Whether the call is one that puts imports before pages, as collections and preprocessors do.
static bool adds_imports(const struct call *call)
{
    const struct js_source *script = &call->project->script;
    for (size_t i = call->count ? call->arguments[0].from : SIZE_MAX;
         call->count && i < call->arguments[call->count - 1].to; i++)
        if (each_import(script->tokens[i].text, NULL, NULL))
            return true;
    return false;
}

// ---- collections ----

// `(api) => api.getFilteredByGlob("…")` followed at most by reverse(): reads the tokens from the
// getter on.
static bool read_getter(struct call *call, size_t at, struct value *collection)
{
    const struct js_source *script = &call->project->script;
    struct js_range arguments[JS_ARGUMENTS_MAX];
    size_t end = js_after(script, at + 1), last = call->arguments[1].to;
    struct value v = value_undefined();
    bool glob = js_is(script, at, "getFilteredByGlob");
    if (js_is(script, at, "getAllSorted") || js_is(script, at, "getAll"))
        v = value_string(SLICE("**"));
    else if (js_arguments(script, at + 1, arguments) != 1 || !js_value(script, arguments[0], &v))
        return false;
    if (glob || value_is(v, VALUE_ARRAY) || !js_is(script, at, "getFilteredByTag"))
        project_set(call->project, collection, SLICE("glob"), v);
    else
        project_set(call->project, collection, SLICE("tag"), v);
    for (; js_is(script, end, ".") && end < last; end = js_after(script, end + 2)) {
        struct value limit = value_undefined(), from = value_undefined();
        bool slices = js_is(script, end + 1, "slice") &&
                      js_arguments(script, end + 2, arguments) == 2 &&
                      js_value(script, arguments[0], &from) &&
                      js_value(script, arguments[1], &limit) && value_is(from, VALUE_NUMBER) &&
                      from.number == 0 && value_is(limit, VALUE_NUMBER) && limit.number > 0;
        if (js_is(script, end + 1, "reverse"))
            project_set(call->project, collection, SLICE("reverse"), value_boolean(true));
        else if (slices)
            project_set(call->project, collection, SLICE("limit"), limit);
        else
            return false;
    }
    while (js_is(script, end, ";") || js_is(script, end, "}"))
        end++;
    return end >= last;
}

static void collection(struct call *call)
{
    struct project *project = call->project;
    const struct js_source *script = &project->script;
    struct slice name = text_argument(call, 0);
    struct value rules = value_undefined();
    bool read = false;
    for (size_t i = call->count > 1 ? call->arguments[1].from : SIZE_MAX;
         name.len && i < call->arguments[1].to; i++) {
        bool getter = js_is(script, i, "getFilteredByGlob") ||
                      js_is(script, i, "getFilteredByTag") || js_is(script, i, "getAllSorted") ||
                      js_is(script, i, "getAll");
        if (getter && js_is(script, i + 1, "(")) {
            read = read_getter(call, i, &rules);
            break;
        }
    }
    if (read)
        project_set(project, &project->collections, name, rules);
    else if (!adds_imports(call))
        project_note(project, call->token,
                     name.len ? arena_printf(project->arena, "the collection %.*s", SLICE_ARG(name))
                              : call_as_shown(call),
                     "name it under `collections:` by glob or tag, with sort, reverse and limit");
}

// ---- other calls ----

static void global_data(struct call *call)
{
    struct slice name = text_argument(call, 0);
    struct value v = argument(call, 1);
    if (name.len && !value_is(v, VALUE_UNDEFINED))
        project_set(call->project, &call->project->globals, name, v);
    else
        project_note(call->project, call->token, call_as_shown(call),
                     "write it as YAML under `globals:` or as a file in the data directory");
}

static void nunjucks_global(struct call *call)
{
    struct slice name = text_argument(call, 0);
    struct value v = argument(call, 1);
    if (name.len && !value_is(v, VALUE_UNDEFINED))
        project_set(call->project, &call->project->nunjucks_globals, name, v);
    else
        project_note(call->project, call->token, call_as_shown(call),
                     "write data under `nunjucks_globals:`; a function can be a macro");
}

static void data_extension(struct call *call)
{
    struct slice rest = text_argument(call, 0), name;
    bool known = rest.len > 0;
    while (known && slice_split(&rest, ',', &name)) {
        name = slice_trim(name);
        known = slice_equal(name, SLICE("yaml")) || slice_equal(name, SLICE("yml")) ||
                slice_equal(name, SLICE("json"));
    }
    if (!known)
        project_note(call->project, call->token, call_as_shown(call),
                     "write such data as YAML or JSON");
}

// guidanced itself leaves out drafts.
static void preprocessor(struct call *call)
{
    struct slice name = text_argument(call, 0);
    bool named = slice_equal(name, SLICE("drafts")) || slice_equal(name, SLICE("imports"));
    if (!named && !adds_imports(call))
        project_note(call->project, call->token, call_as_shown(call),
                     "do it in the layout, or in the pages themselves");
}

static void environment_options(struct project *project, size_t token, struct value v)
{
    if (value_truthy(value_get(NULL, v, SLICE("tags"))))
        project_note(project, token, SLICE("the option tags of Nunjucks"),
                     "write {{ }}, {%% %%} and {# #} in all templates");
    struct value autoescape = value_get(NULL, v, SLICE("autoescape"));
    project->no_autoescape |= !value_is(autoescape, VALUE_UNDEFINED) && !value_truthy(autoescape);
    project->trim_blocks |= value_truthy(value_get(NULL, v, SLICE("trimBlocks")));
    project->lstrip_blocks |= value_truthy(value_get(NULL, v, SLICE("lstripBlocks")));
    project->throw_on_undefined |= value_truthy(value_get(NULL, v, SLICE("throwOnUndefined")));
}

static const char NUNJUCKS_OPTIONS[] =
    "write autoescape, trim_blocks, lstrip_blocks or throw_on_undefined into guidance.yaml";

static void nunjucks_options(struct call *call)
{
    struct value v = argument(call, 0);
    if (value_is(v, VALUE_OBJECT))
        environment_options(call->project, call->token, v);
    else
        project_note(call->project, call->token, call_as_shown(call), "%s", NUNJUCKS_OPTIONS);
}

static void use_gitignore(struct call *call)
{
    struct value v = argument(call, 0);
    call->project->no_gitignore = value_is(v, VALUE_BOOLEAN) && !value_truthy(v);
    if (value_is(v, VALUE_UNDEFINED))
        project_note(call->project, call->token, call_as_shown(call),
                     "write `use_gitignore:` into guidance.yaml");
}

static void deep_merge(struct call *call)
{
    struct value v = argument(call, 0);
    if (!value_truthy(v))
        project_note(call->project, call->token, call_as_shown(call),
                     "data are merged; write `override:KEY` where they must not be");
}

// config.ignores.add("x")
static void ignore(struct call *call)
{
    struct slice pattern = text_argument(call, 0);
    if (slice_equal(call->method, SLICE("add")) && pattern.len)
        project_push(call->project, &call->project->ignores, value_string(pattern));
    else
        project_note(
            call->project, call->token,
            arena_printf(call->project->arena, "ignores.%.*s", SLICE_ARG(call_as_shown(call))),
            "write `ignores:` into guidance.yaml");
}

static void quality(struct call *call)
{
    (void)call; // no effect that readers would see
}

static const struct row {
    const char *method;
    void (*carry)(struct call *call); // NULL: not carried over
    const char *instead;
} CALLS[] = {
    {"addPassthroughCopy", passthrough, NULL},
    {"addPlugin", plugin, NULL},
    {"addFilter", filter, NULL},
    {"addAsyncFilter", filter, NULL},
    {"addNunjucksFilter", filter, NULL},
    {"addNunjucksAsyncFilter", filter, NULL},
    {"addShortcode", shortcode, NULL},
    {"addAsyncShortcode", shortcode, NULL},
    {"addNunjucksShortcode", shortcode, NULL},
    {"addNunjucksAsyncShortcode", shortcode, NULL},
    {"addPairedShortcode", paired_shortcode, NULL},
    {"addPairedAsyncShortcode", paired_shortcode, NULL},
    {"addPairedNunjucksShortcode", paired_shortcode, NULL},
    {"addCollection", collection, NULL},
    {"addGlobalData", global_data, NULL},
    {"addDataExtension", data_extension, NULL},
    {"addPreprocessor", preprocessor, NULL},
    {"setNunjucksEnvironmentOptions", nunjucks_options, NULL},
    {"setInputDirectory", quality, NULL},    // read before
    {"setIncludesDirectory", quality, NULL}, // read before
    {"setLayoutsDirectory", quality, NULL},  // read before
    {"setDataDirectory", quality, NULL},     // read before
    {"setOutputDirectory", quality, NULL},   // read before
    {"setLibrary", quality, NULL},           // markdown.c
    {"amendLibrary", quality, NULL},         // likewise
    {"setQuietMode", quality, NULL},
    {"setUseGitIgnore", use_gitignore, NULL},
    {"setDataDeepMerge", deep_merge, NULL},
    {"setServerOptions", quality, NULL},
    {"setServerPassthroughCopyBehavior", quality, NULL},
    {"setBrowserSyncConfig", quality, NULL},
    {"setWatchThrottleWaitTime", quality, NULL},
    {"setWatchJavaScriptDependencies", quality, NULL},
    {"addWatchTarget", quality, NULL},
    {"setChokidarConfig", quality, NULL},
    {"getFilter", quality, NULL},
    {"addTransform", NULL, "do it in the layout: finished HTML is sent unchanged"},
    {"addHtmlTransform", NULL, "do it in the layout: finished HTML is sent unchanged"},
    {"addLinter", NULL, "`guidanced check` has rules of its own"},
    {"addLayoutAlias", NULL, "name the layout by its path in the pages that use the alias"},
    {"addExtension", NULL, "write such pages as Markdown or Nunjucks"},
    {"addTemplate", NULL, "write it as a file"},
    {"addBundle", NULL, "make the bundle before serving the site"},
    {"addTemplateFormats", NULL, "pages are Markdown (.md) and Nunjucks (.njk, .html)"},
    {"setTemplateFormats", NULL, "pages are Markdown (.md) and Nunjucks (.njk, .html)"},
    {"setFrontMatterParsingOptions", NULL, "front matter is YAML, JSON or an object literal"},
    {"setDynamicPermalinks", NULL, "write `dynamicPermalink: false` into the pages concerned"},
    {"setLiquidOptions", NULL, "templates are read as Nunjucks"},
    {"addLiquidFilter", NULL, "templates are read as Nunjucks: write a macro"},
    {"addLiquidShortcode", NULL, "templates are read as Nunjucks: write a macro"},
    {"addLiquidTag", NULL, "templates are read as Nunjucks: write a macro"},
    {"addHandlebarsHelper", NULL, "templates are read as Nunjucks: write a macro"},
    {"addNunjucksTag", NULL, "write a macro, and its file under `shortcodes:`"},
    {"addNunjucksGlobal", nunjucks_global, NULL},
    {"addJavaScriptFunction", NULL, "JavaScript is not run"},
    {"addDateParsing", NULL, "write dates as 2024-05-23"},
    {"addUrlTransform", NULL, "set the URL with `permalink`"},
    {"on", NULL, "run build steps before serving the site"},
};

static void carry(struct call *call)
{
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
        if (!slice_equal(call->method, slice_from_cstr(CALLS[i].method)))
            continue;
        if (CALLS[i].carry)
            CALLS[i].carry(call);
        else
            project_note(call->project, call->token, call_as_shown(call), "%s", CALLS[i].instead);
        return;
    }
    project_note(call->project, call->token, call_as_shown(call),
                 "guidanced does not know this call; find out what it is for");
}

// ---- the configuration's own names ----

// The parameter of the exported function: `function (config)`, `(config) =>`, `config =>`.
static struct slice parameter(const struct js_source *script)
{
    for (size_t i = 0; i < script->count; i++) {
        bool exports = (js_is(script, i, "exports") && js_is(script, i + 1, "=")) ||
                       (js_is(script, i, "export") && js_is(script, i + 1, "default"));
        if (!exports)
            continue;
        size_t at = i + 2;
        while (js_is(script, at, "async") || js_is(script, at, "function") ||
               (script->tokens[at].kind == JS_NAME && js_is(script, at + 1, "(")))
            at++;
        at += js_is(script, at, "(");
        if (at < script->count && script->tokens[at].kind == JS_NAME)
            return script->tokens[at].text;
    }
    return SLICE("eleventyConfig");
}

static struct call call_at(struct project *project, size_t token)
{
    struct call call = {
        .project = project, .token = token, .method = project->script.tokens[token].text};
    call.count = js_arguments(&project->script, token + 1, call.arguments);
    return call;
}

// setInputDirectory() and the like; they are notable only once.
static void read_directories(struct project *project)
{
    const struct js_source *script = &project->script;
    for (size_t i = 1; i + 1 < script->count; i++)
        if (js_is(script, i - 1, ".") && js_is(script, i + 1, "(") &&
            slice_starts_with(script->tokens[i].text, SLICE("set")) &&
            slice_ends_with(script->tokens[i].text, SLICE("Directory"))) {
            struct call call = call_at(project, i);
            set_by_method(&call);
        }
}

static void read_calls(struct project *project)
{
    const struct js_source *script = &project->script;
    struct slice name = parameter(script);
    for (size_t i = 0; i + 3 < script->count; i++) {
        bool call = script->tokens[i].kind == JS_NAME &&
                    slice_equal(script->tokens[i].text, name) && js_is(script, i + 1, ".") &&
                    js_is(script, i + 3, "(");
        if (!call || (i > 0 && js_is(script, i - 1, ".")))
            continue;
        // config.addFilter(…).addFilter(…)
        for (size_t at = i + 1; js_is(script, at, ".") && js_is(script, at + 2, "(");
             at = js_after(script, at + 2)) {
            struct call found = call_at(project, at + 1);
            carry(&found);
        }
    }
    for (size_t i = 0; i + 3 < script->count; i++)
        if (js_is(script, i, "ignores") && js_is(script, i + 1, ".") && js_is(script, i + 3, "(")) {
            struct call found = call_at(project, i + 2);
            ignore(&found);
        }
}

// ---- Nunjucks ----

// new nunjucks.Environment(new nunjucks.FileSystemLoader([…]), {…}): more search paths.
static void read_nunjucks_environment(struct project *project)
{
    const struct js_source *script = &project->script;
    struct js_range arguments[JS_ARGUMENTS_MAX];
    struct value v;
    for (size_t i = 0; i + 1 < script->count; i++) {
        if (!js_is(script, i + 1, "("))
            continue;
        size_t count = js_arguments(script, i + 1, arguments);
        if (js_is(script, i, "Environment") && count > 1) {
            if (js_value(script, arguments[1], &v) && value_is(v, VALUE_OBJECT))
                environment_options(project, i, v);
            else
                project_note(project, i, SLICE("the options of Nunjucks"), "%s", NUNJUCKS_OPTIONS);
        }
        if (!js_is(script, i, "FileSystemLoader") || !count)
            continue;
        if (!js_value(script, arguments[0], &v))
            project_note(project, i, SLICE("the search paths of Nunjucks"),
                         "write `template_paths:` into guidance.yaml");
        else if (value_is(v, VALUE_STRING))
            project_push(project, &project->template_paths, v);
        for (uint32_t k = 0; value_is(v, VALUE_ARRAY) && k < value_length(NULL, v); k++)
            project_push(project, &project->template_paths, value_item(NULL, v, k));
    }
}

static void take_command(struct project *project)
{
    if (project->command.input.len)
        project->input = project->command.input;
    if (project->command.output.len)
        project->output = project->command.output;
    if (project->command.path_prefix.len)
        project->path_prefix = value_string(project->command.path_prefix);
}

void project_read_config(struct project *project)
{
    // First, since passthrough needs to know the input; of two, the stronger last.
    project_read_returned(project);
    read_directories(project);
    take_command(project);
    project_leave_out_formats(project);
    read_calls(project);
    read_nunjucks_environment(project);
    read_imports(project);
}
