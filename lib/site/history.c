// SPDX-License-Identifier: MIT
//
// The git history of a site's sources. A load waits briefly for the walk over the commits; a longer
// walk continues after the pages are served (site_histories_go_on), and when it ends the site is
// loaded again. Until then, and for files that git does not know, a date is the file's own.
//
//   commit ─▶ the last history, in memory or from the cache ─▶ a walk from there ─▶ history ─▶
//   cache
#include "history.h"

#include "base/clock.h"
#include "snapshot.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// PATIENCE_MS: how long a load waits.
enum { PATIENCE_MS = 500 };

struct site_histories {
    struct store *store; // of the load; may be NULL
    struct history *done;
    struct history_walk *walk; // that a load has not waited for
    bool goes_on;
};

// ---- where the site is in git ----

struct place {
    struct repository *repository; // a reference
    struct object_id commit;
    struct slice prefix; // from the top of the repository to the site, with a slash; ""
};

static struct slice as_prefix(struct site *site, struct slice below)
{
    struct slice path = path_normalise(site->arena, below);
    while (path.len && path.ptr[0] == '/')
        path = slice_sub(path, 1, path.len);
    bool top = !path.len || slice_equal(path, SLICE("."));
    return top ? SLICE_EMPTY : ARENA_JOIN(site->arena, path, SLICE("/"));
}

static bool find_place(struct site *site, struct place *place, struct error *error)
{
    const struct settings *settings = site->settings;
    struct slice below = settings->git.subdirectory;
    if (settings->repository) {
        place->repository = repository_retain(settings->repository);
        if (!repository_read_id(settings->revision, &place->commit))
            return false;
    } else {
        place->repository =
            repository_around(settings_directory(settings).ptr, site->scratch, &below, error);
        struct error none = {0}; // nothing has been committed yet
        if (!place->repository ||
            !repository_resolve(place->repository, SLICE("HEAD"), false, &place->commit, &none))
            return false;
    }
    place->prefix = as_prefix(site, below);
    return true;
}

// ---- the record in the cache: of one history, the last ----

static uint64_t record_key(const struct place *place)
{
    return slice_hash(place->prefix) ^ slice_hash(SLICE("history"));
}

static struct history *read_record(struct site *site, const struct place *place)
{
    struct store *store = site->histories ? site->histories->store : NULL;
    struct slice record;
    return store && store_get_history(store, site->scratch, record_key(place), &record)
               ? history_unpack(record)
               : NULL;
}

static void write_record(struct site *site, const struct place *place,
                         const struct history *history)
{
    struct store *store = site->histories ? site->histories->store : NULL;
    struct buffer record = buffer_create(site->scratch, 0);
    struct error error = {0};
    if (store && history_pack(history, &record) &&
        !store_put_history(store, record_key(place), buffer_slice(&record), &error))
        log_error(site->log, LOG_WARNING, &error);
}

// ---- walking ----

static struct slice *list_paths(struct site *site, const struct place *place)
{
    struct slice *paths = arena_zalloc(site->scratch, site->sources.count + 1, sizeof *paths);
    for (size_t i = 0; paths && i < site->sources.count; i++)
        paths[i] = ARENA_JOIN(site->scratch, place->prefix, site->sources.entries[i].key);
    return paths;
}

static bool has_all(const struct history *history, const struct place *place,
                    const struct slice *paths, size_t count)
{
    bool all = object_id_equal(history_of(history), &place->commit);
    for (size_t i = 0; all && i < count; i++)
        all = history_find(history, paths[i]) != NULL;
    return all;
}

static void report_history(struct site *site, const struct error *error)
{
    struct error own = *error;
    error_at(&own, SLICE("guidance.yaml"), 1, 1);
    problem_add(site, SITE_WARNING, "history", &own);
}

