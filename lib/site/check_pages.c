// SPDX-License-Identifier: MIT
//
// What each page shows: its front matter, its source, and its HTML once rendered. Problems of the
// HTML are placed in the source by looking for the text concerned there.
#include "base/clock.h"
#include "check.h"

#include <math.h>

// ---- places ----

// Where the text stands in the source, or as many of its first words as stand there together: what
// a component has put behind them is not in the source.
static size_t find_words(struct slice source, struct slice text)
{
    while (text.len) {
        size_t at = slice_find(source, text, 0);
        if (at != SIZE_MAX)
            return at;
        while (text.len && text.ptr[text.len - 1] != ' ')
            text.len--;
        text = slice_trim(text);
    }
    return SIZE_MAX;
}

// Places the problem where `text` first stands in the page's source, else at the body's start.
static void add_at_text(struct check *check, const struct site_page *page, const char *rule,
                        struct slice text, struct error *error, const char *why)
{
    const struct source *source = page_of(page)->source;
    size_t at = find_words(source->text, text);
    if (at == SIZE_MAX)
        at = source->text.len - source->body.len;
    error_at_offset(error, page->input_path, source->text, at);
    check_add(check, rule, error, arena_copy(check->arena, text), why);
}

static void add_at_key(struct check *check, const struct site_page *page, const char *rule,
                       const char *key, struct error *error, const char *why)
{
    const struct source *source = page_of(page)->source;
    const struct value_place *place = value_place_find(&source->places, slice_from_cstr(key));
    error_at(error, page->input_path, place ? place->line : 1, place ? place->column : 1);
    error_source(error, source->text);
    check_add(check, rule, error, SLICE_EMPTY, why);
}

// ---- front matter ----

static const char *const KEYS[] = {"title",
                                   "description",
                                   "section",
                                   "layout",
                                   "date",
                                   "dateUpdated",
                                   "datePublished",
                                   "eleventyNavigation",
                                   "tags",
                                   "permalink",
                                   "draft",
                                   "publishAt",
                                   "expireAt",
                                   "reviewBy",
                                   "withdrawn",
                                   "owner",
                                   "redirect_from",
                                   "classification",
                                   "audience",
                                   "changes",
                                   "lang",
                                   "alternates",
                                   "searchable",
                                   "related",
                                   "pagination",
                                   "eleventyComputed",
                                   "eleventyExcludeFromCollections",
                                   "templateEngineOverride",
                                   "hideFeedback",
                                   "hideSearch",
                                   "hideBreadcrumbs"};

// A key that is nearly a known one, and that no layout or data knows, is a slip of the pen.
static void check_keys(struct check *check, const struct site_page *page)
{
    const struct value_object *view = value_object_view(NULL, page_of(page)->source->front_matter);
    for (uint32_t i = 0; i < view->count; i++) {
        struct slice key = view->members[i].key;
        const char *nearest = NULL;
        bool known = false;
        for (size_t k = 0; k < sizeof KEYS / sizeof *KEYS && !known; k++) {
            size_t distance = slice_distance(key, slice_from_cstr(KEYS[k]), 2);
            known = distance == 0;
            if (distance <= 2 && key.len > 4)
                nearest = KEYS[k];
        }
        if (known || !nearest)
            continue;
        struct error error = {0};
        error_set(&error, ERROR_CONFIG, "unknown front-matter key: %.*s", SLICE_ARG(key));
        error_hint(&error, "did you mean `%s`?", nearest);
        add_at_key(check, page, "front-matter-key", arena_cstr(check->scratch, key), &error,
                   "A key that is misspelt has no effect, and nobody is told.");
    }
}

static void check_title(struct check *check, const struct site_page *page)
{
    struct error error = {0};
    if (!page->title.len) {
        error_set(&error, ERROR_CONFIG, "the page has no title");
        error_hint(&error, "write title: in its front matter");
        add_at_key(check, page, "title-missing", "title", &error,
                   "The title is the heading, the tab and the search result.");
        return;
    }
    const struct site_page *first = map_get(&check->titles, page->title);
    if (!first) {
        map_put(&check->titles, page->title, (void *)(uintptr_t)page);
        return;
    }
    if (page_of(first)->source == page_of(page)->source)
        return; // pages of one pagination
    error_set(&error, ERROR_CONFIG, "%.*s has this title as well", SLICE_ARG(first->input_path));
    add_at_key(check, page, "title-repeated", "title", &error,
               "In tabs and search results the two cannot be told apart.");
}

