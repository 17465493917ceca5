// SPDX-License-Identifier: MIT
//
// From a host name to the server of a site.
#include "sites.h"

#include "base/clock.h"
#include "base/file.h"
#include "cache.h"
#include "changes.h"
#include "hosted.h"
#include "hosts.h"
#include "reload.h"
#include "sites_clean.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// A load takes milliseconds for a small site with a cache, and seconds for a large one without:
// several threads, so that the small ones need not wait for it.
enum { LOADERS = 3, SLOT = PUBLISH_SLOTS - 3 };
// How long a renamed site is waited for, which has the same files under its old name.
enum { LEAVE_MS = 2000, LEAVE_STEP_MS = 50 };

struct sites {
    struct server *process;
    struct hosts *hosts;
    pthread_mutex_t lock;      // of the hosts' files
    struct demand *loaded;     // struct hosted by the struct host's address
    atomic_bool renew_wanted;  // `sites` is to be read again
    uint64_t settings_file;    // identity of the guidance.yaml that was read last
    uint64_t settings_pending; // and of one that is newer, if it stays as it is for a second
};

static struct demand *create_loaded(struct sites *sites);

struct sites *sites_create(struct server *process, struct arena *arena, struct error *error)
{
    struct hosts_change change;
    if (!settings_have_sites(process->settings))
        return NULL;
    struct sites *sites = arena_zalloc(arena, 1, sizeof *sites);
    if (!sites) {
        error_memory(error);
        return NULL;
    }
    struct file_info info = {0};
    if (settings_file(process->settings).len)
        file_stat(settings_file(process->settings).ptr, &info, NULL);
    sites->settings_file = info.identity;
    sites->process = process;
    sites->hosts = hosts_create();
    sites->loaded = create_loaded(sites);
    pthread_mutex_init(&sites->lock, NULL);
    atomic_store(&process->last_reload_ok, true);
    bool made = (sites->hosts && sites->loaded) || error_memory(error);
    if (made && hosts_read(sites->hosts, process->settings, &change, error))
        return sites;
    sites_destroy(sites);
    return NULL;
}

struct hosts *sites_hosts(const struct sites *sites)
{
    return sites->hosts;
}

struct demand *sites_loaded(struct sites *sites)
{
    return sites->loaded;
}

// ---- files of which each site must have its own ----

static const char *const FILE_KEYS[HOST_FILES] = {"cache", "feedback.file", "usage.file"};

static void drop_files(struct host *host)
{
    for (size_t i = 0; i < HOST_FILES; i++) {
        free(host->files[i]);
        host->files[i] = NULL;
    }
}

// A site that is listed no more owns its files until it is dropped.
static const struct host *owner_of(const struct sites *sites, const struct host *host,
                                   const char *path)
{
    for (const struct host *other = hosts_newest(sites->hosts); other; other = other->next) {
        bool gone = !atomic_load(&other->listed) && !atomic_load(&other->loaded);
        for (size_t k = 0; k < HOST_FILES && other != host && !gone; k++)
            if (other->files[k] && strcmp(other->files[k], path) == 0)
                return other;
    }
    return NULL;
}

static bool claim_file(struct sites *sites, struct host *host, size_t file, struct slice path,
                       const struct settings *settings, struct error *error)
{
    const struct value_place *place = settings_place(settings, FILE_KEYS[file]);
    if (!path.len || path.ptr[0] != '/')
        return true; // off, or in memory
    char clean[PATH_MAX];
    if (path_clean(path, clean, sizeof clean) == SIZE_MAX)
        return true; // too long to be opened
    const struct host *owner = owner_of(sites, host, clean);
    if (!owner) {
        host->files[file] = strdup(clean);
        return host->files[file] || error_memory(error);
    }
    error_set(error, ERROR_CONFIG, "%s %.*s is that of %.*s too", FILE_KEYS[file], SLICE_ARG(path),
              SLICE_ARG(owner->name));
    if (place)
        error_at(error, settings_file_shown(settings), place->line, place->column);
    error_hint(error, "give each site a file of its own");
    return false;
}

