// SPDX-License-Identifier: MIT
//
// The route table: every URL that the site answers. Pages first; if two claim the same URL, the
// first in path order keeps it and the other is reported.
#include "snapshot.h"

#include "base/digest.h"

#include <stdlib.h>

static struct slice prefixed(const struct site *site, struct arena *arena, struct slice url)
{
    struct slice prefix = settings_prefix(site->settings);
    if (!prefix.len)
        return url;
    return ARENA_JOIN(arena, prefix.ptr[0] == '/' ? SLICE_EMPTY : SLICE("/"), prefix, url);
}

// Only while loading: it allocates in the snapshot.
static struct slice route_with_prefix(const struct site *site, struct slice url)
{
    return prefixed(site, site->arena, url);
}

static struct site_route *add_route(struct site *site, const struct site_route *route)
{
    if (!arena_room(site->scratch, &site->routes, site->route_count, &site->route_capacity,
                    sizeof *site->routes))
        return NULL;
    site->routes[site->route_count] = *route;
    return &site->routes[site->route_count++];
}

// Routes move while the array grows, so until it is complete the map holds indices.
static bool claim(struct site *site, const struct site_route *route, struct site_route **taken)
{
    struct map_entry *entry = map_find(&site->routes_by_url, route->url);
    *taken = entry ? &site->routes[(uintptr_t)entry->value - 1] : NULL;
    if (*taken)
        return true;
    return add_route(site, route) &&
           map_put(&site->routes_by_url, route->url, (void *)(uintptr_t)site->route_count);
}

// ---- pages ----

static void report_clash(struct site *site, const struct site_page *page,
                         const struct site_page *first)
{
    struct error error = {0};
    error_set(&error, ERROR_CONFIG, "%.*s is already the URL of %.*s", SLICE_ARG(page->url),
              SLICE_ARG(first->input_path));
    error_hint(&error, "give one of the two a different permalink");
    source_blame(page_of(page)->source, SLICE("permalink"), BLAME_KEY, &error);
    problem_add(site, SITE_ERROR, "permalink-clash", &error);
}

static bool add_pages(struct site *site)
{
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        struct site_route *taken;
        if (!page->url.len)
            continue;
        struct site_route route = {
            .kind = SITE_ROUTE_PAGE, .url = route_with_prefix(site, page->url), .page = page};
        if (!claim(site, &route, &taken))
            return false;
        if (taken)
            report_clash(site, page, taken->page);
    }
    return true;
}

// ---- problems of guidance.yaml ----

// At a key of guidance.yaml.
static void error_at_setting(const struct site *site, struct error *error, struct slice key)
{
    const struct settings *settings = site->settings;
    const struct value_place *place = key.ptr ? settings_place(settings, key.ptr) : NULL;
    error_at(error, settings_file_shown(settings), place ? place->line : 1,
             place ? place->column : 1);
    error_source(error, settings_source(settings));
}

// ---- assets ----

struct assets {
    struct site *site;
    const struct site *previous; // its files need not be read again; may be NULL
    struct slice key;            // of `passthrough`
    struct slice url_prefix;     // "/assets", no final slash
    struct slice directory;      // absolute
    struct error *error;
};

// "/assets/site.css" + hash → "/assets/site.0123456789abcdef.css"
static struct slice fingerprinted(struct site *site, const struct site_route *route)
{
    struct slice extension = path_extension(route->url);
    return arena_printf(site->arena, "%.*s.%016llx%.*s",
                        SLICE_ARG(slice_sub(route->url, 0, route->url.len - extension.len)),
                        (unsigned long long)route->hash, SLICE_ARG(extension));
}

static bool add_twin(struct site *site, const struct site_route *route)
{
    struct site_route twin = *route;
    struct site_route *taken;
    twin.url = fingerprinted(site, route);
    twin.fingerprinted = true;
    if (!claim(site, &twin, &taken))
        return false;
    return map_put(&site->asset_urls, route->url, (void *)(uintptr_t)twin.url.ptr);
}

// A folder's index.html answers for the folder, unless a page does.
static bool add_folder(struct site *site, const struct site_route *route)
{
    struct site_route folder = *route;
    struct site_route *taken;
    if (!slice_ends_with(route->url, SLICE("/index.html")))
        return true;
    folder.url = slice_sub(route->url, 0, route->url.len - strlen("index.html"));
    folder.index = true;
    return claim(site, &folder, &taken);
}

