// SPDX-License-Identifier: MIT
//
// Previews as readers meet them: which one a request is for, and what of an answer is another then.
//
// Thread-safety: handlers run in many workers at the same time.
#ifndef GUIDANCED_SERVER_PREVIEW_H
#define GUIDANCED_SERVER_PREVIEW_H

#include "previews.h"

// The preview that a request is for; lives as long as the request.
struct preview {
    struct site *site; // held by the request
    struct slice ref;  // as the reader named it
    struct object_id commit;
    bool by_host; // by host name, not by cookie
};

// Answers a request, all of it but what is the same for every answer.
struct server;
typedef void (*preview_answer)(struct server *server, struct request *request,
                               struct response *response);

// What is about previews: the pages below /-/, a preview that is not there or has to be loaded
// first; true then. Else false, and request->preview is set when the request is for one. `again`
// answers the request once the preview is loaded. After access_admits.
bool preview_take(struct server *server, struct request *request, struct response *response,
                  preview_answer again);
// The snapshot of a commit, held by the request. NULL: the response says why, or waits.
struct site *preview_site(struct server *server, struct request *request, struct response *response,
                          struct slice ref, const struct object_id *commit, preview_answer again);
// Makes an answer one of a preview, or, of a site that has previews, one that is none.
void preview_finish(struct server *server, struct request *request, struct response *response);

// Too much at once: later.
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
// "/prefix/-/preview/": a path of ours, with the prefix the site is mounted at, and a ref after
// it.
void preview_link(struct buffer *out, const struct request *request, const char *path,
                  struct slice ref);
void preview_append_date(struct buffer *out, int64_t seconds);
// The list of what can be previewed.
void preview_list(struct server *server, struct request *request, struct response *response);
// Why a ref is not shown; error NULL: there is none.
void preview_refuse(struct request *request, struct response *response, struct slice ref,
                    const struct error *error);
// The banner of a page, in the request's arena.
struct slice preview_banner(struct server *server, struct request *request);
extern const char PREVIEW_STYLE[];

#endif
