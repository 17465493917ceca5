// SPDX-License-Identifier: MIT
//
// Eleventy's universal filters, and ours that need the site: url, asset, toc, markdown, log and the
// walkers of collections. Each row's `data` is the site.
#include "snapshot.h"

static struct slice text_argument(struct value_call *call, uint32_t n)
{
    return value_to_text(call->realm, value_arg(call, n));
}

// ---- url ----

// Node's path.posix.normalize: like path_normalise, but "" is ".", a final slash stays, and a
// relative path may climb.
static struct slice posix_normalize(struct arena *arena, struct slice path)
{
    bool absolute = path.len && path.ptr[0] == '/';
    bool slash = path.len && path.ptr[path.len - 1] == '/';
    char *out = arena_alloc_text(arena, path.len + 3);
    size_t length = 0, base = absolute;
    struct slice rest = path, part;
    if (!out)
        return SLICE_EMPTY;
    if (absolute)
        out[length++] = '/';
    while (path.len && slice_split(&rest, '/', &part)) {
        if (!part.len || slice_equal(part, SLICE(".")))
            continue;
        bool up = slice_equal(part, SLICE(".."));
        if (up && length > base) {
            while (length > base && out[length - 1] != '/')
                length--;
            length -= length > base;
            continue;
        }
        if (up && absolute)
            continue;
        if (length > absolute)
            out[length++] = '/';
        memcpy(out + length, part.ptr, part.len);
        length += part.len;
        base = up ? length : base;
    }
    if (!length)
        out[length++] = '.';
    if (slash && out[length - 1] != '/')
        out[length++] = '/';
    return slice_of(out, length);
}

// Whether JavaScript's URL constructor accepts it without a base: it has a scheme, and a host if
// the scheme needs one.
static bool is_absolute_url(struct slice url)
{
    size_t colon = slice_find_byte(url, ':', 0);
    if (colon == SIZE_MAX || !colon || !((url.ptr[0] | 0x20) >= 'a' && (url.ptr[0] | 0x20) <= 'z'))
        return false;
    for (size_t i = 0; i < colon; i++) {
        char c = url.ptr[i];
        bool ok = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                  c == '-' || c == '.';
        if (!ok)
            return false;
    }
    struct slice scheme = slice_sub(url, 0, colon), rest = slice_sub(url, colon + 1, url.len);
    bool special = slice_equal_ignore_case(scheme, SLICE("http")) ||
                   slice_equal_ignore_case(scheme, SLICE("https"));
    return !special || slice_trim(rest).len > 0;
}

// Whether it is like "/a/b/", without doubled slashes or dot segments.
static bool is_normal(struct slice url)
{
    for (size_t i = 0; i + 1 < url.len; i++)
        if (url.ptr[i] == '/' && (url.ptr[i + 1] == '/' || url.ptr[i + 1] == '.'))
            return false;
    return url.len && url.ptr[0] == '/';
}

static struct value filter_url(struct value_call *call)
{
    const struct site *site = site_of(call);
    struct arena *arena = call->realm->arena;
    struct value input = value_arg(call, 0), given = value_arg(call, 1);
    struct slice url = value_truthy(input) ? text_argument(call, 0) : SLICE_EMPTY;
    if (is_absolute_url(url) || (slice_starts_with(url, SLICE("//")) && url.len > 2))
        return value_string(url);
    struct slice prefix =
        value_is(given, VALUE_STRING) ? value_text(given) : site->settings->path_prefix;
    // The usual case, some twenty times per page: nothing to do.
    if (prefix.len == 1 && is_normal(url))
        return value_string(url);
    struct slice normal = posix_normalize(arena, url);
    struct slice root = posix_normalize(arena, arena_printf(arena, "/%.*s", SLICE_ARG(prefix)));
    if (slice_equal(normal, SLICE("/")) || slice_equal(normal, root))
        return value_string(slice_ends_with(root, SLICE("/"))
                                ? root
                                : arena_printf(arena, "%.*s/", SLICE_ARG(root)));
    if (!slice_starts_with(normal, SLICE("/")))
        return value_string(normal);
    return value_string(
        posix_normalize(arena, arena_printf(arena, "%.*s/%.*s", SLICE_ARG(root), SLICE_ARG(url))));
}

