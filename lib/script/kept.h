// SPDX-License-Identifier: MIT
//
// Records by key: in memory within bytes, those used lately first; after that wherever they
// outlive the process (struct script_memory).
//
// Thread-safety: any thread.
#ifndef GUIDANCED_SCRIPT_KEPT_H
#define GUIDANCED_SCRIPT_KEPT_H

#include "answers.h"

struct kept;
struct kept *kept_create(void);       // NULL when out of memory
void kept_destroy(struct kept *kept); // NULL allowed
void kept_remember(struct kept *kept, const struct script_memory *memory);
// The record, in the arena. False: there is none.
bool kept_get(struct kept *kept, struct key key, struct arena *arena, struct slice *record);
// In place of an older one. What cannot be kept is not: it is asked for again.
void kept_put(struct kept *kept, struct key key, struct slice record);
struct answers_count kept_count(struct kept *kept);

#endif
