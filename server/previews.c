// SPDX-License-Identifier: MIT
//
// The thread that loads previews, and the loaded ones.
#include "previews.h"

#include "base/clock.h"
#include "networks.h"
#include "preview_refs.h"
#include "server.h"

#include <stdlib.h>

// WAITERS_MAX: connections that may wait for previews. FAILED_MS: how long until a failure is
// retried.
enum { PREVIEWS_MAX = 64, WAITERS_MAX = 256, TICK_MS = 500, FAILED_MS = 3000 };
enum { SLOT = PUBLISH_SLOTS - 2 };

struct entry {
    struct object_id commit;
    enum preview_state state; // WAITING, READY or FAILED
    bool loading;             // WAITING: the thread has it
    struct site *site;        // if READY: a reference
    struct error *error;      // if FAILED
    uint64_t used_ns;         // last request; if FAILED: time of failure
    struct waiter *waiters;
};

struct previews {
    struct server *server;
    struct preview_refs *refs;
    struct site_histories *histories;
    struct networks networks;
    struct value audience;
    bool by_network, by_audience;
    size_t count_max, bytes_max;
    uint64_t idle_ns;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; // for everything below
    pthread_cond_t wanted;
    bool closing;
    struct entry entries[PREVIEWS_MAX];
    size_t count, waiting;
    struct site *dropped[PREVIEWS_MAX]; // to be released without the lock
    size_t dropped_count;
};

// ---- the loaded previews ----

static struct entry *find_preview(struct previews *p, const struct object_id *commit)
{
    for (size_t i = 0; i < p->count; i++)
        if (memcmp(&p->entries[i].commit, commit, sizeof *commit) == 0)
            return &p->entries[i];
    return NULL;
}

// The connections continue once the lock is free.
static void wake_previews(struct previews *p, struct entry *entry)
{
    p->waiting -= waiters_wake(&entry->waiters);
}

static void drop(struct previews *p, struct entry *entry)
{
    wake_previews(p, entry);
    if (entry->site) {
        invariant(p->dropped_count < PREVIEWS_MAX);
        p->dropped[p->dropped_count++] = entry->site;
    }
    free(entry->error);
    *entry = p->entries[--p->count];
}

static size_t preview_bytes(const struct previews *p)
{
    size_t bytes = 0;
    for (size_t i = 0; i < p->count; i++)
        bytes += p->entries[i].site ? site_arena_bytes(p->entries[i].site) : 0;
    return bytes;
}

static struct entry *oldest(struct previews *p, const struct entry *keep)
{
    struct entry *found = NULL;
    for (size_t i = 0; i < p->count; i++) {
        struct entry *entry = &p->entries[i];
        if (entry == keep || entry->state == PREVIEW_WAITING)
            continue;
        if (!found || entry->used_ns < found->used_ns)
            found = entry;
    }
    return found;
}

// The last one moves into the place of a dropped one, so `keep` is identified by its commit.
static void bound(struct previews *p, const struct object_id *keep)
{
    while (p->count > p->count_max || preview_bytes(p) > p->bytes_max) {
        struct entry *entry = oldest(p, keep ? find_preview(p, keep) : NULL);
        if (!entry)
            return;
        drop(p, entry);
    }
}

static void drop_idle(struct previews *p)
{
    uint64_t now_ns = clock_monotonic_ns();
    for (size_t i = p->count; i-- > 0;) {
        struct entry *entry = &p->entries[i];
        uint64_t life_ns =
            entry->state == PREVIEW_FAILED ? FAILED_MS * UINT64_C(1000000) : p->idle_ns;
        if (entry->state != PREVIEW_WAITING && now_ns - entry->used_ns > life_ns)
            drop(p, entry);
    }
}

