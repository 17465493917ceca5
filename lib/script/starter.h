// SPDX-License-Identifier: MIT
//
// The small process that starts hosts. The daemon gives up its right to start programs before it
// reads anything that others have written; this process, forked before, keeps it and does nothing
// else: it starts a host when told to, passes its descriptors back over a socket, watches its
// resource use, and ends it. When the daemon ends, it ends with all hosts.
//
// Thread-safety: any thread; an order and its report are under a lock.
#ifndef GUIDANCED_SCRIPT_STARTER_H
#define GUIDANCED_SCRIPT_STARTER_H

#include "script.h"

struct starter;

// Why a host ended.
enum starter_end {
    STARTER_RUNS,    // it still runs
    STARTER_ITSELF,  // it ended itself, or someone else ended it
    STARTER_IDLE,    // idle for too long
    STARTER_MEMORY,  // used too much memory
    STARTER_THREADS, // made too many threads
    STARTER_TOLD,
};

struct starter_host {
    int pid;
    int socket; // ours to close, as is `output`
    int output; // what it prints
    int landlock_abi;
    bool confined;
};

// Forks. The options' texts must live until then only. NULL and error on failure.
struct starter *starter_fork(const struct script_options *options, struct error *error);
void starter_destroy(struct starter *starter); // NULL allowed
// False and error: there is no node, it cannot be confined, or the starter is gone.
bool starter_start(struct starter *starter, struct starter_host *host, struct error *error);
// Announces a question (0), or ends the host if none comes within so many milliseconds.
void starter_idle(struct starter *starter, int pid, unsigned idle_ms);
// Ends the host, if it still runs, and returns why it ended and its waitpid status.
enum starter_end starter_end(struct starter *starter, int pid, int *status);

// ---- starter_run.c: the process itself ----

enum starter_order_kind { STARTER_START, STARTER_TOUCH, STARTER_END };
struct starter_order {
    enum starter_order_kind kind;
    int pid;
    unsigned idle_ms;
};
struct starter_report {
    int pid;
    int landlock_abi;
    bool confined;
    enum starter_end end;
    int status;
    struct error error;
};
// Never returns.
_Noreturn void starter_run(int control, const struct script_options *options);

#endif
