// SPDX-License-Identifier: MIT
//
// Clients behind proxies: X-Forwarded-For, -Proto and -Host, or RFC 7239's Forwarded, are believed
// as far as the addresses that added to them are in `trusted_proxies`.
//
// Thread-safety: immutable once read.
#ifndef GUIDANCED_SERVER_PROXY_H
#define GUIDANCED_SERVER_PROXY_H

#include "networks.h"
#include "server/http/http.h"
#include "settings/settings.h"

struct proxies {
    struct networks trusted;
    bool forwarded; // they send Forwarded; else X-Forwarded-*
};

// Reads `trusted_proxies` and `forwarded`. False and error if one is not a network.
bool proxies_read(struct proxies *proxies, const struct settings *settings, struct error *error);

// Replaces the proxy's address, scheme and host by the client's.
void proxies_apply(const struct proxies *proxies, struct request *request);

#endif
