// SPDX-License-Identifier: MIT
//
// From a page's path and `permalink` to its URL and output path, by Eleventy's rules.
#include "history.h"
#include "scripts.h"

// Below input, without the extension, with a leading slash: "/a/index".
static struct slice name_without_extension(const struct site *site, const struct site_page *page)
{
    struct slice path = page->input_path;
    if (slice_starts_with(path, site->input) && path.len > site->input.len)
        path = slice_sub(path, site->input.len, path.len);
    struct slice extension = page_of(page)->source->extension;
    path = slice_sub(path, 0, path.len - extension.len);
    if (!site->input.len)
        path = ARENA_JOIN(site->arena, SLICE("/"), path);
    // "feed.xml.njk" is the template of feed.xml for pages with a permalink; by default the inner
    // extension is part of the name.
    return path;
}

// "2024-05-23-name" → "name".
static struct slice strip_date(struct slice name)
{
    static const char FORM[] = "dddd-dd-dd-";
    if (name.len < sizeof FORM - 1)
        return name;
    for (size_t i = 0; i < sizeof FORM - 1; i++)
        if (FORM[i] == '-' ? name.ptr[i] != '-' : name.ptr[i] < '0' || name.ptr[i] > '9')
            return name;
    return slice_sub(name, sizeof FORM - 1, name.len);
}

void permalink_name(struct site *site, struct site_page *page)
{
    struct slice path = name_without_extension(site, page);
    struct slice directory = path_directory(path), base = strip_date(path_base(path));
    // Eleventy 1 forgets a directory of one letter.
    bool root = directory.len <= (site->eleventy_version < 3 ? 2 : 1);
    struct slice shown = root ? SLICE_EMPTY : directory;
    page->file_path_stem =
        path.len == shown.len + 1 + base.len && slice_starts_with(path, SLICE("/"))
            ? path // its bytes are the path's own
            : ARENA_JOIN(site->arena, shown, SLICE("/"), base);
    page->file_slug = base;
    if (slice_equal(base, SLICE("index"))) {
        struct slice name = path_base(directory);
        page->file_slug = root ? SLICE("") : site->eleventy_version >= 3 ? strip_date(name) : name;
    }
}

// The page's address: page.outputPath, the path below the output directory and the URL are parts of
// the same text.
static bool set_address(struct site *site, struct site_page *page, const struct slice parts[4])
{
    struct slice output = site->settings->output;
    struct slice whole = ARENA_JOIN(
        site->arena, scripts_version(site) >= SCRIPTS_VERSION(3, 0) ? SLICE("./") : SLICE_EMPTY,
        output, SLICE("/"), parts[0], parts[1], parts[2], parts[3]);
    size_t length = parts[0].len + parts[1].len + parts[2].len + parts[3].len;
    page_of(page)->written = whole;
    page->output_path = slice_sub(whole, whole.len - length, whole.len);
    page->url = slice_sub(whole, whole.len - length - 1, whole.len);
    if (slice_ends_with(page->url, SLICE("/index.html")))
        page->url.len -= sizeof "index.html" - 1;
    page->content_type = mime_type(path_extension(page->output_path));
    return whole.ptr != NULL;
}

// For a language with a different output, the file keeps its name: "/a/b" → "a/b.css".
static bool other_output(struct site *site, struct site_page *page, struct slice path,
                         struct slice extension)
{
    struct slice directory = path_directory(path), base = path_base(path);
    bool root = directory.len <= 1;
    uint32_t chunk = page_of(page)->chunk;
    const struct slice parts[] = {
        root ? SLICE_EMPTY : ARENA_JOIN(site->arena, slice_sub(directory, 1, SIZE_MAX), SLICE("/")),
        chunk ? arena_printf(site->arena, "%u/", chunk) : SLICE_EMPTY,
        ARENA_JOIN(site->arena, base, SLICE(".")), extension};
    return set_address(site, page, parts);
}

