// SPDX-License-Identifier: MIT
//
// Built without libgit2: no repository opens, so the other functions are never called.
#include "repository.h"

static bool refuse(struct error *error)
{
    error_set(error, ERROR_CONFIG, "this guidanced was built without libgit2");
    error_hint(error, "build it with libgit2-dev, or name a directory with --site");
    return false;
}

const char *repository_version(void)
{
    return NULL;
}

const char *repository_zlib_version(void)
{
    return NULL;
}

struct repository *repository_open(const char *path, struct error *error)
{
    (void)path;
    refuse(error);
    return NULL;
}

struct repository *repository_retain(struct repository *repository)
{
    return repository;
}

void repository_release(struct repository *repository)
{
    (void)repository;
}

bool repository_resolve(struct repository *repository, struct slice ref, bool expression,
                        struct object_id *commit, struct error *error)
{
    (void)repository, (void)ref, (void)expression, (void)commit;
    return refuse(error);
}

bool repository_is_reachable(struct repository *repository, const struct object_id *commit,
                             struct error *error)
{
    (void)repository, (void)commit;
    return refuse(error);
}

bool repository_each_ref(struct repository *repository, repository_ref_fn fn, void *state,
                         struct error *error)
{
    (void)repository, (void)fn, (void)state;
    return refuse(error);
}

bool repository_commit(struct repository *repository, const struct object_id *id,
                       struct arena *arena, struct repository_commit *out, struct error *error)
{
    (void)repository, (void)id, (void)arena, (void)out;
    return refuse(error);
}

bool repository_is_shallow(struct repository *repository)
{
    (void)repository;
    return false;
}

bool repository_shallow_commits(struct repository *repository, struct map *commits,
                                struct error *error)
{
    (void)repository, (void)commits;
    return refuse(error);
}

bool repository_merge_base(struct repository *repository, const struct object_id *a,
                           const struct object_id *b, struct object_id *base, struct error *error)
{
    (void)repository, (void)a, (void)b, (void)base;
    return refuse(error);
}

bool repository_each_entry(struct repository *repository, const struct object_id *tree,
                           repository_entry_fn fn, void *state, struct error *error)
{
    (void)repository, (void)tree, (void)fn, (void)state;
    return refuse(error);
}

bool repository_diff(struct repository *repository, const struct object_id *from,
                     const struct object_id *to, repository_change_fn fn, void *state,
                     struct error *error)
{
    (void)repository, (void)from, (void)to, (void)fn, (void)state;
    return refuse(error);
}

bool repository_look(struct repository *repository, const struct object_id *blob,
                     struct repository_blob *out, struct error *error)
{
    (void)repository, (void)blob, (void)out;
    return refuse(error);
}

bool repository_read(struct repository *repository, const struct object_id *blob,
                     struct arena *arena, size_t max, struct slice *out, struct error *error)
{
    (void)repository, (void)blob, (void)arena, (void)max, (void)out;
    return refuse(error);
}

void repository_each_ground(struct repository *repository, tree_path_fn fn, void *state)
{
    (void)repository, (void)fn, (void)state;
}

bool repository_head_files(struct repository *repository, struct arena *arena,
                           struct slice paths[2])
{
    (void)repository, (void)arena, (void)paths;
    return false;
}

bool repository_watch_source(struct repository *repository, struct arena *arena,
                             struct tree_source *out)
{
    (void)repository, (void)arena, (void)out;
    return false;
}
