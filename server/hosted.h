// SPDX-License-Identifier: MIT
//
// The server of one site among several, while it is in memory: a struct server with databases and a
// loader of its own.
//
// Thread-safety: retain and release from any thread; start and stop by one at a time.
#ifndef GUIDANCED_SERVER_HOSTED_H
#define GUIDANCED_SERVER_HOSTED_H

#include "server.h"

struct hosted {
    struct server server;
    struct arena *arena;
    struct repository *repository; // of its settings; NULL: none
    struct reloader *reloader;
    atomic_uint references; // of requests
};

// Whether a site with these settings may be started. False and error: not.
typedef bool (*hosted_admit)(void *state, struct host *host, const struct settings *settings,
                             struct error *error);
// Reads the settings, asks `admit`, opens the databases and loads the site. NULL and error on
// failure.
struct hosted *hosted_start(struct server *process, struct host *host, hosted_admit admit,
                            void *state, struct error *error);
// No request holds it any more. NULL allowed.
void hosted_stop(struct hosted *hosted);

#endif
