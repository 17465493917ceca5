// SPDX-License-Identifier: MIT
//
// A disk that loses power: a VFS of SQLite over the real one, which knows what a program has
// written since the last sync. At each moment at which most is unsynced, the files that a loss of
// power could leave are made elsewhere, for the program's own code to open.
//
// What may be left of an operation since the last sync of its file: nothing, all of it, its
// beginning or end up to a sector's border, some of its sectors, or the length without the bytes;
// in any order, since each is decided by itself. A name's creation and deletion need a sync of the
// directory, which SQLite does where the real VFS would. A sync keeps what it promises, unless the
// disk is told to lie.
//
// Thread-safety: one thread for all watched directories.
#ifndef GUIDANCED_TESTS_POWER_H
#define GUIDANCED_TESTS_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct power;

// Becomes SQLite's default VFS. Syncs of files in no watched directory return at once.
void power_install(void);
// Watches the files of a directory, as they are, until power_unwatch. `moment` is called before
// each sync takes effect. NULL when out of memory.
struct power *power_watch(const char *directory, void (*moment)(void *state), void *state);
void power_unwatch(struct power *power);
// Syncs have no effect from now on.
void power_lie(struct power *power);
// Writes state n of what a loss of power could leave now into an empty directory. Returns a hash of
// it, 0 when there is no such state. Equal states may come several times: `known` is asked before
// anything is written, and the result is still the hash.
uint64_t power_leave(struct power *power, unsigned n, const char *directory,
                     bool (*known)(void *state, uint64_t hash), void *state);

#endif
