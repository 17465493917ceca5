// SPDX-License-Identifier: MIT
//
// Addresses and networks are compared as 128 bits, IPv4 mapped into IPv6.
#include "networks.h"

#include "base/ascii.h"

#include <arpa/inet.h>

static const struct slice LOCAL = {"unix:", 5};

static bool parse_plain_address(struct slice text, unsigned char out[16])
{
    char name[INET6_ADDRSTRLEN];
    if (text.len == 0 || text.len >= sizeof name)
        return false;
    memcpy(name, text.ptr, text.len);
    name[text.len] = '\0';
    if (inet_pton(AF_INET6, name, out) == 1)
        return true;
    memcpy(out, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    return inet_pton(AF_INET, name, out + 12) == 1;
}

bool networks_parse_address(struct slice text, unsigned char out[16])
{
    text = slice_trim(text);
    if (text.len && text.ptr[0] == '[')
        return parse_plain_address(slice_sub(text, 1, slice_find_byte(text, ']', 0)), out);
    return parse_plain_address(text, out) ||
           parse_plain_address(slice_sub(text, 0, slice_find_byte(text, ':', 0)), out);
}

// Digits alone: anything after them that were ignored would make a network larger than meant.
static bool parse_bits(struct slice text, unsigned most, unsigned *out)
{
    unsigned bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]) || bits > most)
            return false;
        bits = bits * 10 + (unsigned)(text.ptr[i] - '0');
    }
    *out = bits;
    return text.len && bits <= most;
}

static bool parse(struct networks *networks, struct slice text)
{
    text = slice_trim(text);
    if (slice_equal(text, LOCAL)) {
        networks->local = true;
        return true;
    }
    size_t slash = slice_find_byte(text, '/', 0);
    struct slice address = slice_sub(text, 0, slash);
    bool v4 = slice_find_byte(address, ':', 0) == SIZE_MAX;
    unsigned most = v4 ? 32 : 128, bits = most;
    if (networks->count == NETWORKS_MAX ||
        !parse_plain_address(address, networks->list[networks->count].address) ||
        (slash != SIZE_MAX && !parse_bits(slice_sub(text, slash + 1, text.len), most, &bits)))
        return false;
    networks->list[networks->count++].bits = bits + (v4 ? 96 : 0);
    return true;
}

bool networks_read(struct networks *networks, struct value list, const char *key,
                   struct error *error)
{
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct slice text = value_text(value_item(NULL, list, i));
        if (parse(networks, text))
            continue;
        error_set(error, ERROR_CONFIG, "%s: %.*s is no network", key, SLICE_ARG(text));
        error_hint(error, "write it as 10.0.0.0/8, 192.0.2.7, 2001:db8::/32 or unix:; at most %d",
                   NETWORKS_MAX);
        return false;
    }
    return true;
}

static bool is_within_network(const unsigned char network[16], unsigned bits,
                              const unsigned char address[16])
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(network, address, whole) != 0)
        return false;
    return !rest || ((network[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

bool networks_have(const struct networks *networks, struct slice text)
{
    unsigned char address[16];
    if (slice_equal(text, LOCAL))
        return networks->local;
    if (!networks->count || !networks_parse_address(text, address))
        return false;
    for (size_t i = 0; i < networks->count; i++)
        if (is_within_network(networks->list[i].address, networks->list[i].bits, address))
            return true;
    return false;
}