// "sha384-" and 64 characters.
enum { INTEGRITY_MAX = 80 };

// For files whose integrity browsers check: scripts and styles. Returns its length.
static size_t write_integrity(struct arena *arena, const struct site_route *route,
                              struct slice content, char out[INTEGRITY_MAX])
{
    if (!slice_starts_with(route->content_type, SLICE("text/css")) &&
        !slice_starts_with(route->content_type, SLICE("text/javascript")))
        return 0;
    struct slice text = digest_integrity(arena, DIGEST_SHA384, content);
    memcpy(out, text.ptr ? text.ptr : "", text.len);
    return text.len;
}

// One unreadable file is reported and left out; the site is still served.
static bool report_unreadable(struct site *site, struct slice key, struct error *error)
{
    struct error own = *error;
    if (error->code == ERROR_MEMORY)
        return false;
    error_clear(error);
    if (own.code != ERROR_LIMIT)
        error_hint(&own, "let the server read it");
    error_at_setting(site, &own, arena_printf(site->arena, "passthrough.%.*s", SLICE_ARG(key)));
    problem_add(site, SITE_ERROR, "passthrough", &own);
    return true;
}

// Reuses what the previous snapshot knows about the file, if it is unchanged.
static bool reuse_file(const struct assets *assets, struct site_route *route)
{
    const struct site *previous = assets->previous;
    const struct site_route *old = previous ? map_get(&previous->routes_by_url, route->url) : NULL;
    // A file in another encoding is reported by each load.
    if (!old || old->kind != SITE_ROUTE_ASSET || !slice_equal(old->file, route->file) ||
        !slice_equal(old->content_type, route->content_type) ||
        old->info.identity != route->info.identity)
        return false;
    route->hash = old->hash;
    route->image = old->image;
    route->integrity = arena_copy(assets->site->arena, old->integrity);
    return true;
}

// A text in another encoding is sent without declaring UTF-8.
static void check_asset_encoding(struct assets *assets, struct site_route *route,
                                 struct slice content)
{
    struct site *site = assets->site;
    struct slice root = settings_directory(site->settings), file = route->file;
    struct error error = {0};
    size_t charset = slice_find(route->content_type, SLICE("; charset="), 0);
    if (slice_starts_with(file, root) && file.len > root.len)
        file = slice_sub(file, root.len + 1, file.len);
    if (charset == SIZE_MAX || text_is_utf8(content, file, &error))
        return;
    route->content_type = slice_sub(route->content_type, 0, charset);
    problem_add(site, SITE_WARNING, "asset-encoding", &error);
}

static bool read_content(struct assets *assets, struct site_route *route)
{
    struct arena *arena = assets->site->scratch;
    struct arena_mark mark = arena_mark(arena);
    size_t max = assets->site->settings->limits.asset_bytes;
    char integrity[INTEGRITY_MAX];
    struct slice content;
    if (!tree_read(assets->site->tree, arena, route->file, max, &content, &route->info,
                   assets->error))
        return false;
    route->hash = file_hash(content);
    if (slice_starts_with(route->content_type, SLICE("image/")) &&
        !image_size_read(content, &route->image))
        route->image = (struct image_size){0};
    check_asset_encoding(assets, route, content);
    size_t length = write_integrity(arena, route, content, integrity);
    arena_rewind(arena, mark);
    route->integrity = arena_copy(assets->site->arena, slice_of(integrity, length));
    return true;
}

static bool add_asset_file(struct assets *assets, struct slice file, struct slice url,
                           const struct file_info *info)
{
    struct site *site = assets->site;
    struct site_route *taken;
    struct site_route route = {.kind = SITE_ROUTE_ASSET,
                               .info = *info,
                               .file = file,
                               .audience = audience_of_file(site, url),
                               .url = route_with_prefix(site, url),
                               .content_type = mime_type(path_extension(url))};
    if (!route.file.ptr || !route.url.ptr)
        return error_memory(assets->error);
    if (!reuse_file(assets, &route) && !read_content(assets, &route))
        return report_unreadable(site, assets->key, assets->error);
    if (!claim(site, &route, &taken))
        return error_memory(assets->error);
    if (taken)
        return true;
    return (add_twin(site, &route) && add_folder(site, &route)) || error_memory(assets->error);
}

static bool add_asset(void *state, struct slice relative, const struct file_info *info)
{
    struct assets *assets = state;
    struct arena *arena = assets->site->arena;
    return add_asset_file(assets, path_join(arena, assets->directory, relative),
                          ARENA_JOIN(arena, assets->url_prefix, SLICE("/"), relative), info);
}

