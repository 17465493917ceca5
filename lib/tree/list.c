// SPDX-License-Identifier: MIT
//
// Sorted lists of a directory tree. Each directory is opened beneath its parent; entries are
// examined without following links, and links are then resolved like any path.
#include "directory.h"
#include "parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEPTH_MAX = 32 };

struct walk {
    struct directory *d;
    tree_list_fn fn;
    void *state;
    struct error *error;
    size_t root_length; // of path, with the final slash
    uint64_t sum;
    unsigned linked;
    bool stopped;
    // The directories above: one that recurs below itself is a loop of links. With only a depth
    // limit, two such links would be walked 2^32 times.
    struct file_id above[DEPTH_MAX + 1];
    char path[PATH_MAX];
};

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_name_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool walk_directory(struct walk *walk, int fd, size_t length, unsigned depth);

static bool walk_file(struct walk *walk, size_t length, struct file_info *info)
{
    bool still = directory_await(walk->d, walk->path, info);
    struct slice relative = slice_of(walk->path + walk->root_length, length - walk->root_length);
    if (still)
        walk->sum += slice_hash(relative) ^ info->identity;
    walk->stopped = !walk->fn(walk->state, relative, info);
    return !walk->stopped;
}

// Gone since the directory was read, or not readable: left out. Anything else is noted.
static bool leave_out(struct walk *walk, int code)
{
    directory_note_failure(walk->d, walk->path, code);
    return true;
}

static bool walk_below(struct walk *walk, int fd, size_t length, unsigned depth)
{
    if (fd < 0)
        return leave_out(walk, errno);
    walk->path[length] = '/';
    walk->path[length + 1] = '\0';
    return walk_directory(walk, fd, length + 1, depth + 1);
}

// Walks the target of a link. Refusals have been recorded.
static bool walk_link(struct walk *walk, size_t length, unsigned depth)
{
    char real[PATH_MAX];
    struct file_info info;
    struct file_id id;
    int fd = directory_reach(walk->d, walk->path, O_PATH, NULL);
    bool there = fd >= 0 && file_look_at(fd, "", &info, &id);
    if (fd >= 0)
        close(fd);
    if (!there || directory_is_secret(walk->d, &id))
        return true;
    if (info.is_regular)
        return walk_file(walk, length, &info);
    if (!info.is_directory)
        return true;
    if (!parts_enter_link(&walk->linked, walk->error))
        return false;
    if (!walk->d->settled && realpath(walk->path, real))
        directory_add_place(walk->d, walk->path, real, false);
    return walk_below(walk, directory_reach(walk->d, walk->path, O_RDONLY | O_DIRECTORY, NULL),
                      length, depth);
}

static bool walk_entry(struct walk *walk, int directory, size_t length, const char *name,
                       unsigned depth)
{
    size_t name_length = strlen(name), end = length + name_length;
    struct file_info info;
    struct file_id id;
    if (part_is_left_out(slice_from_cstr(name)))
        return true;
    if (end + 2 > sizeof walk->path)
        return error_set(walk->error, ERROR_IO, "the path is too long: %s", walk->path);
    memcpy(walk->path + length, name, name_length + 1);
    if (!file_look_at(directory, name, &info, &id))
        return leave_out(walk, errno);
    if (id.is_link)
        return walk_link(walk, end, depth);
    if (info.is_directory)
        return walk_below(walk,
                          openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                          end, depth);
    if (!info.is_regular)
        return true;
    if (!directory_is_secret(walk->d, &id))
        return walk_file(walk, end, &info);
    directory_refuse(walk->d, walk->path, "", PARTS_SECRET);
    return true;
}

// False if it is too deep or the same as one above it.
static bool enter_directory(struct walk *walk, int fd, unsigned depth)
{
    struct file_info info;
    if (depth > DEPTH_MAX)
        return false;
    if (!file_look_at(fd, "", &info, &walk->above[depth]))
        return !leave_out(walk, errno);
    for (unsigned i = 0; i < depth; i++)
        if (walk->above[i].device == walk->above[depth].device &&
            walk->above[i].inode == walk->above[depth].inode)
            return false;
    return true;
}

// Closes fd.
static bool walk_directory(struct walk *walk, int fd, size_t length, unsigned depth)
{
    struct dirent **entries = NULL;
    int count = enter_directory(walk, fd, depth)
                    ? scandirat(fd, ".", &entries, is_entry, by_name_bytes)
                    : 0;
    bool ok = true;
    if (count < 0)
        leave_out(walk, errno);
    if (count < 0 && depth == 0)
        ok = error_set(walk->error, ERROR_IO, "cannot read the directory %s: %s", walk->path,
                       strerror(errno));
    for (int i = 0; i < count; i++) {
        ok = ok && walk_entry(walk, fd, length, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    close(fd);
    return ok;
}

static bool begin_directory(struct walk *walk, struct slice directory)
{
    if (!directory_locate(walk->d, directory, walk->path, sizeof walk->path - 1, walk->error))
        return false;
    int fd = directory_reach(walk->d, walk->path, O_RDONLY | O_DIRECTORY, walk->error);
    if (fd < 0)
        return false;
    size_t length = strlen(walk->path);
    if (walk->path[length - 1] != '/')
        walk->path[length++] = '/';
    walk->path[length] = '\0';
    walk->root_length = length;
    return walk_directory(walk, fd, length, 0);
}

bool directory_list(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
                    struct error *error)
{
    struct directory *d = (struct directory *)tree;
    struct walk walk = {.d = d, .fn = fn, .state = state, .error = error};
    char path[PATH_MAX];
    bool ok = begin_directory(&walk, directory);
    // A list that was cut short says nothing about the rest.
    if (!walk.stopped && directory_locate(d, directory, path, sizeof path, NULL))
        directory_note(d, path, walk.sum, true);
    return ok;
}

static bool count_file(void *state, struct slice relative, const struct file_info *info)
{
    (void)state, (void)relative, (void)info;
    return true;
}

uint64_t directory_sum(struct directory *d, struct slice directory)
{
    struct walk walk = {.d = d, .fn = count_file};
    begin_directory(&walk, directory);
    return walk.sum;
}
