// SPDX-License-Identifier: MIT
//
// From a response to bytes: which representation (coding), whether it is needed at all
// (conditions), which part of it (range), and the corresponding fields.
#include "base/clock.h"
#include "exchange.h"
#include "guard.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>

enum { COMPRESS_MIN_BYTES = 256 }; // below this, the fields cost more than compression gains

struct plan {
    struct request *request;
    struct response *response;
    enum http_coding coding;
    int status;
    uint64_t first, last; // for a 206
    char etag[96];        // with quotes; "" for none
    bool lacks_field;     // for want of memory
};

static void set_etag(struct plan *plan, enum http_coding coding)
{
    struct slice etag = plan->response->etag;
    plan->etag[0] = '\0';
    if (!etag.len || etag.len > 64)
        return;
    // A strong tag names bytes, so each coding has its own (RFC 9110 §8.8.3.3).
    struct slice suffix =
        coding == HTTP_IDENTITY ? SLICE_EMPTY : slice_from_cstr(http_coding_name(coding));
    char *at = plan->etag;
    *at++ = '"';
    at = (char *)memcpy(at, etag.ptr, etag.len) + etag.len;
    if (suffix.len) {
        *at++ = '-';
        at = (char *)memcpy(at, suffix.ptr, suffix.len) + suffix.len;
    }
    memcpy(at, "\"", 2);
}

static int conditions(const struct plan *plan)
{
    struct slice tag = slice_from_cstr(plan->etag);
    return http_evaluate_conditions(plan->request, tag.len ? slice_sub(tag, 1, tag.len - 1) : tag,
                                    plan->response->last_modified);
}

// A body in memory may use any coding; a file only those compressed ahead.
static unsigned offered_codings(const struct response *response)
{
    bool unknown = response->produce && !response->length;
    unsigned offered = 0;
    for (unsigned i = 0; i < 3; i++)
        offered |= response->encoded[i].ptr ? 1u << i : 0;
    if (response->file)
        return offered;
    return unknown || response->length >= COMPRESS_MIN_BYTES ? 7 : 0;
}

static bool choose_coding(struct plan *plan)
{
    bool acceptable = true;
    plan->coding = HTTP_IDENTITY;
    struct slice accept = request_header(plan->request, SLICE("Accept-Encoding"));
    // Ranges apply to the identity: a client resumes what it has.
    bool ranged = plan->response->ranges && request_header(plan->request, SLICE("Range")).len;
    if (plan->response->compressible && accept.ptr && !ranged)
        plan->coding = http_negotiate_coding(accept, offered_codings(plan->response), &acceptable);
    return acceptable;
}

static void check_conditions(struct plan *plan)
{
    set_etag(plan, plan->coding);
    plan->status = conditions(plan);
    if (plan->status != 200 || plan->coding == HTTP_IDENTITY)
        return;
    // The client may have the identity representation, which is also current.
    char encoded[sizeof plan->etag];
    memcpy(encoded, plan->etag, sizeof encoded);
    set_etag(plan, HTTP_IDENTITY);
    if (conditions(plan) == 304) {
        plan->status = 304;
        plan->coding = HTTP_IDENTITY;
    } else
        memcpy(plan->etag, encoded, sizeof encoded);
}

// The body in the coding: remembered, or made now.
static struct slice encoded_body(struct plan *plan)
{
    struct response *response = plan->response;
    const struct http_lasting *lasting = response->lasting;
    struct slice text = response->encoded[plan->coding];
    if (!text.ptr && lasting)
        text = lasting->find(lasting->state, plan->coding);
    if (text.ptr || response->length < COMPRESS_MIN_BYTES)
        return text;
    text = http_encode(plan->request->arena, plan->coding, response->parts, response->part_count,
                       lasting ? HTTP_GOOD : HTTP_FAST);
    struct slice kept =
        lasting && text.ptr ? lasting->remember(lasting->state, plan->coding, text) : SLICE_EMPTY;
    return kept.ptr ? kept : text;
}

static void encode(struct plan *plan)
{
    struct response *response = plan->response;
    struct slice *part = arena_alloc(plan->request->arena, sizeof *part);
    if (plan->coding == HTTP_IDENTITY || !part)
        return;
    *part = encoded_body(plan);
    if (part->ptr) {
        response->parts = part;
        response->part_count = 1;
        response->length = part->len;
    } else {
        plan->coding = HTTP_IDENTITY;
        set_etag(plan, HTTP_IDENTITY);
    }
}

