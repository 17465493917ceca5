// SPDX-License-Identifier: MIT
//
// The site's cache file and its mark.
#ifndef GUIDANCED_SERVER_CACHE_H
#define GUIDANCED_SERVER_CACHE_H

#include "settings/settings.h"

// Identifies this program. It reads the program's file: before the sandbox.
uint64_t cache_program(void);
// Identifies the program and site that made a cache: any other's is useless. In the arena.
struct slice cache_fingerprint(struct arena *arena, uint64_t program,
                               const struct settings *settings);
// Absolute, or ":memory:".
const char *cache_path(struct arena *arena, const struct settings *settings);

#endif
