// SPDX-License-Identifier: MIT
//
// Loading in the background: a new snapshot is built while the old one serves, and swapped in
// whole. A failed load keeps the old one, and says why in the log and in /readyz.
#include "reload.h"

#include "assets.h"
#include "audit.h"
#include "base/clock.h"
#include "outputs.h"
#include "site/revision.h"
#include "tree/tree.h"
#include "verify.h"

#include <malloc.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

// HOSTED_TICK_MS: of one site among several, of which hundreds may be loaded: it is woken when
// something is wanted of it (reloader_wake). CHANGING_MS: how long to keep rereading a site whose
// files keep changing.
enum { TICK_MS = 50, HOSTED_TICK_MS = 1000, CHECK_MS = 5000, QUIET_MS = 5000, CHANGING_MS = 10000 };

struct reloader {
    struct server *server;
    struct watch *watch;   // NULL: not watching
    struct arena *watched; // for the watched paths
    uint64_t watched_hash; // of the watched paths
    uint64_t asked;        // questions to JavaScript at the last check
    uint64_t written;      // files written by it, at the last load
    struct verifier *verifier;
    struct site_histories *histories;
    struct settings_version *version; // NULL: the initial ones
    uint64_t settings_mark;
    uint64_t next_check_ns; // of the cache
    bool whole;             // the next load must be whole
    bool checked;           // the cache has been checked
    bool changed;           // a change was seen while the index was written
    bool disturbed;         // files could not be read for the first snapshot
    double next_change_ms;  // when the next page appears or disappears
    uint64_t quiet_ns;      // when to load a renewed snapshot whole; 0: it is not renewed
    uint64_t compressed;    // generation of the last snapshot whose assets are all compressed
    bool untrimmed;         // a whole load has left free memory with the C library
    struct site *unindexed; // held until its pages are indexed; NULL: done
    pthread_t thread;
    int wake; // an eventfd
    atomic_bool stopping;
    atomic_int state;   // enum reloader_state; `error` is written before it
    struct error error; // of the first load
};

// ---- the search index: after pages are served, unless there are newer ones ----

static bool is_wanted_elsewhere(void *state)
{
    struct reloader *reloader = state;
    reloader->changed |= reloader->watch && watch_wait(reloader->watch, 0);
    return reloader->changed || clock_wall_ms() >= reloader->next_change_ms ||
           atomic_load(&reloader->stopping) || atomic_load(&reloader->server->reload_wanted);
}

static void write_index(struct reloader *reloader)
{
    struct server *server = reloader->server;
    struct error error = {0};
    if (!reloader->unindexed)
        return;
    if (site_index(reloader->unindexed, server->store, is_wanted_elsewhere, reloader, &error))
        atomic_store(&server->index_ready, true);
    else if (error_is_set(&error))
        log_error(server->log, LOG_WARNING, &error);
    site_release(reloader->unindexed);
    reloader->unindexed = NULL;
}

// For a shared cache: what readers see now that differs from before.
static void note_outputs(struct reloader *reloader)
{
    struct site *site = publisher_acquire(&reloader->server->publisher, PUBLISH_SLOTS - 1);
    outputs_go_on(reloader->server->outputs, site, is_wanted_elsewhere, reloader);
    site_release(site);
}

static void compress_assets(struct reloader *reloader)
{
    struct site *site = publisher_acquire(&reloader->server->publisher, PUBLISH_SLOTS - 1);
    if (site && reloader->compressed != site_generation(site) &&
        assets_compress(site, is_wanted_elsewhere, reloader))
        reloader->compressed = site_generation(site);
    site_release(site);
}

// ---- loading ----

static void note_cache(struct server *server)
{
    bool asked_for = slice_equal(server->settings->cache, SLICE(":memory:"));
    bool healthy = server->store && store_healthy(server->store);
    atomic_store(&server->cache, !healthy                                       ? CACHE_UNUSABLE
                                 : store_is_memory(server->store) && !asked_for ? CACHE_IN_MEMORY
                                                                                : CACHE_USABLE);
}

static const struct settings *current_settings(const struct reloader *reloader)
{
    return reloader->version ? settings_version_get(reloader->version) : reloader->server->settings;
}

static bool is_of_git(const struct reloader *reloader)
{
    return reloader->server->settings->repository != NULL;
}

