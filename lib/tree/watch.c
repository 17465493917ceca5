// SPDX-License-Identifier: MIT
//
// File changes by inotify. Directories are watched with everything below them, including new ones.
// For a single file, a link, or something that does not exist (yet), its directory is watched and
// other names in it are ignored: editors replace files by new ones, and releases are switched with
// a link.
#include "watch.h"

#include "base/clock.h"
#include "saved.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

// Changes within SETTLE_MS of each other are taken together, for up to SETTLE_MAX_MS, or
// SETTLE_SEVERAL_MS if several files are written. A walk is made every second, and takes at most a
// twentieth of the time.
enum {
    SETTLE_MS = 15,
    SETTLE_MAX_MS = 200,
    SETTLE_SEVERAL_MS = 2000,
    DEPTH_MAX = 32,
    POLL_MS = 1000,
    BUSY_S = 10
};
static const uint32_t EVENTS = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                               IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

struct name {
    int directory; // watch descriptor
    char text[NAME_MAX + 1];
};

struct watch {
    int fd; // -1: no events
    const struct tree_source *source;
    struct log *log;
    struct arena *arena; // for paths; reset before each use
    struct tree *tree;   // during watch_renew: which links are followed
    struct saved saved;
    struct name *names;
    size_t name_count, name_capacity;
    bool *trees; // watch descriptor → all its names count
    size_t tree_count;
    bool failed, polling, forced;
    uint64_t polled, next_poll_ns;
    uint64_t only;       // the name of all events since watch_wait, if it is one
    uint64_t fresh;      // and that of a file that has appeared since; 0: none
    bool any, several;   // there were events; of several names
    bool pending;        // watch_pending has taken events
    char lock[PATH_MAX]; // of git's index; "" when there is none
    int64_t stale_ns;    // a lock this old is abandoned
};

// ---- what is watched ----

static bool is_tree(const struct watch *watch, int descriptor)
{
    return descriptor >= 0 && (size_t)descriptor < watch->tree_count && watch->trees[descriptor];
}

static bool mark_tree(struct watch *watch, int descriptor)
{
    size_t index = (size_t)descriptor;
    if (index >= watch->tree_count) {
        size_t count = (index + 1) * 2;
        bool *grown = realloc(watch->trees, count * sizeof *grown);
        if (!grown)
            return false;
        memset(grown + watch->tree_count, 0, (count - watch->tree_count) * sizeof *grown);
        watch->trees = grown;
        watch->tree_count = count;
    }
    watch->trees[index] = true;
    return true;
}

static bool has_name(const struct watch *watch, int directory, const char *text)
{
    for (size_t i = 0; i < watch->name_count; i++)
        if (watch->names[i].directory == directory && strcmp(watch->names[i].text, text) == 0)
            return true;
    return false;
}

static bool keep_name(struct watch *watch, int directory, const char *text)
{
    if ((is_tree(watch, directory) && !watch_is_hidden(text)) || has_name(watch, directory, text))
        return true;
    if (watch->name_count == watch->name_capacity) {
        size_t capacity = watch->name_capacity ? watch->name_capacity * 2 : 16;
        struct name *grown = realloc(watch->names, capacity * sizeof *grown);
        if (!grown)
            return false;
        watch->names = grown;
        watch->name_capacity = capacity;
    }
    struct name *name = &watch->names[watch->name_count++];
    name->directory = directory;
    snprintf(name->text, sizeof name->text, "%s", text);
    return true;
}

// Watches one name in its directory. If that does not exist either, the directory's name, and so
// on.
static bool add_name(struct watch *watch, const char *path)
{
    char directory[PATH_MAX];
    size_t length = strlen(path);
    if (path[0] != '/' || length >= sizeof directory)
        return false;
    memcpy(directory, path, length + 1);
    for (;;) {
        char *slash = strrchr(directory, '/');
        const char *name = slash + 1;
        char own[NAME_MAX + 1];
        if (!*name || strlen(name) > NAME_MAX)
            return false;
        snprintf(own, sizeof own, "%s", name);
        slash[slash == directory] = '\0';
        int descriptor = inotify_add_watch(watch->fd, directory, EVENTS | IN_ONLYDIR);
        if (descriptor >= 0)
            return keep_name(watch, descriptor, own);
        if ((errno != ENOENT && errno != ENOTDIR) || slash == directory)
            return false;
    }
}

struct links {
    struct watch *watch;
    bool any;
};

