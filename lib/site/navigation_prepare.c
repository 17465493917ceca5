// SPDX-License-Identifier: MIT
//
// Navigation at load: the entries of collections.all, made once, and for each page its neighbours
// and its section. Wrong keys and parents are reported with their places.
#include "navigation.h"

struct walk {
    struct site *site;
    struct map pages;  // URL → struct page
    struct page *last; // the previous page in the same section
    struct value last_link;
    struct value model;   // of `navigation`
    struct value section; // entries of the section, flat at its first level
};

static struct value entry_text(struct value v, struct slice key)
{
    return value_is(v, VALUE_OBJECT) ? value_get(NULL, v, key) : value_undefined();
}

// The page of an entry, by the URL of the page that declared it.
static struct page *page_of_entry(struct walk *walk, struct value entry)
{
    struct value page = entry_text(entry_text(entry, SLICE("data")), SLICE("page"));
    struct value url = entry_text(walk->site->navigation->old ? entry : page, SLICE("url"));
    return value_is(url, VALUE_STRING) ? map_get(&walk->pages, value_text(url)) : NULL;
}

static struct value link_to(struct site *site, struct value entry)
{
    struct value link = value_object_within(site->arena, site->scratch, 2);
    value_set(NULL, site->scratch, link, SLICE("title"), entry_text(entry, SLICE("title")));
    value_set(NULL, site->scratch, link, SLICE("url"), entry_text(entry, SLICE("url")));
    return value_settle(&site->making->shapes, link) ? link : value_undefined();
}

// ---- the section, made on demand ----

struct section {
    struct slice url; // of the page
    struct value entries;
};

static struct value section_list(struct value_call *call, const struct section *section,
                                 struct value entries, unsigned depth);

static struct value section_item(struct value_call *call, const struct section *section,
                                 struct value entry, bool children, unsigned depth)
{
    struct arena *arena = call->realm->arena;
    struct value item = value_object(arena), url = value_get(call->realm, entry, SLICE("url"));
    value_set(NULL, arena, item, SLICE("title"), value_get(call->realm, entry, SLICE("title")));
    value_set(NULL, arena, item, SLICE("url"), url);
    value_set(
        NULL, arena, item, SLICE("current"),
        value_boolean(value_is(url, VALUE_STRING) && slice_equal(value_text(url), section->url)));
    if (children)
        value_set(NULL, arena, item, SLICE("children"),
                  section_list(call, section, value_get(call->realm, entry, SLICE("children")),
                               depth + 1));
    return item;
}

static struct value section_list(struct value_call *call, const struct section *section,
                                 struct value entries, unsigned depth)
{
    uint32_t count = value_length(call->realm, entries);
    struct value list = value_array(call->realm->arena, count + 1);
    for (uint32_t i = 0; i < count && depth < NAVIGATION_DEPTH_MAX; i++)
        value_push(NULL, call->realm->arena, list,
                   section_item(call, section, value_item(call->realm, entries, i), true, depth));
    return list;
}

// The topmost entry and, on the same level, everything below it.
static struct value section_getter(struct value_call *call)
{
    const struct section *section = call->data;
    struct value top = value_item(call->realm, section->entries, 0);
    struct value list = value_array(call->realm->arena, 8);
    struct value below =
        section_list(call, section, value_get(call->realm, top, SLICE("children")), 0);
    if (!value_length(call->realm, below))
        return list;
    value_push(NULL, call->realm->arena, list, section_item(call, section, top, false, 0));
    for (uint32_t i = 0; i < value_length(call->realm, below); i++)
        value_push(NULL, call->realm->arena, list, value_item(call->realm, below, i));
    return list;
}

// section, previous and next
static struct value make_navigation(struct walk *walk)
{
    struct site *site = walk->site;
    static const struct slice KEYS[] = {{"section", 7}, {"previous", 8}, {"next", 4}};
    if (value_is(walk->model, VALUE_OBJECT))
        return value_copy(site->arena, walk->model);
    struct value model = value_object(site->arena);
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (!value_set(NULL, site->scratch, model, KEYS[i], value_null()))
            return value_undefined();
    walk->model = value_settle(&site->making->shapes, model) ? model : value_undefined();
    return walk->model.object ? value_copy(site->arena, model) : model;
}

