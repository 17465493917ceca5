// SPDX-License-Identifier: MIT
//
// Time: the monotonic clock for durations, the wall clock for dates, and the proleptic Gregorian
// calendar in UTC without the C library's locale or time zone.
//
// Thread-safety: pure functions and clock reads.
#ifndef GUIDANCED_BASE_CLOCK_H
#define GUIDANCED_BASE_CLOCK_H

#include "buffer.h"

#include <pthread.h>
#include <time.h>

// Nanoseconds: of the monotonic clock, where only differences mean anything, and since the epoch.
uint64_t clock_monotonic_ns(void);
// A reading of the monotonic clock, for pthread_cond_clockwait.
static inline struct timespec clock_monotonic_at(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000),
                             .tv_nsec = (long)(ns % 1000000000)};
}
// Waits so many seconds for the end of a thread. False: it still runs.
bool clock_join(pthread_t thread, unsigned seconds);
int64_t clock_wall_ns(void); // INT64_MAX after the year 2262
int64_t clock_wall_s(void);
// Milliseconds since the epoch, as JavaScript's Date.now().
double clock_wall_ms(void);

struct clock_fields {
    int64_t year; // astronomical: year 0 exists
    int month;    // 1 to 12
    int day;      // 1 to 31
    int hour, minute, second, millisecond;
    int weekday;  // 1 Monday to 7 Sunday, as ISO 8601
    int year_day; // 1 to 366
};

// Milliseconds since the epoch to fields (UTC) and back. Fields out of range carry over
// (month 13 is January of the next year); weekday and year_day are not read.
struct clock_fields clock_fields_from_ms(double ms);
double clock_ms_from_fields(const struct clock_fields *fields);

// "2024-05-23T00:00:00.000Z"; years outside 0–9999 as ECMA-262 expands them.
void clock_append_iso(struct buffer *buffer, double ms);
// RFC 9110 IMF-fixdate, "Thu, 23 May 2024 00:00:00 GMT" (29 bytes), from whole seconds.
void clock_append_http(struct buffer *buffer, int64_t seconds);
// Reads IMF-fixdate, RFC 850 and asctime dates (RFC 9110 §5.6.7). False when it is none of them.
bool clock_parse_http(struct slice text, int64_t *seconds);
// Reads ISO 8601 calendar dates with optional time and zone, as ECMA-262's Date.parse does (a date
// alone is UTC; a date-time without a zone is taken as UTC too, for want of a local zone).
bool clock_parse_iso(struct slice text, double *ms);
// Reads a moment as people write it in front matter: "2027-05", "2027-05-01", and a time after
// that: "T09:00", " 9:00", " 09:00:00.5", with "Z", "+01:00", "+0100" or "+01", with or without a
// space before it. Without a zone it is UTC. Everything else is refused, and *ms is NaN: a year
// alone, other orders of day and month, names of months, days that do not exist.
bool clock_parse_moment(struct slice text, double *ms);

#endif