static void add_link(void *state, const char *link, const char *target)
{
    struct links *links = state;
    (void)target;
    links->any = true;
    links->watch->failed |= !add_name(links->watch, link);
}

// Watches both ends of the links on the way, and their targets. Ignores a path without links.
static void add_links(struct watch *watch, const char *path)
{
    char real[PATH_MAX];
    struct links links = {watch, false};
    tree_each_link(path, add_link, &links);
    if (links.any && realpath(path, real))
        watch->failed |= !add_name(watch, real);
}

static bool add_tree(struct watch *watch, const char *path, int depth);

// Whether it is a link to a directory that is followed.
static bool is_followed(struct watch *watch, const char *path)
{
    struct file_info info;
    return watch->tree && tree_look(watch->tree, slice_from_cstr(path), &info, NULL) &&
           info.is_directory;
}

static bool add_watched_entry(struct watch *watch, const char *path, const struct dirent *entry,
                              int depth)
{
    char name[PATH_MAX];
    struct stat st;
    int n = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (entry->d_type == DT_REG || n < 0 || (size_t)n >= sizeof name ||
        (watch_is_hidden(entry->d_name) || strcmp(entry->d_name, ".") == 0 ||
         strcmp(entry->d_name, "..") == 0))
        return true;
    bool link = entry->d_type == DT_LNK ||
                (entry->d_type == DT_UNKNOWN && lstat(name, &st) == 0 && S_ISLNK(st.st_mode));
    if (link)
        add_links(watch, name);
    bool directory = link                      ? is_followed(watch, name)
                     : entry->d_type == DT_DIR ? true
                                               : stat(name, &st) == 0 && S_ISDIR(st.st_mode);
    return !directory || add_tree(watch, name, depth + 1);
}

static bool add_tree(struct watch *watch, const char *path, int depth)
{
    if (depth > DEPTH_MAX)
        return true; // as lists do
    int descriptor = inotify_add_watch(watch->fd, path, EVENTS | IN_ONLYDIR);
    bool gone = descriptor < 0 && (errno == ENOENT || errno == ENOTDIR);
    // Links may lead to one directory again and again: what is below it has been added.
    if (is_tree(watch, descriptor))
        return true;
    if (descriptor < 0 || !mark_tree(watch, descriptor))
        return gone;
    saved_directory(&watch->saved, descriptor, path);
    DIR *directory = opendir(path);
    if (!directory) // unreadable files are not part of the site
        return errno == ENOENT || errno == EACCES;
    bool all = true;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        all &= add_watched_entry(watch, path, entry, depth);
    closedir(directory);
    return all;
}

static void add_watched_path(void *state, const char *path)
{
    struct watch *watch = state;
    struct stat st;
    add_links(watch, path);
    bool there = stat(path, &st) == 0;
    if (!there || !S_ISDIR(st.st_mode)) {
        watch->failed |= !add_name(watch, path);
        // It may have been created before it was watched.
        there = stat(path, &st) == 0;
    }
    if (there && S_ISDIR(st.st_mode))
        watch->failed |= !add_tree(watch, path, 0);
}

// A directory that is watched whole replaces single names watched in it, except hidden ones.
static void forget_names_of_trees(struct watch *watch)
{
    size_t kept = 0;
    for (size_t i = 0; i < watch->name_count; i++)
        if (!is_tree(watch, watch->names[i].directory) || watch_is_hidden(watch->names[i].text))
            watch->names[kept++] = watch->names[i];
    watch->name_count = kept;
}

static void add_all(struct watch *watch)
{
    watch->name_count = 0;
    watch->failed = false;
    if (watch->tree_count)
        memset(watch->trees, 0, watch->tree_count * sizeof *watch->trees);
    arena_reset(watch->arena, 4096);
    watch->tree = tree_open(watch->source, false, NULL);
    // The root itself may be replaced; a mount point cannot.
    add_name(watch, watch->source->root.ptr);
    if (watch->source->given.len)
        add_links(watch, watch->source->given.ptr);
    watch_each_path(watch->source, watch->arena, add_watched_path, watch);
    forget_names_of_trees(watch);
    tree_close(watch->tree);
    watch->tree = NULL;
}

