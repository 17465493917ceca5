// SPDX-License-Identifier: MIT
//
// Each mistake has its own message: some libraries truncate a port number, others look it up as a
// name, and a server that listens elsewhere than it was told to is worse than none.
#include "address.h"

#include <stdio.h>
#include <string.h>

enum { PORT_MAX = 65535 };

static bool address_fail(struct error *error, struct slice text, const char *why)
{
    error_set(error, ERROR_CONFIG, "not an address to listen on: \"%.*s\": %s", SLICE_ARG(text),
              why);
    error_hint(error, "write it as 127.0.0.1:8080, [::1]:8080, :8080 for every address, or "
                      "unix:/path");
    return false;
}

static bool is_digits(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0;
}

static const char *read_port(struct slice text, struct address *out)
{
    unsigned port = 0;
    if (!text.len)
        return "the port is missing after the colon";
    if (!is_digits(text))
        return "the port must be a number from 0 to 65535";
    for (size_t i = 0; i < text.len && port <= PORT_MAX; i++)
        port = port * 10 + (unsigned)(text.ptr[i] - '0');
    if (port > PORT_MAX)
        return "ports go from 0 to 65535";
    snprintf(out->port, sizeof out->port, "%hu", (unsigned short)port);
    return NULL;
}

static bool is_host_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

static const char *read_socket_name(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_host_byte(text.ptr[i]))
            return "a host is a name or a number, without scheme, path or spaces";
    return NULL;
}

static const char *read_host(struct slice text, struct address *out)
{
    bool brackets = text.len >= 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']';
    if (text.len >= sizeof out->host)
        return "the host is too long";
    if (slice_equal(text, SLICE("*")))
        text = SLICE_EMPTY;
    const char *why = NULL;
    if (brackets)
        text = slice_sub(text, 1, text.len - 1);
    else if (slice_find_byte(text, ':', 0) != SIZE_MAX)
        why = "an IPv6 address needs brackets, and a scheme is not allowed";
    else
        why = read_socket_name(text);
    if (brackets && !text.len)
        why = "the brackets are empty";
    if (why)
        return why;
    if (text.len)
        memcpy(out->host, text.ptr, text.len);
    return NULL;
}

static const char *read_path(struct slice path, struct address *out)
{
    if (!path.len)
        return "the path of the socket is missing";
    if (path.len >= sizeof out->path)
        return "the path of a socket has at most 107 bytes";
    memcpy(out->path, path.ptr, path.len);
    return NULL;
}

bool address_parse(struct slice text, struct address *out, struct error *error)
{
    *out = (struct address){0};
    if (!text.len)
        return address_fail(error, text, "it is empty");
    if (slice_find_byte(text, '\0', 0) != SIZE_MAX)
        return address_fail(error, text, "it has a NUL");
    const char *why;
    if (slice_starts_with(text, SLICE("unix:")))
        why = read_path(slice_sub(text, 5, text.len), out);
    else {
        size_t colon = SIZE_MAX;
        for (size_t i = 0; i < text.len; i++)
            colon = text.ptr[i] == ':' ? i : colon;
        why = colon == SIZE_MAX ? "it needs a host, a colon and a port"
                                : read_host(slice_sub(text, 0, colon), out);
        if (!why)
            why = read_port(slice_sub(text, colon + 1, text.len), out);
    }
    return !why || address_fail(error, text, why);
}

void address_write_authority(const struct address *address, char *out, size_t size)
{
    static const char *const EVERY[] = {"", "0.0.0.0", "::"};
    bool every = false;
    for (size_t i = 0; i < sizeof EVERY / sizeof *EVERY; i++)
        every |= strcmp(address->host, EVERY[i]) == 0;
    if (address->path[0])
        snprintf(out, size, "localhost");
    else if (every)
        snprintf(out, size, "localhost:%s", address->port);
    else
        snprintf(out, size, strchr(address->host, ':') ? "[%s]:%s" : "%s:%s", address->host,
                 address->port);
}
