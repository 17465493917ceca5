// SPDX-License-Identifier: MIT
//
// Metrics in the OpenMetrics text format. A metric is a row of metrics.def.
//
// Thread-safety: everything may be called from any thread; counters are relaxed atomics.
// Source: OpenMetrics 1.0.
#ifndef GUIDANCED_SERVER_METRICS_H
#define GUIDANCED_SERVER_METRICS_H

#include "base/buffer.h"

#include <stdatomic.h>

// The names in metrics and logs for what answered.
enum metrics_route {
#define ROUTE(name, label) METRICS_##name,
#include "metrics.def"
    METRICS_ROUTES,
};
const char *metrics_route_label(unsigned route);

// METRICS_STATUSES: 100 to 599, in a table that is written where it is not 0.
enum { METRICS_STATUSES = 600, METRICS_BUCKETS = 16 };

struct metrics_histogram {
    atomic_uint_fast64_t buckets[METRICS_BUCKETS + 1]; // the last one is +Inf
    atomic_uint_fast64_t sum_ns;
};

struct metrics {
    atomic_uint_fast64_t requests[METRICS_ROUTES][METRICS_STATUSES];
#define HISTOGRAM(field, name, help) struct metrics_histogram field;
#define COUNTER(field, name, help)   atomic_uint_fast64_t field;
#include "metrics.def"
};

// Read when the metrics are requested.
struct metrics_process {
#define PROCESS(type, name, help) double name;
#include "metrics.def"
};

// Of one site among several, while it is loaded.
struct metrics_site {
#define SITE(type, field, name, help) type field;
#include "metrics.def"
};
#define METRICS_SITE_REQUESTS_HELP "Requests answered, by site and class of status."
#define METRICS_SITE_LOADS_HELP    "Loads of a site among several into memory, by result."

struct metrics_gauges {
    struct metrics_process process;
    uint64_t content; // site_content_hash; 0 while there is no site
#define GAUGE(type, field, name, help) type field;
#define TOTAL(type, field, name, help) type field;
#include "metrics.def"
    const char *revision; // of the snapshot; NULL for a directory
};

void metrics_observe(struct metrics_histogram *histogram, uint64_t ns);
void metrics_request(struct metrics *metrics, unsigned route, int status, uint64_t ns,
                     uint64_t bytes, bool complete);
// OpenMetrics 1.0, or Prometheus' text format 0.0.4 for clients that do not request it.
enum metrics_format { METRICS_TEXT, METRICS_OPENMETRICS };
void metrics_write(struct metrics *metrics, const struct metrics_gauges *gauges,
                   enum metrics_format format, struct buffer *out);
// Ends what metrics_write has written.
void metrics_end(struct buffer *out);

// The table of docs/operations.md.
void metrics_write_reference(struct buffer *out);

#endif
