// SPDX-License-Identifier: MIT
//
// The tree of a commit from the inside, from low to high: commit_load.c (its content),
// commit_find.c (the target of a path, and whether it may be read), commit_list.c, commit_write.c
// (its files on disk), commit.c (the functions of a tree).
#ifndef GUIDANCED_TREE_COMMIT_H
#define GUIDANCED_TREE_COMMIT_H

#include "base/map.h"
#include "repository.h"

#include <limits.h>
#include <pthread.h>

// FOLDERS_MAX: how deep folders nest. NAMES_MAX: files and folders of a commit, and of a list,
// where links may lead to one folder again and again. OPEN_MAX: files kept open as memory files.
enum { COMMIT_REFUSALS_MAX = 64, FOLDERS_MAX = 64, NAMES_MAX = 1 << 20, OPEN_MAX = 16 };

struct folder;

// A name in a folder.
struct leaf {
    struct slice name;
    struct object_id id;
    enum repository_entry_kind kind;
    bool executable;             // a file
    struct repository_blob blob; // of a file
    struct folder *folder;       // of a folder
    struct slice target;         // of a link, as written
};

// Names in the order of their bytes, each once. Folders of the same id are one: few objects may
// stand for very many files.
struct folder {
    struct leaf *leaves;
    size_t count;
    size_t names;   // below it
    unsigned depth; // of the deepest below it
};

struct commit_tree {
    struct tree tree;
    struct arena *arena;
    const struct tree_source *source;
    struct repository *repository; // a counted reference
    struct tree *overlay;          // files that are not in the commit; NULL: none
    struct tree_source beside;     // of the overlay
    struct object_id id;           // of the subdirectory's tree
    struct folder root;            // of the subdirectory
    struct map folders;            // id, as bytes → struct folder; while it is loaded
    int64_t time_ns;               // of the commit
    struct slice *places;          // named by the settings, below the root
    size_t place_count;
    struct slice *secrets; // likewise
    size_t secret_count;
    struct tree_refusal refusals[COMMIT_REFUSALS_MAX];
    size_t refusal_count;
    bool settled;
    pthread_mutex_t lock; // of the open files
    struct {
        const struct leaf *leaf;
        int fd;
    } open[OPEN_MAX];
    size_t next_open;
};

// ---- commit_load.c ----

// Reads the folders of the commit. False and error when one cannot be read.
bool commit_load(struct commit_tree *c, struct error *error);

// ---- commit_find.c ----

struct found {
    const struct leaf *leaf;     // NULL: the root
    const struct folder *folder; // of a folder
    char real[PATH_MAX];         // below the root, without links
};
// Turns a path of tree.h into one below the root, normalised. False and error if it is elsewhere or
// too long.
bool commit_locate(const struct commit_tree *c, struct slice path, char out[PATH_MAX],
                   struct error *error);
// Finds the target of a path below the root. False and error if it is missing or may not be read:
// ERROR_NOT_FOUND if the overlay may have it.
bool commit_find(struct commit_tree *c, struct slice path, struct found *found,
                 struct error *error);
// The target alone: whether it may be read is not asked, and nothing is noted.
bool commit_follow(const struct commit_tree *c, struct slice path, struct found *found);
bool commit_is_secret(const struct commit_tree *c, struct slice real);
void commit_refuse(struct commit_tree *c, struct slice path, struct slice target, const char *why);
// The file information of what was found.
struct file_info commit_info(const struct commit_tree *c, const struct found *found);
// The same path in the overlay, in `out`; false when there is none.
bool commit_beside(const struct commit_tree *c, struct slice path, char out[PATH_MAX]);

// ---- commit_list.c ----

bool commit_list(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
                 struct error *error);

#endif