// A page named like its directory is the directory's index.
static bool is_index(struct slice stem)
{
    struct slice directory = path_directory(stem), base = path_base(stem);
    return slice_equal(base, SLICE("index")) ||
           (directory.len > 1 && slice_equal(base, path_base(directory)));
}

struct slice site_default_url(struct arena *arena, struct slice path)
{
    struct slice stem =
        ARENA_JOIN(arena, SLICE("/"), slice_sub(path, 0, path.len - path_extension(path).len));
    return is_index(stem) ? slice_sub(stem, 0, stem.len - path_base(stem).len)
                          : ARENA_JOIN(arena, stem, SLICE("/"));
}

static bool default_output(struct site *site, struct site_page *page)
{
    struct slice path = name_without_extension(site, page);
    bool index = is_index(path);
    uint32_t chunk = page_of(page)->chunk;
    struct slice extension = scripts_output_extension(site, page->input_path);
    if (!slice_equal(extension, SLICE("html")))
        return other_output(site, page, path, extension);
    // "/a/b" → "a/b/", "/a/index" → "a/".
    struct slice below = slice_sub(path, 1, path.len - (index ? path_base(path).len : 0));
    // Pages of a pagination without a permalink are numbered below the first.
    struct slice number = chunk ? arena_printf(site->arena, "%u/", chunk) : SLICE_EMPTY;
    const struct slice parts[] = {below, index ? SLICE_EMPTY : SLICE("/"), number,
                                  SLICE("index.html")};
    return set_address(site, page, parts);
}

// At the permalink in the front matter: a template error's own place is within its text.
static bool fail_permalink(const struct site_page *page, struct error *error, const char *hint)
{
    memset(&error->place, 0, sizeof error->place);
    error->source_line[0] = '\0';
    const struct source *source = page_of(page)->source;
    error_hint(error, "%s", hint);
    source_blame(source, SLICE("permalink"), BLAME_VALUE, error);
    return false;
}

// The text of a permalink: a string, or the `build` of an object. ptr NULL: false.
static struct value permalink_value(struct value permalink)
{
    return value_is(permalink, VALUE_OBJECT) ? value_get(NULL, permalink, SLICE("build"))
                                             : permalink;
}

// What no address can have: control characters, another site, and steps out of this one.
static const char *refusal(struct slice link)
{
    struct slice rest = link, step;
    long depth = 0;
    size_t scheme = slice_find(link, SLICE("://"), 0);
    if (slice_starts_with(link, SLICE("//")) ||
        (scheme != SIZE_MAX && scheme < slice_find_byte(link, '/', 0)))
        return "is the address of a whole site, not a path of this one";
    for (size_t i = 0; i < link.len; i++)
        if ((unsigned char)link.ptr[i] < 0x20 || link.ptr[i] == 0x7f)
            return "contains a control character";
    while (slice_split(&rest, '/', &step)) {
        depth += slice_equal(step, SLICE("..")) ? -1 : step.len && !slice_equal(step, SLICE("."));
        if (depth < 0)
            return "leads out of the site";
    }
    return NULL;
}

// Files without an extension that hosts know, and what a site declares. Eleventy has refused others
// since version 3.
static bool may_lack_extension(const struct site *site, const struct site_page *page)
{
    static const struct slice KNOWN[] = {{"/_redirects", 11}, {"/.htaccess", 10}, {"/_headers", 9}};
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (slice_ends_with(page->url, KNOWN[i]))
            return true;
    return site->eleventy_version < 3 || value_truthy(scripts_say(site, "missingExtensions")) ||
           value_truthy(value_get(NULL, page->data, SLICE("eleventyAllowMissingExtension")));
}

// Permalinks are no templates.
static bool is_fixed(struct value dynamic)
{
    return value_is(dynamic, VALUE_BOOLEAN) && !value_truthy(dynamic);
}

// Since version 3 a language of the configuration's own makes permalinks only if it says how.
static bool is_raw(const struct site *site, const struct source *source)
{
    return site->eleventy_version >= 3 && scripts_version(site) >= SCRIPTS_VERSION(3, 0) &&
           scripts_have_own_language(site, source->path);
}

