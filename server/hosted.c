// SPDX-License-Identifier: MIT
//
// Starting and stopping the server of one site among several: what commands/serve.c does for the
// only one, without the listeners.
#include "hosted.h"

#include "base/clock.h"
#include "changes.h"
#include "reload.h"
#include "scripting.h"
#include "site/revision.h"
#include "stores.h"

#include <stdlib.h>

static struct settings_reading reading_of(const struct server *process, const struct host *host)
{
    return (struct settings_reading){
        .site = host->directory.ptr, .process = process->settings, .host = host->name};
}

struct settings *sites_settings(const struct server *process, const struct host *host,
                                struct arena *arena, struct repository **repository,
                                struct error *error)
{
    struct settings_reading reading = reading_of(process, host);
    return revision_settings(arena, &reading, repository, error);
}

static const struct settings *read_hosted(void *state, struct arena *arena, struct error *error)
{
    struct hosted *hosted = state;
    const struct server *server = &hosted->server;
    return sites_settings(server->process, server->host, arena, &hosted->repository, error);
}

static const struct settings *read_hosted_at(void *state, const struct object_id *commit,
                                             struct arena *arena, struct error *error)
{
    const struct hosted *hosted = state;
    const struct server *server = &hosted->server;
    struct settings_reading reading = reading_of(server->process, server->host);
    return preview_settings(server->settings, &reading, commit, arena, error);
}

// A site's node process is started by one that is forked before the server gives up its rights.
static bool may_run_scripts(const struct settings *settings, struct error *error)
{
    const struct value_place *place = settings_place(settings, "eleventy_config");
    if ((!settings->eleventy_config.len || settings->script.prepared) &&
        !settings->git.preview_scripts)
        return true;
    error_set(error, ERROR_CONFIG, "one site among several cannot run JavaScript");
    if (place)
        error_at(error, settings_file_shown(settings), place->line, place->column);
    error_hint(error, "run `guidanced prepare` and set `script.prepared`, or give it a process of "
                      "its own");
    return false;
}

static bool start_hosted_previews(struct server *server, struct error *error)
{
    server->previews = previews_create(server, error);
    if (!server->previews)
        return !error_is_set(error);
    server->changes = changes_create(server);
    return (server->changes || error_memory(error)) && previews_start(server->previews, error) &&
           changes_start(server->changes, error);
}

static bool open_hosted(struct hosted *hosted, hosted_admit admit, void *state, struct error *error)
{
    struct server *server = &hosted->server;
    server->settings = read_hosted(hosted, hosted->arena, error);
    if (!server->settings || !may_run_scripts(server->settings, error) ||
        !admit(state, server->host, server->settings, error) ||
        !access_read(&server->access, server->settings, error) ||
        !server_prepare_headers(server, hosted->arena, error) ||
        !stores_open(server, hosted->arena, server->process->workers, error) ||
        !stores_start(server, error))
        return false;
    server->script = scripting_start(server->settings, hosted->arena, server->log, error);
    scripting_remember(server->script, server->store);
    if (error_is_set(error) || !start_hosted_previews(server, error))
        return false;
    hosted->reloader = reloader_load(server, error);
    return hosted->reloader != NULL;
}

struct hosted *hosted_start(struct server *process, struct host *host, hosted_admit admit,
                            void *state, struct error *error)
{
    struct hosted *hosted = calloc(1, sizeof *hosted);
    if (!hosted) {
        error_memory(error);
        return NULL;
    }
    struct server *server = &hosted->server;
    pthread_mutex_init(&server->reload_error_lock, NULL);
    hosted->arena = arena_create(0, 0);
    server->process = process;
    server->host = host;
    server->metrics = process->metrics;
    server->slow = process->slow;
    server->program = process->program;
    server->development = process->development;
    server->started_s = process->started_s;
    server->read_settings = read_hosted;
    server->read_settings_at = read_hosted_at;
    server->read_settings_state = hosted;
    server->log = log_of_site(process->log, host->name.ptr);
    if (hosted->arena && server->log && open_hosted(hosted, admit, state, error))
        return hosted;
    if (!error_is_set(error))
        error_memory(error);
    hosted_stop(hosted);
    return NULL;
}

void hosted_stop(struct hosted *hosted)
{
    if (!hosted)
        return;
    struct server *server = &hosted->server;
    changes_destroy(server->changes);
    previews_destroy(server->previews);
    reloader_stop(hosted->reloader);
    scripting_remember(server->script, NULL);
    script_destroy(server->script);
    mailbox_close(server->mailbox);
    bool ended = mailbox_ended(server->mailbox);
    stores_close(server);
    if (!ended) {
        log_write(server->log, LOG_ERROR,
                  "its feedback hangs in the disk: its memory is not freed");
        return;
    }
    log_destroy(server->log);
    repository_release(hosted->repository);
    pthread_mutex_destroy(&server->reload_error_lock);
    arena_destroy(hosted->arena);
    free(hosted);
}
