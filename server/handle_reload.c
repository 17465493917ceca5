// SPDX-License-Identifier: MIT
//
// POST /-/reload: what SIGHUP does, for a webhook or a sidecar that cannot signal the process. Only
// on the admin listener, and only with reload_token.
#include "server.h"

static const struct slice JSON = {"application/json", 16};

// Takes the same time for all texts of one length.
static bool is_same_token(struct slice given, struct slice token)
{
    unsigned differs = given.len != token.len;
    for (size_t i = 0; i < token.len; i++)
        differs |=
            (unsigned char)token.ptr[i] ^ (unsigned char)(given.len ? given.ptr[i % given.len] : 0);
    return !differs;
}

// RFC 6750 §2.1; and the field that GitLab's webhooks use.
static bool knows_token(const struct request *request, struct slice token)
{
    static const struct slice BEARER = {"Bearer ", 7};
    struct slice bearer = request_header(request, SLICE("Authorization"));
    struct slice scheme = slice_sub(bearer, 0, BEARER.len);
    if (slice_equal_ignore_case(scheme, BEARER) &&
        is_same_token(slice_trim(slice_sub(bearer, BEARER.len, bearer.len)), token))
        return true;
    return is_same_token(request_header(request, SLICE("X-Gitlab-Token")), token);
}

void handle_reload(struct server *server, struct request *request, struct response *response)
{
    if (!knows_token(request, server->process->settings->reload_token)) {
        response_text(request, response, 401, JSON, SLICE("{\"status\":\"unauthorized\"}\n"));
        response_header(response, SLICE("WWW-Authenticate"), SLICE("Bearer"));
        return;
    }
    response_text(request, response, 202, JSON, SLICE("{\"status\":\"accepted\"}\n"));
    if (arena_failed(request->arena)) // 503: nothing is accepted
        return;
    if (server->sites)
        sites_reload(server->sites);
    else
        atomic_store(&server->reload_wanted, true);
}