static void report_missing(struct site *site, struct slice url, struct slice path)
{
    struct error missing = {0};
    error_set(&missing, ERROR_NOT_FOUND, "passthrough: there is no directory or file %.*s",
              SLICE_ARG(path));
    error_hint(&missing, "build the assets first, or remove the line");
    error_at_setting(site, &missing, arena_printf(site->arena, "passthrough.%.*s", SLICE_ARG(url)));
    problem_add(site, SITE_WARNING, "passthrough", &missing);
}

// A directory with everything below it, or one file.
static bool add_copied_route(struct site *site, const struct site *previous, struct slice url,
                             struct slice from, struct error *error)
{
    struct assets assets = {site, previous, url, url, SLICE_EMPTY, error};
    struct slice path = path_join(site->arena, settings_directory(site->settings), from);
    struct file_info info;
    if (!path.ptr)
        return error_memory(error);
    struct error own = {0};
    if (!tree_look(site->tree, path, &info, &own)) {
        if (own.code == ERROR_NOT_FOUND)
            report_missing(site, url, from);
        return own.code == ERROR_NOT_FOUND || report_unreadable(site, url, &own);
    }
    if (info.is_regular)
        return add_asset_file(&assets, path, url, &info);
    while (assets.url_prefix.len && assets.url_prefix.ptr[assets.url_prefix.len - 1] == '/')
        assets.url_prefix.len--;
    assets.directory = path;
    return tree_list(site->tree, path, add_asset, &assets, error);
}

// One place for a URL, or a list of them; if two files share a URL, the first wins.
static bool add_passthrough(struct site *site, const struct site *previous, struct error *error)
{
    struct value map = site->settings->passthrough;
    const struct value_object *view =
        value_is(map, VALUE_OBJECT) ? value_object_view(NULL, map) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct value from = view->values[i];
        bool many = value_is(from, VALUE_ARRAY);
        for (uint32_t n = 0; n < (many ? value_length(NULL, from) : 1); n++)
            if (!add_copied_route(site, previous, view->keys[i].text,
                                  value_text(many ? value_item(NULL, from, n) : from), error))
                return false;
    }
    return true;
}

// ---- redirects ----

static bool add_wildcard(struct site *site, const struct site_route *route)
{
    if (!arena_room(site->arena, &site->wildcards, site->wildcard_count, &site->wildcard_capacity,
                    sizeof *site->wildcards))
        return false;
    site->wildcards[site->wildcard_count++] =
        (struct wildcard){slice_sub(route->url, 0, route->url.len - 1), *route};
    return true;
}

// A redirect from an address that is taken. Declaring the same redirect twice is fine.
static void report_shadowed(struct site *site, const struct site_route *route,
                            const struct site_route *taken, const struct site_page *page,
                            struct slice key)
{
    struct error error = {0};
    if (taken->kind == SITE_ROUTE_REDIRECT && slice_equal(taken->location, route->location))
        return;
    error_set(
        &error, ERROR_CONFIG, "the redirect from %.*s is never used: %s", SLICE_ARG(route->url),
        taken->kind == SITE_ROUTE_PAGE ? "a page has that URL" : "another one leads elsewhere");
    if (page)
        source_blame(page_of(page)->source, key, BLAME_KEY, &error);
    else
        error_at_setting(site, &error, key);
    problem_add(site, SITE_WARNING, "redirect-shadowed", &error);
}

// Declared by a page (NULL: by guidance.yaml) at the key.
static bool add_redirect(struct site *site, struct slice from, struct slice to, int status,
                         const struct site_page *page, struct slice key)
{
    struct slice source = page ? page->input_path : settings_name(site->settings);
    struct site_route *taken;
    bool internal = slice_starts_with(to, SLICE("/")) && !slice_starts_with(to, SLICE("//"));
    struct site_route route = {.kind = SITE_ROUTE_REDIRECT,
                               .url = route_with_prefix(site, from),
                               .page = page,
                               .location = internal ? route_with_prefix(site, to) : to,
                               .status = status,
                               .source = source};
    if (slice_ends_with(from, SLICE("*")))
        return add_wildcard(site, &route);
    site->asks_queries |= slice_find_byte(from, '?', 0) != SIZE_MAX;
    if (!claim(site, &route, &taken))
        return false;
    if (taken)
        report_shadowed(site, &route, taken, page, key);
    return true;
}

