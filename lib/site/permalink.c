// SPDX-License-Identifier: MIT
//
// From a page's path and `permalink` to its URL and output path, by Eleventy's rules.
#include "snapshot.h"

// Below input, without the extension, with a slash in front: "/a/index".
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
// one text.
static bool set_address(struct site *site, struct site_page *page, const struct slice parts[4])
{
    struct slice output = settings_text(site->settings, "output");
    struct slice whole =
        ARENA_JOIN(site->arena, site->eleventy_version >= 3 ? SLICE("./") : SLICE_EMPTY, output,
                   SLICE("/"), parts[0], parts[1], parts[2], parts[3]);
    size_t length = parts[0].len + parts[1].len + parts[2].len + parts[3].len;
    page_of(page)->written = whole;
    page->output_path = slice_sub(whole, whole.len - length, whole.len);
    page->url = slice_sub(whole, whole.len - length - 1, whole.len);
    if (slice_ends_with(page->url, SLICE("/index.html")))
        page->url.len -= sizeof "index.html" - 1;
    page->content_type = mime_type(path_extension(page->output_path));
    return whole.ptr != NULL;
}

static bool default_output(struct site *site, struct site_page *page)
{
    struct slice path = name_without_extension(site, page);
    struct slice directory = path_directory(path), base = path_base(path);
    bool root = directory.len <= 1;
    // A page named like its directory is the directory's index.
    bool index =
        slice_equal(base, SLICE("index")) || (!root && slice_equal(base, path_base(directory)));
    // "/a/b" → "a/b/", "/a/index" → "a/".
    struct slice below = slice_sub(path, 1, path.len - (index ? base.len : 0));
    // Pages of a pagination that names no address are numbered below the first.
    uint32_t chunk = page_of(page)->chunk;
    struct slice number = chunk ? arena_printf(site->arena, "%u/", chunk) : SLICE_EMPTY;
    const struct slice parts[] = {below, index ? SLICE_EMPTY : SLICE("/"), number,
                                  SLICE("index.html")};
    return set_address(site, page, parts);
}

// At the permalink in the front matter: a template's own place is one within its text.
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

static bool from_text(struct site *site, struct site_page *page, struct slice text,
                      struct error *error)
{
    struct slice link;
    struct value dynamic = value_get(NULL, page->data, SLICE("dynamicPermalink"));
    if (value_is(dynamic, VALUE_BOOLEAN) && !value_truthy(dynamic))
        link = text;
    else if (!render_string(site, page->input_path, text, 1, page->data, &link, error))
        return fail_permalink(page, error, "the permalink is a template; mend it");
    struct slice clean = path_normalise(site->arena, slice_trim(link));
    page_of(page)->rooted = slice_starts_with(slice_trim(link), SLICE("/"));
    bool directory = slice_ends_with(slice_trim(link), SLICE("/")) || !clean.len;
    while (clean.len && clean.ptr[0] == '/')
        clean = slice_sub(clean, 1, clean.len);
    const struct slice parts[] = {clean, directory && clean.len ? SLICE("/") : SLICE_EMPTY,
                                  directory ? SLICE("index.html") : SLICE_EMPTY, SLICE_EMPTY};
    if (!set_address(site, page, parts))
        return error_memory(error);
    if (!directory && !path_extension(clean).len && site->eleventy_version >= 3) {
        error_set(error, ERROR_CONFIG, "the permalink %.*s has no file extension",
                  SLICE_ARG(slice_trim(link)));
        return fail_permalink(page, error, "end it with a slash, or with .html");
    }
    return true;
}

bool permalink_resolve(struct site *site, struct site_page *page, struct error *error)
{
    struct value permalink = permalink_value(value_get(NULL, page->data, SLICE("permalink")));
    page_of(page)->has_permalink = true;
    if (value_is(permalink, VALUE_BOOLEAN) && !value_truthy(permalink)) {
        page_of(page)->has_permalink = false;
        page->url = page->output_path = SLICE_EMPTY;
        return true;
    }
    if (value_is(permalink, VALUE_STRING) && value_text(permalink).len)
        return from_text(site, page, value_text(permalink), error);
    if (value_is(permalink, VALUE_BOOLEAN) || value_is(permalink, VALUE_NUMBER)) {
        error_set(error, ERROR_CONFIG, "permalink must be a path or false");
        return fail_permalink(page, error, "write it as permalink: /a/path/");
    }
    return default_output(site, page) || error_memory(error);
}

static bool set(struct site *site, struct value object, struct slice key, struct value v)
{
    return value_set(NULL, site->arena, object, key, v);
}

// What Eleventy's page has since version 2.
static void set_newer(struct site *site, struct value object, const struct source *source)
{
    set(site, object, SLICE("templateSyntax"),
        value_string(source->syntax == SYNTAX_MARKDOWN   ? SLICE("md")
                     : source->syntax == SYNTAX_NUNJUCKS ? SLICE("njk")
                                                         : SLICE("njk,md")));
    set(site, object, SLICE("rawInput"), source->raw_input);
}

static struct value no_or(bool has, struct slice text)
{
    return has ? value_string(text) : value_boolean(false);
}

bool permalink_page_value(struct site *site, struct site_page *page)
{
    enum { MEMBERS = 10 };
    struct value object = page->page = value_object_sized(site->arena, MEMBERS);
    struct source *source = page_of(page)->source;
    if (!value_is(object, VALUE_OBJECT))
        return false;
    set(site, object, SLICE("date"), value_date(page->date_ms));
    set(site, object, SLICE("inputPath"),
        value_string(ARENA_JOIN(site->arena, SLICE("./"), page->input_path)));
    set(site, object, SLICE("fileSlug"), value_string(page->file_slug));
    set(site, object, SLICE("filePathStem"), value_string(page->file_path_stem));
    set(site, object, SLICE("outputFileExtension"), value_string(SLICE("html")));
    if (site->eleventy_version >= 3)
        set_newer(site, object, source);
    permalink_show(site, page);
    if (page->lang.len)
        set(site, object, SLICE("lang"), value_string(page->lang));
    return true;
}

void permalink_show(struct site *site, struct site_page *page)
{
    bool has = page->output_path.len > 0;
    set(site, page->page, SLICE("url"), no_or(has, page->url));
    set(site, page->page, SLICE("outputPath"), no_or(has, page_of(page)->written));
}
