// SPDX-License-Identifier: MIT
//
// Whether two servers serve the same. Generations count reloads, and each process counts its own;
// this is made of the sources alone. Parts are added up, so that their order says nothing: a
// patched snapshot lists pages in another than one that is loaded whole.
#include "source.h"
#include "state.h"

static uint64_t join(struct slice name, uint64_t content)
{
    return slice_hash_mix(slice_hash(name) ^ content, SLICE_HASH_STEP);
}

uint64_t site_content_hash(const struct site *site)
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
