// SPDX-License-Identifier: MIT
//
// Links: where they lead, what they say, and how they open. Fragments of other pages are looked up
// once all pages have been rendered.
#include "findings.h"

// Where a URL leads, determined once for each distinct URL.
struct verdict {
    bool ok;
    const struct site_page *page;  // NULL if it is not a page
    const struct site_page *draft; // or the draft that will answer; perhaps of check_for_authors
    struct slice instead;          // the intended URL, "" if unknown
    bool exact;                    // no other is possible
};

// A fragment of another page.
struct anchor {
    const struct site_page *page;
    const struct site_page *target;
    struct slice url, id;
    size_t at, end; // in the page's source; SIZE_MAX: unknown
    bool own;
};

static bool is_endpoint(const struct site *site, struct slice path)
{
    path = settings_below_prefix(site->settings, path);
    for (unsigned i = 0; i < SITE_ENDPOINTS; i++)
        if (slice_equal(path, slice_from_cstr(site_endpoints()[i].path)))
            return site_has_endpoint(site->settings, i);
    return false;
}

// Files of a missing directory: that is reported once, for the directory.
static bool is_of_missing_directory(const struct check *check, struct slice path)
{
    struct value map = check->site->settings->passthrough;
    const struct value_object *view =
        value_is(map, VALUE_OBJECT) ? value_object_view(NULL, map) : NULL;
    path = settings_below_prefix(check->site->settings, path);
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct value directory = view->values[i];
        if (!value_is(directory, VALUE_STRING) || !slice_starts_with(path, view->keys[i].text))
            continue;
        return !tree_has(check->site->tree, value_text(directory));
    }
    return false;
}

static bool is_external(struct slice url)
{
    size_t colon = slice_find_byte(url, ':', 0), slash = slice_find_byte(url, '/', 0);
    size_t mark = slice_find_byte(url, '#', 0), query = slice_find_byte(url, '?', 0);
    return slice_starts_with(url, SLICE("//")) ||
           (colon != SIZE_MAX && colon < slash && colon < mark && colon < query);
}

// ---- what was probably meant ----

// "other.md": the page's source instead of its URL, relative to the page or to the input.
static const struct site_page *page_of_source(struct check *check, const struct site_page *page,
                                              struct slice path)
{
    const struct site *site = check->site;
    struct slice extension = path_extension(path);
    if (!slice_equal(extension, SLICE(".md")) && !slice_equal(extension, SLICE(".njk")))
        return NULL;
    struct slice from = path.ptr[0] == '/' ? site->input : path_directory(page->input_path);
    while (path.len && path.ptr[0] == '/')
        path = slice_sub(path, 1, path.len);
    struct slice full = path_normalise(check->scratch, path_join(check->scratch, from, path));
    const struct site_page *found = site_page_by_input(site, full);
    return found && found->url.len ? found : NULL;
}

static struct slice with_fragment(struct check *check, struct slice url, struct slice written)
{
    size_t mark = slice_find_byte(written, '#', 0);
    struct slice prefix = settings_prefix(check->site->settings);
    return arena_printf(
        check->arena, "%.*s%.*s%.*s", SLICE_ARG(prefix), SLICE_ARG(url),
        SLICE_ARG(mark == SIZE_MAX ? SLICE_EMPTY : slice_sub(written, mark, written.len)));
}

// Each takes all pages: of a site with many pages and many broken links, only the first get one.
static bool find_near(struct check *check, struct slice resolved, const struct site_page **near)
{
    enum { COMPARED_MAX = 20000000 };
    if (check->compared > COMPARED_MAX)
        return false;
    check->compared += check->site->page_count;
    return site_nearest(check->site, resolved, near, 1) > 0;
}

// Drafts have no address yet, but to their authors.
static const struct site_page *find_draft(struct check *check, struct slice resolved)
{
    const struct site *site = check_for_authors(check);
    const struct site_route *route = site ? site_link_route(site, check->scratch, resolved) : NULL;
    return route && route->kind == SITE_ROUTE_PAGE && route->page->draft ? route->page : NULL;
}

