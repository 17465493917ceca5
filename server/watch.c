// SPDX-License-Identifier: MIT
//
// File changes by inotify. Directories are watched with all below them, one that appears as well;
// of a single file (guidance.yaml, a passthrough of one file) its directory is watched, since
// editors put a new file in the place of the old, and other names are ignored.
#include "watch.h"

#include "base/clock.h"
#include "saved.h"
#include "watch_paths.h"

#include <dirent.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

// Changes that follow each other within SETTLE_MS are one, up to SETTLE_MAX_MS of them. A walk is
// made every second, and takes a twentieth of the time at most.
enum { SETTLE_MS = 15, SETTLE_MAX_MS = 200, DEPTH_MAX = 32, FILES_MAX = 32, POLL_MS = 1000 };
static const uint32_t EVENTS = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                               IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

struct watch {
    int fd; // -1: no events
    const struct settings *settings;
    struct arena *arena; // for paths; reset before each use
    struct saved saved;
    struct {
        int directory; // watch descriptor
        char name[NAME_MAX + 1];
    } files[FILES_MAX];
    size_t file_count;
    bool failed, polling;
    uint64_t polled, next_poll_ns;
};

// ---- what is watched ----

static void forget_file(struct watch *watch, int directory)
{
    for (size_t i = 0; i < watch->file_count; i++)
        if (watch->files[i].directory == directory)
            watch->files[i--] = watch->files[--watch->file_count];
}

static bool add_tree(struct watch *watch, const char *path, int depth)
{
    int descriptor = inotify_add_watch(watch->fd, path, EVENTS | IN_ONLYDIR);
    if (descriptor >= 0)
        saved_directory(&watch->saved, descriptor, path);
    DIR *directory = depth <= DEPTH_MAX && descriptor >= 0 ? opendir(path) : NULL;
    if (!directory)
        return false;
    bool all = true;
    forget_file(watch, descriptor); // all its names count
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char name[PATH_MAX];
        struct stat st;
        int n = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (watch_is_hidden(entry->d_name) || n < 0 || (size_t)n >= sizeof name)
            continue;
        bool maybe = entry->d_type != DT_REG;
        if (maybe && stat(name, &st) == 0 && S_ISDIR(st.st_mode))
            all &= add_tree(watch, name, depth + 1);
    }
    closedir(directory);
    return all;
}

static bool add_file(struct watch *watch, const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (!slash || length >= sizeof directory || strlen(slash + 1) > NAME_MAX ||
        watch->file_count == FILES_MAX)
        return false;
    memcpy(directory, path, length);
    directory[length] = '\0';
    // A watch that is there already is the same one, and a tree has all its names.
    int descriptor = inotify_add_watch(watch->fd, length ? directory : "/", EVENTS | IN_ONLYDIR);
    if (descriptor < 0)
        return false;
    watch->files[watch->file_count].directory = descriptor;
    strcpy(watch->files[watch->file_count++].name, slash + 1);
    return true;
}

