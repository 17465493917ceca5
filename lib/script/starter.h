// SPDX-License-Identifier: MIT
//
// The small process that starts hosts. The daemon gives its own right to start programs away before
// it reads anything others have written; this one, forked before, keeps it and does nothing else:
// it starts a host when told to, hands back its ends over a socket, watches what it takes, and ends
// it. It ends itself, and its hosts with it, when the daemon does.
//
// Thread-safety: any thread; an order and its report are under a lock.
#ifndef GUIDANCED_SCRIPT_STARTER_H
#define GUIDANCED_SCRIPT_STARTER_H

#include "script.h"

struct starter;

// Why a host is no more.
enum starter_end {
    STARTER_RUNS,    // it is
    STARTER_ITSELF,  // it ended, or somebody else ended it
    STARTER_IDLE,    // nothing was asked for so long
    STARTER_MEMORY,  // took more than it may
    STARTER_THREADS, // made more threads than anybody needs
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
// False and error: there is no node, it cannot be held in, or the starter is gone.
bool starter_start(struct starter *starter, struct starter_host *host, struct error *error);
// A question begins (0), or the host is to end when none does within so many milliseconds.
void starter_idle(struct starter *starter, int pid, unsigned idle_ms);
// Ends the host, if it still runs, and tells why it ended and how: as waitpid says it.
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
