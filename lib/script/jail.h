// SPDX-License-Identifier: MIT
//
// What a host process may still do when it runs the site's JavaScript: read the site, node_modules
// and node's own files, write to one directory, compute. It cannot start processes, open
// connections, signal others or change permissions, and has its own environment.
//
// Thread-safety: for the child of a fork, before it becomes node.
#ifndef GUIDANCED_SCRIPT_JAIL_H
#define GUIDANCED_SCRIPT_JAIL_H

#include "base/landlock.h"
#include "script.h"

#include <limits.h>

// Including entries of the site's directory.
enum { JAIL_PATHS_MAX = 8192, JAIL_TEXT = 1 << 20 };

struct jail {
    struct landlock_path paths[JAIL_PATHS_MAX];
    size_t count;
    bool network;
    size_t memory_bytes;
    char program[PATH_MAX]; // node, its links followed
    char text[JAIL_TEXT];   // storage for composed paths
    size_t used;
    bool full; // paths have been left out
};

// What took effect in the child.
struct jail_result {
    int landlock_abi; // 0: the kernel has none
    bool confined;    // system calls are filtered
};

// Finds the program and the paths it needs. If the scratch directory is below the site, its
// siblings are the daemon's own (its cache, readers' feedback) and must not be read: so each entry
// of the site is a separate path, and entries added later are visible only to the next host. `own`:
// the directory of the host's own program. False and error if there is no such program, or it
// cannot be confined (a shell script); or if the site's entries cannot be listed, or are too many.
bool jail_plan(struct jail *jail, const struct script_options *options, const char *own,
               struct error *error);
// Gives up the rights. False: this failed, and nothing may be run.
bool jail_enter(const struct jail *jail, struct jail_result *result);

// jail_calls.c: from then on only the system calls that computing and files need. `self` is the
// process, the only one it may signal.
bool jail_calls(bool network, int self);

#endif
