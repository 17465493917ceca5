// SPDX-License-Identifier: MIT
//
// Counting, and writing the counts as OpenMetrics.
#include "metrics.h"

#include <stdio.h>

static const char *const ROUTES[] = {
#define ROUTE(name, label) [METRICS_##name] = label,
#include "metrics.def"
};

// Close together in the range of the alerts: 25 to 100 ms.
static const double BOUNDS_S[METRICS_BUCKETS] = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                                 0.005,   0.01,   0.025,   0.05,   0.075, 0.1,
                                                 0.25,    0.5,    1,       2.5};

const char *metrics_route_label(unsigned route)
{
    return ROUTES[route < METRICS_ROUTES ? route : METRICS_REFUSED];
}

static void count_up(atomic_uint_fast64_t *counter, uint64_t n)
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
    count_up(&histogram->buckets[i], 1);
    count_up(&histogram->sum_ns, ns);
}

void metrics_request(struct metrics *metrics, unsigned route, int status, uint64_t ns,
                     uint64_t bytes, bool complete)
{
    invariant(route < METRICS_ROUTES && status < METRICS_STATUSES);
    count_up(&metrics->requests[route < METRICS_ROUTES ? route : METRICS_REFUSED]
                               [status > 0 && status < METRICS_STATUSES ? status : 0],
             1);
    metrics_observe(&metrics->latency, ns);
    count_up(&metrics->bytes_sent, bytes);
    if (!complete)
        count_up(&metrics->aborted, 1);
}

#define CONTENT_HELP "What is served, hashed: pages, layouts and files."

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
            // Always writes 200, so that there is a rate from the beginning.
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
#define COUNTER(field, name, help) {name, help, &m->field},
#include "metrics.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        counter_head(out, format, rows[i].name, rows[i].help);
        buffer_printf(out, "guidanced_%s_total %llu\n", rows[i].name,
                      (unsigned long long)read_count(rows[i].counter));
    }
}

static void write_totals(struct buffer *out, enum metrics_format format,
                         const struct metrics_gauges *g)
{
    const struct {
        const char *name;
        const char *help;
        double value;
    } rows[] = {
#define TOTAL(type, field, name, help) {name, help, (double)g->field},
#include "metrics.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        counter_head(out, format, rows[i].name, rows[i].help);
        buffer_printf(out, "guidanced_%s_total %.15g\n", rows[i].name, rows[i].value);
    }
}

static void write_gauges(struct buffer *out, const struct metrics_gauges *g)
{
    const struct {
        const char *name;
        const char *help;
        double value;
    } rows[] = {
#define GAUGE(type, field, name, help) {name, help, (double)g->field},
#include "metrics.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        head(out, rows[i].name, "gauge", rows[i].help);
        buffer_printf(out, "guidanced_%s %.15g\n", rows[i].name, rows[i].value);
    }
}

// The names that every client library of Prometheus uses, without "guidanced_".
static void write_process(struct buffer *out, enum metrics_format format,
                          const struct metrics_process *process)
{
    const struct {
        const char *name, *type, *help;
        double value;
    } rows[] = {
#define PROCESS(type, name, help) {#name, #type, help, process->name},
#include "metrics.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool counts = rows[i].type[0] == 'c';
        const char *total = counts ? "_total" : "";
        buffer_printf(out, "# TYPE process_%s%s %s\n# HELP process_%s%s %s\nprocess_%s%s %.15g\n",
                      rows[i].name, format == METRICS_TEXT ? total : "", rows[i].type, rows[i].name,
                      format == METRICS_TEXT ? total : "", rows[i].help, rows[i].name, total,
                      rows[i].value);
    }
}

// Equal if the same content is served, so that replicas can be compared.
static void write_content(struct buffer *out, enum metrics_format format, uint64_t content)
{
    bool text = format == METRICS_TEXT;
    head(out, text ? "content_info" : "content", text ? "gauge" : "info", CONTENT_HELP);
    buffer_printf(out, "guidanced_content_info{hash=\"%016llx\"} 1\n", (unsigned long long)content);
}

static void write_build(struct buffer *out, enum metrics_format format)
{
    bool text = format == METRICS_TEXT; // which has no type for it
    head(out, text ? "build_info" : "build", text ? "gauge" : "info", "The program that runs.");
    buffer_printf(out, "guidanced_build_info{version=\"%s\"} 1\n", GUIDANCED_VERSION);
}

static void write_revision(struct buffer *out, enum metrics_format format, const char *revision)
{
    bool text = format == METRICS_TEXT;
    if (!revision)
        return;
    head(out, text ? "site_info" : "site", text ? "gauge" : "info", "The commit that is served.");
    buffer_printf(out, "guidanced_site_info{revision=\"%s\"} 1\n", revision);
}

void metrics_write(struct metrics *metrics, const struct metrics_gauges *gauges,
                   enum metrics_format format, struct buffer *out)
{
    write_build(out, format);
    write_revision(out, format, gauges->revision);
    write_requests(out, format, metrics);
#define HISTOGRAM(field, name, help) write_histogram(out, name, help, &metrics->field);
#include "metrics.def"
    write_counters(out, format, metrics);
    write_totals(out, format, gauges);
    write_gauges(out, gauges);
    write_content(out, format, gauges->content);
    write_process(out, format, &gauges->process);
}

void metrics_end(struct buffer *out)
{
    buffer_append_cstr(out, "# EOF\n"); // to the text format, a comment
}

void metrics_write_reference(struct buffer *out)
{
    static const struct {
        const char *name, *type, *help;
    } ROWS[] = {
#define HISTOGRAM(field, name, help)   {name, "histogram", help},
#define COUNTER(field, name, help)     {name "_total", "counter", help},
#define TOTAL(type, field, name, help) {name "_total", "counter", help},
#define GAUGE(type, field, name, help) {name, "gauge", help},
#include "metrics.def"
    };
    buffer_append_cstr(out, "| name | type | meaning |\n| --- | --- | --- |\n"
                            "| `guidanced_build_info{version}` | info | The program that runs. |\n"
                            "| `guidanced_site_info{revision}` | info | The commit that is served, "
                            "of a site in git. |\n"
                            "| `guidanced_content_info{hash}` | info | " CONTENT_HELP " |\n"
                            "| `guidanced_http_requests_total{route,status}` | counter | "
                            "Requests answered, by route and status. Routes:");
    for (size_t i = 0; i < METRICS_ROUTES; i++)
        buffer_printf(out, " `%s`%s", ROUTES[i], i + 1 < METRICS_ROUTES ? "," : ". |\n");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        buffer_printf(out, "| `guidanced_%s` | %s | %s |\n", ROWS[i].name, ROWS[i].type,
                      ROWS[i].help);
    buffer_append_cstr(out, "| `guidanced_site_requests_total{site,status}` | counter "
                            "| " METRICS_SITE_REQUESTS_HELP " |\n"
                            "| `guidanced_site_loads_total{site,result}` | counter "
                            "| " METRICS_SITE_LOADS_HELP " |\n");
#define SITE(type, field, name, help)                                                              \
    buffer_append_cstr(out, "| `guidanced_site_" name "{site}` | gauge | " help " |\n");
#include "metrics.def"
#define PROCESS(type, name, help)                                                                  \
    buffer_printf(out, "| `process_%s%s` | %s | %s |\n", #name, #type[0] == 'c' ? "_total" : "",   \
                  #type, help);
#include "metrics.def"
}
