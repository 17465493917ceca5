// SPDX-License-Identifier: MIT
//
// The fields of proxies are read from the right: each proxy appends what it saw, so the last entry
// that no trusted proxy has added is the client, and everything left of it is the client's claim.
//
// Only one of the two kinds of fields is used. A proxy that sets one passes the other on unchanged.
#include "proxy.h"

#include "base/ascii.h"

#include <arpa/inet.h>

bool proxies_read(struct proxies *proxies, const struct settings *settings, struct error *error)
{
    proxies->forwarded = settings->forwarded;
    return networks_read(&proxies->trusted, settings->trusted_proxies, "trusted_proxies", error);
}

// A list that proxies append to: some to the field's last line, some (HAProxy) as a line of its
// own. Both mean the same (RFC 9110 §5.3).
struct list {
    const struct request *request;
    struct slice name;
    size_t lines;      // of the request, that have not been read
    struct slice line; // what is left of the last one read
};

static struct list list_of(const struct request *request, struct slice name)
{
    return (struct list){request, name, request->header_count, SLICE_EMPTY};
}

static bool take_line(struct list *list)
{
    while (list->lines) {
        const struct http_header *header = &list->request->headers[--list->lines];
        list->line = header->value;
        if (slice_equal_ignore_case(header->name, list->name))
            return true;
    }
    return false;
}

// Removes the last entry of a line; commas in quotes do not separate.
static struct slice take_last_of_line(struct slice *line)
{
    size_t at = line->len;
    bool quoted = false;
    while (at > 0 && (quoted || line->ptr[at - 1] != ',')) {
        at--;
        quoted ^= line->ptr[at] == '"';
    }
    struct slice last = slice_trim(slice_sub(*line, at, line->len));
    line->len = at ? at - 1 : 0;
    return last;
}

// The last entry that is left; empty ones do not count (RFC 9110 §5.6.1.2). False: there is none.
static bool take_last(struct list *list, struct slice *entry)
{
    for (*entry = SLICE_EMPTY; !entry->len; *entry = take_last_of_line(&list->line))
        if (!list->line.len && !take_line(list))
            return false;
    return true;
}

// RFC 7239 §4: the value of a parameter of one element, without its quotes; "" if it has none.
static struct slice parameter(struct slice element, struct slice name)
{
    struct slice pair;
    while (slice_split(&element, ';', &pair)) {
        size_t equals = slice_find_byte(pair, '=', 0);
        if (equals == SIZE_MAX ||
            !slice_equal_ignore_case(slice_trim(slice_sub(pair, 0, equals)), name))
            continue;
        struct slice value = slice_trim(slice_sub(pair, equals + 1, pair.len));
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
            value = slice_sub(value, 1, value.len - 1);
        return value;
    }
    return SLICE_EMPTY;
}

static void take_scheme(struct request *request, struct slice scheme)
{
    if (slice_equal_ignore_case(scheme, SLICE("https")))
        request->secure = true;
    else if (slice_equal_ignore_case(scheme, SLICE("http")))
        request->secure = false;
}

static void take_host(struct request *request, struct slice host)
{
    // A name, an address and a port have none of these.
    for (size_t i = 0; i < host.len; i++)
        if ((unsigned char)host.ptr[i] <= 0x20 || strchr("/\\?#@\"<>", host.ptr[i]))
            return;
    if (host.len)
        request->host = host;
}

static bool take_client(struct request *request, struct slice text)
{
    unsigned char address[16];
    request->obscured = !networks_parse_address(text, address);
    if (request->obscured)
        return false; // not an address: entries left of it are no better
    bool v4 = memcmp(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
    return inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? address + 12 : address, request->client,
                     sizeof request->client) != NULL;
}

static bool is_trusted(const struct proxies *proxies, const struct request *request)
{
    return networks_have(&proxies->trusted, slice_from_cstr(request->client));
}

static void apply_forwarded(const struct proxies *proxies, struct request *request)
{
    struct list list = list_of(request, SLICE("Forwarded"));
    struct slice element;
    while (is_trusted(proxies, request) && take_last(&list, &element)) {
        take_scheme(request, parameter(element, SLICE("proto")));
        take_host(request, parameter(element, SLICE("host")));
        if (!take_client(request, parameter(element, SLICE("for"))))
            return;
    }
}

static void apply_x_forwarded(const struct proxies *proxies, struct request *request)
{
    struct list clients = list_of(request, SLICE("X-Forwarded-For"));
    struct list schemes = list_of(request, SLICE("X-Forwarded-Proto"));
    struct list hosts = list_of(request, SLICE("X-Forwarded-Host"));
    struct slice entry;
    if (take_last(&schemes, &entry))
        take_scheme(request, entry);
    if (take_last(&hosts, &entry))
        take_host(request, entry);
    while (is_trusted(proxies, request) && take_last(&clients, &entry))
        if (!take_client(request, entry))
            return;
}

// The proxy's id for the request, so that its log and ours can be correlated. One that is too long,
// or has special characters for a log, is ignored.
static void take_id(struct request *request)
{
    struct slice id = request_only_header(request, SLICE("X-Request-Id"));
    if (!id.len || id.len >= sizeof request->id)
        return;
    for (size_t i = 0; i < id.len; i++)
        if (!ascii_is_digit(id.ptr[i]) && !ascii_is_letter(id.ptr[i]) &&
            !strchr("-_.:+/=@", id.ptr[i]))
            return;
    memcpy(request->id, id.ptr, id.len);
    request->id[id.len] = '\0';
}

// W3C Trace Context §3.2: version-trace-parent-flags, "00-4bf92f3577b34da6a3ce929d0e0e4736-…".
static void take_trace(struct request *request)
{
    struct slice parent = request_only_header(request, SLICE("traceparent"));
    if (parent.len < 55 || parent.ptr[2] != '-' || parent.ptr[35] != '-')
        return;
    struct slice trace = slice_sub(parent, 3, 35);
    bool zero = true;
    for (size_t i = 0; i < trace.len; i++) {
        if (!strchr("0123456789abcdef", trace.ptr[i]))
            return;
        zero = zero && trace.ptr[i] == '0';
    }
    if (!zero)
        request->trace = trace;
}

void proxies_apply(const struct proxies *proxies, struct request *request)
{
    request->host = slice_trim(request_header(request, SLICE("Host")));
    request->secure = request->tls;
    request->trace = SLICE_EMPTY; // of the previous request
    request->obscured = false;
    request->proxied = is_trusted(proxies, request);
    if (!request->proxied)
        return;
    take_id(request);
    take_trace(request);
    if (proxies->forwarded)
        apply_forwarded(proxies, request);
    else
        apply_x_forwarded(proxies, request);
}
