// SPDX-License-Identifier: MIT
//
// Hashing what a site shows, and remembering what changed.
//
// Every page is rendered as a reader without any rights sees it, since only that may be in a shared
// cache. A page that shows the time or something random seems to change each time: it is purged
// more often than needed, never too late.
#include "outputs.h"

#include "base/clock.h"
#include "base/map.h"
#include "sites.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// KEPT: changes of state. TAG_BYTES: of the tags of one; beyond that, it is a change of the site.
enum { KEPT = 256, TAG_BYTES = 256 << 10, STATE_MAX = 17 };
enum { ARENA_KEEP = 1 << 20, BROKEN = 1 };

// The outputs of one state.
struct hashes {
    struct arena *arena;
    struct map by_url; // URL → its hash, uint64_t; "": what all responses depend on
};

// From the state `from` to the next one.
struct change {
    uint64_t from;
    bool all;
    char *urls; // each ended by a line feed; NULL: none
};

struct outputs {
    const struct host *host;
    // Used only by the loader.
    struct site *site; // being hashed; NULL: done
    struct hashes next;
    size_t route;  // the next one
    uint64_t done; // generation of the last hashed site
    struct arena *scratch;
    struct hashes now;
    pthread_mutex_t lock; // for what follows
    bool known;
    uint64_t state;
    struct change changes[KEPT]; // a ring
    size_t first, count;
};

// ---- hashing ----

static bool put_hash(struct hashes *hashes, struct slice url, uint64_t hash)
{
    uint64_t *own = arena_alloc(hashes->arena, sizeof *own);
    struct slice key = arena_copy(hashes->arena, url);
    if (!own || !key.ptr)
        return false;
    *own = hash;
    return map_put(&hashes->by_url, key, own);
}

static uint64_t hash_shown(const struct site *site, const struct site_page *page,
                           struct arena *scratch)
{
    struct site_output output;
    struct site_request request = {.request = value_undefined(), .extra = value_undefined()};
    struct error ignored = {0}; // the page is an error for readers too
    uint64_t tag = site_page_tag(page);
    if (!tag && site_render(site, page, &request, scratch, &output, &ignored))
        tag = output.tag;
    arena_reset(scratch, ARENA_KEEP);
    return tag ? tag : BROKEN;
}

static bool is_public(const struct site *site, const struct site_route *route)
{
    return route->kind == SITE_ROUTE_PAGE
               ? !route->page->restricted && site_page_visible(site, route->page, clock_wall_ms())
               : !route->audience;
}

static bool hash_route(struct outputs *outputs, struct slice url)
{
    struct slice location;
    // The table of a patched snapshot has the pages as they were.
    const struct site_route *route = site_find(outputs->site, url, outputs->scratch, &location);
    uint64_t hash = route ? route->hash : 0;
    if (!route)
        return true;
    if (!is_public(outputs->site, route))
        return true;
    if (route->kind == SITE_ROUTE_PAGE)
        hash = hash_shown(outputs->site, route->page, outputs->scratch);
    else if (route->kind == SITE_ROUTE_REDIRECT)
        hash = slice_hash(route->location) + (uint64_t)route->status;
    return put_hash(&outputs->next, route->url, hash);
}

// Sitemap, feed and the like.
static bool hash_documents(struct outputs *outputs)
{
    const struct site_endpoint *rows = site_endpoints();
    const struct settings *settings = site_settings(outputs->site);
    struct site_listing listing = {.now_ms = clock_wall_ms()};
    for (unsigned i = 0; i < SITE_ENDPOINTS; i++) {
        if (rows[i].kind != SITE_ENDPOINT_DOCUMENT ||
            !site_has_endpoint(settings, (enum site_endpoint_name)i))
            continue;
        struct buffer text = buffer_create(outputs->scratch, 0);
        struct slice url =
            ARENA_JOIN(outputs->scratch, settings_prefix(settings), slice_from_cstr(rows[i].path));
        bool ok = url.ptr && rows[i].write(outputs->site, &listing, &text) &&
                  put_hash(&outputs->next, url, slice_hash(buffer_slice(&text)));
        arena_reset(outputs->scratch, ARENA_KEEP);
        if (!ok)
            return false;
    }
    return true;
}

