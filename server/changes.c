// SPDX-License-Identifier: MIT
//
// The thread that makes reports of changes, and the kept reports.
#include "changes.h"

#include "base/clock.h"
#include "server.h"

#include <math.h>
#include <stdlib.h>

// KEPT: reports. A report has at most some hundred kB, like pages.
enum { KEPT = 8, REF_MAX = 512 };

struct report {
    struct change change;     // its ref is in `arena`
    struct arena *arena;      // NULL: an empty slot
    struct site *base, *head; // while it is being made
    bool made;
    struct slice html, json;
    double until_ms; // when a page appears or disappears
    uint64_t used_ns;
    struct waiter *waiters;
};

struct changes {
    struct server *server;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; // for everything below
    pthread_cond_t wanted;
    bool closing;
    struct report reports[KEPT];
};

static bool is_same(const struct change *a, const struct change *b)
{
    return memcmp(&a->base, &b->base, sizeof a->base) == 0 &&
           memcmp(&a->head, &b->head, sizeof a->head) == 0 && slice_equal(a->ref, b->ref);
}

static struct report *find_change(struct changes *c, const struct change *change)
{
    for (size_t i = 0; i < KEPT; i++)
        if (c->reports[i].arena && is_same(&c->reports[i].change, change))
            return &c->reports[i];
    return NULL;
}

static void empty(struct report *report)
{
    waiters_wake(&report->waiters);
    site_release(report->base);
    site_release(report->head);
    arena_destroy(report->arena);
    *report = (struct report){0};
}

// An empty slot, or that of the least recently requested report; NULL: all are being made.
static struct report *take_slot(struct changes *c)
{
    struct report *oldest = NULL;
    for (size_t i = 0; i < KEPT; i++) {
        struct report *report = &c->reports[i];
        if (!report->arena)
            return report;
        if (report->made && (!oldest || report->used_ns < oldest->used_ns))
            oldest = report;
    }
    if (oldest)
        empty(oldest);
    return oldest;
}

static struct report *begin(struct changes *c, const struct change *change, struct site *base,
                            struct site *head)
{
    struct arena *arena = c->closing || change->ref.len > REF_MAX ? NULL : arena_create(0, 0);
    struct report *report = arena ? take_slot(c) : NULL;
    if (!report) {
        arena_destroy(arena);
        return NULL;
    }
    *report = (struct report){
        .change = *change, .arena = arena, .base = site_retain(base), .head = site_retain(head)};
    report->change.ref = arena_copy(arena, change->ref);
    pthread_cond_signal(&c->wanted);
    return report;
}

enum demand_state changes_find(struct changes *c, const struct change *change, struct site *base,
                               struct site *head, bool json, struct arena *arena, struct slice *out)
{
    enum demand_state state = DEMAND_BUSY;
    pthread_mutex_lock(&c->lock);
    struct report *report = find_change(c, change);
    if (report && report->made && clock_wall_ms() >= report->until_ms) {
        empty(report);
        report = NULL;
    }
    if (!report)
        report = begin(c, change, base, head);
    if (report && report->made) {
        report->used_ns = clock_monotonic_ns();
        *out = arena_copy(arena, json ? report->json : report->html);
        state = out->ptr ? DEMAND_READY : DEMAND_BUSY;
    } else if (report)
        state = DEMAND_WAITING;
    pthread_mutex_unlock(&c->lock);
    return state;
}

bool changes_join(const struct waiting *waiting, struct waiter *waiter)
{
    struct changes *c = waiting->maker;
    pthread_mutex_lock(&c->lock);
    struct report *report = find_change(c, waiting->what);
    bool sleeps = report && !report->made && !c->closing;
    if (sleeps)
        waiters_add(&report->waiters, waiter);
    pthread_mutex_unlock(&c->lock);
    return sleeps;
}

static double earlier_moment(double a, double moment, double now_ms)
{
    return moment > now_ms && moment < a ? moment : a;
}

// When the first page of either site appears or disappears.
static double next_moment(const struct report *report, double now_ms)
{
    const struct site *sites[] = {report->base, report->head};
    double next = INFINITY;
    for (size_t i = 0; i < 2; i++) {
        size_t count;
        const struct site_page *pages = site_pages(sites[i], &count);
        for (size_t k = 0; k < count; k++) {
            next = earlier_moment(next, pages[k].publish_at, now_ms);
            next = earlier_moment(next, pages[k].expire_at, now_ms);
        }
    }
    return next;
}

// The slot of a report that is being made is never taken.
static void make(struct changes *c, struct report *report)
{
    struct buffer html = buffer_create(report->arena, 0), json = html;
    struct arena *scratch = arena_create(1 << 20, 0);
    pthread_mutex_unlock(&c->lock);
    report->until_ms = next_moment(report, clock_wall_ms());
    bool ok = scratch && changes_write(c->server, &report->change, report->base, report->head,
                                       scratch, &html, &json);
    arena_destroy(scratch);
    pthread_mutex_lock(&c->lock);
    site_release(report->base);
    site_release(report->head);
    report->base = report->head = NULL;
    report->made = true;
    report->used_ns = clock_monotonic_ns();
    report->html = buffer_slice(&html);
    report->json = buffer_slice(&json);
    if (ok && !html.failed && !json.failed)
        waiters_wake(&report->waiters);
    else
        empty(report);
}

static void *run_changes(void *state)
{
    struct changes *c = state;
    pthread_mutex_lock(&c->lock);
    while (!c->closing) {
        struct report *next = NULL;
        for (size_t i = 0; i < KEPT && !next; i++)
            if (c->reports[i].arena && !c->reports[i].made)
                next = &c->reports[i];
        if (next)
            make(c, next);
        else
            pthread_cond_wait(&c->wanted, &c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

struct changes *changes_create(struct server *server)
{
    struct changes *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->server = server;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wanted, NULL);
    return c;
}

bool changes_start(struct changes *c, struct error *error)
{
    c->started = pthread_create(&c->thread, NULL, run_changes, c) == 0;
    return c->started || error_set(error, ERROR_IO, "cannot start the thread for changes");
}

void changes_close(struct changes *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->closing = true;
    pthread_cond_signal(&c->wanted);
    pthread_mutex_unlock(&c->lock);
    if (c->started)
        pthread_join(c->thread, NULL);
    c->started = false;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < KEPT; i++)
        waiters_wake(&c->reports[i].waiters);
    pthread_mutex_unlock(&c->lock);
}

void changes_destroy(struct changes *c)
{
    if (!c)
        return;
    changes_close(c);
    for (size_t i = 0; i < KEPT; i++)
        empty(&c->reports[i]);
    pthread_cond_destroy(&c->wanted);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
