// SPDX-License-Identifier: MIT
//
// One arena a version of the settings, and a count of who uses it.
#include "settings_versions.h"

#include "base/file.h"

#include <stdatomic.h>

struct settings_version {
    struct arena *arena; // holds this as well
    const struct settings *settings;
    atomic_uint references;
};

struct settings_version *settings_version_read(settings_reader read, void *state,
                                               struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct settings_version *version = arena ? arena_alloc(arena, sizeof *version) : NULL;
    if (!version) {
        arena_destroy(arena);
        error_memory(error);
        return NULL;
    }
    *version = (struct settings_version){.arena = arena, .references = 1};
    version->settings = read(state, arena, error);
    if (version->settings)
        return version;
    arena_destroy(arena);
    return NULL;
}

const struct settings *settings_version_get(const struct settings_version *version)
{
    return version->settings;
}

struct settings_version *settings_version_retain(struct settings_version *version)
{
    atomic_fetch_add(&version->references, 1);
    return version;
}

void settings_version_release(void *state)
{
    struct settings_version *version = state;
    if (version && atomic_fetch_sub(&version->references, 1) == 1)
        arena_destroy(version->arena);
}

uint64_t settings_file_mark(const struct settings *settings)
{
    struct file_info info;
    struct slice path = settings_file(settings);
    if (!path.len || !file_stat(path.ptr, &info, NULL))
        return 0;
    return ((uint64_t)info.mtime_ns * 31 + info.size) | 1;
}
