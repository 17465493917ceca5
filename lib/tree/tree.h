// SPDX-License-Identifier: MIT
//
// Where a site's files come from.
//
//   settings ─▶ struct tree_source ─┬─ tree_open ─▶ struct tree: one state of the files
//                                   └─ watch_create (below): when there is another
//
// A source says what to read: a directory, with the places inside and outside it that the settings
// name, or a commit of a git repository, with the same places. A tree is opened from it for each
// load and closed with the load's snapshot. Each kind of tree is a table of functions (struct
// tree_kind): a commit answers the same questions from its blobs, whose ids identify the files, and
// never changes.
//
// Paths are relative to the source's root ("data/index.md"), or absolute and then below the root or
// one of the places. A link is followed if its target is below the root or a place
// (TREE_LINKS_INSIDE), or always (TREE_LINKS_ANYWHERE). Hidden files that no place names are never
// read, nor are the source's secrets under any name.
//
// Thread-safety: tree_list, tree_unchanged and tree_settle from one thread, while no other thread
// reads; the others from any thread.
#ifndef GUIDANCED_TREE_TREE_H
#define GUIDANCED_TREE_TREE_H

#include "base/file.h"
#include "base/log.h"

enum tree_links { TREE_LINKS_INSIDE, TREE_LINKS_ANYWHERE };

struct tree_kind;
struct repository; // repository.h

struct tree_source {
    const struct tree_kind *kind; // &TREE_DIRECTORY or &TREE_COMMIT
    struct slice root;            // absolute, without links, NUL-terminated
    struct slice given;           // the root as named: may lead there through links
    enum tree_links links;
    const struct slice *places; // directories and files that the settings name: absolute
    size_t place_count;
    const struct slice *secrets; // files that are never read, like those next to them that SQLite
    size_t secret_count;         // makes ("-wal" and others): absolute
    const struct slice *watched; // files that are not part of a tree but decide its content:
                                 // absolute
    size_t watched_count;
    bool polling; // watched by polling, on any file system
    // For a commit. Its files are named as if they were below `root`, where nothing is read.
    struct repository *repository; // the tree holds its own reference
    struct slice commit;           // its id in hexadecimal digits
    struct slice subdirectory;     // the root within the commit; "": all of it
    struct slice overlay;          // directory of files that are not in the commit, laid out like
                                   // the root; absolute, NUL-terminated; "": none
};

extern const struct tree_kind TREE_DIRECTORY, TREE_COMMIT;

struct tree;

// `noting`: remembers what is read, for tree_unchanged. The source's texts must outlive the tree.
// NULL and error when the root cannot be read.
struct tree *tree_open(const struct tree_source *source, bool noting, struct error *error);
// A plain directory without places, relative to the working directory.
struct tree *tree_open_directory(const char *path, struct error *error);
void tree_close(struct tree *tree); // NULL allowed

// Calls fn for every regular file below the directory ("" for the root), depth first, names in byte
// order; `relative` is the path below it. Hidden names and "node_modules" are left out.
// Links are followed once; loops are cut at depth 32. If fn returns false, listing ends and returns
// false. A missing directory is an error.
typedef bool (*tree_list_fn)(void *state, struct slice relative, const struct file_info *info);
bool tree_list(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
               struct error *error);

// Information about a file or directory. False and error if it is missing or may not be read.
bool tree_look(struct tree *tree, struct slice path, struct file_info *info, struct error *error);
bool tree_has(struct tree *tree, struct slice path);
bool tree_has_file(struct tree *tree, struct slice path); // a regular one

// Reads a whole regular file into the arena, NUL-terminated. Refuses those over `max` bytes. info
// (may be NULL): about the file that was read.
bool tree_read(struct tree *tree, struct arena *arena, struct slice path, size_t max,
               struct slice *out, struct file_info *info, struct error *error);
// The same for a text: invalid UTF-8 or a NUL byte is an error at its place, in the file named
// `shown`. *out is empty then.
bool tree_read_text(struct tree *tree, struct arena *arena, struct slice path, struct slice shown,
                    size_t max, struct slice *out, struct file_info *info, struct error *error);
// A descriptor for reading, which the caller closes; otherwise -1 and error.
int tree_open_file(struct tree *tree, struct slice path, struct file_info *info,
                   struct error *error);

