// SPDX-License-Identifier: MIT
//
// Which files have been saved, for as long as that is all that has happened: an edit of a page's
// text is then read alone (site_patch). What an editor writes beside a file and takes away again
// does not count. All else – files that are new or gone, directories, too many at once – is more.
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
    bool more;                    // has happened than the files say
    char *taken_paths[SAVED_MAX]; // by saved_take, until the next
    struct slice taken[SAVED_MAX];
    size_t taken_count;
};

// Which directory a descriptor stands for. Out of memory, its events are more.
void saved_directory(struct saved *saved, int descriptor, const char *path);
void saved_note(struct saved *saved, const struct inotify_event *event);
// The files, absolute, and begins again; false when there was more. Valid until the next call.
bool saved_take(struct saved *saved, const struct slice **paths, size_t *count);
void saved_free(struct saved *saved); // what it holds

#endif
