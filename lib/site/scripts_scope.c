// SPDX-License-Identifier: MIT
//
// What functions of the site's own JavaScript see while they run: variables of the template or of
// the page's data, and pages and collections, which are sent as references and fetched when read.
//
// A page's hash covers everything a function can read of it except its text. It includes the page's
// own data without what all pages share, which is hashed once. A function that reads a text depends
// on the texts of all pages, so that other answers survive the edit of a text.
#include "scripts.h"

enum { FROZEN_MIN = 32 };

// ---- hashes of pages ----

static struct slice reference_bytes(const void *p, size_t size)
{
    return slice_of((const char *)p, size);
}

static bool is_shared(const struct site *site, struct slice key, struct value v)
{
    struct value global = value_get(NULL, site->global_data, key);
    return global.type == v.type && v.type >= VALUE_ARRAY && global.array == v.array;
}

static bool is_navigation(const struct site_page *page, struct value v)
{
    struct value ours = page_of(page)->navigation;
    return value_is(ours, VALUE_OBJECT) && value_is(v, VALUE_OBJECT) && v.object == ours.object;
}

// Hash of the source of its data: functions count only by name. A template that is a program, or in
// a language other than ours, counts as a whole.
static uint64_t hash_front(const struct source *source)
{
    bool whole =
        source->engine.len && (!source->syntax || slice_equal(source->engine, SLICE("11ty.js")));
    return whole ? source->hash : source->front_length ? source->front_hash : 0;
}

// Hash of the page's data, without global data and what depends on the whole site.
static uint64_t hash_page(const struct site *site, const struct site_page *page)
{
    const struct source *source = page_of(page)->source;
    uint64_t hash = content_mix(site->scripts->data_hash, hash_front(source));
    hash = content_mix(content_mix(hash, slice_hash(page->input_path)), page_of(page)->chunk);
    hash = content_mix(content_mix(hash, slice_hash(page->url)), slice_hash(page->output_path));
    hash = content_mix(hash, slice_hash(reference_bytes(&page->date_ms, sizeof page->date_ms)));
    if (!value_is(page->data, VALUE_OBJECT))
        return hash;
    const struct value_object *view = value_object_view(NULL, page->data);
    for (uint32_t i = 0; i < view->count; i++) {
        struct slice key = view->keys[i].text;
        if (slice_equal(key, SLICE("collections")) || is_navigation(page, view->values[i]) ||
            is_shared(site, key, view->values[i]))
            continue;
        hash = content_mix(content_mix(hash, view->keys[i].hash),
                           content_hash(&site->scripts->names.references, view->values[i]));
    }
    return hash;
}

// ---- references ----

// Identifies a page without its content: pages refer to each other in their data, in cycles.
static uint64_t identify(const struct site_page *page)
{
    return content_mix(slice_hash(page->input_path), page_of(page)->chunk);
}

static struct script_reference *name_value(struct site *site, struct value v,
                                           enum script_reference_kind kind, uint32_t id,
                                           uint64_t hash)
{
    struct script_reference *reference = arena_alloc(site->arena, sizeof *reference);
    const void **key = arena_alloc(site->arena, sizeof *key);
    if (!reference || !key)
        return NULL;
    *key = v.array;
    *reference = (struct script_reference){.kind = kind, .id = id, .hash = hash};
    struct map *references = &site->scripts->names.references;
    return map_put(references, reference_bytes(key, sizeof *key), reference) ? reference : NULL;
}

static bool name_page(struct site *site, uint32_t id)
{
    struct site_page *page = &site->pages[id];
    uint64_t hash = identify(page);
    return (!value_is(page->data, VALUE_OBJECT) ||
            name_value(site, page->data, SCRIPT_PAGE_DATA, id, hash)) &&
           (!value_is(page->page, VALUE_OBJECT) ||
            name_value(site, page->page, SCRIPT_PAGE_PAGE, id, hash));
}

static bool name_items(struct site *site)
{
    for (uint32_t i = 0; i < site->page_count; i++) {
        struct value item = page_of(&site->pages[i])->item;
        if (!value_is(item, VALUE_OBJECT))
            continue;
        site->scripts->names.items[i] = item;
        if (!name_value(site, item, SCRIPT_PAGE, i, identify(&site->pages[i])))
            return false;
    }
    return true;
}

static bool name_frozen(struct site *site, struct value v)
{
    struct script_names *names = &site->scripts->names;
    if (!arena_room(site->arena, &names->frozen, names->frozen_count, &names->frozen_capacity,
                    sizeof *names->frozen))
        return false;
    uint64_t hash = content_hash(&names->references, v);
    names->frozen[names->frozen_count] = v;
    return name_value(site, v, SCRIPT_FROZEN, (uint32_t)names->frozen_count++, hash);
}

