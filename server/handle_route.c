// SPDX-License-Identifier: MIT
//
// Pages, assets and redirects: what the snapshot's route table answers.
#include "assets.h"
#include "base/clock.h"
#include "server.h"

#include <unistd.h>

static const struct slice TEXT = {"text/plain; charset=utf-8", 25};
static const struct slice PRIVATE = {"private, no-cache", 17};

// ---- pages ----

struct page_job {
    struct server *server;
    const struct site *site;
    const struct site_page *page;
    struct http_lasting lasting;
};

static struct value text_value(struct slice text)
{
    return value_string(text);
}

// `request` as templates see it; reading it makes the page impure. HEAD is answered with the fields
// of GET (RFC 9110 §9.3.2), so templates are told of a GET.
static struct value request_value(struct request *request)
{
    return site_request_value(request->arena, request->path, request->query,
                              request->method == HTTP_HEAD ? SLICE("GET") : request->method_text);
}

// The server's own answers are in the language of the page that they are about.
static void set_language(const struct site *site, struct request *request, struct value data,
                         struct slice path)
{
    struct slice language = site_language_near(site, path);
    if (!slice_equal(language, request->settings->lang))
        value_set(NULL, request->arena, data, SLICE("lang"), text_value(language));
}

void handle_error_page(const struct site *site, struct request *request, struct response *response,
                       const struct error_page *page)
{
    struct error error = {0};
    struct site_output output;
    struct site_request view = {.request = request_value(request), .now_ms = clock_wall_ms()};
    struct value data = value_object(request->arena), about = value_object(request->arena);
    value_set(NULL, request->arena, about, SLICE("status"), value_number(page->status));
    value_set(NULL, request->arena, about, SLICE("reference"),
              text_value(slice_from_cstr(request->id)));
    value_set(NULL, request->arena, about, SLICE("form"), value_boolean(page->form));
    value_set(NULL, request->arena, about, SLICE("detail"), text_value(page->detail));
    value_set(NULL, request->arena, data, SLICE("error"), about);
    value_set(NULL, request->arena, data, SLICE("searchable"), value_boolean(false));
    set_language(site, request, data, page->about.len ? page->about : request->path);
    if (!site_render_text(site, SLICE("layouts/error.njk"), &view, data, SLICE_EMPTY,
                          request->arena, &output, &error)) {
        response_text(request, response, page->status, TEXT,
                      page->detail.len ? page->detail : page->plain);
        response->cache_control = SLICE("no-store");
        return;
    }
    response->status = page->status;
    response->content_type = output.content_type;
    response->parts = output.body.parts;
    response->part_count = output.body.count;
    response->length = output.body.length;
    response->etag = SLICE_EMPTY;
    response->last_modified = 0;
    response->cache_control = SLICE("no-store");
}

static bool is_html(const struct response *response)
{
    return slice_starts_with(response->content_type, SLICE("text/html"));
}

// In development, if the site has no layout for errors: HTML, so that it can reload by itself.
static void error_as_html(struct request *request, struct response *response, struct slice detail)
{
    struct buffer text = buffer_create(request->arena, 0);
    buffer_append_cstr(&text, "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\">"
                              "<title>Error</title><h1>This page has an error</h1><pre>");
    buffer_append_html(&text, detail);
    buffer_append_cstr(&text, "</pre>\n");
    response_text(request, response, response->status, SLICE("text/html; charset=utf-8"),
                  buffer_slice(&text));
}

// After the page, so that the page itself is the same in development.
static void append_live_tag(struct server *server, struct request *request,
                            struct response *response)
{
    struct slice tag = live_tag(server, request->arena);
    struct slice *parts =
        arena_zalloc(request->arena, response->part_count + 1, sizeof *response->parts);
    if (!tag.len || !parts || !is_html(response))
        return;
    if (response->part_count)
        memcpy(parts, response->parts, response->part_count * sizeof *parts);
    parts[response->part_count++] = tag;
    response->parts = parts;
    response->length += tag.len;
    response->etag = SLICE_EMPTY;
}