static bool from_text(struct site *site, struct site_page *page, struct slice text,
                      struct error *error)
{
    struct slice link;
    if (is_fixed(scripts_say(site, "dynamicPermalinks")) || is_raw(site, page_of(page)->source) ||
        is_fixed(value_get(NULL, page->data, SLICE("dynamicPermalink"))))
        link = text;
    else if (!render_string(site, page_of(page)->source, text, 1, page->data, &link, error))
        return fail_permalink(page, error, "the permalink is a template; fix it");
    const char *why = refusal(slice_trim(link));
    if (why) {
        error_set(error, ERROR_CONFIG, "the permalink %s", why);
        return fail_permalink(page, error, "write it as permalink: /a/path/");
    }
    struct slice clean = path_normalise(site->arena, slice_trim(link));
    page_of(page)->rooted = slice_starts_with(slice_trim(link), SLICE("/"));
    bool directory = slice_ends_with(slice_trim(link), SLICE("/")) || !clean.len;
    while (clean.len && clean.ptr[0] == '/')
        clean = slice_sub(clean, 1, clean.len);
    const struct slice parts[] = {clean, directory && clean.len ? SLICE("/") : SLICE_EMPTY,
                                  directory ? SLICE("index.html") : SLICE_EMPTY, SLICE_EMPTY};
    if (!set_address(site, page, parts))
        return error_memory(error);
    if (!directory && !path_extension(clean).len && !may_lack_extension(site, page)) {
        error_set(error, ERROR_CONFIG, "the permalink %.*s has no file extension",
                  SLICE_ARG(slice_trim(link)));
        return fail_permalink(page, error,
                              "end it with a slash, or with .html; or set "
                              "eleventyAllowMissingExtension: true");
    }
    return true;
}

// What the page's language makes of it; undefined stays undefined if it makes nothing.
static bool ask_language(struct site *site, struct site_page *page, struct value *permalink,
                         struct error *error)
{
    const struct source *source = page_of(page)->source;
    const struct value args[] = {*permalink,
                                 value_string(ARENA_JOIN(site->arena, SLICE("./"), source->path))};
    struct value made;
    if (!value_is(source->permalink, VALUE_FUNCTION) || value_is(*permalink, VALUE_BOOLEAN))
        return true;
    if (!scripts_call(site, source->permalink, page->data, NULL, args, 2, &made, error))
        return fail_permalink(page, error, "the permalink of compileOptions failed");
    if (!value_is_nullish(made))
        *permalink = made;
    return true;
}

static bool find_address(struct site *site, struct site_page *page, struct error *error)
{
    struct value permalink = permalink_value(value_get(NULL, page->data, SLICE("permalink")));
    page_of(page)->has_permalink = true;
    if (!ask_language(site, page, &permalink, error))
        return false;
    const struct value data = script_context();
    if (value_is(permalink, VALUE_FUNCTION) &&
        !scripts_call(site, permalink, page->data, NULL, &data, 1, &permalink, error))
        return fail_permalink(page, error, "the permalink is a function that failed");
    if (value_is(permalink, VALUE_BOOLEAN) && !value_truthy(permalink)) {
        page_of(page)->has_permalink = false;
        page->url = page->output_path = SLICE_EMPTY;
        return true;
    }
    if (value_is(permalink, VALUE_STRING) && value_text(permalink).len)
        return from_text(site, page, value_text(permalink), error);
    if (!value_is_nullish(permalink) && !value_is(permalink, VALUE_STRING)) {
        error_set(error, ERROR_CONFIG, "permalink must be a path or false");
        return fail_permalink(page, error, "write it as permalink: /a/path/");
    }
    return default_output(site, page) || error_memory(error);
}

bool permalink_resolve(struct site *site, struct site_page *page, struct error *error)
{
    return find_address(site, page, error) &&
           (!page->output_path.len || scripts_url(site, page, &page->url, error));
}

