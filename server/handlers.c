// SPDX-License-Identifier: MIT
//
// Chooses the handler. Ops endpoints come first, then the site's routes, then the endpoints that
// the site's own page may replace, then 404.
#include "server.h"

#include "deferred.h"
#include "outputs.h"

#include "base/clock.h"

typedef void (*handler)(struct server *, struct request *, struct response *);

// The handler of a row of the table.
struct answer {
    handler handle; // NULL: handle_document
    enum metrics_route route;
};
static const struct answer ANSWERS[] = {
#define HANDLER_OPS(name)                                  handle_##name
#define HANDLER_ADMIN(name)                                handle_##name
#define HANDLER_PRIVATE(name)                              handle_##name
#define HANDLER_INSIDE(name)                               handle_##name
#define HANDLER_HOOK(name)                                 handle_##name
#define HANDLER_READ(name)                                 handle_##name
#define HANDLER_PAGE(name)                                 handle_##name
#define HANDLER_FORM(name)                                 handle_##name
#define HANDLER_DOCUMENT(name)                             NULL
#define ENDPOINT(name, path, kind, route, type, write, on) {HANDLER_##kind(name), METRICS_##route},
#include "site/endpoints.def"
#undef ENDPOINT
};

static bool is_ops(const struct site_endpoint *endpoint)
{
    return endpoint->kind == SITE_ENDPOINT_INSIDE || endpoint->kind == SITE_ENDPOINT_OPS ||
           endpoint->kind == SITE_ENDPOINT_ADMIN || endpoint->kind == SITE_ENDPOINT_PRIVATE ||
           endpoint->kind == SITE_ENDPOINT_HOOK;
}

// The endpoint at the path, among the operations ones or the others; NULL: none.
static const struct site_endpoint *find_endpoint(struct slice path, bool ops)
{
    const struct site_endpoint *rows = site_endpoints();
    for (unsigned i = 0; i < SITE_ENDPOINTS; i++)
        if (is_ops(&rows[i]) == ops && slice_equal(slice_from_cstr(rows[i].path), path))
            return &rows[i];
    return NULL;
}

static bool is_on(const struct site_endpoint *endpoint, const struct settings *settings)
{
    return endpoint &&
           site_has_endpoint(settings, (enum site_endpoint_name)(endpoint - site_endpoints()));
}

static const struct slice READS = {"GET, HEAD, OPTIONS", 18};

static bool is_read(const struct request *request)
{
    return request->method == HTTP_GET || request->method == HTTP_HEAD;
}

// OPTIONS, and methods that are not allowed: RFC 9110 §9.3.7 and §15.5.6.
static void answer_method(struct request *request, struct response *response, struct slice allowed)
{
    bool options = request->method == HTTP_OPTIONS;
    response_text(request, response, options ? 204 : 405, SLICE("text/plain; charset=utf-8"),
                  options ? SLICE("") : SLICE("405 Method Not Allowed\n"));
    response_header(response, SLICE("Allow"), allowed);
}

static void run_endpoint(struct server *server, const struct site_endpoint *endpoint,
                         struct request *request, struct response *response)
{
    _Static_assert(sizeof ANSWERS / sizeof *ANSWERS == SITE_ENDPOINTS, "an answer for each");
    const struct answer *answer = &ANSWERS[endpoint - site_endpoints()];
    bool hook = endpoint->kind == SITE_ENDPOINT_HOOK;
    bool post = hook || endpoint->kind == SITE_ENDPOINT_FORM;
    response->route = answer->route;
    if ((hook || !is_read(request)) && !(request->method == HTTP_POST && post))
        answer_method(request, response,
                      hook   ? SLICE("POST, OPTIONS")
                      : post ? SLICE("GET, HEAD, POST, OPTIONS")
                             : READS);
    else if (answer->handle)
        answer->handle(server, request, response);
    else
        handle_document(server, request, response, endpoint);
}

// For everybody else it does not exist.
static bool may_read_report(const struct server *server, struct request *request)
{
    struct value audience = server->settings->access.report_audience;
    return value_length(NULL, audience) && access_admits(&server->access, request) &&
           site_audience_has(audience, request->user, request->groups);
}

static bool run_ops(struct server *server, struct request *request, struct response *response)
{
    const struct site_endpoint *endpoint = find_endpoint(request->path, true);
    bool elsewhere =
        endpoint && !request->admin &&
        (endpoint->kind == SITE_ENDPOINT_HOOK || endpoint->kind == SITE_ENDPOINT_INSIDE ||
         (endpoint->kind == SITE_ENDPOINT_PRIVATE && !may_read_report(server, request)) ||
         (endpoint->kind == SITE_ENDPOINT_ADMIN && server->process->separate_admin));
    if (!is_on(endpoint, server->settings) || elsewhere)
        return false;
    run_endpoint(server, endpoint, request, response);
    response->cache_control = SLICE("no-store");
    return true;
}

static void unavailable(struct request *request, struct response *response)
{
    response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                  SLICE("503 Service Unavailable: the site is being loaded\n"));
    response_header(response, SLICE("Retry-After"), SLICE("1"));
    response->route = METRICS_REFUSED;
}

static void forbidden(struct request *request, struct response *response)
{
    response_text(request, response, 403, SLICE("text/plain; charset=utf-8"),
                  SLICE("403 Forbidden: not from this network\n"));
    response->cache_control = SLICE("no-store");
    response->route = METRICS_REFUSED;
}

static void answer(struct server *server, struct request *request, struct response *response);

