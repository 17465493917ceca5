// SPDX-License-Identifier: MIT
//
// The published snapshot: one atomic swap to publish, no lock to read.
//
// A reader takes a reference in two steps, load and count, between which the snapshot could be
// freed. So it first announces in its own slot which snapshot it is about to count (a hazard
// pointer), and checks that it is still the published one; the publisher waits for the
// announcements of the old snapshot to go before it drops its own reference.
//
// Thread-safety: publish from one thread at a time (the loader), acquire from any worker.
#ifndef GUIDANCED_SERVER_PUBLISH_H
#define GUIDANCED_SERVER_PUBLISH_H

#include "site/site.h"

#include <stdatomic.h>

enum { PUBLISH_SLOTS = 512 };

struct publisher {
    _Atomic(struct site *) current;
    struct {
        _Alignas(64) _Atomic(struct site *) announced;
    } slots[PUBLISH_SLOTS];
};

// The published snapshot with a reference for the caller, or NULL while there is none. `slot` is
// the worker's own number.
struct site *publisher_acquire(struct publisher *publisher, unsigned slot);

// Publishes the snapshot (taking over the caller's reference; NULL at the end) and releases the
// previous one.
void publisher_publish(struct publisher *publisher, struct site *site);

#endif