// Another site that has one of the files would get its feedback, or a cache that is rebuilt all the
// time.
static bool claim_files(void *state, struct host *host, const struct settings *settings,
                        struct error *error)
{
    struct sites *sites = state;
    struct arena *arena = arena_create(0, 0);
    if (!arena)
        return error_memory(error);
    const struct slice paths[HOST_FILES] = {
        slice_from_cstr(cache_path(arena, settings)),
        settings->feedback.enabled ? settings->feedback.file.full : SLICE_EMPTY,
        settings->usage.enabled ? settings->usage.file.full : SLICE_EMPTY};
    bool ok = true;
    pthread_mutex_lock(&sites->lock);
    drop_files(host);
    for (size_t i = 0; ok && i < HOST_FILES; i++)
        ok = claim_file(sites, host, i, paths[i], settings, error);
    pthread_mutex_unlock(&sites->lock);
    arena_destroy(arena);
    return ok;
}

// ---- loading ----

static bool is_reachable(const struct host *host, struct error *error)
{
    if (host->reachable)
        return true;
    error_set(error, ERROR_CONFIG,
              "the sandbox does not know %.*s, which was added since the start",
              SLICE_ARG(host->directory));
    error_hint(error, "restart the process, or name the directory above it in `site_roots` first");
    return false;
}

static bool is_held_by_old_name(const struct sites *sites, const struct host *host)
{
    for (const struct host *other = hosts_newest(sites->hosts); other; other = other->next)
        if (other != host && atomic_load(&other->loaded) &&
            slice_equal(other->directory, host->directory))
            return true;
    return false;
}

static void await_old_name(const struct sites *sites, const struct host *host)
{
    for (int ms = 0; ms < LEAVE_MS && is_held_by_old_name(sites, host); ms += LEAVE_STEP_MS)
        usleep(LEAVE_STEP_MS * 1000);
}

static void *make_hosted(void *state, const void *key, struct error *error)
{
    struct sites *sites = state;
    struct host *host;
    struct hosted *hosted = NULL;
    memcpy(&host, key, sizeof host);
    if (is_reachable(host, error)) {
        await_old_name(sites, host);
        hosted = hosted_start(sites->process, host, claim_files, sites, error);
    }
    atomic_store(&host->failing, !hosted);
    atomic_store(&host->loaded, hosted != NULL);
    atomic_fetch_add(hosted ? &host->loads : &host->load_failures, 1);
    if (!hosted) {
        struct log *log = log_of_site(sites->process->log, host->name.ptr);
        log_error(log, LOG_ERROR, error);
        log_destroy(log);
    }
    return hosted;
}

static void drop_hosted(void *thing)
{
    struct hosted *hosted = thing;
    struct host *host = hosted->server.host;
    log_write(hosted->server.log, LOG_INFO, "dropped from memory");
    atomic_store(&host->clean_day, clock_wall_s() / 86400); // as it did while it was loaded
    hosted_stop(hosted);
    atomic_store(&host->loaded, false);
}

// Its name is gone from the settings.
static bool is_hosted_unwanted(void *thing)
{
    const struct hosted *hosted = thing;
    return !atomic_load(&hosted->server.host->listed);
}

static void sweep_sites(void *state)
{
    const struct sites *sites = state;
    sites_clean(sites->process, sites->hosts);
}

static void retain_hosted(void *thing)
{
    struct hosted *hosted = thing;
    atomic_fetch_add(&hosted->references, 1);
}

static void release_hosted(void *thing)
{
    struct hosted *hosted = thing;
    atomic_fetch_sub(&hosted->references, 1);
}

static bool is_hosted_used(void *thing)
{
    struct hosted *hosted = thing;
    return atomic_load(&hosted->references) > 0;
}

