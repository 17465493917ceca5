// SPDX-License-Identifier: MIT
//
// One arena per version of the settings, with a reference count.
#include "settings_versions.h"

#include "base/file.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct settings_version {
    struct arena *arena; // also holds this struct
    const struct settings *settings;
    atomic_uint references;
};

// With no settings yet.
static struct settings_version *create(struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct settings_version *version = arena ? arena_alloc(arena, sizeof *version) : NULL;
    if (!version) {
        arena_destroy(arena);
        error_memory(error);
        return NULL;
    }
    *version = (struct settings_version){.arena = arena, .references = 1};
    return version;
}

static struct settings_version *fill(struct settings_version *version,
                                     const struct settings *settings)
{
    version->settings = settings;
    if (settings)
        return version;
    arena_destroy(version->arena);
    return NULL;
}

struct settings_version *settings_version_read(settings_reader read, void *state,
                                               struct error *error)
{
    struct settings_version *version = create(error);
    return version ? fill(version, read(state, version->arena, error)) : NULL;
}

struct settings_version *settings_version_read_at(settings_reader_at read, void *state,
                                                  const struct object_id *commit,
                                                  struct error *error)
{
    struct settings_version *version = create(error);
    return version ? fill(version, read(state, commit, version->arena, error)) : NULL;
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

uint64_t settings_mark(const struct settings *settings)
{
    struct file_info info;
    struct slice given = settings_given_directory(settings), root = settings_directory(settings);
    struct slice file = settings_file(settings);
    char path[PATH_MAX];
    char *real = given.ptr ? realpath(given.ptr, NULL) : NULL;
    uint64_t mark = real ? slice_hash(slice_from_cstr(real)) : 0;
    free(real);
    bool below = slice_starts_with(file, root);
    int n = snprintf(path, sizeof path, "%.*s%.*s", below ? (int)given.len : 0, given.ptr,
                     SLICE_ARG(slice_sub(file, below ? root.len : 0, file.len)));
    if (file.len && n > 0 && (size_t)n < sizeof path && file_stat(path, &info, NULL))
        mark ^= info.identity;
    return mark;
}
