// SPDX-License-Identifier: MIT
//
// The file system: whole reads, atomic writes, sorted walks.
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool io_error(struct error *error, const char *what, const char *path)
{
    int code = errno;
    error_set(error, code == ENOENT ? ERROR_NOT_FOUND : ERROR_IO, "cannot %s %s: %s", what, path,
              strerror(code));
    return false;
}

static int64_t nanoseconds(const struct statx_timestamp *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

// One call for all that is asked of a file: of a site of many pages, they are felt.
static bool read_info(const char *path, struct file_info *info)
{
    struct statx st;
    if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME, &st) != 0)
        return false;
    *info = (struct file_info){
        .size = st.stx_size,
        .mtime_ns = nanoseconds(&st.stx_mtime),
        .birth_ns = nanoseconds(st.stx_mask & STATX_BTIME ? &st.stx_btime : &st.stx_mtime),
        .is_directory = S_ISDIR(st.stx_mode),
        .is_regular = S_ISREG(st.stx_mode),
    };
    return true;
}

bool file_stat(const char *path, struct file_info *info, struct error *error)
{
    return read_info(path, info) || io_error(error, "read", path);
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

// Reads size bytes, or up to the end when the file got shorter meanwhile.
static ssize_t read_all(int fd, char *out, size_t size)
{
    size_t got = 0;
    while (got < size) {
        ssize_t n = read(fd, out + got, size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

static bool read_open(struct arena *arena, int fd, const char *path, size_t max, struct slice *out,
                      struct error *error)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return io_error(error, "read", path);
    if (!S_ISREG(st.st_mode))
        return error_set(error, ERROR_IO, "%s is not a regular file", path);
    size_t size = (size_t)st.st_size;
    if (size > max) {
        error_set(error, ERROR_LIMIT, "%s is %zu bytes long; at most %zu are read", path, size,
                  max);
        return false;
    }
    char *text = arena_alloc_text(arena, size + 1);
    if (!text)
        return error_memory(error);
    ssize_t got = read_all(fd, text, size);
    if (got < 0)
        return io_error(error, "read", path);
    text[got] = '\0';
    *out = slice_of(text, (size_t)got);
    return true;
}

bool file_read(struct arena *arena, const char *path, size_t max, struct slice *out,
               struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return io_error(error, "read", path);
    bool ok = read_open(arena, fd, path, max, out, error);
    close(fd);
    return ok;
}

bool file_write_all(int fd, struct slice content)
{
    while (content.len) {
        ssize_t n = write(fd, content.ptr, content.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        content = slice_sub(content, (size_t)n, content.len);
    }
    return true;
}

static bool write_beside(const char *path, struct slice content, bool durable, struct error *error)
{
    char temporary[4096];
    int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return error_set(error, ERROR_IO, "the path is too long: %s", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return io_error(error, "write", path);
    bool ok = file_write_all(fd, content) && fchmod(fd, 0644) == 0 && (!durable || fsync(fd) == 0);
    ok = close(fd) == 0 && ok && rename(temporary, path) == 0;
    if (!ok) {
        io_error(error, "write", path);
        unlink(temporary);
    }
    return ok;
}

bool file_write(const char *path, struct slice content, struct error *error)
{
    return write_beside(path, content, true, error);
}

bool file_replace(const char *path, struct slice content, struct error *error)
{
    return write_beside(path, content, false, error);
}

bool file_make_directories(const char *path, struct error *error)
{
    char part[4096];
    size_t length = strlen(path);
    if (length >= sizeof part)
        return error_set(error, ERROR_IO, "the path is too long: %s", path);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return io_error(error, "create", part);
    }
    struct file_info info;
    if (!length || !file_stat(path, &info, error))
        return !length;
    return info.is_directory ||
           error_set(error, ERROR_IO, "cannot create %s: a file is in the way", path);
}

// ---- walks ----

enum { WALK_DEPTH_MAX = 32, WALK_PATH_MAX = 4096 };

struct walk {
    bool all;
    file_walk_fn fn;
    void *state;
    struct error *error;
    size_t root_length; // of path, with the slash behind it
    // The directories above: one met again below itself is a loop of links. Cutting by depth alone
    // would let two such links be walked 2^32 times.
    struct {
        dev_t device;
        ino_t inode;
    } above[WALK_DEPTH_MAX + 1];
    char path[WALK_PATH_MAX];
};

static int is_wanted(const struct dirent *entry)
{
    const char *name = entry->d_name;
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_hidden(const struct walk *walk, const char *name)
{
    return !walk->all && (name[0] == '.' || strcmp(name, "node_modules") == 0);
}

static bool walk_directory(struct walk *walk, size_t length, unsigned depth);

static bool walk_entry(struct walk *walk, size_t length, const char *name, unsigned depth)
{
    size_t name_length = strlen(name);
    if (is_hidden(walk, name))
        return true;
    if (length + name_length + 2 > sizeof walk->path)
        return error_set(walk->error, ERROR_IO, "the path is too long: %s", walk->path);
    memcpy(walk->path + length, name, name_length + 1);
    struct file_info info;
    if (!read_info(walk->path, &info))
        return true; // gone since the directory was read, or a dangling link
    if (info.is_directory) {
        walk->path[length + name_length] = '/';
        walk->path[length + name_length + 1] = '\0';
        return walk_directory(walk, length + name_length + 1, depth + 1);
    }
    struct slice relative =
        slice_of(walk->path + walk->root_length, length + name_length - walk->root_length);
    return !info.is_regular || walk->fn(walk->state, relative, &info);
}

// Notes the directory at walk->path; false when it is too deep or one of those above it.
static bool enter_directory(struct walk *walk, unsigned depth)
{
    struct stat st;
    if (depth > WALK_DEPTH_MAX || stat(walk->path, &st) != 0)
        return depth == 0; // scandir reports a root that is missing
    for (unsigned i = 0; i < depth; i++)
        if (walk->above[i].device == st.st_dev && walk->above[i].inode == st.st_ino)
            return false;
    walk->above[depth].device = st.st_dev;
    walk->above[depth].inode = st.st_ino;
    return true;
}

static bool walk_directory(struct walk *walk, size_t length, unsigned depth)
{
    struct dirent **entries;
    if (!enter_directory(walk, depth))
        return true;
    int count = scandir(walk->path, &entries, is_wanted, by_bytes);
    if (count < 0)
        return depth > 0 ? true : io_error(walk->error, "read the directory", walk->path);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        ok = ok && walk_entry(walk, length, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

bool file_walk(const char *root, bool all, file_walk_fn fn, void *state, struct error *error)
{
    struct walk walk = {.all = all, .fn = fn, .state = state, .error = error};
    int n = snprintf(walk.path, sizeof walk.path, "%s/", root);
    if (n < 0 || (size_t)n >= sizeof walk.path)
        return error_set(error, ERROR_IO, "the path is too long: %s", root);
    walk.root_length = (size_t)n;
    return walk_directory(&walk, (size_t)n, 0);
}

// ---- paths ----

struct slice path_join(struct arena *arena, struct slice directory, struct slice name)
{
    if (!directory.len || (name.len && name.ptr[0] == '/'))
        return arena_copy(arena, name);
    bool slash = directory.ptr[directory.len - 1] == '/';
    size_t length = directory.len + !slash + name.len;
    char *path = arena_alloc_text(arena, length + 1);
    if (!path)
        return SLICE_EMPTY;
    memcpy(path, directory.ptr, directory.len);
    path[directory.len] = '/';
    if (name.len)
        memcpy(path + directory.len + !slash, name.ptr, name.len);
    path[length] = '\0';
    return slice_of(path, length);
}

struct slice path_normalise(struct arena *arena, struct slice path)
{
    bool absolute = path.len && path.ptr[0] == '/';
    char *out = arena_alloc_text(arena, path.len + 2);
    if (!out)
        return SLICE_EMPTY;
    size_t length = 0;
    if (absolute)
        out[length++] = '/';
    struct slice rest = path, part;
    while (slice_split(&rest, '/', &part)) {
        if (!part.len || slice_equal(part, SLICE(".")))
            continue;
        if (slice_equal(part, SLICE(".."))) {
            while (length > absolute && out[length - 1] != '/')
                length--;
            if (length > absolute)
                length--;
            continue;
        }
        if (length > absolute)
            out[length++] = '/';
        memcpy(out + length, part.ptr, part.len);
        length += part.len;
    }
    out[length] = '\0';
    return slice_of(out, length);
}

static size_t last_slash(struct slice path)
{
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/')
            return i - 1;
    return SIZE_MAX;
}

struct slice path_base(struct slice path)
{
    size_t slash = last_slash(path);
    return slash == SIZE_MAX ? path : slice_sub(path, slash + 1, path.len);
}

struct slice path_directory(struct slice path)
{
    size_t slash = last_slash(path);
    return slash == SIZE_MAX ? slice_of("", 0) : slice_sub(path, 0, slash ? slash : 1);
}

struct slice path_extension(struct slice path)
{
    struct slice base = path_base(path);
    for (size_t i = base.len; i > 1; i--)
        if (base.ptr[i - 1] == '.')
            return slice_sub(base, i - 1, base.len);
    return slice_of("", 0);
}

uint64_t file_hash(struct slice content)
{
    uint64_t hash = slice_hash(content);
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    return hash ^ hash >> 33;
}
