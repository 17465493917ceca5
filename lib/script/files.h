// SPDX-License-Identifier: MIT
//
// Files' current content as a hash, checked once per generation: a file with unchanged size and
// times is not read again.
//
// Thread-safety: under its own lock, from any thread.
#ifndef GUIDANCED_SCRIPT_FILES_H
#define GUIDANCED_SCRIPT_FILES_H

#include "base/file.h"

struct files;
// Paths that do not begin with a slash are below root. NULL when out of memory.
struct files *files_create(const char *root);
void files_destroy(struct files *files); // NULL allowed
// A new generation: everything is checked again on demand.
void files_renew(struct files *files);
// A hash of the content; of a directory, of its entries' names. The same for the same content at
// any path; missing files have a special value.
uint64_t files_state(struct files *files, struct slice path);
// The paths asked for so far, absolute; called under the lock, so fn must not call back.
void files_each(struct files *files, void (*fn)(void *state, struct slice path), void *state);
// Calls fn for each path asked for in this generation, with its state. False: some have been
// forgotten.
bool files_each_state(struct files *files,
                      void (*fn)(void *state, struct slice path, uint64_t content), void *state);

#endif
