// SPDX-License-Identifier: MIT
//
// The guard above libmicrohttpd: judges a parsed head by the rules of RFC 9112 and RFC 9110 that
// MHD leaves to its user.
#include "guard.h"
#include "guard_bytes.h"

static bool is_token(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!guard_is_token_byte((unsigned char)text.ptr[i]))
            return false;
    return text.len > 0;
}

static bool is_field_value(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!guard_is_field_byte((unsigned char)text.ptr[i]))
            return false;
    return true;
}

static size_t count_fields(const struct request *request, struct slice name)
{
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        count += slice_equal_ignore_case(request->headers[i].name, name);
    return count;
}

static int check_fields(const struct request *request, const struct http_limits *limits)
{
    size_t bytes = 0;
    if (request->too_many_headers)
        return 431;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *field = &request->headers[i];
        if (!is_token(field->name) || !is_field_value(field->value))
            return 400;
        bytes += field->name.len + field->value.len + 4;
    }
    return bytes > limits->header_bytes ? 431 : 0;
}

static bool is_http_1_0(const struct request *request)
{
    return slice_equal(request->version, SLICE("HTTP/1.0"));
}

// RFC 9112 §6.1 and §6.3: what frames the body must say so once, and in one way.
static int check_framing(const struct request *request, const struct http_limits *limits)
{
    size_t lengths = count_fields(request, SLICE("Content-Length"));
    size_t codings = count_fields(request, SLICE("Transfer-Encoding"));
    struct slice length = request_header(request, SLICE("Content-Length"));
    struct slice coding = slice_trim(request_header(request, SLICE("Transfer-Encoding")));
    if (lengths > 1 || codings > 1 || (lengths && codings) || (codings && is_http_1_0(request)))
        return 400;
    if (codings && !slice_equal_ignore_case(coding, SLICE("chunked")))
        return 501;
    uint64_t bytes = 0;
    for (size_t i = 0; i < length.len; i++) {
        if (length.ptr[i] < '0' || length.ptr[i] > '9' || length.len > 18)
            return 400;
        bytes = bytes * 10 + (uint64_t)(length.ptr[i] - '0');
    }
    if (lengths && !length.len)
        return 400;
    return bytes > limits->body_bytes ? 413 : 0;
}

// RFC 9110 §7.2, RFC 3986 §3.2.2: a name, an address, in brackets or not, and a port.
static bool is_host(struct slice host)
{
    size_t i = 0;
    if (host.len && host.ptr[0] == '[') {
        i = slice_find_byte(host, ']', 0);
        if (i == SIZE_MAX)
            return false;
        for (size_t k = 1; k < i; k++)
            if (!memchr("0123456789abcdefABCDEF:.", host.ptr[k], 24))
                return false;
        i++;
    } else
        while (i < host.len && host.ptr[i] != ':') {
            char c = host.ptr[i++];
            bool alphanumeric = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
            if (!alphanumeric && !memchr("-._~%!$&'()*+,;=", c, 16))
                return false;
        }
    if (i < host.len && host.ptr[i] != ':')
        return false;
    for (size_t k = i + 1; k < host.len; k++)
        if (host.ptr[k] < '0' || host.ptr[k] > '9')
            return false;
    return host.len - i <= 6;
}

// RFC 9112 §3.2: one Host field in HTTP/1.1, at most one in HTTP/1.0.
static int check_host(const struct request *request)
{
    size_t hosts = count_fields(request, SLICE("Host"));
    if (hosts > 1 || (!hosts && !is_http_1_0(request)))
        return 400;
    return is_host(slice_trim(request_header(request, SLICE("Host")))) ? 0 : 400;
}

// The path and query of the four forms of a target (RFC 9112 §3.2); ptr NULL when it has none.
static struct slice origin_form(const struct request *request)
{
    struct slice target = request->target;
    if (target.len && target.ptr[0] == '/')
        return target;
    if (slice_equal(target, SLICE("*")) && request->method == HTTP_OPTIONS)
        return SLICE("/");
    size_t scheme = slice_equal_ignore_case(slice_sub(target, 0, 7), SLICE("http://"))    ? 7
                    : slice_equal_ignore_case(slice_sub(target, 0, 8), SLICE("https://")) ? 8
                                                                                          : 0;
    if (!scheme)
        return SLICE_EMPTY;
    size_t slash = slice_find_byte(target, '/', scheme);
    struct slice authority = slice_sub(target, scheme, slash);
    if (!authority.len || !is_host(authority))
        return SLICE_EMPTY;
    return slash == SIZE_MAX ? SLICE("/") : slice_sub(target, slash, target.len);
}

static int check_target(struct request *request, const struct http_limits *limits)
{
    struct slice target = request->target;
    if (target.len > limits->target_bytes)
        return 414;
    // RFC 3986 §2: what is not ASCII is percent-encoded; a fragment is never sent.
    for (size_t i = 0; i < target.len; i++)
        if (!guard_is_target_byte((unsigned char)target.ptr[i]))
            return 400;
    struct slice origin = origin_form(request);
    if (!origin.ptr)
        return 400;
    size_t mark = slice_find_byte(origin, '?', 0);
    request->query = mark == SIZE_MAX ? SLICE("") : slice_sub(origin, mark + 1, origin.len);
    return http_normalise_path(request->arena, slice_sub(origin, 0, mark), &request->path) ? 0
                                                                                           : 400;
}

// RFC 9110 §10.1.1.
static int check_expect(const struct request *request)
{
    struct slice expect = slice_trim(request_header(request, SLICE("Expect")));
    return !expect.len || slice_equal_ignore_case(expect, SLICE("100-continue")) ? 0 : 417;
}

// RFC 9110 §9: methods of the registry are known and not allowed here (405, by the handler);
// others are not implemented.
static int check_method(const struct request *request)
{
    static const char *const KNOWN[] = {"PUT", "DELETE", "PATCH", "TRACE", "CONNECT"};
    if (request->method != HTTP_METHOD_OTHER)
        return 0;
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (slice_equal(request->method_text, slice_from_cstr(KNOWN[i])))
            return 0;
    return is_token(request->method_text) ? 501 : 400;
}

static int check_version(const struct request *request)
{
    return is_http_1_0(request) || slice_equal(request->version, SLICE("HTTP/1.1")) ? 0 : 505;
}

int guard_check_head(struct request *request, const struct http_limits *limits)
{
    int status = check_version(request);
    if (!status)
        status = check_fields(request, limits);
    if (!status)
        status = check_framing(request, limits);
    if (!status)
        status = check_host(request);
    if (!status)
        status = check_method(request);
    if (!status)
        status = check_target(request, limits);
    return status ? status : check_expect(request);
}