// If only texts of pages have been saved since the snapshot, reads only those.
static struct site *patch(struct reloader *reloader, const struct site_load_options *options)
{
    const struct slice *paths;
    size_t count;
    bool whole = reloader->whole || !atomic_load(&reloader->server->last_reload_ok);
    reloader->whole = false;
    if (is_of_git(reloader))
        return NULL;
    if (!reloader->watch || !watch_saved(reloader->watch, &paths, &count) || whole)
        return NULL;
    return verifier_patch(reloader->verifier, options, paths, count);
}

// The settings live as long as the snapshot.
static bool hold_settings(struct reloader *reloader, struct site *site, struct error *error)
{
    return !reloader->version ||
           site_on_free(site, settings_version_release,
                        settings_version_retain(reloader->version)) ||
           error_memory(error);
}

// For readers whose page fails in a snapshot that has not been rendered completely.
static void keep_earlier(struct reloader *reloader)
{
    struct publisher *earlier = &reloader->server->earlier;
    struct site *before = verifier_before(reloader->verifier);
    if (before != atomic_load(&earlier->current))
        publisher_publish(earlier, before ? site_retain(before) : NULL);
}

static void publish_site(struct reloader *reloader, struct site *site)
{
    struct server *server = reloader->server;
    struct site_counts counts = site_counts(site);
    struct slice revision = site_settings(site)->revision;
    reloader->next_change_ms = site_next_change(site);
    if (reloader->disturbed && reloader->next_change_ms > clock_wall_ms() + CHECK_MS)
        reloader->next_change_ms = clock_wall_ms() + CHECK_MS;
    reloader->disturbed = false;
    reloader->quiet_ns = counts.renewed ? clock_monotonic_ns() + QUIET_MS * 1000000ull : 0;
    site_release(reloader->unindexed);
    reloader->unindexed = server->store ? site_retain(site) : NULL;
    keep_earlier(reloader);
    struct site *before = publisher_acquire(&server->publisher, PUBLISH_SLOTS - 1);
    publisher_publish(&server->publisher, site_retain(site));
    atomic_store(&server->published_ms, clock_wall_ms());
    log_write(server->log, LOG_INFO,
              "%s %zu %s and %zu %s in %.0f ms (%zu from the cache), %zu %s, %zu %s, "
              "generation %llu%s%.10s",
              counts.patched ? "patched" : "loaded", counts.pages,
              count_word(counts.pages, "page", "pages"), counts.assets,
              count_word(counts.assets, "asset", "assets"), counts.load_ms, counts.reused,
              counts.errors, count_word(counts.errors, "error", "errors"), counts.warnings,
              count_word(counts.warnings, "warning", "warnings"),
              (unsigned long long)site_generation(site), revision.len ? ", commit " : "",
              revision.len ? revision.ptr : "");
    audit_log(server->log, before, site);
    site_release(before);
    site_release(site);
}

static uint64_t count_written(const struct server *server)
{
    return server->script ? script_status(server->script).written : 0;
}

// A snapshot that may lack files which are there is not published: the one before stays. The first
// has none before it, and is renewed soon.
static struct site *hold_disturbed(struct reloader *reloader, struct site *site,
                                   const struct site *old, struct error *error)
{
    struct error disturbance = {0};
    if (!site || !site_was_disturbed(site, &disturbance))
        return site;
    reloader->whole = true;
    if (!old) {
        log_error(reloader->server->log, LOG_WARNING, &disturbance);
        reloader->disturbed = true;
        return site;
    }
    *error = disturbance;
    site_release(site);
    return NULL;
}

