// SPDX-License-Identifier: MIT
//
// The thread that loads previews, and the loaded ones.
#include "previews.h"

#include "base/clock.h"
#include "networks.h"
#include "preview_refs.h"
#include "server.h"

#include <stdlib.h>

// WAITERS_MAX: connections that may wait for previews.
enum { WAITERS_MAX = 256 };
enum { SLOT = PUBLISH_SLOTS - 2 };

struct previews {
    struct server *server;
    struct preview_refs *refs;
    struct site_histories *histories;
    struct networks networks;
    struct value audience;
    bool by_network, by_audience;
    struct demand *loaded; // by commit
};

struct demand *previews_loaded(struct previews *p)
{
    return p ? p->loaded : NULL;
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

static void *make_preview(void *state, const void *key, struct error *error)
{
    struct previews *p = state;
    const struct object_id *commit = key;
    uint64_t start = clock_monotonic_ns();
    struct site *site = load(p, commit, error);
    char hex[REPOSITORY_HEX];
    repository_write_id(commit, hex);
    if (site)
        log_write(p->server->log, LOG_INFO, "preview of %.10s loaded in %.0f ms", hex,
                  (double)(clock_monotonic_ns() - start) / 1e6);
    else
        log_error(p->server->log, LOG_WARNING, error);
    atomic_fetch_add(&p->server->metrics->previews, 1);
    return site;
}

static void retain_preview(void *site)
{
    site_retain(site);
}

static void release_preview(void *site)
{
    site_release(site);
}

static size_t preview_bytes(void *site)
{
    return site_arena_bytes(site);
}

// A page has appeared or disappeared by its date since it was loaded.
static bool is_outdated(void *site)
{
    return clock_wall_ms() >= site_next_change(site);
}

// Removes files of dropped previews: that takes time, which workers would wait.
static void sweep_previews(void *state)
{
    const struct previews *p = state;
    script_sweep(p->server->preview_script);
}

// ---- who may see them ----

bool previews_admit(const struct previews *p, const struct request *request)
{
    bool near = !p->by_network || access_is_from(&p->networks, request);
    return near &&
           (!p->by_audience || site_audience_has(p->audience, request->user, request->groups));
}

// ---- refs ----

bool previews_resolve(struct previews *p, struct request *request, struct slice ref,
                      struct object_id *commit, struct error *error)
{
    *error = (struct error){.code = ERROR_NONE};
    enum preview_ref found = preview_refs_find(p->refs, ref, request->may_wait, commit, error);
    request->slow |= found == PREVIEW_REF_LATER;
    if (error_is_set(error))
        log_error(p->server->log, LOG_WARNING, error);
    return found == PREVIEW_REF_FOUND;
}

struct object_id previews_base(struct previews *p, const struct object_id *served,
                               const struct object_id *head, struct error *error)
{
    return preview_refs_base(p->refs, served, head, error);
}

struct slice previews_label(struct previews *p, struct slice label, struct arena *arena)
{
    return preview_refs_label(p->refs, label, arena);
}

bool previews_each_ref(struct previews *p, repository_ref_fn fn, void *state, struct error *error)
{
    return preview_refs_each(p->refs, fn, state, error);
}

// ---- start and end ----

static struct demand *create_loaded(struct previews *p, const struct settings *settings)
{
    _Static_assert(sizeof(struct object_id) <= DEMAND_KEY_MAX, "a commit is a key");
    const struct demand_options options = {.make = make_preview,
                                           .release = release_preview,
                                           .sweep = sweep_previews,
                                           .retain = retain_preview,
                                           .unwanted = is_outdated,
                                           .bytes = preview_bytes,
                                           .state = p,
                                           .key_bytes = sizeof(struct object_id),
                                           .count_max = settings->git.preview_count,
                                           .bytes_max = settings->git.preview_memory,
                                           .waiting_max = WAITERS_MAX,
                                           .idle_ns =
                                               settings->git.preview_idle * UINT64_C(1000000),
                                           .threads = 1,
                                           .what = "previews"};
    return demand_create(&options);
}

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
    p->loaded = create_loaded(p, settings);
    p->refs = preview_refs_create(settings->repository, settings->git.directory.full.ptr, error);
    p->histories = p->refs ? site_histories_create(false) : NULL;
    bool ok = p->refs && p->histories && p->loaded;
    if (!ok && !error_is_set(error))
        error_memory(error);
    if (ok &&
        networks_read(&p->networks, settings->git.preview_networks, "git.preview_networks", error))
        return p;
    previews_destroy(p);
    return NULL;
}

bool previews_start(struct previews *p, struct error *error)
{
    return demand_start(p->loaded, error);
}

void previews_close(struct previews *p)
{
    if (p)
        demand_close(p->loaded);
}

void previews_destroy(struct previews *p)
{
    if (!p)
        return;
    demand_destroy(p->loaded);
    script_sweep(p->server->preview_script);
    preview_refs_destroy(p->refs);
    site_histories_destroy(p->histories);
    free(p);
}
