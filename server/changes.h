// SPDX-License-Identifier: MIT
//
// What a branch changes: its pages beside those of the commit it comes from, as one page for
// reviewers and as JSON. A report renders and checks both sites, so a thread of its own makes it
// while the connection sleeps; the last few are kept.
//
// Pages that are for certain readers only, or not to be seen yet, are in no report.
//
// Thread-safety: find and await from any thread.
#ifndef GUIDANCED_SERVER_CHANGES_H
#define GUIDANCED_SERVER_CHANGES_H

#include "previews.h"

struct changes;
// NULL when out of memory.
struct changes *changes_create(struct server *server);
bool changes_start(struct changes *changes, struct error *error);
void changes_close(struct changes *changes);   // as previews_close; NULL allowed
void changes_destroy(struct changes *changes); // NULL allowed

// From what to what; the ref is how the reader calls the second.
struct change {
    struct object_id base, head;
    struct slice ref;
};
// The report (READY), copied into the arena. WAITING: it is being made of the two snapshots, which
// are held meanwhile.
enum preview_state changes_find(struct changes *changes, const struct change *change,
                                struct site *base, struct site *head, bool json,
                                struct arena *arena, struct slice *out);
// As previews_await.
struct change_waiter {
    struct change change;
    struct http_wait wait;
    struct change_waiter *next;
};
void changes_await(struct changes *changes, struct change_waiter *waiter);

// ---- changes_report.c ----

// Writes both forms of a report. False when out of memory.
bool changes_write(struct server *server, const struct change *change, const struct site *base,
                   const struct site *head, struct arena *arena, struct buffer *html,
                   struct buffer *json);

#endif
