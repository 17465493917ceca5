// SPDX-License-Identifier: MIT
//
// Dates as text. All of guidanced uses UTC, so local time is UTC here.
#include "value/dates.h"

#include "base/clock.h"

#include <math.h>

static const char *const WEEKDAYS[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
static const char *const MONTHS[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

struct slice date_weekday_name(const struct clock_fields *f)
{
    return slice_from_cstr(WEEKDAYS[(f->weekday + 6) % 7]);
}

struct slice date_month_name(const struct clock_fields *f)
{
    return slice_from_cstr(MONTHS[(f->month + 11) % 12]);
}

bool date_is_valid(double ms)
{
    return fabs(ms) <= DATE_MS_MAX;
}

static void append_iso_year(struct buffer *out, int64_t year)
{
    buffer_printf(out, "%s%04lld", year < 0 ? "-" : "", (long long)(year < 0 ? -year : year));
}

void date_append_day(struct buffer *out, double ms)
{
    struct clock_fields f = clock_fields_from_ms(ms);
    buffer_append(out, slice_sub(date_weekday_name(&f), 0, 3));
    buffer_append_byte(out, ' ');
    buffer_append(out, slice_sub(date_month_name(&f), 0, 3));
    buffer_printf(out, " %02d ", f.day);
    append_iso_year(out, f.year);
}

void date_append_time(struct buffer *out, double ms)
{
    struct clock_fields f = clock_fields_from_ms(ms);
    buffer_printf(out, "%02d:%02d:%02d GMT+0000 (Coordinated Universal Time)", f.hour, f.minute,
                  f.second);
}

void date_append_text(struct buffer *out, double ms)
{
    if (!date_is_valid(ms)) {
        buffer_append(out, SLICE("Invalid Date"));
        return;
    }
    date_append_day(out, ms);
    buffer_append_byte(out, ' ');
    date_append_time(out, ms);
}

void date_append_utc(struct buffer *out, double ms)
{
    struct clock_fields f = clock_fields_from_ms(ms);
    buffer_append(out, slice_sub(date_weekday_name(&f), 0, 3));
    buffer_printf(out, ", %02d ", f.day);
    buffer_append(out, slice_sub(date_month_name(&f), 0, 3));
    buffer_append_byte(out, ' ');
    append_iso_year(out, f.year);
    buffer_printf(out, " %02d:%02d:%02d GMT", f.hour, f.minute, f.second);
}
