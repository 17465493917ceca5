// SPDX-License-Identifier: MIT
//
// Lists of networks: "10.0.0.0/8", "192.0.2.7", "2001:db8::/32", and "unix:" for clients of a Unix
// socket.
//
// Thread-safety: immutable once read.
#ifndef GUIDANCED_SERVER_NETWORKS_H
#define GUIDANCED_SERVER_NETWORKS_H

#include "value/value.h"

enum { NETWORKS_MAX = 64 };

struct networks {
    struct {
        unsigned char address[16]; // IPv4 as ::ffff:a.b.c.d
        unsigned bits;             // of 128
    } list[NETWORKS_MAX];
    size_t count;
    bool local; // the list has "unix:"
};

// Reads the list of the setting `key`. False and error if a member is not a network.
bool networks_read(struct networks *networks, struct value list, const char *key,
                   struct error *error);
// Whether the address, as text, lies in one of them. False for anything but an address.
bool networks_have(const struct networks *networks, struct slice address);

// An address in the 128-bit form; a port and brackets are dropped. False if it is not an address.
bool networks_parse_address(struct slice text, unsigned char out[16]);

#endif
