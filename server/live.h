// SPDX-License-Identifier: MIT
//
// Development: the browser reloads by itself. Each page ends with a script that listens to
// server-sent events, and loads the page again when there is another version of the site, or an
// error in it, than the one the page was made of.
//
// Thread-safety: every function from any thread.
#ifndef GUIDANCED_SERVER_LIVE_H
#define GUIDANCED_SERVER_LIVE_H

#include "server/http/http.h"

#include <stdatomic.h>

struct live {
    atomic_uint_fast64_t version; // of what pages say, errors included
    atomic_uint_fast64_t beat;    // so that connections whose client has gone are noticed
};

struct server;

// The tag of the script, to be put after a page; "" when not in development.
struct slice live_tag(struct server *server, struct arena *arena);
// There is another version. Nothing happens when not in development.
void live_changed(struct server *server);
void live_beat(struct server *server);

#endif
