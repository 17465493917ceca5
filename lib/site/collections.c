// SPDX-License-Identifier: MIT
//
// Collections: all pages, and those of each tag, by date and then by path.
#include "scripts.h"

#include <stdlib.h>

struct entry {
    struct site_page *page;
    struct value item;
};

static int by_date_and_path(const void *a, const void *b)
{
    const struct site_page *x = ((const struct entry *)a)->page;
    const struct site_page *y = ((const struct entry *)b)->page;
    if (x->date_ms != y->date_ms)
        return x->date_ms < y->date_ms ? -1 : 1;
    int order = slice_compare(x->input_path, y->input_path);
    // Pages of one source stay in order.
    return order ? order : (x > y) - (x < y);
}

// A snapshot shares items with its patches (patch.c): the page is that of the rendered snapshot.
// Showing another page's text is impure, so that it is not remembered beyond an edit of that text:
// patches share what is.
static const struct site_page *page_shown(const struct value_call *call, const struct site **site)
{
    const struct page *page = call->data;
    *site = call->realm && call->realm->site ? call->realm->site : page->site;
    if (call->realm)
        call->realm->impure |= VALUE_READ_TEXTS;
    return &(*site)->pages[page->index];
}

// templateContent of a collection's item: the page rendered without layouts.
static struct value content_getter(struct value_call *call)
{
    const struct site *site;
    if (((const struct page *)call->data)->site->making) {
        error_set(call->error, ERROR_RUNTIME, "templateContent is read while the pages are made");
        error_hint(call->error, "read it in a template, not in computed data or a permalink");
        return value_undefined();
    }
    const struct site_page *page = page_shown(call, &site);
    struct slice content;
    struct site_request request = {.now_ms = call->realm->now_ms};
    if (!render_content(site, page, &request, call->realm, &content, call->error))
        return value_undefined();
    return value_string(content);
}

// The keys of an item, in the order of make_item.
static const struct slice ITEM_KEYS[] = {{"page", 4},          {"data", 4},
                                         {"rawInput", 8},      {"url", 3},
                                         {"date", 4},          {"inputPath", 9},
                                         {"outputPath", 10},   {"fileSlug", 8},
                                         {"filePathStem", 12}, {"templateContent", 15},
                                         {"content", 7}};
enum { ITEM_MEMBERS = sizeof ITEM_KEYS / sizeof *ITEM_KEYS };

static struct value model_of(struct site *site)
{
    struct value model = site->making->item;
    if (value_is(model, VALUE_OBJECT))
        return model;
    model = value_object_within(site->arena, site->scratch, ITEM_MEMBERS);
    bool ok = value_is(model, VALUE_OBJECT);
    for (size_t i = 0; ok && i < ITEM_MEMBERS; i++)
        ok = value_set(NULL, site->scratch, model, ITEM_KEYS[i], value_undefined());
    if (!ok || !value_settle(&site->making->shapes, model))
        return value_undefined();
    site->making->item = model;
    return model;
}

// A page has one item, however often the collections are built; its members are those of now.
static struct value make_item(struct site *site, struct site_page *page)
{
    struct value model = model_of(site), item = page_of(page)->item;
    if (!value_is(item, VALUE_OBJECT))
        item = value_is(model, VALUE_OBJECT) ? value_copy(site->arena, model) : model;
    struct value getter =
        value_function(site->arena, SLICE("templateContent"), content_getter, page_of(page));
    if (!value_is(item, VALUE_OBJECT) || !value_is(getter, VALUE_FUNCTION))
        return value_undefined();
    getter.flags |= VALUE_GETTER;
    const struct value values[ITEM_MEMBERS] = {
        page->page,
        page->data,
        page_of(page)->source->raw_input,
        value_get(NULL, page->page, SLICE("url")),
        value_date(page->date_ms),
        value_get(NULL, page->page, SLICE("inputPath")),
        value_get(NULL, page->page, SLICE("outputPath")),
        value_string(page->file_slug),
        value_string(page->file_path_stem),
        getter,
        getter,
    };
    memcpy(item.object->values, values, sizeof values);
    page_of(page)->item = item;
    return item;
}

// ---- who is in which ----

// Eleventy 1 accepts any value as yes, later versions only true.
bool collections_exclude_all(const struct site *site, struct value rule)
{
    return value_truthy(rule) && (value_is(rule, VALUE_BOOLEAN) || site->eleventy_version < 3);
}

