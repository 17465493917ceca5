// SPDX-License-Identifier: MIT
//
// A directory as a tree. Its places – the root, and what the settings name – are opened once; paths
// below one are opened beneath it with openat2, which does not let a path escape. A path with a
// link is resolved first, its target must be below a place, and is then opened there without links.
// So swapping in a link meanwhile achieves nothing.
#include "directory.h"

#include "base/clock.h"
#include "parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct slice place_as_shown(const struct directory *d, const char *path)
{
    struct slice root = d->source->root, full = slice_from_cstr(path);
    return slice_starts_with(full, root) && full.len > root.len && full.ptr[root.len] == '/'
               ? slice_sub(full, root.len + 1, full.len)
               : full;
}

// Whether the failure is the system's, and says nothing about the file.
static bool is_of_system(int code)
{
    return code == EMFILE || code == ENFILE || code == ENOMEM || code == EIO;
}

void directory_note_failure(struct directory *d, const char *path, int code)
{
    if (!is_of_system(code))
        return;
    atomic_fetch_add(&d->failures, 1);
    if (d->settled) // it has readers
        return;
    pthread_mutex_lock(&d->lock);
    error_set(&d->disturbance, ERROR_AWAY, "cannot read %.*s: %s",
              SLICE_ARG(place_as_shown(d, path)), strerror(code));
    error_hint(&d->disturbance, "it is tried again every few seconds");
    pthread_mutex_unlock(&d->lock);
}

int directory_fail(struct directory *d, const char *path, int code, struct error *error)
{
    directory_note_failure(d, path, code);
    enum error_code kind = code == ENOENT || code == ENOTDIR ? ERROR_NOT_FOUND
                           : is_of_system(code)              ? ERROR_AWAY
                                                             : ERROR_IO;
    error_set(error, kind, "cannot read %.*s: %s", SLICE_ARG(place_as_shown(d, path)),
              strerror(code));
    return -1;
}

// ---- opening ----

// One part of a path, which is no link. A link is ELOOP, as openat2 has it: asked for a directory,
// the system would say that it is none, and asked for a path, open the link itself.
static int open_part(int at, const char *part, int flags)
{
    struct stat st;
    if (fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)) {
        errno = ELOOP;
        return -1;
    }
    return openat(at, part, flags | O_NOFOLLOW | O_CLOEXEC);
}

