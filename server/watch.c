// SPDX-License-Identifier: MIT
//
// File changes by inotify. A directory that appears is watched as well.
#include "watch.h"

#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTLE_MS = 15, DEPTH_MAX = 32 };
static const uint32_t EVENTS =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB;

struct watch {
    int fd;
    const struct settings *settings;
};

static bool is_hidden(const char *name)
{
    return name[0] == '.' || strcmp(name, "node_modules") == 0;
}

static bool add_tree(struct watch *watch, const char *path, int depth)
{
    if (depth > DEPTH_MAX || inotify_add_watch(watch->fd, path, EVENTS | IN_ONLYDIR) < 0)
        return false;
    DIR *directory = opendir(path);
    if (!directory)
        return false;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char name[PATH_MAX];
        struct stat st;
        int n = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (is_hidden(entry->d_name) || n < 0 || (size_t)n >= sizeof name)
            continue;
        if (stat(name, &st) == 0 && S_ISDIR(st.st_mode))
            add_tree(watch, name, depth + 1);
    }
    closedir(directory);
    return true;
}

static const char *const TREES[] = {"input", "includes", "layouts"};

static bool add_all(struct watch *watch)
{
    bool any = false;
    for (size_t i = 0; i < sizeof TREES / sizeof *TREES; i++) {
        struct slice path = settings_path(watch->settings, TREES[i]);
        any |= path.len && add_tree(watch, path.ptr, 0);
    }
    return any;
}

struct watch *watch_create(const struct settings *settings)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->settings = settings;
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd >= 0 && add_all(watch))
        return watch;
    watch_destroy(watch);
    return NULL;
}

void watch_destroy(struct watch *watch)
{
    if (!watch)
        return;
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch);
}

// Takes all events off. True when one of them is of a file that counts.
static bool drain(struct watch *watch, bool *directories)
{
    _Alignas(struct inotify_event) char bytes[16384];
    bool any = false;
    ssize_t got;
    while ((got = read(watch->fd, bytes, sizeof bytes)) > 0)
        for (char *at = bytes; at < bytes + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            // Editors' swap files and our own cache begin with a dot.
            if (!event->len || !is_hidden(event->name))
                any = true;
            if (event->mask & IN_ISDIR)
                *directories = true;
            at += sizeof *event + event->len;
        }
    return any;
}

bool watch_wait(struct watch *watch, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};
    bool directories = false;
    if (poll(&poll_fd, 1, timeout_ms) <= 0 || !drain(watch, &directories))
        return false;
    // A save is several events, and several files are often saved at once.
    while (poll(&poll_fd, 1, SETTLE_MS) > 0)
        drain(watch, &directories);
    if (directories)
        add_all(watch);
    return true;
}

// ---- polling ----

static bool add_file(void *state, struct slice relative, const struct file_info *info)
{
    uint64_t *sum = state;
    *sum += (slice_hash(relative) ^ (uint64_t)info->mtime_ns) * 31 + info->size;
    return true;
}

uint64_t watch_poll(const struct settings *settings)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof TREES / sizeof *TREES; i++) {
        struct slice path = settings_path(settings, TREES[i]);
        if (path.len && file_exists(path.ptr))
            file_walk(path.ptr, false, add_file, &sum, NULL);
    }
    return sum;
}
