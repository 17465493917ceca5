// SPDX-License-Identifier: MIT
//
// /-/changes/REF: two snapshots, the branch's and its base commit's, then the report of both; for
// each of the three the connection may be suspended.
#include "changes.h"
#include "preview.h"
#include "server.h"

struct awaited {
    struct waiting waiting;
    struct change change;
};

static bool await_report(struct server *server, struct request *request, struct response *response,
                         const struct change *change, preview_answer again)
{
    struct awaited *awaited = arena_alloc(request->arena, sizeof *awaited);
    if (!awaited)
        return false;
    *awaited = (struct awaited){{changes_join, server->changes, &awaited->change}, *change};
    return waiters_suspend(&awaited->waiting, server, request, response, again);
}

static void send_report(struct server *server, struct request *request, struct response *response,
                        const struct change *change, struct site *sites[2], preview_answer again)
{
    bool json =
        slice_equal(request_parameter(request, request->query, SLICE("format")), SLICE("json"));
    struct slice text;
    enum demand_state state =
        changes_find(server->changes, change, sites[0], sites[1], json, request->arena, &text);
    if (state == DEMAND_READY) {
        response_text(request, response, 200,
                      json ? SLICE("application/json") : SLICE("text/html; charset=utf-8"), text);
        response->compressible = true;
        response_header(response, SLICE("X-Robots-Tag"), SLICE("noindex, nofollow"));
    } else if (state != DEMAND_WAITING || !await_report(server, request, response, change, again))
        preview_busy(request, response);
}

void handle_changes(struct server *server, struct request *request, struct response *response,
                    struct slice ref, preview_answer again)
{
    struct change change = {.ref = ref};
    struct object_id served;
    struct site *site = server_site(server, request), *sites[2];
    if (!site || !repository_read_id(site_settings(site)->revision, &served)) {
        preview_busy(request, response);
        return;
    }
    if (!request->may_wait) {
        request->slow = true;
        return;
    }
    struct error error = {.code = ERROR_NONE};
    if (!preview_resolve(server, request, response, ref, &change.head))
        return;
    change.base = previews_base(server->previews, &served, &change.head, &error);
    if (error_is_set(&error)) {
        preview_refuse(request, response, ref, &error);
        return;
    }
    const struct object_id *commits[] = {&change.base, &change.head};
    for (size_t i = 0; i < 2; i++) {
        sites[i] = preview_site(server, request, response, ref, commits[i], again);
        if (!sites[i])
            return;
    }
    send_report(server, request, response, &change, sites, again);
}
