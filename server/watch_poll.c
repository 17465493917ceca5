// SPDX-License-Identifier: MIT
//
// What there is to watch, and watching it without events.
#include "watch_paths.h"

#include <sys/vfs.h>

static void each_text(struct value v, const struct settings *settings, struct arena *arena,
                      watch_path_fn fn, void *state)
{
    bool many = value_is(v, VALUE_ARRAY);
    for (uint32_t i = 0; i < (many ? value_length(NULL, v) : 1); i++) {
        struct value one = many ? value_item(NULL, v, i) : v;
        if (!value_is(one, VALUE_STRING) ||
            slice_find(value_text(one), SLICE("node_modules"), 0) != SIZE_MAX)
            continue;
        struct slice path = path_join(arena, settings_directory(settings), value_text(one));
        if (path.ptr)
            fn(state, path.ptr);
    }
}

void watch_each_path(const struct settings *settings, struct arena *arena, watch_path_fn fn,
                     void *state)
{
    const struct slice paths[] = {settings->input.full, settings->includes.full,
                                  settings->layouts.full, settings->search.synonyms.full};
    struct value map = settings->passthrough;
    const struct value_object *view =
        value_is(map, VALUE_OBJECT) ? value_object_view(NULL, map) : NULL;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (paths[i].len)
            fn(state, paths[i].ptr);
    each_text(settings->template_paths, settings, arena, fn, state);
    for (uint32_t i = 0; view && i < view->count; i++)
        each_text(view->values[i], settings, arena, fn, state);
    if (settings_file(settings).len)
        fn(state, settings_file(settings).ptr);
}

bool watch_is_hidden(const char *name)
{
    return (name[0] == '.' && strcmp(name, "..data") != 0) || strcmp(name, "node_modules") == 0;
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

bool watch_must_poll(const struct settings *settings, struct arena *arena)
{
    bool found = false;
    watch_each_path(settings, arena, note_mount, &found);
    return found;
}

static void add_entry(uint64_t *sum, struct slice name, const struct file_info *info)
{
    *sum += (slice_hash(name) ^ (uint64_t)info->mtime_ns) * 31 + info->size;
}

static bool add_file(void *state, struct slice relative, const struct file_info *info)
{
    add_entry(state, relative, info);
    return true;
}

static void add_path(void *state, const char *path)
{
    struct file_info info;
    if (!file_stat(path, &info, NULL))
        return;
    if (info.is_directory)
        file_walk(path, false, add_file, state, NULL);
    else
        add_entry(state, slice_from_cstr(path), &info);
}

uint64_t watch_poll(const struct settings *settings, struct arena *arena)
{
    uint64_t sum = 0;
    watch_each_path(settings, arena, add_path, &sum);
    return sum;
}
