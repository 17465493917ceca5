// SPDX-License-Identifier: MIT
//
// What there is to watch of a site. Private to watch.c and watch_poll.c.
#ifndef GUIDANCED_SERVER_WATCH_PATHS_H
#define GUIDANCED_SERVER_WATCH_PATHS_H

#include "base/file.h"
#include "settings/settings.h"

// Calls fn for each directory, file or link that the settings name: absolute, NUL-terminated.
// Installed packages (node_modules) are left out: they do not change while one writes.
typedef void (*watch_path_fn)(void *state, const char *path);
void watch_each_path(const struct settings *settings, struct arena *arena, watch_path_fn fn,
                     void *state);

// Whether one of the paths lies on a file system that sends no events of what others change.
bool watch_must_poll(const struct settings *settings, struct arena *arena);
// A number that changes when a file below one of the paths does.
uint64_t watch_poll(const struct settings *settings, struct arena *arena);

// Names that are no part of a site: those that begin with a dot – editors' swap files, our cache –
// but for "..data", which Kubernetes swaps when a ConfigMap changes; and installed packages.
bool watch_is_hidden(const char *name);

#endif
