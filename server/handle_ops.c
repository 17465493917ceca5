// SPDX-License-Identifier: MIT
//
// Health and metrics. Alive: this answers. Ready: there is a site, and the server is not draining.
// Faults that replicas may share - a commit that cannot be loaded, JavaScript that cannot be asked,
// a full disk without cache and feedback - are reported, but do not make it unready: pages are
// served, and a shared fault would take out all replicas.
#include "base/clock.h"
#include "deferred.h"
#include "server.h"
#include "server/http/tls.h"
#include "tree/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const struct slice HEALTH = {"application/health+json", 23};

void handle_healthz(struct server *server, struct request *request, struct response *response)
{
    (void)server;
    response_text(request, response, 200, HEALTH, SLICE("{\"status\":\"pass\"}\n"));
}

static void append_check(struct buffer *out, const char *name, bool first, const char *status,
                         struct slice output)
{
    buffer_printf(out, "%s\"%s\":[{\"status\":\"%s\"", first ? "" : ",", name, status);
    if (output.len) {
        buffer_append_cstr(out, ",\"output\":");
        buffer_append_json_string(out, output);
    }
    buffer_append_cstr(out, "}]");
}

static struct slice reload_text(struct server *server, struct request *request)
{
    struct buffer text = buffer_create(request->arena, 0);
    const struct error *error = server_reload_error(server, request);
    if (error)
        error_format_line(error, &text);
    return buffer_slice(&text);
}

static const struct {
    const char *status, *output;
} CACHE_STATES[] = {
    [CACHE_USABLE] = {"pass", ""},
    [CACHE_IN_MEMORY] = {"warn", "memory is used instead of the file"},
    [CACHE_UNUSABLE] = {"warn", "SQLite cannot read or write it: there is no search"},
};

static const struct {
    const char *status, *output;
} WATCH_STATES[] = {
    [WATCH_EVENTS] = {"pass", ""},
    [WATCH_WALKING] = {"pass", "files are checked every second"},
    [WATCH_LIMITED] = {"warn", "not all files can be watched; they are checked every second"},
    [WATCH_LIMITED + 1] = {"pass", "files are not watched"},
};

static struct mailbox_state read_mailbox(struct server *server)
{
    struct mailbox_state state = {.usable = true};
    if (server->mailbox)
        mailbox_state(server->mailbox, &state);
    return state;
}

// How many pages are broken; "" for none.
static struct slice broken_text(const struct site *site, struct request *request)
{
    size_t broken = site ? site_counts(site).broken : 0;
    return broken ? arena_printf(request->arena,
                                 "%zu page%s cannot be shown as written; the log, "
                                 "/-/pages.json and `check` say which",
                                 broken, broken == 1 ? "" : "s")
                  : SLICE_EMPTY;
}

// Whether the site's JavaScript can be asked. Pages with known answers are served anyway.
static void append_script(struct buffer *out, const struct script_status *status, bool prepared)
{
    struct buffer text = buffer_create(out->arena, 0);
    bool failing = error_is_set(&status->last);
    if (prepared)
        buffer_append_cstr(&text, "prepared: not run");
    else if (failing)
        error_format_line(&status->last, &text);
    if (status->rests_ms)
        buffer_printf(&text, "%sit rests for %llu ms", text.len ? "; " : "",
                      (unsigned long long)status->rests_ms);
    append_check(out, "script:host", false, failing ? "warn" : "pass", buffer_slice(&text));
}

static void answer_readiness_of_sites(struct server *server, struct request *request,
                                      struct response *response)
{
    struct buffer out = buffer_create(request->arena, 0);
    sites_write_readiness(server, server_reload_error(server, request), &out);
    response_text(request, response, atomic_load(&server->draining) ? 503 : 200, HEALTH,
                  buffer_slice(&out));
}

