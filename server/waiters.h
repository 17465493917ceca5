// SPDX-License-Identifier: MIT
//
// Requests that wait for something that a thread of ours makes for all who ask: a preview, a report
// of changes. Each is suspended, and answered again, from the beginning, when that is there.
//
//   worker ─handler─▶ not made yet ─▶ waiter ─made, or failed─▶ worker, handler again
//
// Thread-safety: waiters_suspend in a worker; a list under the lock of what it waits for.
#ifndef GUIDANCED_SERVER_WAITERS_H
#define GUIDANCED_SERVER_WAITERS_H

#include "server/http/http.h"

struct server;
typedef void (*waiters_answer)(struct server *server, struct request *request,
                               struct response *response);

struct waiter {
    struct waiter *next;
    struct http_wait wait;
    const struct waiting *waiting;
    struct server *server;
    waiters_answer again;
};

// What to wait for, and how. It lives as long as the request.
struct waiting {
    // Adds the waiter to the list of what is being made. False: it no longer is, or never was.
    bool (*join)(const struct waiting *waiting, struct waiter *waiter);
    void *maker;
    const void *what;
};

// Suspends the request. False: it has waited often enough, or memory is short; it must be answered
// now.
bool waiters_suspend(const struct waiting *waiting, struct server *server, struct request *request,
                     struct response *response, waiters_answer again);

// A list of waiters, NULL when empty.
void waiters_add(struct waiter **list, struct waiter *waiter);
// Empties it, and has all answered again. Returns how many.
size_t waiters_wake(struct waiter **list);

#endif
