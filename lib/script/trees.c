// SPDX-License-Identifier: MIT
//
// The list of trees, and their turns. What takes long – writing a tree, removing one – happens
// outside the lock that turns need.
#include "trees.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROCESSES_MAX = 64 };
static const char TURN[] = "site";

struct trees {
    pthread_mutex_t making; // one tree is written at a time
    pthread_mutex_t lock;   // for everything below
    char *directory, *root;
    int fd; // of the directory, locked
    struct script_tree *first, *placed;
    unsigned references; // of all trees
    unsigned removed;    // numbers directories on their way out
    bool closed;
};

static struct script_tree *fail_trees(const char *what, const char *path, struct error *error)
{
    error_set(error, ERROR_IO, "cannot %s %s: %s", what, path, strerror(errno));
    return NULL;
}

// ---- a directory of this process ----

// What a process has left that was killed.
static void remove_leftovers(const char *path)
{
    char full[PATH_MAX];
    const struct dirent *entry;
    DIR *directory = opendir(path);
    while (directory && (entry = readdir(directory)) != NULL) {
        int n = snprintf(full, sizeof full, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && n > 0 &&
            (size_t)n < sizeof full)
            file_remove_directory(full);
    }
    if (directory)
        closedir(directory);
}

// The lock ends with the process. -1: another process has it, or *error is set.
static int lock_directory(const char *path, struct error *error)
{
    int fd = mkdir(path, 0700) == 0 || errno == EEXIST
                 ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                 : -1;
    if (fd < 0) {
        fail_trees("create", path, error);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool take_directory(struct trees *trees, const char *directory, struct error *error)
{
    char path[PATH_MAX];
    if (!file_make_directories(directory, error))
        return false;
    for (unsigned i = 0; trees->fd < 0 && i < PROCESSES_MAX; i++) {
        int n = snprintf(path, sizeof path, "%s/%u", directory, i);
        if (n < 0 || (size_t)n + NAME_MAX + 2 > sizeof path)
            return error_set(error, ERROR_IO, "the path is too long: %s", directory);
        trees->fd = lock_directory(path, error);
        if (error_is_set(error))
            return false;
    }
    if (trees->fd < 0)
        return error_set(error, ERROR_LIMIT, "%d processes use %s already", PROCESSES_MAX,
                         directory);
    remove_leftovers(path);
    trees->directory = strdup(path);
    return (trees->directory && asprintf(&trees->root, "%s/%s", path, TURN) > 0) ||
           error_memory(error);
}

static void free_trees(struct trees *trees)
{
    if (trees->fd >= 0) {
        remove_leftovers(trees->directory ? trees->directory : "");
        close(trees->fd);
    }
    pthread_mutex_destroy(&trees->making);
    pthread_mutex_destroy(&trees->lock);
    free(trees->directory);
    free(trees->root);
    free(trees);
}

struct trees *trees_open(const char *directory, struct error *error)
{
    struct error own = {0};
    struct trees *trees = calloc(1, sizeof *trees);
    if (!trees) {
        error_memory(error);
        return NULL;
    }
    trees->fd = -1;
    pthread_mutex_init(&trees->making, NULL);
    pthread_mutex_init(&trees->lock, NULL);
    if (take_directory(trees, directory, &own))
        return trees;
    *error = own;
    free_trees(trees);
    return NULL;
}

const char *trees_root(const struct trees *trees)
{
    return trees->root;
}

// ---- one tree ----

static void free_tree(struct script_tree *tree)
{
    if (tree->fd >= 0)
        close(tree->fd);
    files_destroy(tree->files);
    arena_destroy(tree->arena);
}

static uint64_t add_text(uint64_t hash, const char *text)
{
    return slice_hash_mix(hash ^ slice_hash(slice_from_cstr(text ? text : "")), SLICE_HASH_STEP);
}

static uint64_t hash_texts(uint64_t hash, const struct script_commit *commit)
{
    hash = add_text(add_text(hash, commit->input), commit->output);
    return add_text(hash, commit->path_prefix);
}

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_cstr(arena, slice_from_cstr(text)) : NULL;
}

static struct script_tree *make_tree(struct arena *arena, const struct script_commit *commit,
                                     uint64_t program)
{
    struct script_tree *tree = arena ? arena_zalloc(arena, 1, sizeof *tree) : NULL;
    if (tree)
        *tree = (struct script_tree){.arena = arena,
                                     .config = copy_text(arena, commit->config),
                                     .input = copy_text(arena, commit->input),
                                     .output = copy_text(arena, commit->output),
                                     .path_prefix = copy_text(arena, commit->path_prefix),
                                     .program = hash_texts(program, commit),
                                     .fd = -1};
    return tree;
}

struct script_tree *trees_of_directory(struct arena *arena, const char *root,
                                       const struct script_commit *texts, uint64_t program)
{
    struct script_tree *tree = make_tree(arena, texts, program);
    if (tree)
        tree->files = files_create(root);
    return tree && tree->files ? tree : NULL;
}

// ---- writing a tree ----

// Below a name that nothing else uses, so that a tree with its own name is whole.
static bool write_tree(struct trees *trees, const struct script_commit *commit, const char *name,
                       struct error *error)
{
    char path[PATH_MAX], whole[PATH_MAX];
    snprintf(path, sizeof path, "%s/new", trees->directory);
    snprintf(whole, sizeof whole, "%s/%s", trees->directory, name);
    file_remove_directory(path);
    if (mkdir(path, 0700) != 0)
        return fail_trees("create", path, error);
    if (commit->write(commit->state, path, error) &&
        (rename(path, whole) == 0 || fail_trees("rename", path, error)))
        return true;
    file_remove_directory(path);
    return false;
}

static bool open_written_tree(struct trees *trees, struct script_tree *tree, struct error *error)
{
    char path[64];
    tree->fd = openat(trees->fd, tree->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (tree->fd < 0)
        return fail_trees("open", tree->name, error);
    snprintf(path, sizeof path, "/proc/self/fd/%d", tree->fd);
    tree->files = files_create(path);
    return tree->files || error_memory(error);
}

static struct script_tree *find_tree(struct trees *trees, const char *name)
{
    struct script_tree *tree = trees->first;
    while (tree && strcmp(tree->name, name) != 0)
        tree = tree->next;
    return tree;
}

static struct script_tree *retain_tree(struct trees *trees, const char *name)
{
    pthread_mutex_lock(&trees->lock);
    struct script_tree *tree = find_tree(trees, name);
    if (tree) {
        tree->references++;
        trees->references++;
    }
    pthread_mutex_unlock(&trees->lock);
    return tree;
}

static struct script_tree *add_tree(struct trees *trees, const struct script_commit *commit,
                                    const char *name, uint64_t program, struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct script_tree *tree = make_tree(arena, commit, program);
    if (tree) {
        tree->trees = trees;
        tree->name = copy_text(arena, name);
        tree->references = 1;
    }
    if (!tree || arena_failed(arena) || !write_tree(trees, commit, name, error) ||
        !open_written_tree(trees, tree, error)) {
        if (!tree || arena_failed(arena))
            error_memory(error);
        if (tree)
            free_tree(tree);
        else
            arena_destroy(arena);
        return NULL;
    }
    pthread_mutex_lock(&trees->lock);
    tree->next = trees->first;
    trees->first = tree;
    trees->references++;
    pthread_mutex_unlock(&trees->lock);
    return tree;
}

struct script_tree *trees_take(struct trees *trees, const struct script_commit *commit,
                               uint64_t program, struct error *error)
{
    char name[NAME_MAX + 1];
    uint64_t texts = add_text(hash_texts(SLICE_HASH_START, commit), commit->config);
    snprintf(name, sizeof name, "%.64s-%016llx", commit->id, (unsigned long long)texts);
    pthread_mutex_lock(&trees->making);
    struct script_tree *tree = retain_tree(trees, name);
    if (!tree)
        tree = add_tree(trees, commit, name, program, error);
    pthread_mutex_unlock(&trees->making);
    return tree;
}

// ---- turns ----

bool trees_place(struct script_tree *tree, struct error *error)
{
    struct trees *trees = tree->trees;
    bool ok = true;
    if (!trees)
        return true;
    pthread_mutex_lock(&trees->lock);
    if (trees->placed && trees->placed != tree) {
        ok = renameat(trees->fd, TURN, trees->fd, trees->placed->name) == 0;
        trees->placed = ok ? NULL : trees->placed;
    }
    if (ok && !trees->placed) {
        ok = renameat(trees->fd, tree->name, trees->fd, TURN) == 0;
        trees->placed = ok ? tree : NULL;
    }
    pthread_mutex_unlock(&trees->lock);
    return ok || fail_trees("give its turn to", tree->name, error);
}

// ---- the end of trees ----

// Takes one without references off the list, and out of the way of its name. With the lock.
static struct script_tree *detach(struct trees *trees, char path[PATH_MAX])
{
    struct script_tree **at = &trees->first;
    while (*at && ((*at)->references || *at == trees->placed))
        at = &(*at)->next;
    struct script_tree *tree = *at;
    if (!tree)
        return NULL;
    char gone[32];
    snprintf(gone, sizeof gone, "gone-%u", trees->removed++);
    bool moved = renameat(trees->fd, tree->name, trees->fd, gone) == 0;
    snprintf(path, PATH_MAX, "%s/%s", trees->directory, moved ? gone : tree->name);
    *at = tree->next;
    return tree;
}

void trees_sweep(struct trees *trees)
{
    char path[PATH_MAX];
    struct script_tree *tree;
    do {
        pthread_mutex_lock(&trees->lock);
        tree = detach(trees, path);
        pthread_mutex_unlock(&trees->lock);
        if (tree) {
            file_remove_directory(path);
            free_tree(tree);
        }
    } while (tree);
}

void trees_renew(struct trees *trees)
{
    pthread_mutex_lock(&trees->lock);
    for (struct script_tree *tree = trees->first; tree; tree = tree->next)
        files_renew(tree->files);
    pthread_mutex_unlock(&trees->lock);
}

// The last reference and the script's end may come in either order.
static void end_trees(struct trees *trees)
{
    trees->placed = NULL;
    trees_sweep(trees);
    free_trees(trees);
}

void trees_close(struct trees *trees)
{
    if (!trees)
        return;
    pthread_mutex_lock(&trees->lock);
    trees->closed = true;
    bool last = !trees->references;
    pthread_mutex_unlock(&trees->lock);
    if (last)
        end_trees(trees);
}

void script_tree_release(struct script_tree *tree)
{
    if (!tree || !tree->trees)
        return;
    struct trees *trees = tree->trees;
    pthread_mutex_lock(&trees->lock);
    tree->references--;
    bool last = --trees->references == 0 && trees->closed;
    pthread_mutex_unlock(&trees->lock);
    if (last)
        end_trees(trees);
}
