// SPDX-License-Identifier: MIT
//
// Settings from the site's Eleventy configuration where guidance.yaml is silent: directories, path
// prefix, options of Nunjucks and Markdown, files to pass through.
#include "scripts.h"

static bool put_setting(struct site *site, struct value settings, const char *key, struct value v)
{
    return value_is(v, VALUE_UNDEFINED) ||
           value_set(NULL, site->arena, settings, slice_from_cstr(key), v);
}

static struct value setting_member(struct value object, const char *key)
{
    return value_is(object, VALUE_OBJECT) ? value_get(NULL, object, slice_from_cstr(key))
                                          : value_undefined();
}

// Below the input directory, which the setting `data` is relative to, or up from it.
static struct value below(struct site *site, struct value input, struct value path)
{
    struct slice base = value_is(input, VALUE_STRING) ? value_text(input) : SLICE(".");
    if (!value_is(path, VALUE_STRING) || slice_equal(base, SLICE(".")))
        return path;
    struct slice text = value_text(path);
    if (slice_starts_with(text, base) && text.len > base.len && text.ptr[base.len] == '/')
        return value_string(slice_sub(text, base.len + 1, text.len));
    for (size_t i = 0; i <= base.len; i++)
        if (i == base.len || base.ptr[i] == '/')
            text = ARENA_JOIN(site->arena, SLICE("../"), text);
    return value_string(text);
}

static bool put_directories(struct site *site, struct value settings)
{
    struct value dir = scripts_say(site, "dir"), input = setting_member(dir, "input");
    return put_setting(site, settings, "input", input) &&
           put_setting(site, settings, "output", setting_member(dir, "output")) &&
           put_setting(site, settings, "includes", setting_member(dir, "includes")) &&
           put_setting(site, settings, "layouts", setting_member(dir, "layouts")) &&
           put_setting(site, settings, "data", below(site, input, setting_member(dir, "data")));
}

// Nunjucks accepts any value as a flag.
static bool put_flag(struct site *site, struct value settings, const char *key, struct value v)
{
    return value_is_nullish(v) || put_setting(site, settings, key, value_boolean(value_truthy(v)));
}

static bool put_nunjucks(struct site *site, struct value settings)
{
    struct value nunjucks = scripts_say(site, "nunjucks"),
                 options = setting_member(nunjucks, "options");
    struct value paths = setting_member(nunjucks, "paths");
    return put_flag(site, settings, "autoescape", setting_member(options, "autoescape")) &&
           put_flag(site, settings, "trim_blocks", setting_member(options, "trimBlocks")) &&
           put_flag(site, settings, "lstrip_blocks", setting_member(options, "lstripBlocks")) &&
           put_flag(site, settings, "throw_on_undefined",
                    setting_member(options, "throwOnUndefined")) &&
           (!value_length(NULL, paths) || put_setting(site, settings, "template_paths", paths));
}

// "3.1.2" → 3; versions before 2 follow the rules of 1.
static bool put_version(struct site *site, struct value settings)
{
    struct value version = scripts_say(site, "eleventy");
    if (!value_is(version, VALUE_STRING))
        return true;
    double major = value_parse_int(value_text(version), 10);
    return put_setting(site, settings, "eleventy_version", value_number(major < 2 ? 1 : 3));
}

// Plugins that our Markdown equals. The host is not trusted: only existing names and accepted
// values.
static bool put_extensions(struct site *site, struct value settings, struct value extensions)
{
    struct markdown_options ignored = markdown_defaults();
    for (size_t i = 0; i < MARKDOWN_EXTENSIONS; i++) {
        const char *name = markdown_extension(i)->name;
        struct error error = {0};
        struct value v = setting_member(extensions, name);
        if (!value_is(v, VALUE_UNDEFINED) && markdown_extension_set(&ignored, i, v, &error) &&
            !put_setting(site, settings, name, v))
            return false;
    }
    return true;
}

