// SPDX-License-Identifier: MIT
//
// The file system: whole reads, atomic writes.
#include "file.h"

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

static uint64_t mix(uint64_t sum, uint64_t part)
{
    sum = (sum ^ part) * 0x9e3779b97f4a7c15u;
    return sum ^ sum >> 32;
}

static uint64_t device_of(const struct statx *st)
{
    return (uint64_t)st->stx_dev_major << 32 | st->stx_dev_minor;
}

static uint64_t identify(const struct statx *st)
{
    uint64_t sum = mix(device_of(st), st->stx_ino);
    sum = mix(sum, st->stx_size);
    sum = mix(sum, (uint64_t)nanoseconds(&st->stx_mtime));
    sum = mix(sum, (uint64_t)nanoseconds(&st->stx_ctime));
    return sum ? sum : 1;
}

// One call for everything asked about a file: on large sites extra calls are noticeable.
static bool read_info(int fd, const char *path, int flags, struct file_info *info,
                      struct file_id *id)
{
    struct statx st;
    if (statx(fd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &st) != 0)
        return false;
    if (id)
        *id = (struct file_id){device_of(&st), st.stx_ino, S_ISLNK(st.stx_mode)};
    *info = (struct file_info){
        .size = st.stx_size,
        .mtime_ns = nanoseconds(&st.stx_mtime),
        .birth_ns = nanoseconds(st.stx_mask & STATX_BTIME ? &st.stx_btime : &st.stx_mtime),
        .identity = identify(&st),
        .changed_ns = nanoseconds(&st.stx_ctime),
        .is_directory = S_ISDIR(st.stx_mode),
        .is_regular = S_ISREG(st.stx_mode),
    };
    return true;
}

bool file_look_at(int directory, const char *path, struct file_info *info, struct file_id *id)
{
    return read_info(directory, path, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, info, id);
}

int64_t file_fresh_ns(const struct file_info *info, int64_t now_ns)
{
    // The kernel's clock ticks 100 to 1000 times a second; some file systems count whole seconds.
    int64_t tick_ns = info->changed_ns % 1000000000 ? 20000000 : 2000000000;
    int64_t left_ns = info->changed_ns - now_ns + tick_ns;
    return left_ns > 0 ? left_ns : 0;
}

bool file_is_fresh(const struct file_info *info, int64_t now_ns)
{
    return file_fresh_ns(info, now_ns) > 0;
}

bool file_stat(const char *path, struct file_info *info, struct error *error)
{
    return read_info(AT_FDCWD, path, 0, info, NULL) || io_error(error, "read", path);
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 || errno == EIO || errno == ENOMEM;
}

// Reads size bytes, or up to the end if the file has become shorter.
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

bool file_read_open(struct arena *arena, int fd, const char *path, size_t max, struct slice *out,
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
    bool ok = file_read_open(arena, fd, path, max, out, error);
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

// Removes the last part, but never the root's slash.
static size_t climb(const char *out, size_t length, bool absolute)
{
    while (length > absolute && out[length - 1] != '/')
        length--;
    return length > absolute ? length - 1 : length;
}

size_t path_clean(struct slice path, char *out, size_t size)
{
    bool absolute = path.len && path.ptr[0] == '/';
    size_t length = 0;
    if (size < 2)
        return SIZE_MAX;
    if (absolute)
        out[length++] = '/';
    struct slice rest = path, part;
    while (slice_split(&rest, '/', &part)) {
        if (!part.len || slice_equal(part, SLICE(".")))
            continue;
        if (slice_equal(part, SLICE(".."))) {
            length = climb(out, length, absolute);
            continue;
        }
        if (length + part.len + 2 > size)
            return SIZE_MAX;
        if (length > absolute)
            out[length++] = '/';
        memcpy(out + length, part.ptr, part.len);
        length += part.len;
    }
    out[length] = '\0';
    return length;
}

struct slice path_normalise(struct arena *arena, struct slice path)
{
    char *out = arena_alloc_text(arena, path.len + 3);
    return out ? slice_of(out, path_clean(path, out, path.len + 3)) : SLICE_EMPTY;
}

struct slice path_below(struct arena *arena, struct slice directory, struct slice path)
{
    struct slice root = path_normalise(arena, directory);
    bool below = root.len && slice_starts_with(path, root) && path.len > root.len + 1 &&
                 path.ptr[root.len] == '/';
    return below ? slice_sub(path, root.len + 1, path.len) : SLICE_EMPTY;
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

void file_close_from(int first)
{
    enum { DESCRIPTORS_MAX = 65536 };
    if (close_range((unsigned)first, ~0u, 0) == 0)
        return;
    for (int fd = first; fd < DESCRIPTORS_MAX; fd++) // a kernel before 5.9
        close(fd);
}
