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
    *awaited = (struct awaited){{previews_join, server->previews, &awaited->commit}, *commit};
    return waiters_suspend(&awaited->waiting, server, request, response, again);
}

struct site *preview_site(struct server *server, struct request *request, struct response *response,
                          struct slice ref, const struct object_id *commit, preview_answer again)
{
    struct error *error = arena_zalloc(request->arena, 1, sizeof *error);
    struct site *site = NULL;
    enum preview_state state =
        error ? previews_find(server->previews, commit, &site, error) : PREVIEW_BUSY;
    if (state == PREVIEW_READY)
        return arena_on_free(request->arena, release_site, site) ? site : NULL;
    if (state == PREVIEW_FAILED)
        preview_refuse(request, response, ref, error);
    else if (state != PREVIEW_WAITING || !await_preview(server, request, response, commit, again))
        preview_busy(request, response);
    return NULL;
}
