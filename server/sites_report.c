// SPDX-License-Identifier: MIT
//
// What /readyz and /metrics say of a process with several sites. It is ready whatever its sites
// are: one that cannot be loaded must not take the others out of service.
#include "hosted.h"

#include "base/clock.h"

// ---- /readyz ----

enum { NAMED = 20 }; // failing sites that are named

// "a.example, b.example and 3 more"
static struct slice failing_names(struct sites *sites, struct arena *arena, size_t *count)
{
    struct buffer out = buffer_create(arena, 0);
    for (const struct host *host = hosts_newest(sites_hosts(sites)); host; host = host->next) {
        if (!atomic_load(&host->failing) || !atomic_load(&host->listed))
            continue;
        if (++*count <= NAMED)
            buffer_printf(&out, "%s%.*s", out.len ? ", " : "", SLICE_ARG(host->name));
    }
    if (*count > NAMED)
        buffer_printf(&out, " and %zu more", *count - NAMED);
    return buffer_slice(&out);
}

struct reload_failures {
    size_t count;
};

static void count_failed_reload(void *state, void *thing)
{
    struct reload_failures *failures = state;
    struct hosted *hosted = thing;
    failures->count += !atomic_load(&hosted->server.last_reload_ok);
}

// "sites:settings": whether the guidance.yaml that names them could be read.
static void write_settings_check(const struct error *error, struct buffer *out)
{
    buffer_printf(out, "}],\"sites:settings\":[{\"status\":\"%s\"", error ? "warn" : "pass");
    if (!error)
        return;
    struct buffer text = buffer_create(out->arena, 0);
    error_format_line(error, &text);
    buffer_append_cstr(out, ",\"output\":");
    buffer_append_json_string(out, buffer_slice(&text));
}

void sites_write_readiness(struct server *process, const struct error *wrong, struct buffer *out)
{
    struct sites *sites = process->sites;
    bool draining = atomic_load(&process->draining);
    size_t failing = 0;
    struct slice names = failing_names(sites, out->arena, &failing);
    struct reload_failures reloads = {0};
    demand_each(sites_loaded(sites), count_failed_reload, &reloads);
    buffer_printf(out,
                  "{\"status\":\"%s\",\"version\":\"%s\",\"sites\":%zu,\"loaded\":%zu,\"checks\":{"
                  "\"sites:loadable\":[{\"status\":\"%s\"",
                  draining                            ? "fail"
                  : failing || reloads.count || wrong ? "warn"
                                                      : "pass",
                  GUIDANCED_VERSION, hosts_count(sites_hosts(sites)),
                  demand_counts(sites_loaded(sites)).count, failing ? "warn" : "pass");
    if (failing) {
        buffer_append_cstr(out, ",\"output\":");
        buffer_append_json_string(out, names);
    }
    buffer_printf(out, "}],\"sites:reload\":[{\"status\":\"%s\"", reloads.count ? "warn" : "pass");
    if (reloads.count)
        buffer_printf(out, ",\"output\":\"%zu %s not show what was saved last\"", reloads.count,
                      reloads.count == 1 ? "site does" : "sites do");
    write_settings_check(wrong, out);
    buffer_printf(out, "}],\"server:draining\":[{\"status\":\"%s\"}]}}\n",
                  draining ? "fail" : "pass");
}

// ---- /metrics ----

// What is known of a site.
struct row {
    struct host *host;
    bool loaded;
    struct metrics_site values;
};

static struct slice label_of(const struct row *row)
{
    return row->host->name;
}

struct table {
    struct row *rows;
    size_t count;
};