bool collections_exclude(struct value rule, struct value name)
{
    for (uint32_t i = 0; value_is(rule, VALUE_ARRAY) && i < value_length(NULL, rule); i++)
        if (value_strict_equal(value_item(NULL, rule, i), name))
            return true;
    struct slice rest = value_is(rule, VALUE_STRING) ? value_text(rule) : SLICE_EMPTY, one;
    while (slice_split(&rest, ',', &one))
        if (value_strict_equal(value_string(one), name))
            return true;
    return false;
}

static struct value exclusion_of(const struct site_page *page)
{
    return value_get(NULL, page->data, SLICE("eleventyExcludeFromCollections"));
}

bool collections_list(const struct site_page *page)
{
    // Not yet or no longer published: the site is loaded again when that changes.
    return page_is_listed(page) &&
           site_page_visible(page_of(page)->site, page, page_of(page)->site->now_ms) &&
           !page_of(page)->unlisted &&
           !collections_exclude_all(page_of(page)->site, exclusion_of(page));
}

static struct filled *find_filled(const struct site *site, struct slice name)
{
    size_t place = (size_t)(uintptr_t)map_get(&site->making->places, name);
    return place ? &site->making->filled[place - 1] : NULL;
}

// Whether the collection came when there was the page.
static bool came_after(const struct site *site, struct slice name, const struct site_page *page)
{
    const struct filled *filled = find_filled(site, name);
    return filled && !filled->configured && (size_t)(page - site->pages) < filled->pages;
}

static bool add_to_collection(struct site *site, struct slice name, const struct entry *entry)
{
    struct value list = value_get(NULL, site->collections, name);
    if (!site->making->plain && !came_after(site, name, entry->page))
        return true;
    if (!value_is(list, VALUE_ARRAY)) {
        list = value_array(site->arena, 8);
        if (!value_set(NULL, site->arena, site->collections, name, list))
            return false;
    }
    return value_push(NULL, site->arena, list, entry->item);
}

static bool add_tags(struct site *site, const struct entry *entry)
{
    struct value tags = value_get(NULL, entry->page->data, SLICE("tags"));
    for (uint32_t i = 0; i < value_length(NULL, tags); i++) {
        struct value tag = value_item(NULL, tags, i);
        bool repeated = false;
        for (uint32_t k = 0; k < i; k++)
            repeated |= value_strict_equal(tag, value_item(NULL, tags, k));
        struct value_realm realm = value_realm_create(site->arena);
        if (!repeated && !collections_exclude(exclusion_of(entry->page), tag) &&
            !add_to_collection(site, value_to_text(&realm, tag), entry))
            return false;
    }
    return true;
}

// An empty list for each tag, in the order in which pages name them, as in Eleventy; `all` is the
// last, but the first with Eleventy 1.
static bool name_lists(struct site *site)
{
    for (size_t i = 0; i < site->page_count; i++) {
        if (!collections_list(&site->pages[i]))
            continue;
        struct value tags = value_get(NULL, site->pages[i].data, SLICE("tags"));
        for (uint32_t k = 0; k < value_length(NULL, tags); k++) {
            struct value tag = value_item(NULL, tags, k);
            struct value_realm realm = value_realm_create(site->arena);
            struct slice name = value_to_text(&realm, tag);
            if (!collections_exclude(exclusion_of(&site->pages[i]), tag) &&
                !value_has(NULL, site->collections, name) &&
                !value_set(NULL, site->arena, site->collections, name, value_array(site->arena, 8)))
                return false;
        }
    }
    return true;
}

static bool put_all(struct site *site, struct value all)
{
    return value_set(NULL, site->arena, site->collections, SLICE("all"), all);
}

// Named collections read `all`, which may be one of them, and come before it.
static bool put_all_last(struct site *site)
{
    struct value all = value_get(NULL, site->collections, SLICE("all"));
    struct value ordered = value_object(site->arena);
    const struct value_object *from = site->collections.object;
    if (!value_is(ordered, VALUE_OBJECT))
        return false;
    for (uint32_t i = 0; i < from->count; i++)
        if (!slice_equal(from->keys[i].text, SLICE("all")) &&
            !value_set(NULL, site->arena, ordered, from->keys[i].text, from->values[i]))
            return false;
    site->collections = ordered;
    return put_all(site, all);
}

