// SPDX-License-Identifier: MIT
//
// Requests whose answer the site's own JavaScript has to be asked for. Workers never wait for it:
// while one did, all its other connections would, for pages that nobody has to be asked about. So a
// request that cannot be answered from what is known sleeps, and a thread that may wait answers it.
//
//   worker ─handler─▶ not known ─▶ queue ─thread, handler again─▶ response ─▶ worker sends it
//
// What waits too long for its turn is answered by 503.
//
// Thread-safety: deferred_request from any worker; the rest from the main thread.
#ifndef GUIDANCED_SERVER_DEFERRED_H
#define GUIDANCED_SERVER_DEFERRED_H

#include "server/http/http.h"

struct server;
struct deferred;

// How many threads; each has a worker's number of its own, from SERVER_WORKERS_MAX - 2 downwards.
enum { DEFERRED_THREADS = 4 };

// `answer` fills in the response as it would in a worker, and may wait for the host.
typedef void (*deferred_answer)(struct server *server, struct request *request,
                                struct response *response);
// Starts the threads. NULL and error on failure.
struct deferred *deferred_start(struct server *server, deferred_answer answer, struct error *error);
// The response comes later: sets its `wait`. `late` answers in the worker when it does not come in
// time. False: out of memory.
bool deferred_request(struct deferred *deferred, struct request *request, struct response *response,
                      deferred_answer finish, deferred_answer late);
// Answers what has waited too long. To be called about once a second. NULL allowed.
void deferred_tick(struct deferred *deferred);
// How many wait, or are being answered.
unsigned deferred_waiting(struct deferred *deferred);
// Answers all that wait, and ends the threads. Before the listeners stop. NULL allowed.
void deferred_stop(struct deferred *deferred);

#endif
