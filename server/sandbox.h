// SPDX-License-Identifier: MIT
//
// Giving up authority once started: no new privileges, landlock for paths, seccomp for calls.
#ifndef GUIDANCED_SERVER_SANDBOX_H
#define GUIDANCED_SERVER_SANDBOX_H

#include "settings/settings.h"

enum { SANDBOX_PATHS_MAX = 1024 };

struct sandbox_policy {
    const char *read[SANDBOX_PATHS_MAX]; // directories or files, read below them
    size_t read_count;
    const char *write[SANDBOX_PATHS_MAX]; // read and written below them
    size_t write_count;
    const char *links[2]; // read and written below them, symbolic links too
    size_t link_count;
    bool cut;           // there were too many to fit
    const char *report; // file to which refused calls are named; NULL: they are not
};

// The policy that the settings ask for. Its paths are in the arena and the settings. False and
// error if the site cannot be read.
bool sandbox_policy_read(struct arena *arena, const struct settings *settings, const char *cache,
                         struct sandbox_policy *policy, struct error *error);

// What took effect.
struct sandbox_result {
    bool no_new_privileges;
    int landlock_abi; // 0: the kernel has none
    bool seccomp;
    bool no_dumps;
};

// Applies what the kernel offers, to this process and all its threads started later. Call it once
// the listeners are open: no sockets can be made afterwards, except local ones (to notify systemd).
// Paths that do not exist are left out. Never fails: the result says what is missing.
struct sandbox_result sandbox_enter(const struct sandbox_policy *policy);

#endif