// A new unpublished snapshot of the current files; NULL and error. `again`: nothing has been saved,
// but more is known about the pages.
static struct site *make_site(struct reloader *reloader, bool again, struct error *error)
{
    struct server *server = reloader->server;
    struct site *old = publisher_acquire(&server->publisher, PUBLISH_SLOTS - 1);
    reloader->written = count_written(server);
    // A load may change what to watch for a site with JavaScript.
    bool by_events =
        reloader->watch && watch_how(reloader->watch) == WATCH_EVENTS && (!server->script || old);
    struct site_load_options options = {.settings = current_settings(reloader),
                                        .store = server->store,
                                        .script = server->script,
                                        .log = server->log,
                                        .previous = old,
                                        .histories = reloader->histories,
                                        .feedback_hidden = atomic_load(&server->feedback_hidden),
                                        .development = server->development,
                                        .watched = by_events || is_of_git(reloader)};
    struct site *site = again ? verifier_load_again(reloader->verifier, &options, error)
                              : patch(reloader, &options);
    if (!site && !again && reloader->watch)
        watch_renew(reloader->watch);
    if (!site && !again) {
        site = verifier_load(reloader->verifier, &options, error);
        reloader->untrimmed = true;
    }
    site = hold_disturbed(reloader, site, old, error);
    if (site)
        assets_attach(site, old);
    if (site && !hold_settings(reloader, site, error)) {
        site_release(site);
        site = NULL;
    }
    site_release(old);
    return site;
}

static void note_watch(struct reloader *reloader)
{
    atomic_store(&reloader->server->watch,
                 !reloader->watch ? SERVER_WATCH_OFF : (int)watch_how(reloader->watch));
}

static void stop_watching(struct reloader *reloader)
{
    watch_destroy(reloader->watch);
    arena_destroy(reloader->watched);
    reloader->watch = NULL;
    reloader->watched = NULL;
    reloader->watched_hash = 0;
}

static uint64_t hash_paths(const struct tree_source *source)
{
    uint64_t hash = SLICE_HASH_START;
    for (size_t i = 0; i < source->place_count; i++)
        hash = slice_hash_mix(hash ^ slice_hash(source->places[i]), SLICE_HASH_STEP);
    for (size_t i = 0; i < source->watched_count; i++)
        hash += slice_hash(source->watched[i]); // independent of order
    return hash;
}

// Watches what the settings name, or the site does (NULL: none yet), unless already watched.
static void watch_site(struct reloader *reloader, const struct site *site)
{
    struct server *server = reloader->server;
    struct error error = {0};
    struct arena *arena = server->settings->watch ? arena_create(0, 0) : NULL;
    struct tree_source *source = arena ? arena_alloc(arena, sizeof *source) : NULL;
    bool ok =
        source && (site ? site_watched(site, arena, source, &error)
                        : revision_watch_source(current_settings(reloader), arena, source, &error));
    uint64_t hash = ok ? hash_paths(source) : 0;
    if (ok && (!reloader->watch || hash != reloader->watched_hash)) {
        // Keeps what the old watch has seen.
        reloader->changed |= reloader->watch && watch_wait(reloader->watch, 0);
        stop_watching(reloader);
        reloader->watched = arena;
        reloader->watched_hash = hash;
        reloader->watch = watch_create(source, server->log);
        arena = NULL;
    }
    arena_destroy(arena);
    note_watch(reloader);
}

static void start_watching(struct reloader *reloader)
{
    watch_site(reloader, NULL);
}

// Files that the site's JavaScript names – directories, modules, files that functions read – are
// known once it has been asked. The load itself sees changes just before they are watched. Git
// history of pages changes with HEAD.
static void watch_more_of(struct reloader *reloader, const struct site *site)
{
    bool more = reloader->server->script || (site && site_has_history(site));
    if (more && reloader->watch && site && !is_of_git(reloader))
        watch_site(reloader, site);
}

// A program that writes it in place empties it first, and without settings, everything that they
// hide would be shown.
static bool is_emptied(const struct settings *before, const struct settings *after,
                       struct error *error)
{
    if (slice_trim(settings_source(after)).len || !slice_trim(settings_source(before)).len)
        return false;
    error_set(error, ERROR_CONFIG, "the settings are empty now, so those before stay");
    error_hint(error, "write it again, or restart to serve the site without settings");
    error_at(error, settings_name(after), 1, 1);
    return true;
}

