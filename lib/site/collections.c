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

static struct value make_item(struct site *site, struct site_page *page)
{
    struct value model = model_of(site);
    struct value item = value_is(model, VALUE_OBJECT) ? value_copy(site->arena, model) : model;
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
    return scripts_note_item(site, page_of(page), item) ? item : value_undefined();
}

// Eleventy 1 accepts any value as yes, later versions only true.
static bool is_out_of_all(const struct site_page *page)
{
    struct value rule = value_get(NULL, page->data, SLICE("eleventyExcludeFromCollections"));
    return page_of(page)->unlisted ||
           (value_truthy(rule) &&
            (value_is(rule, VALUE_BOOLEAN) || page_of(page)->site->eleventy_version < 3));
}

static bool is_excluded(const struct site_page *page)
{
    // Not yet or no longer published: the site is loaded again when that changes.
    return !page_is_listed(page) ||
           !site_page_visible(page_of(page)->site, page, page_of(page)->site->now_ms) ||
           is_out_of_all(page);
}

// eleventyExcludeFromCollections: [a, b] or "a,b" are tags that the page stays out of.
static bool is_out_of(const struct site_page *page, struct value tag)
{
    struct value rule = value_get(NULL, page->data, SLICE("eleventyExcludeFromCollections"));
    for (uint32_t i = 0; value_is(rule, VALUE_ARRAY) && i < value_length(NULL, rule); i++)
        if (value_strict_equal(value_item(NULL, rule, i), tag))
            return true;
    struct slice rest = value_is(rule, VALUE_STRING) ? value_text(rule) : SLICE_EMPTY, name;
    while (slice_split(&rest, ',', &name))
        if (value_strict_equal(value_string(name), tag))
            return true;
    return false;
}

static bool add_to_collection(struct site *site, struct slice name, struct value item)
{
    struct value list = value_get(NULL, site->collections, name);
    if (!value_is(list, VALUE_ARRAY)) {
        list = value_array(site->arena, 8);
        if (!value_set(NULL, site->arena, site->collections, name, list))
            return false;
    }
    return value_push(NULL, site->arena, list, item);
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
        if (!repeated && !is_out_of(entry->page, tag) &&
            !add_to_collection(site, value_to_text(&realm, tag), entry->item))
            return false;
    }
    return true;
}

// An empty list for each tag, in the order in which pages name them, as in Eleventy; `all` is the
// last, but the first with Eleventy 1.
static bool name_lists(struct site *site)
{
    for (size_t i = 0; i < site->page_count; i++) {
        if (is_excluded(&site->pages[i]))
            continue;
        struct value tags = value_get(NULL, site->pages[i].data, SLICE("tags"));
        for (uint32_t k = 0; k < value_length(NULL, tags); k++) {
            struct value tag = value_item(NULL, tags, k);
            struct value_realm realm = value_realm_create(site->arena);
            struct slice name = value_to_text(&realm, tag);
            if (!is_out_of(&site->pages[i], tag) && !value_has(NULL, site->collections, name) &&
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

bool collections_build(struct site *site, struct error *error)
{
    size_t count = 0;
    struct entry *entries = arena_zalloc(site->scratch, site->page_count + 1, sizeof *entries);
    site->collections = value_object(site->arena);
    struct value all = value_array(site->arena, (uint32_t)site->page_count + 1);
    bool newer = site->eleventy_version >= 3;
    if (!entries || !value_is(all, VALUE_ARRAY) || !(newer ? name_lists(site) : put_all(site, all)))
        return error_memory(error);
    for (size_t i = 0; i < site->page_count; i++)
        if (!is_excluded(&site->pages[i]))
            entries[count++] = (struct entry){&site->pages[i], make_item(site, &site->pages[i])};
    qsort(entries, count, sizeof *entries, by_date_and_path);
    for (size_t i = 0; i < count; i++)
        if (!value_push(NULL, site->arena, all, entries[i].item) || !add_tags(site, &entries[i]))
            return error_memory(error);
    return (put_all(site, all) || error_memory(error)) && collections_build_named(site, error) &&
           scripts_collections(site, error) &&
           (!newer || put_all_last(site) || error_memory(error));
}
