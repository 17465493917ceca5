// SPDX-License-Identifier: MIT
//
// Parses a head once, line by line as it comes: a faulty line is refused at once, faults of the
// whole head at the end. Nothing is repaired; what RFC 9112 allows recipients to tolerate but
// others read differently (bare LF, folded lines, white space before a colon) is refused.
#include "guard_head.h"

#include "guard_bytes.h"

#include <limits.h>
#include <stddef.h>

enum {
    METHOD_MAX = 32, // bytes; registered ones have at most 17
    VERSION_LENGTH = 8,
    DIGITS_MAX = 18, // of a length: fits into 64 bits
};

void guard_head_begin(struct guard_head *head)
{
    // The rows of fields are written before they are read.
    memset(head, 0, offsetof(struct guard_head, fields));
}

static struct guard_span span(size_t from, size_t to)
{
    return (struct guard_span){(uint32_t)from, (uint32_t)(to - from)};
}

static struct slice span_text(struct slice text, struct guard_span at)
{
    return slice_sub(text, at.at, (size_t)at.at + at.length);
}

// ---- the request line: RFC 9112 §3 ----

static int read_http_version(struct guard_head *head, struct slice text, size_t at)
{
    size_t from = at;
    while (at < text.len && at - from <= VERSION_LENGTH && (unsigned char)text.ptr[at] > 0x20 &&
           (unsigned char)text.ptr[at] < 0x7f)
        at++;
    head->version = span(from, at);
    if (at - from > VERSION_LENGTH)
        return 400;
    int status = guard_line_end(text, at);
    if (status)
        return status;
    const char *v = text.ptr + from;
    bool known = at - from == VERSION_LENGTH && memcmp(v, "HTTP/", 5) == 0 && v[5] >= '0' &&
                 v[5] <= '9' && v[6] == '.' && v[7] >= '0' && v[7] <= '9';
    if (!known)
        return 400;
    head->http_1_0 = v[7] == '0';
    head->line = head->fields_from = (uint32_t)at + 2;
    head->scanned = 0;
    return v[5] == '1' && v[7] <= '1' ? 0 : 505;
}

static int read_request_line(struct guard_head *head, struct slice text,
                             const struct http_limits *limits)
{
    size_t at = guard_skip_token(text, 0);
    head->method = span(0, at);
    if (at > METHOD_MAX)
        return 501;
    if (at == text.len)
        return GUARD_MORE;
    if (!at || text.ptr[at] != ' ')
        return 400;
    size_t from = ++at;
    at = guard_skip_target(text, head->scanned > from ? head->scanned : from);
    head->scanned = (uint32_t)at;
    head->target = span(from, at);
    if (at - from > limits->target_bytes)
        return 414;
    if (at == text.len)
        return GUARD_MORE;
    if (at == from || text.ptr[at] != ' ')
        return 400;
    int status = read_http_version(head, text, at + 1);
    return status ? status : guard_target_read(head, text) ? 0 : 400;
}

// ---- fields about framing and the connection ----

// RFC 9112 §6.3: once, and a number.
static void read_length(struct guard_head *head, struct slice value)
{
    size_t digits = 0;
    head->lengths = head->lengths ? 2 : 1;
    head->length = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9') {
            head->refused = 400;
            return;
        }
        digits += digits || value.ptr[i] != '0';
        head->length =
            digits > DIGITS_MAX ? UINT64_MAX : head->length * 10 + (uint64_t)(value.ptr[i] - '0');
    }
    if (!value.len)
        head->refused = 400;
}

// RFC 9112 §6.1, §6.3: chunked is the only supported coding, and must be the last.
static void read_coding(struct guard_head *head, struct slice value)
{
    struct slice chunked = SLICE("chunked");
    head->codings = head->codings ? 2 : 1;
    head->chunked = slice_equal_ignore_case(value, chunked);
    if (head->chunked)
        return;
    size_t last = value.len;
    while (last && value.ptr[last - 1] != ',')
        last--;
    bool at_end =
        last && slice_equal_ignore_case(slice_trim(slice_sub(value, last, value.len)), chunked);
    if (head->refused != 400)
        head->refused = at_end ? 501 : 400;
}

static void read_connection(struct guard_head *head, struct slice value)
{
    struct slice option;
    while (slice_split(&value, ',', &option)) {
        option = slice_trim(option);
        head->close |= slice_equal_ignore_case(option, SLICE("close"));
        head->keep_alive |= slice_equal_ignore_case(option, SLICE("keep-alive"));
    }
}

// RFC 9110 §10.1.1: HTTP/1.0 has no expectations.
static void read_expect(struct guard_head *head, struct slice value)
{
    head->expects |= !head->http_1_0;
    if (!slice_equal_ignore_case(value, SLICE("100-continue")) && !head->refused)
        head->refused = 417;
}

