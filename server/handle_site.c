// SPDX-License-Identifier: MIT
//
// What the site says about itself at fixed URLs.
#include "base/clock.h"
#include "server.h"

typedef bool (*writer)(const struct site *site, double now_ms, struct buffer *out);

static void answer(struct server *server, struct request *request, struct response *response,
                   struct slice content_type, writer write)
{
    struct site *site = server_site(server, request);
    struct buffer out = buffer_create(request->arena, 0);
    if (!site || !write(site, clock_wall_ms(), &out)) {
        response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                      SLICE("503 Service Unavailable\n"));
        return;
    }
    response_text(request, response, 200, content_type, buffer_slice(&out));
    response->compressible = true;
    response->etag =
        arena_printf(request->arena, "%016llx", (unsigned long long)slice_hash(buffer_slice(&out)));
    response->cache_control = SLICE("no-cache");
}

void handle_sitemap(struct server *server, struct request *request, struct response *response)
{
    answer(server, request, response, SLICE("application/xml"), site_write_sitemap);
}

void handle_robots(struct server *server, struct request *request, struct response *response)
{
    answer(server, request, response, SLICE("text/plain; charset=utf-8"), site_write_robots);
}

void handle_feed(struct server *server, struct request *request, struct response *response)
{
    answer(server, request, response, SLICE("application/atom+xml"), site_write_feed);
}

void handle_pages_json(struct server *server, struct request *request, struct response *response)
{
    answer(server, request, response, SLICE("application/json"), site_write_pages_json);
}

void handle_security_txt(struct server *server, struct request *request, struct response *response)
{
    (void)server;
    struct slice text = request->settings->security_txt;
    response_text(request, response, text.len ? 200 : 404, SLICE("text/plain; charset=utf-8"),
                  text.len ? text : SLICE("404 Not Found\n"));
}