static struct slice route_text_member(struct value object, struct slice key)
{
    struct value v = value_get(NULL, object, key);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

static bool is_redirect_status(int status)
{
    return status == 301 || status == 302 || status == 307 || status == 308 || status == 410;
}

// A redirect of guidance.yaml; returns what is wrong with it, or NULL.
static const char *read_configured(struct site *site, struct value item, struct slice *from,
                                   struct slice *to, int *status)
{
    struct value code = value_get(NULL, item, SLICE("status"));
    *from = route_text_member(item, SLICE("from"));
    *to = route_text_member(item, SLICE("to"));
    *status = value_is(code, VALUE_NUMBER) ? (int)code.number : 301;
    if (!from->len || !is_redirect_status(*status) || (!to->len && *status != 410))
        return "this redirect is not complete";
    return redirect_source(site, site->arena, *from, from);
}

static bool add_configured(struct site *site)
{
    struct value list = site->settings->redirects;
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct slice from, to, key = arena_printf(site->arena, "redirects.%u", i);
        struct error error = {0};
        int status;
        const char *why = read_configured(site, value_item(NULL, list, i), &from, &to, &status);
        if (why) {
            error_set(&error, ERROR_CONFIG, "%s", why);
            error_hint(&error, "write {from: /old/, to: /new/, status: 301}");
            error_at_setting(site, &error, key);
            problem_add(site, SITE_ERROR, "redirect", &error);
        } else if (!add_redirect(site, from, to, status, NULL, key))
            return false;
    }
    return true;
}

bool redirect_from(const struct site_page *page, uint32_t *i, struct arena *arena,
                   struct slice *url, struct slice *key)
{
    struct value from = value_get(NULL, page->data, SLICE("redirect_from"));
    bool list = value_is(from, VALUE_ARRAY);
    uint32_t count = list ? value_length(NULL, from) : !value_is(from, VALUE_UNDEFINED);
    while (*i < count) {
        uint32_t number = (*i)++;
        struct value v = list ? value_item(NULL, from, number) : from;
        if (value_is_nullish(v))
            continue;
        *url = value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
        *key = list ? arena_printf(arena, "redirect_from.%u", number) : SLICE("redirect_from");
        return true;
    }
    return false;
}

static void report_source(struct site *site, const struct site_page *page, struct slice key,
                          const char *why)
{
    struct error error = {0};
    error_set(&error, ERROR_CONFIG, "%s", why);
    error_hint(&error, "write the old address as a path of this site, as /old/");
    source_blame(page_of(page)->source, key, BLAME_VALUE, &error);
    problem_add(site, SITE_ERROR, "redirect", &error);
}

static bool add_of_page(struct site *site, const struct site_page *page)
{
    struct slice url, from, key;
    uint32_t i = 0;
    while (redirect_from(page, &i, site->arena, &url, &key)) {
        const char *why = url.len ? redirect_source(site, site->arena, url, &from)
                                  : "an old address must be a text";
        if (why)
            report_source(site, page, key, why);
        else if (!add_redirect(site, from, page->url, 301, page, key))
            return false;
    }
    return true;
}

static bool add_redirects(struct site *site)
{
    for (size_t i = 0; i < site->page_count; i++)
        if (site->pages[i].url.len && !add_of_page(site, &site->pages[i]))
            return false;
    return add_configured(site);
}

// ---- the table ----

static int by_url(const void *a, const void *b)
{
    return slice_compare(((const struct site_route *)a)->url, ((const struct site_route *)b)->url);
}

// Sorted by URL, in the snapshot's memory and without spare room.
static bool settle_routes(struct site *site)
{
    struct site_route *routes = arena_alloc(site->arena, site->route_count * sizeof *routes);
    site->routes_by_url = map_create(site->arena);
    if (!routes || !map_reserve(&site->routes_by_url, site->route_count))
        return false;
    if (site->route_count) {
        memcpy(routes, site->routes, site->route_count * sizeof *routes);
        qsort(routes, site->route_count, sizeof *routes, by_url);
    }
    site->routes = routes;
    for (size_t i = 0; i < site->route_count; i++) {
        if (!map_put(&site->routes_by_url, routes[i].url, &routes[i]))
            return false;
        site->counts.assets += routes[i].kind == SITE_ROUTE_ASSET;
        site->counts.redirects += routes[i].kind == SITE_ROUTE_REDIRECT;
    }
    return true;
}

