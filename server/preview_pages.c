// SPDX-License-Identifier: MIT
//
// Our own HTML for reviewers: the banner, the list of refs, and why a preview is missing. Plain
// HTML with our own style sheet, so that any style policy allows it.
#include "preview.h"
#include "server.h"

#include <time.h>

enum { LISTED_MAX = 500 };

static const struct slice HTML = {"text/html; charset=utf-8", 24};

// Colours with a contrast of at least 4.5 to 1, independent of the site's.
const char PREVIEW_STYLE[] =
    ".guidanced-preview{background:#1d2c3a;color:#fff;padding:8px 16px;font:16px/1.4 sans-serif;"
    "display:flex;flex-wrap:wrap;gap:4px 24px}"
    ".guidanced-preview p{margin:0;color:#fff;font:inherit}"
    ".guidanced-preview a{color:#fff;text-decoration:underline;padding:4px 0}"
    ".guidanced-preview a:focus{outline:3px solid #ffdd00;outline-offset:2px}"
    ".guidanced{max-width:60em;margin:24px auto;padding:0 16px;font:18px/1.5 sans-serif;"
    "color:#0b0c0c;background:#fff}"
    ".guidanced table{border-collapse:collapse;width:100%}"
    ".guidanced caption{text-align:left;font-weight:bold;padding:8px 0}"
    ".guidanced th,.guidanced td{text-align:left;padding:8px 16px 8px 0;"
    "border-bottom:1px solid #b1b4b6;vertical-align:top;overflow-wrap:anywhere}"
    ".guidanced a{color:#1a5fa0}"
    ".guidanced ins{background:#d5f0dc;color:#0b0c0c;text-decoration:underline}"
    ".guidanced del{background:#f9dcd8;color:#0b0c0c;text-decoration:line-through}"
    ".guidanced .difference{border-left:4px solid #b1b4b6;padding-left:16px;"
    "overflow-wrap:anywhere;white-space:pre-line}"
    ".guidanced .difference p{margin:0 0 4px}"
    ".guidanced .unseen{position:absolute;width:1px;height:1px;overflow:hidden;"
    "clip-path:inset(50%);white-space:nowrap}";

void preview_link(struct buffer *out, const struct request *request, const char *path,
                  struct slice ref)
{
    struct slice prefix = settings_prefix(request->settings);
    buffer_append_html(out, prefix);
    buffer_append_cstr(out, path);
    buffer_append_percent(out, ref, SLICE("/"));
}

void preview_append_date(struct buffer *out, int64_t seconds)
{
    time_t moment = (time_t)seconds;
    struct tm tm;
    char machine[32], month[16];
    if (!gmtime_r(&moment, &tm) || !strftime(machine, sizeof machine, "%Y-%m-%dT%H:%M:%SZ", &tm) ||
        !strftime(month, sizeof month, "%B", &tm))
        return;
    buffer_printf(out, "<time datetime=\"%s\">%d %s %d</time>", machine, tm.tm_mday, month,
                  tm.tm_year + 1900);
}

void preview_page_begin(struct buffer *out, const struct request *request, const char *title)
{
    buffer_append_cstr(out,
                       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n"
                       "<meta name=\"robots\" content=\"noindex\">\n<title>");
    buffer_printf(out, "%s - ", title);
    buffer_append_html(out, request->settings->name);
    // No icon: a browser would ask for /favicon.ico, which a site need not have.
    buffer_append_cstr(out, "</title>\n<link rel=\"icon\" href=\"data:,\">\n"
                            "<link rel=\"stylesheet\" href=\"");
    preview_link(out, request, "/-/preview.css", SLICE_EMPTY);
    buffer_printf(out, "\">\n</head>\n<body>\n<main class=\"guidanced\">\n<h1>%s</h1>\n", title);
}

void preview_page_end(struct request *request, struct response *response, struct buffer *out,
                      int status)
{
    buffer_append_cstr(out, "</main>\n</body>\n</html>\n");
    response_text(request, response, out->failed ? 500 : status, HTML, buffer_slice(out));
    response->compressible = true;
    response->cache_control = SLICE("private, no-store");
    response_header(response, SLICE("X-Robots-Tag"), SLICE("noindex, nofollow"));
}

static void link_to(struct buffer *out, const struct request *request, const char *path,
                    struct slice ref, const char *text)
{
    buffer_append_cstr(out, "<a href=\"");
    preview_link(out, request, path, ref);
    buffer_printf(out, "\">%s</a>", text);
}

// ---- the list ----

struct list {
    struct server *server;
    struct request *request;
    struct buffer out;
    size_t count;
};

// What is known of a ref's commit.
static void append_commit(struct list *list, const struct object_id *commit)
{
    struct repository_commit about;
    char hex[REPOSITORY_HEX];
    if (!commit || !repository_commit(list->server->settings->repository, commit,
                                      list->request->arena, &about, NULL)) {
        buffer_append_cstr(&list->out, "cannot be read");
        return;
    }
    repository_write_id(commit, hex);
    buffer_append_html(&list->out, about.summary);
    buffer_append_cstr(&list->out, ", ");
    preview_append_date(&list->out, about.author_s);
    buffer_printf(&list->out, ", <code>%.10s</code>", hex);
}