static void check_review(struct check *check, const struct site_page *page)
{
    struct value v = value_get(NULL, page->data, SLICE("reviewBy"));
    struct error error = {0};
    if (!value_is(v, VALUE_DATE) || !(v.number < clock_wall_ms()))
        return;
    error_set(&error, ERROR_CONFIG, "the page was to be reviewed by now");
    error_hint(&error, "read it again, then set reviewBy to the next date");
    add_at_key(check, page, "review-overdue", "reviewBy", &error, NULL);
}

// ---- source ----

static const char *const PLACEHOLDERS[] = {
    "Lorem ipsum", "TODO", "TBC:", "FIXME", "add a brief intro here", "about how ....."};

static void check_placeholders(struct check *check, const struct site_page *page)
{
    const struct source *source = page_of(page)->source;
    for (size_t i = 0; i < sizeof PLACEHOLDERS / sizeof *PLACEHOLDERS; i++) {
        struct slice text = slice_from_cstr(PLACEHOLDERS[i]);
        size_t at = slice_find(source->text, text, source->text.len - source->body.len);
        struct error error = {0};
        if (at == SIZE_MAX)
            continue;
        error_set(&error, ERROR_SYNTAX, "a placeholder was left: %s", PLACEHOLDERS[i]);
        error_hint(&error, "write what belongs here, or take it out");
        error_at_offset(&error, page->input_path, source->text, at);
        check_add(check, "placeholder", &error, text, "Readers see it as it stands.");
    }
}

// ---- HTML ----

struct tag {
    struct slice name;
    struct slice text; // the whole tag
    size_t end;        // behind it
    bool closing;
};

static bool next_tag(struct slice html, size_t *at, struct tag *tag)
{
    for (size_t i = slice_find_byte(html, '<', *at); i != SIZE_MAX;
         i = slice_find_byte(html, '<', i + 1)) {
        if (slice_starts_with(slice_sub(html, i, html.len), SLICE("<!--"))) {
            size_t close = slice_find(html, SLICE("-->"), i);
            i = close == SIZE_MAX ? html.len : close;
            continue;
        }
        bool closing = i + 1 < html.len && html.ptr[i + 1] == '/';
        size_t start = i + 1 + closing, end = start;
        while (end < html.len && ((html.ptr[end] | 0x20) >= 'a' || html.ptr[end] <= '9') &&
               html.ptr[end] != '>' && html.ptr[end] != ' ' && html.ptr[end] != '\n' &&
               html.ptr[end] != '/')
            end++;
        size_t close = slice_find_byte(html, '>', end);
        if (end == start || close == SIZE_MAX)
            continue;
        *tag = (struct tag){slice_sub(html, start, end), slice_sub(html, i, close + 1), close + 1,
                            closing};
        *at = close + 1;
        return true;
    }
    return false;
}

// The value of an attribute; ptr NULL when the tag has none of that name.
static struct slice attribute(struct slice tag, struct slice name)
{
    for (size_t at = slice_find(tag, name, 1); at != SIZE_MAX; at = slice_find(tag, name, at + 1)) {
        char before = tag.ptr[at - 1], after = at + name.len < tag.len ? tag.ptr[at + name.len] : 0;
        if (before != ' ' && before != '\n' && before != '\t')
            continue;
        if (after != '=')
            return after == ' ' || after == '>' || after == '/' ? slice_of("", 0) : SLICE_EMPTY;
        size_t start = at + name.len + 1;
        char quote = start < tag.len ? tag.ptr[start] : '\0';
        bool quoted = quote == '"' || quote == '\'';
        size_t end = slice_find_byte(tag, quoted ? quote : ' ', start + quoted);
        if (end == SIZE_MAX)
            end = tag.len - 1;
        struct slice value = slice_sub(tag, start + quoted, end);
        return slice_of(value.ptr ? value.ptr : "", value.len);
    }
    return SLICE_EMPTY;
}

static void collect_ids(struct check *check, const struct site_page *page, struct slice html)
{
    struct map *ids = arena_zalloc(check->arena, 1, sizeof *ids);
    struct tag tag;
    if (!ids)
        return;
    *ids = map_create(check->arena);
    for (size_t at = 0; next_tag(html, &at, &tag);) {
        struct slice id = attribute(tag.text, SLICE("id"));
        if (id.len)
            map_put(ids, arena_copy(check->arena, id), check);
    }
    map_put(&check->ids, page->url, ids);
}

