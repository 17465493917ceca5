// SPDX-License-Identifier: MIT
//
// Pagination: one page of a source for each chunk of a list.
#include "scripts.h"

#include <math.h>

struct site_page *pagination_add_page(struct site *site, struct source *source,
                                      struct layout *layout, struct value data)
{
    if (!arena_room(site->arena, &site->pages, site->page_count, &site->page_capacity,
                    sizeof *site->pages))
        return NULL;
    struct page *internal = arena_zalloc(site->arena, 1, sizeof *internal);
    if (!internal)
        return NULL;
    struct site_page *page = &site->pages[site->page_count];
    *internal = (struct page){.site = site,
                              .index = site->page_count++,
                              .source = source,
                              .layout = layout,
                              .date = value_undefined()};
    *page = (struct site_page){.input_path = source->path,
                               .data = data,
                               .publish_at = NAN,
                               .expire_at = NAN,
                               .internal = internal};
    return page;
}

struct plan {
    struct site *site;
    struct source *source;
    struct layout *layout;
    struct value data; // of the source
    struct value rules;
    struct value items; // the whole list
    struct value chunks;
    struct value pages; // pagination.pages: the chunks, or their only items
    uint32_t size;
};

static struct value rule(const struct plan *plan, struct slice key)
{
    return value_get(NULL, plan->rules, key);
}

static struct slice collection_in(struct slice data)
{
    struct slice dot = SLICE("collections."), bracket = SLICE("collections[");
    if (slice_starts_with(data, dot))
        return slice_sub(data, dot.len, data.len);
    bool quoted = slice_starts_with(data, bracket) && data.len > bracket.len + 3 &&
                  strchr("'\"", data.ptr[bracket.len]);
    return quoted ? slice_sub(data, bracket.len + 1, data.len - 2) : SLICE_EMPTY;
}

struct slice pagination_collection(struct value data)
{
    struct value path = value_get(NULL, value_get(NULL, data, SLICE("pagination")), SLICE("data"));
    struct slice text = value_is(path, VALUE_STRING) ? value_text(path) : SLICE_EMPTY;
    return slice_equal(text, SLICE("collections")) ? text : collection_in(text);
}

// Eleventy creates each collection that a pagination names, so one without pages is empty.
static struct value collection_named(const struct plan *plan, struct slice name)
{
    struct value list = value_get(NULL, plan->site->collections, name);
    bool plain = name.len && slice_find_byte(name, '.', 0) == SIZE_MAX &&
                 slice_find_byte(name, '[', 0) == SIZE_MAX;
    return value_is(list, VALUE_UNDEFINED) && plain ? value_array(plan->site->arena, 0) : list;
}

// The list to paginate: an array, or an object's keys (or values with `resolve: values`).
static struct value read_page_items(struct plan *plan)
{
    struct arena *arena = plan->site->arena;
    struct value path = rule(plan, SLICE("data"));
    struct value v =
        value_is(path, VALUE_STRING) ? value_get_path(NULL, plan->data, value_text(path)) : path;
    if (value_is(path, VALUE_STRING) && collection_in(value_text(path)).len)
        v = collection_named(plan, collection_in(value_text(path)));
    if (value_is(path, VALUE_STRING) && slice_equal(value_text(path), SLICE("collections")))
        v = plan->site->collections;
    if (!value_is(v, VALUE_OBJECT))
        return v;
    struct value resolve = rule(plan, SLICE("resolve"));
    bool values =
        value_is(resolve, VALUE_STRING) && slice_equal(value_text(resolve), SLICE("values"));
    struct value list = value_array(arena, 8);
    const struct value_object *view = value_object_view(NULL, v);
    for (uint32_t i = 0; i < view->count; i++)
        value_push(NULL, arena, list, values ? view->values[i] : value_string(view->keys[i].text));
    return list;
}

static bool is_filtered(const struct plan *plan, struct value item)
{
    struct value filter = rule(plan, SLICE("filter"));
    for (uint32_t i = 0; i < value_length(NULL, filter); i++)
        if (value_strict_equal(value_item(NULL, filter, i), item))
            return true;
    return false;
}

static struct value select_items(struct plan *plan, struct value all)
{
    struct value list = value_array(plan->site->arena, 8);
    uint32_t count = value_length(NULL, all);
    bool reverse = value_truthy(rule(plan, SLICE("reverse")));
    for (uint32_t i = 0; i < count; i++) {
        struct value item = value_item(NULL, all, reverse ? count - 1 - i : i);
        if (!is_filtered(plan, item))
            value_push(NULL, plan->site->arena, list, item);
    }
    return list;
}

static struct value make_chunks(struct plan *plan)
{
    struct arena *arena = plan->site->arena;
    struct value chunks = value_array(arena, 8);
    uint32_t count = value_length(NULL, plan->items);
    for (uint32_t i = 0; i < count; i += plan->size) {
        struct value chunk = value_array(arena, plan->size < count - i ? plan->size : count - i);
        for (uint32_t k = i; k < count && k < i + plan->size; k++)
            value_push(NULL, arena, chunk, value_item(NULL, plan->items, k));
        value_push(NULL, arena, chunks, chunk);
    }
    if (!count && plan->site->eleventy_version >= 3 &&
        value_truthy(rule(plan, SLICE("generatePageOnEmptyData"))))
        value_push(NULL, arena, chunks, value_array(arena, 1));
    return chunks;
}

