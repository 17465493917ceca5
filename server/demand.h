// SPDX-License-Identifier: MIT
//
// Things that are made when somebody asks for them, and kept while somebody does: previews of
// commits, the sites of a process that has many. Threads of their own make them; each is dropped
// when nobody has asked for it for some time, when there are too many, or when they use too much
// memory.
//
//   request ─▶ there: answer ─▶ … ─idle, or too many─▶ dropped
//          └─▶ not there: the connection waits, a thread makes it
//
// What cannot be made is remembered for some seconds, so that a site that is broken is not loaded
// for each request.
//
// Thread-safety: all from any thread except create, start, close and destroy.
#ifndef GUIDANCED_SERVER_DEMAND_H
#define GUIDANCED_SERVER_DEMAND_H

#include "base/error.h"
#include "waiters.h"

enum { DEMAND_KEY_MAX = 32, DEMAND_THREADS_MAX = 4 };

struct demand_options {
    // Called without the lock, by one of our threads. make: NULL and error if it cannot. release
    // drops the reference that make returned. sweep: from time to time; NULL: nothing to do.
    void *(*make)(void *state, const void *key, struct error *error);
    void (*release)(void *thing);
    void (*sweep)(void *state);
    // Called with it. retain: one more reference, for who asks. in_use: whether somebody has one,
    // so that it is not dropped; NULL: it may be, and lives on until they are given back.
    void (*retain)(void *thing);
    bool (*in_use)(void *thing);
    // Whether it is to be dropped as soon as it may be; NULL: only when idle, or too many.
    bool (*unwanted)(void *thing);
    size_t (*bytes)(void *thing);
    void *state;
    size_t key_bytes; // at most DEMAND_KEY_MAX
    size_t count_max, bytes_max;
    size_t waiting_max; // connections that may wait
    uint64_t idle_ns;
    unsigned threads; // at most DEMAND_THREADS_MAX
    const char *what; // of what the threads are, for errors
};

struct demand;
// NULL when out of memory.
struct demand *demand_create(const struct demand_options *options);
bool demand_start(struct demand *demand, struct error *error);
// Makes nothing more, and answers all waiting requests. Call it before the listeners stop.
void demand_close(struct demand *demand);
void demand_destroy(struct demand *demand); // closes it too; NULL allowed

enum demand_state { DEMAND_READY, DEMAND_WAITING, DEMAND_FAILED, DEMAND_BUSY };
// The thing, with a reference for the caller (READY); or why there is none (FAILED). WAITING: it is
// being made, see below. BUSY: too many are waiting.
enum demand_state demand_find(struct demand *demand, const void *key, void **thing,
                              struct error *error);
// A struct waiting for the key `what` of the struct demand `maker`: answered when the thing is made
// or has failed.
bool demand_join(const struct waiting *waiting, struct waiter *waiter);

// Calls fn for all things that are there, with the lock: it must be quick.
void demand_each(struct demand *demand, void (*fn)(void *state, void *thing), void *state);

struct demand_counts {
    size_t count, bytes;
};
struct demand_counts demand_counts(struct demand *demand);

#endif
