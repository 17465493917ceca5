// SPDX-License-Identifier: MIT
//
// What a branch changes: its pages compared with those of its base commit, as one page for
// reviewers and as JSON. A report renders and checks both sites, so a separate thread makes it
// while the connection is suspended; the last few are kept.
//
// Restricted and unpublished pages are in no report.
//
// Thread-safety: find and await from any thread.
#ifndef GUIDANCED_SERVER_CHANGES_H
#define GUIDANCED_SERVER_CHANGES_H

#include "previews.h"

struct changes;
// NULL when out of memory.
struct changes *changes_create(struct server *server);
bool changes_start(struct changes *changes, struct error *error);
void changes_close(struct changes *changes);   // like previews_close; NULL allowed
void changes_destroy(struct changes *changes); // NULL allowed

// The two commits; the ref is the reader's name for the second.
struct change {
    struct object_id base, head;
    struct slice ref;
};
// The report (READY), copied into the arena; one that has been made before a page appeared or
// disappeared by its date is made again. WAITING: it is being made from the two snapshots,
// which are held meanwhile.
enum demand_state changes_find(struct changes *changes, const struct change *change,
                               struct site *base, struct site *head, bool json, struct arena *arena,
                               struct slice *out);
// Like demand_join, with a struct change.
bool changes_join(const struct waiting *waiting, struct waiter *waiter);

// ---- changes_report.c ----

// Writes both forms of a report. False when out of memory.
bool changes_write(struct server *server, const struct change *change, const struct site *base,
                   const struct site *head, struct arena *arena, struct buffer *html,
                   struct buffer *json);

#endif