static void find_instead(struct check *check, const struct site_page *page, struct slice url,
                         struct slice path, struct slice resolved, struct verdict *verdict)
{
    const struct site_page *source = page_of_source(check, page, path), *near[1];
    if (source) {
        verdict->instead = with_fragment(check, source->url, url);
        verdict->exact = true;
    } else if (slice_starts_with(url, SLICE("www."))) {
        verdict->instead = arena_printf(check->arena, "https://%.*s", SLICE_ARG(url));
        verdict->exact = true;
    } else if (slice_find_byte(url, '@', 0) != SIZE_MAX &&
               slice_find_byte(url, '/', 0) == SIZE_MAX) {
        verdict->instead = arena_printf(check->arena, "mailto:%.*s", SLICE_ARG(url));
        verdict->exact = true;
    } else if (find_near(check, resolved, near)) {
        verdict->instead = with_fragment(check, near[0]->url, url);
        verdict->exact = slice_equal_ignore_case(near[0]->url, resolved);
    }
}

// ---- where a URL leads ----

struct slice site_link_resolve(const struct site *site, struct arena *arena, struct slice page_url,
                               struct slice path)
{
    if (path.ptr[0] != '/') {
        struct slice base = ARENA_JOIN(arena, settings_prefix(site->settings), page_url);
        // "../x" from a page at /a/b/ is in /a/, as in the browser.
        struct slice directory = slice_ends_with(base, SLICE("/")) ? base : path_directory(base);
        path = path_join(arena, directory, path);
    }
    bool slash = slice_ends_with(path, SLICE("/")) || slice_ends_with(path, SLICE("/.")) ||
                 slice_ends_with(path, SLICE(".."));
    path = path_normalise(arena, decode_url(arena, path));
    return slash && path.len > 1 ? ARENA_JOIN(arena, path, SLICE("/")) : path;
}

const struct site_route *site_link_route(const struct site *site, struct arena *arena,
                                         struct slice path)
{
    struct slice location;
    const struct site_route *route = site_find(site, path, arena, &location);
    if (!route && !slice_ends_with(path, SLICE("/")))
        route = site_find(site, ARENA_JOIN(arena, path, SLICE("/")), arena, &location);
    return route;
}

static struct verdict judge_link(struct check *check, const struct site_page *page,
                                 struct slice url)
{
    struct verdict verdict = {.ok = true};
    size_t mark = slice_find_byte(url, '#', 0), query = slice_find_byte(url, '?', 0);
    struct slice path = slice_sub(url, 0, mark < query ? mark : query);
    if (!path.len) {
        verdict.page = page;
        return verdict;
    }
    struct slice resolved = site_link_resolve(check->site, check->scratch, page->url, path);
    const struct site_route *route = site_link_route(check->site, check->scratch, resolved);
    if (route)
        verdict.page = route->kind == SITE_ROUTE_PAGE ? route->page : NULL;
    else if (!is_endpoint(check->site, resolved) && !is_of_missing_directory(check, resolved) &&
             !map_find(&check->navigation_urls, resolved)) {
        verdict.draft = find_draft(check, resolved);
        verdict.ok = verdict.draft;
        if (!verdict.ok)
            find_instead(check, page, url, path, resolved, &verdict);
    }
    return verdict;
}

// Most links of a site are in its navigation: equal absolute URLs mean the same.
static struct verdict judge_once(struct check *check, const struct site_page *page,
                                 struct slice url)
{
    const struct verdict *known = url.ptr[0] == '/' ? map_get(&check->urls, url) : NULL;
    if (known)
        return *known;
    struct verdict verdict = judge_link(check, page, url);
    struct verdict *kept = url.ptr[0] == '/' ? arena_alloc(check->arena, sizeof *kept) : NULL;
    struct slice key = kept ? arena_copy(check->arena, url) : SLICE_EMPTY;
    if (kept && key.ptr) {
        *kept = verdict;
        map_put(&check->urls, key, kept);
    }
    return verdict;
}

// ---- fragments ----

static bool add_anchor(struct check *check, const struct anchor *anchor)
{
    if (!arena_room(check->arena, &check->anchors, check->anchor_count, &check->anchor_capacity,
                    sizeof *check->anchors))
        return false;
    check->anchors[check->anchor_count++] = *anchor;
    return true;
}

