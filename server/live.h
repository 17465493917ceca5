// SPDX-License-Identifier: MIT
//
// Development: the browser reloads by itself. Each page ends with a script that listens to
// server-sent events, and reloads the page when the site has a newer version, or an error, since
// the page was made.
//
// Thread-safety: every function from any thread.
#ifndef GUIDANCED_SERVER_LIVE_H
#define GUIDANCED_SERVER_LIVE_H

#include "server/http/http.h"

#include <stdatomic.h>

struct live {
    atomic_uint_fast64_t version; // of the pages' content, including errors
    atomic_uint_fast64_t beat;    // so that connections of departed clients are noticed
};

struct server;

// The script's tag, to put after a page; "" unless in development.
struct slice live_tag(struct server *server, struct arena *arena);
// Announces a new version. No effect unless in development.
void live_changed(struct server *server);
void live_beat(struct server *server);

#endif
