// SPDX-License-Identifier: MIT
//
// From settings to the script: the site's own JavaScript, if guidance.yaml names a configuration.
#ifndef GUIDANCED_SERVER_SCRIPTING_H
#define GUIDANCED_SERVER_SCRIPTING_H

#include "script/script.h"
#include "settings/settings.h"
#include "store/store.h"

// Sets aside the process that starts hosts: before rights are given up and before there are
// threads. NULL with error unset: the site has no JavaScript of its own. `arena` is for the texts
// that are handed over.
struct script *scripting_start(const struct settings *settings, struct arena *arena,
                               struct log *log, struct error *error);
// For a command that goes through the whole site: no reader waits for an answer, so each may take
// ten times script.timeout, in which a busy machine compiles a style sheet too.
struct script *scripting_start_patient(const struct settings *settings, struct arena *arena,
                                       struct log *log, struct error *error);

// Answers are kept in the store from now on, and found there; store NULL: no longer. script NULL
// allowed.
void scripting_remember(struct script *script, struct store *store);

#endif
