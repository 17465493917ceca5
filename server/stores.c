// SPDX-License-Identifier: MIT
//
// Opening and closing the databases of a site.
#include "stores.h"

#include "cache.h"
#include "outputs.h"
#include "scripting.h"

#include <unistd.h>

struct slice stores_feedback_site(const struct settings *settings)
{
    return settings->feedback.site.len ? settings->feedback.site : settings->url;
}

// The names written into feedback, for a shared store.
static void name_feedback(const struct settings *settings, struct arena *arena,
                          struct mailbox_options *options)
{
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    options->outbox = settings->feedback.outbox;
    options->site = stores_feedback_site(settings);
    options->replica = settings->feedback.replica.len ? settings->feedback.replica
                                                      : arena_copy(arena, slice_from_cstr(host));
}

static bool open_feedback(struct server *server, struct arena *arena, struct error *error)
{
    const struct settings *settings = server->settings;
    if (!settings->feedback.enabled)
        return true;
    struct mailbox_options options = {
        .path = settings->feedback.file.full.ptr,
        .retention_days = settings->feedback.retention_days,
        .log = server->log,
        .hidden = &server->feedback_hidden,
        .reload_wanted = &server->reload_wanted,
    };
    name_feedback(settings, arena, &options);
    server->mailbox = mailbox_create(&options, error);
    return server->mailbox != NULL;
}

// Authors' own visits, in development, are not counted.
static bool open_usage(struct server *server, unsigned workers, struct error *error)
{
    const struct settings *settings = server->settings;
    if (!settings->usage.enabled || settings->dev)
        return true;
    struct tally_options options = {.path = settings->usage.file.full.ptr,
                                    .retention_days = settings->usage.retention_days,
                                    .workers = workers,
                                    .log = server->log};
    server->tally = tally_create(&options, error);
    return server->tally != NULL;
}

bool stores_open(struct server *server, struct arena *arena, unsigned workers, struct error *error)
{
    server->cache_fingerprint = cache_fingerprint(arena, server->program, server->settings);
    const char *path = cache_path(arena, server->settings);
    if (!path)
        return error_memory(error);
    server->store = store_open(path, server->cache_fingerprint, server->log, error);
    if (server->settings->cdn.tags.len) {
        server->outputs = outputs_create(server->host);
        if (!server->outputs)
            return error_memory(error);
    }
    return server->store && open_feedback(server, arena, error) &&
           open_usage(server, workers, error);
}

bool stores_start(struct server *server, struct error *error)
{
    return (!server->mailbox || mailbox_start(server->mailbox, error)) &&
           (!server->tally || tally_start(server->tally, error));
}

void stores_close(struct server *server)
{
    for (size_t i = 0; i < SERVER_WORKERS_MAX; i++)
        store_reader_close(server->readers[i].reader);
    store_close(server->store);
    tally_stop(server->tally);
    mailbox_destroy(server->mailbox);
    outputs_destroy(server->outputs);
}