static bool is_large(struct value v)
{
    return (value_is(v, VALUE_ARRAY) && v.array->count >= FROZEN_MIN) ||
           (value_is(v, VALUE_OBJECT) && v.object->count >= FROZEN_MIN);
}

// Large lists of global data and of the collections.
static bool name_members(struct site *site, struct value object)
{
    for (uint32_t i = 0; value_is(object, VALUE_OBJECT) && i < object.object->count; i++)
        if (is_large(object.object->values[i]) && !name_frozen(site, object.object->values[i]))
            return false;
    return true;
}

// Collects everything that can be referred to, by identity.
static bool name_all(struct site *site)
{
    struct script_names *names = &site->scripts->names;
    if (!map_reserve(&names->references, 3 * site->page_count + 64) ||
        !name_members(site, site->global_data))
        return false;
    for (size_t i = 0; i < site->page_count; i++)
        if (!name_page(site, (uint32_t)i))
            return false;
    return !value_is(site->collections, VALUE_OBJECT) ||
           (name_items(site) && name_value(site, site->collections, SCRIPT_COLLECTIONS, 0, 0));
}

// Gives the pages' references the hash of their content; the site's hash covers all of them.
static bool hash_pages(struct site *site)
{
    struct script_names *names = &site->scripts->names;
    uint64_t *hashes = arena_alloc(site->arena, (site->page_count + 1) * sizeof *hashes);
    names->site_hash = site->scripts->data_hash;
    names->text_hash = site->scripts->includes_hash;
    if (!hashes)
        return false;
    for (size_t i = 0; i < site->page_count; i++) {
        hashes[i] = hash_page(site, &site->pages[i]);
        names->site_hash = content_mix(names->site_hash, hashes[i]);
        names->text_hash = content_mix(names->text_hash, page_of(&site->pages[i])->source->hash);
    }
    for (size_t i = 0; i < names->references.count; i++) {
        struct script_reference *reference = names->references.entries[i].value;
        if (reference->kind <= SCRIPT_PAGE_PAGE)
            reference->hash = hashes[reference->id];
    }
    return true;
}

// The kind is hashed too, so that each hash has one value.
static bool index_names(struct site *site)
{
    struct script_names *names = &site->scripts->names;
    for (size_t i = 0; i < names->references.count; i++) {
        struct script_reference *reference = names->references.entries[i].value;
        if (reference->kind == SCRIPT_COLLECTIONS)
            reference->hash = names->site_hash;
        reference->hash = content_mix(reference->hash, reference->kind + 1u);
        if (!map_put(&names->by_hash, reference_bytes(&reference->hash, sizeof reference->hash),
                     reference))
            return false;
    }
    return true;
}

// 0 would mean that there is no scope.
static uint64_t next_generation(void)
{
    static atomic_uint_fast64_t generations;
    return atomic_fetch_add(&generations, 1) + 1;
}

void scripts_begin_names(struct site *site)
{
    site->scripts->names = (struct script_names){.references = map_create(site->arena),
                                                 .by_hash = map_create(site->arena),
                                                 .generation = next_generation()};
}

bool scripts_name_pages(struct site *site)
{
    if (!site->scripts)
        return true;
    struct script_names *names = &site->scripts->names;
    scripts_begin_names(site);
    if (!site->scripts->data_hash)
        site->scripts->data_hash = content_hash(&names->references, site->global_data) | 1;
    names->items = arena_zalloc(site->arena, site->page_count + 1, sizeof *names->items);
    if (!names->items || !name_all(site) || !hash_pages(site) ||
        !name_members(site, site->collections))
        return false;
    if (value_is(site->collections, VALUE_OBJECT))
        for (uint32_t i = 0; i < site->collections.object->count; i++)
            names->site_hash =
                content_mix(names->site_hash,
                            content_hash(&names->references, site->collections.object->values[i]));
    return index_names(site);
}

// ---- the scope ----

static struct value variable(void *state, struct slice name)
{
    struct script_view *view = state;
    if (view->needs)
        view->needs->need(view->needs->state, name);
    if (view->realm && view->realm->host) {
        struct error ignored = {0};
        struct value_call call = {.realm = view->realm, .error = &ignored};
        struct value v = template_lookup(&call, name);
        if (!value_is(v, VALUE_UNDEFINED))
            return v;
    }
    for (size_t i = 0; i < view->count; i++) {
        struct value v = value_get(view->realm, view->layers[i], name);
        if (!value_is(v, VALUE_UNDEFINED))
            return v;
    }
    return value_undefined();
}

static struct value scope_names(void *state)
{
    struct script_view *view = state;
    struct value list = value_array(view->scope.arena, 32);
    for (size_t i = 0; i < view->count; i++) {
        const struct value_object *object = value_is(view->layers[i], VALUE_OBJECT)
                                                ? value_object_view(view->realm, view->layers[i])
                                                : NULL;
        for (uint32_t k = 0; object && k < object->count; k++)
            value_push(NULL, view->scope.arena, list, value_string(object->keys[k].text));
    }
    return list;
}

