// SPDX-License-Identifier: MIT
//
// Where a site's files come from.
//
//   settings ─▶ struct tree_source ─┬─ tree_open ─▶ struct tree: one state of the files
//                                   └─ watch_create (below): when there is another
//
// A source says what is to be read: a directory, with the places in it and beside it that the
// settings name, or a commit of a git repository, with the same places. A tree is opened from it
// for each load and closed with the snapshot that was made of it. What a kind of tree can do is a
// row of functions (struct tree_kind): a commit answers the same questions by its blobs, whose ids
// are the files' identities, and never changes.
//
// Paths are relative to the source's root ("data/index.md"), or absolute: then below the root or
// one of the places. A link is followed where what it leads to lies below the root or a place
// (TREE_LINKS_INSIDE), or wherever it leads (TREE_LINKS_ANYWHERE). Whatever is asked for, hidden
// files that no place names are not read, nor are the source's secrets, by whatever name.
//
// Thread-safety: tree_list and tree_settle from one thread, while nobody else reads; the others
// from any thread once the tree is settled.
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
    struct slice given;           // the same as it was named: may lead there by links
    enum tree_links links;
    const struct slice *places; // directories and files that the settings name: absolute
    size_t place_count;
    const struct slice *secrets; // files that are never read, and those beside them that SQLite
    size_t secret_count;         // makes ("-wal" and others): absolute
    const struct slice *watched; // files that are no part of a tree, but decide what is: absolute
    size_t watched_count;
    bool polling; // watched by walking, whatever it lies on
    // Of a commit. Its files are named as if they lay below `root`, where nothing is read.
    struct repository *repository; // the tree holds a reference of its own
    struct slice commit;           // its id in hexadecimal digits
    struct slice subdirectory;     // of the commit, that is the root; "": all of it
    struct slice overlay;          // where files are that are not in the commit, as below the root;
                                   // absolute, NUL-terminated; "": there are none
};

extern const struct tree_kind TREE_DIRECTORY, TREE_COMMIT;

struct tree;

// `noting`: what is read is remembered, so that tree_unchanged can tell. The source's texts must
// outlive the tree. NULL and error when the root cannot be read.
struct tree *tree_open(const struct tree_source *source, bool noting, struct error *error);
// A directory as it is, with no places of its own, relative to the working directory.
struct tree *tree_open_directory(const char *path, struct error *error);
void tree_close(struct tree *tree); // NULL allowed

// Calls fn for every regular file below the directory ("" for the root), depth first, names in byte
// order; `relative` is the path below it. Hidden names and "node_modules" are left out.
// Links are followed once; loops are cut at depth 32. fn returning false ends it; false is returned
// then. A directory that is not there is an error.
typedef bool (*tree_list_fn)(void *state, struct slice relative, const struct file_info *info);
bool tree_list(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
               struct error *error);

// What the tree knows of a file or directory; False and error when it is not there or not to be
// read.
bool tree_look(struct tree *tree, struct slice path, struct file_info *info, struct error *error);
bool tree_has(struct tree *tree, struct slice path);
bool tree_has_file(struct tree *tree, struct slice path); // a regular one

// Reads a whole regular file into the arena, NUL-terminated. Refuses those over `max` bytes. info
// (may be NULL): what is known of the file that was read.
bool tree_read(struct tree *tree, struct arena *arena, struct slice path, size_t max,
               struct slice *out, struct file_info *info, struct error *error);
// The same for a text: what is not UTF-8, or has a byte of zero, is an error at its place in the
// file that is called `shown`. *out is empty then.
bool tree_read_text(struct tree *tree, struct arena *arena, struct slice path, struct slice shown,
                    size_t max, struct slice *out, struct file_info *info, struct error *error);
// A descriptor to read it by, which the caller closes; -1 and error.
int tree_open_file(struct tree *tree, struct slice path, struct file_info *info,
                   struct error *error);

// Whether all that was listed, looked for and read since the tree was opened is still as it was;
// but for one file that is written all the time, unless `all` says so: what was read is a state
// that was. Without `noting`, and of a tree that cannot change, true.
bool tree_unchanged(struct tree *tree, bool all);
// The load is over: nothing is noted any more, and other threads may read.
void tree_settle(struct tree *tree);

// Links that were met in lists and places and not followed, the last ones left out when they are
// very many.
struct tree_refusal {
    struct slice path;   // of the link, below the root where it is
    struct slice target; // where it leads, without links; "" when to nowhere that can be read
    const char *why;     // "leads outside the site"
};
const struct tree_refusal *tree_refusals(const struct tree *tree, size_t *count);

// Calls fn for each directory and file below which the tree reads, without links: what a sandbox
// has to let it read. With TREE_LINKS_ANYWHERE, what has been listed before counts.
typedef void (*tree_path_fn)(void *state, const char *path);
void tree_each_ground(const struct tree *tree, tree_path_fn fn, void *state);

// Calls link(link, target) for each link that is passed on the way along an absolute path, in
// order, and those that they lead through. `target` is where it leads, as written but absolute. The
// path need not exist.
typedef void (*tree_link_fn)(void *state, const char *link, const char *target);
void tree_each_link(const char *path, tree_link_fn fn, void *state);

// ---- watching ----
//
// The places of a source, and both ends of every link on the way to them and in them. By inotify,
// and where a mount has no events (network file systems, shared folders of virtual machines) or not
// everything can be watched, by walking the files. One thread, the loader's.

struct watch;

// The source must outlive it. What cannot be watched is walked, and the log says so. NULL when out
// of memory. The caller owns it.
struct watch *watch_create(const struct tree_source *source, struct log *log);
void watch_destroy(struct watch *watch); // NULL allowed

// Looks again at what there is to watch: before a load, so that nothing that has come since is
// missed, whatever events there were.
void watch_renew(struct watch *watch);

enum watch_how {
    WATCH_EVENTS,  // all of it by events
    WATCH_WALKING, // by walking, as the setting says or the file system needs
    WATCH_LIMITED, // by walking, since not everything can be watched
};
enum watch_how watch_how(const struct watch *watch);

// Waits up to timeout_ms for a change. True when there was one; what follows within a few
// milliseconds of it is taken together, and more of it when several files are written.
bool watch_wait(struct watch *watch, int timeout_ms);

// What has happened since watch_wait was last true, without waiting; the next watch_wait is true
// then. When one file alone has changed, what was read meanwhile is a state that was: it has that
// file before or after. When several have, it may be none. By events only.
enum watch_pending { WATCH_NOTHING, WATCH_ONE_FILE, WATCH_SEVERAL_FILES };
enum watch_pending watch_pending(struct watch *watch);

// Whether git is writing files of the repository that the root lies in, and has been for less than
// ten seconds.
bool watch_is_busy(struct watch *watch);

// The files that have been saved since it was last asked, absolute; false when more has happened
// than that, or may have. Valid until the next call for this watch.
bool watch_saved(struct watch *watch, const struct slice **paths, size_t *count);

// ---- kinds of trees ----

// What a kind of tree does; each function is the one above of its name. `struct tree` is the head
// of what `open` gives.
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
    void (*each_ground)(const struct tree *tree, tree_path_fn fn, void *state);
};

struct tree {
    const struct tree_kind *kind;
};

#endif