static struct value filter_asset(struct value_call *call)
{
    return value_string(site_asset_url(site_of(call), call->realm->arena, text_argument(call, 0)));
}

static struct value filter_integrity(struct value_call *call)
{
    return value_string(
        site_asset_integrity(site_of(call), call->realm->arena, text_argument(call, 0)));
}

// The page at a path: relative to the site directory if the path includes the input directory, else
// to the input directory, else to the asking page's directory (Eleventy's InputPathToUrl).
static const struct site_page *page_of_path(struct value_call *call, struct slice path)
{
    const struct site *site = site_of(call);
    struct arena *arena = call->realm->arena;
    struct value here =
        value_get(call->realm, template_lookup(call, SLICE("page")), SLICE("inputPath"));
    struct slice beside =
        value_is(here, VALUE_STRING) ? path_directory(value_text(here)) : SLICE_EMPTY;
    bool root = path.len && path.ptr[0] == '/';
    struct slice relative = path;
    while (relative.len && relative.ptr[0] == '/')
        relative = slice_sub(relative, 1, relative.len);
    struct slice bases[] = {SLICE_EMPTY, site->input, beside};
    const struct site_page *page = NULL;
    for (size_t i = 0; i < sizeof bases / sizeof *bases && !page && relative.len; i++) {
        struct slice joined = path_normalise(arena, path_join(arena, bases[i], relative));
        bool below = slice_starts_with(joined, site->input) || slice_equal(site->input, SLICE("."));
        if (i == 1 || (!root && (i == 2 || below)))
            page = site_page_by_input(site, joined);
    }
    return page;
}

// "./data/a.md#part" → "/a/#part". An unknown path is an error, as in Eleventy.
static struct value filter_input_path_to_url(struct value_call *call)
{
    struct slice path = text_argument(call, 0);
    size_t mark = 0;
    while (mark < path.len && path.ptr[mark] != '#' && path.ptr[mark] != '?')
        mark++;
    if (is_absolute_url(path))
        return value_string(path);
    struct slice decoded; // Markdown may encode it
    path_decode(call->realm->arena, slice_sub(path, 0, mark), &decoded);
    const struct site_page *page = page_of_path(call, decoded);
    if (!page) {
        error_set(call->error, ERROR_RUNTIME, "inputPathToUrl: there is no page %.*s",
                  SLICE_ARG(path));
        return value_undefined();
    }
    return value_string(arena_printf(call->realm->arena, "%.*s%.*s", SLICE_ARG(page->url),
                                     SLICE_ARG(slice_sub(path, mark, path.len))));
}

// The page that a relative link of the HTML names by its source file; NULL: it names none.
static const struct site_page *page_of_link(struct value_call *call, struct slice path)
{
    struct slice decoded;
    if (!path.len || path.ptr[0] == '/' || is_absolute_url(path))
        return NULL;
    path_decode(call->realm->arena, path, &decoded);
    const struct site_page *page = page_of_path(call, decoded);
    return page && page->url.len ? page : NULL;
}

// The URL, with the path prefix, of a file that the HTML names relative to the page's; "" if no
// route serves it.
static struct slice url_of_file(struct value_call *call, struct slice path)
{
    const struct site *site = site_of(call);
    struct arena *arena = call->realm->arena;
    struct value here =
        value_get(call->realm, template_lookup(call, SLICE("page")), SLICE("inputPath"));
    struct slice decoded, full;
    if (!path.len || path.ptr[0] == '/' || is_absolute_url(path) || !value_is(here, VALUE_STRING))
        return SLICE_EMPTY;
    path_decode(arena, path, &decoded);
    full = path_normalise(arena, path_join(arena, path_directory(value_text(here)), decoded));
    full = path_normalise(arena, path_join(arena, settings_directory(site->settings), full));
    for (size_t i = 0; i < site->route_count; i++) {
        const struct site_route *route = &site->routes[i];
        if (route->kind == SITE_ROUTE_ASSET && !route->fingerprinted &&
            slice_equal(route->file, full))
            return route->url;
    }
    return SLICE_EMPTY;
}