// With the lock of the demand, so that the slot is used by one thread at a time.
static size_t hosted_bytes(void *thing)
{
    struct hosted *hosted = thing;
    struct site *site = publisher_acquire(&hosted->server.publisher, SLOT);
    size_t bytes = site ? site_arena_bytes(site) : 0;
    site_release(site);
    return bytes;
}

static struct demand *create_loaded(struct sites *sites)
{
    _Static_assert(sizeof(struct host *) <= DEMAND_KEY_MAX, "a pointer is a key");
    const struct settings *settings = sites->process->settings;
    const struct demand_options options = {.make = make_hosted,
                                           .release = drop_hosted,
                                           .retain = retain_hosted,
                                           .in_use = is_hosted_used,
                                           .unwanted = is_hosted_unwanted,
                                           .sweep = sweep_sites,
                                           .bytes = hosted_bytes,
                                           .state = sites,
                                           .key_bytes = sizeof(struct host *),
                                           .count_max = settings->site_count,
                                           .bytes_max = settings->site_memory,
                                           .waiting_max = settings->limits.connections,
                                           .idle_ns = settings->site_idle * UINT64_C(1000000),
                                           .threads = LOADERS,
                                           .what = "the sites"};
    return demand_create(&options);
}

bool sites_start(struct sites *sites, struct error *error)
{
    return demand_start(sites->loaded, error);
}

static void end_hosted(void *state, void *thing)
{
    const struct hosted *hosted = thing;
    (void)state;
    reloader_end(hosted->reloader);
    mailbox_close(hosted->server.mailbox);
    changes_close(hosted->server.changes);
    previews_close(hosted->server.previews);
}

void sites_close(struct sites *sites)
{
    if (!sites)
        return;
    demand_close(sites->loaded);
    demand_each(sites->loaded, end_hosted, NULL);
}

void sites_destroy(struct sites *sites)
{
    if (!sites)
        return;
    demand_destroy(sites->loaded);
    for (struct host *host = sites->hosts ? hosts_newest(sites->hosts) : NULL; host;
         host = host->next)
        drop_files(host);
    hosts_destroy(sites->hosts);
    pthread_mutex_destroy(&sites->lock);
}

// ---- requests ----

// The name in an authority, as `sites` has it.
static struct slice host_name(struct arena *arena, struct slice authority)
{
    struct buffer out = buffer_create(arena, HOST_NAME_MAX + 1);
    bool literal = authority.len && authority.ptr[0] == '[';
    for (size_t i = 0; i < authority.len; i++) {
        char c = authority.ptr[i];
        if (c == ':' && !literal)
            break;
        buffer_append_byte(&out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
        literal = literal && c != ']';
    }
    struct slice name = buffer_slice(&out);
    return name.len && name.ptr[name.len - 1] == '.' ? slice_sub(name, 0, name.len - 1) : name;
}

// RFC 9110 §15.5.20: we are not the server for this name. A client that knows another connection to
// it may use that; 404 would say that the site has no such page.
static void misdirected(struct request *request, struct response *response, struct slice name)
{
    struct buffer out = buffer_create(request->arena, 0);
    buffer_printf(&out, "421 Misdirected Request: no site here is called \"%.*s\"\n",
                  SLICE_ARG(name));
    response_text(request, response, 421, SLICE("text/plain; charset=utf-8"), buffer_slice(&out));
    response->cache_control = SLICE("no-store");
}

static void not_loaded(struct request *request, struct response *response, const char *why)
{
    response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                  arena_printf(request->arena, "503 Service Unavailable: %s\n", why));
    response_header(response, SLICE("Retry-After"), SLICE("3"));
    response->cache_control = SLICE("no-store");
}

struct awaited {
    struct waiting waiting;
    struct host *host;
};

