// SPDX-License-Identifier: MIT
//
// A hash that shows whether two servers serve the same content. Generations count reloads of one
// process; this depends only on the sources. Parts are added, so that order does not matter: a
// patched snapshot lists pages in a different order from one loaded whole.
#include "source.h"
#include "state.h"

static uint64_t join(struct slice name, uint64_t content)
{
    return slice_hash_mix(slice_hash(name) ^ content, SLICE_HASH_STEP);
}

static uint64_t hash_content(const struct site *site)
{
    uint64_t sum = site->markdown_key;
    for (size_t i = 0; i < site->page_count; i++) {
        const struct page *page = page_of(&site->pages[i]);
        sum += join(site->pages[i].url, page->source ? page->source->hash : 0);
    }
    for (size_t i = 0; i < site->route_count; i++)
        if (site->routes[i].kind != SITE_ROUTE_PAGE)
            sum += join(site->routes[i].url,
                        site->routes[i].hash ^ slice_hash(site->routes[i].location));
    for (size_t i = 0; i < site->layouts.count; i++) {
        const struct layout *layout = site->layouts.entries[i].value;
        sum += join(site->layouts.entries[i].key, layout ? layout->hash : 0);
    }
    return sum;
}

// Monitoring asks for it all the time. Several threads may compute it, to the same result.
uint64_t site_content_hash(struct site *site)
{
    uint64_t known = atomic_load_explicit(&site->content_hash, memory_order_relaxed);
    if (known)
        return known;
    known = hash_content(site);
    atomic_store_explicit(&site->content_hash, known, memory_order_relaxed);
    return known;
}
