// SPDX-License-Identifier: MIT
//
// A job is a suspended request. Its response is made in the request's own arena, which nothing else
// touches meanwhile; resuming the connection hands both back to the worker.
#include "deferred.h"

#include "base/clock.h"
#include "server.h"

#include <stdlib.h>

struct job {
    struct job *next;
    struct deferred *deferred;
    struct server *server;
    struct request *request;
    struct response *response; // NULL: too late
    deferred_answer finish, late;
    uint64_t deadline_ns; // by when it must have begun
    struct http_wait wait;
};

struct deferred {
    struct deferred_options options;
    struct thread {
        struct deferred *deferred;
        pthread_t thread;
        unsigned worker; // the number it uses as a worker number
    } threads[DEFERRED_THREADS_MAX];
    unsigned started;
    pthread_mutex_t lock; // for what follows
    pthread_cond_t work;
    struct job *first, **last; // not begun yet
    unsigned waiting;
    bool closed;
};

// ---- the threads ----

static void answer_job(struct thread *thread, struct job *job)
{
    struct request *request = job->request;
    unsigned worker = request->worker;
    request->worker = thread->worker;
    script_wait(true, job->deadline_ns);
    thread->deferred->options.answer(job->server, request, job->response);
    request->worker = worker;
    http_continue(&job->wait);
}

static struct job *next_job(struct deferred *deferred)
{
    while (!deferred->first && !deferred->closed)
        pthread_cond_wait(&deferred->work, &deferred->lock);
    struct job *job = deferred->first;
    if (!job)
        return NULL;
    deferred->first = job->next;
    if (!deferred->first)
        deferred->last = &deferred->first;
    return job;
}

static void *run_deferred(void *state)
{
    struct thread *thread = state;
    struct deferred *deferred = thread->deferred;
    pthread_mutex_lock(&deferred->lock);
    for (struct job *job; (job = next_job(deferred)) != NULL;) {
        pthread_mutex_unlock(&deferred->lock);
        answer_job(thread, job);
        pthread_mutex_lock(&deferred->lock);
        deferred->waiting--;
    }
    pthread_mutex_unlock(&deferred->lock);
    return NULL;
}

struct deferred *deferred_start(const struct deferred_options *options, struct error *error)
{
    struct deferred *deferred = calloc(1, sizeof *deferred);
    if (!deferred) {
        error_memory(error);
        return NULL;
    }
    deferred->options = *options;
    deferred->last = &deferred->first;
    pthread_mutex_init(&deferred->lock, NULL);
    pthread_cond_init(&deferred->work, NULL);
    for (unsigned i = 0; i < options->threads; i++) {
        struct thread *thread = &deferred->threads[i];
        *thread = (struct thread){.deferred = deferred, .worker = options->worker - i};
        if (pthread_create(&thread->thread, NULL, run_deferred, thread) != 0) {
            error_set(error, ERROR_IO, "cannot start the threads that may wait");
            deferred_stop(deferred);
            return NULL;
        }
        deferred->started++;
    }
    return deferred;
}

// ---- a job's life ----

static void begin_deferred(void *state, struct http_wait *wait)
{
    struct job *job = state;
    struct deferred *deferred = job->deferred;
    (void)wait;
    pthread_mutex_lock(&deferred->lock);
    bool closed = deferred->closed;
    if (!closed) {
        *deferred->last = job;
        deferred->last = &job->next;
        deferred->waiting++;
        pthread_cond_signal(&deferred->work);
    }
    pthread_mutex_unlock(&deferred->lock);
    if (closed) {
        job->response = NULL;
        http_continue(&job->wait);
    }
}

static void end_deferred(void *state, struct request *request, struct response *response)
{
    struct job *job = state;
    struct server *server = job->server;
    *response = job->response ? *job->response : (struct response){0};
    if (!job->response)
        job->late(server, request, response);
    job->finish(server, request, response);
}

bool deferred_request(struct deferred *deferred, struct server *server, struct request *request,
                      struct response *response, deferred_answer finish, deferred_answer late)
{
    struct job *job = arena_zalloc(request->arena, 1, sizeof *job);
    struct response *later = arena_zalloc(request->arena, 1, sizeof *later);
    if (!job || !later)
        return false;
    *job = (struct job){.deferred = deferred,
                        .server = server,
                        .request = request,
                        .response = later,
                        .finish = finish,
                        .late = late,
                        .deadline_ns = clock_monotonic_ns() +
                                       deferred->options.patience_ms * UINT64_C(1000000)};
    job->wait = (struct http_wait){.begin = begin_deferred, .end = end_deferred, .state = job};
    *response = (struct response){.wait = &job->wait};
    return true;
}

// Gives up jobs that have not begun.
static void give_up(struct deferred *deferred, uint64_t now_ns)
{
    struct job **at = &deferred->first;
    while (*at) {
        struct job *job = *at;
        if (now_ns < job->deadline_ns) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        deferred->waiting--;
        job->response = NULL;
        http_continue(&job->wait);
    }
    deferred->last = at;
}

void deferred_tick(struct deferred *deferred)
{
    if (!deferred)
        return;
    pthread_mutex_lock(&deferred->lock);
    give_up(deferred, clock_monotonic_ns());
    pthread_mutex_unlock(&deferred->lock);
}

unsigned deferred_waiting(struct deferred *deferred)
{
    pthread_mutex_lock(&deferred->lock);
    unsigned waiting = deferred->waiting;
    pthread_mutex_unlock(&deferred->lock);
    return waiting;
}

void deferred_stop(struct deferred *deferred)
{
    if (!deferred)
        return;
    pthread_mutex_lock(&deferred->lock);
    deferred->closed = true;
    give_up(deferred, UINT64_MAX);
    pthread_cond_broadcast(&deferred->work);
    pthread_mutex_unlock(&deferred->lock);
    for (unsigned i = 0; i < deferred->started; i++)
        pthread_join(deferred->threads[i].thread, NULL);
    pthread_cond_destroy(&deferred->work);
    pthread_mutex_destroy(&deferred->lock);
    free(deferred);
}