// Fields that come with every response, and redirects that cover many addresses.
static bool hash_whole(struct outputs *outputs)
{
    const struct settings *settings = site_settings(outputs->site);
    uint64_t hash = slice_hash(settings->cache_control);
    const struct site_route *route;
    hash = slice_hash_mix(hash ^ slice_hash(settings->asset_cache_control), SLICE_HASH_STEP);
    for (size_t n = 0; (route = site_wildcard(outputs->site, n)) != NULL; n++)
        hash = slice_hash_mix(hash ^ slice_hash(route->url) ^ slice_hash(route->location) ^
                                  (uint64_t)route->status,
                              SLICE_HASH_STEP);
    return put_hash(&outputs->next, SLICE(""), hash);
}

static void drop_hashes(struct hashes *hashes)
{
    arena_destroy(hashes->arena);
    *hashes = (struct hashes){0};
}

static bool begin_hashing(struct outputs *outputs, struct site *site)
{
    site_release(outputs->site);
    drop_hashes(&outputs->next);
    outputs->site = site_retain(site);
    outputs->route = 0;
    outputs->next.arena = arena_create(0, 0);
    outputs->next.by_url = map_create(outputs->next.arena);
    return outputs->next.arena != NULL;
}

// ---- states ----

// Order must not matter: a patched snapshot has its pages in another one.
static uint64_t sum_hashes(const struct hashes *hashes)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < hashes->by_url.count; i++)
        sum += slice_hash_mix(slice_hash(hashes->by_url.entries[i].key) ^
                                  *(const uint64_t *)hashes->by_url.entries[i].value,
                              SLICE_HASH_STEP);
    return sum;
}

static bool is_same_in(const struct hashes *other, const struct map_entry *entry)
{
    const uint64_t *hash = map_get(&other->by_url, entry->key);
    return hash && *hash == *(const uint64_t *)entry->value;
}

struct list {
    struct buffer urls;
    bool all;
};

static void add_changed(struct list *list, struct slice url)
{
    list->all |= !url.len;
    buffer_append(&list->urls, url);
    buffer_append_byte(&list->urls, '\n');
}

static struct change compare(const struct hashes *before, const struct hashes *after)
{
    struct arena *arena = arena_create(0, 0);
    struct list list = {.urls = buffer_create(arena, TAG_BYTES), .all = !arena};
    for (size_t i = 0; arena && i < after->by_url.count; i++)
        if (!is_same_in(before, &after->by_url.entries[i]))
            add_changed(&list, after->by_url.entries[i].key);
    for (size_t i = 0; arena && i < before->by_url.count; i++)
        if (!map_get(&after->by_url, before->by_url.entries[i].key))
            add_changed(&list, before->by_url.entries[i].key);
    struct change change = {.all = list.all || list.urls.failed};
    struct slice urls = arena && !change.all ? buffer_slice(&list.urls) : SLICE_EMPTY;
    change.urls = urls.len ? strndup(urls.ptr, urls.len) : NULL;
    change.all |= urls.len && !change.urls;
    arena_destroy(arena);
    return change;
}

static void keep_change(struct outputs *outputs, struct change change)
{
    if (outputs->count == KEPT) {
        free(outputs->changes[outputs->first].urls);
        outputs->first = (outputs->first + 1) % KEPT;
        outputs->count--;
    }
    outputs->changes[(outputs->first + outputs->count++) % KEPT] = change;
}

static void end_hashing(struct outputs *outputs)
{
    uint64_t sum = sum_hashes(&outputs->next);
    bool first = !outputs->known;
    struct change change = first ? (struct change){0} : compare(&outputs->now, &outputs->next);
    pthread_mutex_lock(&outputs->lock);
    if (first)
        outputs->state = sum;
    else if (change.all || change.urls) {
        change.from = outputs->state;
        keep_change(outputs, change);
        outputs->state = slice_hash_mix(outputs->state ^ sum, SLICE_HASH_STEP);
    }
    outputs->known = true;
    pthread_mutex_unlock(&outputs->lock);
    drop_hashes(&outputs->now);
    outputs->now = outputs->next;
    outputs->next = (struct hashes){0};
}

static bool hash_rest(struct outputs *outputs, bool (*stop)(void *state), void *state)
{
    size_t count;
    const struct site_route *routes = site_routes(outputs->site, &count);
    while (outputs->route < count) {
        if (!hash_route(outputs, routes[outputs->route++].url))
            return false;
        if (stop(state))
            return true;
    }
    if (!hash_documents(outputs) || !hash_whole(outputs))
        return false;
    end_hashing(outputs);
    return false;
}

