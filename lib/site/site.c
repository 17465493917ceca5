// SPDX-License-Identifier: MIT
//
// The snapshot from the outside: references and plain reads.
#include "snapshot.h"

#include <math.h>

struct site *site_retain(struct site *site)
{
    unsigned before = atomic_fetch_add_explicit(&site->references, 1, memory_order_relaxed);
    invariant(before > 0); // only a holder may retain: freed ones stay freed
    (void)before;
    return site;
}

void site_release(struct site *site)
{
    if (!site || atomic_fetch_sub_explicit(&site->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; site->pages && i < site->page_count; i++) {
        if (site->root && !page_is_edited(site, &site->pages[i]))
            continue; // the root's
        memo_clear(&page_of(&site->pages[i])->content);
        memo_clear(&page_of(&site->pages[i])->whole);
        for (unsigned form = 0; form < SITE_FORMS; form++)
            memo_clear(&page_of(&site->pages[i])->forms[form]);
    }
    arena_destroy(site->scratch);
    if (site->detach)
        site->detach(site->attached);
    arena_destroy(site->arena);
}

void site_attach(struct site *site, void *what, void (*free)(void *what))
{
    site->attached = what;
    site->detach = free;
}

bool site_on_free(struct site *site, void (*fn)(void *what), void *what)
{
    return arena_on_free(site->arena, fn, what);
}

const void *site_attached(const struct site *site)
{
    return site->attached;
}

uint64_t site_generation(const struct site *site)
{
    return site->generation;
}

const struct settings *site_settings(const struct site *site)
{
    return site->settings;
}

size_t site_arena_bytes(const struct site *site)
{
    return arena_held(site->arena);
}

struct site_counts site_counts(const struct site *site)
{
    return site->counts;
}

const struct site_page *site_pages(const struct site *site, size_t *count)
{
    *count = site->page_count;
    return site->pages;
}

const struct site_page *site_page_by_input(const struct site *site, struct slice input_path)
{
    const struct map_entry *entry = map_find(&site->pages_by_input, input_path);
    return entry ? &site->pages[(uintptr_t)entry->value - 1] : NULL;
}

size_t pages_of_source(const struct site *site, struct slice path, size_t *first)
{
    const struct map_entry *entry = map_find(&site->pages_by_input, path);
    size_t count = 0;
    *first = entry ? (uintptr_t)entry->value - 1 : 0;
    while (entry && *first + count < site->page_count &&
           slice_equal(site->pages[*first + count].input_path, path))
        count++;
    return count;
}

struct slice path_in_site(const struct site *site, struct slice full)
{
    struct slice directory = settings_directory(site->settings);
    if (!slice_starts_with(full, directory))
        return SLICE_EMPTY;
    struct slice path = slice_sub(full, directory.len, full.len);
    while (path.len && path.ptr[0] == '/')
        path = slice_sub(path, 1, path.len);
    return path;
}

double site_next_change(const struct site *site)
{
    return site->next_change_ms;
}

// A page begins with the snapshot whose lists have it, loaded at its moment: before that, whatever
// looks for it there would fail. It ends on time.
static bool is_shown(const struct site *site, const struct site_page *page, double now_ms)
{
    if (page->draft && !site->development)
        return page->restricted; // for those who may see it, whatever its publication date
    return !(now_ms < page->publish_at) && !(site->now_ms < page->publish_at) &&
           !(now_ms >= page->expire_at);
}

bool site_page_visible(const struct site *site, const struct site_page *page, double now_ms)
{
    const struct site_page *last_good = page_of(page)->last_good;
    if (site->as_of)
        now_ms = site->now_ms;
    else if (site->development)
        return true;
    if (page->hidden && !site->development)
        return false;
    // The last good version's own dates apply to it; a broken page may have none.
    return is_shown(site, page, now_ms) &&
           (!page->stale || !last_good || is_shown(site, last_good, now_ms));
}
