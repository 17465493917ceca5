// SPDX-License-Identifier: MIT
//
// Histories from the inside. Private to history.c, history_walk.c and history_moves.c.
#ifndef GUIDANCED_TREE_HISTORY_INSIDE_H
#define GUIDANCED_TREE_HISTORY_INSIDE_H

#include "history.h"

#include <stdatomic.h>

struct history {
    atomic_uint references;
    struct arena *arena;
    struct object_id commit;
    struct history_commit *commits;
    uint32_t commit_count;
    struct map files; // path → struct history_file
    bool partial;     // there may be more, in this repository or once it is repaired
    struct error end; // why the walk ended before its time; not set: it did not
};

// Empty; one reference. NULL: out of memory.
struct history *history_create(void);

// ---- history_moves.c ----

// What a commit changes, as repository_diff tells it.
struct history_changes {
    struct history_change {
        struct slice path;
        bool from, to; // it was there before, it is now
        struct object_id old, new;
        size_t source; // of what is new: the change that it was moved from; SIZE_MAX: none
    } * rows;
    size_t count, capacity;
};

// Finds out what has been moved, by text; each file that goes is the source of one at most. What is
// too large or too much to be compared is moved only where its text is the same. `scratch` holds
// the texts.
void history_find_moves(struct repository *repository, struct history_changes *changes,
                        struct arena *scratch);

#endif