// Without openat2 (kernels before 5.6, valgrind, qemu): part by part, following no link.
static int open_by_parts(int fd, const char *path, int flags)
{
    char part[256];
    int at = openat(fd, *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (at >= 0) {
        path += strspn(path, "/");
        size_t length = strcspn(path, "/");
        bool last = !path[length + strspn(path + length, "/")];
        if (length >= sizeof part || (length == 2 && memcmp(path, "..", 2) == 0)) {
            close(at);
            errno = length >= sizeof part ? ENAMETOOLONG : EXDEV;
            return -1;
        }
        memcpy(part, path, length);
        part[length] = '\0';
        int next = open_part(at, length ? part : ".", last ? flags : O_PATH | O_DIRECTORY);
        int why = errno;
        close(at);
        errno = why;
        if (last)
            return next;
        at = next;
        path += length;
    }
    return -1;
}

static int open_beneath(int fd, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    if (fd != AT_FDCWD)
        how.resolve |= RESOLVE_BENEATH;
    int opened = (int)syscall(SYS_openat2, fd, *path ? path : ".", &how, sizeof how);
    // EPERM: what some container runtimes answer to calls they do not know.
    bool unknown = opened < 0 && (errno == ENOSYS || errno == EPERM);
    return unknown ? open_by_parts(fd, path, flags) : opened;
}

// The innermost place that contains the path. *rest: the path below it.
static const struct place *find_place(const struct directory *d, struct slice path, bool real,
                                      struct slice *rest)
{
    const struct place *best = NULL;
    for (size_t i = 0; i < d->place_count; i++) {
        const struct place *place = &d->places[i];
        struct slice own = real ? place->real : place->path, left = parts_below(path, own);
        if (!left.ptr || (place->is_file && left.len) ||
            (best && own.len < (real ? best->real : best->path).len))
            continue;
        best = place;
        *rest = place->is_file ? path_base(place->real) : left;
    }
    return best;
}

void directory_deny(struct directory *d, const char *path, const char *target, const char *why,
                    struct error *error)
{
    error_set(error, ERROR_IO, "%.*s %s%s%s", SLICE_ARG(place_as_shown(d, path)), why,
              *target ? ": to " : "", target);
    if (why == PARTS_OUTSIDE)
        error_hint(error, "put the file itself there, name its directory in guidance.yaml, or set "
                          "follow_links: anywhere");
    directory_refuse(d, path, target, why);
}

static void add_ground(struct directory *d, const char *real)
{
    if (d->settled)
        return;
    pthread_mutex_lock(&d->lock);
    struct slice copy = arena_copy(d->arena, slice_from_cstr(real));
    bool kept = copy.ptr && arena_room(d->arena, &d->grounds, d->ground_count, &d->ground_capacity,
                                       sizeof *d->grounds);
    if (kept)
        d->grounds[d->ground_count++] = copy;
    pthread_mutex_unlock(&d->lock);
    if (!kept)
        directory_note_failure(d, real, ENOMEM);
}

// Whether a link may lead outside all places.
static bool may_leave(const struct directory *d, const char *path, struct slice real)
{
    if (d->source->links == TREE_LINKS_ANYWHERE)
        return !part_is_hidden(path_base(real));
    // Some package managers install packages as links into a store.
    return parts_have(slice_from_cstr(path), part_is_packages) &&
           parts_have(real, part_is_packages);
}

static int follow_path(struct directory *d, const char *path, int flags, struct error *error)
{
    char real[PATH_MAX];
    struct slice rest = SLICE_EMPTY;
    if (!realpath(path, real)) {
        int code = errno;
        if (code == ENOENT || code == ELOOP)
            directory_refuse(d, path, "", PARTS_NOWHERE);
        return directory_fail(d, path, code, error);
    }
    const struct place *place = find_place(d, slice_from_cstr(real), true, &rest);
    bool packages = parts_have(slice_from_cstr(path), part_is_packages);
    if (!place && !may_leave(d, path, slice_from_cstr(real))) {
        directory_deny(d, path, real, PARTS_OUTSIDE, error);
        return -1;
    }
    if (place && !place->is_file && !packages && parts_have(rest, part_is_hidden)) {
        directory_deny(d, path, real, PARTS_HIDDEN, error);
        return -1;
    }
    if (!place)
        add_ground(d, real);
    int fd = open_beneath(place ? place->fd : AT_FDCWD, place ? rest.ptr : real, flags);
    if (fd < 0) {
        int code = errno;
        directory_fail(d, path, code, error);
        if (code == EACCES && !place)
            error_hint(error, "the sandbox allows only what links led to at the start: restart");
    }
    return fd;
}

bool directory_locate(const struct directory *d, struct slice path, char *out, size_t size,
                      struct error *error)
{
    char joined[PATH_MAX];
    bool absolute = path.len && path.ptr[0] == '/';
    int n = snprintf(joined, sizeof joined, "%.*s/%.*s", absolute ? 0 : (int)d->source->root.len,
                     d->source->root.ptr, SLICE_ARG(path));
    return (n > 0 && (size_t)n < sizeof joined &&
            path_clean(slice_of(joined, (size_t)n), out, size) != SIZE_MAX) ||
           error_set(error, ERROR_IO, "the path is too long: %.*s", SLICE_ARG(path));
}

int directory_reach(struct directory *d, const char *path, int flags, struct error *error)
{
    struct slice rest;
    const struct place *place = find_place(d, slice_from_cstr(path), false, &rest);
    if (!place) {
        error_set(error, ERROR_IO, "%s is outside the site and not named in guidance.yaml", path);
        return -1;
    }
    if (!place->is_file && parts_have(rest, part_is_hidden)) {
        error_set(error, ERROR_IO, "%.*s is hidden", SLICE_ARG(place_as_shown(d, path)));
        error_hint(error, "hidden files are read when guidance.yaml names them");
        return -1;
    }
    int fd = open_beneath(place->fd, rest.ptr, flags);
    if (fd >= 0)
        return fd;
    return errno == ELOOP || errno == EXDEV ? follow_path(d, path, flags, error)
                                            : directory_fail(d, path, errno, error);
}

// ---- what is noted and refused ----

bool directory_is_secret(const struct directory *d, const struct file_id *id)
{
    for (size_t i = 0; i < d->secret_count; i++)
        if (d->secrets[i].device == id->device && d->secrets[i].inode == id->inode)
            return true;
    return false;
}

static void note_refusal(struct directory *d, const char *path, const char *target, const char *why)
{
    struct slice name = place_as_shown(d, path);
    if (d->refusal_count == REFUSALS_MAX)
        return;
    for (size_t i = 0; i < d->refusal_count; i++)
        if (slice_equal(d->refusals[i].path, name))
            return;
    d->refusals[d->refusal_count] = (struct tree_refusal){
        arena_copy(d->arena, name), arena_copy(d->arena, slice_from_cstr(target)), why};
    d->refusal_count += d->refusals[d->refusal_count].path.ptr != NULL;
}

void directory_refuse(struct directory *d, const char *path, const char *target, const char *why)
{
    if (d->settled)
        return;
    pthread_mutex_lock(&d->lock);
    note_refusal(d, path, target, why);
    pthread_mutex_unlock(&d->lock);
}

// With one changing file, what was read has its state before or after. With several, it may mix
// both.
static void note_restless(struct directory *d, const char *path)
{
    pthread_mutex_lock(&d->lock);
    if (!d->restless.ptr)
        d->restless = arena_copy(d->arena, slice_from_cstr(path));
    else if (!slice_equal(d->restless, slice_from_cstr(path)))
        d->failed = true;
    pthread_mutex_unlock(&d->lock);
}

static bool is_restless(struct directory *d, const char *path)
{
    pthread_mutex_lock(&d->lock);
    bool restless = d->restless.ptr && slice_equal(d->restless, slice_from_cstr(path));
    pthread_mutex_unlock(&d->lock);
    return restless;
}

bool directory_await(struct directory *d, const char *path, struct file_info *info)
{
    enum { LONGEST_NS = 2000000000 };
    if (!d->noting || d->settled)
        return true;
    if (is_restless(d, path))
        return false;
    int64_t left_ns = file_fresh_ns(info, clock_wall_ns());
    if (left_ns) {
        left_ns = left_ns < LONGEST_NS ? left_ns : LONGEST_NS - 1;
        const struct timespec nap = {left_ns / 1000000000, (long)(left_ns % 1000000000)};
        nanosleep(&nap, NULL);
        if (file_stat(path, info, NULL) && file_is_fresh(info, clock_wall_ns())) {
            note_restless(d, path);
            return false;
        }
    }
    if (file_is_fresh(info, d->begun_ns))
        atomic_store(&d->others_changed, true);
    return true;
}

static void keep_note(struct directory *d, const char *path, uint64_t seen, bool list)
{
    if (!arena_room(d->arena, &d->notes, d->note_count, &d->note_capacity, sizeof *d->notes)) {
        d->failed = true;
        return;
    }
    d->notes[d->note_count] =
        (struct note){arena_copy(d->arena, slice_from_cstr(path)), seen, list};
    d->failed |= !d->notes[d->note_count++].path.ptr;
}

void directory_note(struct directory *d, const char *path, uint64_t seen, bool list)
{
    // A settled tree is read by many threads at once: nothing in it may be written, not even a
    // flag.
    if (!d->noting || d->settled)
        return;
    pthread_mutex_lock(&d->lock);
    keep_note(d, path, seen, list);
    pthread_mutex_unlock(&d->lock);
}

// ---- what the settings name ----

void directory_add_place(struct directory *d, const char *path, const char *real, bool is_file)
{
    struct place place = {arena_copy(d->arena, slice_from_cstr(path)),
                          arena_copy(d->arena, slice_from_cstr(real)), -1, is_file};
    if (!place.path.ptr || !place.real.ptr ||
        !arena_room(d->arena, &d->places, d->place_count, &d->place_capacity, sizeof place)) {
        directory_note_failure(d, path, ENOMEM);
        return;
    }
    char parent[PATH_MAX];
    int length = is_file ? (int)(strrchr(real, '/') - real) : (int)strlen(real);
    snprintf(parent, sizeof parent, "%.*s", length ? length : 1, real);
    place.fd = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place.fd < 0) {
        directory_note_failure(d, path, errno);
        return;
    }
    d->places[d->place_count++] = place;
}

