// SPDX-License-Identifier: MIT
//
// Settings of a site that may be a commit: which commit, and its guidance.yaml.
//
//   flags, environment, file of the machine ─▶ git.directory, git.ref ─▶ a commit
//        ─▶ its guidance.yaml, overridden by these ─▶ settings with `repository` and `revision`
//
// From then on everything read of the site is from that commit, wherever the ref moves.
//
// Thread-safety: as settings_load.
#ifndef GUIDANCED_SITE_REVISION_H
#define GUIDANCED_SITE_REVISION_H

#include "settings/settings.h"
#include "tree/repository.h"

// Settings of a directory, or of the commit that git.ref leads to now. *repository: NULL at first,
// then the opened one, which the caller releases after all settings that refer to it; it is opened
// once. A guidance.yaml on the machine is read if --config names it, or if it sets git.directory.
// NULL and error if something is wrong.
struct settings *revision_settings(struct arena *arena, const struct settings_reading *reading,
                                   struct repository **repository, struct error *error);
// The same for a given commit.
struct settings *revision_settings_at(struct arena *arena, const struct settings_reading *reading,
                                      struct repository *repository, const struct object_id *commit,
                                      struct error *error);
// Whether the settings' ref still leads to the commit they were read from; *current is true for a
// directory. False and error if it leads nowhere or is unreadable.
bool revision_look(const struct settings *settings, bool *current, struct error *error);

// What to watch for changes of the site; its texts are in the arena and the settings.
bool revision_watch_source(const struct settings *settings, struct arena *arena,
                           struct tree_source *source, struct error *error);

#endif
