// SPDX-License-Identifier: MIT
//
// The repository from the inside. Private to the files that know libgit2.
#ifndef GUIDANCED_TREE_REPOSITORY_INSIDE_H
#define GUIDANCED_TREE_REPOSITORY_INSIDE_H

#include "base/map.h"
#include "repository.h"

#include <git2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

struct repository {
    atomic_uint references;
    pthread_mutex_t lock; // of everything below
    char *path;           // as named
    char *real;           // its target when it was opened
    git_repository *git;
    bool partial;        // objects may be missing, to be fetched on demand: we fetch none
    struct arena *arena; // of blobs
    struct map blobs;    // id, as bytes → struct repository_blob
};

// Takes the lock, after following the path to its current repository. False and error, without the
// lock, if there is none.
bool repository_lock(struct repository *repository, struct error *error);
void repository_unlock(struct repository *repository);

// ---- repository_loose.c ----

// Has loose objects read by us. False: out of memory, or the repository has no objects.
bool repository_read_loose(git_repository *git);
// Calls fn once for each of the alternates of a directory of objects, and theirs.
void repository_each_alternate(struct arena *arena, struct slice objects, tree_path_fn fn,
                               void *state);

// ---- repository_ref_files.c ----

// Adds the full names of the refs below "refs/heads/" or the like that have files of their own,
// those that cannot be read, too; the map's arena holds them. False: some could not be listed.
bool repository_ref_files(git_repository *git, const char *prefix, struct map *names);

// ---- repository_shallow.c ----

// Whether it is a shallow clone, or a worktree of one.
bool repository_ends_early(git_repository *git);
// repository_shallow_commits.
bool repository_read_ends(git_repository *git, struct map *commits, struct error *error);

// ---- repository.c ----

// Bytes of an object that is read; a million names of 60 letters are 90 MB.
enum { COMMIT_MAX = 16 << 20, TREE_MAX = 128 << 20 };
// Under the lock. libgit2 reads an object whole, however much its few bytes inflate to: its head is
// asked first. False and error if it is longer.
bool repository_check_length(struct repository *repository, const git_oid *oid, size_t max,
                             struct error *error);
git_oid repository_oid(const struct object_id *id);
struct object_id repository_id(const git_oid *oid);
// Sets the error of an unreadable object. Returns false.
bool repository_fail(struct repository *repository, const git_oid *id, int code,
                     struct error *error);

#endif
