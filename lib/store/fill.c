// SPDX-License-Identifier: MIT
//
// Filling an empty cache: the rows of a load are written by a thread, while the loader goes on. The
// loader copies them into one batch; the thread writes the other; when it has, they change places.
// The thread alone uses the database meanwhile.
#include "database.h"

#include <pthread.h>
#include <stdlib.h>

enum { BATCH_BYTES = 1 << 20 };

struct put {
    struct put *next;
    struct fill_row row;
};

struct batch {
    struct arena *arena;
    struct put *first, *last;
};

struct store_fill {
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t turn; // a batch was handed over or written, or the end has come
    struct batch loaders, threads;
    bool busy, ending; // busy: the thread has a batch
    struct error error;
};

// ---- the thread ----

static void *write_batches(void *state)
{
    struct store_fill *fill = state;
    pthread_mutex_lock(&fill->lock);
    for (;;) {
        while (!fill->busy && !fill->ending)
            pthread_cond_wait(&fill->turn, &fill->lock);
        if (!fill->busy)
            break;
        struct error error = fill->error;
        pthread_mutex_unlock(&fill->lock);
        for (struct put *put = fill->threads.first; put && !error_is_set(&error); put = put->next)
            put->row.write(fill->store, &put->row, &error);
        pthread_mutex_lock(&fill->lock);
        fill->error = error;
        fill->busy = false;
        pthread_cond_signal(&fill->turn);
    }
    pthread_mutex_unlock(&fill->lock);
    return NULL;
}

// ---- the loader ----

// Gives the loader's batch to the thread, once it has written its own.
static void hand_over(struct store_fill *fill)
{
    pthread_mutex_lock(&fill->lock);
    while (fill->busy)
        pthread_cond_wait(&fill->turn, &fill->lock);
    struct batch full = fill->loaders;
    fill->loaders = fill->threads;
    fill->threads = full;
    fill->busy = true;
    fill->store->fill_error = fill->error;
    pthread_cond_signal(&fill->turn);
    pthread_mutex_unlock(&fill->lock);
    arena_reset(fill->loaders.arena, BATCH_BYTES);
    fill->loaders.first = fill->loaders.last = NULL;
}

static void free_fill(struct store_fill *fill)
{
    arena_destroy(fill->loaders.arena);
    arena_destroy(fill->threads.arena);
    free(fill);
}

void store_fill(struct store *store)
{
    struct store_fill *fill = calloc(1, sizeof *fill);
    if (!fill)
        return;
    *fill = (struct store_fill){
        .store = store,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .turn = PTHREAD_COND_INITIALIZER,
        .loaders.arena = arena_create(0, 0),
        .threads.arena = arena_create(0, 0),
    };
    bool ok = fill->loaders.arena && fill->threads.arena &&
              pthread_create(&fill->thread, NULL, write_batches, fill) == 0;
    // The file is written once, into the write-ahead log; readers do not wait for it to be copied
    // from there, which the next transaction does.
    database_checkpoint_at(store->db, 0);
    if (ok)
        store->fill = fill;
    else
        free_fill(fill);
}

void fill_end(struct store *store)
{
    struct store_fill *fill = store->fill;
    if (!fill)
        return;
    hand_over(fill);
    pthread_mutex_lock(&fill->lock);
    fill->ending = true;
    pthread_cond_signal(&fill->turn);
    pthread_mutex_unlock(&fill->lock);
    pthread_join(fill->thread, NULL);
    store->fill_error = fill->error;
    store->fill = NULL;
    free_fill(fill);
}

bool fill_put(struct store *store, const struct fill_row *row, struct error *error)
{
    struct store_fill *fill = store->fill;
    struct batch *batch = &fill->loaders;
    struct put *put = arena_zalloc(batch->arena, 1, sizeof *put);
    struct slice path = arena_copy(batch->arena, row->page.path);
    struct slice bytes = arena_copy(batch->arena, row->bytes);
    if (!put || !path.ptr || !bytes.ptr)
        return error_memory(error);
    put->row = *row;
    put->row.page.path = path;
    put->row.bytes = bytes;
    *(batch->last ? &batch->last->next : &batch->first) = put;
    batch->last = put;
    if (arena_used(batch->arena) >= BATCH_BYTES)
        hand_over(fill);
    if (error && error_is_set(&store->fill_error))
        *error = store->fill_error;
    return !error_is_set(&store->fill_error);
}
