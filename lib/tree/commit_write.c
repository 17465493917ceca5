// SPDX-License-Identifier: MIT
//
// A commit's files on disk, for programs that can read nothing else. What cannot be read from the
// commit is not written either: submodules, pointers of Git LFS, links that lead out of the site.
// Names that only the overlay has become links into it.
#include "commit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// What a file takes on disk at least, so that a limit in bytes limits the number of files too.
enum { BLOCK = 4096 };

struct writing {
    struct commit_tree *c;
    struct arena *arena; // for one file at a time
    uint64_t left;       // how many more bytes may be written
    uint64_t max;
    char path[PATH_MAX]; // below the root, of what is being written
    struct error *error;
};

static bool write_folder(struct writing *w, const struct folder *folder, int directory,
                         size_t length);

static bool fails_to_write(const struct writing *w)
{
    error_set(w->error, ERROR_IO, "cannot write %s: %s", w->path, strerror(errno));
    return false;
}

static bool take_room(struct writing *w, uint64_t bytes)
{
    bytes = bytes > BLOCK ? bytes : BLOCK;
    if (bytes > w->left) {
        error_set(w->error, ERROR_LIMIT, "the commit's files take more than %llu bytes",
                  (unsigned long long)w->max);
        error_hint(w->error, "git.checkout sets how many may be written for JavaScript");
        return false;
    }
    w->left -= bytes;
    return true;
}

// ---- files and links ----

static bool write_content(struct writing *w, const struct leaf *leaf, int directory,
                          struct slice content)
{
    struct timespec time = {.tv_sec = w->c->time_ns / 1000000000};
    const struct timespec times[2] = {time, time};
    int fd = openat(directory, leaf->name.ptr, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    leaf->executable ? 0755 : 0644);
    bool ok = fd >= 0 && file_write_all(fd, content) && futimens(fd, times) == 0;
    if (!ok)
        fails_to_write(w);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool write_blob(struct writing *w, const struct leaf *leaf, int directory)
{
    struct slice content;
    if (leaf->blob.pointer)
        return true;
    if (!take_room(w, leaf->blob.size))
        return false;
    bool ok = repository_read(w->c->repository, &leaf->id, w->arena, w->max, &content, w->error);
    if (!ok)
        error_at(w->error, slice_from_cstr(w->path), 0, 0);
    ok = ok && write_content(w, leaf, directory, content);
    arena_reset(w->arena, 1 << 20);
    return ok;
}

// The way from the folder of `path` to `real`, both below the root: up to the root, and down again.
static bool write_way(struct slice path, const char *real, char *out, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < path.len && at + 4 < size; i++)
        if (path.ptr[i] == '/') {
            memcpy(out + at, "../", 3);
            at += 3;
        }
    int n = snprintf(out + at, size - at, "%s", *real ? real : ".");
    return n > 0 && (size_t)n < size - at;
}

// To where the link ends, without further links, so that no chain of links leads out of the root.
static bool write_commit_link(struct writing *w, const struct leaf *leaf, int directory, size_t end)
{
    char target[PATH_MAX];
    struct found found;
    struct slice path = slice_of(w->path, end);
    if (!commit_follow(w->c, path, &found) || !take_room(w, 0) ||
        !write_way(path, found.real, target, sizeof target))
        return !error_is_set(w->error);
    return symlinkat(target, directory, leaf->name.ptr) == 0 || fails_to_write(w);
}

// ---- folders ----

static bool extend_path(struct writing *w, size_t length, const char *name, size_t *end)
{
    int n = snprintf(w->path + length, sizeof w->path - length, "%s%s", length ? "/" : "", name);
    *end = length + (size_t)n;
    return (n > 0 && *end < sizeof w->path) ||
           error_set(w->error, ERROR_LIMIT, "a path of the commit is too long: %s", w->path);
}

static bool make_folder(struct writing *w, const struct leaf *leaf, int directory, size_t end)
{
    int fd =
        mkdirat(directory, leaf->name.ptr, 0755) == 0
            ? openat(directory, leaf->name.ptr, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            : -1;
    if (fd < 0)
        return fails_to_write(w);
    bool ok = take_room(w, 0) && write_folder(w, leaf->folder, fd, end);
    close(fd);
    return ok;
}

static bool write_leaf(struct writing *w, const struct leaf *leaf, int directory, size_t length)
{
    size_t end;
    if (!extend_path(w, length, leaf->name.ptr, &end))
        return false;
    switch (leaf->kind) {
    case ENTRY_FOLDER:
        return make_folder(w, leaf, directory, end);
    case ENTRY_FILE:
        return write_blob(w, leaf, directory);
    case ENTRY_LINK:
        return write_commit_link(w, leaf, directory, end);
    case ENTRY_SUBMODULE:
        return true;
    }
    return true;
}

// ---- the overlay ----

static bool link_beside(struct writing *w, const char *name, int directory, size_t length)
{
    char target[PATH_MAX];
    size_t end;
    if (!extend_path(w, length, name, &end) || !take_room(w, 0))
        return false;
    if (!commit_beside(w->c, slice_of(w->path, end), target) ||
        symlinkat(target, directory, name) == 0 || errno == EEXIST) // the commit has it
        return true;
    return fails_to_write(w);
}

static bool fails_to_read_beside(const struct writing *w, const char *path)
{
    return error_set(w->error, ERROR_IO, "cannot read %s: %s", path, strerror(errno));
}

static bool write_beside(struct writing *w, int directory, size_t length)
{
    char path[PATH_MAX];
    const struct dirent *entry;
    DIR *beside = commit_beside(w->c, slice_of(w->path, length), path) ? opendir(path) : NULL;
    bool ok = true;
    if (!beside)
        return !w->c->overlay || errno == ENOENT || errno == ENOTDIR ||
               fails_to_read_beside(w, path);
    while (ok && (errno = 0, entry = readdir(beside)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = link_beside(w, entry->d_name, directory, length);
    if (ok && errno)
        ok = fails_to_read_beside(w, path);
    closedir(beside);
    return ok;
}

static bool write_folder(struct writing *w, const struct folder *folder, int directory,
                         size_t length)
{
    for (size_t i = 0; i < folder->count; i++)
        if (!write_leaf(w, &folder->leaves[i], directory, length))
            return false;
    w->path[length] = '\0';
    return write_beside(w, directory, length);
}

bool commit_write(struct tree *tree, const char *directory, uint64_t max, struct error *error)
{
    struct error own = {0};
    struct writing w = {.c = (struct commit_tree *)tree,
                        .arena = arena_create(0, 0),
                        .left = max,
                        .max = max,
                        .error = &own};
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = w.arena || error_memory(&own);
    if (ok && fd < 0)
        ok = error_set(&own, ERROR_IO, "cannot write into %s: %s", directory, strerror(errno));
    ok = ok && write_folder(&w, &w.c->root, fd, 0);
    if (fd >= 0)
        close(fd);
    arena_destroy(w.arena);
    if (!ok && error)
        *error = own;
    return ok;
}

struct object_id commit_tree_id(const struct tree *tree)
{
    return ((const struct commit_tree *)tree)->id;
}