// "<a href="a.md#part">" → "<a href="/a/#part">", "<img src="images/b.svg">" → "/images/b.svg": for
// links that also work where the files are.
static struct value filter_input_paths_to_urls(struct value_call *call)
{
    static const struct slice HREF = {"href=\"", 6}, SRC = {"src=\"", 5};
    struct slice html = text_argument(call, 0), prefix = settings_prefix(site_of(call)->settings);
    struct buffer out = buffer_create(call->realm->arena, 0);
    size_t from = 0, at = 0;
    for (;;) {
        size_t href = slice_find(html, HREF, at), src = slice_find(html, SRC, at);
        if (href == SIZE_MAX && src == SIZE_MAX)
            break;
        size_t begin = src < href ? src + SRC.len : href + HREF.len, end = begin;
        while (end < html.len && !strchr("\"#?", html.ptr[end]))
            end++;
        struct slice link = slice_sub(html, begin, end);
        const struct site_page *page = src < href ? NULL : page_of_link(call, link);
        struct slice url =
            page ? ARENA_JOIN(call->realm->arena, prefix, page->url) : url_of_file(call, link);
        at = end;
        if (!url.len)
            continue;
        buffer_append(&out, slice_sub(html, from, begin));
        buffer_append(&out, url);
        from = end;
    }
    buffer_append(&out, slice_sub(html, from, html.len));
    struct value v = out.failed ? value_undefined() : value_string(buffer_slice(&out));
    v.flags |= value_arg(call, 0).flags & VALUE_SAFE;
    return v;
}

// ---- collections ----

static bool same_page(struct value_call *call, struct value item, struct value page)
{
    return value_strict_equal(value_get(call->realm, item, SLICE("inputPath")),
                              value_get(call->realm, page, SLICE("inputPath"))) &&
           value_strict_equal(value_get(call->realm, item, SLICE("outputPath")),
                              value_get(call->realm, page, SLICE("outputPath")));
}

// The index of the page (default: the current one) in the collection, or -1.
static int64_t find_in_collection(struct value_call *call)
{
    struct value page = value_arg(call, 1);
    if (!value_is(page, VALUE_OBJECT))
        page = template_lookup(call, SLICE("page"));
    uint32_t count = value_length(call->realm, value_arg(call, 0));
    for (uint32_t i = 0; i < count; i++)
        if (same_page(call, value_item(call->realm, value_arg(call, 0), i), page))
            return i;
    return -1;
}

static struct value neighbour(struct value_call *call, int64_t by)
{
    int64_t index = find_in_collection(call);
    uint32_t count = value_length(call->realm, value_arg(call, 0));
    if (index < 0 || index + by < 0 || index + by >= count)
        return value_undefined();
    return value_item(call->realm, value_arg(call, 0), (uint32_t)(index + by));
}

static struct value filter_item(struct value_call *call)
{
    return neighbour(call, 0);
}

static struct value filter_item_index(struct value_call *call)
{
    int64_t index = find_in_collection(call);
    return index < 0 ? value_undefined() : value_number((double)index);
}

static struct value filter_previous(struct value_call *call)
{
    return neighbour(call, -1);
}

static struct value filter_next(struct value_call *call)
{
    return neighbour(call, 1);
}

// ---- text ----

static struct value filter_log(struct value_call *call)
{
    const struct site *site = site_of(call);
    struct buffer text = buffer_create(call->realm->arena, 4096);
    struct error ignored = {0};
    template_note_effect(call);
    value_to_json(call->realm, &text, value_arg(call, 0), 0, &ignored);
    log_write(site->log, LOG_INFO, "template: %.*s", SLICE_ARG(buffer_slice(&text)));
    return value_arg(call, 0);
}

static struct value finish_text(struct value_call *call, struct buffer *out)
{
    if (out->failed)
        error_memory(call->error);
    return error_is_set(call->error) ? value_undefined() : value_string(buffer_slice(out));
}

static struct value filter_toc(struct value_call *call)
{
    const struct site *site = site_of(call);
    struct toc_options options = site->toc;
    struct buffer out = buffer_create(call->realm->arena, 0);
    struct value own = value_arg(call, 1);
    if (value_is(own, VALUE_OBJECT) && !toc_options_from_value(&options, own, call->error))
        return value_undefined();
    toc_render(call->realm->arena, &options, text_argument(call, 0), &out, call->error);
    return finish_text(call, &out);
}

