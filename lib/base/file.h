// SPDX-License-Identifier: MIT
//
// Files: whole reads with a size limit, atomic writes, path arithmetic. A site's own files are read
// through its tree (tree/tree.h).
//
// Thread-safety: as the file system.
#ifndef GUIDANCED_BASE_FILE_H
#define GUIDANCED_BASE_FILE_H

#include "error.h"

// What can be known about a file without reading it.
struct file_info {
    uint64_t size;    // bytes
    int64_t mtime_ns; // last change of the content, nanoseconds since the epoch
    int64_t birth_ns; // when it was created; the last change if the file system does not know
    // A hash of device, inode, size, mtime and ctime: equal means the same file with the same
    // bytes, as far as that is knowable without reading. Size and mtime alone are not enough: two
    // releases of an image may share both. Never 0.
    uint64_t identity;
    int64_t changed_ns; // ctime
    bool is_directory;
    bool is_regular;
};

// Follows symbolic links. False (error set) when it does not exist or cannot be reached.
bool file_stat(const char *path, struct file_info *info, struct error *error);
// True also if the disk cannot tell: opening it then says why, and nothing is taken for missing.
bool file_exists(const char *path);
// The same below an open directory, without following a final link; of the descriptor itself if
// path is "". id may be NULL. False: see errno.
struct file_id {
    uint64_t device, inode;
    bool is_link;
};
bool file_look_at(int directory, const char *path, struct file_info *info, struct file_id *id);
// Whether a file that was looked at at now_ns may yet change without changing its identity, within
// one tick of its file system's clock: what was read of it must then be read again.
bool file_is_fresh(const struct file_info *info, int64_t now_ns);
// For how many nanoseconds more that is so.
int64_t file_fresh_ns(const struct file_info *info, int64_t now_ns);

// Reads a whole regular file into the arena, NUL-terminated. Refuses files over `max` bytes.
bool file_read(struct arena *arena, const char *path, size_t max, struct slice *out,
               struct error *error);

// The same for a text: invalid UTF-8 or a NUL byte is an error at its place, in the file named
// `shown`. *out is empty then.
bool file_read_text(struct arena *arena, const char *path, struct slice shown, size_t max,
                    struct slice *out, struct error *error);
// Whether a text from elsewhere is UTF-8 without NUL bytes.
bool text_is_utf8(struct slice text, struct slice shown, struct error *error);
// The same for an open regular file.
bool file_read_open(struct arena *arena, int fd, const char *path, size_t max, struct slice *out,
                    struct error *error);

// Writes all of it to a descriptor, however often write(2) takes only a part. False: see errno.
bool file_write_all(int fd, struct slice content);

// Writes to a temporary file next to path, syncs and renames it: readers see all or nothing.
bool file_write(const char *path, struct slice content, struct error *error);
// The same without waiting for the disk, for what can be made again: a power cut may lose it.
bool file_replace(const char *path, struct slice content, struct error *error);

// Creates the directory and its parents.
bool file_make_directories(const char *path, struct error *error);
// Removes a directory with all below it, links themselves and not what they lead to. False if
// something is left.
bool file_remove_directory(const char *path);

// Closes all descriptors from this one on: a forked process must not keep its parent's.
void file_close_from(int first);

// "a/b" + "c" → "a/b/c"; an absolute second path wins. NUL-terminated, in the arena.
struct slice path_join(struct arena *arena, struct slice directory, struct slice name);
// Resolves "." and ".." and doubled slashes without asking the file system; the result never climbs
// above its root. "a/./b/../c" → "a/c".
struct slice path_normalise(struct arena *arena, struct slice path);
// The same into a buffer, NUL-terminated. Returns the length; SIZE_MAX if there is no room.
size_t path_clean(struct slice path, char *out, size_t size);
// "a/b", "a/b/c/d" → "c/d": the rest of a normalised path below the directory; empty if it is not
// below it.
struct slice path_below(struct arena *arena, struct slice directory, struct slice path);
// "a/b.c" → "b.c", "a", ".c" (with the dot; "" when there is none).
struct slice path_base(struct slice path);
struct slice path_directory(struct slice path);
struct slice path_extension(struct slice path);

// A 64-bit content hash, the same on every machine of its byte order and in every version
// (slice_hash with a final mix): used for change detection and ETags, not for security.
uint64_t file_hash(struct slice content);

#endif
