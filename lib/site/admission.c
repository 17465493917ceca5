// SPDX-License-Identifier: MIT
//
// Whether a reader may know of a route. A redirect reveals two pages, the one that declares it and
// the one it leads to, perhaps through other redirects: readers who may not know of both learn
// nothing, however the address is spelt.
#include "snapshot.h"

enum { HOPS_MAX = 8 };

// The part of a location that is a path on this site; ptr NULL: it leads elsewhere.
static struct slice own_path(const struct site *site, struct slice location)
{
    struct slice base = site->settings->url;
    while (base.len && base.ptr[base.len - 1] == '/')
        base.len--;
    if (base.len && slice_starts_with(location, base))
        location = slice_sub(location, base.len, location.len);
    if (!slice_starts_with(location, SLICE("/")) || slice_starts_with(location, SLICE("//")))
        return (struct slice){0};
    size_t mark = slice_find_byte(location, '#', 0), query = slice_find_byte(location, '?', 0);
    return slice_sub(location, 0, mark < query ? mark : query);
}

static const struct site_route *follow_redirects(const struct site *site, struct slice *location,
                                                 struct arena *arena)
{
    struct slice path = own_path(site, *location);
    if (!path.ptr)
        return NULL;
    const struct site_route *route = site_find(site, path, arena, location);
    if (route || slice_ends_with(path, SLICE("/")))
        return route;
    return site_find(site, ARENA_JOIN(arena, path, SLICE("/")), arena, location);
}

static bool may_have(const struct site *site, const struct site_page *page,
                     const struct site_reader *reader)
{
    return site_page_visible(site, page, reader->now_ms) &&
           site_page_admits(page, reader->user, reader->groups);
}

bool site_audience_has(struct value audience, struct slice user, struct slice groups)
{
    return audience_has(audience, user, groups);
}

bool site_file_admits(const struct site *site, struct slice url, const struct site_reader *reader)
{
    const struct value *audience = audience_of_file(site, url);
    return !audience || audience_has(*audience, reader->user, reader->groups);
}

bool site_route_admits(const struct site *site, const struct site_route *route,
                       struct slice location, const struct site_reader *reader, struct arena *arena)
{
    for (int hops = 0; route && hops < HOPS_MAX; hops++) {
        if (route->page && !may_have(site, route->page, reader))
            return false;
        if (route->audience && !audience_has(*route->audience, reader->user, reader->groups))
            return false;
        if (route->kind != SITE_ROUTE_REDIRECT)
            return true;
        route = follow_redirects(site, &location, arena);
    }
    return true;
}
