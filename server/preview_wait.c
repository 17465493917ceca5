// SPDX-License-Identifier: MIT
//
// The snapshot of a preview for a request: at once, or after a suspension.
#include "preview.h"
#include "server.h"

// A page of changes waits for two snapshots and the report.
enum { WAITS_MAX = 4 };

struct waiting {
    struct server *server;
    preview_answer again;
    struct preview_waiter waiter;
};

static void begin_wait(void *state, struct http_wait *wait)
{
    struct waiting *waiting = state;
    (void)wait;
    previews_await(waiting->server->previews, &waiting->waiter);
}

static void end_wait(void *state, struct request *request, struct response *response)
{
    struct waiting *waiting = state;
    *response = (struct response){0};
    request->waited++;
    waiting->again(waiting->server, request, response);
}

void preview_busy(struct request *request, struct response *response)
{
    response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                  SLICE("503 Service Unavailable: too many previews are waiting\n"));
    response_header(response, SLICE("Retry-After"), SLICE("2"));
    response->cache_control = SLICE("private, no-store");
}

static void release_site(void *site)
{
    site_release(site);
}

struct site *preview_site(struct server *server, struct request *request, struct response *response,
                          struct slice ref, const struct object_id *commit, preview_answer again)
{
    struct error *error = arena_zalloc(request->arena, 1, sizeof *error);
    struct waiting *waiting = arena_zalloc(request->arena, 1, sizeof *waiting);
    struct site *site = NULL;
    enum preview_state state =
        error && waiting ? previews_find(server->previews, commit, &site, error) : PREVIEW_BUSY;
    if (state == PREVIEW_READY)
        return arena_on_free(request->arena, release_site, site) ? site : NULL;
    if (state == PREVIEW_WAITING && request->waited < WAITS_MAX) {
        *waiting = (struct waiting){server, again, {.commit = *commit}};
        waiting->waiter.wait =
            (struct http_wait){.begin = begin_wait, .end = end_wait, .state = waiting};
        response->wait = &waiting->waiter.wait;
    } else if (state == PREVIEW_FAILED)
        preview_refuse(request, response, ref, error);
    else
        preview_busy(request, response);
    return NULL;
}