static bool add_row(void *state, const char *name, const struct object_id *commit)
{
    struct list *list = state;
    struct slice ref = slice_from_cstr(name);
    if (list->count++ == LISTED_MAX)
        return false;
    buffer_append_cstr(&list->out, "<tr><th scope=\"row\"><a href=\"");
    preview_link(&list->out, list->request, "/-/preview/", ref);
    buffer_append_cstr(&list->out, "\">");
    buffer_append_html(&list->out, ref);
    buffer_append_cstr(&list->out, "</a></th><td>");
    append_commit(list, commit);
    buffer_append_cstr(&list->out, "</td></tr>\n");
    return true;
}

void preview_list(struct server *server, struct request *request, struct response *response)
{
    struct list list = {server, request, buffer_create(request->arena, 0), 0};
    struct error error = {.code = ERROR_NONE};
    preview_page_begin(&list.out, request, "Previews");
    buffer_append_cstr(
        &list.out, "<table>\n<caption>Branches and tags</caption>\n<thead><tr>"
                   "<th scope=\"col\">Name</th><th scope=\"col\">Last change</th></tr></thead>\n"
                   "<tbody>\n");
    if (!previews_each_ref(server->previews, add_row, &list, &error)) {
        preview_refuse(request, response, SLICE_EMPTY, &error);
        return;
    }
    buffer_append_cstr(&list.out, "</tbody>\n</table>\n");
    if (list.count > LISTED_MAX)
        buffer_append_cstr(&list.out, "<p>There are more; name one in the address.</p>\n");
    preview_page_end(request, response, &list.out, 200);
}

// ---- a missing preview ----

static void append_failure(struct buffer *out, struct slice ref, const struct error *error)
{
    struct buffer why = buffer_create(out->arena, 0);
    error_format(error, &why);
    if (ref.len) {
        buffer_append_cstr(out, "The site of ");
        buffer_append_html(out, ref);
        buffer_append_cstr(out, " does not load");
    } else {
        buffer_append_cstr(out, "The branches and tags cannot be read");
    }
    buffer_append_cstr(out, ":</p>\n<pre>");
    buffer_append_html(out, buffer_slice(&why));
    buffer_append_cstr(out, "</pre>\n<p>");
}

void preview_refuse(struct request *request, struct response *response, struct slice ref,
                    const struct error *error)
{
    struct buffer out = buffer_create(request->arena, 0);
    bool failed = error_is_set(error);
    preview_page_begin(&out, request,
                       failed ? "This preview cannot be shown" : "There is no such preview");
    buffer_append_cstr(&out, "<p>");
    if (failed) {
        append_failure(&out, ref, error);
    } else {
        buffer_append_cstr(&out, "No branch, tag or commit has the name ");
        buffer_append_html(&out, ref);
        buffer_append_cstr(&out, ", or it has since been deleted.</p>\n<p>");
    }
    link_to(&out, request, "/-/preview/", SLICE_EMPTY, "All previews");
    buffer_append_cstr(&out, "</p>\n<p>");
    link_to(&out, request, "/-/leave-preview", SLICE_EMPTY, "Leave the preview");
    buffer_append_cstr(&out, "</p>\n");
    preview_page_end(request, response, &out, failed ? 500 : 404);
}

bool preview_resolve(struct server *server, struct request *request, struct response *response,
                     struct slice ref, struct object_id *commit)
{
    struct error error;
    if (previews_resolve(server->previews, request, ref, commit, &error))
        return true;
    if (!request->slow)
        preview_refuse(request, response, ref, &error);
    return false;
}

// ---- the banner ----

static void append_leave(struct buffer *out, const struct request *request, struct slice site_url)
{
    buffer_append_cstr(out, "<p><a href=\"");
    if (request->preview->by_host) {
        buffer_append_html(out, site_url);
        buffer_append_percent(out, request->path, SLICE("/"));
    } else {
        preview_link(out, request, "/-/leave-preview?to=", SLICE_EMPTY);
        buffer_append_percent(out, request->path, SLICE(""));
    }
    buffer_append_cstr(out, "\">Leave preview</a></p>");
}

struct slice preview_banner(struct server *server, struct request *request)
{
    const struct preview *preview = request->preview;
    struct buffer out = buffer_create(request->arena, 0);
    struct repository_commit about;
    char hex[REPOSITORY_HEX];
    repository_write_id(&preview->commit, hex);
    buffer_append_cstr(&out, "\n<div class=\"guidanced-preview\" role=\"region\" "
                             "aria-label=\"Preview\"><link rel=\"stylesheet\" href=\"");
    preview_link(&out, request, "/-/preview.css", SLICE_EMPTY);
    buffer_append_cstr(&out, "\"><p>Preview of <strong>");
    buffer_append_html(&out, preview->ref);
    buffer_printf(&out, "</strong>, commit <code>%.10s</code>", hex);
    if (repository_commit(server->settings->repository, &preview->commit, request->arena, &about,
                          NULL)) {
        buffer_append_cstr(&out, ", ");
        preview_append_date(&out, about.author_s);
    }
    buffer_append_cstr(&out, "</p><p><a href=\"");
    preview_link(&out, request, "/-/changes/", preview->ref);
    buffer_append_cstr(&out, "\">What changes</a></p>");
    append_leave(&out, request, server->settings->url);
    buffer_append_cstr(&out, "</div>\n");
    return out.failed ? SLICE_EMPTY : buffer_slice(&out);
}
