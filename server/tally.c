// SPDX-License-Identifier: MIT
//
// The tally's thread: it empties the queues, adds up the day, and writes what has been added.
#include "tally.h"
#include "tally_queue.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

// POLL_MS: how often the queues are emptied. BATCH: rows of one transaction.
enum { POLL_MS = 250, WRITE_S = 5, BATCH = 1000 };

struct tally {
    struct tally_options options;
    struct usage *file; // NULL: not open
    bool failing;       // and logged
    struct tally_day *day;
    int64_t retained_day;
    uint64_t written_ns;
    atomic_uint_fast64_t dropped;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; // of `stop`
    pthread_cond_t wake;
    bool stop;
    struct tally_queue *queues; // one per worker
};

// ---- of a worker ----

void tally_request(struct tally *tally, const struct request *request,
                   const struct response *response)
{
    struct tally_event events[TALLY_EVENTS_MAX];
    if (request->admin || request->worker >= tally->options.workers)
        return;
    size_t count = tally_note(request, response, events);
    for (size_t i = 0; i < count; i++)
        tally_queue_put(&tally->queues[request->worker], &events[i]);
}

uint64_t tally_dropped(const struct tally *tally)
{
    if (!tally)
        return 0;
    uint64_t dropped = atomic_load_explicit(&tally->dropped, memory_order_relaxed);
    for (unsigned i = 0; i < tally->options.workers; i++)
        dropped += atomic_load_explicit(&tally->queues[i].dropped, memory_order_relaxed);
    return dropped;
}

// ---- the file ----

static void note_result(struct tally *tally, bool ok, const struct error *error)
{
    if (!ok && !tally->failing)
        log_error(tally->options.log, LOG_WARNING, error);
    else if (ok && tally->failing)
        log_write(tally->options.log, LOG_INFO, "usage can be counted again");
    tally->failing = !ok;
}

static bool open_tally_file(struct tally *tally, struct error *error)
{
    if (tally->file && usage_is_there(tally->file))
        return true;
    usage_close(tally->file);
    tally->file = usage_open(tally->options.path, true, error);
    return tally->file != NULL;
}

static bool write_counts(struct tally *tally, struct error *error)
{
    struct usage_count counts[BATCH];
    size_t count, dropped = 0;
    do {
        count = tally_day_counts(tally->day, counts, BATCH);
        if (count &&
            !usage_add(tally->file, counts, count, tally_day_of(tally->day), &dropped, error))
            return false;
        atomic_fetch_add_explicit(&tally->dropped, dropped, memory_order_relaxed);
        tally_day_written(tally->day);
    } while (count == BATCH);
    return true;
}

static bool retain_usage(struct tally *tally, int64_t today, struct error *error)
{
    if (tally->retained_day == today)
        return true;
    tally->retained_day = today;
    return usage_retain(tally->file, tally->options.retention_days, today, error);
}

static void write_tally(struct tally *tally, int64_t today)
{
    struct error error = {0};
    tally->written_ns = clock_monotonic_ns();
    bool ok = open_tally_file(tally, &error) && write_counts(tally, &error) &&
              retain_usage(tally, today, &error);
    note_result(tally, ok, &error);
}

// ---- the thread ----

static int64_t day_now(void)
{
    return clock_wall_s() / 86400;
}

// Yesterday's rest is written as yesterday's, and what few have typed is forgotten.
static void begin_day(struct tally *tally, int64_t today)
{
    if (tally->day && tally_day_of(tally->day) == today)
        return;
    if (tally->day)
        write_tally(tally, today);
    tally_day_destroy(tally->day);
    tally->day = tally_day_create(today);
}

static void empty_queues(struct tally *tally)
{
    char texts[2 * USAGE_TEXT_MAX];
    struct tally_event event;
    for (unsigned i = 0; i < tally->options.workers; i++)
        while (tally_queue_take(&tally->queues[i], &event, texts))
            if (!tally->day || !tally_day_count(tally->day, &event))
                atomic_fetch_add_explicit(&tally->dropped, 1, memory_order_relaxed);
}

// False: the server stops.
static bool wait_for_events(struct tally *tally)
{
    const struct timespec until =
        clock_monotonic_at(clock_monotonic_ns() + POLL_MS * UINT64_C(1000000));
    pthread_mutex_lock(&tally->lock);
    int code = 0;
    while (!tally->stop && code != ETIMEDOUT)
        code = pthread_cond_clockwait(&tally->wake, &tally->lock, CLOCK_MONOTONIC, &until);
    bool stop = tally->stop;
    pthread_mutex_unlock(&tally->lock);
    return !stop;
}

static void *count_usage(void *state)
{
    struct tally *tally = state;
    bool goes_on;
    do {
        goes_on = wait_for_events(tally);
        int64_t today = day_now();
        begin_day(tally, today);
        empty_queues(tally);
        uint64_t since = clock_monotonic_ns() - tally->written_ns;
        if (tally->day && (!goes_on || since >= WRITE_S * UINT64_C(1000000000)))
            write_tally(tally, today);
    } while (goes_on);
    return NULL;
}

// ---- the main thread's ----

struct tally *tally_create(const struct tally_options *options, struct error *error)
{
    struct tally *tally = calloc(1, sizeof *tally);
    struct tally_queue *queues =
        aligned_alloc(_Alignof(struct tally_queue), options->workers * sizeof *queues);
    if (!tally || !queues) {
        free(tally);
        free(queues);
        error_memory(error);
        return NULL;
    }
    memset(queues, 0, options->workers * sizeof *queues);
    tally->options = *options;
    tally->queues = queues;
    pthread_mutex_init(&tally->lock, NULL);
    pthread_cond_init(&tally->wake, NULL);
    struct error failed = {0};
    note_result(tally, open_tally_file(tally, &failed), &failed);
    return tally;
}

bool tally_start(struct tally *tally, struct error *error)
{
    tally->running = pthread_create(&tally->thread, NULL, count_usage, tally) == 0;
    return tally->running || error_set(error, ERROR_IO, "cannot start the thread of the tally");
}

void tally_stop(struct tally *tally)
{
    if (!tally)
        return;
    pthread_mutex_lock(&tally->lock);
    tally->stop = true;
    pthread_cond_signal(&tally->wake);
    pthread_mutex_unlock(&tally->lock);
    if (tally->running)
        pthread_join(tally->thread, NULL);
    tally_day_destroy(tally->day);
    usage_close(tally->file);
    pthread_cond_destroy(&tally->wake);
    pthread_mutex_destroy(&tally->lock);
    free(tally->queues);
    free(tally);
}
