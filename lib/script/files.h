// SPDX-License-Identifier: MIT
//
// What files say now, as a hash, looked at once a generation: a file that has its size and times
// still is not read again.
//
// Thread-safety: under its own lock, from any thread.
#ifndef GUIDANCED_SCRIPT_FILES_H
#define GUIDANCED_SCRIPT_FILES_H

#include "base/file.h"

struct files;
// Paths that do not begin with a slash lie below root. NULL when out of memory.
struct files *files_create(const char *root);
void files_destroy(struct files *files); // NULL allowed
// A new generation: everything is looked at again when it is asked for.
void files_renew(struct files *files);
// Of the content; of a directory, its entries' names. The same for the same content wherever it
// lies; that of a missing one is a number of its own.
uint64_t files_state(struct files *files, struct slice path);
// The paths that have been asked for, absolute, under the lock: fn must not ask again.
void files_each(struct files *files, void (*fn)(void *state, struct slice path), void *state);
// Calls fn for each that has been asked for in this generation, with its state. False: some of them
// have been forgotten.
bool files_each_state(struct files *files,
                      void (*fn)(void *state, struct slice path, uint64_t content), void *state);

#endif
