// SPDX-License-Identifier: MIT
//
// Which cache file is the site's, and what marks it.
#ifndef GUIDANCED_SERVER_CACHE_H
#define GUIDANCED_SERVER_CACHE_H

#include "settings/settings.h"

// The cache holds what this program has made of this site: that of another is of no use. In the
// arena.
struct slice cache_fingerprint(struct arena *arena, const struct settings *settings);
// Absolute, or ":memory:".
const char *cache_path(struct arena *arena, const struct settings *settings);

#endif