// Bytes [first, last] of the parts, as parts.
static void cut_plan(struct plan *plan)
{
    struct response *response = plan->response;
    struct slice *parts = arena_zalloc(plan->request->arena, response->part_count, sizeof *parts);
    uint64_t at = 0;
    for (size_t i = 0; parts && i < response->part_count; at += response->parts[i].len, i++) {
        uint64_t length = response->parts[i].len;
        uint64_t from = plan->first > at ? plan->first - at : 0;
        uint64_t to = plan->last + 1 > at ? plan->last + 1 - at : 0;
        parts[i] = slice_sub(response->parts[i], from < length ? from : length, to);
    }
    response->parts = parts;
    response->part_count = parts ? response->part_count : 0;
}

static void make_body(struct plan *plan)
{
    struct response *response = plan->response;
    if (response->produce)
        response->produce(response->produce_state, plan->request, response);
    if (response->status != 200) {
        // It failed after all: the page's fields do not apply to the error.
        plan->status = response->status;
        plan->etag[0] = '\0';
        response->last_modified = 0;
        // In the chosen coding, or none: the fields say which.
        if (response->compressible)
            encode(plan);
        else
            plan->coding = HTTP_IDENTITY;
        return;
    }
    plan->status = http_evaluate_range(plan->request, response, &plan->first, &plan->last);
    if (plan->status == 200)
        encode(plan);
    else if (plan->status == 206 && !response->file)
        cut_plan(plan);
}

static void plan_response(struct plan *plan)
{
    struct response *response = plan->response;
    plan->coding = HTTP_IDENTITY;
    plan->status = response->status;
    bool get = plan->request->method == HTTP_GET || plan->request->method == HTTP_HEAD;
    if (response->status != 200 || !get) {
        if (response->produce)
            response->produce(response->produce_state, plan->request, response);
        plan->status = response->status;
        if (choose_coding(plan))
            encode(plan);
        return;
    }
    if (!choose_coding(plan)) {
        plan->status = 406;
        return;
    }
    check_conditions(plan);
    if (plan->status == 200)
        make_body(plan);
}

// ---- the MHD response ----

static bool has_content(int status)
{
    return status != 304 && status != 412 && status != 416 && status != 406;
}

static bool is_file(const struct plan *plan)
{
    return plan->response->file && plan->coding == HTTP_IDENTITY;
}

static uint64_t count_content(const struct plan *plan)
{
    const struct response *response = plan->response;
    uint64_t length = 0;
    if (!has_content(plan->status))
        return 0;
    if (is_file(plan))
        return plan->status == 206 ? plan->last - plan->first + 1 : response->length;
    for (size_t i = 0; i < response->part_count; i++)
        length += response->parts[i].len;
    return length;
}

static void add_header(struct plan *plan, struct MHD_Response *made, const char *name,
                       const char *value)
{
    if (value[0] && MHD_add_response_header(made, name, value) != MHD_YES)
        plan->lacks_field = true;
}

static void add_slice(struct plan *plan, struct MHD_Response *made, const char *name,
                      struct slice value)
{
    char *text = arena_cstr(plan->request->arena, value);
    if (text)
        add_header(plan, made, name, text);
    else
        plan->lacks_field = true;
}

static void add_date(struct plan *plan, struct MHD_Response *made)
{
    struct buffer text = buffer_create(plan->request->arena, 0);
    if (!plan->response->last_modified)
        return;
    clock_append_http(&text, plan->response->last_modified);
    add_slice(plan, made, "Last-Modified", buffer_slice(&text));
    plan->lacks_field |= text.failed;
}

static void add_range(struct plan *plan, struct MHD_Response *made)
{
    char text[96];
    unsigned long long length = plan->response->length;
    if (plan->status == 206)
        snprintf(text, sizeof text, "bytes %llu-%llu/%llu", (unsigned long long)plan->first,
                 (unsigned long long)plan->last, length);
    else
        snprintf(text, sizeof text, "bytes */%llu", length);
    if (plan->status == 206 || plan->status == 416)
        add_header(plan, made, "Content-Range", text);
    if (plan->response->ranges)
        add_header(plan, made, "Accept-Ranges", "bytes");
}

