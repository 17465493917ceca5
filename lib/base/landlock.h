// SPDX-License-Identifier: MIT
//
// Landlock by its system calls, since Debian 12 has no library for it: from then on the process can
// reach only files below the given paths.
//
// Thread-safety: it binds the calling thread, and whatever that starts later.
#ifndef GUIDANCED_BASE_LANDLOCK_H
#define GUIDANCED_BASE_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

enum landlock_right {
    LANDLOCK_READ = 1,       // files and directories
    LANDLOCK_WRITE = 2,      // and makes and removes files, directories and sockets
    LANDLOCK_EXECUTE = 4,    // and runs it as a program
    LANDLOCK_LIST = 8,       // only the names in directories
    LANDLOCK_LINK = 16,      // of a symbolic link itself, which is not followed
    LANDLOCK_MAKE_LINK = 32, // makes symbolic links
};

struct landlock_path {
    const char *path; // a directory with all below it, or a file; missing ones are ignored
    int rights;       // enum landlock_right, ored
};

// What is restricted in addition to files, as far as the kernel can.
enum landlock_scope {
    LANDLOCK_NETWORK = 1, // no TCP connection or listener (ABI 4)
    LANDLOCK_OTHERS = 2,  // no signal to, or abstract socket of, others (ABI 6)
};

// The ABI that took effect; 0: the kernel has no Landlock. Call it after PR_SET_NO_NEW_PRIVS.
int landlock_enter(const struct landlock_path *paths, size_t count, int scopes);

#endif
