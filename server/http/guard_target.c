// SPDX-License-Identifier: MIT
//
// The forms of a target, and the authority in the target or in Host.
#include "guard_bytes.h"
#include "guard_head.h"

#include "base/ascii.h"

#include <arpa/inet.h>

enum { HOST_MAX = 255 }; // RFC 1035 §2.3.4

// RFC 3986 §2.3, §2.2: unreserved characters and sub-delimiters.
static bool is_host_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c && strchr("-._~!$&'()*+,;=", c));
}

// §3.2.2: reg-name, which includes IPv4 addresses.
static bool is_host_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '%') {
            if (ascii_escaped_byte(name, i) < 0)
                return false;
            i += 2;
        } else if (!is_host_byte(name.ptr[i]))
            return false;
    }
    return name.len <= HOST_MAX;
}

// §3.2.2: in brackets: IPv6address or IPvFuture.
static bool is_literal(struct slice literal)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (literal.len && (literal.ptr[0] | 0x20) == 'v') {
        size_t dot = slice_find_byte(literal, '.', 1);
        for (size_t i = 1; i < literal.len; i++)
            if (i < dot ? ascii_hex_value(literal.ptr[i]) < 0
                        : !is_host_byte(literal.ptr[i]) && literal.ptr[i] != ':')
                return false;
        return dot != SIZE_MAX && dot > 1 && dot + 1 < literal.len;
    }
    if (!literal.len || literal.len >= sizeof text)
        return false;
    memcpy(text, literal.ptr, literal.len);
    text[literal.len] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

// §3.2.3: digits or nothing. RFC 9293 §3.1: 16 bits.
static bool is_port(struct slice port)
{
    unsigned number = 0;
    for (size_t i = 0; i < port.len; i++) {
        if (port.ptr[i] < '0' || port.ptr[i] > '9')
            return false;
        number = number * 10 + (unsigned)(port.ptr[i] - '0');
        if (number > 65535)
            return false;
    }
    return true;
}

bool guard_is_host(struct slice host)
{
    size_t end;
    if (!host.len)
        return true;
    if (host.ptr[0] == '[') {
        end = slice_find_byte(host, ']', 0);
        if (end == SIZE_MAX || !is_literal(slice_sub(host, 1, end)))
            return false;
        end++;
    } else {
        end = slice_find_byte(host, ':', 0);
        if (!end || !is_host_name(slice_sub(host, 0, end)))
            return false;
    }
    return end >= host.len || (host.ptr[end] == ':' && is_port(slice_sub(host, end + 1, host.len)));
}

static struct guard_span part(struct slice text, struct slice of)
{
    return (struct guard_span){(uint32_t)(of.ptr - text.ptr), (uint32_t)of.len};
}

// Splits a path, perhaps empty, and a query.
static void split_target(struct guard_head *head, struct slice text, struct slice origin)
{
    size_t mark = slice_find_byte(origin, '?', 0);
    head->path = part(text, slice_sub(origin, 0, mark));
    if (mark != SIZE_MAX)
        head->query = part(text, slice_sub(origin, mark + 1, origin.len));
}

// RFC 9112 §3.2.2: its host overrides the field's. RFC 9110 §4.2.1 and §4.2.4: it must exist, and
// name no user (`@` is not a byte of a host).
static bool read_absolute(struct guard_head *head, struct slice text, struct slice target)
{
    size_t from = slice_equal_ignore_case(slice_sub(target, 0, 7), SLICE("http://"))    ? 7
                  : slice_equal_ignore_case(slice_sub(target, 0, 8), SLICE("https://")) ? 8
                                                                                        : 0;
    if (!from)
        return false;
    size_t end = from;
    while (end < target.len && target.ptr[end] != '/' && target.ptr[end] != '?')
        end++;
    struct slice host = slice_sub(target, from, end);
    if (!host.len || !guard_is_host(host))
        return false;
    head->absolute = true;
    head->host = part(text, host);
    split_target(head, text, slice_sub(target, end, target.len));
    return true;
}

bool guard_target_read(struct guard_head *head, struct slice text)
{
    struct slice target =
        slice_sub(text, head->target.at, (size_t)head->target.at + head->target.length);
    struct slice method =
        slice_sub(text, head->method.at, (size_t)head->method.at + head->method.length);
    if (target.ptr[0] == '/') {
        split_target(head, text, target);
        return true;
    }
    if (slice_equal(target, SLICE("*")))
        return slice_equal(method, SLICE("OPTIONS")); // §3.2.4: the server as a whole
    return read_absolute(head, text, target);
}
