// SPDX-License-Identifier: MIT
//
// Beginning a snapshot: its number, its hold on the texts of its generation, and, if it is made
// from another, everything shared with it.
#include "snapshot.h"

static atomic_uint_fast64_t generations;

uint64_t site_next_generation(void)
{
    return atomic_fetch_add(&generations, 1) + 1;
}

bool site_hold_texts(struct site *site, struct store *store)
{
    if (!store)
        return true;
    struct store_lease *lease = store_lease(store, site->generation);
    return lease && arena_on_free(site->arena, store_lease_end, lease);
}

static void release_root(void *root)
{
    site_release(root);
}

struct site *site_borrow(struct site *from, size_t chunk)
{
    struct arena *arena = arena_create(chunk, 0);
    struct site *site = arena ? arena_zalloc(arena, 1, sizeof *site) : NULL;
    if (!site) {
        arena_destroy(arena);
        return NULL;
    }
    // The hook runs at once if there is no room for it.
    if (!arena_on_free(arena, release_root, site_retain(from))) {
        arena_destroy(arena);
        return NULL;
    }
    site->shared = from->shared;
    site->made = from->made;
    atomic_init(&site->references, 1);
    site->arena = arena;
    site->edited_routes = map_create(arena);
    site->generation = site_next_generation();
    return site;
}
