// SPDX-License-Identifier: MIT
//
// /-/changes/REF: two snapshots, the branch's and its base commit's, then the report of both; for
// each of the three the connection may be suspended.
#include "changes.h"
#include "preview.h"
#include "server.h"

struct waiting {
    struct server *server;
    preview_answer again;
    struct change_waiter waiter;
};

static void begin_wait(void *state, struct http_wait *wait)
{
    struct waiting *waiting = state;
    (void)wait;
    changes_await(waiting->server->changes, &waiting->waiter);
}

static void end_wait(void *state, struct request *request, struct response *response)
{
    struct waiting *waiting = state;
    *response = (struct response){0};
    request->waited++;
    waiting->again(waiting->server, request, response);
}

// The branch's base commit; the served one if they have no common ancestor.
static struct object_id find_base(const struct server *server, const struct object_id *served,
                                  const struct object_id *head)
{
    struct object_id base;
    return repository_merge_base(server->settings->repository, served, head, &base) ? base
                                                                                    : *served;
}

static void send_report(struct server *server, struct request *request, struct response *response,
                        const struct change *change, struct site *sites[2], preview_answer again)
{
    enum { WAITS_MAX = 4 };
    bool json =
        slice_equal(request_parameter(request, request->query, SLICE("format")), SLICE("json"));
    struct waiting *waiting = arena_zalloc(request->arena, 1, sizeof *waiting);
    struct slice text;
    enum preview_state state = waiting ? changes_find(server->changes, change, sites[0], sites[1],
                                                      json, request->arena, &text)
                                       : PREVIEW_BUSY;
    if (state == PREVIEW_READY) {
        response_text(request, response, 200,
                      json ? SLICE("application/json") : SLICE("text/html; charset=utf-8"), text);
        response->compressible = true;
        response_header(response, SLICE("X-Robots-Tag"), SLICE("noindex, nofollow"));
    } else if (state == PREVIEW_WAITING && request->waited < WAITS_MAX) {
        *waiting = (struct waiting){server, again, {.change = *change}};
        waiting->waiter.wait =
            (struct http_wait){.begin = begin_wait, .end = end_wait, .state = waiting};
        response->wait = &waiting->waiter.wait;
    } else
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
    if (!previews_resolve(server->previews, ref, &change.head)) {
        preview_refuse(request, response, ref, NULL);
        return;
    }
    change.base = find_base(server, &served, &change.head);
    const struct object_id *commits[] = {&change.base, &change.head};
    for (size_t i = 0; i < 2; i++) {
        sites[i] = preview_site(server, request, response, ref, commits[i], again);
        if (!sites[i])
            return;
    }
    send_report(server, request, response, &change, sites, again);
}
