// SPDX-License-Identifier: MIT
//
// X-Forwarded-For, read from the right: each proxy appends the address it was called from, so the
// last entry that no trusted proxy has is the client, and what stands left of it is its own claim.
#include "proxy.h"

#include <arpa/inet.h>
#include <stdio.h>

// An address in the 128-bit form; ports and brackets are dropped. False: it is none.
static bool parse_address(struct slice text, unsigned char out[16])
{
    char name[INET6_ADDRSTRLEN + 1];
    struct in_addr v4;
    struct in6_addr v6;
    text = slice_trim(text);
    if (text.len && text.ptr[0] == '[')
        text = slice_sub(text, 1, slice_find_byte(text, ']', 0));
    if (text.len == 0 || text.len >= sizeof name)
        return false;
    memcpy(name, text.ptr, text.len);
    name[text.len] = '\0';
    if (inet_pton(AF_INET6, name, &v6) == 1) {
        memcpy(out, &v6, 16);
        return true;
    }
    char *colon = strchr(name, ':');
    if (colon)
        *colon = '\0';
    if (inet_pton(AF_INET, name, &v4) != 1)
        return false;
    memcpy(out, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    memcpy(out + 12, &v4, 4);
    return true;
}

static bool parse_network(struct slice text, struct proxy_network *out)
{
    size_t slash = slice_find_byte(text, '/', 0);
    struct slice address = slice_sub(text, 0, slash);
    bool v4 = slice_find_byte(address, ':', 0) == SIZE_MAX;
    double bits = slash == SIZE_MAX ? (v4 ? 32 : 128)
                                    : value_parse_int(slice_sub(text, slash + 1, text.len), 10);
    if (!parse_address(address, out->address) || !(bits >= 0 && bits <= (v4 ? 32 : 128)))
        return false;
    out->bits = (unsigned)bits + (v4 ? 96 : 0);
    return true;
}

bool proxies_read(struct proxies *proxies, const struct settings *settings, struct error *error)
{
    struct value list = settings_value(settings, "trusted_proxies");
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct slice text = value_text(value_item(NULL, list, i));
        if (proxies->count == PROXY_NETWORKS_MAX ||
            !parse_network(text, &proxies->networks[proxies->count])) {
            error_set(error, ERROR_CONFIG, "trusted_proxies: %.*s is no network", SLICE_ARG(text));
            error_hint(error, "write it as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32");
            return false;
        }
        proxies->count++;
    }
    return true;
}

static bool is_within(const struct proxy_network *network, const unsigned char address[16])
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;
    if (memcmp(network->address, address, whole) != 0)
        return false;
    return !rest || ((network->address[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

static bool is_trusted(const struct proxies *proxies, struct slice text)
{
    unsigned char address[16];
    if (!parse_address(text, address))
        return false;
    for (size_t i = 0; i < proxies->count; i++)
        if (is_within(&proxies->networks[i], address))
            return true;
    return false;
}

// Takes the last entry off a comma-separated list.
static struct slice take_last(struct slice *list)
{
    size_t at = list->len;
    while (at > 0 && list->ptr[at - 1] != ',')
        at--;
    struct slice last = slice_trim(slice_sub(*list, at, list->len));
    list->len = at ? at - 1 : 0;
    return last;
}

void proxies_apply(const struct proxies *proxies, struct request *request)
{
    struct slice list = request_header(request, SLICE("X-Forwarded-For"));
    unsigned char address[16];
    while (list.len && is_trusted(proxies, slice_from_cstr(request->client))) {
        struct slice entry = take_last(&list);
        if (!parse_address(entry, address))
            return; // not an address: what stands left of it is no better
        bool v4 = memcmp(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
        inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? address + 12 : address, request->client,
                  sizeof request->client);
    }
}
