// SPDX-License-Identifier: MIT
//
// The daemon's state, and the handlers that answer requests with it.
//
//   request ─▶ handlers.c ─▶ ops endpoint │ route of the snapshot │ endpoint │ 404
//
// A struct server serves a site. One lives from start to stop; if the process has several sites
// (sites.h), that one only finds the site that a request is for, which has a struct server of its
// own while it is in memory. Only the published snapshot, the counters and a few flags change while
// it runs; all are atomics.
//
// Thread-safety: handlers run in many workers at the same time.
#ifndef GUIDANCED_SERVER_SERVER_H
#define GUIDANCED_SERVER_SERVER_H

#include "access.h"
#include "live.h"
#include "mailbox.h"
#include "metrics.h"
#include "preview.h"
#include "proxy.h"
#include "publish.h"
#include "script/script.h"
#include "server/http/http.h"
#include "settings_versions.h"
#include "sites.h"
#include "tally.h"

#include <pthread.h>

enum { SERVER_HEADERS_MAX = 24, SERVER_WORKERS_MAX = 256 };

// IN_MEMORY: the file is unusable, so memory is used instead.
enum server_cache { CACHE_USABLE, CACHE_IN_MEMORY, CACHE_UNUSABLE };

// enum watch_how, or this.
enum { SERVER_WATCH_OFF = -1 };

enum access_format { ACCESS_COMBINED, ACCESS_COMBINED_ID, ACCESS_JSON, ACCESS_ECS };

struct server {
    struct server *process; // has what all sites share: listeners, logs, counters; or itself
    struct sites *sites;    // of a process with several; NULL: it serves one, or is one of them
    struct host *host;      // of one of several; NULL: the only one
    const struct settings *settings;     // from the start; a request uses its snapshot's
    settings_reader read_settings;       // to read them again
    settings_reader_at read_settings_at; // of a commit, for previews
    void *read_settings_state;
    struct log *log;
    struct log *access_log; // NULL: none
    uint64_t lines_told;    // of those that the logs dropped
    enum access_format access_format;
    bool log_queries;
    struct script *script;         // the site's own JavaScript; NULL: none
    struct script *preview_script; // that of previews; NULL: none is run
    struct deferred *deferred;     // requests waiting for it; NULL: not used
    struct deferred *slow;         // requests that read what may be locked; NULL: not used
    bool log_probes;               // /healthz, /readyz and /metrics too
    struct store *store;
    struct mailbox *mailbox;     // NULL: feedback is off
    atomic_bool feedback_hidden; // feedback cannot be stored, so pages come without the form
    struct tally *tally;         // NULL: usage is not counted
    struct outputs *outputs;     // NULL: without cdn.tags
    struct previews *previews;   // NULL: off
    struct changes *changes;     // reports about them; NULL likewise
    struct publisher publisher;
    struct publisher earlier; // the snapshot before, until all pages of the published one have been
                              // rendered once
    struct metrics *metrics;  // of the process
    atomic_uint_fast64_t posts; // of feedback: the minute, and how many in it
    // NULL at first: workers of a listener may run before http_start returns it.
    _Atomic(struct http_server *) main;
    _Atomic(struct http_server *) admin;
    bool separate_admin;                            // ops endpoints are on the admin listener only
    struct http_header headers[SERVER_HEADERS_MAX]; // sent with every response
    size_t header_count;
    struct proxies proxies;
    struct access access;
    bool development;
    struct live live;
    double started_s; // since the epoch
    atomic_bool draining;
    atomic_bool last_reload_ok;
    atomic_int cache; // enum server_cache
    atomic_int watch; // enum watch_how
    atomic_bool index_ready;
    _Atomic(double) published_ms;
    // One per worker, opened on first use: a SQLite connection is not shared between threads.
    struct {
        struct store_reader *reader;
        unsigned built; // the version of the cache it reads
    } readers[SERVER_WORKERS_MAX];
    atomic_uint cache_built;   // how often the cache has been rebuilt
    atomic_bool cache_suspect; // a search has failed
    struct slice cache_fingerprint;
    uint64_t program; // what cache_program returned, once
    unsigned workers; // of the public listener, of the process
    // Asks the loader for a reload; set by SIGHUP and by the file watch.
    atomic_bool reload_wanted;
    // The last reload's error, for /readyz and for pages in development: readers' requests never
    // wait for the lock.
    pthread_mutex_t reload_error_lock;
    struct error reload_error;
};