static void read_meaning(struct guard_head *head, struct slice text, struct guard_span at,
                         struct guard_span value_at)
{
    struct slice name = span_text(text, at), value = span_text(text, value_at);
    switch (name.len) {
    case 4:
        if (slice_equal_ignore_case(name, SLICE("Host"))) {
            head->hosts = head->hosts ? 2 : 1;
            if (!guard_is_host(value))
                head->refused = 400;
            if (!head->absolute)
                head->host = value_at;
        }
        break;
    case 6:
        if (slice_equal_ignore_case(name, SLICE("Expect")))
            read_expect(head, value);
        break;
    case 10:
        if (slice_equal_ignore_case(name, SLICE("Connection")))
            read_connection(head, value);
        break;
    case 14:
        if (slice_equal_ignore_case(name, SLICE("Content-Length")))
            read_length(head, value);
        break;
    case 17:
        if (slice_equal_ignore_case(name, SLICE("Transfer-Encoding")))
            read_coding(head, value);
        break;
    default:
        break;
    }
}

// ---- field lines: RFC 9112 §5 ----

// No empty name, no white space before the colon; so a folded line is refused.
static int read_field(struct guard_head *head, struct slice text)
{
    size_t from = head->line, colon = guard_skip_token(text, from);
    if (colon == text.len)
        return GUARD_MORE;
    if (colon == from || text.ptr[colon] != ':')
        return 400;
    size_t value = guard_skip_blanks(text, colon + 1);
    size_t end = guard_skip_field(text, head->scanned > value ? head->scanned : value);
    head->scanned = (uint32_t)end;
    int status = guard_line_end(text, end);
    if (status)
        return status;
    if (head->field_count == HTTP_HEADERS_MAX)
        return 431;
    head->line = (uint32_t)end + 2;
    head->scanned = 0;
    while (end > value && guard_is_blank(text.ptr[end - 1]))
        end--;
    struct guard_span name_at = span(from, colon), value_at = span(value, end);
    head->fields[head->field_count].name = name_at;
    head->fields[head->field_count++].value = value_at;
    read_meaning(head, text, name_at, value_at);
    return 0;
}

static int read_head_line(struct guard_head *head, struct slice text,
                          const struct http_limits *limits)
{
    int status;
    if (head->line < text.len && text.ptr[head->line] == '\r') {
        status = guard_line_end(text, head->line);
        if (!status)
            head->end = head->line + 2;
        return status;
    }
    // Nothing beyond the limit is judged: the status must not depend on how many bytes came at
    // once.
    struct slice seen = slice_sub(text, 0, head->fields_from + limits->header_bytes + 1);
    status = read_field(head, seen);
    // An incomplete line counts with what is there.
    size_t length = (status == GUARD_MORE ? seen.len : head->line) - head->fields_from;
    return length > limits->header_bytes ? 431 : status;
}

// ---- the head as a whole ----

// RFC 9112 §6.1 and §6.3: the body must be framed once, and in one way.
static int judge_framing(const struct guard_head *head, const struct http_limits *limits)
{
    if (head->lengths > 1 || head->codings > 1 || (head->lengths && head->codings) ||
        (head->codings && head->http_1_0))
        return 400;
    return head->length > limits->body_bytes ? 413 : 0;
}

// RFC 9110 §9: registered methods are known but not allowed here (405, by the handler); others are
// not implemented (501).
static int judge_method(struct slice method)
{
    static const char *const KNOWN[] = {"GET",    "HEAD",  "POST",  "OPTIONS", "PUT",
                                        "DELETE", "PATCH", "TRACE", "CONNECT"};
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (slice_equal(method, slice_from_cstr(KNOWN[i])))
            return 0;
    return 501;
}

static int judge_head(const struct guard_head *head, struct slice text,
                      const struct http_limits *limits)
{
    int status = judge_framing(head, limits);
    if (!status && head->refused != 417)
        status = head->refused;
    // RFC 9112 §3.2: one Host field in HTTP/1.1, at most one in HTTP/1.0.
    if (!status && (head->hosts > 1 || (!head->hosts && !head->http_1_0)))
        status = 400;
    if (!status)
        status = judge_method(span_text(text, head->method));
    return status ? status : head->refused;
}

int guard_head_read(struct guard_head *head, struct slice text, const struct http_limits *limits)
{
    invariant(text.len <= INT_MAX && !head->end);
    int status = head->fields_from ? 0 : read_request_line(head, text, limits);
    while (!status && !head->end)
        status = read_head_line(head, text, limits);
    return status ? status : judge_head(head, text, limits);
}
