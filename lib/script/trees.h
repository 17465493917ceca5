// SPDX-License-Identifier: MIT
//
// Where hosts run: the site's directory, or one of several commits.
//
// JavaScript sees the path of its directory, and remembers it: in answers, in what it passes to the
// next function. So every commit is shown at the same path. Commits in use are written out beside
// each other,
//
//   TREES/0/site            the one in which hosts run now
//   TREES/0/<id>-<hash>     the others
//
// and take turns at `site`, by renaming. Whose turn a host has decides that, so no host runs
// meanwhile; and a host can read only the directory that was there when it started, since Landlock
// knows directories, not names. The server itself looks at files through a descriptor, wherever the
// directory is.
//
// A process has a number of its own below TREES, so that two do not disturb each other.
#ifndef GUIDANCED_SCRIPT_TREES_H
#define GUIDANCED_SCRIPT_TREES_H

#include "codec.h"
#include "files.h"

struct trees;

struct script_tree {
    struct script_tree *next;
    struct trees *trees; // NULL: the site's directory
    struct arena *arena; // of the texts
    const char *name;    // of its directory
    const char *config, *input, *output, *path_prefix;
    uint64_t program;    // all that answers depend on besides its files
    struct files *files; // as they are now
    int fd;              // its directory; -1: the site's
    unsigned references; // with the lock of `trees`
    // With the script's lock: its configuration, and as of when.
    struct key edition;
    uint64_t edition_generation; // 0: not determined yet
    struct error edition_error;  // why it cannot be read
};

// Takes a directory below `directory` for this process. NULL and error on failure.
struct trees *trees_open(const char *directory, struct error *error);
// Removes all of it once the last tree has been released. NULL allowed.
void trees_close(struct trees *trees);
const char *trees_root(const struct trees *trees); // the path at which trees take turns

// The tree with that name, written by `commit` if there is none, with a reference. NULL and error.
struct script_tree *trees_take(struct trees *trees, const struct script_commit *commit,
                               uint64_t program, struct error *error);
// Gives the tree its turn. No host runs. False and error on failure.
bool trees_place(struct script_tree *tree, struct error *error);
// Removes trees without references, apart from the one whose turn it is.
void trees_sweep(struct trees *trees);
// Calls files_renew for each.
void trees_renew(struct trees *trees);

// A tree for a directory that is always in its place; of the arena, apart from `files`.
struct script_tree *trees_of_directory(struct arena *arena, const char *root,
                                       const struct script_commit *texts, uint64_t program);

#endif
