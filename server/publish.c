// SPDX-License-Identifier: MIT
//
// Publishing a snapshot by an atomic swap, with a hazard pointer a worker.
#include "publish.h"

#include <sched.h>

struct site *publisher_acquire(struct publisher *publisher, unsigned slot)
{
    // A slot is one worker's alone: two in one would hide each other's announcement.
    invariant(slot < PUBLISH_SLOTS);
    _Atomic(struct site *) *announced = &publisher->slots[slot % PUBLISH_SLOTS].announced;
    invariant(!atomic_load(announced));
    struct site *site = atomic_load(&publisher->current);
    for (;;) {
        atomic_store(announced, site);
        struct site *again = atomic_load(&publisher->current);
        if (again == site)
            break;
        site = again;
    }
    if (site)
        site_retain(site);
    atomic_store(announced, NULL);
    return site;
}

void publisher_publish(struct publisher *publisher, struct site *site)
{
    struct site *old = atomic_exchange(&publisher->current, site);
    invariant(!site || site != old);
    if (!old)
        return;
    for (size_t i = 0; i < PUBLISH_SLOTS; i++)
        while (atomic_load(&publisher->slots[i].announced) == old)
            sched_yield();
    site_release(old);
}
