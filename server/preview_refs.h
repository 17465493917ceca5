// SPDX-License-Identifier: MIT
//
// The refs of a repository for requests: read again after a second.
//
// Thread-safety: all from any thread.
#ifndef GUIDANCED_SERVER_PREVIEW_REFS_H
#define GUIDANCED_SERVER_PREVIEW_REFS_H

#include "tree/repository.h"

struct preview_refs;
// The repository outlives it. NULL when out of memory.
struct preview_refs *preview_refs_create(struct repository *repository);
void preview_refs_destroy(struct preview_refs *refs); // NULL allowed

// See previews.h.
bool preview_refs_find(struct preview_refs *refs, struct slice ref, struct object_id *commit);
struct slice preview_refs_label(struct preview_refs *refs, struct slice label, struct arena *arena);
void preview_refs_each(struct preview_refs *refs, repository_ref_fn fn, void *state);

#endif
