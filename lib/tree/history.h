// SPDX-License-Identifier: MIT
//
// Which commits made files what they are.
//
//   history_begin ─▶ history_go_on, by and by ─▶ history_take: struct history, which never changes
//                                                   └─▶ history_pack ─▶ a record for the cache
//
// One walk goes through the commits for all files, newest first, in git's order and with git's
// simplification: of a merge that has a file as one of its parents has it, that parent alone is
// followed. Where a file appears in a commit, it has been moved there when the commit takes away
// another of the same text, or of half the same lines: then that one is followed. So the commits of
// a file are what `git log` says of its path, and what `git log --follow` does of one that was
// moved; only a copy of a file that stays is no move (git takes it for one).
//
// A history of an earlier commit shortens the walk: where it comes by that commit, the rest is
// known.
//
// A history that ends early, as that of a shallow clone, is what git makes of it: all files are new
// in the last commit that is there. One that cannot be read any further has what was found until
// then. Neither is worth keeping: the clone may be completed, or repaired, at the same commit.
//
// Thread-safety: a walk is of one thread; a history of any.
// Source: git-log(1), "History Simplification"; gitdiffcore(7).
#ifndef GUIDANCED_TREE_HISTORY_H
#define GUIDANCED_TREE_HISTORY_H

#include "base/map.h"
#include "repository.h"

// KEPT: commits of a file that are told, the newest; and places it has been moved from.
enum { HISTORY_KEPT = 50, HISTORY_MOVES_KEPT = 8 };
#define HISTORY_NONE UINT32_MAX

struct history_commit {
    struct object_id id;
    int64_t author_s;             // when it was written, seconds since the epoch
    struct slice author, summary; // name; first line of the message
};
struct history_move {
    struct slice from; // the path before
    uint32_t commit;
};
// Commits are numbers of history_commit_at.
struct history_file {
    uint32_t *commits; // newest first
    uint32_t count;
    uint32_t created;           // the one that it came with; HISTORY_NONE: not known
    struct history_move *moves; // newest first
    uint32_t move_count;
};

struct history;
struct history *history_retain(struct history *history);
void history_release(struct history *history);                     // NULL allowed
const struct object_id *history_of(const struct history *history); // the commit
// False: it ends early, so that a walk finds more once the repository has more. *why is set as by
// history_take.
bool history_is_whole(const struct history *history, struct error *why);
// NULL: the walk did not ask for it.
const struct history_file *history_find(const struct history *history, struct slice path);
const struct history_commit *history_commit_at(const struct history *history, uint32_t number);

// ---- walking ----

struct history_walk;
// Paths from the top of the repository; `known` may be NULL, and is not used unless it is whole.
// What it is given it copies or retains. NULL: out of memory.
struct history_walk *history_begin(struct repository *repository, const struct object_id *commit,
                                   const struct slice *paths, size_t count, struct history *known);
// Walks until it is over (true), or until the moment of the monotonic clock, or `stop` (may be
// NULL) says so.
bool history_go_on(struct history_walk *walk, uint64_t until_ns, bool (*stop)(void *state),
                   void *state);
const struct object_id *history_walk_of(const struct history_walk *walk);
// Ends the walk, wherever it is: what has been found. `error` is set where that is not all that
// there is, because a commit cannot be read or there are too many. NULL: out of memory.
struct history *history_take(struct history_walk *walk, struct error *error);
void history_end(struct history_walk *walk); // without a result; NULL allowed

// ---- records ----

bool history_pack(const struct history *history, struct buffer *out);
// NULL: the record is none, or damaged.
struct history *history_unpack(struct slice record);

#endif
