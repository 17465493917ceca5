// SPDX-License-Identifier: MIT
//
// A table of paths with their last state, in an arena that is discarded when it grows too large:
// all of it can be found out again.
#include "files.h"

#include "base/map.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_MAX = 4 << 20, CONTENT_MAX = 256 << 20 };
static const uint64_t MISSING = 1, UNREADABLE = 2;

struct seen {
    struct file_info info;
    uint64_t state, generation;
};

struct files {
    pthread_mutex_t lock;
    struct arena *arena; // of the table
    struct arena *scratch;
    struct map table;
    char *root;
    uint64_t generation;
    uint64_t forgotten; // the generation in which the table was last discarded
};

struct files *files_create(const char *root)
{
    struct files *files = calloc(1, sizeof *files);
    if (!files)
        return NULL;
    pthread_mutex_init(&files->lock, NULL);
    files->arena = arena_create(0, 0);
    files->scratch = arena_create(0, 0);
    files->root = strdup(root);
    files->table = map_create(files->arena);
    files->generation = 1;
    if (files->arena && files->scratch && files->root)
        return files;
    files_destroy(files);
    return NULL;
}

void files_destroy(struct files *files)
{
    if (!files)
        return;
    arena_destroy(files->arena);
    arena_destroy(files->scratch);
    pthread_mutex_destroy(&files->lock);
    free(files->root);
    free(files);
}

void files_renew(struct files *files)
{
    pthread_mutex_lock(&files->lock);
    files->generation++;
    pthread_mutex_unlock(&files->lock);
}

// ---- looking ----

// Independent of the order of a directory's entries.
static uint64_t state_of_directory(const char *path)
{
    uint64_t state = 3;
    const struct dirent *entry;
    DIR *directory = opendir(path);
    if (!directory)
        return UNREADABLE;
    while ((entry = readdir(directory)) != NULL)
        state += slice_hash(slice_from_cstr(entry->d_name));
    closedir(directory);
    return state;
}

static uint64_t state_of_file(struct files *files, const char *path, const struct file_info *info)
{
    struct slice content;
    if (info->size > CONTENT_MAX || !info->is_regular)
        return slice_hash_mix(info->size ^ SLICE_HASH_START, (uint64_t)info->mtime_ns);
    if (!file_read(files->scratch, path, CONTENT_MAX, &content, NULL))
        return UNREADABLE;
    return file_hash(content);
}

static bool is_same_file(const struct file_info *a, const struct file_info *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->birth_ns == b->birth_ns &&
           a->is_regular == b->is_regular;
}

static void look_at_seen(struct files *files, const char *path, struct seen *seen)
{
    struct file_info info = {0};
    if (!file_stat(path, &info, NULL)) {
        seen->state = MISSING;
        seen->info = info;
    } else if (info.is_directory) {
        seen->state = state_of_directory(path);
        seen->info = info;
    } else if (!seen->generation || !is_same_file(&info, &seen->info) ||
               seen->state <= UNREADABLE) {
        seen->state = state_of_file(files, path, &info);
        seen->info = info;
    }
    seen->generation = files->generation;
}

static struct seen *find_seen(struct files *files, struct slice path)
{
    struct seen *seen = map_get(&files->table, path);
    if (seen)
        return seen;
    if (arena_used(files->arena) > TABLE_MAX) {
        arena_reset(files->arena, 0);
        files->table = map_create(files->arena);
        files->forgotten = files->generation;
    }
    struct slice key = arena_copy(files->arena, path);
    seen = arena_zalloc(files->arena, 1, sizeof *seen);
    return key.ptr && seen && map_put(&files->table, key, seen) ? seen : NULL;
}

uint64_t files_state(struct files *files, struct slice path)
{
    struct seen once = {0};
    pthread_mutex_lock(&files->lock);
    struct seen *seen = find_seen(files, path);
    seen = seen ? seen : &once;
    if (seen->generation != files->generation) {
        struct slice full = path_join(files->scratch, slice_from_cstr(files->root), path);
        if (full.ptr)
            look_at_seen(files, full.ptr, seen);
        arena_reset(files->scratch, 1 << 20);
    }
    uint64_t state = seen->state;
    pthread_mutex_unlock(&files->lock);
    return state;
}

void files_each(struct files *files, void (*fn)(void *state, struct slice path), void *state)
{
    pthread_mutex_lock(&files->lock);
    for (size_t i = 0; i < files->table.count; i++) {
        struct slice full =
            path_join(files->scratch, slice_from_cstr(files->root), files->table.entries[i].key);
        if (full.ptr)
            fn(state, full);
    }
    arena_reset(files->scratch, 1 << 20);
    pthread_mutex_unlock(&files->lock);
}

bool files_each_state(struct files *files,
                      void (*fn)(void *state, struct slice path, uint64_t content), void *state)
{
    pthread_mutex_lock(&files->lock);
    bool whole = files->forgotten != files->generation;
    for (size_t i = 0; whole && i < files->table.count; i++) {
        const struct seen *seen = files->table.entries[i].value;
        if (seen->generation == files->generation)
            fn(state, files->table.entries[i].key, seen->state);
    }
    pthread_mutex_unlock(&files->lock);
    return whole;
}