enum preview_state previews_find(struct previews *p, const struct object_id *commit,
                                 struct site **site, struct error *error)
{
    pthread_mutex_lock(&p->lock);
    struct entry *entry = find_preview(p, commit);
    enum preview_state state = PREVIEW_BUSY;
    if (!entry && p->count < PREVIEWS_MAX && !p->closing && p->waiting < WAITERS_MAX) {
        entry = &p->entries[p->count++];
        *entry = (struct entry){.commit = *commit, .state = PREVIEW_WAITING};
        pthread_cond_signal(&p->wanted);
    }
    if (entry)
        state = entry->state;
    if (state == PREVIEW_READY) {
        entry->used_ns = clock_monotonic_ns();
        *site = site_retain(entry->site);
    } else if (state == PREVIEW_FAILED)
        *error = *entry->error;
    else if (p->waiting >= WAITERS_MAX)
        state = PREVIEW_BUSY;
    pthread_mutex_unlock(&p->lock);
    return state;
}

bool previews_join(const struct waiting *waiting, struct waiter *waiter)
{
    struct previews *p = waiting->maker;
    pthread_mutex_lock(&p->lock);
    struct entry *entry = find_preview(p, waiting->what);
    bool sleeps = entry && entry->state == PREVIEW_WAITING && !p->closing;
    if (sleeps) {
        waiters_add(&entry->waiters, waiter);
        p->waiting++;
    }
    pthread_mutex_unlock(&p->lock);
    return sleeps;
}

struct preview_counts previews_counts(struct previews *p)
{
    struct preview_counts counts = {0};
    if (!p)
        return counts;
    pthread_mutex_lock(&p->lock);
    counts = (struct preview_counts){p->count, preview_bytes(p)};
    pthread_mutex_unlock(&p->lock);
    return counts;
}

// ---- loading ----

// Sources may hold functions, of the JavaScript that they were read with.
static bool may_share_sources(const struct site *served, const struct settings *settings)
{
    return served && !site_script(served) && !settings->eleventy_config.len;
}

// The settings live as long as the snapshot.
static struct site *load(struct previews *p, const struct object_id *commit, struct error *error)
{
    struct server *server = p->server;
    struct settings_version *version = settings_version_read_at(
        server->read_settings_at, server->read_settings_state, commit, error);
    if (!version)
        return NULL;
    struct site *served = publisher_acquire(&server->publisher, SLOT);
    const struct settings *settings = settings_version_get(version);
    struct site_load_options options = {.settings = settings,
                                        .previous =
                                            may_share_sources(served, settings) ? served : NULL,
                                        .script = server->preview_script,
                                        .histories = p->histories,
                                        .feedback_hidden = true,
                                        .own_errors = true,
                                        .watched = true};
    struct site *site = site_load(&options, error);
    site_release(served);
    if (!site) {
        settings_version_release(version);
        return NULL;
    }
    if (site_on_free(site, settings_version_release, version))
        return site;
    site_release(site);
    error_memory(error);
    return NULL;
}

static void load_one(struct previews *p, struct object_id commit)
{
    struct error error = {0};
    uint64_t start = clock_monotonic_ns();
    pthread_mutex_unlock(&p->lock);
    struct site *site = load(p, &commit, &error);
    char hex[REPOSITORY_HEX];
    repository_write_id(&commit, hex);
    if (site)
        log_write(p->server->log, LOG_INFO, "preview of %.10s loaded in %.0f ms", hex,
                  (double)(clock_monotonic_ns() - start) / 1e6);
    else
        log_error(p->server->log, LOG_WARNING, &error);
    atomic_fetch_add(&p->server->metrics.previews, 1);
    pthread_mutex_lock(&p->lock);
    struct entry *entry = find_preview(p, &commit);
    invariant(entry);
    entry->site = site;
    entry->loading = false;
    entry->used_ns = clock_monotonic_ns();
    entry->state = site ? PREVIEW_READY : PREVIEW_FAILED;
    entry->error = site ? NULL : malloc(sizeof error);
    if (entry->error)
        *entry->error = error;
    else if (!site) {
        drop(p, entry);
        return;
    }
    wake_previews(p, entry);
    bound(p, &commit);
}

static struct entry *next_wanted(struct previews *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->entries[i].state == PREVIEW_WAITING)
            return &p->entries[i];
    return NULL;
}

