// SPDX-License-Identifier: MIT
//
// The loader's thread: the first load, and another whenever something changes.
#ifndef GUIDANCED_SERVER_RELOAD_H
#define GUIDANCED_SERVER_RELOAD_H

#include "server.h"

#include <signal.h>

struct reloader;

// Starts the thread, which loads the site and publishes it, and again on SIGHUP
// (server->reload_wanted) and on changes. When the first load has ended, it sends this process
// RELOAD_FIRST_SIGNAL. NULL and error if the thread cannot start.
enum { RELOAD_FIRST_SIGNAL = SIGUSR2 };
struct reloader *reloader_start(struct server *server, struct error *error);
// The same, after loading the site the first time itself: NULL and error also if that fails.
struct reloader *reloader_load(struct server *server, struct error *error);

// The state of the first load, and its error if it failed.
enum reloader_state { RELOADER_LOADING, RELOADER_LOADED, RELOADER_FAILED };
enum reloader_state reloader_state(struct reloader *reloader, struct error *error);

// Has it look at once at what is wanted of it. From any thread; NULL allowed.
void reloader_wake(struct reloader *reloader);
// Asks the thread to end, without waiting for it. NULL allowed.
void reloader_end(struct reloader *reloader);
// Ends the thread and withdraws the snapshot.
void reloader_stop(struct reloader *reloader);

#endif
