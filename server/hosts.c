// SPDX-License-Identifier: MIT
//
// The names are a map in an arena of its own, which is replaced as a whole. Sites are in a list
// that only grows.
#include "hosts.h"

#include "base/file.h"
#include "base/map.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOSTS_MAX = 16384 }; // sites that there may ever have been

// The names as the settings have them now.
struct names {
    struct arena *arena;
    struct map hosts; // host name → struct host
};

struct hosts {
    struct arena *arena; // of the sites
    _Atomic(struct host *) newest;
    atomic_size_t count; // listed
    size_t ever;
    struct map directories; // directory → its newest struct host; of hosts_read
    atomic_uint_fast64_t clean_ns;
    pthread_mutex_t lock; // of the names
    struct names names;
};

// A name before the site it is for has been found or made.
struct listing {
    struct slice name, directory;
    const struct listing *first; // of the same directory
};

struct hosts *hosts_create(void)
{
    struct hosts *hosts = calloc(1, sizeof *hosts);
    if (!hosts)
        return NULL;
    hosts->arena = arena_create(0, 0);
    if (!hosts->arena) {
        free(hosts);
        return NULL;
    }
    hosts->directories = map_create(hosts->arena);
    pthread_mutex_init(&hosts->lock, NULL);
    return hosts;
}

void hosts_destroy(struct hosts *hosts)
{
    if (!hosts)
        return;
    pthread_mutex_destroy(&hosts->lock);
    arena_destroy(hosts->names.arena);
    arena_destroy(hosts->arena);
    free(hosts);
}

// ---- the settings ----

static bool refuse_name(const struct settings *settings, struct slice name, struct error *error,
                        const char *why, const char *hint)
{
    char key[HOST_NAME_MAX + 16];
    snprintf(key, sizeof key, "sites.%.*s", SLICE_ARG(name));
    const struct value_place *place = settings_place(settings, key);
    error_set(error, ERROR_CONFIG, "sites: \"%.*s\" %s", SLICE_ARG(name), why);
    if (place)
        error_at(error, settings_file_shown(settings), place->line, place->column);
    error_source(error, settings_source(settings));
    error_hint(error, "%s", hint);
    return false;
}

