// SPDX-License-Identifier: MIT
//
// Data files: global ones under the data directory (`_data/a/b.yaml` is `a.b`), and those next to
// pages: `posts/posts.yaml` for a directory, `posts/one.json` for a page.
#include "scripts.h"

#include "script/literal.h"

#include <stdio.h>

static bool is_own_data_extension(struct slice extension)
{
    return slice_equal(extension, SLICE(".json")) || slice_equal(extension, SLICE(".yaml")) ||
           slice_equal(extension, SLICE(".yml"));
}

// Of a language that the configuration's addDataExtension reads.
static bool is_added_data_extension(const struct site *site, struct slice extension)
{
    struct value added = scripts_say(site, "dataExtensions");
    struct value name = value_string(slice_sub(extension, 1, extension.len));
    for (uint32_t i = 0; i < value_length(NULL, added); i++)
        if (extension.len && value_strict_equal(value_item(NULL, added, i), name))
            return true;
    return false;
}

static bool is_data_extension(const struct site *site, struct slice extension)
{
    return is_own_data_extension(extension) || is_added_data_extension(site, extension);
}

static bool is_script(struct slice path)
{
    struct slice extension = path_extension(path);
    return slice_equal(extension, SLICE(".js")) || slice_equal(extension, SLICE(".cjs")) ||
           slice_equal(extension, SLICE(".mjs")) || slice_equal(extension, SLICE(".ts"));
}

static struct slice without_extension(struct slice path)
{
    return slice_sub(path, 0, path.len - path_extension(path).len);
}

// What stands between name and extension, from strong to weak: Eleventy's dataFileSuffixes.
static const struct slice SUFFIXES[] = {{".11tydata", 9}, {"", 0}};
enum { SUFFIX_COUNT = sizeof SUFFIXES / sizeof *SUFFIXES };

static uint32_t suffix_count(const struct site *site)
{
    struct value own = scripts_say(site, "dataFileSuffixes");
    return value_is(own, VALUE_ARRAY) ? value_length(NULL, own) : SUFFIX_COUNT;
}

static struct slice suffix_at(const struct site *site, uint32_t i)
{
    struct value own = scripts_say(site, "dataFileSuffixes");
    return value_is(own, VALUE_ARRAY) ? value_text(value_item(NULL, own, i)) : SUFFIXES[i];
}

// The longest suffix that the file has: its number, below suffix_count(). False: it is no data
// file.
static bool find_suffix(const struct site *site, struct slice path, uint32_t *found)
{
    struct slice name = without_extension(path), best = SLICE_EMPTY;
    bool any = false;
    for (uint32_t i = 0; i < suffix_count(site); i++) {
        struct slice suffix = suffix_at(site, i);
        if (!slice_ends_with(name, suffix) || (any && suffix.len <= best.len))
            continue;
        any = true;
        best = suffix;
        *found = i;
    }
    return any;
}

// "a/b.11tydata.json" → "a/b".
static struct slice data_file_stem(const struct site *site, struct slice path)
{
    uint32_t suffix;
    struct slice name = without_extension(path);
    if (!find_suffix(site, path, &suffix))
        return name;
    return slice_sub(name, 0, name.len - suffix_at(site, suffix).len);
}

static bool expand_data(struct site *site, struct value *v, struct error *error)
{
    struct slice text;
    if (value_is(*v, VALUE_STRING)) {
        if (!settings_expand_environment(site->arena, value_text(*v), &text, error))
            return false;
        *v = value_string(text);
    }
    if (value_is(*v, VALUE_ARRAY))
        for (uint32_t i = 0; i < v->array->count; i++)
            if (!expand_data(site, &v->array->items[i], error))
                return false;
    if (value_is(*v, VALUE_OBJECT))
        for (uint32_t i = 0; i < v->object->count; i++)
            if (!expand_data(site, &v->object->values[i], error))
                return false;
    return true;
}

static bool read_data_text(struct site *site, struct slice path, struct slice *text,
                           struct error *error)
{
    return tree_read_text(site->tree, site->arena, path, path, site->settings->limits.data_bytes,
                          text, NULL, error);
}