// Sets "a.b" in data without touching the source's own objects.
static void set_alias(struct plan *plan, struct value data, struct slice path, struct value v)
{
    struct arena *arena = plan->site->arena;
    size_t dot = slice_find_byte(path, '.', 0);
    if (dot == SIZE_MAX) {
        value_set(NULL, arena, data, path, v);
        return;
    }
    struct value inner = value_object(arena);
    set_alias(plan, inner, slice_sub(path, dot + 1, path.len), v);
    struct slice name = slice_sub(path, 0, dot);
    struct value old = value_get(NULL, data, name);
    value_set(NULL, arena, data, name,
              value_is(old, VALUE_OBJECT) ? value_merge(arena, old, inner) : inner);
}

static struct value normal(const struct plan *plan, uint32_t number)
{
    struct value chunk = value_item(NULL, plan->chunks, number);
    return plan->size == 1 ? value_item(NULL, chunk, 0) : chunk;
}

static struct value pages_of(const struct plan *plan)
{
    uint32_t count = value_length(NULL, plan->chunks);
    if (plan->size != 1)
        return plan->chunks;
    struct value pages = value_array(plan->site->arena, count + 1);
    for (uint32_t i = 0; i < count; i++)
        value_push(NULL, plan->site->arena, pages, normal(plan, i));
    return pages;
}

// pagination.page: the chunks around this one.
static struct value neighbours(const struct plan *plan, uint32_t number)
{
    struct arena *arena = plan->site->arena;
    struct value page = value_object_sized(arena, 4), none = value_null();
    uint32_t count = value_length(NULL, plan->chunks);
    value_set(NULL, arena, page, SLICE("previous"), number ? normal(plan, number - 1) : none);
    value_set(NULL, arena, page, SLICE("next"),
              number + 1 < count ? normal(plan, number + 1) : none);
    value_set(NULL, arena, page, SLICE("first"), normal(plan, 0));
    value_set(NULL, arena, page, SLICE("last"), normal(plan, count - 1));
    return page;
}

// The rules that a page sees: three of them with Eleventy 1.
static struct value shown_rules(const struct plan *plan)
{
    struct arena *arena = plan->site->arena;
    static const struct slice OLD[] = {{"data", 4}, {"size", 4}, {"alias", 5}};
    struct value shown = value_object(arena);
    if (plan->site->eleventy_version >= 3)
        return value_merge(arena, shown, plan->rules);
    for (size_t i = 0; i < sizeof OLD / sizeof *OLD; i++)
        value_set(NULL, arena, shown, OLD[i], rule(plan, OLD[i]));
    return shown;
}

static bool add_chunk(struct plan *plan, uint32_t number)
{
    struct site *site = plan->site;
    struct arena *arena = site->arena;
    struct value data = value_merge(arena, value_object(arena), plan->data);
    struct value chunk = value_item(NULL, plan->chunks, number);
    struct value pagination = shown_rules(plan);
    struct value alias = rule(plan, SLICE("alias"));
    value_set(NULL, arena, pagination, SLICE("items"), chunk);
    value_set(NULL, arena, pagination, SLICE("pageNumber"), value_number(number));
    value_set(NULL, arena, pagination, SLICE("size"), value_number(plan->size));
    value_set(NULL, arena, pagination, SLICE("pages"), plan->pages);
    value_set(NULL, arena, pagination, SLICE("page"), neighbours(plan, number));
    value_set(NULL, arena, data, SLICE("pagination"), pagination);
    if (value_is(alias, VALUE_STRING))
        set_alias(plan, data, value_text(alias), normal(plan, number));
    struct site_page *page = pagination_add_page(site, plan->source, plan->layout, data);
    if (!page)
        return false;
    page_of(page)->chunk = number;
    // Only the first page is in collections, unless all are requested. Its data does not say which.
    page_of(page)->unlisted =
        number > 0 && !value_truthy(rule(plan, SLICE("addAllPagesToCollections")));
    return true;
}

// ---- links between the pages, once they all have URLs ----

// Names of one kind: "previousPageHref" and "href.previous" are the same.
struct link_names {
    struct slice list, other_list, previous, next, first, last, short_previous, short_next;
};
static const struct link_names LINKS = {
    {"links", 5},          {"pageLinks", 9},     {"previousPageLink", 16}, {"nextPageLink", 12},
    {"firstPageLink", 13}, {"lastPageLink", 12}, {"previous", 8},          {"next", 4}};
static const struct link_names HREFS = {{"hrefs", 5},
                                        {NULL, 0},
                                        {"previousPageHref", 16},
                                        {"nextPageHref", 12},
                                        {"firstPageHref", 13},
                                        {"lastPageHref", 12},
                                        {NULL, 0},
                                        {NULL, 0}};

