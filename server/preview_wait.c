// SPDX-License-Identifier: MIT
//
// The snapshot of a preview for a request: at once, or after a suspension.
#include "preview.h"
#include "server.h"

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

struct awaited {
    struct waiting waiting;
    struct object_id commit;
};

static bool await_preview(struct server *server, struct request *request, struct response *response,
                          const struct object_id *commit, preview_answer again)
{
    struct awaited *awaited = arena_alloc(request->arena, sizeof *awaited);
    if (!awaited)
        return false;
    *awaited = (struct awaited){{demand_join, previews_loaded(server->previews), &awaited->commit},
                                *commit};
    return waiters_suspend(&awaited->waiting, server, request, response, again);
}

struct site *preview_site(struct server *server, struct request *request, struct response *response,
                          struct slice ref, const struct object_id *commit, preview_answer again)
{
    struct error *error = arena_zalloc(request->arena, 1, sizeof *error);
    void *site = NULL;
    enum demand_state state =
        error ? demand_find(previews_loaded(server->previews), commit, &site, error) : DEMAND_BUSY;
    if (state == DEMAND_READY)
        return arena_on_free(request->arena, release_site, site) ? site : NULL;
    if (state == DEMAND_FAILED)
        preview_refuse(request, response, ref, error);
    else if (state != DEMAND_WAITING || !await_preview(server, request, response, commit, again))
        preview_busy(request, response);
    return NULL;
}