void handle_away(const struct site *site, struct request *request, struct response *response,
                 struct slice detail)
{
    struct error_page page = {
        .status = 503,
        .plain = SLICE("503 Service Unavailable: this page cannot be shown right now\n"),
        .detail = detail};
    script_wait(false, 0); // nor may the error page wait
    response_text(request, response, page.status, TEXT, page.plain);
    if (site)
        handle_error_page(site, request, response, &page);
    response->cache_control = SLICE("no-store");
    response_header(response, SLICE("Retry-After"), SLICE("5"));
}

static void broken_page(struct page_job *job, struct request *request, struct response *response,
                        const struct error *error)
{
    struct error_page page = {
        .status = 500,
        .plain = SLICE("500 Internal Server Error: this page has an error; it is in the log\n")};
    if (script_was_put_off()) // this is not the answer; it will come later
        return;
    log_request_error(job->server->log, LOG_ERROR, slice_from_cstr(request->id), error);
    if (job->server->development || request->preview) {
        struct buffer detail = buffer_create(request->arena, 0);
        struct error own = site_page_error(job->page, error);
        error_format(&own, &detail);
        page.detail = buffer_slice(&detail);
    }
    if (error->code == ERROR_AWAY)
        handle_away(job->site, request, response, page.detail);
    else
        handle_error_page(job->site, request, response, &page);
    if (page.detail.len && !is_html(response))
        error_as_html(request, response, page.detail);
    append_live_tag(job->server, request, response);
}

static struct slice entity_tag(struct request *request, uint64_t tag)
{
    static const char DIGITS[] = "0123456789abcdef";
    char *text = arena_alloc_text(request->arena, 16);
    for (int i = 15; text && i >= 0; i--, tag >>= 4)
        text[i] = DIGITS[tag & 15];
    return text ? slice_of(text, 16) : SLICE_EMPTY;
}

static struct slice find_form(void *state, enum http_coding coding)
{
    const struct page_job *job = state;
    return site_form(job->site, job->page, (unsigned)coding);
}

static struct slice remember_form(void *state, enum http_coding coding, struct slice text)
{
    const struct page_job *job = state;
    return site_remember_form(job->site, job->page, (unsigned)coding, text);
}

static void fill_page(struct page_job *job, struct request *request, struct response *response,
                      const struct site_output *output)
{
    response->parts = output->body.parts;
    response->part_count = output->body.count;
    response->length = output->body.length;
    response->etag = entity_tag(request, output->tag);
    if (job->server->development)
        append_live_tag(job->server, request, response);
    atomic_fetch_add_explicit(output->remembered ? &job->server->metrics->cache_hits
                                                 : &job->server->metrics->cache_misses,
                              1, memory_order_relaxed);
    if (!output->remembered || job->server->development)
        return;
    response->memory = output->file;
    job->lasting =
        (struct http_lasting){.state = job, .find = find_form, .remember = remember_form};
    response->lasting = &job->lasting;
}

static bool may_have(const struct site *site, const struct site_page *page,
                     const struct request *request)
{
    return site_page_visible(site, page, clock_wall_ms()) &&
           site_page_admits(page, request->user, request->groups);
}

static bool answer_from(struct site *site, struct page_job *job, struct request *request,
                        struct response *response)
{
    struct error ignored = {0};
    struct site_output output;
    struct site_request view = {.request = request_value(request), .now_ms = clock_wall_ms()};
    const struct site_page *page =
        site && site != job->site ? handle_find_page(site, request, job->page->url) : NULL;
    if (!page || !may_have(site, page, request) ||
        !site_render(site, page, &view, request->arena, &output, &ignored))
        return false;
    job->site = site;
    job->page = page;
    fill_page(job, request, response, &output);
    response->content_type = page->content_type;
    if (page->restricted) // since then it has been opened to everyone
        response->cache_control = PRIVATE;
    response->last_modified = 0;
    response->fields = 0;
    return true;
}

