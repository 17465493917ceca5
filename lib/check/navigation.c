// SPDX-License-Identifier: MIT
//
// Navigation as readers see it: keys that several pages share, URLs it leads to, and pages it
// misses. Missing parents and cycles are found when the site is loaded (navigation_prepare.c).
#include "findings.h"

struct entry {
    const struct site_page *page; // the first with the key
    struct slice url, parent;
};

static struct slice rule_member(struct value rule, struct slice key)
{
    struct value v = value_is(rule, VALUE_OBJECT) ? value_get(NULL, rule, key) : value_undefined();
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

static struct value rule_of(const struct site_page *page)
{
    return value_get(NULL, page->data, SLICE("eleventyNavigation"));
}

// A page without front matter gets its navigation from data: the place is its top.
static void report_repeated(struct check *check, const struct site_page *page,
                            const struct entry *entry, struct slice key, bool parent)
{
    struct slice mine = rule_member(rule_of(page), parent ? SLICE("parent") : SLICE("url"));
    struct slice theirs = parent ? entry->parent : entry->url;
    const char *at = mine.len ? parent ? "eleventyNavigation.parent" : "eleventyNavigation.url"
                              : "eleventyNavigation.key";
    mine = parent || mine.len ? mine : page->url;
    struct site_finding *finding = check_add(
        check, "navigation-repeated",
        "%.*s also has the key %.*s, with a different %s: %.*s, not %.*s",
        SLICE_ARG(entry->page->input_path), SLICE_ARG(key), parent ? "parent" : "URL",
        SLICE_ARG(theirs.len ? theirs : SLICE("none")), SLICE_ARG(mine.len ? mine : SLICE("none")));
    check_place_key(check, finding, page, at, true);
}

static void check_key(struct check *check, struct map *keys, const struct site_page *page)
{
    struct value rule = rule_of(page);
    struct slice key = rule_member(rule, SLICE("key"));
    struct slice url = rule_member(rule, SLICE("url")), parent = rule_member(rule, SLICE("parent"));
    if (!key.len)
        return;
    url = url.len ? url : page->url;
    struct entry *entry = map_get(keys, key);
    if (!entry) {
        entry = arena_alloc(check->arena, sizeof *entry);
        if (!entry)
            return;
        *entry = (struct entry){page, url, parent};
        map_put(keys, key, entry);
        return;
    }
    if (page_of(entry->page)->source == page_of(page)->source)
        return; // pages of the same pagination
    if (!slice_equal(entry->url, url))
        report_repeated(check, page, entry, key, false);
    else if (!slice_equal(entry->parent, parent))
        report_repeated(check, page, entry, key, true);
}

// By navigation key; of several pages, any.
struct parents {
    struct map seen, unseen;
};

static bool is_seen(const struct check *check, const struct site_page *page)
{
    return page->url.len && !page->restricted &&
           site_page_visible(check->site, page, check->now_ms);
}

static void note_parents(struct check *check, struct parents *parents)
{
    parents->seen = parents->unseen = map_create(check->arena);
    for (size_t i = 0; i < check->site->page_count; i++) {
        const struct site_page *page = &check->site->pages[i];
        struct slice key = rule_member(rule_of(page), SLICE("key"));
        if (key.len && !page->broken)
            map_put(is_seen(check, page) ? &parents->seen : &parents->unseen, key,
                    (void *)(uintptr_t)page);
    }
}

// Below a page that readers do not see, navigation ends.
static void check_parent(struct check *check, const struct parents *parents,
                         const struct site_page *page)
{
    struct slice parent = rule_member(rule_of(page), SLICE("parent"));
    const struct site_page *above = parent.len ? map_get(&parents->unseen, parent) : NULL;
    if (!above || map_find(&parents->seen, parent) || !is_seen(check, page))
        return;
    struct site_finding *finding = check_add(
        check, "navigation-parent", "the page with the key %.*s is not there for readers: %.*s",
        SLICE_ARG(parent), SLICE_ARG(above->input_path));
    check_hint(check, finding, "name a parent that they see, or hide this page, too");
    check_place_key(check, finding, page, "eleventyNavigation.parent", true);
}

static void check_url(struct check *check, const struct site_page *page)
{
    struct slice url = rule_member(rule_of(page), SLICE("url")), location;
    if (!url.len || url.ptr[0] != '/' || slice_starts_with(url, SLICE("//")))
        return;
    size_t mark = slice_find_byte(url, '#', 0);
    struct slice prefix = settings_prefix(check->site->settings);
    struct slice path = arena_printf(check->scratch, "%.*s%.*s", SLICE_ARG(prefix),
                                     SLICE_ARG(slice_sub(url, 0, mark)));
    struct slice slashed = arena_printf(check->scratch, "%.*s/", SLICE_ARG(path));
    if (site_find(check->site, path, check->scratch, &location) ||
        site_find(check->site, slashed, check->scratch, &location))
        return;
    // Every page that shows the navigation has the link, so it is reported only here.
    map_put(&check->navigation_urls, arena_copy(check->arena, path), check);
    struct site_finding *finding = check_add(
        check, "navigation-url", "no page has this URL of the navigation: %.*s", SLICE_ARG(url));
    const struct site_page *near[1];
    if (site_nearest(check->site, path, near, 1))
        check_hint(check, finding, "did you mean %.*s?", SLICE_ARG(near[0]->url));
    check_place_key(check, finding, page, "eleventyNavigation.url", true);
}

// The home page needs no link, an error page gets none, and hidden pages must not be found.
static bool is_meant_to_be_found(const struct site_page *page)
{
    struct value excluded = value_get(NULL, page->data, SLICE("eleventyExcludeFromCollections"));
    return check_is_document(page) && page->searchable && !page->restricted && !page->withdrawn &&
           !value_truthy(excluded) && !slice_equal(page->url, SLICE("/")) &&
           !slice_starts_with(page->file_slug, SLICE("404")) && page_of(page)->chunk == 0;
}

void check_navigation_urls(struct check *check)
{
    arena_reset(check->scratch, 4 << 20);
    for (size_t i = 0; i < check->site->page_count; i++)
        if (!check->site->pages[i].broken && check->site->pages[i].url.len)
            check_url(check, &check->site->pages[i]);
}

void check_navigation(struct check *check)
{
    struct map keys = map_create(check->arena);
    struct parents parents;
    arena_reset(check->scratch, 4 << 20);
    note_parents(check, &parents);
    for (size_t i = 0; i < check->site->page_count; i++) {
        const struct site_page *page = &check->site->pages[i];
        if (page->broken || !page->url.len)
            continue;
        check_key(check, &keys, page);
        check_parent(check, &parents, page);
        if (rule_member(rule_of(page), SLICE("key")).len || map_find(&check->linked, page->url) ||
            !is_meant_to_be_found(page) || !site_page_visible(check->site, page, check->now_ms))
            continue;
        struct site_finding *finding = check_add(
            check, "orphan", "no page and no navigation links to %.*s", SLICE_ARG(page->url));
        check_place_line(finding, page->input_path, page_of(page)->source->text, 1, 1);
    }
}