static uint64_t walk_watched(struct watch *watch)
{
    uint64_t begun = clock_monotonic_ns();
    arena_reset(watch->arena, 4096);
    uint64_t sum = watch_poll(watch->source, watch->arena);
    uint64_t end = clock_monotonic_ns(), rest = (end - begun) * 20, least = POLL_MS * 1000000ull;
    watch->next_poll_ns = end + (rest > least ? rest : least);
    return sum;
}

static void say(struct watch *watch, bool before)
{
    if (watch->polling && !before)
        log_write(watch->log, watch->failed ? LOG_WARNING : LOG_INFO,
                  watch->failed ? "not all files can be watched; they are checked every second"
                                : "files are checked every second");
    else if (before && !watch->polling)
        log_write(watch->log, LOG_INFO, "all files can be watched again");
}

void watch_renew(struct watch *watch)
{
    bool before = watch->polling;
    if (watch->fd >= 0)
        add_all(watch);
    watch->polling = watch->forced || watch->failed || watch->fd < 0;
    say(watch, before);
    if (watch->polling && !before)
        watch->polled = walk_watched(watch);
}

// ---- git ----

// In a worktree, `path` is a file that names the directory: "gitdir: " and a path, which may be
// relative to the file's directory (gitrepository-layout(5)).
static void find_lock_of_worktree(struct watch *watch, const char *path, size_t directory)
{
    struct slice text;
    arena_reset(watch->arena, 4096);
    if (!file_read(watch->arena, path, PATH_MAX, &text, NULL) ||
        !slice_starts_with(text, SLICE("gitdir: ")))
        return;
    struct slice named = slice_trim(slice_sub(text, 8, text.len));
    struct slice lock = path_join(watch->arena, slice_of(path, directory),
                                  path_join(watch->arena, named, SLICE("index.lock")));
    if (lock.ptr && lock.len < sizeof watch->lock)
        snprintf(watch->lock, sizeof watch->lock, "%.*s", SLICE_ARG(lock));
}

// Looks upwards from the root until it finds one.
static void find_lock(struct watch *watch)
{
    char path[PATH_MAX];
    struct stat st;
    for (size_t length = watch->source->root.len; length > 0; length--) {
        if (length < watch->source->root.len && watch->source->root.ptr[length] != '/')
            continue;
        int n = snprintf(path, sizeof path, "%.*s/.git", (int)length, watch->source->root.ptr);
        if (n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0) {
            if (S_ISDIR(st.st_mode))
                snprintf(watch->lock, sizeof watch->lock, "%.*s/index.lock", n, path);
            else
                find_lock_of_worktree(watch, path, length);
            return;
        }
    }
}

bool watch_is_busy(struct watch *watch)
{
    struct stat st;
    if (!watch->lock[0] || stat(watch->lock, &st) != 0)
        return false;
    int64_t made_ns = (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
    if (made_ns > watch->stale_ns && clock_wall_ns() - made_ns < BUSY_S * INT64_C(1000000000))
        return true;
    if (made_ns > watch->stale_ns)
        log_write(watch->log, LOG_WARNING, "%s still exists: no longer waiting for it",
                  watch->lock);
    watch->stale_ns = made_ns;
    return false;
}

// ---- making and ending it ----

struct watch *watch_create(const struct tree_source *source, struct log *log)
{
    struct watch *watch = calloc(1, sizeof *watch);
    struct arena *arena = arena_create(0, 0);
    if (!watch || !arena) {
        free(watch);
        arena_destroy(arena);
        return NULL;
    }
    *watch = (struct watch){.fd = -1, .source = source, .log = log, .arena = arena};
    watch->forced = source->polling || watch_must_poll(source, arena);
    if (!source->polling)
        watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch->failed = !source->polling && watch->fd < 0;
    find_lock(watch);
    watch_renew(watch);
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
    free(watch->names);
    free(watch->trees);
    free(watch);
}

enum watch_how watch_how(const struct watch *watch)
{
    return watch->failed ? WATCH_LIMITED : watch->polling ? WATCH_WALKING : WATCH_EVENTS;
}

// ---- what happens ----

// SEEN: a file of the site. REPLACED: one that is watched by name, or a link, whose target may now
// be a different directory.
enum relevance { IGNORED, SEEN, REPLACED };

static enum relevance judge_event(const struct watch *watch, const struct inotify_event *event)
{
    if (event->len && has_name(watch, event->wd, event->name))
        return REPLACED;
    if (is_tree(watch, event->wd)) {
        bool swapped = event->len && strncmp(event->name, "..", 2) == 0;
        return swapped ? REPLACED : event->len && watch_is_hidden(event->name) ? IGNORED : SEEN;
    }
    // An event of the directory itself, which is watched for a name in it.
    return !event->len && (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF)) ? REPLACED : IGNORED;
}

