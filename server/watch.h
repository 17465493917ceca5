// SPDX-License-Identifier: MIT
//
// Watching what a site is made of: its pages, layouts, data, assets and guidance.yaml. By inotify,
// and where a mount has no events (network file systems, shared folders of virtual machines), by
// walking the files.
//
// Thread-safety: one thread, the loader's.
#ifndef GUIDANCED_SERVER_WATCH_H
#define GUIDANCED_SERVER_WATCH_H

#include "base/log.h"
#include "settings/settings.h"

struct watch;

// Watches what the settings name; they must outlive it. What cannot be watched is walked, and the
// log says so. NULL when out of memory. The caller owns it.
struct watch *watch_create(const struct settings *settings, struct log *log);
void watch_destroy(struct watch *watch);

// Waits up to timeout_ms for a change. True when there was one; what follows within a few
// milliseconds of it is taken together.
bool watch_wait(struct watch *watch, int timeout_ms);

// The files that have been saved since it was last asked, absolute; false when more has happened
// than that, or may have. Valid until the next call for this watch.
bool watch_saved(struct watch *watch, const struct slice **paths, size_t *count);

#endif
