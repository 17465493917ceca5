// SPDX-License-Identifier: MIT
//
// The things, by key, and the threads that make and drop them. Both take time, and happen without
// the lock: meanwhile the entry is busy, and no other thread touches it.
#include "demand.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>

// ROOM: entries beyond count_max, for what is being made or cannot be dropped. FAILED_MS: how long
// until a failure is retried.
enum { BUCKETS = 256, ROOM = 64, TICK_MS = 500, FAILED_MS = 3000 };

struct entry {
    struct entry *next; // of its bucket
    unsigned char key[DEMAND_KEY_MAX];
    enum demand_state state; // WAITING, READY or FAILED
    bool busy;               // WAITING: a thread has it
    bool leaving;            // WAITING: it is dropped first
    void *thing;
    struct error *error; // if FAILED
    uint64_t used_ns;    // last request; if FAILED: time of failure
    struct waiter *waiters;
};

struct demand {
    struct demand_options options;
    pthread_t threads[DEMAND_THREADS_MAX];
    unsigned started;
    pthread_mutex_t lock; // for everything below
    pthread_cond_t wanted;
    bool closing;
    struct entry *buckets[BUCKETS];
    size_t count, waiting;
};

// ---- the entries ----

static struct entry **bucket_of(struct demand *d, const void *key)
{
    return &d->buckets[slice_hash(slice_of(key, d->options.key_bytes)) % BUCKETS];
}

static struct entry *find_thing(struct demand *d, const void *key)
{
    struct entry *entry = *bucket_of(d, key);
    while (entry && memcmp(entry->key, key, d->options.key_bytes) != 0)
        entry = entry->next;
    return entry;
}

static struct entry *add_entry(struct demand *d, const void *key)
{
    bool room = d->count < d->options.count_max + ROOM && d->waiting < d->options.waiting_max;
    struct entry *entry = room && !d->closing ? calloc(1, sizeof *entry) : NULL;
    struct entry **bucket = bucket_of(d, key);
    if (!entry)
        return NULL;
    memcpy(entry->key, key, d->options.key_bytes);
    entry->state = DEMAND_WAITING;
    entry->next = *bucket;
    *bucket = entry;
    d->count++;
    pthread_cond_signal(&d->wanted);
    return entry;
}

static void free_entry(struct demand *d, struct entry *entry)
{
    d->count--;
    d->waiting -= waiters_wake(&entry->waiters);
    free(entry->error);
    free(entry);
}

static void remove_entry(struct demand *d, struct entry *entry)
{
    struct entry **at = bucket_of(d, entry->key);
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    free_entry(d, entry);
}

// The first entry after another, NULL: of all.
static struct entry *next_entry(struct demand *d, const struct entry *entry)
{
    size_t i = 0;
    if (entry && entry->next)
        return entry->next;
    if (entry)
        i = (size_t)(bucket_of(d, entry->key) - d->buckets) + 1;
    while (i < BUCKETS && !d->buckets[i])
        i++;
    return i < BUCKETS ? d->buckets[i] : NULL;
}

enum demand_state demand_find(struct demand *d, const void *key, void **thing, struct error *error)
{
    pthread_mutex_lock(&d->lock);
    struct entry *entry = find_thing(d, key);
    if (!entry)
        entry = add_entry(d, key);
    enum demand_state state = entry ? entry->state : DEMAND_BUSY;
    if (state == DEMAND_READY) {
        entry->used_ns = clock_monotonic_ns();
        d->options.retain(entry->thing);
        *thing = entry->thing;
    } else if (state == DEMAND_FAILED)
        *error = *entry->error;
    else if (d->waiting >= d->options.waiting_max)
        state = DEMAND_BUSY;
    pthread_mutex_unlock(&d->lock);
    return state;
}

bool demand_join(const struct waiting *waiting, struct waiter *waiter)
{
    struct demand *d = waiting->maker;
    pthread_mutex_lock(&d->lock);
    struct entry *entry = find_thing(d, waiting->what);
    bool sleeps = entry && entry->state == DEMAND_WAITING && !d->closing;
    if (sleeps) {
        waiters_add(&entry->waiters, waiter);
        d->waiting++;
    }
    pthread_mutex_unlock(&d->lock);
    return sleeps;
}

void demand_each(struct demand *d, void (*fn)(void *state, void *thing), void *state)
{
    pthread_mutex_lock(&d->lock);
    for (struct entry *entry = NULL; (entry = next_entry(d, entry)) != NULL;)
        if (entry->state == DEMAND_READY)
            fn(state, entry->thing);
    pthread_mutex_unlock(&d->lock);
}

static struct demand_counts count_kept(struct demand *d)
{
    struct demand_counts counts = {0};
    for (struct entry *entry = NULL; (entry = next_entry(d, entry)) != NULL;) {
        counts.count += !entry->leaving;
        if (entry->state == DEMAND_READY)
            counts.bytes += d->options.bytes(entry->thing);
    }
    return counts;
}

struct demand_counts demand_counts(struct demand *d)
{
    pthread_mutex_lock(&d->lock);
    struct demand_counts counts = count_kept(d);
    pthread_mutex_unlock(&d->lock);
    return counts;
}

// ---- dropping ----

static bool can_leave(const struct demand *d, const struct entry *entry)
{
    if (entry->state == DEMAND_WAITING)
        return false;
    return !entry->thing || !d->options.in_use || !d->options.in_use(entry->thing);
}

// Whoever asks for it from now on waits until it is gone and made anew: two of it must not be there
// at a time.
static void leave(struct demand *d, struct entry *entry)
{
    if (entry->state == DEMAND_FAILED) {
        remove_entry(d, entry);
        return;
    }
    entry->state = DEMAND_WAITING;
    entry->leaving = true;
}