// A known history that a walk can start from: a reference, or NULL.
static struct history *find_known(struct site *site, const struct place *place)
{
    struct site_histories *histories = site->histories;
    if (histories && histories->done)
        return history_retain(histories->done);
    if (site->history_before)
        return history_retain(site->history_before);
    return read_record(site, place);
}

// The walk that an earlier load began for the same commit, or a new one.
static struct history_walk *find_walk(struct site *site, const struct place *place,
                                      const struct slice *paths, struct history *known)
{
    struct site_histories *histories = site->histories;
    struct history_walk *walk = histories ? histories->walk : NULL;
    if (histories)
        histories->walk = NULL;
    if (walk && object_id_equal(history_walk_of(walk), &place->commit))
        return walk;
    history_end(walk);
    return history_begin(place->repository, &place->commit, paths, site->sources.count, known);
}

// NULL: it takes longer, or failed.
static struct history *walk_history(struct site *site, const struct place *place,
                                    const struct slice *paths, struct history *known)
{
    struct site_histories *histories = site->histories;
    struct history_walk *walk = find_walk(site, place, paths, known);
    uint64_t until_ns =
        histories ? clock_monotonic_ns() + PATIENCE_MS * UINT64_C(1000000) : UINT64_MAX;
    struct error error = {0};
    if (!walk)
        return NULL;
    bool over = history_go_on(walk, until_ns, NULL, NULL);
    if (!over && histories && histories->goes_on) {
        histories->walk = walk;
        return NULL;
    }
    struct history *history = history_take(walk, &error);
    if (error_is_set(&error))
        report_history(site, &error);
    if (history && over && history_is_whole(history, &error))
        write_record(site, place, history);
    return history;
}

static void keep_done(struct site *site, struct history *history)
{
    struct site_histories *histories = site->histories;
    if (!histories || histories->done == history)
        return;
    history_release(histories->done);
    histories->done = history_retain(history);
}

// Every load says so, not only the one that made the walk.
static void report_end(struct site *site, const struct history *known)
{
    struct error error = {0};
    if (known)
        history_is_whole(known, &error);
    if (error_is_set(&error))
        report_history(site, &error);
}

static struct history *find_history(struct site *site, const struct place *place)
{
    struct slice *paths = list_paths(site, place);
    struct history *known = paths ? find_known(site, place) : NULL;
    if (!paths || (known && has_all(known, place, paths, site->sources.count))) {
        report_end(site, known);
        return known;
    }
    struct history *history = walk_history(site, place, paths, known);
    if (!history)
        return known; // of an earlier commit, for the time being
    history_release(known);
    return history;
}

static void drop_history(void *history)
{
    history_release(history);
}

static void warn_shallow(struct site *site, const struct place *place)
{
    struct error error = {0};
    if (!repository_is_shallow(place->repository))
        return;
    error_set(&error, ERROR_CONFIG,
              "the repository is a shallow clone: its history ends early, and "
              "dates of git are those of its last commit");
    error_hint(&error, "git fetch --unshallow");
    report_history(site, &error);
}

static void read_history(struct site *site)
{
    struct place place = {0};
    struct error error = {0};
    site->history_read = true;
    if (!site->scratch) // it is loaded, and nobody has asked
        return;
    if (find_place(site, &place, &error)) {
        warn_shallow(site, &place);
        struct history *history = find_history(site, &place);
        if (history)
            keep_done(site, history);
        site->history =
            history && arena_on_free(site->arena, drop_history, history) ? history : NULL;
        site->history_prefix = place.prefix;
    }
    if (error_is_set(&error))
        report_history(site, &error);
    repository_release(place.repository);
}

// ---- for callers ----

const struct history_file *source_history_known(const struct site *site,
                                                const struct source *source)
{
    char path[PATH_MAX];
    int n = site->history ? snprintf(path, sizeof path, "%.*s%.*s", SLICE_ARG(site->history_prefix),
                                     SLICE_ARG(source->path))
                          : -1;
    return n > 0 && (size_t)n < sizeof path ? history_find(site->history, slice_of(path, (size_t)n))
                                            : NULL;
}

