// SPDX-License-Identifier: MIT
//
// A directory as a tree: the functions of its kind.
#include "directory.h"

#include "base/clock.h"
#include "parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static bool look_in_directory(struct tree *tree, struct slice path, struct file_info *info,
                              struct error *error)
{
    struct directory *d = (struct directory *)tree;
    char full[PATH_MAX];
    struct file_id id;
    if (!directory_locate(d, path, full, sizeof full, error))
        return false;
    int fd = directory_reach(d, full, O_PATH, error);
    bool there = fd >= 0 && file_look_at(fd, "", info, &id);
    if (fd >= 0 && !there)
        directory_fail(d, full, errno, error);
    if (fd >= 0)
        close(fd);
    bool secret = there && directory_is_secret(d, &id);
    bool still = !there || info->is_directory || directory_await(d, full, info);
    if (still)
        directory_note(d, full, there && !info->is_directory ? info->identity : there, false);
    return (there && !secret) ||
           error_set(error, ERROR_IO, "%.*s may not be read", SLICE_ARG(path));
}

// A program that writes a file in place empties it first, and a load may come in between: it gives
// the rest a moment. Files that stay empty, however many, do not hold it up for long.
static bool look_at_text(struct directory *d, int fd, struct file_info *info, struct file_id *id)
{
    enum { STEP_MS = 5, MOMENT_MS = 100, ALL_MS = 300 };
    const struct timespec step = {.tv_nsec = STEP_MS * 1000000};
    bool known = file_look_at(fd, "", info, id);
    while (known && info->is_regular && !info->size && !d->settled &&
           clock_wall_ns() - info->changed_ns < MOMENT_MS * INT64_C(1000000) &&
           atomic_fetch_add(&d->awaited_ms, STEP_MS) < ALL_MS) {
        nanosleep(&step, NULL);
        known = file_look_at(fd, "", info, id);
    }
    return known;
}

static int open_tree_file(struct tree *tree, struct slice path, struct file_info *info,
                          struct error *error)
{
    struct directory *d = (struct directory *)tree;
    char full[PATH_MAX];
    struct file_id id = {0};
    if (!directory_locate(d, path, full, sizeof full, error))
        return -1;
    int fd = directory_reach(d, full, O_RDONLY | O_NONBLOCK | O_NOCTTY, error);
    if (fd < 0)
        return -1;
    bool known = look_at_text(d, fd, info, &id);
    if (known && !directory_is_secret(d, &id)) {
        if (directory_await(d, full, info))
            directory_note(d, full, info->identity, false);
        return fd;
    }
    close(fd);
    if (known)
        directory_deny(d, full, "", PARTS_SECRET, error);
    else
        directory_fail(d, full, errno, error);
    return -1;
}

static bool read_tree_file(struct tree *tree, struct arena *arena, struct slice path, size_t max,
                           struct slice *out, struct file_info *info, struct error *error)
{
    char *name = arena_cstr(arena, path);
    if (!name)
        return error_memory(error);
    int fd = open_tree_file(tree, path, info, error);
    if (fd < 0)
        return false;
    errno = 0;
    bool ok = file_read_open(arena, fd, name, max, out, error);
    if (!ok)
        directory_note_failure((struct directory *)tree, name, errno);
    close(fd);
    return ok;
}

static bool is_as_noted(struct directory *d, const struct note *note)
{
    struct file_info info;
    if (note->list)
        return directory_sum(d, note->path) == note->seen;
    bool there = look_in_directory(&d->tree, note->path, &info, NULL);
    return (there && !info.is_directory ? info.identity : there) == note->seen ||
           slice_equal(note->path, d->restless);
}

static void settle_tree(struct tree *tree)
{
    ((struct directory *)tree)->settled = true;
}

static bool unchanged(struct tree *tree, bool all)
{
    struct directory *d = (struct directory *)tree;
    bool settled = d->settled,
         same = !d->failed && !(d->restless.ptr && (all || d->others_changed));
    if (!settled)
        d->settled = true; // this lookup is not noted; a settled tree has readers: nothing is
                           // written
    for (size_t i = 0; same && i < d->note_count; i++)
        same = is_as_noted(d, &d->notes[i]);
    if (!settled)
        d->settled = false;
    return same;
}

static const struct tree_refusal *refusals(const struct tree *tree, size_t *count)
{
    const struct directory *d = (const struct directory *)tree;
    *count = d->refusal_count;
    return d->refusals;
}

static unsigned failures(const struct tree *tree, struct error *first)
{
    const struct directory *d = (const struct directory *)tree;
    if (first)
        *first = d->disturbance;
    return atomic_load(&d->failures);
}

static void each_ground(const struct tree *tree, tree_path_fn fn, void *state)
{
    const struct directory *d = (const struct directory *)tree;
    for (size_t i = 0; i < d->place_count; i++)
        fn(state, d->places[i].real.ptr);
    for (size_t i = 0; i < d->ground_count; i++)
        fn(state, d->grounds[i].ptr);
}

// ---- opening and closing ----

static void close_directory(struct tree *tree)
{
    struct directory *d = (struct directory *)tree;
    for (size_t i = 0; i < d->place_count; i++)
        close(d->places[i].fd);
    arena_destroy(d->arena);
}

static struct tree *open_tree(const struct tree_source *source, bool noting, struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct directory *d = arena ? arena_zalloc(arena, 1, sizeof *d) : NULL;
    if (!d) {
        arena_destroy(arena);
        error_memory(error);
        return NULL;
    }
    *d = (struct directory){.tree = {source->kind},
                            .arena = arena,
                            .source = source,
                            .lock = PTHREAD_MUTEX_INITIALIZER,
                            .begun_ns = clock_wall_ns(),
                            .noting = noting};
    directory_add_place(d, source->root.ptr, source->root.ptr, false);
    if (d->place_count)
        directory_name_places(d);
    else
        directory_fail(d, source->root.ptr, errno, error);
    // With unknown places and secrets, files would be missing, or secret ones readable.
    if (d->place_count && !error_is_set(&d->disturbance))
        return &d->tree;
    if (d->place_count && error)
        *error = d->disturbance;
    close_directory(&d->tree);
    return NULL;
}

struct tree *tree_open_directory(const char *path, struct error *error)
{
    char real[PATH_MAX];
    if (!realpath(path, real)) {
        error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_IO, "cannot read %s: %s", path,
                  strerror(errno));
        return NULL;
    }
    struct tree_source source = {.kind = &TREE_DIRECTORY, .root = slice_from_cstr(real)};
    struct tree *tree = open_tree(&source, false, error);
    struct directory *d = (struct directory *)tree;
    if (!d)
        return NULL;
    source.root = arena_copy(d->arena, source.root);
    d->own = source;
    d->source = &d->own;
    if (source.root.ptr)
        return tree;
    close_directory(tree);
    error_memory(error);
    return NULL;
}

const struct tree_kind TREE_DIRECTORY = {
    .open = open_tree,
    .close = close_directory,
    .list = directory_list,
    .look = look_in_directory,
    .open_file = open_tree_file,
    .read = read_tree_file,
    .unchanged = unchanged,
    .settle = settle_tree,
    .refusals = refusals,
    .failures = failures,
    .each_ground = each_ground,
};
