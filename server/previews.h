// SPDX-License-Identifier: MIT
//
// Previews: snapshots of commits other than the served one, for reviewers, loaded on demand
// (demand.h).
//
//   request ─▶ a ref's commit (looked up at most once a second) ─▶ its snapshot
//
// A preview has no cache file, no search index and no feedback; restricted pages are in a preview
// as well.
//
// Thread-safety: all from any thread except create, start, close and destroy.
#ifndef GUIDANCED_SERVER_PREVIEWS_H
#define GUIDANCED_SERVER_PREVIEWS_H

#include "demand.h"
#include "site/site.h"
#include "tree/repository.h"

struct server;
struct previews;

// NULL without error: previews are off.
struct previews *previews_create(struct server *server, struct error *error);
bool previews_start(struct previews *previews, struct error *error);
// Stops loading, and answers all waiting requests. Call it before the listeners stop. NULL allowed.
void previews_close(struct previews *previews);
void previews_destroy(struct previews *previews); // NULL allowed

// Whether this reader may see previews. Call it after access_admits.
bool previews_admit(const struct previews *previews, const struct request *request);

// The commit of a branch, tag or remote branch, or of an id that one of these leads to. False:
// none; or they could not be read, with an error; or request->slow is set: a worker must not walk
// over commits to find out.
bool previews_resolve(struct previews *previews, struct request *request, struct slice ref,
                      struct object_id *commit, struct error *error);
// The last commit that both have in common; `served` if there is none, or, with an error, if that
// cannot be told. By a walk, for a request that may wait.
struct object_id previews_base(struct previews *previews, const struct object_id *served,
                               const struct object_id *head, struct error *error);
// The ref that a label of a host name stands for: its name in lower case, with "-" for all but
// letters and digits. In the arena; "" if there is none, or more than one.
struct slice previews_label(struct previews *previews, struct slice label, struct arena *arena);
// Calls fn for each ref, each name once; commit NULL: it cannot be read. False and error: they
// could not be read.
bool previews_each_ref(struct previews *previews, repository_ref_fn fn, void *state,
                       struct error *error);

// preview_settings.c: the settings of a commit, read as `served` was read.
struct settings_reading;
struct settings *preview_settings(const struct settings *served,
                                  const struct settings_reading *reading,
                                  const struct object_id *commit, struct arena *arena,
                                  struct error *error);

// Their snapshots (struct site), by commit; of NULL: NULL.
struct demand *previews_loaded(struct previews *previews);

#endif