static void note_anchor(struct document *document, const struct site_page *target, struct slice url,
                        const struct reference *row)
{
    struct check *check = document->check;
    size_t mark = slice_find_byte(url, '#', 0);
    struct slice id = mark == SIZE_MAX ? SLICE_EMPTY : slice_sub(url, mark + 1, url.len);
    if (!id.len || slice_equal(id, SLICE("top")) || slice_starts_with(id, SLICE(":~:")))
        return;
    url = arena_copy(check->arena, url);
    struct anchor anchor = {.page = document->page,
                            .target = target,
                            .url = url,
                            .id = slice_sub(url, mark + 1, url.len),
                            .own = document->own,
                            .at = row ? row->value_at : SIZE_MAX,
                            .end = row ? row->value_end : SIZE_MAX};
    add_anchor(check, &anchor);
}

static void check_anchor(struct check *check, const struct anchor *anchor)
{
    const struct map *ids = map_get(&check->ids, anchor->target->url);
    struct slice id = decode_url(check->scratch, anchor->id);
    struct slice source = page_of(anchor->page)->source->text;
    if (!ids || map_find(ids, anchor->id) || map_find(ids, id))
        return;
    struct site_finding *finding = check_add(
        check, "link-anchor", "there is no such part of %s: %.*s",
        anchor->target == anchor->page ? "this page" : "the page", SLICE_ARG(anchor->url));
    struct slice near = map_nearest(ids, id);
    if (near.len)
        check_hint(check, finding, "did you mean #%.*s?", SLICE_ARG(near));
    if (anchor->at == SIZE_MAX)
        shared_place_later(check, finding, anchor->page, anchor->url, anchor->own);
    else
        check_place(check, finding, anchor->page->input_path, source, anchor->at,
                    slice_sub(source, anchor->at, anchor->end));
    if (near.len && slice_equal_ignore_case(near, id) && finding && finding->text.len) {
        size_t mark = slice_find_byte(finding->text, '#', 0);
        if (mark != SIZE_MAX)
            finding->fix =
                arena_printf(check->arena, "%.*s#%.*s",
                             SLICE_ARG(slice_sub(finding->text, 0, mark)), SLICE_ARG(near));
    }
}

void check_anchors(struct check *check)
{
    arena_reset(check->scratch, 4 << 20);
    for (size_t i = 0; i < check->anchor_count; i++)
        check_anchor(check, &check->anchors[i]);
}

// ---- the rules ----

// A page that readers see should not lead to one that they do not see.
static bool check_seen(struct document *document, const struct verdict *verdict, struct slice url,
                       const struct reference *row)
{
    struct check *check = document->check;
    const struct site_page *page = verdict->draft ? verdict->draft : verdict->page;
    bool seen = !verdict->draft && (!page || page->draft || page->broken ||
                                    site_page_visible(check->site, page, check->now_ms));
    if (seen || !site_page_visible(check->site, document->page, check->now_ms))
        return seen;
    const char *is = verdict->draft                     ? "a draft"
                     : check->now_ms < page->publish_at ? "a page that appears later"
                                                        : "a page that has expired";
    struct site_finding *finding =
        check_add(check, "link-broken", "this link leads to %s, %.*s: %.*s", is,
                  SLICE_ARG(page->input_path), SLICE_ARG(url));
    check_hint(check, finding, "take the link out while readers do not see that page");
    document_place(document, finding, row, true, url);
    return false;
}

void check_link_target(struct document *document, struct slice url, const struct reference *row)
{
    struct check *check = document->check;
    if (is_external(url)) {
        check_address(document, url, row);
        return;
    }
    struct verdict verdict = judge_once(check, document->page, url);
    if (verdict.ok) {
        if (!check_seen(document, &verdict, url, row))
            return;
        if (verdict.page && verdict.page != document->page)
            map_put(&check->linked, verdict.page->url, check);
        if (verdict.page)
            note_anchor(document, verdict.page, url, row);
        return;
    }
    struct site_finding *finding =
        check_add(check, "link-broken", "there is no such page or file: %.*s", SLICE_ARG(url));
    document_place_address(document, finding, row, url, verdict.instead, verdict.exact);
}

