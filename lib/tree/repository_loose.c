// SPDX-License-Identifier: MIT
//
// A backend for loose objects: libgit2 1.5 hangs on a truncated one, holding the repository's lock.
// libgit2 asks this backend before its own, and checks itself that an object matches its name.
// Source: gitformat-loose(5).
#include "repository_inside.h"

#include <git2/sys/odb_backend.h>
#include <libdeflate.h>
#include <limits.h>
#include <stdlib.h>

// INFLATED_MAX: bytes that one byte of deflated data may inflate to.
enum { FILE_BYTES_MAX = 1 << 30, HEADER_MAX = 32, INFLATED_MAX = 1032, FIRST_ROOM = 4096 };
enum { ALTERNATES_DEPTH = 5, ALTERNATES_BYTES = 1 << 16 };

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

// Inflates everything into *out, doubling the room until it fits.
static bool inflate_object(struct arena *arena, struct slice file, struct slice *out)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    size_t room = FIRST_ROOM + 4 * file.len, most = FIRST_ROOM + INFLATED_MAX * file.len, got = 0;
    enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
    while (decompressor && result == LIBDEFLATE_INSUFFICIENT_SPACE && room / 2 < most) {
        char *text = arena_alloc_text(arena, room);
        if (!text)
            break;
        result = libdeflate_zlib_decompress(decompressor, file.ptr, file.len, text, room, &got);
        *out = slice_of(text, got);
        room *= 2;
    }
    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS;
}

// "blob 12" and a NUL precede the content.
static bool read_loose_header(struct slice object, git_object_t *type, struct slice *content)
{
    size_t end = slice_find_byte(object, '\0', 0), space = slice_find_byte(object, ' ', 0),
           size = 0;
    char name[HEADER_MAX];
    if (end >= HEADER_MAX || space >= end || space + 1 == end)
        return false;
    memcpy(name, object.ptr, space);
    name[space] = '\0';
    for (size_t i = space + 1; i < end; i++) {
        if (object.ptr[i] < '0' || object.ptr[i] > '9' || size > SIZE_MAX / 16)
            return false;
        size = size * 10 + (size_t)(object.ptr[i] - '0');
    }
    *type = git_object_string2type(name);
    *content = slice_sub(object, end + 1, object.len);
    return *type != GIT_OBJECT_INVALID && content->len == size;
}

// An object's file, inflated. GIT_ENOTFOUND: the object is not loose.
static int find_loose(const struct loose *loose, const git_oid *oid, struct arena *arena,
                      struct slice *object)
{
    char hex[GIT_OID_HEXSZ + 1], path[PATH_MAX];
    git_oid_tostr(hex, sizeof hex, oid);
    for (size_t i = 0; i < loose->count; i++) {
        struct slice file;
        int n = snprintf(path, sizeof path, "%s/%.2s/%s", loose->folders[i].ptr, hex, hex + 2);
        if (n < 0 || (size_t)n >= sizeof path || !file_exists(path))
            continue;
        return file_read(arena, path, FILE_BYTES_MAX, &file, NULL) &&
                       inflate_object(arena, file, object)
                   ? 0
                   : refuse_loose("the loose object cannot be read, or is cut short");
    }
    return GIT_ENOTFOUND;
}

// data NULL: only length and type are wanted.
static int give_loose(git_odb_backend *backend, const git_oid *oid, void **data, size_t *length,
                      git_object_t *type)
{
    struct arena *arena = arena_create(0, 0);
    struct slice object, content = SLICE_EMPTY;
    int code = arena ? find_loose((const struct loose *)backend, oid, arena, &object) : GIT_ERROR;
    if (code == 0 && !read_loose_header(object, type, &content))
        code = refuse_loose("the loose object is damaged");
    if (code == 0 && data) {
        *data = git_odb_backend_data_alloc(backend, content.len + 1);
        code = *data ? 0 : GIT_ERROR;
    }
    if (code == 0 && data) {
        memcpy(*data, content.len ? content.ptr : "", content.len);
        ((char *)*data)[content.len] = '\0';
    }
    *length = content.len;
    arena_destroy(arena);
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

// objects/info/alternates: repositories whose objects this one shares, one path per line, relative
// to the directory of the objects.
void repository_each_alternate(struct arena *arena, struct slice objects, tree_path_fn fn,
                               void *state, int depth)
{
    struct slice file = path_join(arena, objects, SLICE("info/alternates")), rest, line;
    if (depth > ALTERNATES_DEPTH || !file.ptr ||
        !file_read(arena, file.ptr, ALTERNATES_BYTES, &rest, NULL))
        return;
    while (slice_next_line(&rest, &line)) {
        struct slice path = path_normalise(arena, path_join(arena, objects, slice_trim(line)));
        if (!slice_trim(line).len || line.ptr[0] == '#' || !path.ptr)
            continue;
        fn(state, path.ptr);
        repository_each_alternate(arena, path, fn, state, depth + 1);
    }
}

static void add_objects_folder(void *state, const char *path)
{
    struct loose *loose = state;
    struct slice *grown =
        arena_room(loose->arena, loose->folders, loose->count, &loose->capacity, sizeof *grown);
    struct slice copy = grown ? arena_copy(loose->arena, slice_from_cstr(path)) : SLICE_EMPTY;
    struct slice whole = copy.ptr ? ARENA_JOIN(loose->arena, copy, slice_of("", 1)) : SLICE_EMPTY;
    if (!whole.ptr)
        return;
    loose->folders = grown;
    grown[loose->count++] = whole;
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
        repository_each_alternate(arena, objects, add_objects_folder, loose, 0);
    }
    bool ok = git_odb_add_backend(odb, &loose->backend, BEFORE_OTHERS) == 0;
    if (!ok)
        arena_destroy(arena);
    git_odb_free(odb);
    return ok;
}