static struct entry *oldest(struct demand *d, const struct entry *keep)
{
    struct entry *found = NULL;
    for (struct entry *entry = NULL; (entry = next_entry(d, entry)) != NULL;)
        if (entry != keep && can_leave(d, entry) && (!found || entry->used_ns < found->used_ns))
            found = entry;
    return found;
}

static void bound(struct demand *d, const struct entry *keep)
{
    for (;;) {
        struct demand_counts counts = count_kept(d);
        if (counts.count <= d->options.count_max && counts.bytes <= d->options.bytes_max)
            return;
        struct entry *entry = oldest(d, keep);
        if (!entry)
            return;
        leave(d, entry);
    }
}

// How long an entry stays after the last request.
static uint64_t life_ns(const struct demand *d, const struct entry *entry)
{
    if (entry->state == DEMAND_FAILED)
        return FAILED_MS * UINT64_C(1000000);
    bool unwanted = entry->thing && d->options.unwanted && d->options.unwanted(entry->thing);
    return unwanted ? 0 : d->options.idle_ns;
}

static void drop_idle(struct demand *d)
{
    uint64_t now_ns = clock_monotonic_ns();
    struct entry *next = next_entry(d, NULL);
    for (struct entry *entry; (entry = next) != NULL;) {
        next = next_entry(d, entry);
        if (now_ns - entry->used_ns > life_ns(d, entry) && can_leave(d, entry))
            leave(d, entry);
    }
}

// ---- the threads ----

static struct entry *next_task(struct demand *d)
{
    for (struct entry *entry = NULL; (entry = next_entry(d, entry)) != NULL;)
        if (entry->state == DEMAND_WAITING && !entry->busy)
            return entry;
    return NULL;
}

static void make_thing(struct demand *d, struct entry *entry)
{
    struct error error = {0};
    pthread_mutex_unlock(&d->lock);
    void *thing = d->options.make(d->options.state, entry->key, &error);
    struct error *failure = thing ? NULL : malloc(sizeof error);
    pthread_mutex_lock(&d->lock);
    entry->thing = thing;
    entry->error = failure;
    entry->used_ns = clock_monotonic_ns();
    entry->busy = false;
    if (!entry->thing && !entry->error) {
        remove_entry(d, entry);
        return;
    }
    if (entry->error)
        *entry->error = error;
    entry->state = entry->thing ? DEMAND_READY : DEMAND_FAILED;
    d->waiting -= waiters_wake(&entry->waiters);
    bound(d, entry);
}

static void drop_thing(struct demand *d, struct entry *entry)
{
    void *thing = entry->thing;
    entry->thing = NULL;
    pthread_mutex_unlock(&d->lock);
    d->options.release(thing);
    pthread_mutex_lock(&d->lock);
    entry->leaving = entry->busy = false;
    if (!entry->waiters)
        remove_entry(d, entry);
}

static void do_task(struct demand *d, struct entry *entry)
{
    entry->busy = true;
    if (entry->leaving)
        drop_thing(d, entry);
    else
        make_thing(d, entry);
}

static void *run_demand(void *state)
{
    struct demand *d = state;
    pthread_mutex_lock(&d->lock);
    while (!d->closing) {
        struct entry *entry = next_task(d);
        if (entry)
            do_task(d, entry);
        else
            drop_idle(d);
        if (d->options.sweep) {
            pthread_mutex_unlock(&d->lock);
            d->options.sweep(d->options.state);
            pthread_mutex_lock(&d->lock);
        }
        if (entry || d->closing || next_task(d))
            continue;
        const struct timespec until =
            clock_monotonic_at(clock_monotonic_ns() + TICK_MS * UINT64_C(1000000));
        pthread_cond_clockwait(&d->wanted, &d->lock, CLOCK_MONOTONIC, &until);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

// ---- start and end ----

struct demand *demand_create(const struct demand_options *options)
{
    struct demand *d = calloc(1, sizeof *d);
    invariant(options->key_bytes <= DEMAND_KEY_MAX && options->threads <= DEMAND_THREADS_MAX);
    if (!d)
        return NULL;
    d->options = *options;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->wanted, NULL);
    return d;
}

bool demand_start(struct demand *d, struct error *error)
{
    for (unsigned i = 0; i < d->options.threads; i++) {
        if (pthread_create(&d->threads[i], NULL, run_demand, d) != 0)
            return error_set(error, ERROR_IO, "cannot start the threads for %s", d->options.what);
        d->started++;
    }
    return true;
}

void demand_close(struct demand *d)
{
    pthread_mutex_lock(&d->lock);
    d->closing = true;
    pthread_cond_broadcast(&d->wanted);
    pthread_mutex_unlock(&d->lock);
    for (unsigned i = 0; i < d->started; i++)
        pthread_join(d->threads[i], NULL);
    d->started = 0;
    pthread_mutex_lock(&d->lock);
    for (struct entry *entry = NULL; (entry = next_entry(d, entry)) != NULL;)
        d->waiting -= waiters_wake(&entry->waiters);
    pthread_mutex_unlock(&d->lock);
}

void demand_destroy(struct demand *d)
{
    if (!d)
        return;
    demand_close(d);
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct entry *entry; (entry = d->buckets[i]) != NULL;) {
            d->buckets[i] = entry->next;
            if (entry->thing)
                d->options.release(entry->thing);
            free_entry(d, entry);
        }
    pthread_cond_destroy(&d->wanted);
    pthread_mutex_destroy(&d->lock);
    free(d);
}
