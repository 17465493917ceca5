// SPDX-License-Identifier: MIT
//
// The databases of a site: the cache, and if the settings say so feedback and usage.
//
// Thread-safety: one thread at a time.
#ifndef GUIDANCED_SERVER_STORES_H
#define GUIDANCED_SERVER_STORES_H

#include "server.h"

// Opens what server->settings name. `arena` lives as long as the server; `workers`: how many count
// usage. False and error on failure; stores_close frees what is open.
bool stores_open(struct server *server, struct arena *arena, unsigned workers, struct error *error);
// Starts their threads: after the sandbox.
bool stores_start(struct server *server, struct error *error);
// What entries of feedback say of their site, in a store of several.
struct slice stores_feedback_site(const struct settings *settings);
// Call it when no worker uses them any more.
void stores_close(struct server *server);

#endif