static bool set_section(struct walk *walk, struct page *page, struct value entry)
{
    struct site *site = walk->site;
    struct section *section = arena_alloc(site->arena, sizeof *section);
    struct value url = entry_text(entry, SLICE("url"));
    if (!section)
        return false;
    *section = (struct section){value_is(url, VALUE_STRING) ? value_text(url) : SLICE_EMPTY,
                                walk->section};
    struct value getter = value_function(site->arena, SLICE("section"), section_getter, section);
    getter.flags |= VALUE_GETTER;
    return value_set(NULL, site->scratch, page->navigation, SLICE("section"), getter);
}

// ---- previous and next, in reading order within a section ----

static bool visit_entries(struct walk *walk, struct value entries, unsigned depth);

static bool visit_entry(struct walk *walk, struct value entry, unsigned depth)
{
    struct site *site = walk->site;
    struct page *page = page_of_entry(walk, entry);
    struct value key = entry_text(entry, SLICE("key"));
    bool first = page && value_is(page->navigation, VALUE_UNDEFINED);
    if (first) {
        page->navigation = make_navigation(walk);
        struct value link = link_to(site, entry);
        if (!value_is(page->navigation, VALUE_OBJECT) || !set_section(walk, page, entry))
            return false;
        if (walk->last) {
            value_set(NULL, site->scratch, page->navigation, SLICE("previous"), walk->last_link);
            value_set(NULL, site->scratch, walk->last->navigation, SLICE("next"), link);
        }
        walk->last = page;
        walk->last_link = link;
    }
    struct branch *branch =
        value_is(key, VALUE_STRING) ? navigation_branch(site->navigation, value_text(key)) : NULL;
    if (!branch || branch->walked)
        return true;
    branch->walked = true;
    return visit_entries(walk, entry_text(entry, SLICE("children")), depth + 1);
}

static bool visit_entries(struct walk *walk, struct value entries, unsigned depth)
{
    for (uint32_t i = 0; i < value_length(NULL, entries); i++) {
        struct value entry = value_item(NULL, entries, i);
        if (depth == 0) {
            walk->last = NULL;
            walk->section = value_array(walk->site->arena, 1);
            value_push(NULL, walk->site->arena, walk->section, entry);
        }
        if (!visit_entry(walk, entry, depth))
            return false;
    }
    return true;
}

// ---- problems ----

static void report_navigation(struct site *site, const struct site_page *page, const char *rule,
                              enum site_severity severity, const char *key, struct error *error)
{
    source_blame(page_of(page)->source, slice_from_cstr(key), BLAME_VALUE, error);
    problem_add(site, severity, rule, error);
}

// Whether the key's parents lead round, not to the top or to a page that is not there: that one has
// its own finding.
static bool leads_back(const struct map *keys, struct slice key)
{
    for (size_t steps = 0; steps <= keys->count; steps++) {
        const struct map_entry *entry = map_find(keys, key);
        const struct site_page *page = entry ? entry->value : NULL;
        struct value parent =
            page ? entry_text(value_get(NULL, page->data, SLICE("eleventyNavigation")),
                              SLICE("parent"))
                 : value_undefined();
        if (!value_is(parent, VALUE_STRING) || !value_text(parent).len)
            return false;
        key = value_text(parent);
    }
    return true;
}