static bool await_site(struct server *process, struct request *request, struct response *response,
                       struct host *host, waiters_answer again)
{
    struct awaited *awaited = arena_alloc(request->arena, sizeof *awaited);
    if (!awaited)
        return false;
    *awaited = (struct awaited){{demand_join, process->sites->loaded, &awaited->host}, host};
    return waiters_suspend(&awaited->waiting, process, request, response, again);
}

struct server *sites_find(struct server *process, struct request *request,
                          struct response *response, struct slice authority, waiters_answer again)
{
    struct slice name = host_name(request->arena, authority);
    struct host *host = name.len ? hosts_find(process->sites->hosts, name) : NULL;
    void *thing = NULL;
    if (!host) {
        misdirected(request, response, name);
        return NULL;
    }
    struct error *error = arena_zalloc(request->arena, 1, sizeof *error);
    enum demand_state state =
        error ? demand_find(process->sites->loaded, &host, &thing, error) : DEMAND_BUSY;
    if (state == DEMAND_READY) {
        struct hosted *hosted = thing;
        if (arena_on_free(request->arena, release_hosted, hosted))
            return &hosted->server;
        state = DEMAND_BUSY;
    }
    if (state == DEMAND_FAILED)
        not_loaded(request, response, "the site cannot be loaded");
    else if (state != DEMAND_WAITING || !await_site(process, request, response, host, again))
        not_loaded(request, response, "too many requests wait for the site");
    return NULL;
}

void sites_note(struct host *host, int status)
{
    int class = status / 100;
    if (class > 0 && class < HOST_CLASSES)
        atomic_fetch_add_explicit(&host->requests[class], 1, memory_order_relaxed);
}

// ---- once a second, and when asked ----

static void tick_hosted(void *state, void *thing)
{
    struct hosted *hosted = thing;
    (void)state;
    mailbox_tick(hosted->server.mailbox);
    if (hosted->server.development)
        live_beat(&hosted->server);
}

void sites_tick(struct sites *sites)
{
    if (sites)
        demand_each(sites->loaded, tick_hosted, NULL);
}

static void reload_hosted(void *state, void *thing)
{
    struct hosted *hosted = thing;
    (void)state;
    atomic_store(&hosted->server.reload_wanted, true);
    reloader_wake(hosted->reloader);
}

void sites_reload(struct sites *sites)
{
    if (!sites)
        return;
    atomic_store(&sites->renew_wanted, true);
    demand_each(sites->loaded, reload_hosted, NULL);
}

// ---- changes of `sites` ----

// An editor may write a file in several steps, and half a list of sites is a list of sites: it is
// read once it has been the same for two ticks.
static bool has_changed_file(struct sites *sites)
{
    struct file_info info = {0};
    struct slice file = settings_file(sites->process->settings);
    if (!file.len || !file_stat(file.ptr, &info, NULL) || info.identity == sites->settings_file)
        return false;
    bool settled = info.identity == sites->settings_pending;
    sites->settings_pending = info.identity;
    if (settled)
        sites->settings_file = info.identity;
    return settled;
}

bool sites_are_stale(struct sites *sites)
{
    bool changed = has_changed_file(sites);
    return atomic_exchange(&sites->renew_wanted, false) || changed;
}

bool sites_renew(struct sites *sites, const struct settings *settings, struct error *error)
{
    struct hosts_change change = {0, 0};
    if (!settings_have_sites(settings)) {
        error_set(error, ERROR_CONFIG, "`sites` is gone, so those of before stay");
        error_at(error, settings_file_shown(settings), 1, 1);
        error_hint(error, "restart the process if it is to serve a single site");
        return false;
    }
    if (!hosts_read(sites->hosts, settings, &change, error))
        return false;
    if (change.added || change.removed)
        log_write(sites->process->log, LOG_INFO, "sites: %zu added, %zu removed, %zu in all",
                  change.added, change.removed, hosts_count(sites->hosts));
    return true;
}
