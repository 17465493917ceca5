// SPDX-License-Identifier: MIT
//
// What the parts of a path say: the same rules for every kind of tree. Private to lib/tree.
#ifndef GUIDANCED_TREE_PARTS_H
#define GUIDANCED_TREE_PARTS_H

#include "base/file.h"

// What lies below the directory, as "a/b" of "/x/a/b"; ptr NULL when it does not.
struct slice parts_below(struct slice path, struct slice directory);
// Whether one of the parts is.
bool parts_have(struct slice path, bool (*is)(struct slice part));
// A name that begins with a dot. Kubernetes keeps what it mounts in "..data" and "..2026_11_28": no
// author has made these.
bool part_is_hidden(struct slice part);
bool part_is_packages(struct slice part);
// What lists leave out: any name that begins with a dot, and packages.
bool part_is_left_out(struct slice part);

// Why a file is not read; compared by address.
extern const char PARTS_OUTSIDE[];
extern const char PARTS_HIDDEN[];
extern const char PARTS_SECRET[];
extern const char PARTS_NOWHERE[];

// What SQLite keeps beside a database, and what we keep of a damaged one; ended by NULL.
extern const char *const PARTS_BESIDE[];

#endif
