// SPDX-License-Identifier: MIT
//
// Clients behind proxies: X-Forwarded-For is believed as far as the addresses that added to it are
// those of configured networks.
#ifndef GUIDANCED_SERVER_PROXY_H
#define GUIDANCED_SERVER_PROXY_H

#include "http.h"
#include "site/settings.h"

enum { PROXY_NETWORKS_MAX = 64 };

struct proxy_network {
    unsigned char address[16]; // IPv4 as ::ffff:a.b.c.d
    unsigned bits;             // of 128
};

struct proxies {
    struct proxy_network networks[PROXY_NETWORKS_MAX];
    size_t count;
};

// Reads `trusted_proxies`: "10.0.0.0/8", "::1". False and error when one is no network.
bool proxies_read(struct proxies *proxies, const struct settings *settings, struct error *error);

// Puts the client's address in place of the proxy's.
void proxies_apply(const struct proxies *proxies, struct request *request);

#endif
