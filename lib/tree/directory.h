// SPDX-License-Identifier: MIT
//
// The directory tree from the inside, from low to high: places.c (what may be read, and where it
// is), list.c, directory.c (the functions of a tree).
#ifndef GUIDANCED_TREE_DIRECTORY_H
#define GUIDANCED_TREE_DIRECTORY_H

#include "tree.h"

#include <pthread.h>
#include <stdatomic.h>

enum { REFUSALS_MAX = 64, SECRETS_MAX = 64 };

// A directory or file that the settings name or a followed link leads to.
struct place {
    struct slice path; // as named: absolute
    struct slice real; // without links
    int fd;            // of the directory, or of the file's directory
    bool is_file;
};

// What was seen, to be compared later: a list (its sum), or one file (its identity; 0: missing).
struct note {
    struct slice path;
    uint64_t seen;
    bool list;
};

struct directory {
    struct tree tree;
    struct arena *arena;
    const struct tree_source *source;
    struct tree_source own; // of tree_open_directory
    struct place *places;   // the root first
    size_t place_count, place_capacity;
    struct slice *grounds; // targets of links that are followed anywhere
    size_t ground_count, ground_capacity;
    struct file_id secrets[SECRETS_MAX];
    size_t secret_count;
    struct tree_refusal refusals[REFUSALS_MAX];
    size_t refusal_count;
    struct note *notes;
    size_t note_count, note_capacity;
    struct slice restless;        // a file that is being written; changes to it alone are ignored
    pthread_mutex_t lock;         // of what reading notes: all from refusals to disturbance
    int64_t begun_ns;             // when the tree was opened
    atomic_bool others_changed;   // files other than that, since then
    bool noting, settled, failed; // failed: out of memory, so that changes are unknown
    atomic_uint awaited_ms;       // for files that were empty
    atomic_uint failures;         // of the system, so far
    struct error disturbance;     // the first of them, unless settled
};

// Makes a path absolute, as named. False and error when it is too long.
bool directory_locate(const struct directory *d, struct slice path, char *out, size_t size,
                      struct error *error);
// A descriptor of the absolute path's target, if it may be read; otherwise -1 and error.
int directory_reach(struct directory *d, const char *path, int flags, struct error *error);
// Adds the target of a followed link, so that paths below it are found quickly.
void directory_add_place(struct directory *d, const char *path, const char *real, bool is_file);
// Adds the places and secrets of the source.
void directory_name_places(struct directory *d);
// Sets the error of a call that failed with `code`. Returns -1.
int directory_fail(struct directory *d, const char *path, int code, struct error *error);
// Records a failure to read that says nothing about the file: no memory, no descriptors, the disk.
// Others are ignored.
void directory_note_failure(struct directory *d, const char *path, int code);
// Refuses a file and records why.
void directory_deny(struct directory *d, const char *path, const char *target, const char *why,
                    struct error *error);
bool directory_is_secret(const struct directory *d, const struct file_id *id);
void directory_refuse(struct directory *d, const char *path, const char *target, const char *why);
// While noting: waits until the file can no longer change without a new identity. False: it is
// written all the time, so its identity means nothing.
bool directory_await(struct directory *d, const char *path, struct file_info *info);
void directory_note(struct directory *d, const char *path, uint64_t seen, bool list);

bool directory_list(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
                    struct error *error);
// The checksum of a list; 0 if there is no such directory.
uint64_t directory_sum(struct directory *d, struct slice directory);

#endif