// In their order, still without pages.
static bool put_places(struct site *site)
{
    const struct making *making = site->making;
    for (size_t i = 0; i < making->filled_count; i++)
        if (!value_set(NULL, site->arena, site->collections, making->filled[i].name,
                       value_array(site->arena, 8)))
            return false;
    return true;
}

static bool put_filled(struct site *site)
{
    const struct making *making = site->making;
    for (size_t i = 0; i < making->filled_count; i++)
        if (making->filled[i].configured &&
            !value_set(NULL, site->arena, site->collections, making->filled[i].name,
                       making->filled[i].list))
            return false;
    return true;
}

static bool put_names(struct site *site)
{
    return !site->making->plain         ? put_places(site)
           : site->eleventy_version < 3 ? put_all(site, site->making->all)
                                        : name_lists(site);
}

static bool put_last(struct site *site)
{
    if (!site->making->plain)
        return put_filled(site);
    return put_all(site, site->making->all) && put_filled(site) &&
           (site->eleventy_version < 3 || put_all_last(site));
}

static bool add_page(struct site *site, const struct entry *entry)
{
    return value_push(NULL, site->arena, site->making->all, entry->item) &&
           (site->making->plain || add_to_collection(site, SLICE("all"), entry)) &&
           add_tags(site, entry);
}

bool collections_build(struct site *site, struct error *error)
{
    size_t count = 0;
    struct entry *entries = arena_zalloc(site->scratch, site->page_count + 1, sizeof *entries);
    site->collections = value_object(site->arena);
    site->making->all = value_array(site->arena, (uint32_t)site->page_count + 1);
    if (!entries || !value_is(site->making->all, VALUE_ARRAY) || !put_names(site))
        return error_memory(error);
    for (size_t i = 0; i < site->page_count; i++)
        if (collections_list(&site->pages[i]))
            entries[count++] = (struct entry){&site->pages[i], make_item(site, &site->pages[i])};
    qsort(entries, count, sizeof *entries, by_date_and_path);
    for (size_t i = 0; i < count; i++)
        if (!add_page(site, &entries[i]))
            return error_memory(error);
    site->making->listed = site->page_count + 1;
    return (put_last(site) && scripts_name_pages(site)) || error_memory(error);
}

bool collections_renew(struct site *site, struct error *error)
{
    return site->making->listed == site->page_count + 1 || collections_build(site, error);
}

// ---- those of the configuration ----

static struct filled *add_filled(struct site *site, struct slice name)
{
    struct making *making = site->making;
    name = arena_copy(site->arena, name);
    if (!name.ptr ||
        !arena_room(site->scratch, &making->filled, making->filled_count, &making->filled_capacity,
                    sizeof *making->filled) ||
        !map_put(&making->places, name, (void *)(uintptr_t)(making->filled_count + 1)))
        return NULL;
    making->filled[making->filled_count] = (struct filled){.name = name};
    return &making->filled[making->filled_count++];
}

static bool fill(struct site *site, struct filled *filled, struct error *error)
{
    struct value effects = value_undefined();
    return (scripts_has_collection(site, filled->name)
                ? scripts_collection(site, filled->name, &filled->list, &effects, error) &&
                      effects_apply(site, effects, error)
                : collections_named(site, filled->name, &filled->list, error)) &&
           (value_set(NULL, site->arena, site->collections, filled->name, filled->list) ||
            error_memory(error));
}

bool collections_fill(struct site *site, struct slice name, bool configured, struct error *error)
{
    if (configured && !collections_renew(site, error))
        return false;
    struct filled *filled = find_filled(site, name);
    if (!filled && !(filled = add_filled(site, name)))
        return error_memory(error);
    filled->configured = configured;
    filled->pages = site->page_count;
    site->making->listed = configured ? site->making->listed : 0;
    return !configured || fill(site, filled, error);
}

bool collections_refill(struct site *site, struct error *error)
{
    struct making *making = site->making;
    size_t all = site->page_count, count = making->filled_count;
    bool ok = true;
    making->listed = 0;
    for (size_t i = 0; ok && i < count; i++) {
        if (!making->filled[i].configured)
            continue;
        site->page_count = making->filled[i].pages;
        making->filled_count = i; // it and later ones are still to come
        ok = collections_renew(site, error);
        making->filled_count = count;
        ok = ok && fill(site, &making->filled[i], error);
    }
    site->page_count = all;
    return ok && collections_build(site, error);
}
