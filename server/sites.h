// SPDX-License-Identifier: MIT
//
// Several sites in one process, by host name (`sites` in its guidance.yaml): each with its own
// settings, cache, feedback and usage. A site is loaded when somebody asks for it, and dropped when
// nobody has for some time (demand.h). What they share – listeners, certificate, workers, logs,
// limits of connections – is the process's.
//
//   request ─▶ host name ─▶ not one of ours: 421
//                   └─▶ struct server of the site ─▶ as if it were the only one
//
// A site that cannot be loaded answers 503; the others do not notice.
//
// `sites` may change while the process runs (hosts.h); the others go on meanwhile.
//
// Thread-safety: sites_find, sites_note and sites_reload from any worker; the rest from the main
// thread.
#ifndef GUIDANCED_SERVER_SITES_H
#define GUIDANCED_SERVER_SITES_H

#include "demand.h"
#include "hosts.h"

struct sites;
// The sites that the process's settings name; everything is in the arena. NULL without error: none.
// NULL and error if a name or directory is malformed.
struct sites *sites_create(struct server *process, struct arena *arena, struct error *error);
bool sites_start(struct sites *sites, struct error *error);
// As the functions of demand.h. NULL allowed.
void sites_close(struct sites *sites);
void sites_destroy(struct sites *sites);

struct hosts *sites_hosts(const struct sites *sites);
// Settings of a site as it would be loaded with now, for the sandbox: in the arena. *repository is
// NULL, or released by the caller. NULL and error if they are wrong.
struct settings *sites_settings(const struct server *process, const struct host *host,
                                struct arena *arena, struct repository **repository,
                                struct error *error);

// The server of the site at an authority ("guide.example:443"), held by the request. NULL: there is
// none, or it cannot be loaded, or the request waits for it and is answered `again`; the response
// says so.
struct server *sites_find(struct server *process, struct request *request,
                          struct response *response, struct slice authority, waiters_answer again);
// Counts a response.
void sites_note(struct host *host, int status);
// What has to be done once a second. NULL allowed.
void sites_tick(struct sites *sites);
// Reads all loaded sites again, and makes the list of them stale; from any thread. NULL allowed.
void sites_reload(struct sites *sites);
// Whether the settings should be read again, because their file has changed or somebody wants it.
bool sites_are_stale(struct sites *sites);
// Takes the sites that these settings name: new ones can be asked for, those that are gone answer
// 421 and leave the memory once no request holds them. False and error: nothing has changed.
bool sites_renew(struct sites *sites, const struct settings *settings, struct error *error);

// ---- sites_report.c: what /readyz and /metrics say of the sites ----

struct demand *sites_loaded(struct sites *sites);
// `wrong`: why the settings that name the sites could not be read; NULL: they could.
void sites_write_readiness(struct server *process, const struct error *wrong, struct buffer *out);
void sites_write_metrics(struct sites *sites, bool openmetrics, struct buffer *out);

#endif
