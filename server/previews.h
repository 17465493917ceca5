// SPDX-License-Identifier: MIT
//
// Previews: snapshots of commits other than the served one, for reviewers. A snapshot is loaded on
// first request, by a separate thread, and dropped when nobody has requested it for some time, when
// there are too many, or when they use too much memory.
//
//   request ─▶ a ref's commit (looked up at most once a second) ─▶ snapshot loaded: answer
//                                              └─▶ not loaded: the connection waits, the thread
//                                              loads
//
// A preview has no cache file, no search index and no feedback; restricted pages are in a preview
// as well.
//
// Thread-safety: all from any thread except create, start, close and destroy.
#ifndef GUIDANCED_SERVER_PREVIEWS_H
#define GUIDANCED_SERVER_PREVIEWS_H

#include "server/http/http.h"
#include "site/site.h"
#include "tree/repository.h"
#include "waiters.h"

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
// none, or request->slow is set: a worker must not walk over commits to find out.
bool previews_resolve(struct previews *previews, struct request *request, struct slice ref,
                      struct object_id *commit);
// The last commit that both have in common; `served` if there is none. By a walk, for a request
// that may wait.
struct object_id previews_base(struct previews *previews, const struct object_id *served,
                               const struct object_id *head);
// The ref that a label of a host name stands for: its name in lower case, with "-" for all but
// letters and digits. In the arena; "" if there is none, or more than one.
struct slice previews_label(struct previews *previews, struct slice label, struct arena *arena);
// Calls fn for each ref, each name once.
void previews_each_ref(struct previews *previews, repository_ref_fn fn, void *state);

enum preview_state { PREVIEW_READY, PREVIEW_WAITING, PREVIEW_FAILED, PREVIEW_BUSY };
// The snapshot of a commit, with a reference for the caller (READY); or why there is none (FAILED).
// WAITING: it is being loaded, see below.
enum preview_state previews_find(struct previews *previews, const struct object_id *commit,
                                 struct site **site, struct error *error);
// A struct waiting for the commit `what` of the previews `maker`: answered when its snapshot is
// loaded or has failed.
bool previews_join(const struct waiting *waiting, struct waiter *waiter);

struct preview_counts {
    size_t count, bytes;
};
struct preview_counts previews_counts(struct previews *previews); // of NULL: none

#endif
