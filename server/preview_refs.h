// SPDX-License-Identifier: MIT
//
// The refs of a repository for requests: read again after a second.
//
// Thread-safety: all from any thread.
#ifndef GUIDANCED_SERVER_PREVIEW_REFS_H
#define GUIDANCED_SERVER_PREVIEW_REFS_H

#include "tree/repository.h"

struct preview_refs;
// The repository outlives it; it is opened once more, at `path`, for walks over commits, which hold
// a repository's lock for as long as they take. NULL and error on failure.
struct preview_refs *preview_refs_create(struct repository *repository, const char *path,
                                         struct error *error);
void preview_refs_destroy(struct preview_refs *refs); // NULL allowed

// See previews.h. LATER: only a walk can tell, and the caller may not wait for one.
enum preview_ref { PREVIEW_REF_FOUND, PREVIEW_REF_NONE, PREVIEW_REF_LATER };
// NONE with an error: the refs could not be read.
enum preview_ref preview_refs_find(struct preview_refs *refs, struct slice ref, bool may_wait,
                                   struct object_id *commit, struct error *error);
// The common ancestor; `served` if there is none, or, with an error, if it cannot be told. By a
// walk.
struct object_id preview_refs_base(struct preview_refs *refs, const struct object_id *served,
                                   const struct object_id *head, struct error *error);
struct slice preview_refs_label(struct preview_refs *refs, struct slice label, struct arena *arena);
bool preview_refs_each(struct preview_refs *refs, repository_ref_fn fn, void *state,
                       struct error *error);

#endif
