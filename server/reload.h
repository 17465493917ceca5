// SPDX-License-Identifier: MIT
//
// The loader's thread: the first load, and one again whenever something changed.
#ifndef GUIDANCED_SERVER_RELOAD_H
#define GUIDANCED_SERVER_RELOAD_H

#include "server.h"

struct reloader;

// Loads the site once in the calling thread and publishes it; then starts the thread that loads it
// again on SIGHUP (server->reload_wanted) and on changes. NULL and error when the first load fails.
struct reloader *reloader_start(struct server *server, struct error *error);
// Ends the thread and withdraws the snapshot.
void reloader_stop(struct reloader *reloader);

#endif
