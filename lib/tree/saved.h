// SPDX-License-Identifier: MIT
//
// The files that were saved, as long as nothing else has happened: then only they need to be read
// (site_patch). Temporary files of editors do not count. Everything else – new or deleted files,
// directories, too many at once – is "more".
//
// Thread-safety: one thread, the loader's.
#ifndef GUIDANCED_TREE_SAVED_H
#define GUIDANCED_TREE_SAVED_H

#include "base/slice.h"

#include <sys/inotify.h>

enum { SAVED_MAX = 32 };

struct saved {
    char **directories; // by watch descriptor
    size_t directory_count;
    struct {
        char *path;
        bool appeared;
    } files[SAVED_MAX];
    size_t count;
    bool more;                    // more has happened than saving these files
    char *taken_paths[SAVED_MAX]; // returned by saved_take, until the next call
    struct slice taken[SAVED_MAX];
    size_t taken_count;
};

// Names the directory of a watch descriptor. If out of memory, its events count as "more".
void saved_directory(struct saved *saved, int descriptor, const char *path);
void saved_note(struct saved *saved, const struct inotify_event *event);
// Returns the files, absolute, and starts afresh; false if there was more. Valid until the next
// call.
bool saved_take(struct saved *saved, const struct slice **paths, size_t *count);
void saved_free(struct saved *saved); // what it holds

#endif