static bool read_data_file(struct site *site, struct slice path, struct value *out,
                           struct error *error)
{
    struct slice text, extension = path_extension(path);
    struct value_limits limits = VALUE_DATA_LIMITS;
    if (!is_own_data_extension(extension))
        return scripts_custom_data(site, path, slice_sub(extension, 1, extension.len), out, error);
    limits.bytes = site->settings->limits.data_bytes;
    if (!read_data_text(site, path, &text, error))
        return false;
    // As in Eleventy.
    if (!text.len) {
        *out = value_object(site->arena);
        return true;
    }
    struct yaml_reading how = {.version = site_yaml_version(site), .limits = &limits};
    bool json = slice_equal(extension, SLICE(".json"));
    *out = json ? value_from_json(site->arena, path, text, &limits, error)
                : value_from_yaml(site->arena, path, text, &how, error);
    if (error_is_set(error) || !expand_data(site, out, error)) {
        error_at(error, path, 0, 0);
        error_source(error, text);
        return false;
    }
    return true;
}

// A JavaScript data file that is more than a literal is not run without a host; its author learns
// what to use instead. The command reads both kinds of modules, and calls exported functions.
static void report_script(struct site *site, struct slice path)
{
    struct error error = {0};
    struct slice own = without_extension(path);
    error_set(&error, ERROR_CONFIG, "JavaScript data files are not run");
    error_hint(&error,
               "node -e 'import(\"./%.*s\").then(async ({default: d}) => "
               "console.log(JSON.stringify(typeof d == \"function\" ? await d() : d, null, 2)))' "
               "> %.*s.json",
               SLICE_ARG(path), SLICE_ARG(own));
    error_at(&error, path, 1, 1);
    problem_add(site, SITE_WARNING, "javascript-data", &error);
}

// A file that is one literal needs no host; any other is run by the host. False with error unset:
// there is no host.
static bool read_script_data(struct site *site, struct slice path, struct value *out,
                             struct error *error)
{
    struct slice text;
    if (!read_data_text(site, path, &text, error))
        return false;
    if (!slice_equal(path_extension(path), SLICE(".ts")) &&
        script_literal_module(site->arena, text, out))
        return true;
    if (scripts_data_file(site, path, out, error))
        return true;
    if (!error_is_set(error))
        report_script(site, path);
    return false;
}

struct walk {
    struct site *site;
    struct slice root; // relative to the site directory
    struct error *error;
};

// Sets a/b/c in the object, merging with what is there.
static bool set_nested(struct site *site, struct value object, struct slice path, struct value v)
{
    size_t slash = slice_find_byte(path, '/', 0);
    struct slice name = arena_copy(site->arena, slice_sub(path, 0, slash));
    struct value old = value_get(NULL, object, name);
    if (slash == SIZE_MAX)
        return value_set(NULL, site->arena, object, name,
                         value_is(old, VALUE_OBJECT) ? cascade_merge(site, old, v) : v);
    if (!value_is(old, VALUE_OBJECT)) {
        old = value_object(site->arena);
        if (!value_set(NULL, site->arena, object, name, old))
            return false;
    }
    return set_nested(site, old, slice_sub(path, slash + 1, path.len), v);
}

static bool global_file(void *state, struct slice relative, const struct file_info *info)
{
    struct walk *walk = state;
    struct site *site = walk->site;
    struct value v;
    (void)info;
    struct slice path = path_join(site->arena, walk->root, relative);
    bool script = is_script(relative);
    if (!script && !is_data_extension(site, path_extension(relative)))
        return true;
    if (script ? !read_script_data(site, path, &v, walk->error)
               : !read_data_file(site, path, &v, walk->error))
        return !error_is_set(walk->error);
    return (set_nested(site, site->global_data, data_file_stem(site, relative), v) ||
            error_memory(walk->error));
}

