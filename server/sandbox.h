// SPDX-License-Identifier: MIT
//
// Giving up authority once started: no new privileges, landlock for paths, seccomp for calls.
#ifndef GUIDANCED_SERVER_SANDBOX_H
#define GUIDANCED_SERVER_SANDBOX_H

#include "base/landlock.h"
#include "base/map.h"
#include "settings/settings.h"

// Enough for a thousand sites.
enum { SANDBOX_PATHS_MAX = 32768 };

// Directories, with all below them, or files, and what may be done with them.
struct sandbox_policy {
    struct arena *arena;
    struct landlock_path *paths;
    size_t count, room;
    struct map known;   // path and rights
    bool cut;           // there were too many
    const char *report; // file to which refused calls are named; NULL: they are not
};

struct server;
// The policy that the server's settings ask for, and those of all its sites; its paths are in the
// arena. False and error if the site cannot be read; one of several is left out, and the log says
// why.
bool sandbox_policy_read(struct arena *arena, const struct server *server,
                         struct sandbox_policy *policy, struct error *error);

// That of the process with the TLS keys (http/signer.h): it reads the files of `tls`.
void sandbox_policy_of_signer(struct arena *arena, const struct settings *settings,
                              struct sandbox_policy *policy);

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
