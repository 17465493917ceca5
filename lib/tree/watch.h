// SPDX-License-Identifier: MIT
//
// Watching from the inside: what to watch, for watch.c and watch_poll.c.
#ifndef GUIDANCED_TREE_WATCH_H
#define GUIDANCED_TREE_WATCH_H

#include "tree.h"

// Names that are not part of a site: those that begin with one dot – editors' swap files, our cache
// – but not with two, which Kubernetes swaps when a ConfigMap changes; and installed packages.
bool watch_is_hidden(const char *name);

// Calls fn for each directory and file of the source, absolute and NUL-terminated: its root and
// places, and what else is watched. Installed packages (node_modules) are left out: they do not
// change while authors write.
void watch_each_path(const struct tree_source *source, struct arena *arena, tree_path_fn fn,
                     void *state);
// Whether one of the paths is on a file system that sends no events for others' changes.
bool watch_must_poll(const struct tree_source *source, struct arena *arena);
// A number that changes when a file below one of the paths does.
uint64_t watch_poll(const struct tree_source *source, struct arena *arena);

#endif
