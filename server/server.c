// SPDX-License-Identifier: MIT
//
// Handlers' access to the daemon's state.
#include "server.h"

static void release_site(void *site)
{
    site_release(site);
}

static struct site *hold_site(struct publisher *publisher, struct request *request)
{
    _Static_assert(2 * SERVER_WORKERS_MAX <= PUBLISH_SLOTS, "a slot for each of both listeners");
    invariant(request->worker < SERVER_WORKERS_MAX);
    unsigned slot = request->worker + (request->admin ? PUBLISH_SLOTS / 2 : 0);
    struct site *site = publisher_acquire(publisher, slot);
    return site && arena_on_free(request->arena, release_site, site) ? site : NULL;
}

struct site *server_site(struct server *server, struct request *request)
{
    struct site *site =
        request->preview ? request->preview->site : hold_site(&server->publisher, request);
    request->settings = site ? site_settings(site) : server->settings;
    return site;
}

struct site *server_published(struct server *server, struct request *request)
{
    return hold_site(&server->publisher, request);
}

struct site *server_earlier(struct server *server, struct request *request)
{
    return hold_site(&server->earlier, request);
}

void server_note_reload_error(struct server *server, const struct error *error)
{
    pthread_mutex_lock(&server->reload_error_lock);
    bool known = !atomic_load(&server->last_reload_ok) &&
                 strcmp(server->reload_error.message, error->message) == 0;
    server->reload_error = *error;
    pthread_mutex_unlock(&server->reload_error_lock);
    if (!known)
        log_error(server->log, LOG_ERROR, error);
    atomic_store(&server->last_reload_ok, false);
}

const struct error *server_reload_error(struct server *server, struct request *request)
{
    struct error *copy =
        atomic_load(&server->last_reload_ok) ? NULL : arena_alloc(request->arena, sizeof *copy);
    if (!copy)
        return NULL;
    pthread_mutex_lock(&server->reload_error_lock);
    *copy = server->reload_error;
    pthread_mutex_unlock(&server->reload_error_lock);
    return copy;
}