static bool is_vague(struct slice text)
{
    static const char *const VAGUE[] = {"click here",    "click",     "here",      "link",
                                        "this link",     "more",      "read more", "learn more",
                                        "find out more", "this page", "this"};
    for (size_t i = 0; i < sizeof VAGUE / sizeof *VAGUE; i++)
        if (same_words(text, slice_from_cstr(VAGUE[i])))
            return true;
    // "Click here to apply" is no better.
    return text.len > 10 && slice_equal_ignore_case(slice_sub(text, 0, 10), SLICE("click here"));
}

static void check_empty(struct document *document, struct slice text, struct slice href,
                        const struct reference *row)
{
    struct site_finding *finding =
        check_add(document->check, "link-empty", "this link leads nowhere: %.*s",
                  SLICE_ARG(text.len ? text : href));
    document_place(document, finding, row, false, text.len ? text : href);
}

static void check_words(struct document *document, struct slice tag, struct slice text,
                        const struct reference *row)
{
    struct slice href = html_attribute(tag, "href");
    if (html_attribute(tag, "aria-label").len || html_attribute(tag, "aria-labelledby").len ||
        slice_equal(html_attribute(tag, "aria-hidden"), SLICE("true")))
        return;
    struct site_finding *finding = NULL;
    if (!text.len)
        finding =
            check_add(document->check, "link-text", "this link has no text: %.*s", SLICE_ARG(href));
    else if (is_vague(text))
        finding =
            check_add(document->check, "link-text",
                      "the text of this link does not say where it leads: %.*s", SLICE_ARG(text));
    else
        return;
    document_place(document, finding, row, false, text.len ? text : href);
}

// Adds rel if the author wrote the tag.
static void fix_blank(struct check *check, struct site_finding *finding, struct slice source,
                      const struct reference *row)
{
    struct slice tag = slice_sub(source, row->at, row->end);
    size_t at = slice_find(tag, SLICE("target="), 0);
    if (row->kind != REFERENCE_ATTRIBUTE || at == SIZE_MAX || html_attribute(tag, "rel").ptr)
        return;
    size_t end = at + 7;
    char quote = tag.ptr[end];
    if (quote == '"' || quote == '\'')
        end = slice_find_byte(tag, quote, end + 1) + 1;
    else
        while (end < tag.len && tag.ptr[end] != ' ' && tag.ptr[end] != '>')
            end++;
    struct slice text = slice_sub(tag, at, end);
    check_place(check, finding, finding->file, source, row->at + at, text);
    finding->fix = arena_printf(check->arena, "%.*s rel=\"noopener noreferrer\"", SLICE_ARG(text));
}

static void check_blank(struct document *document, struct slice tag, struct slice href,
                        const struct reference *row)
{
    struct slice rel = html_attribute(tag, "rel");
    if (!slice_equal_ignore_case(html_attribute(tag, "target"), SLICE("_blank")) ||
        slice_find(rel, SLICE("noopener"), 0) != SIZE_MAX ||
        slice_find(rel, SLICE("noreferrer"), 0) != SIZE_MAX)
        return;
    struct site_finding *finding = check_add(
        document->check, "target-blank", "target=\"_blank\" without rel: %.*s", SLICE_ARG(href));
    document_place(document, finding, row, false, href);
    if (finding && row)
        fix_blank(document->check, finding, document->map->text, row);
}

void check_link(struct document *document, struct slice tag, struct slice text,
                const struct reference *row)
{
    struct slice href = html_attribute(tag, "href");
    if (!href.len || slice_equal(href, SLICE("#")))
        check_empty(document, text, href, row);
    else
        check_link_target(document, href, row);
    check_words(document, tag, text, row);
    check_blank(document, tag, href, row);
}

// `url: ''` of a component that then shows no link: the author still intended one.
void check_empty_parameters(struct document *document)
{
    static const char *const NAMES[] = {"url", "href", "src"};
    for (size_t i = 0; i < document->map->count; i++) {
        const struct reference *row = &document->map->rows[i];
        if (row->kind != REFERENCE_PARAMETER || row->taken || row->value.len ||
            source_map_hidden(document->map, row->at))
            continue;
        for (size_t k = 0; k < sizeof NAMES / sizeof *NAMES; k++)
            if (slice_equal(row->label, slice_from_cstr(NAMES[k])))
                check_empty(document, row->label, SLICE_EMPTY, row);
    }
}
