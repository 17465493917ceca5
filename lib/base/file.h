// SPDX-License-Identifier: MIT
//
// Files: whole reads with a size limit, atomic writes, path arithmetic. A site's own files are read
// through its tree (tree/tree.h).
//
// Thread-safety: as the file system.
#ifndef GUIDANCED_BASE_FILE_H
#define GUIDANCED_BASE_FILE_H

#include "error.h"

// What is known of a file without reading it.
struct file_info {
    uint64_t size;    // bytes
    int64_t mtime_ns; // last change of the content, nanoseconds since the epoch
    int64_t birth_ns; // when it was made; the last change where the file system does not know
    // Of device, inode, size, mtime and ctime, hashed: equal means the same file with the same
    // bytes, as far as can be told without reading it. Size and mtime alone do not say so much:
    // images of two releases may have the same of both. Never 0.
    uint64_t identity;
    int64_t changed_ns; // ctime
    bool is_directory;
    bool is_regular;
};

// Follows symbolic links. False (error set) when it does not exist or cannot be reached.
bool file_stat(const char *path, struct file_info *info, struct error *error);
bool file_exists(const char *path);
// The same below an open directory, a link not followed; of the descriptor itself when path is "".
// id may be NULL. False: see errno.
struct file_id {
    uint64_t device, inode;
    bool is_link;
};
bool file_look_at(int directory, const char *path, struct file_info *info, struct file_id *id);
// Whether a file that was looked at now_ns ago may be written to again without another identity,
// within one tick of its file system's clock: what has been read of it then must be read again.
bool file_is_fresh(const struct file_info *info, int64_t now_ns);
// How long it will be, in nanoseconds.
int64_t file_fresh_ns(const struct file_info *info, int64_t now_ns);

// Reads a whole regular file into the arena, NUL-terminated. Refuses files over `max` bytes.
bool file_read(struct arena *arena, const char *path, size_t max, struct slice *out,
               struct error *error);

// The same for a text: what is not UTF-8, or has a byte of zero, is an error at its place in the
// file that is called `shown`. *out is empty then.
bool file_read_text(struct arena *arena, const char *path, struct slice shown, size_t max,
                    struct slice *out, struct error *error);
// Whether a text that was read otherwise is one.
bool text_is_utf8(struct slice text, struct slice shown, struct error *error);
// The same of a regular file that is open.
bool file_read_open(struct arena *arena, int fd, const char *path, size_t max, struct slice *out,
                    struct error *error);

// Writes all of it to a descriptor, however often write(2) takes only a part. False: see errno.
bool file_write_all(int fd, struct slice content);

// Writes to a temporary file beside path, syncs and renames it: readers see all or nothing.
bool file_write(const char *path, struct slice content, struct error *error);
// The same without waiting for the disk, for what can be made again: a power cut may lose it.
bool file_replace(const char *path, struct slice content, struct error *error);

// Creates the directory and its parents.
bool file_make_directories(const char *path, struct error *error);

// "a/b" + "c" → "a/b/c"; an absolute second path wins. NUL-terminated, in the arena.
struct slice path_join(struct arena *arena, struct slice directory, struct slice name);
// Resolves "." and ".." and doubled slashes in place of the file system; the result never climbs
// above its root. "a/./b/../c" → "a/c".
struct slice path_normalise(struct arena *arena, struct slice path);
// The same into a buffer, NUL-terminated. The length; SIZE_MAX when it has no room.
size_t path_clean(struct slice path, char *out, size_t size);
// "a/b", "a/b/c/d" → "c/d": what is left of a normalised path below the directory; empty when it
// does not lie below it.
struct slice path_below(struct arena *arena, struct slice directory, struct slice path);
// "a/b.c" → "b.c", "a", ".c" (with the dot; "" when there is none).
struct slice path_base(struct slice path);
struct slice path_directory(struct slice path);
struct slice path_extension(struct slice path);

// A 64-bit content hash, the same on every machine of its byte order and in every version
// (slice_hash with a final mix): used for change detection and ETags, not for security.
uint64_t file_hash(struct slice content);

#endif