bool routes_build(struct site *site, const struct site *previous, struct error *error)
{
    site->routes_by_url = map_create(site->scratch);
    site->asset_urls = map_create(site->arena);
    if (!map_reserve(&site->routes_by_url, site->page_count) || !add_pages(site) ||
        !add_redirects(site))
        return error_memory(error);
    if (!add_passthrough(site, previous, error))
        return false;
    return settle_routes(site) || error_memory(error);
}

// The longest wildcard that matches; `*` at the end of `to` stands for the matched part.
static const struct site_route *find_wildcard(const struct site *site, struct slice path,
                                              struct arena *arena, struct slice *location)
{
    const struct wildcard *best = NULL;
    for (size_t i = 0; i < site->wildcard_count; i++)
        if (slice_starts_with(path, site->wildcards[i].prefix) &&
            (!best || site->wildcards[i].prefix.len > best->prefix.len))
            best = &site->wildcards[i];
    if (!best)
        return NULL;
    struct slice to = best->route.location;
    if (slice_ends_with(to, SLICE("*"))) {
        struct buffer text = buffer_create(arena, 0);
        buffer_append(&text, slice_sub(to, 0, to.len - 1));
        buffer_append_percent(&text, slice_sub(path, best->prefix.len, path.len),
                              SLICE("/!$&'()*+,;=:@"));
        to = buffer_slice(&text);
    }
    *location = to;
    return &best->route;
}

// A redirect from the address with or without a final slash.
static const struct site_route *find_other_slash(const struct site *site, struct slice path,
                                                 struct arena *arena)
{
    bool slash = slice_ends_with(path, SLICE("/"));
    if (!site->counts.redirects || path.len < 2)
        return NULL;
    struct slice other =
        slash ? slice_sub(path, 0, path.len - 1) : ARENA_JOIN(arena, path, SLICE("/"));
    const struct site_route *route = map_get(&site->routes_by_url, other);
    return route && route->kind == SITE_ROUTE_REDIRECT ? route : NULL;
}

const struct site_route *site_find(const struct site *site, struct slice path, struct arena *arena,
                                   struct slice *location)
{
    const struct site_route *route = map_get(&site->edited_routes, path);
    if (!route)
        route = map_get(&site->routes_by_url, path);
    if (!route)
        route = find_other_slash(site, path, arena);
    if (!route)
        return site->wildcard_count ? find_wildcard(site, path, arena, location) : NULL;
    *location = route->location;
    return route;
}

const struct site_route *site_find_asked(const struct site *site, struct slice path,
                                         struct slice query, struct arena *arena,
                                         struct slice *location)
{
    if (site->asks_queries && query.len) {
        struct slice both = ARENA_JOIN(arena, path, SLICE("?"), query);
        const struct site_route *route = map_get(&site->routes_by_url, both);
        if (!route) {
            bool slash = slice_ends_with(path, SLICE("/"));
            both = slash ? ARENA_JOIN(arena, slice_sub(path, 0, path.len - 1), SLICE("?"), query)
                         : ARENA_JOIN(arena, path, SLICE("/?"), query);
            route = map_get(&site->routes_by_url, both);
        }
        if (route && route->kind == SITE_ROUTE_REDIRECT) {
            *location = route->location;
            return route;
        }
    }
    return site_find(site, path, arena, location);
}

const struct site_route *routes_of_page(struct site *site, const struct site_page *page)
{
    const struct site_route *route =
        map_get(&site->routes_by_url, route_with_prefix(site, page->url));
    return route && route->page == page ? route : NULL;
}

const struct site_route *site_routes(const struct site *site, size_t *count)
{
    *count = site->route_count;
    return site->routes;
}

const struct site_route *site_wildcard(const struct site *site, size_t n)
{
    return n < site->wildcard_count ? &site->wildcards[n].route : NULL;
}

struct slice site_asset_url(const struct site *site, struct arena *arena, struct slice url)
{
    struct slice full = prefixed(site, arena, url);
    const char *twin = map_get(&site->asset_urls, full);
    return twin ? slice_from_cstr(twin) : full;
}

struct slice site_asset_integrity(const struct site *site, struct arena *arena, struct slice url)
{
    const struct site_route *route = map_get(&site->routes_by_url, prefixed(site, arena, url));
    return route && route->kind == SITE_ROUTE_ASSET ? route->integrity : SLICE_EMPTY;
}
