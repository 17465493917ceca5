// SPDX-License-Identifier: MIT
//
// From git's settings to a commit and its settings.
#include "revision.h"

#include "site.h"

enum { SETTINGS_BYTES = 1 << 20 };

// If only the command line or the environment names a repository, a guidance.yaml that happens to
// be in the current directory is not read.
static struct settings *read_outer(struct arena *arena, const struct settings_reading *reading,
                                   const char **config, struct error *error)
{
    struct error ignored = {0};
    struct arena *scratch = arena_create(0, 0);
    struct settings_reading own = *reading;
    own.config = "";
    own.optional = true;
    own.others = NULL;
    const struct settings *bare = scratch ? settings_read(scratch, NULL, &own, &ignored) : NULL;
    bool named = bare && bare->git.directory.text.len;
    arena_destroy(scratch);
    *config = !reading->config && named ? "" : reading->config;
    own = *reading;
    own.config = *config;
    own.optional = reading->optional || named;
    return settings_read(arena, NULL, &own, error);
}

static bool read_base(const struct settings *outer, struct repository *repository,
                      const struct object_id *id, struct arena *arena, struct settings_base *base,
                      struct error *error)
{
    struct repository_commit commit;
    struct repository_entry entry;
    base->name = SLICE("guidance.yaml");
    struct slice path = path_join(arena, outer->git.subdirectory, base->name);
    bool ok = repository_commit(repository, id, arena, &commit, error) &&
              repository_find(repository, &commit.tree, path, &entry, error);
    if (ok && entry.kind != ENTRY_FILE)
        ok = error_set(error, ERROR_CONFIG, "%.*s is not a file in the commit", SLICE_ARG(path));
    ok = ok && repository_read(repository, &entry.id, arena, SETTINGS_BYTES, &base->text, error) &&
         text_is_utf8(base->text, base->name, error);
    if (!ok && error->code == ERROR_NOT_FOUND)
        error_hint(error, "git.subdirectory says where in the repository the site is");
    return ok;
}

static struct settings *load_at(struct arena *arena, const struct settings_reading *reading,
                                const char *config, const struct settings *outer,
                                struct repository *repository, const struct object_id *commit,
                                struct error *error)
{
    char hex[REPOSITORY_HEX];
    struct settings_base base;
    repository_write_id(commit, hex);
    struct slice revision = slice_from_cstr(hex);
    if (!read_base(outer, repository, commit, arena, &base, error))
        return NULL;
    struct settings_reading own = *reading;
    own.config = config;
    own.optional = true;
    struct settings *settings = settings_read(arena, &base, &own, error);
    return settings && settings_set_revision(settings, repository, revision, error) ? settings
                                                                                    : NULL;
}

struct settings *revision_settings_at(struct arena *arena, const struct settings_reading *reading,
                                      struct repository *repository, const struct object_id *commit,
                                      struct error *error)
{
    const char *config;
    const struct settings *outer = read_outer(arena, reading, &config, error);
    return outer ? load_at(arena, reading, config, outer, repository, commit, error) : NULL;
}

struct settings *revision_settings(struct arena *arena, const struct settings_reading *reading,
                                   struct repository **repository, struct error *error)
{
    const char *config;
    struct object_id commit;
    struct settings *outer = read_outer(arena, reading, &config, error);
    if (!outer || !outer->git.directory.text.len)
        return outer;
    if (!*repository)
        *repository = repository_open(outer->git.directory.full.ptr, error);
    if (!*repository) {
        error_at(error, SLICE("git.directory"), 0, 0);
        return NULL;
    }
    if (!repository_resolve(*repository, outer->git.ref, true, &commit, error)) {
        error_at(error, SLICE("git.ref"), 0, 0);
        return NULL;
    }
    return load_at(arena, reading, config, outer, *repository, &commit, error);
}

bool revision_look(const struct settings *settings, bool *current, struct error *error)
{
    struct object_id commit;
    char hex[REPOSITORY_HEX];
    *current = true;
    if (!settings->repository)
        return true;
    if (!repository_resolve(settings->repository, settings->git.ref, true, &commit, error))
        return false;
    repository_write_id(&commit, hex);
    *current = slice_equal(settings->revision, slice_from_cstr(hex));
    return true;
}

bool revision_watch_source(const struct settings *settings, struct arena *arena,
                           struct tree_source *source, struct error *error)
{
    struct slice *watched;
    if (!settings->repository)
        return site_source(settings, arena, source, error);
    watched = arena_alloc(arena, sizeof *watched);
    if (!watched || !repository_watch_source(settings->repository, arena, source))
        return error_memory(error);
    *watched = settings_file(settings);
    source->watched = watched;
    source->watched_count = watched->len > 0;
    source->polling = settings->watch_polling;
    return true;
}
