// SPDX-License-Identifier: MIT
//
// A backend for loose objects: libgit2 1.5 hangs on a truncated one, holding the repository's lock.
// libgit2 asks this backend before its own, and checks itself that an object matches its name.
//
// An object is inflated as it is read from the disk. Its head says how long it is: where only that
// is asked, nothing else is inflated, and otherwise no more than that, whatever follows.
// Source: gitformat-loose(5).
#include "repository_inside.h"

#include <fcntl.h>
#include <git2/sys/odb_backend.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

// INFLATED_MAX: bytes that one byte of deflated data may inflate to. CHUNK: read at a time.
enum { OBJECT_MAX = 1 << 30, HEADER_MAX = 32, INFLATED_MAX = 1032, CHUNK = 16384 };
enum { ALTERNATES_DEPTH = 5, ALTERNATES_MAX = 1000, ALTERNATES_BYTES = 1 << 16 };

struct loose {
    git_odb_backend backend; // libgit2 knows it by this
    struct arena *arena;
    struct slice *folders; // of objects: the repository's and its alternates'
    size_t count, capacity;
};

static int refuse_loose(const char *why)
{
    git_error_set_str(GIT_ERROR_ODB, why);
    return GIT_ERROR;
}

// ---- inflating ----

struct inflating {
    int fd;
    z_stream z;
    uint64_t bytes; // of the file
    bool ended;     // of the deflated data
    unsigned char chunk[CHUNK];
};

static bool begin_inflating(struct inflating *in, const char *path)
{
    struct file_info info;
    in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (in->fd < 0 || inflateInit(&in->z) != Z_OK)
        return false;
    bool ok = file_stat(path, &info, NULL) && info.is_regular;
    in->bytes = info.size;
    return ok;
}

static void end_inflating(struct inflating *in)
{
    inflateEnd(&in->z);
    if (in->fd >= 0)
        close(in->fd);
}

static bool read_more(struct inflating *in)
{
    ssize_t n = read(in->fd, in->chunk, sizeof in->chunk);
    in->z.next_in = in->chunk;
    in->z.avail_in = n > 0 ? (unsigned)n : 0;
    return n > 0;
}

// Inflates until `room` is full or the data ends. How much there is; SIZE_MAX: it is damaged, or
// cut short.
static size_t inflate_into(struct inflating *in, char *out, size_t room)
{
    size_t got = 0;
    while (got < room && !in->ended) {
        if (!in->z.avail_in && !read_more(in))
            return SIZE_MAX;
        size_t left = room - got < UINT_MAX ? room - got : UINT_MAX;
        in->z.next_out = (unsigned char *)out + got;
        in->z.avail_out = (unsigned)left;
        int code = inflate(&in->z, Z_NO_FLUSH);
        in->ended = code == Z_STREAM_END;
        if (code != Z_OK && !in->ended)
            return SIZE_MAX;
        got += left - in->z.avail_out;
    }
    return got;
}

// ---- an object ----

// "blob 12" and a NUL precede the content. How long that is in `size`, and where it begins; 0: it
// is no head.
static size_t read_loose_head(struct slice begin, git_object_t *type, size_t *size)
{
    size_t end = slice_find_byte(begin, '\0', 0), space = slice_find_byte(begin, ' ', 0);
    char name[HEADER_MAX];
    *size = 0;
    if (end == SIZE_MAX || space >= end || space + 1 == end)
        return 0;
    memcpy(name, begin.ptr, space);
    name[space] = '\0';
    for (size_t i = space + 1; i < end; i++) {
        if (begin.ptr[i] < '0' || begin.ptr[i] > '9' || *size > SIZE_MAX / 16)
            return 0;
        *size = *size * 10 + (size_t)(begin.ptr[i] - '0');
    }
    *type = git_object_string2type(name);
    return *type != GIT_OBJECT_INVALID ? end + 1 : 0;
}

// Fills `content`, which has room for one byte more than the object has, by its head. `begin` is
// what has been inflated of it.
static int inflate_content(struct inflating *in, struct slice begin, char *content, size_t size)
{
    if (begin.len > size)
        return refuse_loose("the loose object holds more than its head says");
    memcpy(content, begin.len ? begin.ptr : "", begin.len);
    size_t rest = size - begin.len, got = inflate_into(in, content + begin.len, rest + 1);
    if (got == SIZE_MAX)
        return refuse_loose("the loose object is damaged, or cut short");
    content[size] = '\0';
    return got == rest  ? 0
           : got > rest ? refuse_loose("the loose object holds more than its head says")
                        : refuse_loose("the loose object holds less than its head says");
}

// data NULL: only length and type are wanted.
static int give_object(struct inflating *in, git_odb_backend *backend, void **data, size_t *length,
                       git_object_t *type)
{
    char begin[HEADER_MAX];
    size_t got = inflate_into(in, begin, sizeof begin);
    size_t at = got != SIZE_MAX ? read_loose_head(slice_of(begin, got), type, length) : 0;
    if (!at)
        return refuse_loose("the loose object is damaged, or cut short");
    if (*length / INFLATED_MAX > in->bytes)
        return refuse_loose("the loose object holds less than its head says");
    if (!data)
        return 0;
    if (*length > OBJECT_MAX)
        return refuse_loose("the loose object is too long");
    *data = git_odb_backend_data_alloc(backend, *length + 1);
    if (!*data)
        return GIT_ERROR;
    int code = inflate_content(in, slice_of(begin + at, got - at), *data, *length);
    if (code)
        git_odb_backend_data_free(backend, *data);
    return code;
}

