// SPDX-License-Identifier: MIT
//
// The files of refs. libgit2 leaves a ref that it cannot read out of its list, as if there were
// none, so that a tag would pass for the torn branch of its name: the files' names are read, too.
#include "repository_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

// What is longer is not asked for (repository_resolve). No part of a name begins with a dot.
enum { NAME_BYTES = 512 };

enum kind { NO_REF, REF, FOLDER };

// A link to a file is a ref, as for git; a link to a directory is not followed: it may lead in a
// circle. What is neither is no ref, and opening it might wait for ever.
static enum kind kind_of(int directory, const char *name)
{
    struct stat own, target;
    if (fstatat(directory, name, &own, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(own.st_mode))
        return FOLDER;
    return fstatat(directory, name, &target, 0) != 0 || S_ISREG(target.st_mode) ? REF : NO_REF;
}

static bool add_ref_file(struct map *folders, struct slice folder, int directory, const char *name,
                         struct map *names)
{
    enum kind kind = kind_of(directory, name);
    struct slice ref = ARENA_JOIN(names->arena, folder, slice_from_cstr(name),
                                  kind == FOLDER ? SLICE("/") : SLICE_EMPTY);
    if (!ref.ptr)
        return false;
    if (kind == FOLDER)
        return map_put(folders, ref, NULL);
    return kind == NO_REF || map_find(names, ref) || map_put(names, ref, NULL);
}

// `folder` is below `common`, and ends in a slash.
static bool add_folder(struct map *folders, struct slice common, struct slice folder,
                       struct map *names)
{
    struct slice path = path_join(names->arena, common, folder);
    DIR *directory = path.ptr ? opendir(path.ptr) : NULL;
    const struct dirent *entry;
    bool ok = true;
    if (!directory)
        return path.ptr && (errno == ENOENT || errno == ENOTDIR);
    while (ok && (errno = 0, entry = readdir(directory)) != NULL) {
        bool possible = *entry->d_name != '.' && folder.len + strlen(entry->d_name) < NAME_BYTES;
        ok = !possible || add_ref_file(folders, folder, dirfd(directory), entry->d_name, names);
    }
    ok &= errno == 0;
    closedir(directory);
    return ok;
}

bool repository_ref_files(git_repository *git, const char *prefix, struct map *names)
{
    struct slice common = slice_from_cstr(git_repository_commondir(git));
    struct map folders = map_create(names->arena);
    bool ok = map_put(&folders, slice_from_cstr(prefix), NULL);
    for (size_t i = 0; ok && i < folders.count; i++)
        ok = add_folder(&folders, common, folders.entries[i].key, names);
    return ok;
}