static bool set_page_member(struct site *site, struct value object, struct slice key,
                            struct value v)
{
    return value_set(NULL, site->scratch, object, key, v);
}

// Members of Eleventy's page; the second row since version 2.
static const struct slice FIRST[] = {{"date", 4},
                                     {"inputPath", 9},
                                     {"fileSlug", 8},
                                     {"filePathStem", 12},
                                     {"outputFileExtension", 19}},
                          NEWER[] = {{"templateSyntax", 14}, {"rawInput", 8}},
                          HISTORY[] = {{"history", 7}}, // ours, where git.history says so
    ADDRESS[] = {{"url", 3}, {"outputPath", 10}};
enum { FIRST_COUNT = 5, NEWER_COUNT = 2, ADDRESS_COUNT = 2, HISTORY_COUNT = 1 };

static bool add_keys(struct site *site, struct value object, const struct slice *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!set_page_member(site, object, keys[i], value_undefined()))
            return false;
    return true;
}

// An object with the keys in order, made once.
static struct value model_of(struct site *site)
{
    struct making *making = site->making;
    if (value_is(making->page, VALUE_OBJECT))
        return making->page;
    struct value model = value_object(site->arena);
    bool newer = site->eleventy_version >= 3;
    if (value_is(model, VALUE_OBJECT) && add_keys(site, model, FIRST, FIRST_COUNT) &&
        add_keys(site, model, NEWER, newer ? NEWER_COUNT : 0) &&
        add_keys(site, model, ADDRESS, ADDRESS_COUNT) &&
        add_keys(site, model, HISTORY, site->settings->git.history ? HISTORY_COUNT : 0) &&
        value_settle(&making->shapes, model))
        making->page = model;
    return making->page;
}

static struct value no_or(bool has, struct slice text)
{
    return has ? value_string(text) : value_boolean(false);
}

static struct slice syntax_name(const struct source *source)
{
    return source->syntax == SYNTAX_MARKDOWN   ? SLICE("md")
           : source->syntax == SYNTAX_NUNJUCKS ? SLICE("njk")
                                               : SLICE("njk,md");
}

bool permalink_page_value(struct site *site, struct site_page *page)
{
    struct value model = model_of(site);
    const struct source *source = page_of(page)->source;
    page->page = value_is(model, VALUE_OBJECT) ? value_copy(site->arena, model) : model;
    struct slice shown = ARENA_JOIN(site->arena, SLICE("./"), page->input_path);
    if (!value_is(page->page, VALUE_OBJECT) || !shown.ptr)
        return false;
    struct value *values = page->page.object->values;
    *values++ = value_date(page->date_ms);
    *values++ = value_string(shown);
    *values++ = value_string(page->file_slug);
    *values++ = value_string(page->file_path_stem);
    *values++ = value_string(scripts_output_extension(site, page->input_path));
    if (site->eleventy_version >= 3) {
        *values++ = value_string(syntax_name(source));
        *values++ = source->raw_input;
    }
    permalink_show(site, page);
    if (site->settings->git.history)
        values[ADDRESS_COUNT] = source_history_value(site, source);
    struct value own = value_get(NULL, page->data, SLICE("page"));
    if (value_is(source->excerpt, VALUE_STRING) && value_is(own, VALUE_OBJECT) &&
        value_has(NULL, own, SLICE("excerpt")) &&
        !value_set(NULL, site->scratch, page->page, SLICE("excerpt"), source->excerpt))
        return false;
    return !page->lang.len ||
           value_set(NULL, site->scratch, page->page, SLICE("lang"), value_string(page->lang));
}

void permalink_show(struct site *site, struct site_page *page)
{
    size_t number = FIRST_COUNT + (site->eleventy_version >= 3 ? NEWER_COUNT : 0);
    struct value *values = page->page.object->values + number;
    bool has = page->output_path.len > 0;
    values[0] = no_or(has, page->url);
    values[1] = no_or(has, page_of(page)->written);
}
