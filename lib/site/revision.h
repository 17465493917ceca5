// SPDX-License-Identifier: MIT
//
// Settings of a site that may be a commit: which commit, and what its guidance.yaml says.
//
//   flags, environment, file of the machine ─▶ git.directory, git.ref ─▶ a commit
//        ─▶ its guidance.yaml under all of these ─▶ settings with `repository` and `revision`
//
// From then on all that is read of the site is of that commit, whatever the ref leads to meanwhile.
//
// Thread-safety: as settings_load.
#ifndef GUIDANCED_SITE_REVISION_H
#define GUIDANCED_SITE_REVISION_H

#include "settings/settings.h"
#include "tree/repository.h"

// What settings_load takes.
struct revision_reading {
    const char *site, *config; // config NULL: guidance.yaml of the site's directory
    bool optional;
    const struct settings_flag *flags;
    size_t flag_count;
    struct buffer *others; // may be NULL
};

// Settings of a directory, or of the commit that git.ref leads to now. *repository: NULL at first,
// then the one that was opened, which the caller releases after all settings that name it; it is
// opened once. A guidance.yaml of the machine is read when --config names it, or when it is where
// git.directory stands. NULL and error when something is wrong.
struct settings *revision_settings(struct arena *arena, const struct revision_reading *reading,
                                   struct repository **repository, struct error *error);
// The same of a given commit.
struct settings *revision_settings_at(struct arena *arena, const struct revision_reading *reading,
                                      struct repository *repository, const struct object_id *commit,
                                      struct error *error);
// Whether the ref of the settings still leads to the commit that they were read of; *current is
// true for a directory. False and error when it leads nowhere, or cannot be read.
bool revision_look(const struct settings *settings, bool *current, struct error *error);

// What is to be watched for changes of the site; its texts lie in the arena and the settings.
bool revision_watch_source(const struct settings *settings, struct arena *arena,
                           struct tree_source *source, struct error *error);

#endif