// RFC 9110 §15.4.5: a 304 has the fields a cache needs, and none that describe content.
//
// NULL if there was no memory for all of them: without one, a page might be open to more.
static struct MHD_Response *add_fields(struct plan *plan, struct MHD_Response *made)
{
    struct response *response = plan->response;
    bool content = plan->status != 304;
    if (content && plan->status != 416 && plan->status != 412 && plan->status != 406)
        add_slice(plan, made, "Content-Type", response->content_type);
    if (content && plan->coding != HTTP_IDENTITY)
        add_header(plan, made, "Content-Encoding", http_coding_name(plan->coding));
    if (response->compressible)
        add_header(plan, made, "Vary", "Accept-Encoding");
    add_header(plan, made, "ETag", plan->etag);
    add_date(plan, made);
    add_range(plan, made);
    add_slice(plan, made, "Cache-Control", response->cache_control);
    add_header(plan, made, HTTP_REQUEST_ID, plan->request->id);
    for (size_t i = 0; i < response->header_count; i++) {
        char *name = arena_cstr(plan->request->arena, response->headers[i].name);
        if (name)
            add_slice(plan, made, name, response->headers[i].value);
        else
            plan->lacks_field = true;
    }
    if (response->close)
        add_header(plan, made, "Connection", "close");
    if (!plan->lacks_field)
        return made;
    MHD_destroy_response(made);
    return NULL;
}

// The body itself follows through set_body.
static struct MHD_Response *make_response(struct plan *plan)
{
    uint64_t length = count_content(plan);
    void *body = wire_stand_in(length);
    struct MHD_Response *made =
        body ? MHD_create_response_from_buffer(length, body, MHD_RESPMEM_PERSISTENT) : NULL;
    return made ? add_fields(plan, made) : NULL;
}

// Not what a page or asset becomes when it fails, nor parts of one.
static bool may_be_prepared(const struct plan *plan)
{
    static const int STATUSES[] = {200, 304, 301, 302, 303, 307, 308, 404};
    bool usual = false;
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        usual |= plan->status == STATUSES[i];
    return usual && plan->response->fields && !plan->response->close;
}

// A page has the same fields for every request, except a few whose values are overwritten.
static struct MHD_Response *prepared(struct exchange *exchange, struct plan *plan)
{
    const struct response *response = plan->response;
    if (!may_be_prepared(plan))
        return NULL;
    struct http_prepared *slot =
        http_prepared_slot(exchange->server, response->fields, plan->status, plan->coding);
    struct http_particulars now = {.length = has_content(plan->status) ? response->length : 0,
                                   .last_modified = response->last_modified,
                                   .id = slice_from_cstr(plan->request->id),
                                   .etag = slice_from_cstr(plan->etag)};
    if (!slot)
        return NULL;
    if (!http_prepared_fit(slot, &now)) {
        struct MHD_Response *made = make_response(plan);
        if (!made)
            return NULL;
        http_prepared_keep(slot, made, &now);
    }
    return slot->response;
}

static struct MHD_Response *make_stream(struct exchange *exchange, struct plan *plan,
                                        struct MHD_Connection *connection)
{
    struct MHD_Response *made = http_stream_response(exchange, connection);
    return made ? add_fields(plan, made) : NULL;
}

// What is sent in place of the stand-in.
static bool set_body(struct exchange *exchange, const struct plan *plan)
{
    const struct response *response = plan->response;
    bool sends = has_content(plan->status) && exchange->request.method != HTTP_HEAD;
    if (!sends || response->stream)
        return wire_body(exchange->fd, NULL, 0, NULL);
    if (is_file(plan))
        return wire_file(exchange->fd, *response->file, plan->status == 206 ? plan->first : 0);
    return wire_body(exchange->fd, response->parts, response->part_count, response->memory);
}

enum MHD_Result http_send(struct exchange *exchange, struct MHD_Connection *connection)
{
    struct plan plan = {.request = &exchange->request, .response = &exchange->response};
    plan_response(&plan);
    struct response *response = &exchange->response;
    struct MHD_Response *shared = prepared(exchange, &plan);
    struct MHD_Response *made = shared             ? shared
                                : response->stream ? make_stream(exchange, &plan, connection)
                                                   : make_response(&plan);
    exchange->answered = true;
    response->status = plan.status;
    if (!made || !set_body(exchange, &plan)) {
        if (made && !shared)
            MHD_destroy_response(made);
        response->status = 503; // for the log: the connection is closed without an answer
        return MHD_NO;
    }
    if (has_content(plan.status) && exchange->request.method != HTTP_HEAD)
        exchange->sent = plan.status == 206 ? plan.last - plan.first + 1 : response->length;
    if (!response->stream) // which may take any time
        guard_answering(exchange->fd);
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)plan.status, made);
    if (!shared)
        MHD_destroy_response(made);
    return result;
}