static void dispatch(struct server *server, struct request *request, struct response *response)
{
    if (run_ops(server, request, response))
        return;
    if (!access_admits(&server->access, request)) {
        forbidden(request, response);
        return;
    }
    if (preview_take(server, request, response, answer))
        return;
    struct site *site = server_site(server, request);
    if (!site) {
        unavailable(request, response);
        return;
    }
    if (request->settings->revision.len)
        response_header(response, SLICE("Guidance-Revision"), request->settings->revision);
    const struct site_endpoint *endpoint =
        find_endpoint(settings_below_prefix(request->settings, request->path), false);
    bool on = is_on(endpoint, request->settings);
    bool own = on && (endpoint->kind == SITE_ENDPOINT_PAGE || endpoint->kind == SITE_ENDPOINT_FORM);
    if (!own && is_read(request) && handle_route(server, site, request, response))
        return;
    if (on)
        run_endpoint(server, endpoint, request, response);
    else if (is_read(request) && handle_written(site, request, response))
        return;
    else if (endpoint || is_read(request))
        handle_not_found(server, site, request, response);
    else {
        response->route = METRICS_REFUSED;
        answer_method(request, response, READS);
    }
}

static const struct slice STRICT_TRANSPORT = {"Strict-Transport-Security", 25};

static void add_fields(struct server *server, struct request *request, struct response *response)
{
    for (size_t i = 0; i < server->header_count; i++)
        response_header(response, server->headers[i].name, server->headers[i].value);
    if (response->status)
        outputs_add_fields(server, request, response);
    // A proxy terminates TLS. (With our own certificate, all responses have the field.)
    if (request->secure && !request->tls && !server_has_header(server, STRICT_TRANSPORT))
        response_header(response, STRICT_TRANSPORT, SLICE(SERVER_HSTS));
}

static void finish_response(struct server *server, struct request *request,
                            struct response *response)
{
    preview_finish(server, request, response);
    add_fields(server, request, response);
    if (atomic_load(&server->process->draining))
        response->close = true;
}

static void late(struct server *server, struct request *request, struct response *response)
{
    struct site *site = server_site(server, request);
    struct error error = {0};
    error_set(&error, ERROR_AWAY,
              "JavaScript had no time within %lld ms: other questions came first",
              (long long)server->settings->script.timeout);
    log_request_error(server->log, LOG_ERROR, slice_from_cstr(request->id), &error);
    handle_away(site, request, response, SLICE_EMPTY);
    response->route = METRICS_PAGE;
}

static void late_slow(struct server *server, struct request *request, struct response *response)
{
    (void)server;
    response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                  SLICE("503 Service Unavailable: too much is asked that takes long\n"));
    response_header(response, SLICE("Retry-After"), SLICE("10"));
    response->cache_control = SLICE("no-store");
}

// A page that needs JavaScript first is answered by a thread that may wait for it. A form is not: a
// post must not be processed twice.
static bool is_deferred(struct server *server, struct request *request, struct response *response)
{
    if (response->wait)
        return false;
    if (request->slow) {
        if (is_read(request) &&
            deferred_request(server->slow, server, request, response, finish_response, late_slow))
            return true;
        late_slow(server, request, response);
        return false;
    }
    return server->deferred && script_was_put_off() && is_read(request) &&
           deferred_request(server->deferred, server, request, response, finish_response, late);
}

static void no_such_page(struct request *request, struct response *response)
{
    response_text(request, response, 404, SLICE("text/plain; charset=utf-8"),
                  SLICE("404 Not Found: a site's pages are on the public listener\n"));
    response->route = METRICS_REFUSED;
}

// The server of the site that a request is for. NULL: it is not for a site, or must wait for it;
// the response says so. The process's own endpoints come first: probes know no host name.
static struct server *find_server(struct server *process, struct request *request,
                                  struct response *response)
{
    struct slice named =
        request->admin ? request_parameter(request, request->query, SLICE("site")) : SLICE_EMPTY;
    if (!named.len && run_ops(process, request, response))
        return NULL;
    if (request->admin && !named.len) {
        no_such_page(request, response);
        return NULL;
    }
    struct server *server =
        sites_find(process, request, response, named.len ? named : request->host, answer);
    if (server) {
        request->server = server;
        request->settings = server->settings;
    }
    return server;
}

static void answer_for(struct server *server, struct request *request, struct response *response)
{
    if (server->deferred)
        script_wait(false, 0);
    dispatch(server, request, response);
    if (!is_deferred(server, request, response))
        finish_response(server, request, response);
}

// By a worker, which does not wait. Called again once a preview or a site is loaded.
static void answer(struct server *server, struct request *request, struct response *response)
{
    struct server *own = server->sites ? find_server(server, request, response) : server;
    if (own)
        answer_for(own, request, response);
    else
        finish_response(server, request, response);
}

void server_answer(struct server *server, struct request *request, struct response *response)
{
    request->settings = server->settings;
    request->may_wait = true;
    request->slow = false;
    dispatch(server, request, response);
    request->may_wait = false;
}

void server_handle(void *state, struct request *request, struct response *response)
{
    struct server *server = state;
    request->server = server->sites ? NULL : server;
    request->settings = server->settings;
    request->preview = NULL; // the connection's previous request may have been for one
    request->waited = 0;
    request->may_wait = request->slow = false;
    proxies_apply(&server->proxies, request);
    answer(server, request, response);
}

void server_refuse(void *state, struct request *request, struct response *response)
{
    struct server *server = state;
    request->server = NULL;
    request->settings = server->settings;
    request->preview = NULL;
    // The proxy's fields are not trusted here.
    request->secure = request->tls;
    request->proxied = false;
    request->host = request->user = request->groups = SLICE_EMPTY;
    response->cache_control = SLICE("no-store");
    response->route = METRICS_REFUSED;
    add_fields(server, request, response);
}
