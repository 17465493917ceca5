// SPDX-License-Identifier: MIT
//
// Names of saved files, from inotify events.
#include "saved.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void saved_directory(struct saved *saved, int descriptor, const char *path)
{
    size_t index = (size_t)descriptor;
    if (index >= saved->directory_count) {
        size_t count = (index + 1) * 2;
        char **grown = realloc(saved->directories, count * sizeof *grown);
        if (!grown)
            return;
        memset(grown + saved->directory_count, 0, (count - saved->directory_count) * sizeof *grown);
        saved->directories = grown;
        saved->directory_count = count;
    }
    free(saved->directories[index]);
    saved->directories[index] = strdup(path);
}

static size_t find_saved(const struct saved *saved, const char *path)
{
    size_t i = 0;
    while (i < saved->count && strcmp(saved->files[i].path, path) != 0)
        i++;
    return i;
}

static void add_saved(struct saved *saved, const char *path, bool appeared)
{
    char *copy = saved->count < SAVED_MAX ? strdup(path) : NULL;
    if (!copy) {
        saved->more = true;
        return;
    }
    saved->files[saved->count].path = copy;
    saved->files[saved->count++].appeared = appeared;
}

static bool path_of(const struct saved *saved, const struct inotify_event *event, char *path)
{
    bool known = event->wd >= 0 && (size_t)event->wd < saved->directory_count;
    const char *directory = known ? saved->directories[event->wd] : NULL;
    return directory && event->len && !(event->mask & IN_ISDIR) &&
           snprintf(path, PATH_MAX, "%s/%s", directory, event->name) < PATH_MAX;
}

void saved_note(struct saved *saved, const struct inotify_event *event)
{
    char path[PATH_MAX];
    if (!path_of(saved, event, path)) {
        saved->more = true;
        return;
    }
    size_t i = find_saved(saved, path);
    bool known = i < saved->count, gone = event->mask & (IN_DELETE | IN_MOVED_FROM);
    if (gone && known && saved->files[i].appeared) {
        free(saved->files[i].path);
        saved->files[i] = saved->files[--saved->count];
    } else if (gone)
        saved->more = true;
    else if (!known)
        add_saved(saved, path, event->mask & IN_CREATE);
}

static void forget_taken(struct saved *saved)
{
    while (saved->taken_count)
        free(saved->taken_paths[--saved->taken_count]);
}

bool saved_take(struct saved *saved, const struct slice **paths, size_t *count)
{
    bool all = !saved->more;
    forget_taken(saved);
    for (size_t i = 0; i < saved->count; i++) {
        saved->taken_paths[i] = saved->files[i].path;
        saved->taken[i] = slice_from_cstr(saved->files[i].path);
    }
    *paths = saved->taken;
    *count = saved->taken_count = saved->count;
    saved->count = 0;
    saved->more = false;
    return all;
}

void saved_free(struct saved *saved)
{
    for (size_t i = 0; i < saved->directory_count; i++)
        free(saved->directories[i]);
    free(saved->directories);
    while (saved->count)
        free(saved->files[--saved->count].path);
    forget_taken(saved);
}
