// SPDX-License-Identifier: MIT
//
// Documents about the site, at fixed URLs: rows of site/endpoints.def.
#include "base/clock.h"
#include "server.h"

void handle_document(struct server *server, struct request *request, struct response *response,
                     const struct site_endpoint *endpoint)
{
    struct site *site = server_site(server, request);
    struct buffer out = buffer_create(request->arena, 0);
    if (!site || !endpoint->write(site, clock_wall_ms(), &out)) {
        response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                      SLICE("503 Service Unavailable\n"));
        return;
    }
    response_text(request, response, 200, slice_from_cstr(endpoint->content_type),
                  buffer_slice(&out));
    response->compressible = true;
    response->etag =
        arena_printf(request->arena, "%016llx", (unsigned long long)slice_hash(buffer_slice(&out)));
    response->cache_control = SLICE("no-cache");
}
