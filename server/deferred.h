// SPDX-License-Identifier: MIT
//
// Requests that take longer than a worker may: those that need a new answer from the site's own
// JavaScript, the owners' report, which reads files that others may have locked, and previews by a
// commit's id, which take a walk over the commits. Workers never wait for them: otherwise all their
// other connections would wait too, probes among them. So such a request is suspended, and a thread
// that may wait answers it.
//
//   worker ─handler─▶ may not wait ─▶ queue ─thread, handler again─▶ response ─▶ worker sends it
//
// Requests that wait too long for their turn are answered 503. Those for JavaScript and the others
// have queues and threads of their own.
//
// Thread-safety: deferred_request from any worker; the rest from the main thread.
#ifndef GUIDANCED_SERVER_DEFERRED_H
#define GUIDANCED_SERVER_DEFERRED_H

#include "server/http/http.h"

struct server;
struct deferred;

// Fills in the response as a worker would, and may wait.
typedef void (*deferred_answer)(struct server *server, struct request *request,
                                struct response *response);
enum { DEFERRED_THREADS_MAX = 4 };
struct deferred_options {
    deferred_answer answer;
    unsigned threads;     // at most DEFERRED_THREADS_MAX
    unsigned worker;      // the first one's worker number; each has its own, downwards
    unsigned patience_ms; // how long a request may wait for its turn
};
// Starts the threads. NULL and error on failure.
struct deferred *deferred_start(const struct deferred_options *options, struct error *error);
// Defers the response: sets its `wait`. `late` answers in the worker if it does not come in time.
// False: out of memory.
bool deferred_request(struct deferred *deferred, struct server *server, struct request *request,
                      struct response *response, deferred_answer finish, deferred_answer late);
// Answers requests that have waited too long. Call it about once a second. NULL allowed.
void deferred_tick(struct deferred *deferred);
// How many are waiting or being answered.
unsigned deferred_waiting(struct deferred *deferred);
// Answers all waiting requests, and ends the threads. Call it before the listeners stop. NULL
// allowed.
void deferred_stop(struct deferred *deferred);

#endif
