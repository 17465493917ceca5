// SPDX-License-Identifier: MIT
//
// What differs between two trees, by libgit2's objects: both are gone through in git's order side
// by side, and folders of the same id are not looked into.
#include "repository_inside.h"

#include <limits.h>

// DIFF_NAMES_MAX: entries looked at; a folder, which is read, counts as FOLDER_NAMES. A folder of
// two folders that are the same one, sixty deep, is few objects and more names than there is time
// for.
enum { DIFF_DEPTH_MAX = 64, DIFF_NAMES_MAX = 1 << 20, FOLDER_NAMES = 8 };

struct diff {
    struct repository *r;
    repository_change_fn fn;
    void *state;
    struct error *error;
    size_t names;
    char path[PATH_MAX];
};

static bool diff_trees(struct diff *diff, const git_oid *from, const git_oid *to, size_t length,
                       unsigned depth);

static git_tree *look_up(struct diff *diff, const git_oid *oid)
{
    git_tree *tree = NULL;
    if (!repository_lock(diff->r, diff->error))
        return NULL;
    bool ok = repository_check_length(diff->r, oid, TREE_MAX, diff->error);
    int code = ok ? git_tree_lookup(&tree, diff->r->git, oid) : 0;
    if (code)
        repository_fail(diff->r, oid, code, diff->error);
    repository_unlock(diff->r);
    return tree;
}

static bool is_folder(const git_tree_entry *entry)
{
    return entry && git_tree_entry_filemode_raw(entry) == GIT_FILEMODE_TREE;
}

// The name of an entry, after the `length` bytes of the path that there are; 0: too long.
static size_t extend(struct diff *diff, size_t length, const git_tree_entry *entry)
{
    const char *name = git_tree_entry_name(entry);
    int n =
        snprintf(diff->path + length, sizeof diff->path - length, "%s%s", length ? "/" : "", name);
    return n > 0 && (size_t)n < sizeof diff->path - length ? length + (size_t)n : 0;
}

static bool tell_change(struct diff *diff, size_t length, const git_tree_entry *from,
                        const git_tree_entry *to)
{
    struct object_id old = from ? repository_id(git_tree_entry_id(from)) : (struct object_id){0};
    struct object_id new = to ? repository_id(git_tree_entry_id(to)) : (struct object_id){0};
    struct repository_change change = {slice_of(diff->path, length), from ? &old : NULL,
                                       to ? &new : NULL};
    return diff->fn(diff->state, &change);
}

// Entries of one name, or one that the other side has not.
static bool diff_entries(struct diff *diff, size_t length, const git_tree_entry *from,
                         const git_tree_entry *to, unsigned depth)
{
    if (from && to && git_oid_equal(git_tree_entry_id(from), git_tree_entry_id(to)) &&
        git_tree_entry_filemode_raw(from) == git_tree_entry_filemode_raw(to))
        return true;
    size_t whole = extend(diff, length, from ? from : to);
    if (!whole)
        return true; // no file of a site has such a name
    if (is_folder(from ? from : to))
        return diff_trees(diff, from ? git_tree_entry_id(from) : NULL,
                          to ? git_tree_entry_id(to) : NULL, whole, depth + 1);
    return tell_change(diff, whole, from, to);
}

// git's order: a folder's name counts as if it ended in a slash.
static int compare_entries(const git_tree_entry *a, const git_tree_entry *b)
{
    struct slice x = slice_from_cstr(git_tree_entry_name(a)),
                 y = slice_from_cstr(git_tree_entry_name(b));
    size_t common = x.len < y.len ? x.len : y.len;
    int order = memcmp(x.ptr, y.ptr, common);
    if (order)
        return order;
    unsigned char p = (unsigned char)(x.len > common ? x.ptr[common] : is_folder(a) ? '/' : 0);
    unsigned char q = (unsigned char)(y.len > common ? y.ptr[common] : is_folder(b) ? '/' : 0);
    return p < q ? -1 : p > q;
}

static bool walk_pair(struct diff *diff, const git_tree *from, const git_tree *to, size_t length,
                      unsigned depth)
{
    if (diff->names > DIFF_NAMES_MAX)
        return error_set(diff->error, ERROR_LIMIT, "a commit changes too much for its history");
    size_t i = 0, j = 0, m = from ? git_tree_entrycount(from) : 0,
           n = to ? git_tree_entrycount(to) : 0;
    while (i < m || j < n) {
        const git_tree_entry *old = i < m ? git_tree_entry_byindex(from, i) : NULL;
        const git_tree_entry *new = j < n ? git_tree_entry_byindex(to, j) : NULL;
        int order = !old ? 1 : !new ? -1 : compare_entries(old, new);
        if (!diff_entries(diff, length, order <= 0 ? old : NULL, order >= 0 ? new : NULL, depth))
            return false;
        i += order <= 0;
        j += order >= 0;
    }
    return true;
}

static bool diff_trees(struct diff *diff, const git_oid *from, const git_oid *to, size_t length,
                       unsigned depth)
{
    if (depth > DIFF_DEPTH_MAX)
        return error_set(diff->error, ERROR_LIMIT, "folders nest deeper than %d", DIFF_DEPTH_MAX);
    git_tree *old = from ? look_up(diff, from) : NULL;
    git_tree *new = to && (old || !from) ? look_up(diff, to) : NULL;
    diff->names +=
        FOLDER_NAMES + (old ? git_tree_entrycount(old) : 0) + (new ? git_tree_entrycount(new) : 0);
    bool ok = (old || !from) && (new || !to) && walk_pair(diff, old, new, length, depth);
    git_tree_free(old);
    git_tree_free(new);
    return ok;
}

bool repository_diff(struct repository *r, const struct object_id *from, const struct object_id *to,
                     repository_change_fn fn, void *state, struct error *error)
{
    struct diff diff = {.r = r, .fn = fn, .state = state, .error = error};
    git_oid old = from ? repository_oid(from) : (git_oid){0}, new = repository_oid(to);
    if (from && git_oid_equal(&old, &new))
        return true;
    return diff_trees(&diff, from ? &old : NULL, &new, 0, 0);
}
