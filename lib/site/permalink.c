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
        path = arena_printf(site->arena, "/%.*s", SLICE_ARG(path));
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
    page->file_path_stem = arena_printf(site->arena, "%.*s/%.*s",
                                        SLICE_ARG(root ? SLICE_EMPTY : directory), SLICE_ARG(base));
    page->file_slug = base;
    if (slice_equal(base, SLICE("index"))) {
        struct slice name = path_base(directory);
        page->file_slug = root ? SLICE("") : site->eleventy_version >= 3 ? strip_date(name) : name;
    }
}

struct slice permalink_url(struct arena *arena, struct slice output_path)
{
    struct slice url = arena_printf(arena, "/%.*s", SLICE_ARG(output_path));
    if (slice_ends_with(url, SLICE("/index.html")))
        url.len -= sizeof "index.html" - 1;
    return url;
}

static struct slice default_output(struct site *site, const struct site_page *page)
{
    struct slice path = name_without_extension(site, page);
    struct slice directory = path_directory(path), base = path_base(path);
    bool root = directory.len <= 1;
    // A page named like its directory is the directory's index.
    bool index =
        slice_equal(base, SLICE("index")) || (!root && slice_equal(base, path_base(directory)));
    directory = root ? SLICE_EMPTY : slice_sub(directory, 1, directory.len);
    // Pages of a pagination that names no address are numbered below the first.
    uint32_t chunk = page_of(page)->chunk;
    struct slice number = chunk ? arena_printf(site->arena, "%u/", chunk) : SLICE_EMPTY;
    return arena_printf(site->arena, "%.*s%s%.*s%s%.*sindex.html", SLICE_ARG(directory),
                        root ? "" : "/", SLICE_ARG(index ? SLICE_EMPTY : base), index ? "" : "/",
                        SLICE_ARG(number));
}

// At the permalink in the front matter: a template's own place is one within its text.
static bool fail_permalink(const struct site_page *page, struct error *error, const char *hint)
{
    memset(&error->place, 0, sizeof error->place);
    error->source_line[0] = '\0';
    const struct source *source = page_of(page)->source;
    const struct value_place *place = value_place_find(&source->places, SLICE("permalink"));
    error_hint(error, "%s", hint);
    error_at(error, page->input_path, place ? place->value_line : 1,
             place ? place->value_column : 1);
    error_source(error, source->text);
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
    page->output_path = directory ? arena_printf(site->arena, "%.*s%sindex.html", SLICE_ARG(clean),
                                                 clean.len ? "/" : "")
                                  : arena_copy(site->arena, clean);
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
    if (value_is(permalink, VALUE_STRING) && value_text(permalink).len) {
        if (!from_text(site, page, value_text(permalink), error))
            return false;
    } else if (value_is(permalink, VALUE_BOOLEAN) || value_is(permalink, VALUE_NUMBER)) {
        error_set(error, ERROR_CONFIG, "permalink must be a path or false");
        return fail_permalink(page, error, "write it as permalink: /a/path/");
    } else
        page->output_path = default_output(site, page);
    page->url = permalink_url(site->arena, page->output_path);
    page->content_type = mime_type(path_extension(page->output_path));
    return page->url.ptr || error_memory(error);
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
    set(site, object, SLICE("rawInput"), value_string(source->body));
}

// A computed permalink comes after the first time: the object is the same, so that all who hold it
// see its last members.
bool permalink_page_value(struct site *site, struct site_page *page)
{
    enum { MEMBERS = 10 };
    if (!value_is(page->page, VALUE_OBJECT))
        page->page = value_object_sized(site->arena, MEMBERS);
    struct value object = page->page;
    struct source *source = page_of(page)->source;
    struct value no = value_boolean(false);
    bool has = page->output_path.len > 0;
    set(site, object, SLICE("date"), value_date(page->date_ms));
    set(site, object, SLICE("inputPath"),
        value_string(arena_printf(site->arena, "./%.*s", SLICE_ARG(page->input_path))));
    set(site, object, SLICE("fileSlug"), value_string(page->file_slug));
    set(site, object, SLICE("filePathStem"), value_string(page->file_path_stem));
    set(site, object, SLICE("outputFileExtension"), value_string(SLICE("html")));
    if (site->eleventy_version >= 3)
        set_newer(site, object, source);
    set(site, object, SLICE("url"), has ? value_string(page->url) : no);
    set(site, object, SLICE("outputPath"),
        has ? value_string(arena_printf(
                  site->arena, "%s%.*s/%.*s", site->eleventy_version >= 3 ? "./" : "",
                  SLICE_ARG(settings_text(site->settings, "output")), SLICE_ARG(page->output_path)))
            : no);
    if (page->lang.len)
        set(site, object, SLICE("lang"), value_string(page->lang));
    return value_is(object, VALUE_OBJECT);
}