// Extensions of the same name, from weak to strong; those that the configuration adds are weakest.
static const struct slice KINDS[] = {{".yaml", 5}, {".yml", 4}, {".json", 5}, {".ts", 3},
                                     {".mjs", 4},  {".cjs", 4}, {".js", 3}};
enum { KIND_COUNT = 1 + sizeof KINDS / sizeof *KINDS };

// Data files of one directory or page, from weak to strong: a later one overrides an earlier one.
struct local {
    size_t count;
    struct value by_kind[]; // by suffix, weakest first, and of each by extension
};

uint64_t data_files_hash(const void *local)
{
    const struct local *own = local;
    uint64_t hash = 0;
    for (size_t k = 0; k < own->count; k++)
        hash = content_mix(hash, content_hash(NULL, own->by_kind[k]));
    return hash;
}

static size_t data_file_kind(const struct site *site, struct slice path, uint32_t suffix)
{
    size_t kind = KIND_COUNT - 1;
    while (kind && !slice_equal(path_extension(path), KINDS[kind - 1]))
        kind--;
    return (suffix_count(site) - 1 - suffix) * KIND_COUNT + kind;
}

static bool is_file(const struct site *site, struct slice stem_of_page, struct slice extension)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%.*s.%.*s", SLICE_ARG(stem_of_page), SLICE_ARG(extension));
    return n > 0 && (size_t)n < sizeof path && tree_has_file(site->tree, slice_of(path, (size_t)n));
}

static bool is_beside_page(const struct site *site, struct slice stem)
{
    static const struct slice PAGES[] = {{"md", 2}, {"njk", 3}, {"html", 4}, {"markdown", 8}};
    for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++)
        if (is_file(site, stem, PAGES[i]))
            return true;
    struct slice extension;
    for (size_t i = 0; (extension = scripts_extension_at(site, i)).len; i++)
        if (is_file(site, stem, extension))
            return true;
    return false;
}

// Whether it is data of a directory or a page: other files (a package.json next to pages) are not
// read.
static bool is_local_data(const struct site *site, struct slice path, struct slice suffix)
{
    struct slice own = data_file_stem(site, path), directory = path_directory(path);
    return suffix.len || (directory.len && slice_equal(path_base(own), path_base(directory))) ||
           is_beside_page(site, own);
}

// The data of that directory or page, made once; NULL: out of memory.
static struct local *local_of(struct site *site, struct slice key)
{
    struct local *local = map_get(&site->directory_data, key);
    if (local)
        return local;
    size_t count = (size_t)suffix_count(site) * KIND_COUNT;
    local = arena_zalloc(site->arena, 1, sizeof *local + count * sizeof *local->by_kind);
    if (local)
        local->count = count;
    return local && map_put(&site->directory_data, key, local) ? local : NULL;
}

// Data of a page or of those of a folder is keys, like front matter.
static void report_list(struct site *site, struct slice path)
{
    struct error error = {0};
    error_set(&error, ERROR_CONFIG, "the data of pages must be a mapping of keys, and is ignored");
    error_hint(&error, "give the value a key, or move the file to the folder of global data");
    error_at(&error, path, 1, 1);
    problem_add(site, SITE_ERROR, "data-file", &error);
}

static bool local_file(void *state, struct slice relative, const struct file_info *info)
{
    struct walk *walk = state;
    struct site *site = walk->site;
    struct value v;
    (void)info;
    struct slice path = path_join(site->arena, walk->root, relative);
    struct slice data = site->settings->data;
    if (slice_starts_with(relative, data) && relative.len > data.len &&
        relative.ptr[data.len] == '/')
        return true;
    uint32_t number;
    if (!find_suffix(site, relative, &number))
        return true;
    // Of scripts, only these are data: "posts/posts.js" is not.
    struct slice suffix = suffix_at(site, number);
    bool script = is_script(relative) && suffix.len;
    if (!script &&
        (!is_data_extension(site, path_extension(relative)) || !is_local_data(site, path, suffix)))
        return true;
    if (script ? !read_script_data(site, path, &v, walk->error)
               : !read_data_file(site, path, &v, walk->error))
        return !error_is_set(walk->error);
    if (!value_is(v, VALUE_OBJECT) && !value_is_nullish(v)) {
        report_list(site, path);
        return true;
    }
    struct local *local = local_of(site, data_file_stem(site, path));
    if (!local)
        return error_memory(walk->error);
    cascade_list_tags(site, v);
    local->by_kind[data_file_kind(site, relative, number)] = v;
    return true;
}

