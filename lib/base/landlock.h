// SPDX-License-Identifier: MIT
//
// Landlock by its system calls, since there is no library for it in Debian 12: from then on the
// process reaches no files but those below the paths given.
//
// Thread-safety: it is the calling thread that is bound, and what it starts later.
#ifndef GUIDANCED_BASE_LANDLOCK_H
#define GUIDANCED_BASE_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

enum landlock_right {
    LANDLOCK_READ = 1,    // files and directories
    LANDLOCK_WRITE = 2,   // and makes and removes files, directories and sockets
    LANDLOCK_EXECUTE = 4, // starts it as a program
    LANDLOCK_LIST = 8,    // the names in directories only
    LANDLOCK_LINK = 16,   // of a symbolic link, itself: it is not followed
};

struct landlock_path {
    const char *path; // a directory, and all below it, or a file; one that is not there is left out
    int rights;       // enum landlock_right, ored
};

// What is bound beside files, as far as the kernel can.
enum landlock_scope {
    LANDLOCK_NETWORK = 1, // no TCP connection or listener (ABI 4)
    LANDLOCK_OTHERS = 2,  // no signal to, or abstract socket of, others (ABI 6)
};

// The ABI that took effect; 0: the kernel has no Landlock. To be called once privileges cannot be
// gained any more (PR_SET_NO_NEW_PRIVS).
int landlock_enter(const struct landlock_path *paths, size_t count, int scopes);

#endif
