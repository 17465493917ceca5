// SPDX-License-Identifier: MIT
//
// A commit as a tree: the functions of its kind. Files that are not in the commit are looked for in
// the overlay, a directory tree with the same places.
#include "commit.h"

#include "base/memory_file.h"
#include "parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { KEPT_BYTES = 1 << 20 }; // files this long are kept open

// ---- looking ----

// Finds where to read a path: in the commit (true), or in the overlay at `other` (false, `other`
// set). Neither: `other` is "" and error set.
static bool find_in_commit(struct commit_tree *c, struct slice path, struct found *found,
                           char other[PATH_MAX], struct error *error)
{
    struct error own = {0};
    char below[PATH_MAX];
    other[0] = '\0';
    if (!commit_locate(c, path, below, error))
        return false;
    struct slice name = slice_from_cstr(below);
    bool there = commit_find(c, name, found, &own);
    bool pointer = there && found->leaf && found->leaf->blob.pointer;
    if (there && !pointer)
        return true;
    if ((pointer || own.code == ERROR_NOT_FOUND) && commit_beside(c, name, other) &&
        tree_has(c->overlay, slice_from_cstr(other)))
        return false;
    other[0] = '\0';
    if (!there && error)
        *error = own;
    return there;
}

static bool look_in_commit(struct tree *tree, struct slice path, struct file_info *info,
                           struct error *error)
{
    struct commit_tree *c = (struct commit_tree *)tree;
    struct found found;
    char other[PATH_MAX];
    if (find_in_commit(c, path, &found, other, error)) {
        *info = commit_info(c, &found);
        return true;
    }
    return other[0] && tree_look(c->overlay, slice_from_cstr(other), info, error);
}

// ---- reading ----

static bool read_leaf(struct commit_tree *c, const struct found *found, struct slice path,
                      struct arena *arena, size_t max, struct slice *out, struct error *error)
{
    if (!found->leaf)
        return error_set(error, ERROR_IO, "%.*s is not a regular file", SLICE_ARG(path));
    if (found->leaf->blob.pointer) {
        error_set(error, ERROR_IO,
                  "%.*s is a pointer of Git LFS: its content is not in the "
                  "repository",
                  SLICE_ARG(path));
        error_hint(error, "put the file itself below git.overlay, at the same path");
        return false;
    }
    if (repository_read(c->repository, &found->leaf->id, arena, max, out, error))
        return true;
    error_at(error, slice_from_cstr(found->real), 0, 0);
    return false;
}

static bool read_commit_file(struct tree *tree, struct arena *arena, struct slice path, size_t max,
                             struct slice *out, struct file_info *info, struct error *error)
{
    struct commit_tree *c = (struct commit_tree *)tree;
    struct found found;
    char other[PATH_MAX];
    if (find_in_commit(c, path, &found, other, error)) {
        *info = commit_info(c, &found);
        return read_leaf(c, &found, path, arena, max, out, error);
    }
    return other[0] && tree_read(c->overlay, arena, slice_from_cstr(other), max, out, info, error);
}

// A memory file with the content.
static int make_open(struct commit_tree *c, const struct found *found, struct slice path,
                     struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct slice content;
    int fd = -1;
    if (!arena)
        error_memory(error);
    else if (read_leaf(c, found, path, arena, SIZE_MAX / 4, &content, error)) {
        fd = memfd_create("guidanced", MFD_CLOEXEC);
        if (fd >= 0 && !file_write_all(fd, content)) {
            close(fd);
            fd = -1;
        }
        if (fd < 0)
            error_set(error, ERROR_IO, "not enough memory for %.*s", SLICE_ARG(path));
    }
    arena_destroy(arena);
    return fd;
}

// Under the lock.
static int find_open(const struct commit_tree *c, const struct leaf *leaf)
{
    for (size_t i = 0; i < OPEN_MAX; i++)
        if (c->open[i].leaf == leaf)
            return fcntl(c->open[i].fd, F_DUPFD_CLOEXEC, 0);
    return -1;
}

// Readers read at offsets, so that they can share a descriptor.
static void keep_open(struct commit_tree *c, const struct leaf *leaf, int fd)
{
    int own = leaf->blob.size <= KEPT_BYTES ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (own < 0)
        return;
    pthread_mutex_lock(&c->lock);
    size_t slot = c->next_open++ % OPEN_MAX;
    if (c->open[slot].leaf)
        close(c->open[slot].fd);
    c->open[slot].leaf = leaf;
    c->open[slot].fd = own;
    pthread_mutex_unlock(&c->lock);
}

static int open_leaf(struct commit_tree *c, const struct found *found, struct slice path,
                     struct error *error)
{
    pthread_mutex_lock(&c->lock);
    int fd = found->leaf ? find_open(c, found->leaf) : -1;
    pthread_mutex_unlock(&c->lock);
    if (fd >= 0)
        return fd;
    fd = make_open(c, found, path, error);
    if (fd >= 0)
        keep_open(c, found->leaf, fd);
    return fd;
}