static bool refer(void *state, struct value v, struct script_reference *reference)
{
    struct script_view *view = state;
    const void *pointer = v.array;
    const struct script_reference *known = view->site->scripts
                                               ? map_get(&view->site->scripts->names.references,
                                                         reference_bytes(&pointer, sizeof pointer))
                                               : NULL;
    if (known)
        *reference = *known;
    return known != NULL;
}

static bool find_reference(void *state, enum script_reference_kind kind, uint64_t hash,
                           uint32_t *id)
{
    struct script_view *view = state;
    const struct script_reference *known =
        map_get(&view->site->scripts->names.by_hash, reference_bytes(&hash, sizeof hash));
    if (!known || known->kind != kind)
        return false;
    *id = known->id;
    return true;
}

static struct value resolve_reference(void *state, enum script_reference_kind kind, uint32_t id)
{
    struct script_view *view = state;
    const struct site *site = view->site;
    const struct script_names *known = &site->scripts->names;
    if (kind == SCRIPT_COLLECTIONS)
        return site->collections;
    if (kind == SCRIPT_FROZEN)
        return id < known->frozen_count ? known->frozen[id] : value_undefined();
    if (id >= site->page_count)
        return value_undefined();
    const struct site_page *page = &site->pages[id];
    return kind == SCRIPT_PAGE_DATA   ? page->data
           : kind == SCRIPT_PAGE_PAGE ? page->page
                                      : known->items[id];
}

static bool content(void *state, uint32_t page, struct slice *html, struct error *error)
{
    struct script_view *view = state;
    const struct site *site = view->site;
    if (page >= site->page_count || site->scratch)
        return error_set(error, ERROR_RUNTIME, "templateContent is not known yet");
    struct value_realm realm = value_realm_create(view->scope.arena);
    struct site_request request = {0};
    if (view->realm) {
        realm.now_ms = view->realm->now_ms;
        realm.depth = view->realm->depth;
    }
    realm.site = site;
    return site->scripts->content(site, &site->pages[page], &request, &realm, html, error);
}

// collections.all in the order of its files, as Eleventy finds them, whose getAll() does not sort.
static struct value pages(void *state)
{
    struct script_view *view = state;
    const struct site *site = view->site;
    struct value all = site->making ? site->making->all
                       : value_is(site->collections, VALUE_OBJECT)
                           ? value_get(NULL, site->collections, SLICE("all"))
                           : value_undefined();
    struct value *places = arena_zalloc(view->scope.arena, site->page_count + 1, sizeof *places);
    struct value list = value_array(view->scope.arena, value_length(NULL, all));
    struct script_reference page;
    for (uint32_t i = 0; places && i < value_length(NULL, all); i++)
        if (refer(view, value_item(NULL, all, i), &page) && page.id < site->page_count)
            places[page.id] = value_item(NULL, all, i);
    for (size_t i = 0; places && i < site->page_count; i++)
        if (value_is(places[i], VALUE_OBJECT))
            value_push(NULL, view->scope.arena, list, places[i]);
    return list;
}

static struct value addresses(void *state)
{
    const struct script_view *view = state;
    struct arena *arena = view->scope.arena;
    struct value list = value_array(arena, (uint32_t)view->site->page_count);
    for (size_t i = 0; i < view->site->page_count; i++) {
        const struct site_page *page = &view->site->pages[i];
        struct value pair = value_array(arena, 2);
        value_push(NULL, arena, pair, value_get(NULL, page->page, SLICE("inputPath")));
        value_push(NULL, arena, pair, value_get(NULL, page->page, SLICE("url")));
        value_push(NULL, arena, list, pair);
    }
    return list;
}

void scripts_enter(struct script_view *view, const struct site *site, struct value_realm *realm,
                   struct arena *arena, const struct value *layers, size_t count)
{
    view->entered = site->scripts != NULL;
    if (!view->entered)
        return;
    *view = (struct script_view){.site = site, .realm = realm, .count = count, .entered = true};
    for (size_t i = 0; i < count; i++)
        view->layers[i] = layers[i];
    view->scope = (struct script_scope){
        .state = view,
        .tree = site->scripts->tree,
        .generation = site->scripts->names.generation,
        .edition = site->scripts->edition,
        .variable = variable,
        .names = scope_names,
        .refer = refer,
        .resolve = resolve_reference,
        .find = find_reference,
        .content = content,
        .pages = pages,
        .addresses = addresses,
        .site_hash = site->scripts->names.site_hash,
        .text_hash = site->scripts->names.text_hash,
        .arena = arena,
    };
    view->before = script_enter(&view->scope);
}

void scripts_leave(struct script_view *view)
{
    if (view->entered)
        script_enter(view->before);
}
