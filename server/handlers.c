// SPDX-License-Identifier: MIT
//
// Which handler answers. Ops endpoints come first, then the routes of the site, then the endpoints
// a page of the site's own may replace, then 404.
#include "server.h"

#include "base/clock.h"

typedef void (*handler)(struct server *, struct request *, struct response *);

enum where { ANYWHERE, ADMIN }; // ADMIN: on the admin listener when there is one

struct endpoint {
    const char *path;
    handler handle;
    const char *route;
    enum where where;
    bool post; // POST beside GET and HEAD
};

static const struct endpoint OPS[] = {
    {"/healthz", handle_healthz, "ops", ANYWHERE, false},
    {"/readyz", handle_readyz, "ops", ANYWHERE, false},
    {"/metrics", handle_metrics, "ops", ADMIN, false},
};

// In development only.
static const struct endpoint LIVE[] = {
    {"/.guidanced/events", handle_live_events, "ops", ANYWHERE, false},
    {"/.guidanced/live.js", handle_live_script, "ops", ANYWHERE, false},
};

static const struct endpoint ENDPOINTS[] = {
    {"/search", handle_search, "search", ANYWHERE, false},
    {"/search.json", handle_search_json, "search", ANYWHERE, false},
    {"/feedback", handle_feedback, "feedback", ANYWHERE, true},
    {"/sitemap.xml", handle_sitemap, "feed", ANYWHERE, false},
    {"/robots.txt", handle_robots, "feed", ANYWHERE, false},
    {"/feed.xml", handle_feed, "feed", ANYWHERE, false},
    {"/pages.json", handle_pages_json, "feed", ANYWHERE, false},
    {"/.well-known/security.txt", handle_security_txt, "feed", ANYWHERE, false},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct endpoint *find(const struct endpoint *table, size_t count, struct slice path)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(slice_from_cstr(table[i].path), path))
            return &table[i];
    return NULL;
}

static bool is_read(const struct request *request)
{
    return request->method == HTTP_GET || request->method == HTTP_HEAD;
}

// OPTIONS, and methods that are not allowed: RFC 9110 §9.3.7 and §15.5.6.
static void answer_method(struct request *request, struct response *response, bool post)
{
    bool options = request->method == HTTP_OPTIONS;
    response_text(request, response, options ? 204 : 405, SLICE("text/plain; charset=utf-8"),
                  options ? SLICE("") : SLICE("405 Method Not Allowed\n"));
    response_header(response, SLICE("Allow"),
                    post ? SLICE("GET, HEAD, POST, OPTIONS") : SLICE("GET, HEAD, OPTIONS"));
}

static void run(struct server *server, const struct endpoint *endpoint, struct request *request,
                struct response *response)
{
    response->route = endpoint->route;
    if (is_read(request) || (request->method == HTTP_POST && endpoint->post))
        endpoint->handle(server, request, response);
    else
        answer_method(request, response, endpoint->post);
}

static bool run_ops(struct server *server, struct request *request, struct response *response)
{
    const struct endpoint *endpoint = find(OPS, COUNT(OPS), request->path);
    if (!endpoint && server->development)
        endpoint = find(LIVE, COUNT(LIVE), request->path);
    if (!endpoint || (endpoint->where == ADMIN && server->separate_admin && !request->admin))
        return false;
    run(server, endpoint, request, response);
    response->cache_control = SLICE("no-store");
    return true;
}

// The path without the prefix the site is mounted at.
static struct slice endpoint_path(const struct request *request)
{
    struct slice prefix = request->settings->path_prefix;
    if (prefix.len > 1 && slice_starts_with(request->path, prefix))
        return slice_sub(request->path, prefix.len - (prefix.ptr[prefix.len - 1] == '/'),
                         request->path.len);
    return request->path;
}

static void unavailable(struct request *request, struct response *response)
{
    response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                  SLICE("503 Service Unavailable: the site is being loaded\n"));
    response_header(response, SLICE("Retry-After"), SLICE("1"));
    response->route = "refused";
}

static void forbidden(struct request *request, struct response *response)
{
    response_text(request, response, 403, SLICE("text/plain; charset=utf-8"),
                  SLICE("403 Forbidden: not from this network\n"));
    response->cache_control = SLICE("no-store");
    response->route = "refused";
}

static void dispatch(struct server *server, struct request *request, struct response *response)
{
    if (run_ops(server, request, response))
        return;
    if (!access_admits(&server->access, request)) {
        forbidden(request, response);
        return;
    }
    struct site *site = server_site(server, request);
    if (!site) {
        unavailable(request, response);
        return;
    }
    const struct endpoint *endpoint = find(ENDPOINTS, COUNT(ENDPOINTS), endpoint_path(request));
    // /search and /feedback answer with a page of the site's own themselves.
    bool own = endpoint && (endpoint->handle == handle_search || endpoint->post);
    if (!own && is_read(request) && handle_route(server, site, request, response))
        return;
    if (endpoint)
        run(server, endpoint, request, response);
    else if (is_read(request))
        handle_not_found(server, site, request, response);
    else {
        response->route = "refused";
        answer_method(request, response, false);
    }
}

static void release_site(void *site)
{
    site_release(site);
}

struct site *server_site(struct server *server, struct request *request)
{
    unsigned slot = request->worker + (request->admin ? PUBLISH_SLOTS / 2 : 0);
    struct site *site = publisher_acquire(&server->publisher, slot);
    if (site && !arena_on_free(request->arena, release_site, site))
        return NULL;
    request->settings = site ? site_settings(site) : server->settings;
    return site;
}

const struct error *server_reload_error(struct server *server, struct request *request)
{
    struct error *copy =
        atomic_load(&server->last_reload_ok) ? NULL : arena_alloc(request->arena, sizeof *copy);
    if (!copy)
        return NULL;
    pthread_mutex_lock(&server->reload_error_lock);
    *copy = server->reload_error;
    pthread_mutex_unlock(&server->reload_error_lock);
    return copy;
}

static const struct slice STRICT_TRANSPORT = {"Strict-Transport-Security", 25};

void server_handle(void *state, struct request *request, struct response *response)
{
    struct server *server = state;
    request->settings = server->settings;
    proxies_apply(&server->proxies, request);
    dispatch(server, request, response);
    for (size_t i = 0; i < server->header_count; i++)
        response_header(response, server->headers[i].name, server->headers[i].value);
    // A proxy speaks TLS for us. (With a certificate of our own the field is one of all responses.)
    if (request->secure && !request->tls && !server_has_header(server, STRICT_TRANSPORT))
        response_header(response, STRICT_TRANSPORT, SLICE(SERVER_HSTS));
    if (atomic_load(&server->draining))
        response->close = true;
}
