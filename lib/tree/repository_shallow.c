// SPDX-License-Identifier: MIT
//
// Where a shallow clone ends: at the commits whose ids git has written into the file "shallow", one
// per line. Their parents count as not there, whether they are or not. libgit2 1.5 does not know of
// that, and looks for the file in the wrong place in a worktree.
// Source: gitrepository-layout(5), "shallow".
#include "repository_inside.h"

#include <limits.h>

enum { SHALLOW_MAX = 64 << 20 };

static bool shallow_file(git_repository *git, char path[PATH_MAX])
{
    int n = snprintf(path, PATH_MAX, "%s/shallow", git_repository_commondir(git));
    return n > 0 && n < PATH_MAX;
}

bool repository_ends_early(git_repository *git)
{
    char path[PATH_MAX];
    struct file_info info;
    return shallow_file(git, path) && file_stat(path, &info, NULL) && info.size > 0;
}

static bool add_end(struct map *commits, struct slice line)
{
    struct object_id id;
    if (!repository_read_id(slice_trim(line), &id))
        return true;
    struct slice key = arena_copy(commits->arena, object_id_key(&id));
    return key.ptr && map_put(commits, key, commits);
}

bool repository_read_ends(git_repository *git, struct map *commits, struct error *error)
{
    char path[PATH_MAX];
    struct slice rest, line;
    if (!repository_ends_early(git) || !shallow_file(git, path))
        return true;
    if (!file_read(commits->arena, path, SHALLOW_MAX, &rest, error))
        return false;
    while (slice_next_line(&rest, &line))
        if (!add_end(commits, line))
            return error_memory(error);
    return true;
}
