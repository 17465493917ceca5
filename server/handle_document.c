// SPDX-License-Identifier: MIT
//
// Documents about the site, at fixed URLs: rows of site/endpoints.def. ?lang=LANGUAGE lists only
// the pages in one language.
#include "base/ascii.h"
#include "base/clock.h"
#include "server.h"

// Only what can be a language: it is written into the document.
static struct slice asked_language(struct request *request)
{
    struct slice language = request_parameter(request, request->query, SLICE("lang"));
    bool ok = language.len <= 35;
    for (size_t i = 0; ok && i < language.len; i++)
        ok = ascii_is_letter(language.ptr[i]) || ascii_is_digit(language.ptr[i]) ||
             language.ptr[i] == '-';
    return ok ? language : SLICE_EMPTY;
}

void handle_document(struct server *server, struct request *request, struct response *response,
                     const struct site_endpoint *endpoint)
{
    struct site *site = server_site(server, request);
    struct buffer out = buffer_create(request->arena, 0);
    struct site_listing listing = {.now_ms = clock_wall_ms(), .language = asked_language(request)};
    if (!site || !endpoint->write(site, &listing, &out)) {
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

void handle_page_states(struct server *server, struct request *request, struct response *response)
{
    if (server->sites)
        response_text(request, response, 400, SLICE("text/plain; charset=utf-8"),
                      SLICE("400 Bad Request: name a site: /-/pages.json?site=guide.example\n"));
    else
        handle_document(server, request, response, &site_endpoints()[SITE_ENDPOINT_page_states]);
}
