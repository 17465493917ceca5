// SPDX-License-Identifier: MIT
//
// Pages that a renewed snapshot takes over: what depends on one source is the same as in the base.
// Pages whose data could differ – of a broken source, over collections or computed from them,
// overdue by now – are built again.
#include "snapshot.h"

// How many pages the source has in the base, if a fresh load would build the same.
static size_t sound_pages(const struct site *base, const struct source *source, size_t *first)
{
    size_t count = pages_of_source(base, source->path, first);
    for (size_t i = *first; i < *first + count; i++) {
        const struct site_page *page = &base->pages[i];
        if (page->broken || page->stale || page_of(page)->remarked ||
            page_of(page)->computed_late ||
            (base->development && value_has(NULL, page->data, SLICE("reviewBy"))))
            return 0;
    }
    return count;
}

static bool take_page(struct site *site, const struct site_page *old, struct error *error)
{
    const struct page *was = page_of(old);
    struct value data = value_copy(site->arena, old->data);
    struct site_page *page = value_is(data, VALUE_OBJECT)
                                 ? pagination_add_page(site, was->source, was->layout, data)
                                 : NULL;
    if (!page)
        return error_memory(error);
    struct page *internal = page_of(page);
    internal->written = was->written;
    internal->has_permalink = was->has_permalink;
    internal->rooted = was->rooted;
    internal->unlisted = was->unlisted;
    internal->chunk = was->chunk;
    internal->date = was->date;
    *page = *old;
    page->data = data;
    page->internal = internal;
    return true;
}

bool pages_take_over(struct site *site, struct source *source, struct error *error)
{
    const struct site *base = site->base;
    size_t first;
    if (source->error || failures_has(site->failures, source->path) ||
        map_get(&base->sources, source->path) != source)
        return false;
    size_t count = sound_pages(base, source, &first);
    for (size_t i = first; i < first + count; i++)
        if (!take_page(site, &base->pages[i], error))
            return false;
    site->counts.reused += count;
    return count > 0;
}