// A snapshot is published before all its pages have been rendered. One that then fails has its last
// good version in the snapshot before, or, if it has been found out meanwhile, in the newest.
static bool answer_last_good(struct page_job *job, struct request *request,
                             struct response *response, const struct error *error)
{
    struct server *server = job->server;
    if (script_was_put_off() || request->preview || server->development)
        return false;
    if (!answer_from(server_published(server, request), job, request, response) &&
        !answer_from(server_earlier(server, request), job, request, response))
        return false;
    log_request_error(server->log, LOG_ERROR, slice_from_cstr(request->id), error);
    return true;
}

// Whether `request` is, for templates, what it is for every plain request of the page.
static bool is_plain(const struct site_page *page, const struct request *request)
{
    struct slice prefix = settings_prefix(request->settings), path = request->path;
    bool get = request->method == HTTP_GET || request->method == HTTP_HEAD;
    return get && !request->query.len && path.len == prefix.len + page->url.len &&
           slice_starts_with(path, prefix) && slice_ends_with(path, page->url);
}

static void answer_page(void *state, struct request *request, struct response *response)
{
    struct page_job *job = state;
    struct error error = {0};
    struct site_output output;
    struct site_request view = {.plain = is_plain(job->page, request)};
    if (site_remembered(job->site, job->page, view.plain, request->arena, &output)) {
        fill_page(job, request, response, &output);
        return;
    }
    view.request = request_value(request);
    view.now_ms = clock_wall_ms();
    uint64_t start = clock_monotonic_ns();
    if (!site_render(job->site, job->page, &view, request->arena, &output, &error)) {
        if (!answer_last_good(job, request, response, &error))
            broken_page(job, request, response, &error);
        return;
    }
    metrics_observe(&job->server->metrics->render, clock_monotonic_ns() - start);
    fill_page(job, request, response, &output);
}

// If the body turns out to be needed, it is made here: the answers are known, except for forgotten
// ones.
static void produce(void *state, struct request *request, struct response *response)
{
    script_wait(true, 0);
    answer_page(state, request, response);
}

// If JavaScript may have to be asked, this is the last moment to defer the request.
static bool may_need_no_body(const struct server *server, const struct request *request)
{
    return !server->deferred || request_header(request, SLICE("If-None-Match")).len ||
           request_header(request, SLICE("If-Modified-Since")).len;
}

// In development an author wants to see the error, not the last good version; and a page that is
// rendered each time.
static void send_developed(struct page_job *job, struct request *request, struct response *response)
{
    struct server *server = job->server;
    response->cache_control = SLICE("no-store");
    response->last_modified = 0;
    const struct error *reload = server_reload_error(server, request);
    if (reload)
        broken_page(job, request, response, reload);
    else if (job->page->error)
        broken_page(job, request, response, job->page->error);
    else
        answer_page(job, request, response);
}

// What identifies the fields of a response; over TLS there is one more. 0: nothing does.
static uint64_t fields_of(const struct request *request, uint64_t identity)
{
    return identity ? identity | (uint64_t)request->secure << 63 : 0;
}

static void send_page(struct server *server, const struct site *site, const struct site_page *page,
                      struct request *request, struct response *response)
{
    struct page_job *job = arena_alloc(request->arena, sizeof *job);
    response->route = METRICS_PAGE;
    response->status = 200;
    response->content_type = page->content_type;
    response->compressible = true;
    response->cache_control = page->restricted ? PRIVATE : request->settings->cache_control;
    response->last_modified = page->modified;
    if (!job) {
        response_text(request, response, 500, TEXT, SLICE("500 out of memory\n"));
        return;
    }
    *job = (struct page_job){.server = server, .site = site, .page = page};
    if (server->development) {
        send_developed(job, request, response);
        return;
    }
    response->fields = fields_of(request, site_page_identity(site, page));
    uint64_t tag = site_page_tag(page);
    if (tag && may_need_no_body(server, request)) { // known without rendering
        response->etag = entity_tag(request, tag);
        response->produce = produce;
        response->produce_state = job;
        return;
    }
    answer_page(job, request, response);
    if (!site_page_tag(page))
        response->last_modified = 0; // it may depend on more than its sources
}