static bool walk_directory(struct site *site, struct slice relative, tree_list_fn fn,
                           struct error *error)
{
    struct walk walk = {site, relative, error};
    return !tree_has(site->tree, relative) || tree_list(site->tree, relative, fn, &walk, error);
}

static void set_text(struct site *site, struct value object, struct slice key, struct slice text)
{
    value_set(NULL, site->arena, object, key, value_string(text));
}

// Eleventy's environment data and, since version 2, its mode and directories; an installed one says
// where the site and its configuration are. Pages are the same served or built, so the mode is
// always that of a build.
static void add_environment(struct site *site, struct value eleventy)
{
    const struct settings *settings = site->settings;
    const struct {
        const char *name;
        struct slice below, path;
    } rows[] = {{"input", SLICE_EMPTY, settings->input.text},
                {"output", SLICE_EMPTY, settings->output},
                {"includes", SLICE_EMPTY, settings->includes.text},
                {"layouts", SLICE_EMPTY, settings->layouts.text},
                {"data", site->input, settings->data}};
    struct value env = value_object(site->arena), directories = value_object(site->arena);
    struct value installed = scripts_say(site, "env");
    set_text(site, env, SLICE("source"), SLICE("cli"));
    if (value_is(installed, VALUE_OBJECT))
        env = value_merge(site->arena, env, installed);
    value_set(NULL, site->arena, eleventy, SLICE("env"), env);
    if (site->eleventy_version < 3)
        return;
    set_text(site, env, SLICE("runMode"), SLICE("build"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        set_text(site, directories, slice_from_cstr(rows[i].name),
                 arena_printf(site->arena, "./%.*s%s%.*s/", SLICE_ARG(rows[i].below),
                              rows[i].below.len ? "/" : "", SLICE_ARG(rows[i].path)));
    value_set(NULL, site->arena, eleventy, SLICE("directories"), directories);
}

// `pkg`, or what the configuration calls it; false: nothing.
static bool set_package(struct site *site, struct value pkg)
{
    struct value keys = scripts_say(site, "keys");
    struct value name =
        value_is(keys, VALUE_OBJECT) ? value_get(NULL, keys, SLICE("package")) : value_undefined();
    struct slice key = value_is(name, VALUE_STRING) ? value_text(name) : SLICE("pkg");
    return (value_is(name, VALUE_BOOLEAN) && !value_truthy(name)) ||
           value_set(NULL, site->arena, site->global_data, key, pkg);
}

// `pkg` is package.json, `eleventy` describes the program to templates.
static bool add_program(struct site *site, struct error *error)
{
    struct value pkg = value_object(site->arena), eleventy = value_object(site->arena);
    // `eleventy` gives the release whose rules are followed, so that pages do not differ only by
    // generator.
    struct slice version = site->eleventy_version < 3 ? SLICE("1.0.2") : SLICE("3.1.8");
    struct value installed = scripts_say(site, "eleventy");
    if (value_is(installed, VALUE_STRING))
        version = value_text(installed);
    if (tree_has(site->tree, SLICE("package.json")) &&
        !read_data_file(site, SLICE("package.json"), &pkg, error))
        return false;
    value_set(NULL, site->arena, eleventy, SLICE("generator"),
              value_string(arena_printf(site->arena, "Eleventy v%.*s", SLICE_ARG(version))));
    value_set(NULL, site->arena, eleventy, SLICE("version"), value_string(version));
    add_environment(site, eleventy);
    value_set(NULL, site->arena, eleventy, SLICE("guidanced"),
              value_string(SLICE(GUIDANCED_VERSION)));
    return (set_package(site, pkg) &&
            value_set(NULL, site->arena, site->global_data, SLICE("eleventy"), eleventy)) ||
           error_memory(error);
}

// Hides a form that could not be sent.
static bool hide_feedback(struct site *site, struct value *settings_site)
{
    struct value hidden = value_object(site->arena), feedback = value_object(site->arena);
    bool ok = value_set(NULL, site->arena, feedback, SLICE("enabled"), value_boolean(false)) &&
              value_set(NULL, site->arena, hidden, SLICE("feedback"), feedback);
    *settings_site = value_merge(site->arena, *settings_site, hidden);
    return ok;
}

bool data_files_load(struct site *site, struct error *error)
{
    site->global_data = value_object(site->arena);
    struct slice directory = path_join(site->arena, site->input, site->settings->data);
    if (!add_program(site, error) || !walk_directory(site, directory, global_file, error) ||
        !walk_directory(site, site->input, local_file, error))
        return false;
    struct value globals = value_undefined();
    if (!scripts_global_data(site, &globals, error))
        return false;
    if (value_is(globals, VALUE_OBJECT))
        site->global_data = value_merge(site->arena, site->global_data, globals);
    globals = site->settings->globals;
    if (value_is(globals, VALUE_OBJECT))
        site->global_data = value_merge(site->arena, site->global_data, globals);
    // The site's own JavaScript sees what Eleventy shows it and no settings, since those differ
    // between servers, while its answers must be valid on all.
    if (site->scripts)
        return true;
    // Many sites have a data file of that name: it overrides the settings.
    struct value settings_site = settings_site_value(site->settings);
    struct value own = value_get(NULL, site->global_data, SLICE("site"));
    if (!value_is(own, VALUE_OBJECT) && !value_is(own, VALUE_UNDEFINED))
        return true;
    if (value_is(own, VALUE_OBJECT))
        settings_site = value_merge(site->arena, settings_site, own);
    if (site->feedback_hidden && !hide_feedback(site, &settings_site))
        return error_memory(error);
    return value_set(NULL, site->arena, site->global_data, SLICE("site"), settings_site) ||
           error_memory(error);
}

// File by file: an `override:` in one is about what the files before it and the directories above
// say. `suffixed`: only files with a suffix.
static struct value merge_key(struct site *site, struct value data, struct slice key, bool suffixed)
{
    const struct local *found = map_get(&site->directory_data, key);
    for (size_t k = 0; found && k < found->count; k++) {
        uint32_t suffix = suffix_count(site) - 1 - (uint32_t)(k / KIND_COUNT);
        if (value_is(found->by_kind[k], VALUE_OBJECT) && (!suffixed || suffix_at(site, suffix).len))
            data = cascade_merge(site, data, found->by_kind[k]);
    }
    return data;
}

// The data of a directory are called like it, or as the configuration says.
static struct value merge_directory(struct site *site, struct value data, struct slice directory,
                                    struct slice own)
{
    struct value base = scripts_say(site, "dataFileBaseName");
    bool named = value_is(base, VALUE_STRING);
    struct slice name = named ? value_text(base) : path_base(directory);
    struct slice key = path_join(site->arena, directory, name);
    // For a page named like its directory, the directory's files are its own. But
    // "posts/index.json" is only that page's, even if the directories' data are called index.
    return !named && slice_equal(key, own) ? data : merge_key(site, data, key, named);
}

struct value data_files_for(struct site *site, struct slice path)
{
    if (!site->directory_data.count)
        return value_undefined();
    struct value data = value_object(site->arena);
    struct slice engine, extension = scripts_extension(site, path, &engine);
    if (!extension.len)
        extension = path_extension(path);
    struct slice own = slice_sub(path, 0, path.len - extension.len);
    if (!site->input.len)
        data = merge_directory(site, data, SLICE_EMPTY, own);
    for (size_t i = site->input.len; i < path.len; i++)
        if (path.ptr[i] == '/')
            data = merge_directory(site, data, slice_sub(path, 0, i), own);
    return merge_key(site, data, own, false);
}