void handle_readyz(struct server *server, struct request *request, struct response *response)
{
    if (server->sites) {
        answer_readiness_of_sites(server, request, response);
        return;
    }
    struct site *site = server_site(server, request);
    int how = atomic_load(&server->watch);
    int watch = how == SERVER_WATCH_OFF ? WATCH_LIMITED + 1 : how;
    bool draining = atomic_load(&server->process->draining),
         reloaded = atomic_load(&server->last_reload_ok);
    int cache = atomic_load(&server->cache);
    bool ready = site && !draining;
    bool indexed = atomic_load(&server->index_ready);
    struct mailbox_state feedback = read_mailbox(server);
    struct slice broken = broken_text(site, request);
    struct script_status script =
        server->script ? script_status(server->script) : (struct script_status){0};
    bool warns = !reloaded || cache || !feedback.usable || broken.len || error_is_set(&script.last);
    struct buffer out = buffer_create(request->arena, 0);
    buffer_printf(&out, "{\"status\":\"%s\",\"version\":\"%s\"",
                  !ready  ? "fail"
                  : warns ? "warn"
                          : "pass",
                  GUIDANCED_VERSION);
    if (site)
        buffer_printf(
            &out, ",\"generation\":%llu,\"content\":\"%016llx\",\"pages\":%zu,\"problems\":%zu",
            (unsigned long long)site_generation(site), (unsigned long long)site_content_hash(site),
            site_counts(site).pages, site_counts(site).errors);
    if (site && site_settings(site)->revision.len)
        buffer_printf(&out, ",\"revision\":\"%s\"", site_settings(site)->revision.ptr);
    buffer_append_cstr(&out, ",\"checks\":{");
    append_check(&out, "site:loaded", true, site ? "pass" : "fail",
                 site ? SLICE_EMPTY : SLICE("the site is being loaded"));
    append_check(&out, "site:reload", false, reloaded ? "pass" : "warn",
                 reload_text(server, request));
    append_check(&out, "site:pages", false, broken.len ? "warn" : "pass", broken);
    append_check(&out, "site:watch", false, WATCH_STATES[watch].status,
                 slice_from_cstr(WATCH_STATES[watch].output));
    append_check(&out, "cache:usable", false, CACHE_STATES[cache].status,
                 slice_from_cstr(CACHE_STATES[cache].output));
    append_check(&out, "search:index", false, indexed ? "pass" : "warn",
                 indexed ? SLICE_EMPTY : SLICE("the index is being brought up to date"));
    append_check(&out, "feedback:usable", false, feedback.usable ? "pass" : "warn",
                 slice_from_cstr(feedback.reason));
    if (server->script)
        append_script(&out, &script, server->settings->script.prepared);
    append_check(&out, "server:draining", false, draining ? "fail" : "pass", SLICE_EMPTY);
    buffer_append_cstr(&out, "}}\n");
    response_text(request, response, ready ? 200 : 503, HEALTH, buffer_slice(&out));
}

static void read_memory(struct metrics_process *process)
{
    unsigned long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return;
    if (fscanf(file, "%lu %lu", &total, &resident) != 2)
        total = resident = 0;
    fclose(file);
    process->virtual_memory_bytes = (double)total * (double)sysconf(_SC_PAGESIZE);
    process->resident_memory_bytes = (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static double count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    double count = 0;
    if (!directory)
        return 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count - 1; // without the directory itself
}

static struct metrics_process read_process(const struct server *server)
{
    struct metrics_process process = {.start_time_seconds = server->started_s,
                                      .open_fds = count_descriptors()};
    struct rlimit limit;
    struct timespec cpu;
    read_memory(&process);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        process.max_fds = (double)limit.rlim_cur;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0)
        process.cpu_seconds = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
    return process;
}

static int64_t unsent_age_s(const struct mailbox_state *feedback)
{
    int64_t now = clock_wall_s();
    return feedback->oldest_unsent_at && now > feedback->oldest_unsent_at
               ? now - feedback->oldest_unsent_at
               : 0;
}

