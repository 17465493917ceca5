// SPDX-License-Identifier: MIT
//
// What to watch, and watching it without events.
#include "watch.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/vfs.h>

void watch_each_path(const struct tree_source *source, struct arena *arena, tree_path_fn fn,
                     void *state)
{
    const struct slice *lists[] = {source->places, source->watched};
    size_t counts[] = {source->place_count, source->watched_count};
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; i < counts[n]; i++) {
            struct slice path = path_normalise(arena, lists[n][i]);
            if (path.ptr && slice_find(path, SLICE("node_modules"), 0) == SIZE_MAX)
                fn(state, path.ptr);
        }
}

bool watch_is_hidden(const char *name)
{
    return (name[0] == '.' && name[1] != '.') || strcmp(name, "node_modules") == 0;
}

// linux/magic.h, and each file system's own.
static const uint32_t WITHOUT_EVENTS[] = {
    0x6969,     // NFS
    0xff534d42, // CIFS
    0xfe534d42, // SMB 2
    0x517b,     // SMB
    0x01021997, // 9P
    0x65735546, // FUSE, virtiofs
    0x786f4256, // VirtualBox' shared folders
    0xbacbacbc, // VMware's
    0x00c36400, // Ceph
    0x5346414f, // AFS
    0x73757245, // Coda
};

static void note_mount(void *state, const char *path)
{
    bool *found = state;
    struct statfs mount;
    for (size_t i = 0; i < sizeof WITHOUT_EVENTS / sizeof *WITHOUT_EVENTS; i++)
        if (statfs(path, &mount) == 0 && (uint32_t)mount.f_type == WITHOUT_EVENTS[i])
            *found = true;
}

bool watch_must_poll(const struct tree_source *source, struct arena *arena)
{
    bool found = false;
    watch_each_path(source, arena, note_mount, &found);
    return found;
}

struct poll {
    struct tree *tree;
    uint64_t sum;
};

static void add_polled_entry(struct poll *poll, struct slice name, uint64_t identity)
{
    poll->sum += (slice_hash(name) ^ identity) * 31;
}

static bool add_polled_file(void *state, struct slice relative, const struct file_info *info)
{
    add_polled_entry(state, relative, info->identity);
    return true;
}

static void add_polled_path(void *state, const char *path)
{
    struct poll *poll = state;
    struct file_info info;
    struct slice name = slice_from_cstr(path);
    if (!file_stat(path, &info, NULL))
        return;
    if (info.is_directory && poll->tree)
        tree_list(poll->tree, name, add_polled_file, poll, NULL);
    else
        add_polled_entry(poll, name, info.is_directory ? 0 : info.identity);
}

uint64_t watch_poll(const struct tree_source *source, struct arena *arena)
{
    char *real = source->given.ptr ? realpath(source->given.ptr, NULL) : NULL;
    struct poll poll = {.tree = tree_open(source, false, NULL)};
    if (real)
        add_polled_entry(&poll, slice_from_cstr(real), 0);
    watch_each_path(source, arena, add_polled_path, &poll);
    tree_close(poll.tree);
    free(real);
    return poll.sum;
}
