// SPDX-License-Identifier: MIT
//
// Settings that are read again: a version lives as long as the snapshots made with it. What the
// server itself reads at the start – listeners, limits, logs, fields – does not change.
//
// Thread-safety: versions_read from one thread at a time; a version is immutable.
#ifndef GUIDANCED_SERVER_SETTINGS_VERSIONS_H
#define GUIDANCED_SERVER_SETTINGS_VERSIONS_H

#include "settings/settings.h"

struct settings_version;

// Reads the settings into the arena, as at the start; NULL and error on failure.
typedef const struct settings *(*settings_reader)(void *state, struct arena *arena,
                                                  struct error *error);

// The same for a commit.
struct object_id;
typedef const struct settings *(*settings_reader_at)(void *state, const struct object_id *commit,
                                                     struct arena *arena, struct error *error);

// A version with one reference. NULL and error on failure.
struct settings_version *settings_version_read(settings_reader read, void *state,
                                               struct error *error);
struct settings_version *settings_version_read_at(settings_reader_at read, void *state,
                                                  const struct object_id *commit,
                                                  struct error *error);
const struct settings *settings_version_get(const struct settings_version *version);
struct settings_version *settings_version_retain(struct settings_version *version);
void settings_version_release(void *version); // NULL allowed

// A number that changes when the settings file does, or when the site's path leads to a different
// directory (a switched link).
uint64_t settings_mark(const struct settings *settings);

#endif
