// SPDX-License-Identifier: MIT
//
// Publishing a snapshot by an atomic swap, with a hazard pointer per worker.
//
// Why this is fast: a request takes the snapshot with two loads and two stores of memory that only
// its worker writes. A count shared by all workers, raised before the snapshot is known to be
// alive, would be both slower and wrong.
//
// Why it is correct: a worker announces the snapshot it is about to retain and then reads `current`
// again. If that is still the same snapshot, its announcement came before the loader's exchange in
// the total order of these sequentially consistent operations, so the loader sees it below and
// waits. If not, the worker starts over with the newer one and has touched nothing.
//
// The bound: an announcement stands for a few instructions, until the count is raised, never for a
// request. So the loader's wait is short whatever readers do, and it only ever waits for workers
// that announce the snapshot being retired.
#include "publish.h"

#include <sched.h>

struct site *publisher_acquire(struct publisher *publisher, unsigned slot)
{
    // A slot belongs to one worker: two would hide each other's announcement.
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