static void read_loaded(void *state, void *thing)
{
    struct table *table = state;
    struct hosted *hosted = thing;
    struct server *server = &hosted->server;
    struct mailbox_state feedback = {.usable = true};
    size_t i = 0;
    while (i < table->count && table->rows[i].host != server->host)
        i++;
    if (i == table->count)
        return;
    struct metrics_site *values = &table->rows[i].values;
    table->rows[i].loaded = true;
    if (server->mailbox)
        mailbox_state(server->mailbox, &feedback);
    struct site *site = publisher_acquire(&server->publisher, PUBLISH_SLOTS - 3);
    struct site_counts counts = site ? site_counts(site) : (struct site_counts){0};
    values->pages = counts.pages;
    values->broken = counts.broken;
    values->snapshot_bytes = site ? site_arena_bytes(site) : 0;
    values->last_reload_ok = atomic_load(&server->last_reload_ok);
    values->feedback_ok = feedback.usable;
    values->feedback_unsent = feedback.unsent;
    site_release(site);
}

// Only of sites that somebody has asked for: a thousand sites would be too many lines.
static bool was_requested(const struct host *host)
{
    return atomic_load(&host->listed) &&
           (atomic_load(&host->loads) || atomic_load(&host->load_failures));
}

static size_t count_requested(const struct hosts *hosts)
{
    size_t count = 0;
    for (const struct host *host = hosts_newest(hosts); host; host = host->next)
        count += was_requested(host);
    return count;
}

static struct table read_table(struct sites *sites, struct arena *arena)
{
    size_t room = count_requested(sites_hosts(sites));
    struct table table = {arena_zalloc(arena, room + 1, sizeof *table.rows), 0};
    struct host *host = table.rows ? hosts_newest(sites_hosts(sites)) : NULL;
    for (; host && table.count < room; host = host->next)
        if (was_requested(host))
            table.rows[table.count++] = (struct row){.host = host};
    demand_each(sites_loaded(sites), read_loaded, &table);
    return table;
}

static void write_site_head(struct buffer *out, const char *name, const char *type, bool total,
                            const char *help)
{
    const char *end = total ? "_total" : "";
    buffer_printf(out, "# TYPE guidanced_site_%s%s %s\n# HELP guidanced_site_%s%s %s\n", name, end,
                  type, name, end, help);
}

static void write_requests(const struct table *table, bool open, struct buffer *out)
{
    write_site_head(out, "requests", "counter", !open, METRICS_SITE_REQUESTS_HELP);
    for (size_t i = 0; i < table->count; i++)
        for (int class = 1; class < HOST_CLASSES; class ++) {
            uint64_t count = atomic_load(&table->rows[i].host->requests[class]);
            if (count || class == 2)
                buffer_printf(
                    out, "guidanced_site_requests_total{site=\"%.*s\",status=\"%dxx\"} %llu\n",
                    SLICE_ARG(table->rows[i].host->name), class, (unsigned long long)count);
        }
}

static void write_loads(const struct table *table, bool open, struct buffer *out)
{
    write_site_head(out, "loads", "counter", !open, METRICS_SITE_LOADS_HELP);
    for (size_t i = 0; i < table->count; i++) {
        struct host *host = table->rows[i].host;
        buffer_printf(out,
                      "guidanced_site_loads_total{site=\"%.*s\",result=\"ok\"} %llu\n"
                      "guidanced_site_loads_total{site=\"%.*s\",result=\"error\"} %llu\n",
                      SLICE_ARG(host->name), (unsigned long long)atomic_load(&host->loads),
                      SLICE_ARG(host->name), (unsigned long long)atomic_load(&host->load_failures));
    }
}

void sites_write_metrics(struct sites *sites, bool openmetrics, struct buffer *out)
{
    struct table table = read_table(sites, out->arena);
    write_requests(&table, openmetrics, out);
    write_loads(&table, openmetrics, out);
#define SITE(type, field, name, help)                                                              \
    write_site_head(out, name, "gauge", false, help);                                              \
    for (size_t i = 0; i < table.count; i++)                                                       \
        if (table.rows[i].loaded)                                                                  \
            buffer_printf(out, "guidanced_site_" name "{site=\"%.*s\"} %.15g\n",                   \
                          SLICE_ARG(label_of(&table.rows[i])),                                     \
                          (double)table.rows[i].values.field);
#include "metrics.def"
}
