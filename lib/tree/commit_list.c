// SPDX-License-Identifier: MIT
//
// Sorted lists of a commit's tree, and of the overlay's files between them. If both have a file,
// the commit's counts, except for a Git LFS pointer, whose content only the overlay has.
#include "commit.h"

#include "parts.h"

#include <stdio.h>

struct row {
    struct slice path; // below the directory of the list
    struct file_info info;
    bool pointer;
};

struct rows {
    struct arena *arena;
    struct row *items;
    size_t count, capacity;
    bool failed;
};

struct walk {
    struct commit_tree *c;
    struct rows *rows;
    const struct folder *above[FOLDERS_MAX + 2]; // one that recurs below itself is a loop of links
    size_t depth;
    size_t names;    // looked at so far
    unsigned linked; // folders that links led to
    size_t root_length;
    struct error *error;
    char path[PATH_MAX]; // below the root of the tree
};

static bool add_listed_row(struct rows *rows, struct slice path, const struct file_info *info,
                           bool pointer)
{
    struct slice copy = arena_copy(rows->arena, path);
    rows->failed |= !copy.ptr || !arena_room(rows->arena, &rows->items, rows->count,
                                             &rows->capacity, sizeof *rows->items);
    if (rows->failed)
        return false;
    rows->items[rows->count++] = (struct row){copy, *info, pointer};
    return true;
}

static bool walk_folder(struct walk *walk, const struct folder *folder, size_t length);

static bool walk_leaf(struct walk *walk, const struct leaf *leaf, size_t length)
{
    struct found found;
    struct slice full;
    size_t end = length + leaf->name.len;
    if (part_is_left_out(leaf->name))
        return true;
    if (++walk->names > NAMES_MAX)
        return error_set(walk->error, ERROR_LIMIT, "with links, there are more than %d files",
                         NAMES_MAX);
    if (end + 2 > sizeof walk->path) {
        commit_refuse(walk->c, slice_of(walk->path, length), SLICE_EMPTY, "is too long");
        return true;
    }
    memcpy(walk->path + length, leaf->name.ptr, leaf->name.len);
    walk->path[end] = '\0';
    full = slice_of(walk->path, end);
    // Files that may not be read have been noted.
    if (!commit_find(walk->c, full, &found, NULL))
        return true;
    if (found.leaf) {
        struct file_info info = commit_info(walk->c, &found);
        return add_listed_row(walk->rows, slice_sub(full, walk->root_length, end), &info,
                              found.leaf->blob.pointer) ||
               error_memory(walk->error);
    }
    if (leaf->kind == ENTRY_LINK && !parts_enter_link(&walk->linked, walk->error))
        return false;
    walk->path[end] = '/';
    return walk_folder(walk, found.folder, end + 1);
}

static bool walk_folder(struct walk *walk, const struct folder *folder, size_t length)
{
    if (walk->depth > FOLDERS_MAX)
        return true;
    for (size_t i = 0; i < walk->depth; i++)
        if (walk->above[i] == folder)
            return true;
    walk->above[walk->depth++] = folder;
    bool ok = true;
    for (size_t i = 0; ok && i < folder->count; i++)
        ok = walk_leaf(walk, &folder->leaves[i], length);
    walk->depth--;
    return ok;
}

static bool list_commit(struct commit_tree *c, struct slice directory, struct rows *rows,
                        struct error *error)
{
    struct found found;
    struct walk walk = {.c = c, .rows = rows, .error = error};
    if (!commit_find(c, directory, &found, error))
        return false;
    if (!found.folder)
        return error_set(error, ERROR_IO, "%.*s is no directory", SLICE_ARG(directory));
    memcpy(walk.path, directory.ptr, directory.len);
    walk.root_length = directory.len;
    if (directory.len)
        walk.path[walk.root_length++] = '/';
    return walk_folder(&walk, found.folder, walk.root_length);
}

static bool add_beside(void *state, struct slice relative, const struct file_info *info)
{
    return add_listed_row(state, relative, info, false);
}

// Compares paths part by part.
static int by_parts(struct slice a, struct slice b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < least; i++) {
        int x = a.ptr[i] == '/' ? 0 : (unsigned char)a.ptr[i];
        int y = b.ptr[i] == '/' ? 0 : (unsigned char)b.ptr[i];
        if (x != y)
            return x - y;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

static bool tell_rows(const struct rows *own, const struct rows *beside, tree_list_fn fn,
                      void *state)
{
    size_t i = 0, k = 0;
    while (i < own->count || k < beside->count) {
        int order = i == own->count      ? 1
                    : k == beside->count ? -1
                                         : by_parts(own->items[i].path, beside->items[k].path);
        const struct row *row =
            order > 0 || (order == 0 && own->items[i].pointer) ? &beside->items[k] : &own->items[i];
        i += order <= 0;
        k += order >= 0;
        if (!fn(state, row->path, &row->info))
            return false;
    }
    return true;
}

bool commit_list(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
                 struct error *error)
{
    struct commit_tree *c = (struct commit_tree *)tree;
    char path[PATH_MAX], other[PATH_MAX];
    struct error own_error = {0};
    struct arena *arena = arena_create(0, 0);
    struct rows own = {.arena = arena}, beside = own;
    if (!arena || !commit_locate(c, directory, path, error)) {
        bool none = !arena;
        arena_destroy(arena);
        return none ? error_memory(error) : false;
    }
    struct slice below = slice_from_cstr(path);
    bool there = list_commit(c, below, &own, &own_error);
    bool more = (there || own_error.code == ERROR_NOT_FOUND) && commit_beside(c, below, other) &&
                tree_list(c->overlay, slice_from_cstr(other), add_beside, &beside, NULL);
    if (!there && !more && error)
        *error = own_error;
    bool failed = own.failed || beside.failed;
    bool ok = failed ? error_memory(error) : (there || more) && tell_rows(&own, &beside, fn, state);
    arena_destroy(arena);
    return ok;
}
