// SPDX-License-Identifier: MIT
//
// Records by key: in memory within a limit, recently used ones first, and beyond that in storage
// that outlives the process (struct script_memory).
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
// Replaces an older one. What cannot be kept is dropped, and asked for again.
void kept_put(struct kept *kept, struct key key, struct slice record);
struct answers_count kept_count(struct kept *kept);

#endif
