// SPDX-License-Identifier: MIT
//
// "Is this page useful?" A form post: stored before it is answered with a redirect.
//
// No cookie and no token: there is no session that a forged post could abuse, and a token would
// make the page different for each reader. A post from another site is recognised by
// Sec-Fetch-Site, which browsers have sent since 2023 and scripts cannot set, or by Origin; a robot
// by a hidden field; a flood by a limit for all readers together. No address is kept.
#include "base/clock.h"
#include "server.h"

#include <stdatomic.h>

static void refuse_feedback(struct server *server, struct request *request,
                            struct response *response, int status, const char *text)
{
    struct error_page page = {
        .status = status,
        .form = true,
        .plain = slice_from_cstr(text),
        .about = request_parameter(request, request->body, SLICE("page")),
    };
    struct site *site = server_site(server, request);
    response_text(request, response, status, SLICE("text/plain; charset=utf-8"), page.plain);
    response->cache_control = SLICE("no-store");
    if (site)
        handle_error_page(site, request, response, &page);
}

// Browsers say where a request comes from; a client that does not is no browser, so there is no
// user to abuse.
static bool is_cross_site(const struct request *request)
{
    struct slice site = request_header(request, SLICE("Sec-Fetch-Site"));
    struct slice origin = request_header(request, SLICE("Origin"));
    struct slice host = request->host;
    if (site.len)
        return !slice_equal(site, SLICE("same-origin")) && !slice_equal(site, SLICE("none"));
    if (!origin.len)
        return false;
    size_t slashes = slice_find(origin, SLICE("://"), 0);
    return slashes == SIZE_MAX ||
           !slice_equal_ignore_case(slice_sub(origin, slashes + 3, origin.len), host);
}

// A bucket of posts per minute, for all readers.
static bool is_flood(struct server *server)
{
    atomic_uint_fast64_t *posts = &server->posts;
    uint64_t minute = clock_monotonic_ns() / 60000000000u;
    uint64_t limit = server->settings->feedback.per_minute;
    uint64_t old = atomic_load(posts), next;
    do
        next = old >> 32 == minute ? old + 1 : minute << 32 | 1;
    while (!atomic_compare_exchange_weak(posts, &old, next));
    return limit && (next & 0xffffffffu) > limit;
}

static bool is_useful_value(struct slice useful)
{
    return slice_equal(useful, SLICE("yes")) || slice_equal(useful, SLICE("no")) ||
           slice_equal(useful, SLICE("problem"));
}

static bool is_form(const struct request *request)
{
    struct slice type = request_header(request, SLICE("Content-Type"));
    size_t end = slice_find_byte(type, ';', 0);
    return slice_equal_ignore_case(slice_trim(slice_sub(type, 0, end)),
                                   SLICE("application/x-www-form-urlencoded"));
}

static struct slice page_with_prefix(const struct server *server, struct request *request,
                                     const char *url)
{
    struct slice prefix = settings_prefix(server->settings);
    return arena_printf(request->arena, "%.*s%s", SLICE_ARG(prefix), url);
}

// As browsers count a text for `maxlength`, or fewer: a line end, which they send as two, is one,
// and so is a character beyond U+FFFF.
static size_t count_characters(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80 &&
                 !(text.ptr[i] == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n');
    return count;
}

// 0, or the status to refuse the post with.
static int read_entry(const struct server *server, const struct request *request,
                      struct feedback_entry *entry)
{
    size_t longest = (size_t)server->settings->feedback.max_comment_length;
    *entry = (struct feedback_entry){
        .at = clock_wall_s(),
        .page = request_parameter(request, request->body, SLICE("page")),
        .useful = request_parameter(request, request->body, SLICE("useful")),
        .comment = slice_trim(request_parameter(request, request->body, SLICE("comment"))),
    };
    if (!is_useful_value(entry->useful) || !slice_starts_with(entry->page, SLICE("/")) ||
        entry->page.len > 1024)
        return 422;
    return count_characters(entry->comment) > longest ? 413 : 0;
}

// Passes the page's address as the query, so that the thanks page can lead back.
static void thank(const struct server *server, struct request *request, struct response *response)
{
    struct slice page = request_parameter(request, request->body, SLICE("page"));
    struct buffer url = buffer_create(request->arena, 0);
    buffer_append(&url, page_with_prefix(server, request, "/feedback/thanks/"));
    if (!slice_starts_with(page, SLICE("//")) && slice_starts_with(page, SLICE("/"))) {
        buffer_append_byte(&url, '?');
        buffer_append_percent(&url, page, SLICE("/"));
    }
    response_redirect(request, response, 303, buffer_slice(&url));
    response->cache_control = SLICE("no-store");
}

struct posting {
    struct server *server;
    struct feedback_entry entry;
    struct mailbox_post post;
};

static void begin_post(void *state, struct http_wait *wait)
{
    struct posting *posting = state;
    (void)wait;
    mailbox_post(posting->server->mailbox, &posting->entry, &posting->post);
}

static void end_post(void *state, struct request *request, struct response *response)
{
    struct posting *posting = state;
    struct server *server = posting->server;
    struct error error = {0};
    bool stored = posting->post.result == MAILBOX_STORED;
    atomic_fetch_add(stored ? &server->metrics->feedback : &server->metrics->feedback_refused, 1);
    if (stored) {
        thank(server, request, response);
        return;
    }
    error_set(&error, ERROR_STORE, "feedback is not stored: %s", posting->post.why);
    log_request_error(server->log, LOG_ERROR, slice_from_cstr(request->id), &error);
    refuse_feedback(server, request, response, 503, "the feedback could not be saved\n");
    response_header(response, SLICE("Retry-After"), SLICE("60"));
}

static void post(struct server *server, struct request *request, struct response *response,
                 const struct feedback_entry *entry)
{
    struct posting *posting = arena_zalloc(request->arena, 1, sizeof *posting);
    if (!posting) {
        refuse_feedback(server, request, response, 503, "the feedback could not be saved\n");
        return;
    }
    posting->server = server;
    posting->entry = *entry;
    posting->post.wait = (struct http_wait){.begin = begin_post, .end = end_post, .state = posting};
    response->wait = &posting->post.wait;
}

static void store_feedback(struct server *server, struct request *request,
                           struct response *response)
{
    struct feedback_entry entry;
    int status = read_entry(server, request, &entry);
    if (status) {
        refuse_feedback(server, request, response, status,
                        "the form is not complete, or too long\n");
        return;
    }
    // Posts caught by the trap are thanked like others, and dropped.
    if (request_parameter(request, request->body, SLICE("website")).len)
        thank(server, request, response);
    else
        post(server, request, response, &entry);
}

void handle_feedback_thanks(struct server *server, struct request *request,
                            struct response *response)
{
    (void)server;
    plain_thanks(request, response);
}

void handle_feedback(struct server *server, struct request *request, struct response *response)
{
    if (!server->mailbox) {
        struct site *site = server_site(server, request);
        if (site)
            handle_not_found(server, site, request, response);
        return;
    }
    if (request->method != HTTP_POST) {
        response_redirect(request, response, 303, page_with_prefix(server, request, "/"));
        return;
    }
    if (is_cross_site(request))
        refuse_feedback(server, request, response, 403, "the form was sent from another site\n");
    else if (!is_form(request))
        refuse_feedback(server, request, response, 415,
                        "send the form as application/x-www-form-urlencoded\n");
    else if (is_flood(server)) {
        refuse_feedback(server, request, response, 429,
                        "too much feedback at once; please try again later\n");
        response_header(response, SLICE("Retry-After"), SLICE("60"));
    } else
        store_feedback(server, request, response);
}
