// SPDX-License-Identifier: MIT
//
// From tree objects to folders. A commit never changes, so all of its names are read once, and
// later lookups need no repository.
#include "commit.h"

#include <stdlib.h>

enum { TARGET_MAX = PATH_MAX - 1 };

struct loading {
    struct commit_tree *c;
    struct folder *folder;
    size_t capacity, *names;
    struct slice path; // of the folder
    unsigned depth;
    struct error *error;
};

static bool load_folder(struct commit_tree *c, const struct object_id *id, struct folder *folder,
                        struct slice path, unsigned depth, size_t *names, struct error *error);

static bool check_bounds(size_t names, unsigned depth, struct error *error)
{
    if (names > NAMES_MAX)
        return error_set(error, ERROR_LIMIT, "the commit has more than %d files", NAMES_MAX);
    return depth <= FOLDERS_MAX ||
           error_set(error, ERROR_LIMIT, "the folders of the commit nest deeper than %d",
                     FOLDERS_MAX);
}

// git makes no such names; a damaged or hostile repository may have them.
static bool is_entry_name(struct slice name)
{
    return name.len && name.len <= NAME_MAX && slice_find_byte(name, '/', 0) == SIZE_MAX &&
           !slice_equal(name, SLICE(".")) && !slice_equal(name, SLICE(".."));
}

// The folder of an id that has been loaded, below another path, is the same.
static bool take_folder(const struct loading *loading, struct folder *folder)
{
    *loading->names += folder->names;
    return check_bounds(*loading->names, loading->depth + 1 + folder->depth, loading->error);
}

static bool load_folder_of(const struct loading *loading, struct leaf *leaf)
{
    struct commit_tree *c = loading->c;
    struct slice key = object_id_key(&leaf->id);
    size_t before = *loading->names;
    leaf->folder = map_get(&c->folders, key);
    if (leaf->folder)
        return take_folder(loading, leaf->folder);
    struct slice path = path_join(c->arena, loading->path, leaf->name);
    leaf->folder = arena_zalloc(c->arena, 1, sizeof *leaf->folder);
    if (!leaf->folder)
        return error_memory(loading->error);
    if (!load_folder(c, &leaf->id, leaf->folder, path, loading->depth + 1, loading->names,
                     loading->error))
        return false;
    leaf->folder->names = *loading->names - before;
    return map_put(&c->folders, key, leaf->folder) || error_memory(loading->error);
}

static bool fill_leaf(const struct loading *loading, struct leaf *leaf)
{
    struct commit_tree *c = loading->c;
    switch (leaf->kind) {
    case ENTRY_FOLDER:
        return load_folder_of(loading, leaf);
    case ENTRY_LINK:
        return repository_read(c->repository, &leaf->id, c->arena, TARGET_MAX, &leaf->target,
                               loading->error);
    case ENTRY_FILE:
        return repository_look(c->repository, &leaf->id, &leaf->blob, loading->error);
    case ENTRY_SUBMODULE:
        return true;
    }
    return true;
}

static bool add_loaded_entry(void *state, const struct repository_entry *entry)
{
    struct loading *loading = state;
    struct arena *arena = loading->c->arena;
    struct folder *folder = loading->folder;
    if (!is_entry_name(entry->name))
        return error_set(loading->error, ERROR_SYNTAX,
                         "a folder of the commit has a name that no file can have");
    if (!check_bounds(++*loading->names, loading->depth, loading->error))
        return false;
    if (!arena_room(arena, &folder->leaves, folder->count, &loading->capacity,
                    sizeof *folder->leaves))
        return error_memory(loading->error);
    struct leaf *leaf = &folder->leaves[folder->count++];
    *leaf = (struct leaf){.name = arena_copy(arena, entry->name),
                          .id = entry->id,
                          .kind = entry->kind,
                          .executable = entry->executable};
    return leaf->name.ptr || error_memory(loading->error);
}

static int by_entry_bytes(const void *a, const void *b)
{
    return slice_compare(((const struct leaf *)a)->name, ((const struct leaf *)b)->name);
}

// With duplicate names, a list and a lookup by path could find different files.
static bool sort_folder(struct folder *folder, struct slice path, struct error *error)
{
    if (folder->count)
        qsort(folder->leaves, folder->count, sizeof *folder->leaves, by_entry_bytes);
    for (size_t i = 1; i < folder->count; i++)
        if (slice_equal(folder->leaves[i - 1].name, folder->leaves[i].name))
            return error_set(error, ERROR_SYNTAX, "the commit has %.*s/%.*s twice", SLICE_ARG(path),
                             SLICE_ARG(folder->leaves[i].name));
    return true;
}

static bool load_folder(struct commit_tree *c, const struct object_id *id, struct folder *folder,
                        struct slice path, unsigned depth, size_t *names, struct error *error)
{
    struct loading loading = {c, folder, 0, names, path, depth, error};
    bool ok = check_bounds(*names, depth, error) &&
              repository_each_entry(c->repository, id, add_loaded_entry, &loading, error) &&
              sort_folder(folder, path, error);
    for (size_t i = 0; ok && i < folder->count; i++) {
        const struct leaf *leaf = &folder->leaves[i];
        ok = fill_leaf(&loading, &folder->leaves[i]);
        if (ok && leaf->folder && leaf->folder->depth >= folder->depth)
            folder->depth = leaf->folder->depth + 1;
    }
    if (!ok)
        error_at(error, path, 0, 0);
    return ok;
}

// ---- the subdirectory ----

// Descends from the commit's tree to the site's.
static bool descend(struct commit_tree *c, struct object_id *tree, struct error *error)
{
    struct repository_entry entry;
    struct error own = {0};
    if (repository_find(c->repository, tree, c->source->subdirectory, &entry, &own) &&
        entry.kind == ENTRY_FOLDER) {
        *tree = entry.id;
        return true;
    }
    if (error_is_set(&own) && own.code != ERROR_NOT_FOUND && error)
        *error = own;
    else {
        error_set(error, ERROR_NOT_FOUND, "the commit %.*s has no directory %.*s",
                  SLICE_ARG(c->source->commit), SLICE_ARG(c->source->subdirectory));
        error_hint(error, "git.subdirectory says where in the repository the site is");
    }
    return false;
}

// A commit may name any moment; a file's is nanoseconds in 64 bits, which end in the year 2262.
static int64_t as_ns(int64_t seconds)
{
    static const int64_t MOST = INT64_MAX / 1000000000;
    return (seconds > MOST ? MOST : seconds < -MOST ? -MOST : seconds) * 1000000000;
}

bool commit_load(struct commit_tree *c, struct error *error)
{
    struct object_id id;
    struct repository_commit commit;
    size_t names = 0;
    if (!repository_read_id(c->source->commit, &id))
        return error_set(error, ERROR_CONFIG, "%.*s is not the id of a commit",
                         SLICE_ARG(c->source->commit));
    if (!repository_commit(c->repository, &id, c->arena, &commit, error) ||
        !descend(c, &commit.tree, error))
        return false;
    c->id = commit.tree;
    c->folders = map_create(c->arena);
    c->time_ns = as_ns(commit.committer_s);
    return load_folder(c, &commit.tree, &c->root, SLICE(""), 0, &names, error);
}