// ---- assets ----

// Makes the file the body. False and error if it cannot be read; without an error, it is no file.
static bool send_file(struct tree *tree, struct slice file, struct request *request,
                      struct response *response, struct file_info *info, struct error *error)
{
    int fd = tree_open_file(tree, file, info, error);
    if (fd < 0)
        return false;
    if (!info->is_regular) {
        close(fd);
        return false;
    }
    response->length = info->size;
    return response_file(request, response, fd) || error_memory(error);
}

// 404 if it was removed since, before the reload that is coming. Caches must not take a lack of
// descriptors for that.
static void send_no_asset(const struct error *error, struct request *request,
                          struct response *response)
{
    if (!error_is_set(error) || error->code == ERROR_NOT_FOUND) {
        response_text(request, response, 404, TEXT, SLICE("the file does not exist\n"));
        return;
    }
    response_text(request, response, 503, TEXT, SLICE("the file cannot be read just now\n"));
    response_header(response, SLICE("Retry-After"), SLICE("5"));
}

static void send_asset(const struct site *site, const struct site_route *route,
                       struct request *request, struct response *response)
{
    struct file_info now;
    struct error error = {0};
    response->route = METRICS_ASSET;
    if (!send_file(site_tree(site), route->file, request, response, &now, &error)) {
        send_no_asset(&error, request, response);
        return;
    }
    response->status = 200;
    response->content_type = route->content_type;
    response->compressible = assets_compressible(route);
    // If it has changed since it was loaded, a reload is coming, and what was announced is wrong,
    // above all the fingerprint in its URL.
    if (now.identity != route->info.identity) {
        response->cache_control = SLICE("no-store");
        return;
    }
    assets_forms(site, route, response->encoded);
    response->fields = fields_of(request, site_route_identity(site, route));
    response->ranges = true;
    response->etag = arena_printf(request->arena, "%016llx", (unsigned long long)route->hash);
    response->last_modified = route->info.mtime_ns / 1000000000;
    response->cache_control = route->audience        ? PRIVATE
                              : route->fingerprinted ? SLICE(FINGERPRINTED_CACHE_CONTROL)
                                                     : request->settings->asset_cache_control;
}

// ---- files written by JavaScript since the site was loaded ----

static void close_written(void *tree)
{
    tree_close(tree);
}

// The path below the directory of such files; "" if no answer has named it.
static struct slice find_written(struct script *script, const struct site *site,
                                 const struct request *request)
{
    struct slice directory = site_written(site), scratch = slice_from_cstr(script_scratch(script));
    struct slice url = settings_below_prefix(request->settings, request->path);
    struct site_reader reader = {.user = request->user, .groups = request->groups};
    bool elsewhere = url.len + settings_prefix(request->settings).len != request->path.len;
    if (!directory.len || url.len < 2 || elsewhere || !slice_starts_with(directory, scratch) ||
        !site_file_admits(site, url, &reader))
        return SLICE_EMPTY;
    struct slice path = slice_sub(url, 1, url.len);
    struct slice full = ARENA_JOIN(request->arena, directory, SLICE("/"), path);
    return full.ptr && script_wrote(script, slice_sub(full, scratch.len + 1, full.len))
               ? arena_copy(request->arena, path)
               : SLICE_EMPTY;
}

// The next load makes it a full asset. Answers say which files exist; a path that none has named
// never reaches the file system.
bool handle_written(const struct site *site, struct request *request, struct response *response)
{
    struct slice directory = arena_copy(request->arena, site_written(site));
    struct script *script = site_script(site);
    struct slice file = script && directory.ptr ? find_written(script, site, request) : SLICE_EMPTY;
    struct tree *tree = file.len ? tree_open_directory(directory.ptr, NULL) : NULL;
    struct file_info info;
    if (!tree || !arena_on_free(request->arena, close_written, tree) ||
        !send_file(tree, file, request, response, &info, NULL))
        return false;
    response->route = METRICS_ASSET;
    response->status = 200;
    response->content_type = site_media_type(file);
    response->cache_control = SLICE("no-store");
    return true;
}