// Reads guidance.yaml again if it, the site's directory or its commit has changed. The current
// settings stay if it cannot be read. *same: nothing has changed.
static bool update_settings(struct reloader *reloader, bool *same, struct error *error)
{
    struct server *server = reloader->server;
    uint64_t mark = settings_mark(current_settings(reloader));
    bool current, of_machine = mark != reloader->settings_mark;
    if (!revision_look(current_settings(reloader), &current, error))
        return false;
    *same = (!of_machine && current) || !server->read_settings;
    if (*same)
        return true;
    struct settings_version *version =
        settings_version_read(server->read_settings, server->read_settings_state, error);
    if (!version)
        return false;
    if (!is_of_git(reloader) &&
        is_emptied(current_settings(reloader), settings_version_get(version), error)) {
        settings_version_release(version);
        return false;
    }
    // The watched paths belong to the previous version, which may be freed now; for a repository,
    // they are always the same.
    if (!is_of_git(reloader))
        stop_watching(reloader);
    settings_version_release(reloader->version);
    reloader->version = version;
    reloader->settings_mark = mark;
    if (of_machine)
        log_write(server->log, LOG_INFO, "settings read again; those of the server need a restart");
    if (!is_of_git(reloader))
        start_watching(reloader);
    return true;
}

static bool is_stopping(struct reloader *reloader)
{
    return atomic_load(&reloader->stopping);
}

// What was written while the files were read; nothing for a commit.
static enum watch_pending written_meanwhile(struct reloader *reloader)
{
    return reloader->watch && !is_of_git(reloader) ? watch_pending(reloader->watch) : WATCH_NOTHING;
}

static void wait_for_git(struct reloader *reloader)
{
    while (reloader->watch && !is_of_git(reloader) && watch_is_busy(reloader->watch) &&
           !is_stopping(reloader))
        usleep(TICK_MS * 1000);
}

// Whether only refs other than the served one have moved.
static bool is_served(struct reloader *reloader, bool same)
{
    return same && is_of_git(reloader) && !reloader->whole &&
           atomic_load(&reloader->server->last_reload_ok);
}

// Reads until the files did not change meanwhile: half of one commit and half of another must not
// be served. A change of a single file is accepted, since that state existed; but if the load has
// failed, it may be because of it.
static bool load_generation(struct reloader *reloader, bool again, struct error *error)
{
    uint64_t end = clock_monotonic_ns() + CHANGING_MS * 1000000ull;
    struct error own;
    enum watch_pending written;
    do {
        own = (struct error){0};
        bool same = false;
        wait_for_git(reloader);
        bool read = again || update_settings(reloader, &same, &own);
        if (read && !again && is_served(reloader, same))
            return true;
        struct site *site = read ? make_site(reloader, again, &own) : NULL;
        written = written_meanwhile(reloader);
        if (site && written != WATCH_SEVERAL_FILES) {
            watch_more_of(reloader, site);
            publish_site(reloader, site);
            return true;
        }
        site_release(site);
        if (written != WATCH_NOTHING) {
            reloader->whole = true;
            again = false;
            watch_wait(reloader->watch, TICK_MS);
        }
    } while (written != WATCH_NOTHING && clock_monotonic_ns() < end && !is_stopping(reloader));
    *error = own;
    if (written == WATCH_SEVERAL_FILES)
        site_keeps_changing(error);
    reloader->changed |= written != WATCH_NOTHING; // and read again
    return false;
}

// Whether the load may succeed although no file changes: JavaScript could not be asked, or there
// was no memory, no descriptor or no disk.
static bool is_passing(const struct error *error)
{
    return error->code == ERROR_AWAY || error->code == ERROR_IO || error->code == ERROR_MEMORY ||
           error->code == ERROR_STORE;
}

static void reload(struct reloader *reloader)
{
    struct server *server = reloader->server;
    struct error error = {0};
    atomic_fetch_add(&server->metrics->reloads, 1);
    if (load_generation(reloader, false, &error)) {
        atomic_store(&server->last_reload_ok, true);
    } else {
        atomic_fetch_add(&server->metrics->reload_failures, 1);
        server_note_reload_error(server, &error);
        // A due change is retried after a pause, too.
        if (clock_wall_ms() >= reloader->next_change_ms || is_passing(&error))
            reloader->next_change_ms = clock_wall_ms() + CHECK_MS;
    }
    note_cache(server);
    note_watch(reloader);
    live_changed(server);
}

// Renders pages not yet rendered; if some fail, the site is built again with that knowledge.
static void verify(struct reloader *reloader)
{
    struct error error = {0};
    while (!atomic_load(&reloader->stopping) &&
           verifier_go_on(reloader->verifier, is_wanted_elsewhere, reloader)) {
        if (!load_generation(reloader, true, &error)) {
            log_error(reloader->server->log, LOG_WARNING, &error);
            return;
        }
        live_changed(reloader->server);
    }
    keep_earlier(reloader);
}