// Frees dropped previews and removes their files: that takes time, which workers would wait.
static void sweep_previews(struct previews *p)
{
    struct site *dropped[PREVIEWS_MAX];
    size_t count = p->dropped_count;
    memcpy(dropped, p->dropped, count * sizeof *dropped);
    p->dropped_count = 0;
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < count; i++)
        site_release(dropped[i]);
    script_sweep(p->server->preview_script);
    pthread_mutex_lock(&p->lock);
}

static void *run_previews(void *state)
{
    struct previews *p = state;
    pthread_mutex_lock(&p->lock);
    while (!p->closing) {
        struct entry *entry = next_wanted(p);
        if (entry)
            load_one(p, entry->commit);
        else
            drop_idle(p);
        sweep_previews(p); // meanwhile another may be wanted
        if (entry || p->closing || next_wanted(p))
            continue;
        const struct timespec until =
            clock_monotonic_at(clock_monotonic_ns() + TICK_MS * UINT64_C(1000000));
        pthread_cond_clockwait(&p->wanted, &p->lock, CLOCK_MONOTONIC, &until);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

// ---- who may see them ----

bool previews_admit(const struct previews *p, const struct request *request)
{
    bool near = !p->by_network || networks_have(&p->networks, slice_from_cstr(request->client));
    return near &&
           (!p->by_audience || site_audience_has(p->audience, request->user, request->groups));
}

// ---- refs ----

bool previews_resolve(struct previews *p, struct request *request, struct slice ref,
                      struct object_id *commit)
{
    enum preview_ref found = preview_refs_find(p->refs, ref, request->may_wait, commit);
    request->slow |= found == PREVIEW_REF_LATER;
    return found == PREVIEW_REF_FOUND;
}

struct object_id previews_base(struct previews *p, const struct object_id *served,
                               const struct object_id *head)
{
    return preview_refs_base(p->refs, served, head);
}

struct slice previews_label(struct previews *p, struct slice label, struct arena *arena)
{
    return preview_refs_label(p->refs, label, arena);
}

void previews_each_ref(struct previews *p, repository_ref_fn fn, void *state)
{
    preview_refs_each(p->refs, fn, state);
}

// ---- start and end ----

struct previews *previews_create(struct server *server, struct error *error)
{
    const struct settings *settings = server->settings;
    bool by_network = value_length(NULL, settings->git.preview_networks) > 0;
    bool by_audience = value_length(NULL, settings->git.preview_audience) > 0;
    if (!settings->repository || (!by_network && !by_audience))
        return NULL;
    struct previews *p = calloc(1, sizeof *p);
    if (!p) {
        error_memory(error);
        return NULL;
    }
    p->server = server;
    p->by_network = by_network;
    p->by_audience = by_audience;
    p->audience = settings->git.preview_audience;
    p->count_max = settings->git.preview_count;
    p->bytes_max = settings->git.preview_memory;
    p->idle_ns = settings->git.preview_idle * UINT64_C(1000000);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wanted, NULL);
    p->refs = preview_refs_create(settings->repository, settings->git.directory.full.ptr, error);
    p->histories = p->refs ? site_histories_create(false) : NULL;
    if (p->refs && !p->histories)
        error_memory(error);
    if (p->refs && p->histories &&
        networks_read(&p->networks, settings->git.preview_networks, "git.preview_networks", error))
        return p;
    previews_destroy(p);
    return NULL;
}

bool previews_start(struct previews *p, struct error *error)
{
    p->started = pthread_create(&p->thread, NULL, run_previews, p) == 0;
    return p->started || error_set(error, ERROR_IO, "cannot start the thread for previews");
}

void previews_close(struct previews *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_signal(&p->wanted);
    pthread_mutex_unlock(&p->lock);
    if (p->started)
        pthread_join(p->thread, NULL);
    p->started = false;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->count; i++)
        wake_previews(p, &p->entries[i]);
    pthread_mutex_unlock(&p->lock);
}

void previews_destroy(struct previews *p)
{
    if (!p)
        return;
    previews_close(p);
    pthread_mutex_lock(&p->lock);
    while (p->count)
        drop(p, &p->entries[0]);
    sweep_previews(p);
    pthread_mutex_unlock(&p->lock);
    preview_refs_destroy(p->refs);
    site_histories_destroy(p->histories);
    pthread_cond_destroy(&p->wanted);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