// ---- the route ----

static bool may_know(const struct site *site, const struct site_route *route, struct slice location,
                     const struct request *request)
{
    struct site_reader reader = {
        .user = request->user, .groups = request->groups, .now_ms = clock_wall_ms()};
    return site_route_admits(site, route, location, &reader, request->arena);
}

// A cache may keep a redirect that says nothing else (RFC 9110 §15.1), also one that does not exist
// for everyone.
static void keep_private(const struct site *site, const struct site_route *route,
                         struct slice location, const struct request *request,
                         struct response *response)
{
    const struct site_reader nobody = {.now_ms = clock_wall_ms()};
    if (!site_route_admits(site, route, location, &nobody, request->arena))
        response->cache_control = PRIVATE;
}

// A path that lacks its final slash: RFC 9110 §15.4.2, with the query kept.
static bool redirect_to_slash(const struct site *site, struct request *request,
                              struct response *response)
{
    struct slice with = arena_printf(request->arena, "%.*s/", SLICE_ARG(request->path)), leads_to;
    if (!with.len || with.ptr[with.len - 2] == '/')
        return false;
    const struct site_route *route = site_find(site, with, request->arena, &leads_to);
    if (!route || !may_know(site, route, leads_to, request))
        return false;
    struct buffer location = buffer_create(request->arena, 0);
    buffer_append_percent(&location, with, SLICE("/!$&'()*+,;=:@"));
    if (request->query.len)
        buffer_printf(&location, "?%.*s", SLICE_ARG(request->query));
    response->route = METRICS_REDIRECT;
    response_redirect(request, response, 301, buffer_slice(&location));
    keep_private(site, route, leads_to, request, response);
    if (slice_equal(route->url, with) && !request->query.len)
        response->fields = fields_of(request, site_route_identity(site, route));
    return true;
}

// Keeps the query, before the fragment, unless the redirect is for that query only, or its target
// has its own query (possibly empty: "/new/?").
static struct slice with_query(const struct site_route *route, struct slice location,
                               const struct request *request)
{
    if (!request->query.len || slice_find_byte(location, '?', 0) != SIZE_MAX ||
        slice_find_byte(route->url, '?', 0) != SIZE_MAX)
        return location;
    size_t fragment = slice_find_byte(location, '#', 0);
    return ARENA_JOIN(request->arena, slice_sub(location, 0, fragment), SLICE("?"), request->query,
                      fragment == SIZE_MAX ? SLICE_EMPTY
                                           : slice_sub(location, fragment, location.len));
}

static void send_redirect(const struct site *site, const struct site_route *route,
                          struct slice location, struct request *request, struct response *response)
{
    response->route = METRICS_REDIRECT;
    if (route->status == 410) {
        handle_error_page(site, request, response,
                          &(struct error_page){.status = 410, .plain = SLICE("410 Gone\n")});
        return;
    }
    response_redirect(request, response, route->status, with_query(route, location, request));
    keep_private(site, route, location, request, response);
    // Unless the place depends on the request.
    if (location.ptr == route->location.ptr && !request->query.len)
        response->fields = fields_of(request, site_route_identity(site, route));
}

// ---- pages for the server's own responses ----

const struct site_page *handle_find_page(const struct site *site, struct request *request,
                                         struct slice url)
{
    struct slice ignored, prefix = settings_prefix(request->settings);
    struct slice path = arena_printf(request->arena, "%.*s%.*s", SLICE_ARG(prefix), SLICE_ARG(url));
    const struct site_route *route = site_find(site, path, request->arena, &ignored);
    return route && route->kind == SITE_ROUTE_PAGE ? route->page : NULL;
}

