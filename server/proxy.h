// SPDX-License-Identifier: MIT
//
// Clients behind proxies: what X-Forwarded-For, -Proto and -Host say, or RFC 7239's Forwarded, is
// believed as far as the addresses that added to it are those of `trusted_proxies`.
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

// Reads `trusted_proxies` and `forwarded`. False and error when one is no network.
bool proxies_read(struct proxies *proxies, const struct settings *settings, struct error *error);

// Puts the client's address, scheme and host in place of the proxy's.
void proxies_apply(const struct proxies *proxies, struct request *request);

#endif