// ---- waiting ----

// Some seconds after the last edit: loads the same site whole, so that layouts can be remembered.
static void tidy(struct reloader *reloader)
{
    struct error error = {0};
    script_sweep(reloader->server->script);
    if (!reloader->quiet_ns || clock_monotonic_ns() < reloader->quiet_ns)
        return;
    reloader->quiet_ns = 0;
    reloader->whole = true;
    if (!load_generation(reloader, false, &error))
        log_error(reloader->server->log, LOG_WARNING, &error);
}

// Until the watch may have seen something, somebody wakes us, or the time is over.
static void pause_reloader(struct reloader *reloader)
{
    struct pollfd fds[] = {
        {.fd = reloader->wake, .events = POLLIN},
        {.fd = reloader->watch ? watch_descriptor(reloader->watch) : -1, .events = POLLIN}};
    uint64_t woken;
    poll(fds, 2, reloader->server->host ? HOSTED_TICK_MS : TICK_MS);
    if (fds[0].revents && read(reloader->wake, &woken, sizeof woken) < 0)
        usleep(TICK_MS * 1000); // it would not wait next time either
}

static bool wait_for_change(struct reloader *reloader)
{
    bool moment = clock_wall_ms() >= reloader->next_change_ms;
    reloader->whole |= moment;
    if (reloader->changed || moment)
        return true;
    // It may have read events that it has not reported.
    if (reloader->watch && watch_wait(reloader->watch, 0))
        return true;
    pause_reloader(reloader);
    return reloader->watch && watch_wait(reloader->watch, 0);
}

static void load_first(struct reloader *reloader)
{
    struct server *server = reloader->server;
    // Watch before reading, so that no change in between is missed.
    start_watching(reloader);
    bool loaded = load_generation(reloader, false, &reloader->error);
    atomic_store(&server->last_reload_ok, loaded);
    atomic_store(&reloader->state, loaded ? RELOADER_LOADED : RELOADER_FAILED);
}

// An existing cache is read completely once, after pages are served. One that has lost a text
// counts as damaged.
static bool is_damaged(struct reloader *reloader)
{
    struct store *store = reloader->server->store;
    bool sound = (reloader->checked || store_is_sound(store)) && !store_was_cut(store);
    reloader->checked = true;
    return store_texts_are_suspect(store_texts(store)) || !sound;
}

// After a failed search, or every few seconds: rebuilds an unusable cache and loads the site again
// to fill it.
static void mend_cache(struct reloader *reloader)
{
    struct server *server = reloader->server;
    uint64_t now_ns = clock_monotonic_ns();
    struct error error = {0};
    if (!server->store)
        return;
    bool damaged = is_damaged(reloader);
    bool suspect = atomic_exchange(&server->cache_suspect, false) || damaged;
    if (!suspect && now_ns < reloader->next_check_ns)
        return;
    reloader->next_check_ns = now_ns + CHECK_MS * 1000000ull;
    note_cache(server);
    if (!damaged && atomic_load(&server->cache) != CACHE_UNUSABLE)
        return;
    log_write(server->log, LOG_ERROR, "the cache can no longer be used");
    atomic_store(&server->index_ready, false);
    if (!store_rebuild(server->store, server->cache_fingerprint, &error)) {
        log_error(server->log, LOG_ERROR, &error);
        return;
    }
    atomic_fetch_add(&server->cache_built, 1);
    atomic_store(&server->reload_wanted, true);
    note_cache(server);
}

// Rendering may have shown more files that functions read.
static void watch_more(struct reloader *reloader)
{
    struct server *server = reloader->server;
    struct script_status status =
        server->script ? script_status(server->script) : (struct script_status){0};
    // Files it has written become assets.
    reloader->changed |= status.written != reloader->written;
    if (status.asked == reloader->asked)
        return;
    reloader->asked = status.asked;
    struct site *site = publisher_acquire(&server->publisher, PUBLISH_SLOTS - 1);
    watch_more_of(reloader, site);
    site_release(site);
}

