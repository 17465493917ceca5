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
// Thread-safety: sites_find, sites_note and sites_each from any worker; the rest from the main
// thread.
#ifndef GUIDANCED_SERVER_SITES_H
#define GUIDANCED_SERVER_SITES_H

#include "demand.h"
#include "settings/settings.h"

#include <stdatomic.h>

enum { HOST_CLASSES = 6 }; // of statuses: 1xx to 5xx; 0 is not used
enum { HOST_FILES = 3 };   // cache, feedback and usage

// A site, whether it is loaded or not.
struct host {
    struct slice name;      // its first host name, NUL-terminated
    struct slice directory; // NUL-terminated
    atomic_uint_fast64_t requests[HOST_CLASSES];
    atomic_uint_fast64_t loads, load_failures;
    atomic_bool failing;     // the last load failed
    char *files[HOST_FILES]; // that it writes, as of its last load; of sites.c
};

struct sites;
// The sites that the process's settings name; everything is in the arena. NULL without error: none.
// NULL and error if a name or directory is malformed.
struct sites *sites_create(struct server *process, struct arena *arena, struct error *error);
bool sites_start(struct sites *sites, struct error *error);
// As the functions of demand.h. NULL allowed.
void sites_close(struct sites *sites);
void sites_destroy(struct sites *sites);

size_t sites_count(const struct sites *sites);
struct host *sites_host(struct sites *sites, size_t index);
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
// What has to be done once a second; and reading all loaded sites again. NULL allowed.
void sites_tick(struct sites *sites);
void sites_reload(struct sites *sites);

// ---- sites_report.c: what /readyz and /metrics say of the sites ----

struct demand *sites_loaded(struct sites *sites);
void sites_write_readiness(struct server *process, struct buffer *out);
void sites_write_metrics(struct sites *sites, bool openmetrics, struct buffer *out);

#endif