// A place that is read like everything below the root need not be added.
static bool is_ordinary(const struct directory *d, const char *path, const char *real)
{
    struct slice rest = parts_below(slice_from_cstr(path), d->source->root);
    return rest.ptr && strcmp(path, real) == 0 && !parts_have(rest, part_is_hidden);
}

static void name_place(struct directory *d, const char *path, bool outside)
{
    char real[PATH_MAX];
    struct file_info info;
    struct slice rest, whole;
    bool lies_outside = !parts_below(slice_from_cstr(path), d->source->root).ptr;
    if (lies_outside != outside)
        return;
    if (!realpath(path, real)) {
        directory_note_failure(d, path, errno);
        return;
    }
    if (is_ordinary(d, path, real))
        return;
    if (!file_stat(path, &info, NULL)) {
        directory_note_failure(d, path, errno);
        return;
    }
    whole = slice_from_cstr(real);
    if (!outside && !find_place(d, whole, true, &rest) && !may_leave(d, path, whole))
        directory_refuse(d, path, real, PARTS_OUTSIDE);
    else
        directory_add_place(d, path, real, !info.is_directory);
}

static void add_secret(struct directory *d, struct slice path)
{
    char name[PATH_MAX];
    for (size_t i = 0; PARTS_BESIDE[i]; i++) {
        int n = snprintf(name, sizeof name, "%.*s%s", SLICE_ARG(path), PARTS_BESIDE[i]);
        int fd = n > 0 && (size_t)n < sizeof name ? open(name, O_PATH | O_CLOEXEC) : -1;
        struct file_info info;
        if (d->secret_count == SECRETS_MAX)
            error_set(&d->disturbance, ERROR_LIMIT, "too many files are secret");
        else if (fd >= 0 && file_look_at(fd, "", &info, &d->secrets[d->secret_count]))
            d->secret_count++;
        else
            directory_note_failure(d, name, errno);
        if (fd >= 0)
            close(fd);
    }
}

void directory_name_places(struct directory *d)
{
    const struct tree_source *source = d->source;
    char path[PATH_MAX];
    // Places outside the root first: links in the root may lead to them.
    for (int inside = 0; inside < 2; inside++)
        for (size_t i = 0; i < source->place_count; i++)
            if (directory_locate(d, source->places[i], path, sizeof path, NULL))
                name_place(d, path, !inside);
    for (size_t i = 0; i < source->secret_count; i++)
        add_secret(d, source->secrets[i]);
}
