// SPDX-License-Identifier: MIT
//
// A host has one question at a time, and many threads ask: decides which is next, and which may
// wait.
//
// The thread that had the last turn lets waiting ones go first: otherwise a thread that asks a
// thousand questions in a row, as a load does, would be back before any of them has woken.
#include "host.h"

#include "base/clock.h"

#include <time.h>

static const uint64_t MS = 1000000;

// How many questions of this thread are waiting for hosts.
static _Thread_local unsigned depth;

// ---- patience ----

static _Thread_local bool hurried, put_off;
static _Thread_local uint64_t deadline;

void script_wait(bool may, uint64_t deadline_ns)
{
    hurried = !may;
    deadline = deadline_ns;
    put_off = false;
}

bool script_was_put_off(void)
{
    return put_off;
}

bool turn_may_wait(struct error *error)
{
    put_off |= hurried;
    return !hurried || error_set(error, ERROR_AWAY,
                                 "JavaScript has to be asked, and nothing waits for it here");
}

// ---- turns ----

static uint64_t latest(const struct script *script)
{
    uint64_t own = clock_monotonic_ns() + script->options.timeout_ms * MS;
    return deadline && deadline < own ? deadline : own;
}

// With the script's lock.
static bool await(struct script *script, struct host *host)
{
    const struct timespec until = clock_monotonic_at(latest(script));
    bool goes_back = pthread_equal(host->last, pthread_self()) && host->waiting;
    int code = 0;
    host->waiting++;
    while ((host->taken || (goes_back && host->waiting > 1)) && code == 0 &&
           !atomic_load(&script->stopped)) {
        code = pthread_cond_clockwait(&script->turn, &script->lock, CLOCK_MONOTONIC, &until);
        goes_back = goes_back && pthread_equal(host->last, pthread_self());
    }
    host->waiting--;
    bool taken = !host->taken && !atomic_load(&script->stopped);
    if (taken) {
        host->taken = true;
        host->last = pthread_self();
    } else {
        // Another thread may be waiting for this one to go first.
        pthread_cond_broadcast(&script->turn);
    }
    return taken;
}

struct host *turn_take(struct script *script, struct error *error)
{
    if (depth == HOSTS_MAX) {
        error_set(error, ERROR_LIMIT, "questions to JavaScript are nested more than %d deep",
                  (int)HOSTS_MAX);
        return NULL;
    }
    struct host *host = &script->hosts[depth];
    pthread_mutex_lock(&script->lock);
    bool taken = await(script, host);
    pthread_mutex_unlock(&script->lock);
    if (taken) {
        depth++;
        return host;
    }
    if (atomic_load(&script->stopped)) {
        error_set(error, ERROR_AWAY, "JavaScript has stopped: the server is ending");
        return NULL;
    }
    error_set(error, ERROR_AWAY, "JavaScript had no time within %u ms: other questions came first",
              script->options.timeout_ms);
    error_hint(error, "script.timeout sets how long a question may take");
    return NULL;
}

void turn_leave(struct script *script, struct host *host)
{
    int pid = host->pid;
    if (pid)
        starter_idle(script->starter, pid, script->options.idle_ms);
    depth--;
    pthread_mutex_lock(&script->lock);
    host->taken = false;
    pthread_cond_broadcast(&script->turn);
    pthread_mutex_unlock(&script->lock);
}
