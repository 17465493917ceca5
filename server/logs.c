// SPDX-License-Identifier: MIT
//
// The two logs: of the application and of requests. Where both go to standard error they are one,
// since two threads that write to a pipe would mix their lines.
#include "server.h"

#include "base/invariant.h"

static struct log *open_log(const struct settings *settings, struct error *error)
{
    struct slice path = settings->log.file.full;
    enum log_level level = LOG_INFO;
    bool known = log_level_parse(settings->log.level, &level);
    invariant(known); // settings_load refuses others
    enum log_format format = slice_equal(settings->log.format, SLICE("json"))  ? LOG_JSON
                             : slice_equal(settings->log.format, SLICE("ecs")) ? LOG_ECS
                                                                               : LOG_TEXT;
    return log_create(path.len ? path.ptr : NULL, level, format, error);
}

static enum access_format access_format(struct slice name)
{
    static const char *const NAMES[] = {[ACCESS_COMBINED] = "combined",
                                        [ACCESS_COMBINED_ID] = "combined-id",
                                        [ACCESS_JSON] = "json",
                                        [ACCESS_ECS] = "ecs"};
    size_t i = 0;
    while (i < sizeof NAMES / sizeof *NAMES && !slice_equal(name, slice_from_cstr(NAMES[i])))
        i++;
    invariant(i < sizeof NAMES / sizeof *NAMES); // settings_load refuses others
    return (enum access_format)i;
}

bool logs_open(struct server *server, const struct settings *settings, struct error *error)
{
    struct slice access = settings->log.access_file.full;
    server->log = open_log(settings, error);
    if (!server->log)
        return false;
    server->log_queries = settings->log.queries;
    server->log_probes = settings->log.probes;
    server->access_format = access_format(settings->log.access_format);
    if (!settings->log.access)
        return true;
    server->access_log =
        !access.len && !settings->log.file.full.len
            ? server->log
            : log_create(access.len ? access.ptr : NULL, LOG_INFO, LOG_TEXT, error);
    return server->access_log != NULL;
}

static struct log *other_log(const struct server *server)
{
    return server->access_log != server->log ? server->access_log : NULL;
}

bool logs_start(struct server *server, struct error *error)
{
    return log_start(server->log, error) && log_start(other_log(server), error);
}

void logs_reopen(struct server *server)
{
    struct error error = {0};
    if (!log_reopen(server->log, &error) || !log_reopen(other_log(server), &error))
        log_error(server->log, LOG_ERROR, &error);
    log_write(server->log, LOG_INFO, "logs reopened");
}

uint64_t logs_dropped(const struct server *server)
{
    bool room;
    return log_dropped(server->log, &room) + log_dropped(other_log(server), &room);
}

void logs_tick(struct server *server)
{
    bool room;
    log_dropped(server->log, &room);
    uint64_t dropped = logs_dropped(server), more = dropped - server->lines_told;
    if (!more || !room)
        return;
    log_write(server->log, LOG_WARNING,
              "%llu lines of the log were dropped: its disk, or who reads it, is too slow",
              (unsigned long long)more);
    server->lines_told = dropped;
}

void logs_close(struct server *server)
{
    log_destroy(other_log(server));
    log_destroy(server->log);
    server->log = server->access_log = NULL;
}
