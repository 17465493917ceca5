// SPDX-License-Identifier: MIT
//
// A git repository: names to commits, commits to trees, trees to blobs. Read-only, through libgit2;
// the user's and the machine's configuration is not read, no hook or filter is run. Built without
// libgit2, repository_open fails and says so.
//
//   repository_open ─▶ repository_resolve ("main" ─▶ a commit's id) ─▶ struct tree_source of a
//   commit (TREE_COMMIT, tree/tree.h), history.h
//
// An object is named by its content, so what has been read of one is valid for ever. Errors name
// the likely cause: a shallow or partial clone, an unreadable object.
//
// Thread-safety: all functions may be called from any thread; libgit2 is called by one at a time.
// Source: gitrepository-layout(5), gitrevisions(7).
#ifndef GUIDANCED_TREE_REPOSITORY_H
#define GUIDANCED_TREE_REPOSITORY_H

#include "base/map.h"
#include "tree.h"

struct repository;

// SHA-1, the only kind that libgit2 reads. REPOSITORY_HEX counts the NUL.
enum { REPOSITORY_ID = 20, REPOSITORY_HEX = 2 * REPOSITORY_ID + 1 };
struct object_id {
    unsigned char bytes[REPOSITORY_ID];
};

// Its bytes, as a key of a map.
static inline struct slice object_id_key(const struct object_id *id)
{
    return slice_of((const char *)id->bytes, sizeof id->bytes);
}

static inline bool object_id_equal(const struct object_id *a, const struct object_id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

// libgit2's version; NULL: built without.
const char *repository_version(void);
// zlib's version, which reads loose objects; NULL likewise.
const char *repository_zlib_version(void);

// A bare repository, a clone or a worktree; `path` may be a link, which is followed again when a
// name is resolved. Returns one reference. NULL and error if it is not a repository, or an
// unsupported one (SHA-256, reftable).
struct repository *repository_open(const char *path, struct error *error);
// The repository whose work tree the directory lies in, and where: *below is the directory's path
// from the top of the work tree, in the arena. NULL without error: there is none.
struct repository *repository_around(const char *directory, struct arena *arena,
                                     struct slice *below, struct error *error);
struct repository *repository_retain(struct repository *repository);
void repository_release(struct repository *repository); // NULL allowed

// The commit that a branch, tag, remote branch or full name ("refs/…", "HEAD") leads to, or that an
// abbreviated id names; with `expression` also anything git rev-parse accepts ("main~2"), for the
// command line. False and error when there is none (ERROR_NOT_FOUND), or that cannot be told.
bool repository_resolve(struct repository *repository, struct slice ref, bool expression,
                        struct object_id *commit, struct error *error);
// Whether a branch or tag leads to the commit, directly or through descendants. False with an
// error: cannot tell, as when it is not found and one of them is unreadable.
bool repository_is_reachable(struct repository *repository, const struct object_id *commit,
                             struct error *error);
void repository_write_id(const struct object_id *id, char hex[REPOSITORY_HEX]);
bool repository_read_id(struct slice hex, struct object_id *id);

// Calls fn for each branch, then remote branch ("origin/x"), then tag, in byte order, with the
// commit it leads to; NULL if that cannot be read. What leads to no commit is left out.
typedef bool (*repository_ref_fn)(void *state, const char *name, const struct object_id *commit);
bool repository_each_ref(struct repository *repository, repository_ref_fn fn, void *state,
                         struct error *error);

// Facts about a commit; texts in the arena, in UTF-8 whatever the commit has.
struct repository_commit {
    struct object_id tree;
    struct slice author, summary; // name; first line of the message
    int64_t author_s, committer_s;
    const struct object_id *parents;
    size_t parent_count;
};
bool repository_commit(struct repository *repository, const struct object_id *id,
                       struct arena *arena, struct repository_commit *out, struct error *error);
// True for a shallow clone, whose history ends early, and for a worktree of one.
bool repository_is_shallow(struct repository *repository);
// Adds the ids of the commits where it ends, as keys: their parents count as not there. The map's
// arena holds them. False and error when that cannot be told.
bool repository_shallow_commits(struct repository *repository, struct map *commits,
                                struct error *error);
// The common ancestor of both. False: none; with an error: cannot tell.
bool repository_merge_base(struct repository *repository, const struct object_id *a,
                           const struct object_id *b, struct object_id *base, struct error *error);

enum repository_entry_kind { ENTRY_FOLDER, ENTRY_FILE, ENTRY_LINK, ENTRY_SUBMODULE };
struct repository_entry {
    struct slice name; // as stored: not safe as a part of a path until checked
    struct object_id id;
    enum repository_entry_kind kind;
    bool executable; // a file
};
// Calls fn for each entry of a tree, in git's order; the name is valid during the call. If fn
// returns false, iteration ends and returns false, with the error that fn has set.
typedef bool (*repository_entry_fn)(void *state, const struct repository_entry *entry);
bool repository_each_entry(struct repository *repository, const struct object_id *tree,
                           repository_entry_fn fn, void *state, struct error *error);

// A file, link or submodule that two trees do not have alike.
struct repository_change {
    struct slice path;                 // valid during the call
    const struct object_id *from, *to; // NULL: it is not there
};
// Calls fn for each, in git's order; `from` NULL: everything is new. fn returning false ends it,
// and false is returned. False and error when a tree cannot be read.
typedef bool (*repository_change_fn)(void *state, const struct repository_change *change);
bool repository_diff(struct repository *repository, const struct object_id *from,
                     const struct object_id *to, repository_change_fn fn, void *state,
                     struct error *error);

// The entry of a path below a tree, without following links; its name is a part of `path`. "" is
// the tree itself. False and error if it is missing (ERROR_NOT_FOUND) or unreadable.
bool repository_find(struct repository *repository, const struct object_id *tree, struct slice path,
                     struct repository_entry *entry, struct error *error);

// Facts about a blob, without its content; remembered. `pointer`: a Git LFS pointer, whose content
// is elsewhere.
struct repository_blob {
    uint64_t size;
    bool pointer;
};
bool repository_look(struct repository *repository, const struct object_id *blob,
                     struct repository_blob *out, struct error *error);
// Reads a blob into the arena, NUL-terminated. Refuses those over `max` bytes.
bool repository_read(struct repository *repository, const struct object_id *blob,
                     struct arena *arena, size_t max, struct slice *out, struct error *error);

// Writes all files of a tree of TREE_COMMIT, hidden ones too, into an empty directory: for programs
// that cannot read a repository. Links lead inside the directory, or into the overlay, whose other
// files are linked to; what no tree reads (submodules, pointers of Git LFS, links out of the site)
// is left out. At most `max` bytes, a file counting as a block at least. False and error on
// failure; some may then have been written.
bool commit_write(struct tree *tree, const char *directory, uint64_t max, struct error *error);
// What it would write, apart from the overlay's: the id of the subdirectory's tree.
struct object_id commit_tree_id(const struct tree *tree);

// The directories that are read, including alternates: what a sandbox must allow.
void repository_each_ground(struct repository *repository, tree_path_fn fn, void *state);
// The files that say what HEAD is, and what it was last: of a clone or a worktree.
bool repository_head_files(struct repository *repository, struct arena *arena,
                           struct slice paths[2]);
// A source of the files to watch for moving refs; its texts are in the arena. False when out of
// memory.
bool repository_watch_source(struct repository *repository, struct arena *arena,
                             struct tree_source *out);

#endif
