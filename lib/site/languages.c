// SPDX-License-Identifier: MIT
//
// The languages of a site's pages: which one an answer without a page of its own – an address that
// does not exist, a page that fails, thanks for feedback – is to be in, and which of a page's twins
// readers see.
#include "snapshot.h"

struct slice page_language(const struct site *site, const struct site_page *page)
{
    return page->lang.len ? page->lang : site->settings->lang;
}

// The length of the folders that two paths have in common, with their last slash: all of it if they
// are the same.
static size_t shared_folders(struct slice url, struct slice path)
{
    size_t shared = 0, i = 0;
    for (; i < url.len && i < path.len && url.ptr[i] == path.ptr[i]; i++)
        shared = url.ptr[i] == '/' ? i + 1 : shared;
    return i == url.len && i == path.len ? i : shared;
}

struct slice site_language_near(const struct site *site, struct slice path)
{
    struct slice language = site->settings->lang;
    size_t nearest = 1; // all pages are below the root
    path = settings_below_prefix(site->settings, path);
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        size_t shared = shared_folders(page->url, path);
        if (shared < nearest || shared == 1)
            continue;
        if (shared > nearest)
            language = page_language(site, page);
        else if (!slice_equal_ignore_case(language, page_language(site, page)))
            language = site->settings->lang;
        nearest = shared;
    }
    return language;
}

static bool is_shown(const struct site *site, struct slice url, bool restricted,
                     struct arena *arena)
{
    struct slice location, path = ARENA_JOIN(arena, settings_prefix(site->settings), url);
    struct site_reader anyone = {.now_ms = site->now_ms};
    if (!slice_starts_with(url, SLICE("/")))
        return true; // of another site
    size_t end = 0;
    while (end < path.len && path.ptr[end] != '#' && path.ptr[end] != '?')
        end++;
    const struct site_route *route = site_find(site, slice_sub(path, 0, end), arena, &location);
    if (!route || (route->page && route->page->broken && !route->page->stale))
        return false;
    // A page for some readers only offers its twin to them.
    if (restricted && route->page)
        return site_page_visible(site, route->page, site->now_ms);
    return site_route_admits(site, route, location, &anyone, arena);
}

struct value languages_shown(struct value_call *call)
{
    struct arena *arena = call->realm->arena;
    struct value list = value_arg(call, 0), shown = value_array(arena, 4);
    bool restricted = value_truthy(template_lookup(call, SLICE("audience")));
    for (uint32_t i = 0; i < value_length(call->realm, list); i++) {
        struct value item = value_item(call->realm, list, i);
        struct value url = value_get(call->realm, item, SLICE("url"));
        if (value_is(url, VALUE_STRING) &&
            is_shown(site_of(call), value_text(url), restricted, arena))
            value_push(NULL, arena, shown, item);
    }
    return shown;
}