static void check_parent(struct site *site, const struct site_page *page, const struct map *keys)
{
    struct value rule = value_get(NULL, page->data, SLICE("eleventyNavigation"));
    struct value parent = entry_text(rule, SLICE("parent")), key = entry_text(rule, SLICE("key"));
    struct error error = {0};
    if (!value_is(parent, VALUE_STRING) || !value_text(parent).len)
        return;
    if (value_strict_equal(parent, key)) {
        error_set(&error, ERROR_CONFIG, "the key %.*s is its own parent",
                  SLICE_ARG(value_text(key)));
        error_hint(&error, "remove the parent, or name the page above");
        report_navigation(site, page, "navigation-cycle", SITE_ERROR, "eleventyNavigation.parent",
                          &error);
    } else if (!map_find(keys, value_text(parent))) {
        struct slice near = map_nearest(keys, value_text(parent));
        error_set(&error, ERROR_CONFIG, "no page has the navigation key %.*s",
                  SLICE_ARG(value_text(parent)));
        if (near.len)
            error_hint(&error, "did you mean %.*s?", SLICE_ARG(near));
        report_navigation(site, page, "navigation-parent", SITE_ERROR, "eleventyNavigation.parent",
                          &error);
    } else if (value_is(key, VALUE_STRING) &&
               !navigation_reaches(site->navigation, value_text(key)) &&
               leads_back(keys, value_text(key))) {
        error_set(&error, ERROR_CONFIG,
                  "the key %.*s cannot be reached from the top: its parents lead back to it",
                  SLICE_ARG(value_text(key)));
        error_hint(&error, "remove the parent from one page of the cycle");
        report_navigation(site, page, "navigation-cycle", SITE_ERROR, "eleventyNavigation.parent",
                          &error);
    }
}

// The plugin fails on a key that is not a text; here the number's text is used.
static void check_key(struct site *site, const struct site_page *page)
{
    struct value key =
        entry_text(value_get(NULL, page->data, SLICE("eleventyNavigation")), SLICE("key"));
    struct error error = {0};
    if (value_is(key, VALUE_STRING) || value_is(key, VALUE_UNDEFINED) || site->navigation->old)
        return;
    error_set(&error, ERROR_CONFIG, "eleventyNavigation.key must be a text");
    error_hint(&error, "put it in quotes");
    report_navigation(site, page, "navigation-key", SITE_WARNING, "eleventyNavigation.key", &error);
}

static bool check(struct site *site)
{
    struct map keys = map_create(site->scratch);
    for (size_t i = 0; i < site->page_count; i++) {
        struct value rule = value_get(NULL, site->pages[i].data, SLICE("eleventyNavigation"));
        struct value key = entry_text(rule, SLICE("key"));
        if (value_is(key, VALUE_STRING) && !map_put(&keys, value_text(key), &site->pages[i]))
            return false;
    }
    for (size_t i = 0; i < site->page_count; i++) {
        if (site->pages[i].broken)
            continue;
        check_key(site, &site->pages[i]);
        check_parent(site, &site->pages[i], &keys);
    }
    return true;
}

static bool index_pages(struct walk *walk)
{
    for (size_t i = 0; i < walk->site->page_count; i++) {
        const struct site_page *page = &walk->site->pages[i];
        if (page->url.len && page_is_listed(page) &&
            !map_put(&walk->pages, page->url, page_of(page)))
            return false;
    }
    return true;
}

bool navigation_prepare(struct site *site, struct error *error)
{
    struct navigation *nav = arena_zalloc(site->arena, 1, sizeof *nav);
    struct walk walk = {.site = site, .pages = map_create(site->scratch)};
    if (!nav)
        return error_memory(error);
    nav->arena = site->arena;
    nav->scratch = site->scratch;
    nav->shapes = &site->making->shapes;
    nav->error = error;
    nav->old = navigation_is_old(site);
    struct value all = value_get(NULL, site->collections, SLICE("all"));
    uint32_t count = value_length(NULL, all);
    if (!navigation_open(nav, all) || !map_reserve(&nav->branches, count + 1) ||
        !map_reserve(&walk.pages, site->page_count) || !navigation_graph(nav))
        return error_is_set(error) ? false : error_memory(error);
    nav->frozen = all.array;
    site->navigation = nav;
    if (!index_pages(&walk) || !visit_entries(&walk, navigation_below(nav, SLICE("")), 0) ||
        !check(site))
        return error_memory(error);
    nav->error = NULL;
    nav->scratch = NULL;
    nav->shapes = NULL;
    return !error_is_set(error);
}

void navigation_freeze(struct site *site)
{
    const struct map *branches = &site->navigation->branches;
    for (size_t i = 0; i < branches->count; i++)
        value_freeze(((struct branch *)branches->entries[i].value)->below);
}
