// SPDX-License-Identifier: MIT
//
// Counting, and writing the counts as OpenMetrics.
#include "metrics.h"

#include <stdio.h>

static const char *const ROUTES[] = {
    [METRICS_PAGE] = "page",     [METRICS_ASSET] = "asset",         [METRICS_REDIRECT] = "redirect",
    [METRICS_SEARCH] = "search", [METRICS_FEEDBACK] = "feedback",   [METRICS_FEED] = "feed",
    [METRICS_OPS] = "ops",       [METRICS_NOT_FOUND] = "not_found", [METRICS_REFUSED] = "refused",
};

static const double BOUNDS_S[METRICS_BUCKETS] = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                                 0.005,   0.01,   0.025,   0.1,    0.5,   2.5};

enum metrics_route metrics_route(const char *label)
{
    for (size_t i = 0; label && i < METRICS_ROUTES; i++)
        if (strcmp(ROUTES[i], label) == 0)
            return (enum metrics_route)i;
    return METRICS_NOT_FOUND;
}

static void count(atomic_uint_fast64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t read_count(atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_observe(struct metrics_histogram *histogram, uint64_t ns)
{
    size_t i = 0;
    while (i < METRICS_BUCKETS && (double)ns / 1e9 > BOUNDS_S[i])
        i++;
    count(&histogram->buckets[i], 1);
    count(&histogram->sum_ns, ns);
}

void metrics_request(struct metrics *metrics, const char *route, int status, uint64_t ns,
                     uint64_t bytes, bool complete)
{
    count(&metrics->requests[metrics_route(route)]
                            [status > 0 && status < METRICS_STATUSES ? status : 0],
          1);
    metrics_observe(&metrics->latency, ns);
    count(&metrics->bytes_sent, bytes);
    if (!complete)
        count(&metrics->aborted, 1);
}

static void head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_printf(out, "# TYPE guidanced_%s %s\n# HELP guidanced_%s %s\n", name, type, name, help);
}

// OpenMetrics names a counter without the _total of its sample, Prometheus' text format with it.
static void counter_head(struct buffer *out, enum metrics_format format, const char *name,
                         const char *help)
{
    char whole[64];
    snprintf(whole, sizeof whole, "%s%s", name, format == METRICS_TEXT ? "_total" : "");
    head(out, whole, "counter", help);
}

static void write_histogram(struct buffer *out, const char *name, const char *help,
                            struct metrics_histogram *histogram)
{
    uint64_t total = 0;
    head(out, name, "histogram", help);
    buffer_printf(out, "# UNIT guidanced_%s seconds\n", name);
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        total += read_count(&histogram->buckets[i]);
        buffer_printf(out, "guidanced_%s_bucket{le=\"%g\"} %llu\n", name, BOUNDS_S[i],
                      (unsigned long long)total);
    }
    total += read_count(&histogram->buckets[METRICS_BUCKETS]);
    buffer_printf(out,
                  "guidanced_%s_bucket{le=\"+Inf\"} %llu\nguidanced_%s_count %llu\n"
                  "guidanced_%s_sum %.9f\n",
                  name, (unsigned long long)total, name, (unsigned long long)total, name,
                  (double)read_count(&histogram->sum_ns) / 1e9);
}

static void write_requests(struct buffer *out, enum metrics_format format, struct metrics *metrics)
{
    counter_head(out, format, "http_requests", "Requests answered, by route and status.");
    for (size_t route = 0; route < METRICS_ROUTES; route++)
        for (size_t status = 100; status < METRICS_STATUSES; status++) {
            uint64_t n = read_count(&metrics->requests[route][status]);
            // 200 always, so that a rate is there from the beginning.
            if (n || status == 200)
                buffer_printf(out,
                              "guidanced_http_requests_total{route=\"%s\",status=\"%zu\"} %llu\n",
                              ROUTES[route], status, (unsigned long long)n);
        }
}

