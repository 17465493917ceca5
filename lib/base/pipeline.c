// SPDX-License-Identifier: MIT
//
// The window is a ring of slots. A thread claims the next number and makes it in that number's
// slot, without the lock; the slot is free again when its result has been taken. Threads that have
// filled the window sleep until half of it is free, so that they are not woken for every result.
#include "pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

// LEAST: so many items are worth another thread. ARENA_KEEP: bytes that a slot keeps.
enum { WINDOW = 32, THREADS_MAX = 3, LEAST = 16, ARENA_KEEP = 256 << 10, NICER = 5 };

struct slot {
    struct arena *arena;
    void *result;
    bool made;
};

struct pipeline {
    pthread_mutex_t lock;
    pthread_cond_t room;   // half of the window is free, or the end has come
    pthread_cond_t result; // the one that the caller waits for
    size_t count, claimed;
    size_t taken; // those before it have been taken, and given back
    bool taking;  // the caller has that one
    bool waits;   // for that one
    bool ending;
    pipeline_make *make;
    void *state;
    struct slot slots[WINDOW];
    size_t thread_count;
    pthread_t threads[THREADS_MAX];
};

static struct slot *slot_for(struct pipeline *pipeline, size_t number)
{
    return &pipeline->slots[number % WINDOW];
}

static bool may_claim(const struct pipeline *pipeline)
{
    return pipeline->claimed < pipeline->count && pipeline->claimed < pipeline->taken + WINDOW;
}

// Claims and makes the next result. The lock is held, but not meanwhile.
static void make_next(struct pipeline *pipeline)
{
    invariant(may_claim(pipeline));
    size_t number = pipeline->claimed++;
    struct slot *slot = slot_for(pipeline, number);
    pthread_mutex_unlock(&pipeline->lock);
    arena_reset(slot->arena, ARENA_KEEP);
    void *result = pipeline->make(pipeline->state, number, slot->arena);
    pthread_mutex_lock(&pipeline->lock);
    slot->result = result;
    slot->made = true;
    if (pipeline->waits && number == pipeline->taken)
        pthread_cond_signal(&pipeline->result);
}

static void *make_ahead(void *state)
{
    struct pipeline *pipeline = state;
    // Requests come first. On Linux this is the thread's own; if it is refused, nothing is lost.
    if (nice(NICER) == -1)
        errno = 0;
    pthread_mutex_lock(&pipeline->lock);
    while (!pipeline->ending && pipeline->claimed < pipeline->count) {
        if (may_claim(pipeline))
            make_next(pipeline);
        else
            pthread_cond_wait(&pipeline->room, &pipeline->lock);
    }
    pthread_mutex_unlock(&pipeline->lock);
    return NULL;
}

static bool create_slots(struct pipeline *pipeline)
{
    bool ok = true;
    for (size_t i = 0; i < WINDOW && i < pipeline->count; i++)
        ok = (pipeline->slots[i].arena = arena_create(0, 0)) && ok;
    return ok;
}

static void start_threads(struct pipeline *pipeline)
{
    long spare = sysconf(_SC_NPROCESSORS_ONLN) - 1;
    size_t wanted = spare < 0 ? 0 : spare > THREADS_MAX ? THREADS_MAX : (size_t)spare;
    if (wanted > pipeline->count / LEAST)
        wanted = pipeline->count / LEAST;
    while (pipeline->thread_count < wanted &&
           pthread_create(&pipeline->threads[pipeline->thread_count], NULL, make_ahead, pipeline) ==
               0)
        pipeline->thread_count++;
}

struct pipeline *pipeline_start(size_t count, pipeline_make *make, void *state)
{
    struct pipeline *pipeline = calloc(1, sizeof *pipeline);
    if (!pipeline)
        return NULL;
    pipeline->count = count;
    pipeline->make = make;
    pipeline->state = state;
    pthread_mutex_init(&pipeline->lock, NULL);
    pthread_cond_init(&pipeline->room, NULL);
    pthread_cond_init(&pipeline->result, NULL);
    if (!create_slots(pipeline)) {
        pipeline_end(pipeline);
        return NULL;
    }
    start_threads(pipeline);
    return pipeline;
}

// Gives the slot of the result that the caller has had back.
static void release_taken(struct pipeline *pipeline)
{
    if (!pipeline->taking)
        return;
    pipeline->taking = false;
    slot_for(pipeline, pipeline->taken++)->made = false;
    if (pipeline->claimed - pipeline->taken == WINDOW / 2)
        pthread_cond_broadcast(&pipeline->room);
}

static void *wait_for_next(struct pipeline *pipeline)
{
    struct slot *slot = slot_for(pipeline, pipeline->taken);
    while (!slot->made) {
        if (may_claim(pipeline)) {
            make_next(pipeline);
            continue;
        }
        pipeline->waits = true;
        pthread_cond_wait(&pipeline->result, &pipeline->lock);
        pipeline->waits = false;
    }
    pipeline->taking = true;
    return slot->result;
}

void *pipeline_take(struct pipeline *pipeline)
{
    pthread_mutex_lock(&pipeline->lock);
    release_taken(pipeline);
    void *result = pipeline->taken < pipeline->count ? wait_for_next(pipeline) : NULL;
    pthread_mutex_unlock(&pipeline->lock);
    return result;
}

void pipeline_end(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    pthread_mutex_lock(&pipeline->lock);
    pipeline->ending = true;
    pthread_cond_broadcast(&pipeline->room);
    pthread_mutex_unlock(&pipeline->lock);
    for (size_t i = 0; i < pipeline->thread_count; i++)
        pthread_join(pipeline->threads[i], NULL);
    for (size_t i = 0; i < WINDOW; i++)
        arena_destroy(pipeline->slots[i].arena);
    pthread_cond_destroy(&pipeline->result);
    pthread_cond_destroy(&pipeline->room);
    pthread_mutex_destroy(&pipeline->lock);
    free(pipeline);
}