static void set_link(struct site *site, struct value object, struct slice key, struct value v)
{
    if (key.len)
        value_set(NULL, site->arena, object, key, v);
}

static void set_links(struct site *site, struct value pagination, const struct link_names *names,
                      struct value list, uint32_t number)
{
    uint32_t count = value_length(NULL, list);
    struct value none = value_null();
    struct value previous = number ? value_item(NULL, list, number - 1) : none;
    struct value next = number + 1 < count ? value_item(NULL, list, number + 1) : none;
    set_link(site, pagination, names->previous, previous);
    set_link(site, pagination, names->short_previous, previous);
    set_link(site, pagination, names->next, next);
    set_link(site, pagination, names->short_next, next);
    set_link(site, pagination, names->first, value_item(NULL, list, 0));
    set_link(site, pagination, names->last, value_item(NULL, list, count - 1));
    set_link(site, pagination, names->list, list);
    set_link(site, pagination, names->other_list, list);
}

static struct value href_object(struct site *site, struct value pagination)
{
    struct value href = value_object_sized(site->arena, 4);
    const struct slice names[][2] = {{SLICE("previous"), HREFS.previous},
                                     {SLICE("next"), HREFS.next},
                                     {SLICE("first"), HREFS.first},
                                     {SLICE("last"), HREFS.last}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        set_link(site, href, names[i][0], value_get(NULL, pagination, names[i][1]));
    return href;
}

void pagination_link(struct site *site, size_t first)
{
    struct arena *arena = site->arena;
    uint32_t count = (uint32_t)(site->page_count - first);
    struct value rules =
        count ? value_get(NULL, site->pages[first].data, SLICE("pagination")) : value_undefined();
    if (!value_is(rules, VALUE_OBJECT) || !value_has(NULL, rules, SLICE("pageNumber")))
        return;
    struct value links = value_array(arena, count), hrefs = value_array(arena, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct site_page *page = &site->pages[first + i];
        bool has = page->output_path.len > 0;
        // Eleventy puts a slash before the permalink, even if it begins with one.
        const char *slash = page_of(page)->rooted ? "//" : "/";
        if (has)
            value_push(
                NULL, arena, links,
                value_string(arena_printf(arena, "%s%.*s", slash, SLICE_ARG(page->output_path))));
        value_push(NULL, arena, hrefs, has ? value_string(page->url) : value_boolean(false));
    }
    for (uint32_t i = 0; i < count; i++) {
        struct value pagination = value_get(NULL, site->pages[first + i].data, SLICE("pagination"));
        set_links(site, pagination, &LINKS, links, i);
        set_links(site, pagination, &HREFS, hrefs, i);
        set_link(site, pagination, SLICE("href"), href_object(site, pagination));
    }
}

static bool bad(struct plan *plan, const char *message, const char *key, struct error *error)
{
    error_set(error, ERROR_CONFIG, "%s", message);
    source_blame(plan->source, slice_from_cstr(key), BLAME_KEY, error);
    return false;
}

// pagination.before: the list as changed by the site's own function.
static bool change_items(struct plan *plan, struct value *items, struct error *error)
{
    struct value before = rule(plan, SLICE("before"));
    const struct value args[] = {*items, script_context()};
    if (!value_is(before, VALUE_FUNCTION))
        return true;
    if (!scripts_call(plan->site, before, plan->data, NULL, args, 2, items, error))
        return false;
    return value_is(*items, VALUE_ARRAY) ||
           bad(plan, "pagination.before must return a list", "pagination.before", error);
}

static bool expand_plan(struct plan *plan, struct error *error)
{
    struct value size = rule(plan, SLICE("size"));
    if (!value_is(size, VALUE_NUMBER) || !(size.number >= 1))
        return bad(plan, "pagination needs a size of at least 1", "pagination", error);
    struct value all = read_page_items(plan);
    if (!value_is(all, VALUE_ARRAY))
        return bad(plan, "pagination.data names nothing that can be paginated", "pagination.data",
                   error);
    plan->size = size.number > 1e6 ? 1000000 : (uint32_t)size.number;
    if (!change_items(plan, &all, error))
        return false;
    plan->items = select_items(plan, all);
    plan->chunks = make_chunks(plan);
    plan->pages = pages_of(plan);
    for (uint32_t i = 0; i < value_length(NULL, plan->chunks); i++)
        if (!add_chunk(plan, i))
            return error_memory(error);
    return true;
}

bool pagination_expand(struct site *site, struct source *source, struct error *error)
{
    struct plan plan = {.site = site, .source = source, .layout = source->layout};
    plan.data = cascade_data(site, source, source->layout);
    if (!value_is(plan.data, VALUE_OBJECT))
        return error_memory(error);
    plan.rules = value_get(NULL, plan.data, SLICE("pagination"));
    if (value_is(plan.rules, VALUE_OBJECT) && value_truthy(rule(&plan, SLICE("data"))))
        return expand_plan(&plan, error);
    return pagination_add_page(site, source, source->layout, plan.data) || error_memory(error);
}
