// SPDX-License-Identifier: MIT
//
// From settings to the script: the site's own JavaScript, if guidance.yaml names a configuration.
#ifndef GUIDANCED_SERVER_SCRIPTING_H
#define GUIDANCED_SERVER_SCRIPTING_H

#include "script/script.h"
#include "settings/settings.h"
#include "store/store.h"

// Forks the process that starts hosts: call it before rights are given up and before there are
// threads. NULL with error unset: the site has no JavaScript of its own. `arena` is for the
// options' texts.
struct script *scripting_start(const struct settings *settings, struct arena *arena,
                               struct log *log, struct error *error);
// Another one for previews, if they may run JavaScript: with hosts, answers and a scratch directory
// of its own, so that nothing that a branch's JavaScript does reaches the served site.
struct script *scripting_start_previews(const struct settings *settings, struct arena *arena,
                                        struct log *log, struct error *error);
// For a command that renders the whole site: no reader waits, so each answer may take ten times
// script.timeout, enough to compile a style sheet on a busy machine.
struct script *scripting_start_patient(const struct settings *settings, struct arena *arena,
                                       struct log *log, struct error *error);

// The directories of the one or the other: what hosts write to, and where commits' files are
// written.
const char *scripting_scratch(const struct settings *settings, bool previews, struct arena *arena);
const char *scripting_trees(const struct settings *settings, bool previews, struct arena *arena);

// Keeps answers in the store from now on; store NULL: no longer. script NULL allowed.
void scripting_remember(struct script *script, struct store *store);

#endif
