// SPDX-License-Identifier: MIT
//
// Which site is next: the first that is not in memory and has not been cleaned today (UTC). One
// that is loaded meanwhile may be cleaned twice, which removes no more than one time would.
#include "sites_clean.h"

#include "base/clock.h"
#include "retention.h"
#include "server.h"
#include "tree/repository.h"

enum { PAUSE_MS = 250 };

// Whether this thread is to look for a site now.
static bool take_turn(atomic_uint_fast64_t *next_ns)
{
    uint64_t now_ns = clock_monotonic_ns();
    uint_fast64_t due_ns = atomic_load(next_ns);
    return now_ns >= due_ns &&
           atomic_compare_exchange_strong(next_ns, &due_ns, now_ns + PAUSE_MS * UINT64_C(1000000));
}

static struct host *take_next(struct hosts *hosts)
{
    int64_t today = clock_wall_s() / 86400;
    for (struct host *host = hosts_newest(hosts); host; host = host->next)
        if (host->reachable && atomic_load(&host->listed) && !atomic_load(&host->loaded) &&
            atomic_exchange(&host->clean_day, today) != today)
            return host;
    return NULL;
}

// Settings that are wrong are said when the site is asked for; here, that its promise is not kept.
static void clean_site(const struct server *process, const struct host *host)
{
    struct error error = {0};
    struct repository *repository = NULL;
    struct arena *arena = arena_create(0, 0);
    struct log *log = log_of_site(process->log, host->name.ptr);
    const struct settings *settings =
        arena ? sites_settings(process, host, arena, &repository, &error) : NULL;
    if (settings)
        retention_of_site(settings, log);
    else
        log_write(log, LOG_WARNING,
                  "old feedback is not removed, since the settings cannot be read: %s",
                  error.message);
    repository_release(repository);
    arena_destroy(arena);
    log_destroy(log);
}

void sites_clean(struct server *process, struct hosts *hosts)
{
    struct host *host = take_turn(hosts_clean_ns(hosts)) ? take_next(hosts) : NULL;
    if (host)
        clean_site(process, host);
}