// "[2001:db8::7]", in the form of RFC 5952, in which browsers send it.
static bool is_ipv6_literal(struct slice name)
{
    char text[INET6_ADDRSTRLEN], shown[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (name.len < 2 || name.len - 2 >= sizeof text || name.ptr[name.len - 1] != ']')
        return false;
    memcpy(text, name.ptr + 1, name.len - 2);
    text[name.len - 2] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1 &&
           inet_ntop(AF_INET6, &address, shown, sizeof shown) && strcmp(text, shown) == 0;
}

// RFC 3986 §3.2.2, in lower case and without a port.
static bool is_host_name(struct slice name)
{
    if (slice_starts_with(name, SLICE("[")))
        return is_ipv6_literal(name);
    bool ok = name.len > 0 && name.len <= HOST_NAME_MAX && name.ptr[name.len - 1] != '.';
    for (size_t i = 0; ok && i < name.len; i++) {
        char c = name.ptr[i];
        ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    }
    return ok;
}

static bool read_listing(const struct settings *settings, struct arena *arena,
                         const struct value_member *member, struct listing *out,
                         struct error *error)
{
    struct slice name = member->key;
    if (!is_host_name(name))
        return refuse_name(settings, name, error, "is not a host name",
                           "write it in lower case, without scheme, port and path: guide.example");
    if (!value_is(member->value, VALUE_STRING) || !value_text(member->value).len)
        return refuse_name(settings, name, error, "has no directory",
                           "write guide.example: path/of/the/site");
    *out = (struct listing){
        .name = arena_copy(arena, name),
        .directory = path_join(arena, settings_directory(settings), value_text(member->value))};
    return (out->name.ptr && out->directory.ptr) || error_memory(error);
}

// Several names may lead to one directory, which is one site.
static bool find_first(struct map *directories, struct listing *listing, struct error *error)
{
    listing->first = map_get(directories, listing->directory);
    if (listing->first)
        return true;
    listing->first = listing;
    return map_put(directories, listing->directory, listing) || error_memory(error);
}

static struct listing *read_listings(const struct settings *settings, struct arena *arena,
                                     size_t *count, struct error *error)
{
    const struct value_object *view = value_object_view(NULL, settings->sites);
    *count = view ? view->count : 0;
    struct listing *listings = arena_zalloc(arena, *count + 1, sizeof *listings);
    struct map directories = map_create(arena); // directory → its first listing
    if (!listings) {
        error_memory(error);
        return NULL;
    }
    for (uint32_t i = 0; i < *count; i++) {
        const struct value_member member = value_member_at(view, i);
        if (!read_listing(settings, arena, &member, &listings[i], error) ||
            !find_first(&directories, &listings[i], error))
            return NULL;
    }
    return listings;
}

// ---- the sites ----

// Whether it was there when the sandbox was entered, or there is none, or it is where sites may
// come.
static bool is_reachable(const struct hosts *hosts, const struct settings *settings,
                         struct arena *arena, struct slice directory)
{
    struct slice clean = path_normalise(arena, directory);
    if (!hosts->names.arena || !settings->sandbox)
        return true;
    for (uint32_t i = 0; i < value_length(NULL, settings->site_roots); i++) {
        struct slice root = settings_site_root(settings, arena, i);
        if (path_below(arena, path_normalise(arena, root), clean).len)
            return true;
    }
    return false;
}

static struct host *known_host(const struct hosts *hosts, const struct listing *listing)
{
    struct host *host = map_get(&hosts->directories, listing->directory);
    while (host && !slice_equal(host->name, listing->name))
        host = host->before;
    return host;
}

static bool was_reachable(const struct hosts *hosts, struct slice directory)
{
    const struct host *host = map_get(&hosts->directories, directory);
    while (host && !host->reachable)
        host = host->before;
    return host != NULL;
}

static struct host *add_host(struct hosts *hosts, const struct settings *settings,
                             struct arena *arena, const struct listing *listing,
                             struct error *error)
{
    if (hosts->ever >= HOSTS_MAX) {
        error_set(error, ERROR_LIMIT, "sites: there have been %d sites since the start", HOSTS_MAX);
        error_hint(error, "restart the process");
        return NULL;
    }
    struct host *host = arena_zalloc(hosts->arena, 1, sizeof *host);
    if (host) {
        host->name = arena_copy(hosts->arena, listing->name);
        host->directory = arena_copy(hosts->arena, listing->directory);
    }
    if (!host || !host->name.ptr || !host->directory.ptr) {
        error_memory(error);
        return NULL;
    }
    host->reachable = was_reachable(hosts, host->directory) ||
                      is_reachable(hosts, settings, arena, host->directory);
    host->before = map_get(&hosts->directories, host->directory);
    if (!map_put(&hosts->directories, host->directory, host)) {
        error_memory(error);
        return NULL;
    }
    host->next = hosts_newest(hosts);
    atomic_store(&hosts->newest, host);
    hosts->ever++;
    return host;
}

static bool name_hosts(struct hosts *hosts, const struct settings *settings, struct names *names,
                       const struct listing *listings, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct listing *first = listings[i].first;
        struct host *host =
            first == &listings[i] ? known_host(hosts, first) : map_get(&names->hosts, first->name);
        if (!host)
            host = add_host(hosts, settings, names->arena, first, error);
        if (!host)
            return false;
        if (!map_put(&names->hosts, listings[i].name, host))
            return error_memory(error);
        host->marked = true;
    }
    return true;
}

// No site is unlisted for a moment that is in both.
static void list_marked(struct hosts *hosts, struct hosts_change *change)
{
    size_t count = 0;
    *change = (struct hosts_change){0, 0};
    for (struct host *host = hosts_newest(hosts); host; host = host->next) {
        bool was = atomic_exchange(&host->listed, host->marked);
        change->added += host->marked && !was;
        change->removed += !host->marked && was;
        count += host->marked;
    }
    atomic_store(&hosts->count, count);
}

bool hosts_read(struct hosts *hosts, const struct settings *settings, struct hosts_change *change,
                struct error *error)
{
    size_t count = 0;
    struct names names = {.arena = arena_create(0, 0)};
    if (!names.arena)
        return error_memory(error);
    names.hosts = map_create(names.arena);
    for (struct host *host = hosts_newest(hosts); host; host = host->next)
        host->marked = false;
    const struct listing *listings = read_listings(settings, names.arena, &count, error);
    if (!listings || !name_hosts(hosts, settings, &names, listings, count, error)) {
        arena_destroy(names.arena);
        return false;
    }
    pthread_mutex_lock(&hosts->lock);
    struct arena *before = hosts->names.arena;
    hosts->names = names;
    list_marked(hosts, change);
    pthread_mutex_unlock(&hosts->lock);
    arena_destroy(before);
    return true;
}

struct host *hosts_find(struct hosts *hosts, struct slice name)
{
    pthread_mutex_lock(&hosts->lock);
    struct host *host = map_get(&hosts->names.hosts, name);
    pthread_mutex_unlock(&hosts->lock);
    return host;
}

struct host *hosts_newest(const struct hosts *hosts)
{
    return atomic_load(&hosts->newest);
}

size_t hosts_count(const struct hosts *hosts)
{
    return atomic_load(&hosts->count);
}

atomic_uint_fast64_t *hosts_clean_ns(struct hosts *hosts)
{
    return &hosts->clean_ns;
}