// Whether everything that was listed, looked up and read since the tree was opened is unchanged.
// Unless `all`, one file that is written all the time is ignored: what was read is still a state
// that existed. True without `noting`, and for a tree that cannot change.
bool tree_unchanged(struct tree *tree, bool all);
// Declares the load over: nothing more is noted, and other threads may read.
void tree_settle(struct tree *tree);

// How often something could not be read for a reason that says nothing about it – no memory, no
// descriptors, the disk – so that it may have seemed to be missing. *first (may be NULL): the first
// of these failures before the tree was settled; not set: there was none.
unsigned tree_failures(const struct tree *tree, struct error *first);

// Links found in lists and places and not followed; limited in number.
struct tree_refusal {
    struct slice path;   // of the link, below the root where it is
    struct slice target; // its target, without links; "" if unreadable
    const char *why;     // "leads outside the site"
};
const struct tree_refusal *tree_refusals(const struct tree *tree, size_t *count);

// Calls fn for each directory and file below which the tree reads, without links: what a sandbox
// must allow. With TREE_LINKS_ANYWHERE this includes targets of links listed so far.
typedef void (*tree_path_fn)(void *state, const char *path);
void tree_each_ground(const struct tree *tree, tree_path_fn fn, void *state);

// Calls link(link, target) for each link along an absolute path, in order, and the links behind
// those. `target` is its target, as written but absolute. The path need not exist.
typedef void (*tree_link_fn)(void *state, const char *link, const char *target);
void tree_each_link(const char *path, tree_link_fn fn, void *state);

// ---- watching ----
//
// Watches the places of a source, and both ends of every link on the way to them and in them. Uses
// inotify; where a mount has no events (network file systems, shared folders of virtual machines)
// or not everything can be watched, it polls the files. One thread, the loader's.

struct watch;

// The source must outlive it. What cannot be watched is polled, and the log says so. NULL when out
// of memory. The caller owns it.
struct watch *watch_create(const struct tree_source *source, struct log *log);
void watch_destroy(struct watch *watch); // NULL allowed

// Renews the list of what to watch: before a load, so that nothing new is missed, whatever events
// there were.
void watch_renew(struct watch *watch);

enum watch_how {
    WATCH_EVENTS,  // everything by events
    WATCH_WALKING, // by polling, as set or as the file system needs
    WATCH_LIMITED, // by polling, since not everything can be watched
};
enum watch_how watch_how(const struct watch *watch);

// Waits up to timeout_ms for a change. True if there was one; changes within the next few
// milliseconds are taken together, for longer if several files are written.
bool watch_wait(struct watch *watch, int timeout_ms);
// Becomes readable when watch_wait may have something to say; -1: there is none to wait for.
int watch_descriptor(const struct watch *watch);

// What has happened since watch_wait was last true, without waiting; the next watch_wait is true
// then. If only one file has changed, what was read meanwhile is a state that existed, with that
// file before or after. If several have, it may not be. A file that came and went meanwhile does
// not count: it was a temporary one. By events only.
enum watch_pending { WATCH_NOTHING, WATCH_ONE_FILE, WATCH_SEVERAL_FILES };
enum watch_pending watch_pending(struct watch *watch);

// Whether git is writing to the repository around the root, and has been for less than ten seconds.
bool watch_is_busy(struct watch *watch);

// The files saved since the last call, absolute; false if more has happened, or may have. Valid
// until the next call for this watch.
bool watch_saved(struct watch *watch, const struct slice **paths, size_t *count);

// ---- kinds of trees ----

// A kind of tree; each function implements the one above with its name. `struct tree` is the head
// of what `open` returns.
struct tree_kind {
    struct tree *(*open)(const struct tree_source *source, bool noting, struct error *error);
    void (*close)(struct tree *tree);
    bool (*list)(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
                 struct error *error);
    bool (*look)(struct tree *tree, struct slice path, struct file_info *info, struct error *error);
    int (*open_file)(struct tree *tree, struct slice path, struct file_info *info,
                     struct error *error);
    bool (*read)(struct tree *tree, struct arena *arena, struct slice path, size_t max,
                 struct slice *out, struct file_info *info, struct error *error);
    bool (*unchanged)(struct tree *tree, bool all);
    void (*settle)(struct tree *tree);
    const struct tree_refusal *(*refusals)(const struct tree *tree, size_t *count);
    unsigned (*failures)(const struct tree *tree, struct error *first); // NULL: none
    void (*each_ground)(const struct tree *tree, tree_path_fn fn, void *state);
};

struct tree {
    const struct tree_kind *kind;
};

#endif
