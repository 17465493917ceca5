// SPDX-License-Identifier: MIT
//
// The links along a path. The kernel follows them silently; to notice when a path changes its
// meaning, each must be watched.
#include "tree.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MAX = 40 }; // as in the kernel

// Replaces the first `length` bytes of the path, a link, by its target. False: not a link, or too
// long.
static bool step_link(char path[PATH_MAX], size_t length, tree_link_fn fn, void *state)
{
    char link[PATH_MAX], target[PATH_MAX], next[PATH_MAX];
    memcpy(link, path, length);
    link[length] = '\0';
    ssize_t got = readlink(link, target, sizeof target - 1);
    if (got <= 0)
        return false;
    target[got] = '\0';
    size_t directory = target[0] == '/' ? 0 : (size_t)(strrchr(link, '/') - link) + 1;
    int n = snprintf(next, sizeof next, "%.*s%s%s", (int)directory, link, target, path + length);
    if (n < 0 || (size_t)n >= sizeof next)
        return false;
    char absolute[PATH_MAX];
    n = snprintf(absolute, sizeof absolute, "%.*s%s", (int)directory, link, target);
    if (n > 0 && (size_t)n < sizeof absolute)
        fn(state, link, absolute);
    memcpy(path, next, strlen(next) + 1);
    return true;
}

// Follows the first link of the path. False if there is none.
static bool follow_first(char path[PATH_MAX], tree_link_fn fn, void *state)
{
    for (size_t i = 1;; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        if (step_link(path, i, fn, state))
            return true;
        if (path[i] == '\0')
            return false;
    }
}

void tree_each_link(const char *path, tree_link_fn fn, void *state)
{
    char own[PATH_MAX];
    size_t length = strlen(path);
    if (path[0] != '/' || length >= sizeof own)
        return;
    memcpy(own, path, length + 1);
    for (int i = 0; i < LINKS_MAX && follow_first(own, fn, state); i++)
        continue;
}