static void add_single_files(void *state, const char *path)
{
    struct watch *watch = state;
    struct stat st;
    if (lstat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        watch->failed |= !add_file(watch, path);
}

static void add_directories(void *state, const char *path)
{
    struct watch *watch = state;
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        watch->failed |= !add_tree(watch, path, 0);
}

// Files first, so that a directory that is watched whole anyway takes them over.
static void add_all(struct watch *watch)
{
    watch->file_count = 0;
    arena_reset(watch->arena, 4096);
    watch_each_path(watch->settings, watch->arena, add_single_files, watch);
    watch_each_path(watch->settings, watch->arena, add_directories, watch);
}

static uint64_t walk(struct watch *watch)
{
    uint64_t begun = clock_monotonic_ns();
    arena_reset(watch->arena, 4096);
    uint64_t sum = watch_poll(watch->settings, watch->arena);
    uint64_t end = clock_monotonic_ns(), rest = (end - begun) * 20, least = POLL_MS * 1000000ull;
    watch->next_poll_ns = end + (rest > least ? rest : least);
    return sum;
}

struct watch *watch_create(const struct settings *settings, struct log *log)
{
    struct watch *watch = calloc(1, sizeof *watch);
    struct arena *arena = arena_create(0, 0);
    if (!watch || !arena) {
        free(watch);
        arena_destroy(arena);
        return NULL;
    }
    *watch = (struct watch){.fd = -1, .settings = settings, .arena = arena};
    bool forced = settings->watch_polling;
    if (!forced) {
        watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        watch->failed = watch->fd < 0;
        if (watch->fd >= 0)
            add_all(watch);
    }
    watch->polling = forced || watch->failed || watch_must_poll(settings, arena);
    if (watch->polling) {
        log_write(log, watch->failed ? LOG_WARNING : LOG_INFO,
                  watch->failed ? "not all files can be watched; they are walked every second"
                                : "files are walked every second");
        watch->polled = walk(watch);
    }
    return watch;
}

void watch_destroy(struct watch *watch)
{
    if (!watch)
        return;
    if (watch->fd >= 0)
        close(watch->fd);
    arena_destroy(watch->arena);
    saved_free(&watch->saved);
    free(watch);
}

// ---- what happens ----

// IGNORED, SEEN: a file of the site. REPLACED: one that is watched by name, or a link, and what it
// leads to may be another directory now.
enum relevance { IGNORED, SEEN, REPLACED };

static enum relevance judge(const struct watch *watch, const struct inotify_event *event)
{
    bool single = false;
    if (event->len && strcmp(event->name, "..data") == 0)
        return REPLACED;
    for (size_t i = 0; i < watch->file_count; i++)
        if (watch->files[i].directory == event->wd) {
            single = true;
            if (event->len && strcmp(watch->files[i].name, event->name) == 0)
                return REPLACED;
        }
    return !single && (!event->len || !watch_is_hidden(event->name)) ? SEEN : IGNORED;
}

// Takes all events off. True when one of them counts; *moved when directories came or went, or
// events were lost, so that what is watched has to be looked at again.
static bool drain(struct watch *watch, bool *moved)
{
    static const uint32_t MOVED = IN_ISDIR | IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF;
    _Alignas(struct inotify_event) char bytes[16384];
    bool any = false;
    ssize_t got;
    while ((got = read(watch->fd, bytes, sizeof bytes)) > 0)
        for (char *at = bytes; at < bytes + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            at += sizeof *event + event->len;
            if (event->mask & IN_IGNORED)
                continue;
            enum relevance relevance = judge(watch, event);
            any |= relevance != IGNORED;
            bool more = (event->mask & MOVED) != 0 || relevance == REPLACED;
            *moved |= more;
            watch->saved.more |= more;
            if (relevance == SEEN)
                saved_note(&watch->saved, event);
        }
    return any;
}

static bool wait_for_events(struct watch *watch, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};
    bool moved = false;
    if (poll(&poll_fd, 1, timeout_ms) <= 0 || !drain(watch, &moved))
        return false;
    // A save is several events, and several files are often saved at once; but whoever never stops
    // writing does not keep the readers from it.
    uint64_t end = clock_monotonic_ns() + SETTLE_MAX_MS * 1000000ull;
    while (clock_monotonic_ns() < end && poll(&poll_fd, 1, SETTLE_MS) > 0)
        drain(watch, &moved);
    if (moved)
        add_all(watch);
    return true;
}

static bool has_walked_into_change(struct watch *watch)
{
    if (!watch->polling || clock_monotonic_ns() < watch->next_poll_ns)
        return false;
    uint64_t before = watch->polled;
    watch->polled = walk(watch);
    watch->saved.more |= watch->polled != before;
    return watch->polled != before;
}

bool watch_wait(struct watch *watch, int timeout_ms)
{
    if (watch->fd >= 0) {
        if (wait_for_events(watch, timeout_ms)) {
            if (watch->polling)
                watch->polled = walk(watch);
            return true;
        }
    } else if (timeout_ms)
        usleep((unsigned)timeout_ms * 1000);
    return has_walked_into_change(watch);
}

bool watch_saved(struct watch *watch, const struct slice **paths, size_t *count)
{
    return saved_take(&watch->saved, paths, count);
}