void outputs_go_on(struct outputs *outputs, struct site *site, bool (*stop)(void *state),
                   void *state)
{
    if (!outputs || !site || (!outputs->site && outputs->done == site_generation(site)))
        return;
    bool begun = outputs->site == site || begin_hashing(outputs, site);
    if (begun && hash_rest(outputs, stop, state))
        return;
    // Done, or out of memory: then the next snapshot is compared with the last that was hashed.
    outputs->done = site_generation(site);
    site_release(outputs->site);
    outputs->site = NULL;
    drop_hashes(&outputs->next);
}

// ---- answers ----

static struct slice state_text(uint64_t state, struct arena *arena)
{
    return arena_printf(arena, "%016llx", (unsigned long long)state);
}

// The index of the change that begins with the state; `count` if the state is the current one; more
// if it is not known.
static size_t find_change(const struct outputs *outputs, struct slice since, struct arena *arena)
{
    if (slice_equal(since, state_text(outputs->state, arena)))
        return outputs->count;
    for (size_t i = outputs->count; i-- > 0;)
        if (slice_equal(since,
                        state_text(outputs->changes[(outputs->first + i) % KEPT].from, arena)))
            return i;
    return SIZE_MAX;
}

static void add_tags(const struct outputs *outputs, struct slice urls, struct arena *arena,
                     struct map *tags)
{
    struct slice url;
    while (slice_split(&urls, '\n', &url)) {
        struct buffer tag = buffer_create(arena, 0);
        // A redirect may be of an address with a query, which is in no tag.
        url = slice_sub(url, 0, slice_find_byte(url, '?', 0));
        outputs_append_tag(&tag, outputs->host, url);
        if (url.len)
            map_put(tags, buffer_slice(&tag), tags);
    }
}

static void add_site_tag(const struct outputs *outputs, struct arena *arena, struct map *tags)
{
    struct buffer tag = buffer_create(arena, 0);
    outputs_append_site_tag(&tag, outputs->host);
    map_put(tags, buffer_slice(&tag), tags);
}

bool outputs_changes(struct outputs *outputs, struct slice since, struct arena *arena,
                     struct outputs_changes *changes)
{
    struct map tags = map_create(arena);
    *changes = (struct outputs_changes){0};
    pthread_mutex_lock(&outputs->lock);
    if (outputs->known)
        changes->state = state_text(outputs->state, arena);
    size_t at = outputs->known ? find_change(outputs, since, arena) : 0;
    changes->all = outputs->known && at == SIZE_MAX;
    for (; outputs->known && at < outputs->count; at++) {
        const struct change *change = &outputs->changes[(outputs->first + at) % KEPT];
        changes->all |= change->all;
        if (change->urls)
            add_tags(outputs, slice_from_cstr(change->urls), arena, &tags);
    }
    pthread_mutex_unlock(&outputs->lock);
    if (changes->all) {
        tags = map_create(arena);
        add_site_tag(outputs, arena, &tags);
    }
    changes->tags = arena_alloc(arena, (tags.count + 1) * sizeof *changes->tags);
    for (size_t i = 0; changes->tags && i < tags.count; i++)
        changes->tags[changes->count++] = tags.entries[i].key;
    return changes->tags != NULL && !arena_failed(arena);
}

// ---- start and end ----

struct outputs *outputs_create(const struct host *host)
{
    struct outputs *outputs = calloc(1, sizeof *outputs);
    struct arena *scratch = arena_create(0, 0);
    if (!outputs || !scratch) {
        free(outputs);
        arena_destroy(scratch);
        return NULL;
    }
    outputs->host = host;
    outputs->scratch = scratch;
    pthread_mutex_init(&outputs->lock, NULL);
    return outputs;
}

void outputs_destroy(struct outputs *outputs)
{
    if (!outputs)
        return;
    site_release(outputs->site);
    drop_hashes(&outputs->next);
    drop_hashes(&outputs->now);
    arena_destroy(outputs->scratch);
    for (size_t i = 0; i < KEPT; i++)
        free(outputs->changes[i].urls);
    pthread_mutex_destroy(&outputs->lock);
    free(outputs);
}
