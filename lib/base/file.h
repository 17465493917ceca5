// SPDX-License-Identifier: MIT
//
// Files: whole reads with a size limit, atomic writes, sorted walks, path arithmetic.
//
// Thread-safety: as the file system.
#ifndef GUIDANCED_BASE_FILE_H
#define GUIDANCED_BASE_FILE_H

#include "error.h"

// What a warm start compares.
struct file_info {
    uint64_t size;    // bytes
    int64_t mtime_ns; // last change of the content, nanoseconds since the epoch
    int64_t birth_ns; // when it was made; the last change where the file system does not know
    bool is_directory;
    bool is_regular;
};

// Follows symbolic links. False (error set) when it does not exist or cannot be reached.
bool file_stat(const char *path, struct file_info *info, struct error *error);
bool file_exists(const char *path);

// Reads a whole regular file into the arena, NUL-terminated. Refuses files over `max` bytes.
bool file_read(struct arena *arena, const char *path, size_t max, struct slice *out,
               struct error *error);

// The same for a text: what is not UTF-8, or has a byte of zero, is an error at its place in the
// file that is called `shown`. *out is empty then.
bool file_read_text(struct arena *arena, const char *path, struct slice shown, size_t max,
                    struct slice *out, struct error *error);
// Whether a text that was read otherwise is one.
bool text_is_utf8(struct slice text, struct slice shown, struct error *error);

// Writes all of it to a descriptor, however often write(2) takes only a part. False: see errno.
bool file_write_all(int fd, struct slice content);

// Writes to a temporary file beside path, syncs and renames it: readers see all or nothing.
bool file_write(const char *path, struct slice content, struct error *error);
// The same without waiting for the disk, for what can be made again: a power cut may lose it.
bool file_replace(const char *path, struct slice content, struct error *error);

// Creates the directory and its parents.
bool file_make_directories(const char *path, struct error *error);

// Calls fn for every regular file under root, depth first, names in byte order. `relative` is the
// path below root with '/' between parts. Hidden names (".git") and, at any depth, "node_modules"
// are left out unless `all`. Symbolic links are followed once; loops are cut at depth 32. fn
// returning false stops the walk, which then returns false.
typedef bool (*file_walk_fn)(void *state, struct slice relative, const struct file_info *info);
bool file_walk(const char *root, bool all, file_walk_fn fn, void *state, struct error *error);

// "a/b" + "c" → "a/b/c"; an absolute second path wins. NUL-terminated, in the arena.
struct slice path_join(struct arena *arena, struct slice directory, struct slice name);
// Resolves "." and ".." and doubled slashes in place of the file system; the result never climbs
// above its root. "a/./b/../c" → "a/c".
struct slice path_normalise(struct arena *arena, struct slice path);
// "a/b.c" → "b.c", "a", ".c" (with the dot; "" when there is none).
struct slice path_base(struct slice path);
struct slice path_directory(struct slice path);
struct slice path_extension(struct slice path);

// A 64-bit content hash, the same on every machine of its byte order and in every version
// (slice_hash with a final mix): used for change detection and ETags, not for security.
uint64_t file_hash(struct slice content);

#endif