static bool is_external(struct slice url)
{
    size_t colon = slice_find_byte(url, ':', 0), slash = slice_find_byte(url, '/', 0);
    return slice_starts_with(url, SLICE("//")) || (colon != SIZE_MAX && colon < slash);
}

static const char *const ENDPOINTS[] = {"/search",      "/search.json", "/feedback",
                                        "/sitemap.xml", "/robots.txt",  "/feed.xml",
                                        "/pages.json",  "/healthz",     "/readyz"};

static bool is_endpoint(struct slice path)
{
    for (size_t i = 0; i < sizeof ENDPOINTS / sizeof *ENDPOINTS; i++)
        if (slice_equal(path, slice_from_cstr(ENDPOINTS[i])))
            return true;
    return false;
}

static struct slice decode_url(struct arena *arena, struct slice url)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < url.len; i++) {
        if (url.ptr[i] == '%' && i + 2 < url.len) {
            buffer_append_byte(&out, (char)value_parse_int(slice_sub(url, i + 1, i + 3), 16));
            i += 2;
        } else if (slice_starts_with(slice_sub(url, i, url.len), SLICE("&amp;"))) {
            buffer_append_byte(&out, '&');
            i += 4;
        } else
            buffer_append_byte(&out, url.ptr[i]);
    }
    return buffer_slice(&out);
}

static void report_link(struct check *check, const struct site_page *page, const char *rule,
                        struct slice url, const char *message, struct slice near)
{
    struct error error = {0};
    error_set(&error, ERROR_NOT_FOUND, "%s: %.*s", message, SLICE_ARG(url));
    if (near.len)
        error_hint(&error, "did you mean %.*s?", SLICE_ARG(near));
    add_at_text(check, page, rule, url, &error, NULL);
}

static void check_anchor(struct check *check, const struct site_page *page,
                         const struct site_page *target, struct slice url, struct slice id)
{
    const struct map *ids = map_get(&check->ids, target->url);
    if (!ids || !id.len || slice_equal(id, SLICE("top")) || map_find(ids, id) ||
        map_find(ids, decode_url(check->scratch, id)))
        return;
    report_link(check, page, "link-anchor", url, "there is no such part of the page",
                map_nearest(ids, id));
}

static void check_url(struct check *check, const struct site_page *page, struct slice url)
{
    const struct site *site = check->site;
    if (is_external(url))
        return;
    size_t mark = slice_find_byte(url, '#', 0), query = slice_find_byte(url, '?', 0);
    struct slice id = mark == SIZE_MAX ? SLICE_EMPTY : slice_sub(url, mark + 1, url.len);
    struct slice path = slice_sub(url, 0, mark < query ? mark : query), location;
    if (!path.len) {
        check_anchor(check, page, page, url, id);
        return;
    }
    if (path.ptr[0] != '/')
        path = path_join(check->scratch, path_directory(page->url), path);
    bool slash = slice_ends_with(path, SLICE("/"));
    path = path_normalise(check->scratch, decode_url(check->scratch, path));
    if (slash && path.len > 1)
        path = arena_printf(check->scratch, "%.*s/", SLICE_ARG(path));
    const struct site_route *route = site_find(site, path, check->scratch, &location);
    if (!route && !slash)
        route = site_find(site, arena_printf(check->scratch, "%.*s/", SLICE_ARG(path)),
                          check->scratch, &location);
    if (!route && !is_endpoint(path)) {
        const struct site_page *near[1];
        size_t count = site_nearest(site, path, near, 1);
        report_link(check, page, "link-broken", url, "there is no such page or file",
                    count ? near[0]->url : SLICE_EMPTY);
    } else if (route && route->kind == SITE_ROUTE_PAGE)
        check_anchor(check, page, route->page, url, id);
}

static bool is_vague(struct slice text)
{
    static const char *const VAGUE[] = {"click here", "here", "link",
                                        "this link",  "more", "read more"};
    for (size_t i = 0; i < sizeof VAGUE / sizeof *VAGUE; i++)
        if (slice_equal_ignore_case(slice_trim(text), slice_from_cstr(VAGUE[i])))
            return true;
    return false;
}

// Text between the tag and its end, tags left out.
static struct slice inner_text(struct arena *arena, struct slice html, size_t from)
{
    size_t end = slice_find(html, SLICE("</a"), from);
    struct buffer out = buffer_create(arena, 0);
    bool inside = true;
    for (size_t i = from; i < html.len && i < end; i++) {
        if (html.ptr[i] == '<') {
            // An image's alternative text is text of the link.
            if (slice_starts_with(slice_sub(html, i, end), SLICE("<img")))
                buffer_append(&out, attribute(slice_sub(html, i, end), SLICE("alt")));
            inside = false;
        }
        if (inside)
            buffer_append_byte(&out, html.ptr[i]);
        inside |= html.ptr[i] == '>';
    }
    return slice_trim(buffer_slice(&out));
}