// The site's own page for a response of the server: renders the template of the route `url` with
// `data`. NULL if the site has no such page; then the caller answers in plain form.
static const struct site_page *answer_with_page(struct server *server, struct site *site,
                                                struct request *request, struct response *response,
                                                int status, struct slice url, struct value data)
{
    const struct site_page *page = handle_find_page(site, request, url);
    struct error error = {0};
    struct site_output output;
    struct site_request view = {
        .request = request_value(request), .now_ms = clock_wall_ms(), .extra = data};
    if (!page)
        return NULL;
    if (!site_render(site, page, &view, request->arena, &output, &error)) {
        if (!script_was_put_off())
            log_request_error(server->log, LOG_ERROR, slice_from_cstr(request->id), &error);
        return NULL;
    }
    response->status = status;
    response->content_type = page->content_type;
    response->parts = output.body.parts;
    response->part_count = output.body.count;
    response->length = output.body.length;
    response->compressible = true;
    response->cache_control = SLICE("no-store");
    return page;
}

// Thanks name a page in their query, and are in its language. False for the site's own, in which
// the page is like any other.
static bool send_thanks(struct server *server, struct site *site, const struct site_page *page,
                        struct request *request, struct response *response)
{
    if (!slice_equal(page->url, SLICE("/feedback/thanks/")))
        return false;
    struct value data = value_object(request->arena);
    set_language(site, request, data, request->query);
    return value_has(NULL, data, SLICE("lang")) &&
           answer_with_page(server, site, request, response, 200, page->url, data);
}

void handle_not_found(struct server *server, struct site *site, struct request *request,
                      struct response *response)
{
    enum { ASKED = 12, SHOWN = 3 };
    const struct site_page *near[ASKED];
    size_t count = site_nearest(site, request->path, near, ASKED);
    struct value data = value_object(request->arena);
    struct value nearest = value_array(request->arena, SHOWN);
    for (size_t i = 0; i < count && value_length(NULL, nearest) < SHOWN; i++) {
        if (near[i]->withdrawn || !may_have(site, near[i], request))
            continue;
        struct value item = value_object(request->arena);
        value_set(NULL, request->arena, item, SLICE("url"), text_value(near[i]->url));
        value_set(NULL, request->arena, item, SLICE("title"), text_value(near[i]->title));
        value_push(NULL, request->arena, nearest, item);
    }
    value_set(NULL, request->arena, data, SLICE("suggestions"), nearest);
    set_language(site, request, data, request->path);
    response->route = METRICS_NOT_FOUND;
    const struct site_page *page =
        answer_with_page(server, site, request, response, 404, SLICE("/404.html"), data);
    if (page) {
        response->fields = fields_of(request, site_page_identity(site, page));
        return;
    }
    response_text(request, response, 404, TEXT, SLICE("404 Not Found\n"));
    // Caches may keep one without it (RFC 9110 §15.1), also of a page that others may read.
    if (server->access.user_header.len || server->access.groups_header.len)
        response->cache_control = SLICE("no-store");
}

// ---- the answer ----

bool handle_route(struct server *server, struct site *site, struct request *request,
                  struct response *response)
{
    struct slice location = SLICE_EMPTY;
    const struct site_route *route =
        site_find_asked(site, request->path, request->query, request->arena, &location);
    if (!route)
        return redirect_to_slash(site, request, response);
    // For others it does not exist, and its existence is not revealed (RFC 9110 §15.5.4).
    if (!may_know(site, route, location, request))
        return false;
    switch (route->kind) {
    case SITE_ROUTE_PAGE:
        if (!send_thanks(server, site, route->page, request, response))
            send_page(server, site, route->page, request, response);
        return true;
    case SITE_ROUTE_ASSET:
        send_asset(site, route, request, response);
        return true;
    case SITE_ROUTE_REDIRECT:
        send_redirect(site, route, location, request, response);
        return true;
    }
    return false;
}
