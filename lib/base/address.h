// SPDX-License-Identifier: MIT
//
// An address to listen on, as it is written: 127.0.0.1:8080, [::1]:8080, localhost:8080,
// :8080 or *:8080 for every address of the machine, unix:/run/guidanced.sock.
#ifndef GUIDANCED_BASE_ADDRESS_H
#define GUIDANCED_BASE_ADDRESS_H

#include "error.h"
#include "slice.h"

struct address {
    char path[108]; // of a Unix socket; "" for TCP
    char host[256]; // without brackets; "" for every address
    char port[6];   // digits without leading zeros; "0" for any free one
};

// False and an error with a hint if it is invalid. Pure.
bool address_parse(struct slice text, struct address *out, struct error *error);
// What a browser on this machine calls it, into `out`: "127.0.0.1:8080", and "localhost:8080" for
// every address or a Unix socket.
void address_write_authority(const struct address *address, char *out, size_t size);

#endif
