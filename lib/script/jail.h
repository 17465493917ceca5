// SPDX-License-Identifier: MIT
//
// What the process of a host may still do, once it runs JavaScript that others have written: read
// the site, the node_modules and what node itself is made of, write one directory, compute. It
// starts no process, makes no connection, signals nobody, changes nobody's rights, and sees no
// environment but its own.
//
// Thread-safety: for the child of a fork, before it becomes node.
#ifndef GUIDANCED_SCRIPT_JAIL_H
#define GUIDANCED_SCRIPT_JAIL_H

#include "base/landlock.h"
#include "script.h"

#include <limits.h>

// Entries of the site's directory among them.
enum { JAIL_PATHS_MAX = 1024, JAIL_TEXT = 1 << 17 };

struct jail {
    struct landlock_path paths[JAIL_PATHS_MAX];
    size_t count;
    bool network;
    size_t memory_bytes;
    char program[PATH_MAX]; // node, its links followed
    char text[JAIL_TEXT];   // paths that were made up
    size_t used;
};

// What took effect in the child.
struct jail_result {
    int landlock_abi; // 0: the kernel has none
    bool confined;    // system calls are filtered
};

// Finds the program and the paths it needs. What lies beside the scratch directory, when that is
// below the site, is the daemon's own (its cache, what readers wrote), and is not to be read: so
// each entry of the site is a path of its own, and what is added to the site later is for the next
// host. `own`: the directory of the host's own program. False and error when there is no such
// program, or it is none that can be held in (a shell script).
bool jail_plan(struct jail *jail, const struct script_options *options, const char *own,
               struct error *error);
// Gives the rights away. False: they could not be, and nothing may be run.
bool jail_enter(const struct jail *jail, struct jail_result *result);

// jail_calls.c: no system call from then on but those that computing and files need. `self` is the
// process, the only one it may signal.
bool jail_calls(bool network, int self);

#endif