static int open_commit_file(struct tree *tree, struct slice path, struct file_info *info,
                            struct error *error)
{
    struct commit_tree *c = (struct commit_tree *)tree;
    struct found found;
    char other[PATH_MAX];
    if (find_in_commit(c, path, &found, other, error)) {
        *info = commit_info(c, &found);
        return open_leaf(c, &found, path, error);
    }
    return other[0] ? tree_open_file(c->overlay, slice_from_cstr(other), info, error) : -1;
}

// ---- the rest of its kind ----

// A commit does not change, but its overlay may.
static bool unchanged(struct tree *tree, bool all)
{
    struct commit_tree *c = (struct commit_tree *)tree;
    return !c->overlay || tree_unchanged(c->overlay, all);
}

static void settle_commit(struct tree *tree)
{
    struct commit_tree *c = (struct commit_tree *)tree;
    size_t count = 0;
    const struct tree_refusal *more = c->overlay ? tree_refusals(c->overlay, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        commit_refuse(c, more[i].path, more[i].target, more[i].why);
    c->settled = true;
    if (c->overlay)
        tree_settle(c->overlay);
}

// The repository's are errors of whoever reads; of the overlay, which may lack what it is asked
// for, they are no more than noted.
static unsigned failures(const struct tree *tree, struct error *first)
{
    const struct commit_tree *c = (const struct commit_tree *)tree;
    return c->overlay ? tree_failures(c->overlay, first) : 0;
}

static const struct tree_refusal *refusals(const struct tree *tree, size_t *count)
{
    const struct commit_tree *c = (const struct commit_tree *)tree;
    *count = c->refusal_count;
    return c->refusals;
}

static void each_ground(const struct tree *tree, tree_path_fn fn, void *state)
{
    const struct commit_tree *c = (const struct commit_tree *)tree;
    repository_each_ground(c->repository, fn, state);
    if (c->overlay)
        tree_each_ground(c->overlay, fn, state);
}

// ---- opening and closing ----

static void close_commit(struct tree *tree)
{
    struct commit_tree *c = (struct commit_tree *)tree;
    tree_close(c->overlay);
    for (size_t i = 0; i < OPEN_MAX; i++)
        if (c->open[i].leaf)
            close(c->open[i].fd);
    pthread_mutex_destroy(&c->lock);
    repository_release(c->repository);
    arena_destroy(c->arena);
}

// Keeps the paths that are below the root, relative to it.
static bool take_paths(struct commit_tree *c, const struct slice *paths, size_t count,
                       struct slice **out, size_t *out_count)
{
    *out = arena_zalloc(c->arena, count + 1, sizeof **out);
    for (size_t i = 0; *out && i < count; i++) {
        char below[PATH_MAX];
        if (!commit_locate(c, paths[i], below, NULL) || !below[0])
            continue;
        (*out)[*out_count] = arena_copy(c->arena, slice_from_cstr(below));
        if (!(*out)[(*out_count)++].ptr)
            return false;
    }
    return *out;
}

// The commit's places, below another root.
static bool open_overlay(struct commit_tree *c, bool noting, struct error *error)
{
    const struct tree_source *source = c->source;
    if (!source->overlay.len)
        return true;
    char *real = realpath(source->overlay.ptr, NULL);
    struct slice *places = arena_zalloc(c->arena, c->place_count + 1, sizeof *places);
    c->beside = *source;
    c->beside.kind = &TREE_DIRECTORY;
    c->beside.given = source->overlay;
    c->beside.root = real ? arena_copy(c->arena, slice_from_cstr(real)) : source->overlay;
    free(real);
    for (size_t i = 0; places && i < c->place_count; i++)
        places[i] = path_join(c->arena, c->beside.root, c->places[i]);
    if (!places || !c->beside.root.ptr || arena_failed(c->arena))
        return error_memory(error);
    c->beside.places = places;
    c->beside.place_count = c->place_count;
    c->overlay = tree_open(&c->beside, noting, error);
    return c->overlay != NULL;
}

static bool fill_commit(struct commit_tree *c, bool noting, struct error *error)
{
    const struct tree_source *source = c->source;
    if (!take_paths(c, source->places, source->place_count, &c->places, &c->place_count) ||
        !take_paths(c, source->secrets, source->secret_count, &c->secrets, &c->secret_count))
        return error_memory(error);
    return commit_load(c, error) && open_overlay(c, noting, error);
}

static struct tree *open_tree(const struct tree_source *source, bool noting, struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct commit_tree *c = arena ? arena_zalloc(arena, 1, sizeof *c) : NULL;
    if (!c) {
        arena_destroy(arena);
        error_memory(error);
        return NULL;
    }
    *c = (struct commit_tree){.tree = {source->kind},
                              .arena = arena,
                              .source = source,
                              .repository = repository_retain(source->repository)};
    pthread_mutex_init(&c->lock, NULL);
    if (fill_commit(c, noting, error))
        return &c->tree;
    close_commit(&c->tree);
    return NULL;
}

const struct tree_kind TREE_COMMIT = {
    .open = open_tree,
    .close = close_commit,
    .list = commit_list,
    .look = look_in_commit,
    .open_file = open_commit_file,
    .read = read_commit_file,
    .unchanged = unchanged,
    .settle = settle_commit,
    .refusals = refusals,
    .failures = failures,
    .each_ground = each_ground,
};
