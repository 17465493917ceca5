// SPDX-License-Identifier: MIT
//
// The directory tree from the inside, from low to high: places.c (what may be read,
// and where it is), list.c, directory.c (what a tree does).
#ifndef GUIDANCED_TREE_DIRECTORY_H
#define GUIDANCED_TREE_DIRECTORY_H

#include "tree.h"

enum { REFUSALS_MAX = 64, SECRETS_MAX = 64 };

// A directory or file that the settings name, or that a link that was followed leads to.
struct place {
    struct slice path; // as it is named: absolute
    struct slice real; // without links
    int fd;            // of the directory, or of that in which the file lies
    bool is_file;
};

// What was seen, to be seen again: a list (its sum), or one file (its identity; 0: not there).
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
    struct slice *grounds; // what links lead to that are followed anywhere
    size_t ground_count, ground_capacity;
    struct file_id secrets[SECRETS_MAX];
    size_t secret_count;
    struct tree_refusal refusals[REFUSALS_MAX];
    size_t refusal_count;
    struct note *notes;
    size_t note_count, note_capacity;
    struct slice restless;        // a file that is being written: it alone is taken as it comes
    int64_t begun_ns;             // when the tree was opened
    bool others_changed;          // than that file, since then
    bool noting, settled, failed; // failed: out of memory, so that nothing can be told
};

// An absolute path as it is named. False and error when it is too long.
bool directory_locate(const struct directory *d, struct slice path, char *out, size_t size,
                      struct error *error);
// A descriptor of what the absolute path leads to, if that may be read; -1 and error.
int directory_reach(struct directory *d, const char *path, int flags, struct error *error);
// Adds what a followed link leads to, so that what is below it is found at once.
void directory_add_place(struct directory *d, const char *path, const char *real, bool is_file);
// Adds the places and secrets of the source.
void directory_name_places(struct directory *d);
// The error of a call that failed with `code`; -1.
int directory_fail(const struct directory *d, const char *path, int code, struct error *error);
// Refuses a file, and says it.
void directory_deny(struct directory *d, const char *path, const char *target, const char *why,
                    struct error *error);
bool directory_is_secret(const struct directory *d, const struct file_id *id);
void directory_refuse(struct directory *d, const char *path, const char *target, const char *why);
// While noting: waits until the file cannot get other bytes under the same identity any more.
// False: it is being written all the time, and its identity says nothing.
bool directory_await(struct directory *d, const char *path, struct file_info *info);
void directory_note(struct directory *d, const char *path, uint64_t seen, bool list);

bool directory_list(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
                    struct error *error);
// The sum of a list; 0 when there is no such directory.
uint64_t directory_sum(struct directory *d, struct slice directory);

#endif