// Completes the walk over git's commits that the load did not wait for.
static void read_histories(struct reloader *reloader)
{
    bool over = site_histories_go_on(reloader->histories, is_wanted_elsewhere, reloader);
    reloader->changed |= over;
    reloader->whole |= over;
}

// A whole load needs about as much memory again as its snapshot, and frees the one before it. The C
// library would keep both, and what is done after the load as well.
static void trim_memory(const struct reloader *reloader)
{
    if (reloader->untrimmed)
        malloc_trim(0);
}

static void *follow_changes(void *state)
{
    struct reloader *reloader = state;
    if (atomic_load(&reloader->state) == RELOADER_LOADING) {
        load_first(reloader);
        kill(getpid(), RELOAD_FIRST_SIGNAL);
    }
    while (!atomic_load(&reloader->stopping)) {
        trim_memory(reloader);
        mend_cache(reloader);
        verify(reloader);
        read_histories(reloader);
        watch_more(reloader);
        note_outputs(reloader);
        if (!atomic_load(&reloader->server->reload_wanted))
            write_index(reloader);
        compress_assets(reloader);
        trim_memory(reloader);
        reloader->untrimmed = false;
        bool changed = wait_for_change(reloader);
        reloader->changed = false;
        bool wanted = atomic_exchange(&reloader->server->reload_wanted, false);
        reloader->whole |= wanted;
        if (wanted || changed)
            reload(reloader);
        else
            tidy(reloader);
    }
    return NULL;
}

static void destroy_reloader(struct reloader *reloader)
{
    site_release(reloader->unindexed);
    verifier_destroy(reloader->verifier);
    site_histories_destroy(reloader->histories);
    stop_watching(reloader);
    publisher_publish(&reloader->server->earlier, NULL);
    publisher_publish(&reloader->server->publisher, NULL);
    settings_version_release(reloader->version);
    if (reloader->wake >= 0)
        close(reloader->wake);
    free(reloader);
}

static struct reloader *create_reloader(struct server *server, struct error *error)
{
    struct reloader *reloader = calloc(1, sizeof *reloader);
    if (!reloader) {
        error_memory(error);
        return NULL;
    }
    reloader->server = server;
    reloader->wake = eventfd(0, EFD_CLOEXEC);
    reloader->verifier = verifier_create();
    reloader->histories = site_histories_create(true);
    reloader->next_change_ms = INFINITY;
    reloader->whole = true;
    reloader->settings_mark = settings_mark(server->settings);
    atomic_store(&server->last_reload_ok, true);
    note_cache(server);
    if (reloader->verifier && reloader->histories)
        return reloader;
    destroy_reloader(reloader);
    error_memory(error);
    return NULL;
}

static struct reloader *run_reloader(struct reloader *reloader, struct error *error)
{
    if (pthread_create(&reloader->thread, NULL, follow_changes, reloader) == 0)
        return reloader;
    error_set(error, ERROR_IO, "cannot start the loader's thread");
    destroy_reloader(reloader);
    return NULL;
}

struct reloader *reloader_start(struct server *server, struct error *error)
{
    struct reloader *reloader = create_reloader(server, error);
    return reloader ? run_reloader(reloader, error) : NULL;
}

struct reloader *reloader_load(struct server *server, struct error *error)
{
    struct reloader *reloader = create_reloader(server, error);
    if (!reloader)
        return NULL;
    load_first(reloader);
    if (reloader_state(reloader, error) == RELOADER_LOADED)
        return run_reloader(reloader, error);
    destroy_reloader(reloader);
    return NULL;
}

enum reloader_state reloader_state(struct reloader *reloader, struct error *error)
{
    enum reloader_state state = (enum reloader_state)atomic_load(&reloader->state);
    if (state == RELOADER_FAILED)
        *error = reloader->error;
    return state;
}

void reloader_wake(struct reloader *reloader)
{
    static const uint64_t ONE = 1;
    if (reloader && write(reloader->wake, &ONE, sizeof ONE) < 0)
        return; // it comes at its next tick
}

void reloader_end(struct reloader *reloader)
{
    if (!reloader)
        return;
    atomic_store(&reloader->stopping, true);
    reloader_wake(reloader);
}

void reloader_stop(struct reloader *reloader)
{
    if (!reloader)
        return;
    reloader_end(reloader);
    pthread_join(reloader->thread, NULL);
    destroy_reloader(reloader);
}