// Fills in the response; the http_handler of both listeners (state is the server).
void server_handle(void *state, struct request *request, struct response *response);
// The same in a thread that may wait, without the fields common to all responses.
void server_answer(struct server *server, struct request *request, struct response *response);
// For requests refused by the guard: http_options.refused.
void server_refuse(void *state, struct request *request, struct response *response);
// A copy of the last reload's error; it is in the request's arena. NULL if the last reload worked,
// or when out of memory.
const struct error *server_reload_error(struct server *server, struct request *request);
// The last reload failed: logged once, however often it is tried again.
void server_note_reload_error(struct server *server, const struct error *error);
// Writes the access log and counts; the http_done of both listeners.
void server_done(void *state, const struct request *request, const struct response *response,
                 uint64_t bytes_sent, bool complete);

// The headers of every response: security (docs/threat-model.md) and `headers:` of guidance.yaml.
bool server_prepare_headers(struct server *server, struct arena *arena, struct error *error);
// The same into an array of SERVER_HEADERS_MAX.
bool headers_of_settings(const struct settings *settings, struct arena *arena,
                         struct http_header *headers, size_t *count, struct error *error);
// For assets whose URL changes with their content.
#define FINGERPRINTED_CACHE_CONTROL "public, max-age=31536000, immutable"

// Whether it is one of them.
bool server_has_header(const struct server *server, struct slice name);
// Strict-Transport-Security, for clients that use TLS.
#define SERVER_HSTS "max-age=31536000; includeSubDomains"

// The snapshot, held until the request is over; NULL while there is none.
struct site *server_site(struct server *server, struct request *request);
// Held by the request, and nothing else of it: the published snapshot; and the one before, while
// not all pages of that have been rendered. NULL: there is none.
struct site *server_published(struct server *server, struct request *request);
struct site *server_earlier(struct server *server, struct request *request);

// ---- logs.c ----

bool logs_open(struct server *server, const struct settings *settings, struct error *error);
// From here on, no request waits for a log. The script's starter, a process, has been forked by
// then.
bool logs_start(struct server *server, struct error *error);
void logs_reopen(struct server *server);
uint64_t logs_dropped(const struct server *server);
// Says how many lines were dropped since it last did; to be called once a second.
void logs_tick(struct server *server);
void logs_close(struct server *server);

// ---- handlers, one file per group ----

// The thanks page, for a site without its own.
void handle_feedback_thanks(struct server *server, struct request *request,
                            struct response *response);
// handle_NAME for each row of site/endpoints.def that is not a document.
#define HANDLED_DOCUMENT(name)
#define HANDLED_OPS(name)                                                                          \
    void handle_##name(struct server *server, struct request *request, struct response *response);
#define HANDLED_ADMIN(name)                                HANDLED_OPS(name)
#define HANDLED_PRIVATE(name)                              HANDLED_OPS(name)
#define HANDLED_INSIDE(name)                               HANDLED_OPS(name)
#define HANDLED_HOOK(name)                                 HANDLED_OPS(name)
#define HANDLED_READ(name)                                 HANDLED_OPS(name)
#define HANDLED_PAGE(name)                                 HANDLED_OPS(name)
#define HANDLED_FORM(name)                                 HANDLED_OPS(name)
#define ENDPOINT(name, path, kind, route, type, write, on) HANDLED_##kind(name)
#include "site/endpoints.def"
#undef ENDPOINT
// A document about the site.
void handle_document(struct server *server, struct request *request, struct response *response,
                     const struct site_endpoint *endpoint);
// ---- plain_pages.c: for a site without its own pages ----

// The results in the form of the search layout's `search` object.
void plain_search(struct request *request, struct response *response, struct value search);
void plain_thanks(struct request *request, struct response *response);

// Answers with a route of the snapshot; false if there is none.
bool handle_route(struct server *server, struct site *site, struct request *request,
                  struct response *response);
// Answers with a file that the site's JavaScript has written since the snapshot was loaded; false:
// none.
bool handle_written(const struct site *site, struct request *request, struct response *response);
// The page at a URL of the site, without the path prefix; NULL if there is none.
const struct site_page *handle_find_page(const struct site *site, struct request *request,
                                         struct slice url);
// The 404 page: the site's own, with the nearest pages.
void handle_not_found(struct server *server, struct site *site, struct request *request,
                      struct response *response);
// What a reader gets instead of a page: the site's layouts/error.njk, or the plain text if the site
// has none or it fails too. Never stored.
struct error_page {
    int status;
    struct slice plain;  // for a site without the layout
    struct slice detail; // for authors, in development; "" for none
    bool form;           // a form was refused
    struct slice about;  // the path of the page it is about; "" for that of the request
};
void handle_error_page(const struct site *site, struct request *request, struct response *response,
                       const struct error_page *page);
// JavaScript could not be asked just now: 503 with Retry-After.
void handle_away(const struct site *site, struct request *request, struct response *response,
                 struct slice detail);

#endif
