// SPDX-License-Identifier: MIT
//
// Metrics in the OpenMetrics text format. A counter is a row of a table in metrics.c.
//
// Thread-safety: everything may be called from any thread; counters are relaxed atomics.
// Source: OpenMetrics 1.0.
#ifndef GUIDANCED_SERVER_METRICS_H
#define GUIDANCED_SERVER_METRICS_H

#include "base/buffer.h"

#include <stdatomic.h>

// Route labels of requests.
enum metrics_route {
    METRICS_PAGE,
    METRICS_ASSET,
    METRICS_REDIRECT,
    METRICS_SEARCH,
    METRICS_FEEDBACK,
    METRICS_FEED,
    METRICS_OPS,
    METRICS_NOT_FOUND,
    METRICS_REFUSED,
    METRICS_ROUTES,
};

// METRICS_STATUSES: 100 to 599, in a table that is written where it is not 0.
enum { METRICS_STATUSES = 600, METRICS_BUCKETS = 12 };

struct metrics_histogram {
    atomic_uint_fast64_t buckets[METRICS_BUCKETS + 1]; // the last one is +Inf
    atomic_uint_fast64_t sum_ns;
};

struct metrics {
    atomic_uint_fast64_t requests[METRICS_ROUTES][METRICS_STATUSES];
    struct metrics_histogram latency;
    struct metrics_histogram render;
    struct metrics_histogram search;
    atomic_uint_fast64_t bytes_sent;
    atomic_uint_fast64_t aborted;
    atomic_uint_fast64_t cache_hits, cache_misses;
    atomic_uint_fast64_t searches_without_result;
    atomic_uint_fast64_t feedback, feedback_refused;
    atomic_uint_fast64_t reloads, reload_failures;
};

// What is read when the metrics are asked for.
struct metrics_gauges {
    unsigned in_flight, connections;
    uint64_t generation;
    double snapshot_age_s, load_s;
    size_t pages, assets, problems, overdue;
    bool ready, last_reload_ok, cache_ok, feedback_ok;
    size_t feedback_waiting;
    size_t snapshot_bytes, resident_bytes, pages_reused;
    int64_t store_bytes, sqlite_bytes, certificate_expires;
    uint64_t arena_bytes, arena_highest;
};

enum metrics_route metrics_route(const char *label);
void metrics_observe(struct metrics_histogram *histogram, uint64_t ns);
void metrics_request(struct metrics *metrics, const char *route, int status, uint64_t ns,
                     uint64_t bytes, bool complete);
// OpenMetrics 1.0, or Prometheus' text format 0.0.4 for who does not ask for it.
enum metrics_format { METRICS_TEXT, METRICS_OPENMETRICS };
void metrics_write(struct metrics *metrics, const struct metrics_gauges *gauges,
                   enum metrics_format format, struct buffer *out);

#endif
