// SPDX-License-Identifier: MIT
//
// Previews for readers: which one a request is for, and how its response differs.
//
// Thread-safety: handlers run in many workers at the same time.
#ifndef GUIDANCED_SERVER_PREVIEW_H
#define GUIDANCED_SERVER_PREVIEW_H

#include "previews.h"

// The preview that a request is for; lives as long as the request.
struct preview {
    struct site *site; // held by the request
    struct slice ref;  // as named by the reader
    struct object_id commit;
    bool by_host; // by host name, not by cookie
};

// Answers a request, except for the fields common to all responses.
typedef waiters_answer preview_answer;

// Handles what concerns previews: the pages below /-/, and a preview that does not exist or must be
// loaded first; then returns true. Otherwise false, with request->preview set if the request is for
// one. `again` answers the request once the preview is loaded. Call it after access_admits.
bool preview_take(struct server *server, struct request *request, struct response *response,
                  preview_answer again);
// The snapshot of a commit, held by the request. NULL: the response says why, or waits.
struct site *preview_site(struct server *server, struct request *request, struct response *response,
                          struct slice ref, const struct object_id *commit, preview_answer again);
// Adapts a response of a preview or, if the site has previews, of the site itself.
void preview_finish(struct server *server, struct request *request, struct response *response);

// Too many at once: asks to retry later.
void preview_busy(struct request *request, struct response *response);

// ---- handle_changes.c ----

// /-/changes/REF, as a page or, with ?format=json, as JSON.
void handle_changes(struct server *server, struct request *request, struct response *response,
                    struct slice ref, preview_answer again);

// ---- preview_pages.c ----

// Plain HTML of our own.
void preview_page_begin(struct buffer *out, const struct request *request, const char *title);
void preview_page_end(struct request *request, struct response *response, struct buffer *out,
                      int status);
// "/prefix/-/preview/": one of our paths, with the site's prefix, followed by a ref.
void preview_link(struct buffer *out, const struct request *request, const char *path,
                  struct slice ref);
void preview_append_date(struct buffer *out, int64_t seconds);
// The list of refs to preview.
void preview_list(struct server *server, struct request *request, struct response *response);
// The commit of a ref. False: it is answered, or request->slow is set (previews_resolve).
bool preview_resolve(struct server *server, struct request *request, struct response *response,
                     struct slice ref, struct object_id *commit);
// Explains why a ref is not shown; without an error, it does not exist. An empty ref: the list.
void preview_refuse(struct request *request, struct response *response, struct slice ref,
                    const struct error *error);
// The banner of a page, in the request's arena.
struct slice preview_banner(struct server *server, struct request *request);
extern const char PREVIEW_STYLE[];

#endif
