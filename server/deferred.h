// SPDX-License-Identifier: MIT
//
// Requests that need a new answer from the site's own JavaScript. Workers never wait for it:
// otherwise all their other connections would wait too, for pages that need no JavaScript. So such
// a request is suspended, and a thread that may wait answers it.
//
//   worker ─handler─▶ not known ─▶ queue ─thread, handler again─▶ response ─▶ worker sends it
//
// Requests that wait too long for their turn are answered 503.
//
// Thread-safety: deferred_request from any worker; the rest from the main thread.
#ifndef GUIDANCED_SERVER_DEFERRED_H
#define GUIDANCED_SERVER_DEFERRED_H

#include "server/http/http.h"

struct server;
struct deferred;

// How many threads; each has its own worker number, from SERVER_WORKERS_MAX - 2 downwards.
enum { DEFERRED_THREADS = 4 };

// `answer` fills in the response as it would in a worker, and may wait for the host.
typedef void (*deferred_answer)(struct server *server, struct request *request,
                                struct response *response);
// Starts the threads. NULL and error on failure.
struct deferred *deferred_start(struct server *server, deferred_answer answer, struct error *error);
// Defers the response: sets its `wait`. `late` answers in the worker if it does not come in time.
// False: out of memory.
bool deferred_request(struct deferred *deferred, struct request *request, struct response *response,
                      deferred_answer finish, deferred_answer late);
// Answers requests that have waited too long. Call it about once a second. NULL allowed.
void deferred_tick(struct deferred *deferred);
// How many are waiting or being answered.
unsigned deferred_waiting(struct deferred *deferred);
// Answers all waiting requests, and ends the threads. Call it before the listeners stop. NULL
// allowed.
void deferred_stop(struct deferred *deferred);

#endif