// A file that appears and goes again does not count: many programs write a temporary file and
// rename it, which is one change of the file that they write.
static void note_of(struct watch *watch, const struct inotify_event *event)
{
    uint64_t own = slice_hash(event->len ? slice_from_cstr(event->name) : SLICE_EMPTY) ^
                   (uint64_t)(unsigned)event->wd << 32;
    bool gone = event->mask & (IN_DELETE | IN_MOVED_FROM);
    if (own == watch->fresh) {
        watch->fresh = gone ? 0 : own;
    } else if ((event->mask & IN_CREATE) && !watch->fresh) {
        watch->fresh = own;
    } else {
        watch->several |= watch->any && own != watch->only;
        watch->any = true;
        watch->only = own;
    }
}

static bool has_several(const struct watch *watch)
{
    return watch->several || (watch->any && watch->fresh);
}

// A directory, or anything but a plain file of a tree: the list of what to watch must be renewed.
static bool is_of_shape(const struct inotify_event *event, enum relevance relevance)
{
    static const uint32_t MOVED = IN_ISDIR | IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF;
    return (event->mask & MOVED) != 0 || relevance == REPLACED;
}

// Takes all events. True if one of them counts; *moved if directories came or went or events were
// lost, so that the list of what to watch must be renewed.
static bool drain(struct watch *watch, bool *moved)
{
    _Alignas(struct inotify_event) char bytes[16384];
    bool any = false;
    ssize_t got;
    while ((got = read(watch->fd, bytes, sizeof bytes)) > 0)
        for (char *at = bytes; at < bytes + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            at += sizeof *event + event->len;
            enum relevance relevance = event->mask & IN_IGNORED      ? IGNORED
                                       : event->mask & IN_Q_OVERFLOW ? REPLACED
                                                                     : judge_event(watch, event);
            if (relevance == IGNORED)
                continue;
            any = true;
            note_of(watch, event);
            bool more = is_of_shape(event, relevance);
            *moved |= more;
            watch->several |= more;
            watch->saved.more |= more;
            if (relevance == SEEN)
                saved_note(&watch->saved, event);
        }
    return any;
}

static bool wait_for_events(struct watch *watch, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};
    bool moved = false, pending = watch->pending;
    watch->pending = false;
    if (!pending && (poll(&poll_fd, 1, timeout_ms) <= 0 || !drain(watch, &moved)))
        return false;
    // A save is several events, and several files are often saved at once; but endless writing must
    // not keep changes from readers.
    uint64_t begun = clock_monotonic_ns();
    while (clock_monotonic_ns() <
               begun + (has_several(watch) ? SETTLE_SEVERAL_MS : SETTLE_MAX_MS) * 1000000ull &&
           poll(&poll_fd, 1, SETTLE_MS) > 0)
        drain(watch, &moved);
    watch->any = watch->several = false;
    watch->fresh = 0;
    if (moved)
        watch_renew(watch);
    return true;
}

enum watch_pending watch_pending(struct watch *watch)
{
    bool moved = false;
    if (watch->fd < 0 || !drain(watch, &moved))
        return WATCH_NOTHING;
    watch->pending = true;
    if (moved)
        watch_renew(watch);
    return has_several(watch) ? WATCH_SEVERAL_FILES : WATCH_ONE_FILE;
}

static bool has_walked_into_change(struct watch *watch)
{
    if (!watch->polling || clock_monotonic_ns() < watch->next_poll_ns)
        return false;
    uint64_t before = watch->polled;
    watch->polled = walk_watched(watch);
    watch->saved.more |= watch->polled != before;
    return watch->polled != before;
}

bool watch_wait(struct watch *watch, int timeout_ms)
{
    if (watch->fd >= 0) {
        if (wait_for_events(watch, timeout_ms)) {
            if (watch->polling)
                watch->polled = walk_watched(watch);
            return true;
        }
    } else if (timeout_ms)
        usleep((unsigned)timeout_ms * 1000);
    return has_walked_into_change(watch);
}

int watch_descriptor(const struct watch *watch)
{
    return watch->fd;
}

bool watch_saved(struct watch *watch, const struct slice **paths, size_t *count)
{
    return saved_take(&watch->saved, paths, count);
}