const struct history_file *source_history(struct site *site, const struct source *source)
{
    if (!site->history_read)
        read_history(site);
    return source_history_known(site, source);
}

double source_git_date(struct site *site, const struct source *source, bool created)
{
    const struct history_file *file = source_history(site, source);
    uint32_t number = !file         ? HISTORY_NONE
                      : created     ? file->created
                      : file->count ? file->commits[0]
                                    : HISTORY_NONE;
    const struct history_commit *commit =
        number != HISTORY_NONE ? history_commit_at(site->history, number) : NULL;
    return commit ? (double)commit->author_s * 1000 : NAN;
}

// One value per commit, shared by all pages.
static struct value commit_value(struct site *site, uint32_t number)
{
    const struct history_commit *commit = history_commit_at(site->history, number);
    char hex[REPOSITORY_HEX];
    struct making *making = site->making;
    if (!making->commits.arena)
        making->commits = map_create(site->scratch);
    struct slice key = object_id_key(&commit->id);
    struct value *known = map_get(&making->commits, key);
    if (known)
        return *known;
    repository_write_id(&commit->id, hex);
    struct value v = value_object(site->arena);
    struct value *copy = arena_alloc(site->scratch, sizeof *copy);
    bool ok = copy && value_is(v, VALUE_OBJECT) &&
              value_set(NULL, site->arena, v, SLICE("date"),
                        value_date((double)commit->author_s * 1000)) &&
              value_set(NULL, site->arena, v, SLICE("summary"), value_string(commit->summary)) &&
              value_set(NULL, site->arena, v, SLICE("commit"),
                        value_string(arena_copy(site->arena, slice_from_cstr(hex)))) &&
              (!site->settings->git.authors ||
               value_set(NULL, site->arena, v, SLICE("author"), value_string(commit->author)));
    if (!ok)
        return value_undefined();
    value_freeze(v);
    *copy = v;
    map_put(&making->commits, key, copy);
    return v;
}

struct value source_history_value(struct site *site, const struct source *source)
{
    const struct history_file *file = source_history(site, source);
    size_t most = site->settings->git.history;
    uint32_t count = !file ? 0 : file->count < most ? file->count : (uint32_t)most;
    struct value list = value_array(site->arena, count);
    for (uint32_t i = 0; i < count && value_is(list, VALUE_ARRAY); i++)
        value_push(NULL, site->arena, list, commit_value(site, file->commits[i]));
    value_freeze(list);
    return list;
}

bool history_watched(const struct site *site, struct arena *arena, struct slice paths[2],
                     size_t *count)
{
    struct slice below;
    struct error ignored = {0};
    *count = 0;
    if (!site->history || site->settings->repository)
        return true;
    struct repository *repository =
        repository_around(settings_directory(site->settings).ptr, arena, &below, &ignored);
    bool ok = !repository || repository_head_files(repository, arena, paths);
    *count = repository && ok ? 2 : 0;
    repository_release(repository);
    return ok;
}

// ---- between loads ----

struct site_histories *site_histories_create(bool goes_on)
{
    struct site_histories *histories = calloc(1, sizeof *histories);
    if (histories)
        histories->goes_on = goes_on;
    return histories;
}

void site_histories_destroy(struct site_histories *histories)
{
    if (!histories)
        return;
    history_release(histories->done);
    history_end(histories->walk);
    free(histories);
}

void history_begin_load(struct site *site, const struct site_load_options *options)
{
    site->histories = options->histories;
    site->history_before = options->previous ? options->previous->history : NULL;
    if (site->histories)
        site->histories->store = options->store;
}

bool site_has_history(const struct site *site)
{
    return site->history != NULL;
}

bool site_histories_go_on(struct site_histories *histories, bool (*stop)(void *state), void *state)
{
    // The next load takes the result.
    return histories && histories->walk && history_go_on(histories->walk, UINT64_MAX, stop, state);
}