static void check_link(struct check *check, const struct site_page *page, struct slice html,
                       const struct tag *tag)
{
    struct slice href = attribute(tag->text, SLICE("href"));
    struct slice text = inner_text(check->scratch, html, tag->end);
    struct slice target = attribute(tag->text, SLICE("target"));
    struct slice rel = attribute(tag->text, SLICE("rel"));
    struct error error = {0};
    if (href.ptr && !href.len) {
        error_set(&error, ERROR_SYNTAX, "this link leads nowhere: %.*s", SLICE_ARG(text));
        error_hint(&error, "put the address into it");
        add_at_text(check, page, "link-empty", text, &error,
                    "It takes the reader back to the top.");
    } else if (href.len)
        check_url(check, page, href);
    error_clear(&error);
    if (href.ptr && (!text.len || is_vague(text)) &&
        !attribute(tag->text, SLICE("aria-label")).len) {
        error_set(&error, ERROR_SYNTAX,
                  text.len ? "the text of this link does not say where it leads: %.*s"
                           : "this link has no text%.*s",
                  SLICE_ARG(text));
        add_at_text(check, page, "link-text", text.len ? text : href, &error,
                    "Screen readers list links by their text alone.");
    }
    error_clear(&error);
    if (slice_equal(target, SLICE("_blank")) && slice_find(rel, SLICE("noopener"), 0) == SIZE_MAX &&
        slice_find(rel, SLICE("noreferrer"), 0) == SIZE_MAX) {
        error_set(&error, ERROR_SYNTAX, "target=\"_blank\" without rel=\"noopener\"");
        error_hint(&error, "add rel=\"noopener noreferrer\"");
        add_at_text(check, page, "target-blank", href, &error,
                    "The page that opens could steer this one in old browsers.");
    }
}

static void check_html(struct check *check, const struct site_page *page, struct slice html)
{
    struct tag tag;
    for (size_t at = 0; next_tag(html, &at, &tag);) {
        if (tag.closing)
            continue;
        if (slice_equal(tag.name, SLICE("a")))
            check_link(check, page, html, &tag);
        if (!slice_equal(tag.name, SLICE("img")))
            continue;
        struct slice source = attribute(tag.text, SLICE("src"));
        struct error error = {0};
        if (source.len)
            check_url(check, page, source);
        if (attribute(tag.text, SLICE("alt")).ptr)
            continue;
        error_set(&error, ERROR_SYNTAX, "this image has no alternative text");
        error_hint(&error, "describe it with alt, or write alt=\"\" when it only decorates");
        add_at_text(check, page, "image-alt", source, &error, NULL);
    }
}

// ---- a page ----

static bool render(struct check *check, const struct site_page *page, bool whole,
                   struct slice *html, struct error *error)
{
    struct site_request request = {.now_ms = clock_wall_ms()};
    struct value_realm realm = value_realm_create(check->scratch);
    struct site_output output;
    realm.now_ms = request.now_ms;
    if (!whole)
        return render_content(check->site, page, &request, &realm, html, error);
    if (!site_render(check->site, page, &request, check->scratch, &output, error))
        return false;
    *html = template_output_text(check->scratch, &output.body);
    return true;
}

static bool is_document(const struct site_page *page)
{
    return page->url.len && !page->broken &&
           slice_starts_with(page->content_type, SLICE("text/html"));
}

void check_pages(struct check *check)
{
    const struct site *site = check->site;
    struct slice html;
    check->ids = check->titles = map_create(check->arena);
    // First all ids, since any page may name a part of any other.
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        struct error error = {0};
        arena_reset(check->scratch, 4 << 20);
        if (!page->url.len || page->broken)
            continue;
        if (render(check, page, true, &html, &error))
            collect_ids(check, page, html);
        else
            check_add(check, "template", &error, SLICE_EMPTY, NULL);
    }
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        struct error error = {0};
        arena_reset(check->scratch, 4 << 20);
        if (!is_document(page))
            continue;
        check_keys(check, page);
        check_title(check, page);
        check_review(check, page);
        check_placeholders(check, page);
        if (render(check, page, false, &html, &error))
            check_html(check, page, html);
    }
}
