// SPDX-License-Identifier: MIT
//
// What a site's addresses show, hashed, and which of them changed from one state of the site to the
// next: for a shared cache (CDN) that keeps pages until it is told that they have changed.
//
//   loader: publish ─▶ outputs_go_on hashes every page, file and document ─▶ a new state, if any
//           differs
//   cache's script: GET /-/changed?since=STATE ─▶ tags to purge, and the state to ask since next
//   time
//
// A state is named by a hash of all outputs and of the states before it in this process: so two
// processes that were started with the same content agree until it changes. Who asks since a state
// that is not known, after a restart or too many changes, is told to purge the whole site.
//
// Thread-safety: go_on from one thread at a time, write from any.
#ifndef GUIDANCED_SERVER_OUTPUTS_H
#define GUIDANCED_SERVER_OUTPUTS_H

#include "server/http/http.h"
#include "site/site.h"

enum { OUTPUTS_TAGS_MAX = 4096 }; // bytes of a response's tags

struct host;
struct outputs;

// `host` (NULL: the only site) is in the tags. NULL when out of memory.
struct outputs *outputs_create(const struct host *host);
void outputs_destroy(struct outputs *outputs); // NULL allowed

// Hashes the site, as far as `stop` lets it: called after each page; the next call goes on. NULL
// allowed: nothing is kept.
void outputs_go_on(struct outputs *outputs, struct site *site, bool (*stop)(void *state),
                   void *state);

struct outputs_changes {
    struct slice state; // ptr NULL: no state is known yet
    bool all;
    struct slice *tags;
    size_t count;
};
// What has changed since a state; everything is in the arena. False: out of memory.
bool outputs_changes(struct outputs *outputs, struct slice since, struct arena *arena,
                     struct outputs_changes *changes);

// ---- cdn.c: fields for shared caches ----

// "site": the tag that all responses of the site have. "/guides/a%20page/": that of one address.
// Both begin with the host name where there are several sites.
void outputs_append_site_tag(struct buffer *out, const struct host *host);
void outputs_append_tag(struct buffer *out, const struct host *host, struct slice url);
// Adds the fields of `cdn` to a response that a shared cache may keep.
void outputs_add_fields(const struct server *server, struct request *request,
                        struct response *response);

#endif