// The file of an object. False: it is not loose.
static bool find_loose(const struct loose *loose, const git_oid *oid, char path[PATH_MAX])
{
    char hex[GIT_OID_HEXSZ + 1];
    git_oid_tostr(hex, sizeof hex, oid);
    for (size_t i = 0; i < loose->count; i++) {
        int n = snprintf(path, PATH_MAX, "%s/%.2s/%s", loose->folders[i].ptr, hex, hex + 2);
        if (n > 0 && n < PATH_MAX && file_exists(path))
            return true;
    }
    return false;
}

static int give_loose(git_odb_backend *backend, const git_oid *oid, void **data, size_t *length,
                      git_object_t *type)
{
    char path[PATH_MAX];
    if (!find_loose((const struct loose *)backend, oid, path))
        return GIT_ENOTFOUND;
    struct inflating *in = calloc(1, sizeof *in);
    if (!in)
        return GIT_ERROR;
    int code = begin_inflating(in, path) ? give_object(in, backend, data, length, type)
                                         : refuse_loose("the loose object cannot be read");
    end_inflating(in);
    free(in);
    return code;
}

static int read_loose(void **data, size_t *length, git_object_t *type, git_odb_backend *backend,
                      const git_oid *oid)
{
    return give_loose(backend, oid, data, length, type);
}

static int look_at_loose(size_t *length, git_object_t *type, git_odb_backend *backend,
                         const git_oid *oid)
{
    return give_loose(backend, oid, NULL, length, type);
}

static void free_loose(git_odb_backend *backend)
{
    arena_destroy(((struct loose *)backend)->arena);
}

// Adds what a directory of objects names in info/alternates: repositories whose objects it shares,
// one path per line, relative to it. `value` is how many such files led to a directory.
static void add_alternates(struct map *found, struct slice objects, uintptr_t depth)
{
    struct arena *arena = found->arena;
    struct slice file = path_join(arena, objects, SLICE("info/alternates")), rest, line;
    if (!file.ptr || !file_read(arena, file.ptr, ALTERNATES_BYTES, &rest, NULL))
        return;
    while (found->count < ALTERNATES_MAX && slice_next_line(&rest, &line)) {
        if (!slice_trim(line).len || line.ptr[0] == '#')
            continue;
        struct slice path = path_normalise(arena, path_join(arena, objects, slice_trim(line)));
        if (path.ptr && !map_find(found, path))
            map_put(found, path, (void *)(depth + 1));
    }
}

// Each once: they may name each other, or a thousand times themselves.
void repository_each_alternate(struct arena *arena, struct slice objects, tree_path_fn fn,
                               void *state)
{
    struct map found = map_create(arena);
    objects = objects.ptr ? path_normalise(arena, objects) : objects;
    if (!objects.ptr || !map_put(&found, objects, NULL))
        return;
    for (size_t i = 0; i < found.count; i++) {
        const struct map_entry at = found.entries[i];
        if (i > 0)
            fn(state, at.key.ptr);
        if ((uintptr_t)at.value <= ALTERNATES_DEPTH)
            add_alternates(&found, at.key, (uintptr_t)at.value);
    }
}

static void add_objects_folder(void *state, const char *path)
{
    struct loose *loose = state;
    struct slice copy = arena_copy(loose->arena, slice_from_cstr(path));
    if (copy.ptr && arena_room(loose->arena, &loose->folders, loose->count, &loose->capacity,
                               sizeof *loose->folders))
        loose->folders[loose->count++] = copy;
}

bool repository_read_loose(git_repository *git)
{
    enum { BEFORE_OTHERS = 100 };
    struct arena *arena = arena_create(0, 0);
    struct loose *loose = arena ? arena_zalloc(arena, 1, sizeof *loose) : NULL;
    git_odb *odb = NULL;
    if (!loose || git_odb_init_backend(&loose->backend, GIT_ODB_BACKEND_VERSION) != 0 ||
        git_repository_odb(&odb, git) != 0) {
        arena_destroy(arena);
        return false;
    }
    loose->arena = arena;
    loose->backend.read = read_loose;
    loose->backend.read_header = look_at_loose;
    loose->backend.free = free_loose;
    struct slice objects =
        path_join(arena, slice_from_cstr(git_repository_commondir(git)), SLICE("objects"));
    if (objects.ptr) {
        add_objects_folder(loose, objects.ptr);
        repository_each_alternate(arena, objects, add_objects_folder, loose);
    }
    bool ok = git_odb_add_backend(odb, &loose->backend, BEFORE_OTHERS) == 0;
    if (!ok)
        arena_destroy(arena);
    git_odb_free(odb);
    return ok;
}

const char *repository_zlib_version(void)
{
    return zlibVersion();
}
