// SPDX-License-Identifier: MIT
//
// Two buffers change places: lines are copied into one while the other is written.
#include "log_output.h"

#include "clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 20, GATHER_NS = 5000000, FLUSH_NS = 1000000000, FAREWELL_S = 1 };

struct lines {
    char *bytes; // ROOM
    size_t used;
};

struct log_output {
    pthread_mutex_t lock;
    pthread_cond_t work; // the first line is waiting, or one that must not, or too many, or the end
    int fd;              // the thread writes to it without the lock
    int next_fd;         // takes its place as soon as it is not written to; -1: none
    bool owned;
    bool running, writes, ending;
    bool hurried;           // a line that must not wait is among those that do
    pthread_cond_t written; // no line is waiting any more
    struct lines waiting;
    struct lines writing; // the thread's
    uint64_t dropped;
    pthread_t thread;
};

struct log_output *log_output_create(int fd, bool owned)
{
    struct log_output *output = calloc(1, sizeof *output);
    if (!output)
        return NULL;
    *output = (struct log_output){.fd = fd, .owned = owned, .next_fd = -1};
    pthread_mutex_init(&output->lock, NULL);
    pthread_cond_init(&output->work, NULL);
    pthread_cond_init(&output->written, NULL);
    return output;
}

// There is nowhere to report a log that cannot be written.
static void write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        bytes += n;
        length -= (size_t)n;
    }
}

// ---- the thread ----

static void take_next_descriptor(struct log_output *output)
{
    if (output->next_fd < 0)
        return;
    if (output->owned)
        close(output->fd);
    output->fd = output->next_fd;
    output->owned = true;
    output->next_fd = -1;
}

static bool must_write_now(const struct log_output *output)
{
    return output->hurried || output->ending || output->waiting.used > ROOM / 2;
}

static void gather(struct log_output *output)
{
    const struct timespec at = clock_monotonic_at(clock_monotonic_ns() + GATHER_NS);
    while (!must_write_now(output) &&
           pthread_cond_clockwait(&output->work, &output->lock, CLOCK_MONOTONIC, &at) == 0)
        ;
}

static void write_waiting(struct log_output *output)
{
    struct lines taken = output->waiting;
    output->waiting = output->writing;
    output->writing = taken;
    output->hurried = false;
    output->writes = true;
    pthread_mutex_unlock(&output->lock);
    write_all(output->fd, taken.bytes, taken.used);
    output->writing.used = 0;
    pthread_mutex_lock(&output->lock);
    output->writes = false;
    take_next_descriptor(output);
    if (output->waiting.used == 0)
        pthread_cond_broadcast(&output->written);
}

static void *write_lines(void *state)
{
    struct log_output *output = state;
    pthread_mutex_lock(&output->lock);
    for (;;) {
        if (output->waiting.used > 0) {
            gather(output);
            write_waiting(output);
        } else if (output->ending) {
            break;
        } else {
            pthread_cond_wait(&output->work, &output->lock);
        }
    }
    pthread_mutex_unlock(&output->lock);
    return NULL;
}

// ---- everybody else's ----

bool log_output_start(struct log_output *output, struct error *error)
{
    output->waiting.bytes = malloc(ROOM);
    output->writing.bytes = malloc(ROOM);
    if (!output->waiting.bytes || !output->writing.bytes)
        return error_memory(error);
    // The thread waits for the lock before it looks.
    pthread_mutex_lock(&output->lock);
    output->running = pthread_create(&output->thread, NULL, write_lines, output) == 0;
    pthread_mutex_unlock(&output->lock);
    return output->running || error_set(error, ERROR_IO, "cannot start the log's thread");
}

static void put_waiting(struct log_output *output, struct slice line, bool soon)
{
    struct lines *waiting = &output->waiting;
    if (line.len > ROOM - waiting->used) {
        output->dropped++;
        return;
    }
    bool first = waiting->used == 0, was = must_write_now(output);
    memcpy(waiting->bytes + waiting->used, line.ptr, line.len);
    waiting->used += line.len;
    output->hurried = output->hurried || soon;
    if (first || (!was && must_write_now(output)))
        pthread_cond_signal(&output->work);
}

void log_output_put(struct log_output *output, struct slice line, bool soon)
{
    pthread_mutex_lock(&output->lock);
    if (output->running)
        put_waiting(output, line, soon);
    else
        write_all(output->fd, line.ptr, line.len);
    pthread_mutex_unlock(&output->lock);
}

void log_output_flush(struct log_output *output)
{
    const struct timespec at = clock_monotonic_at(clock_monotonic_ns() + FLUSH_NS);
    pthread_mutex_lock(&output->lock);
    output->hurried = output->waiting.used > 0;
    pthread_cond_signal(&output->work);
    while ((output->waiting.used > 0 || output->writes) &&
           pthread_cond_clockwait(&output->written, &output->lock, CLOCK_MONOTONIC, &at) == 0)
        ;
    pthread_mutex_unlock(&output->lock);
}

void log_output_turn(struct log_output *output, int fd)
{
    pthread_mutex_lock(&output->lock);
    if (output->next_fd >= 0)
        close(output->next_fd);
    output->next_fd = fd;
    if (!output->writes)
        take_next_descriptor(output);
    pthread_mutex_unlock(&output->lock);
}

uint64_t log_output_dropped(struct log_output *output, bool *room)
{
    pthread_mutex_lock(&output->lock);
    uint64_t dropped = output->dropped;
    *room = output->waiting.used <= ROOM / 2;
    pthread_mutex_unlock(&output->lock);
    return dropped;
}

// False: it hangs in a system call, and still uses everything.
static bool end_thread(struct log_output *output)
{
    pthread_mutex_lock(&output->lock);
    bool running = output->running;
    output->ending = true;
    pthread_cond_signal(&output->work);
    pthread_mutex_unlock(&output->lock);
    return !running || clock_join(output->thread, FAREWELL_S);
}

void log_output_destroy(struct log_output *output)
{
    if (!output || !end_thread(output))
        return;
    take_next_descriptor(output);
    if (output->owned)
        close(output->fd);
    free(output->waiting.bytes);
    free(output->writing.bytes);
    pthread_cond_destroy(&output->work);
    pthread_cond_destroy(&output->written);
    pthread_mutex_destroy(&output->lock);
    free(output);
}