// The options of a markdown-it that our Markdown equals, by our names.
static bool put_markdown(struct site *site, struct value settings)
{
    static const char *const NAMES[][2] = {{"html", "html"},
                                           {"breaks", "breaks"},
                                           {"linkify", "linkify"},
                                           {"typographer", "typographer"},
                                           {"code", "indented_code"}};
    struct value native = setting_member(scripts_say(site, "markdown"), "native");
    struct value own = value_object(site->arena);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (!put_setting(site, own, NAMES[i][1], setting_member(native, NAMES[i][0])))
            return false;
    return !value_is(native, VALUE_OBJECT) ||
           (put_extensions(site, own, setting_member(native, "extensions")) &&
            put_setting(site, settings, "markdown", own));
}

// ---- templates' content ----

enum { INCLUDE_MAX = 4 << 20 };

struct hashing {
    struct tree *tree;
    struct arena *scratch;
    struct slice directory;
    uint64_t hash;
};

static bool hash_file(void *state, struct slice relative, const struct file_info *info)
{
    struct hashing *h = state;
    struct slice text = SLICE_EMPTY;
    struct error ignored = {0};
    struct slice full = path_join(h->scratch, h->directory, relative);
    (void)info;
    if (full.ptr)
        tree_read(h->tree, h->scratch, full, INCLUDE_MAX, &text, NULL, &ignored);
    h->hash = (h->hash * 31 + slice_hash(relative)) * 31 + slice_hash(text);
    arena_reset(h->scratch, 1 << 20);
    return true;
}

// A template rendered by the host includes others itself, so the content of all of them is part of
// the question.
static uint64_t hash_includes(const struct site *site)
{
    const struct slice directories[] = {site->settings->includes.full,
                                        site->settings->layouts.full};
    struct hashing h = {.tree = site->tree, .scratch = arena_create(0, 0)};
    struct error ignored = {0};
    for (size_t i = 0; h.scratch && i < sizeof directories / sizeof *directories; i++) {
        h.directory = directories[i];
        if (h.directory.len && tree_has(h.tree, h.directory))
            tree_list(h.tree, h.directory, hash_file, &h, &ignored);
    }
    arena_destroy(h.scratch);
    return h.hash;
}

// Eleventy's own default patterns are skipped: those folders are never listed.
static bool put_ignores(struct site *site, struct value settings)
{
    struct value given = scripts_say(site, "ignores"), own = value_array(site->arena, 4);
    for (uint32_t i = 0; i < value_length(NULL, given); i++) {
        struct value v = value_item(NULL, given, i);
        bool usual = slice_find(value_text(v), SLICE("node_modules"), 0) != SIZE_MAX ||
                     slice_starts_with(value_text(v), SLICE(".git/"));
        if (!usual && !value_push(NULL, site->arena, own, v))
            return false;
    }
    return (!value_length(NULL, own) || put_setting(site, settings, "ignores", own)) &&
           put_flag(site, settings, "use_gitignore", scripts_say(site, "useGitIgnore"));
}

// Eleventy takes "below" for "/below".
static bool put_path_prefix(struct site *site, struct value settings)
{
    struct value prefix = scripts_say(site, "pathPrefix");
    struct slice text = value_is(prefix, VALUE_STRING) ? value_text(prefix) : SLICE_EMPTY;
    if (text.len && text.ptr[0] != '/')
        prefix = value_string(ARENA_JOIN(site->arena, SLICE("/"), text));
    return put_setting(site, settings, "path_prefix", prefix);
}

bool scripts_configure(struct site *site, struct error *error)
{
    if (!site->scripts)
        return true;
    struct value settings = value_object(site->arena);
    if (!put_version(site, settings) || !put_directories(site, settings) ||
        !put_nunjucks(site, settings) || !put_markdown(site, settings) ||
        !put_ignores(site, settings) || !put_path_prefix(site, settings))
        return error_memory(error);
    const struct settings *own =
        settings_with_defaults(site->arena, site->settings, settings, error);
    if (!own)
        return false;
    // Passthrough files depend on the directories.
    site->settings = own;
    struct value copies = value_object(site->arena);
    if (!scripts_passthrough(site, &settings, error))
        return false;
    if (!put_setting(site, copies, "passthrough", settings))
        return error_memory(error);
    own = settings_with_defaults(site->arena, own, copies, error);
    if (!own)
        return false;
    site->settings = own;
    site->scripts->includes_hash = hash_includes(site);
    return true;
}
