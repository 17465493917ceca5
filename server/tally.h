// SPDX-License-Identifier: MIT
//
// The tally: what readers do – visits of pages, searches, addresses that are not there – counted
// for the owners' report. No request waits for it.
//
//   worker ─tally_request─▶ its queue ─thread─▶ numbers of the day ─every few seconds─▶ usage file
//
// What it keeps says nothing about a reader: no address, no user agent, no time of day, no cookie.
// Words of searches, and addresses to which no page of the site links, could name somebody, as a
// reader may have typed them. They stay in memory until they have been seen TALLY_FEW times on a
// day, and are forgotten at the end of the day if they have not.
//
// Thread-safety: tally_request from any worker, of which each has its queue; the rest from the main
// thread.
#ifndef GUIDANCED_SERVER_TALLY_H
#define GUIDANCED_SERVER_TALLY_H

#include "server/http/http.h"
#include "store/store.h"

#include <stdatomic.h>

enum { TALLY_FEW = 3 };

struct tally;
struct tally_options {
    const char *path;        // lives as long as the tally
    unsigned retention_days; // at least 1
    unsigned workers;
    struct log *log;
};

// NULL and error when out of memory. A file that cannot be used is logged, and tried again.
struct tally *tally_create(const struct tally_options *options, struct error *error);
bool tally_start(struct tally *tally, struct error *error);
// Counts what a response that has been sent means. Of its worker.
void tally_request(struct tally *tally, const struct request *request,
                   const struct response *response);
// Writes the rest. Call it when no worker runs any more. NULL allowed.
void tally_stop(struct tally *tally);
// Events that were not counted: a queue was full, or the file has as many rows as it may. From any
// thread. NULL allowed.
uint64_t tally_dropped(const struct tally *tally);

// ---- tally_day.c: the numbers of a day ----

struct tally_event;
struct tally_day;
struct tally_day *tally_day_create(int64_t day); // NULL when out of memory
void tally_day_destroy(struct tally_day *day);   // NULL allowed
int64_t tally_day_of(const struct tally_day *day);
// False: there was no room for it.
bool tally_day_count(struct tally_day *day, const struct tally_event *event);
// What may be written now and is not yet, at most `max`; tally_day_written says that it is.
size_t tally_day_counts(struct tally_day *day, struct usage_count *counts, size_t max);
void tally_day_written(struct tally_day *day);

// ---- tally_note.c: what a request and its response mean ----

// At most TALLY_EVENTS_MAX of them. Texts are in the request.
enum { TALLY_EVENTS_MAX = 4 };
size_t tally_note(const struct request *request, const struct response *response,
                  struct tally_event *events);

#endif
