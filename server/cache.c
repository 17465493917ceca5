// SPDX-License-Identifier: MIT
//
// The cache file is marked with the exact program and the directory as given.
#include "cache.h"

#include "base/file.h"

enum { PROGRAM_MAX = 256 << 20 };

uint64_t cache_program(void)
{
    struct arena *scratch = arena_create(0, 0);
    struct slice program = SLICE_EMPTY;
    if (scratch)
        file_read(scratch, "/proc/self/exe", PROGRAM_MAX, &program, NULL);
    uint64_t hash = file_hash(program);
    arena_destroy(scratch);
    return hash;
}

struct slice cache_fingerprint(struct arena *arena, uint64_t program,
                               const struct settings *settings)
{
    return arena_printf(arena, "guidanced %s %016llx %016llx", GUIDANCED_VERSION,
                        (unsigned long long)program,
                        (unsigned long long)file_hash(settings_given_directory(settings)));
}

const char *cache_path(struct arena *arena, const struct settings *settings)
{
    if (slice_equal(settings->cache, SLICE(":memory:")))
        return ":memory:";
    return path_join(arena, settings_directory(settings), settings->cache).ptr;
}
