// SPDX-License-Identifier: MIT
//
// Rules for the parts of a path, the same for every kind of tree. Private to lib/tree.
#ifndef GUIDANCED_TREE_PARTS_H
#define GUIDANCED_TREE_PARTS_H

#include "base/file.h"

// The rest of a path below the directory, as "a/b" of "/x/a/b"; ptr NULL if it is not below.
struct slice parts_below(struct slice path, struct slice directory);
// Whether `is` holds for one of the parts.
bool parts_have(struct slice path, bool (*is)(struct slice part));
// A name that begins with a dot. Not "..data" and "..2026_11_28", in which Kubernetes keeps mounted
// files: authors do not make these.
bool part_is_hidden(struct slice part);
bool part_is_packages(struct slice part);
// Names that lists leave out: any that begins with a dot, and packages.
bool part_is_left_out(struct slice part);

// Counts a directory of a list that is entered through a link; its tree may keep a descriptor of
// each. False and error if there are too many: two links on every level to the next would make a
// list without end.
bool parts_enter_link(unsigned *entered, struct error *error);

// Why a file is not read; compared by address.
extern const char PARTS_OUTSIDE[];
extern const char PARTS_HIDDEN[];
extern const char PARTS_SECRET[];
extern const char PARTS_NOWHERE[];

// Suffixes of files that SQLite keeps next to a database, and that we keep of a damaged one; ended
// by NULL.
extern const char *const PARTS_BESIDE[];

#endif