static void write_counters(struct buffer *out, enum metrics_format format, struct metrics *m)
{
    const struct {
        const char *name;
        const char *help;
        atomic_uint_fast64_t *counter;
    } rows[] = {
        {"http_response_bytes", "Bytes of bodies sent.", &m->bytes_sent},
        {"http_aborted", "Responses whose connection broke.", &m->aborted},
        {"render_cache_hits", "Pages answered from the render cache.", &m->cache_hits},
        {"render_cache_misses", "Pages the render cache did not have.", &m->cache_misses},
        {"search_without_result", "Searches that found nothing.", &m->searches_without_result},
        {"feedback", "Feedback stored.", &m->feedback},
        {"feedback_refused", "Feedback that could not be stored.", &m->feedback_refused},
        {"reloads", "Reloads of the site.", &m->reloads},
        {"reload_failures", "Reloads that failed.", &m->reload_failures},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        counter_head(out, format, rows[i].name, rows[i].help);
        buffer_printf(out, "guidanced_%s_total %llu\n", rows[i].name,
                      (unsigned long long)read_count(rows[i].counter));
    }
}

static void write_gauges(struct buffer *out, const struct metrics_gauges *g)
{
    const struct {
        const char *name;
        const char *help;
        double value;
    } rows[] = {
        {"http_in_flight", "Requests being answered.", g->in_flight},
        {"http_connections", "Connections open.", g->connections},
        {"snapshot_generation", "Number of the snapshot served.", (double)g->generation},
        {"snapshot_age_seconds", "Time since the snapshot was published.", g->snapshot_age_s},
        {"snapshot_load_seconds", "Time the last load took.", g->load_s},
        {"snapshot_pages", "Pages of the site.", (double)g->pages},
        {"snapshot_assets", "Assets of the site.", (double)g->assets},
        {"snapshot_problems", "Problems found while loading.", (double)g->problems},
        {"snapshot_bytes", "Memory of the snapshot's arena.", (double)g->snapshot_bytes},
        {"pages_overdue_for_review", "Pages whose reviewBy has passed.", (double)g->overdue},
        {"ready", "1 when the server is ready.", g->ready},
        {"last_reload_success", "1 when the last reload worked.", g->last_reload_ok},
        {"cache_usable", "1 when the SQLite cache works.", g->cache_ok},
        {"feedback_usable", "1 when feedback can be stored, or is off.", g->feedback_ok},
        {"feedback_waiting", "Feedback on its way to the disk.", (double)g->feedback_waiting},
        {"snapshot_pages_reused", "Pages the last load took over unread.", (double)g->pages_reused},
        {"cache_bytes", "Size of the SQLite cache.", (double)g->store_bytes},
        {"sqlite_memory_bytes", "Memory SQLite has allocated.", (double)g->sqlite_bytes},
        {"request_arena_bytes", "Memory kept in requests' arenas.", (double)g->arena_bytes},
        {"request_arena_highest_bytes", "Most memory one request has used.",
         (double)g->arena_highest},
        {"tls_certificate_expires_seconds", "When the certificate expires, since 1970; 0: none.",
         (double)g->certificate_expires},
        {"resident_bytes", "Resident memory of the process.", (double)g->resident_bytes},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        head(out, rows[i].name, "gauge", rows[i].help);
        buffer_printf(out, "guidanced_%s %.15g\n", rows[i].name, rows[i].value);
    }
}

static void write_build(struct buffer *out, enum metrics_format format)
{
    bool text = format == METRICS_TEXT; // which has no type for it
    head(out, text ? "build_info" : "build", text ? "gauge" : "info", "The program that runs.");
    buffer_printf(out, "guidanced_build_info{version=\"%s\"} 1\n", GUIDANCED_VERSION);
}

void metrics_write(struct metrics *metrics, const struct metrics_gauges *gauges,
                   enum metrics_format format, struct buffer *out)
{
    write_build(out, format);
    write_requests(out, format, metrics);
    write_histogram(out, "http_request_duration_seconds", "Time from head to last byte.",
                    &metrics->latency);
    write_histogram(out, "render_duration_seconds", "Time to render a page.", &metrics->render);
    write_histogram(out, "search_duration_seconds", "Time to answer a search.", &metrics->search);
    write_counters(out, format, metrics);
    write_gauges(out, gauges);
    buffer_append_cstr(out, "# EOF\n"); // to the text format, a comment
}
