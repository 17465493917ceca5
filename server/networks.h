// SPDX-License-Identifier: MIT
//
// Lists of networks: "10.0.0.0/8", "192.0.2.7", "2001:db8::/32", and "unix:" for whoever comes by a
// Unix socket.
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
    bool local; // "unix:" is one of them
};

// Reads the list of the setting `key`. False and error when a member is no network.
bool networks_read(struct networks *networks, struct value list, const char *key,
                   struct error *error);
// Whether the address, as text, lies in one of them. What is no address lies in none.
bool networks_have(const struct networks *networks, struct slice address);

// An address in the 128-bit form; a port and brackets are dropped. False when it is none.
bool networks_parse_address(struct slice text, unsigned char out[16]);

#endif
