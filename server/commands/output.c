// SPDX-License-Identifier: MIT
//
// An output directory: a new file is created in place, a changed one is replaced atomically.
// Neither waits for the disk: what a power cut loses is written next time, since it differs.
#include "output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST ".guidanced-manifest"
enum { HASH_DIGITS = 16 };

static bool is_empty(const char *directory)
{
    DIR *dir = opendir(directory);
    size_t count = 0;
    while (dir && readdir(dir) && count < 3)
        count++;
    if (dir)
        closedir(dir);
    return dir && count <= 2; // "." and ".."
}

// A line is the hash, a space and the path.
static bool read_manifest(struct output *output, struct slice path, struct error *error)
{
    struct slice rest = SLICE_EMPTY, line;
    if (!file_exists(path.ptr))
        return true;
    if (!file_read(output->arena, path.ptr, SIZE_MAX / 4, &rest, error))
        return false;
    while (slice_next_line(&rest, &line)) {
        if (line.len <= HASH_DIGITS + 1 || line.ptr[HASH_DIGITS] != ' ')
            continue;
        if (!map_put(&output->old, slice_sub(line, HASH_DIGITS + 1, line.len),
                     (void *)(uintptr_t)line.ptr))
            return error_memory(error);
    }
    return true;
}

static struct slice full_path(struct arena *arena, const struct output *output, struct slice path)
{
    return path_join(arena, output->directory, path_normalise(arena, path));
}

bool output_open(struct output *output, struct arena *arena, const char *directory,
                 struct error *error)
{
    *output = (struct output){.arena = arena, .directory = slice_from_cstr(directory)};
    output->old = output->files = map_create(arena);
    if (!file_make_directories(directory, error))
        return false;
    output->fresh = is_empty(directory);
    struct slice manifest = full_path(arena, output, SLICE(MANIFEST));
    return manifest.ptr ? read_manifest(output, manifest, error) : error_memory(error);
}

struct output_file *output_claim(struct output *output, struct slice path)
{
    if (map_find(&output->files, path))
        return NULL;
    struct output_file *file = arena_zalloc(output->arena, 1, sizeof *file);
    if (file)
        file->path = arena_copy(output->arena, path);
    return file && file->path.ptr && map_put(&output->files, file->path, file) ? file : NULL;
}

// ---- writing ----

static bool io_error(const char *what, const char *path, struct error *error)
{
    return error_set(error, ERROR_IO, "cannot %s %s: %s", what, path, strerror(errno));
}

static bool make_parent(struct arena *scratch, struct slice path, struct error *error)
{
    struct slice parent = arena_copy(scratch, path_directory(path));
    if (!parent.ptr)
        return error_memory(error);
    if (mkdir(parent.ptr, 0755) == 0 || errno == EEXIST)
        return true;
    return file_make_directories(parent.ptr, error);
}

// For a new path. False with error unset: something is there after all.
static bool create_output(struct arena *scratch, bool fresh, struct slice path,
                          struct slice content, struct error *error)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    // Most pages have their own directory, which does not exist yet.
    if (fresh && !make_parent(scratch, path, error))
        return false;
    int fd = open(path.ptr, flags, 0644);
    if (fd < 0 && errno == ENOENT) {
        if (!make_parent(scratch, path, error))
            return false;
        fd = open(path.ptr, flags, 0644);
    }
    if (fd < 0)
        return errno == EEXIST ? false : io_error("write", path.ptr, error);
    bool ok = file_write_all(fd, content);
    ok = close(fd) == 0 && ok;
    if (!ok) {
        io_error("write", path.ptr, error);
        unlink(path.ptr);
    }
    return ok;
}

static bool same_content(struct arena *scratch, const char *path, struct slice content)
{
    struct file_info info;
    struct slice old;
    struct error ignored = {0};
    return file_stat(path, &info, &ignored) && info.is_regular && info.size == content.len &&
           file_read(scratch, path, content.len + 1, &old, &ignored) && slice_equal(old, content);
}

static bool refuse_output(struct output *output, const struct output_file *file,
                          struct error *error)
{
    atomic_fetch_add(&output->refused, 1);
    error_set(error, ERROR_IO, "%.*s already exists and was not written by guidanced",
              SLICE_ARG(file->path));
    error_hint(error, "move it away, or name another directory with --out");
    return false;
}

bool output_write(struct output *output, struct output_file *file, struct arena *scratch,
                  struct slice content, struct error *error)
{
    struct slice path = full_path(scratch, output, file->path);
    if (!path.ptr)
        return error_memory(error);
    file->hash = slice_hash(content);
    file->written = true;
    if (!output->fresh && same_content(scratch, path.ptr, content))
        return true;
    if (create_output(scratch, output->fresh, path, content, error)) {
        atomic_fetch_add(&output->changed, 1);
        return true;
    }
    if (error_is_set(error) || !map_find(&output->old, file->path)) {
        file->written = false;
        return error_is_set(error) ? false : refuse_output(output, file, error);
    }
    atomic_fetch_add(&output->changed, 1);
    return file_replace(path.ptr, content, error);
}

// ---- the end ----

// Whether the file is still as in the manifest.
static bool is_own_output(struct arena *scratch, const char *path, const char *hash)
{
    struct slice content;
    struct error ignored = {0};
    char text[HASH_DIGITS + 1];
    if (!file_read(scratch, path, SIZE_MAX / 4, &content, &ignored))
        return false;
    snprintf(text, sizeof text, "%016llx", (unsigned long long)slice_hash(content));
    return memcmp(text, hash, HASH_DIGITS) == 0;
}

// Removes empty directories, up to the output directory itself.
static void remove_directories(struct arena *scratch, const struct output *output,
                               struct slice path)
{
    for (struct slice parent = path_directory(path); parent.len > output->directory.len;
         parent = path_directory(parent)) {
        struct slice name = arena_copy(scratch, parent);
        if (!name.ptr || rmdir(name.ptr) != 0)
            return;
    }
}

static void delete_stale(struct output *output, struct arena *scratch)
{
    for (size_t i = 0; i < output->old.count; i++) {
        const struct map_entry *entry = &output->old.entries[i];
        arena_reset(scratch, 1 << 20);
        struct slice path = full_path(scratch, output, entry->key);
        if (map_find(&output->files, entry->key) || !path.ptr ||
            !is_own_output(scratch, path.ptr, entry->value))
            continue;
        if (unlink(path.ptr) == 0)
            remove_directories(scratch, output, path);
    }
}

bool output_close(struct output *output, struct error *error)
{
    struct arena *scratch = arena_create(1 << 20, 0);
    if (!scratch)
        return error_memory(error);
    delete_stale(output, scratch);
    struct buffer text = buffer_create(output->arena, 0);
    for (size_t i = 0; i < output->files.count; i++) {
        const struct output_file *file = output->files.entries[i].value;
        const struct map_entry *old = map_find(&output->old, file->path);
        if (file->written)
            buffer_printf(&text, "%016llx %.*s\n", (unsigned long long)file->hash,
                          SLICE_ARG(file->path));
        else if (old) // it is ours, although this run could not write it
            buffer_printf(&text, "%.*s\n", (int)(HASH_DIGITS + 1 + file->path.len),
                          (const char *)old->value);
    }
    struct slice path = full_path(output->arena, output, SLICE(MANIFEST));
    bool ok = !text.failed && path.ptr ? same_content(scratch, path.ptr, buffer_slice(&text)) ||
                                             file_replace(path.ptr, buffer_slice(&text), error)
                                       : error_memory(error);
    arena_destroy(scratch);
    return ok;
}
