// SPDX-License-Identifier: MIT
//
// Watching the site's files: inotify, and where a mount has no events, the newest change seen by a
// walk every second.
//
// Thread-safety: one thread, the loader's.
#ifndef GUIDANCED_SERVER_WATCH_H
#define GUIDANCED_SERVER_WATCH_H

#include "site/settings.h"

struct watch;

// Watches input, includes, layouts and the settings file. NULL when nothing can be watched (the
// caller polls then, by watch_poll). The caller owns it.
struct watch *watch_create(const struct settings *settings);
void watch_destroy(struct watch *watch);

// Waits up to timeout_ms for a change. True when there was one; what follows within a few
// milliseconds of it is taken together.
bool watch_wait(struct watch *watch, int timeout_ms);

// A number that changes when a file does: for polling.
uint64_t watch_poll(const struct settings *settings);

#endif