static void read_script_gauges(struct server *server, struct metrics_gauges *gauges)
{
    struct script_status status = script_status(server->script);
    gauges->script_starts = status.starts;
    gauges->script_deaths = status.deaths;
    gauges->script_calls = status.asked;
    gauges->script_reused = status.remembered;
    gauges->script_failures = status.failed;
    gauges->script_seconds = (double)status.asked_ns / 1e9;
    gauges->script_up = status.running;
    gauges->script_answers = status.answers;
    gauges->script_answer_bytes = status.answer_bytes;
    gauges->script_waiting = server->deferred ? deferred_waiting(server->deferred) : 0;
}

static struct demand_counts counts_of(struct demand *demand)
{
    return demand ? demand_counts(demand) : (struct demand_counts){0};
}

static struct metrics_gauges read_gauges(struct server *server, struct site *site)
{
    struct http_server *main = atomic_load(&server->process->main);
    struct mailbox_state feedback = read_mailbox(server);
    struct metrics_gauges gauges = {
        .in_flight = main ? http_in_flight(main) : 0,
        .connections = main ? http_connections(main) : 0,
        .ready = (site || server->sites) && !atomic_load(&server->process->draining),
        .last_reload_ok = atomic_load(&server->last_reload_ok),
        .cache_ok = atomic_load(&server->cache) != CACHE_UNUSABLE,
        .feedback_ok = feedback.usable,
        .feedback_waiting = feedback.waiting,
        .log_lines_dropped = logs_dropped(server),
        .usage_dropped = tally_dropped(server->tally),
        .feedback_unsent = feedback.unsent,
        .feedback_unsent_age_s = unsent_age_s(&feedback),
        .process = read_process(server),
        .sqlite_bytes = store_memory(),
        .certificate_expires = tls_expires(),
    };
    gauges.resident_bytes = (size_t)gauges.process.resident_memory_bytes;
    struct demand_counts previews = counts_of(previews_loaded(server->previews));
    struct demand_counts sites = counts_of(server->sites ? sites_loaded(server->sites) : NULL);
    gauges.previews = previews.count;
    gauges.preview_bytes = previews.bytes;
    gauges.sites = server->sites ? hosts_count(sites_hosts(server->sites)) : 0;
    gauges.sites_loaded = sites.count;
    gauges.site_bytes = sites.bytes;
    if (main)
        http_arenas(main, &gauges.arena_bytes, &gauges.arena_highest);
    if (server->script)
        read_script_gauges(server, &gauges);
    if (!site)
        return gauges;
    struct site_counts counts = site_counts(site);
    gauges.generation = site_generation(site);
    gauges.content = site_content_hash(site);
    gauges.revision = site_settings(site)->revision.ptr;
    gauges.snapshot_age_s = (clock_wall_ms() - atomic_load(&server->published_ms)) / 1000;
    gauges.load_s = counts.load_ms / 1000;
    gauges.pages = counts.pages;
    gauges.pages_reused = counts.reused;
    gauges.assets = counts.assets;
    gauges.problems = counts.errors;
    gauges.broken = counts.broken;
    gauges.overdue = site_overdue(site, clock_wall_ms());
    gauges.snapshot_bytes = site_arena_bytes(site);
    struct file_info cache;
    if (server->store && !store_is_memory(server->store) &&
        file_stat(store_uri(server->store), &cache, NULL))
        gauges.store_bytes = (int64_t)cache.size;
    return gauges;
}

void handle_metrics(struct server *server, struct request *request, struct response *response)
{
    server = server->process;
    struct metrics_gauges gauges = read_gauges(server, server_site(server, request));
    struct buffer out = buffer_create(request->arena, 0);
    bool open = slice_find(request_header(request, SLICE("Accept")),
                           SLICE("application/openmetrics-text"), 0) != SIZE_MAX;
    metrics_write(server->metrics, &gauges, open ? METRICS_OPENMETRICS : METRICS_TEXT, &out);
    if (server->sites)
        sites_write_metrics(server->sites, open, &out);
    metrics_end(&out);
    response_text(request, response, 200,
                  open ? SLICE("application/openmetrics-text; version=1.0.0; charset=utf-8")
                       : SLICE("text/plain; version=0.0.4; charset=utf-8"),
                  buffer_slice(&out));
    response_header(response, SLICE("Vary"), SLICE("Accept"));
}