static struct value filter_markdown(struct value_call *call)
{
    const struct site *site = site_of(call);
    struct buffer out = buffer_create(call->realm->arena, 0);
    struct value input = value_arg(call, 0);
    struct slice text = value_is_nullish(input) ? SLICE_EMPTY : text_argument(call, 0);
    markdown_render(call->realm->arena, &site->markdown, SLICE("markdown filter"), text, &out, NULL,
                    call->error);
    return finish_text(call, &out);
}

// {% markdown %}…{% endmarkdown %}: the body is the first argument.
static struct value shortcode_markdown(struct value_call *call)
{
    struct value v = filter_markdown(call);
    v.flags |= VALUE_SAFE;
    return v;
}

static const struct template_builtin FILTERS[] = {
    {"url", filter_url, "path | url", "The path with the site's path prefix.", false, NULL},
    {"asset", filter_asset, "path | asset",
     "The fingerprinted URL of an asset, which may be cached for ever.", false, NULL},
    {"integrity", filter_integrity, "path | integrity",
     "What the integrity attribute says of a script or style; empty for anything else.", false,
     NULL},
    {"inputPathToUrl", filter_input_path_to_url, "path | inputPathToUrl",
     "The URL of the page of a source file.", false, NULL},
    {"inputPathsToUrls", filter_input_paths_to_urls, "html | inputPathsToUrls",
     "Finished HTML, with links to source files and other files, relative to the page's own file, "
     "made links to where they are served.",
     false, NULL},
    {"imageSizes", images_sized, "html | imageSizes",
     "Finished HTML whose images of this site have their width and height, so that nothing moves "
     "when they arrive.",
     false, NULL},
    {"shown", languages_shown, "list | shown(collections.all)",
     "The items whose `url` leads to a page that readers see, or to another site. The collection "
     "says that the answer depends on other pages.",
     false, NULL},
    {"getCollectionItem", filter_item, "collection | getCollectionItem(page)",
     "The current page's item in a collection.", false, NULL},
    {"getCollectionItemIndex", filter_item_index, "collection | getCollectionItemIndex(page)",
     "The current page's index in a collection.", false, NULL},
    {"getPreviousCollectionItem", filter_previous, "collection | getPreviousCollectionItem(page)",
     "The item before the current page's.", false, NULL},
    {"getNextCollectionItem", filter_next, "collection | getNextCollectionItem(page)",
     "The item after the current page's.", false, NULL},
    {"log", filter_log, "value | log", "Writes the value to the log and passes it on.", false,
     NULL},
    {"toc", filter_toc, "content | toc(options)", "The table of contents of finished HTML.", false,
     NULL},
    {"markdown", filter_markdown, "text | markdown", "Markdown as HTML.", false, NULL},
};

static bool add_filter_rows(struct site *site, const struct template_builtin *rows, size_t count)
{
    struct template_builtin *own = arena_zalloc(site->arena, count + 1, sizeof *own);
    if (!own)
        return false;
    for (size_t i = 0; i < count; i++) {
        own[i] = rows[i];
        own[i].data = site;
    }
    return template_set_add_filters(site->templates, own, count);
}

bool filters_add(struct site *site)
{
    size_t count;
    const struct template_builtin *navigation = navigation_filters(&count);
    struct arena *arena = template_set_arena(site->templates);
    struct value shortcode = value_function(arena, SLICE("markdown"), shortcode_markdown, site);
    return add_filter_rows(site, FILTERS, sizeof FILTERS / sizeof *FILTERS) &&
           add_filter_rows(site, navigation, count) &&
           template_set_add_shortcode(site->templates, SLICE("markdown"), shortcode, true);
}

static bool has(const struct template_builtin *rows, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(slice_from_cstr(rows[i].name), name))
            return true;
    return false;
}

bool site_has_filter(struct slice name)
{
    size_t count;
    const struct template_builtin *navigation = navigation_filters(&count);
    const struct template_builtin *builtin = template_builtin_filters();
    size_t builtins = 0;
    while (builtin[builtins].name)
        builtins++;
    return has(navigation, count, name) || has(builtin, builtins, name) ||
           has(FILTERS, sizeof FILTERS / sizeof *FILTERS, name);
}
