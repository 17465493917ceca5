// SPDX-License-Identifier: MIT
//
// A sorted table of contents by hash; snapshots with the same content share its row.
#include "assets.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { CODINGS = 3, SOURCE_MAX = 1 << 20 };

// The forms of one content. `done` is set after them.
struct forms {
    uint64_t hash;
    uint64_t size;
    atomic_uint references;
    atomic_bool done;
    struct slice encoded[CODINGS]; // each from malloc; ptr NULL: not smaller
};

struct table {
    size_t count;
    struct forms *rows[]; // sorted by hash
};

static void release_forms(struct forms *forms)
{
    if (atomic_fetch_sub(&forms->references, 1) != 1)
        return;
    for (size_t i = 0; i < CODINGS; i++)
        free((void *)(uintptr_t)forms->encoded[i].ptr);
    free(forms);
}

static void free_table(void *state)
{
    struct table *table = state;
    for (size_t i = 0; i < table->count; i++)
        release_forms(table->rows[i]);
    free(table);
}

static struct forms *find_forms(const struct table *table, const struct site_route *route)
{
    size_t low = 0, high = table ? table->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->rows[middle]->hash < route->hash)
            low = middle + 1;
        else
            high = middle;
    }
    struct forms *forms = table && low < table->count ? table->rows[low] : NULL;
    return forms && forms->hash == route->hash && forms->size == route->info.size ? forms : NULL;
}

bool assets_compressible(const struct site_route *route)
{
    static const char *const TYPES[] = {"text/",           "application/json", "application/xml",
                                        "application/rtf", "application/yaml", "image/bmp"};
    static const char *const ENDS[] = {"+xml", "+json"};
    bool yes = false;
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        yes |= slice_starts_with(route->content_type, slice_from_cstr(TYPES[i]));
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        yes |= slice_ends_with(route->content_type, slice_from_cstr(ENDS[i]));
    return yes && route->info.size <= SOURCE_MAX;
}

// ---- before the site is published ----

static struct forms *make_forms(const struct site_route *route)
{
    struct forms *forms = calloc(1, sizeof *forms);
    if (forms)
        *forms = (struct forms){.hash = route->hash, .size = route->info.size, .references = 1};
    return forms;
}

static int by_hash(const void *a, const void *b)
{
    uint64_t left = (*(struct forms *const *)a)->hash, right = (*(struct forms *const *)b)->hash;
    return (left > right) - (left < right);
}

// The fingerprinted route of an asset has the same content.
static bool has_row(const struct site_route *route)
{
    return route->kind == SITE_ROUTE_ASSET && !route->fingerprinted && assets_compressible(route);
}

void assets_attach(struct site *site, struct site *previous)
{
    size_t count, rows = 0;
    const struct site_route *routes = site_routes(site, &count);
    const struct table *old = previous ? site_attached(previous) : NULL;
    for (size_t i = 0; i < count; i++)
        rows += has_row(&routes[i]);
    struct table *table = calloc(1, sizeof *table + rows * sizeof *table->rows);
    if (!table)
        return;
    for (size_t i = 0; i < count; i++) {
        struct forms *forms = has_row(&routes[i]) ? find_forms(old, &routes[i]) : NULL;
        if (forms)
            atomic_fetch_add(&forms->references, 1);
        else if (has_row(&routes[i]))
            forms = make_forms(&routes[i]);
        if (forms)
            table->rows[table->count++] = forms;
    }
    qsort(table->rows, table->count, sizeof *table->rows, by_hash);
    site_attach(site, table, free_table);
}

// ---- after ----

static struct slice keep_form(struct slice text, size_t *used, size_t limit)
{
    char *copy = text.len && *used + text.len <= limit ? malloc(text.len) : NULL;
    if (!copy)
        return SLICE_EMPTY;
    memcpy(copy, text.ptr, text.len);
    *used += text.len;
    return slice_of(copy, text.len);
}

static bool compress(struct tree *tree, struct arena *arena, const struct site_route *route,
                     struct forms *forms, size_t *used, size_t limit)
{
    struct slice text;
    struct error error = {0};
    // It may have changed since; then a reload is coming.
    if (!tree_read(tree, arena, route->file, SOURCE_MAX, &text, NULL, &error) ||
        file_hash(text) != route->hash)
        return false;
    for (int i = 0; i < CODINGS; i++)
        forms->encoded[i] =
            keep_form(http_encode(arena, (enum http_coding)i, &text, 1, HTTP_BEST), used, limit);
    atomic_store_explicit(&forms->done, true, memory_order_release);
    return true;
}

static size_t count_used(const struct table *table)
{
    size_t used = 0;
    for (size_t i = 0; i < table->count; i++)
        for (int k = 0; k < CODINGS && atomic_load(&table->rows[i]->done); k++)
            used += table->rows[i]->encoded[k].len;
    return used;
}

// Whether none is left that could be.
static bool compress_missing(struct site *site, const struct table *table, struct arena *arena,
                             bool (*stop)(void *state), void *state)
{
    size_t count, used = count_used(table), limit = site_settings(site)->asset_cache;
    const struct site_route *routes = site_routes(site, &count);
    bool whole = true;
    for (size_t i = 0; i < count && used < limit; i++) {
        struct forms *forms = has_row(&routes[i]) ? find_forms(table, &routes[i]) : NULL;
        if (!forms || atomic_load(&forms->done))
            continue;
        if (stop(state))
            return false;
        whole &= compress(site_tree(site), arena, &routes[i], forms, &used, limit);
        arena_reset(arena, 4 << 20);
    }
    return whole;
}

bool assets_compress(struct site *site, bool (*stop)(void *state), void *state)
{
    const struct table *table = site_attached(site);
    struct arena *arena = table ? arena_create(0, 0) : NULL;
    bool whole = arena && compress_missing(site, table, arena, stop, state);
    arena_destroy(arena);
    return whole;
}

void assets_forms(const struct site *site, const struct site_route *route, struct slice forms[3])
{
    const struct forms *row = find_forms(site_attached(site), route);
    if (row && atomic_load_explicit(&row->done, memory_order_acquire))
        memcpy(forms, row->encoded, sizeof row->encoded);
}
