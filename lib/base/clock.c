// SPDX-License-Identifier: MIT
//
// Clocks and the calendar. Days are counted from 1970-01-01 by the usual era arithmetic, with March
// as the first month of a year so that the leap day comes last.
#include "clock.h"

#include <math.h>
#include <time.h>

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const WEEKDAYS[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
static const double MS_PER_DAY = 86400000.0;

uint64_t clock_monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

bool clock_join(pthread_t thread, unsigned seconds)
{
#ifdef __SANITIZE_THREAD__ // gcc 12's does not know the call below, and takes the thread for lost
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)seconds;
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
#else
    struct timespec until = clock_monotonic_at(clock_monotonic_ns() + seconds * 1000000000ull);
    return pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0;
#endif
}

int64_t clock_wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (t.tv_sec > INT64_MAX / 1000000000 - 1)
        return INT64_MAX;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_wall_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

double clock_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec * 1e3 + floor((double)t.tv_nsec / 1e6);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

// Days since the epoch of a date whose month is 1 to 12.
static int64_t days_of(int64_t year, int month, int64_t day)
{
    year -= month <= 2;
    int64_t era = floor_divide(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_of_days(int64_t days, struct clock_fields *out)
{
    days += 719468;
    int64_t era = floor_divide(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    out->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = year_of_era + era * 400 + (out->month <= 2);
}

struct clock_fields clock_fields_from_ms(double ms)
{
    struct clock_fields out = {0};
    if (!(fabs(ms) <= 8.64e15)) // ECMA-262's range of time values
        return out;
    double day = floor(ms / MS_PER_DAY);
    int64_t rest = (int64_t)(ms - day * MS_PER_DAY);
    int64_t days = (int64_t)day;
    date_of_days(days, &out);
    out.hour = (int)(rest / 3600000);
    out.minute = (int)(rest / 60000 % 60);
    out.second = (int)(rest / 1000 % 60);
    out.millisecond = (int)(rest % 1000);
    out.weekday = (int)(days + 3 - floor_divide(days + 3, 7) * 7) + 1;
    out.year_day = (int)(days - days_of(out.year, 1, 1)) + 1;
    return out;
}

double clock_ms_from_fields(const struct clock_fields *fields)
{
    int64_t months = fields->year * 12 + fields->month - 1;
    int64_t year = floor_divide(months, 12);
    int64_t days = days_of(year, (int)(months - year * 12) + 1, fields->day);
    return (double)days * MS_PER_DAY + fields->hour * 3600000.0 + fields->minute * 60000.0 +
           fields->second * 1000.0 + fields->millisecond;
}

void clock_append_iso(struct buffer *buffer, double ms)
{
    struct clock_fields f = clock_fields_from_ms(ms);
    if (f.year >= 0 && f.year <= 9999)
        buffer_printf(buffer, "%04d", (int)f.year);
    else
        buffer_printf(buffer, "%c%06lld", f.year < 0 ? '-' : '+',
                      (long long)(f.year < 0 ? -f.year : f.year));
    buffer_printf(buffer, "-%02d-%02dT%02d:%02d:%02d.%03dZ", f.month, f.day, f.hour, f.minute,
                  f.second, f.millisecond);
}

void clock_append_http(struct buffer *buffer, int64_t seconds)
{
    struct clock_fields f = clock_fields_from_ms((double)seconds * 1000);
    if (!f.month)
        return;
    buffer_printf(buffer, "%.3s, %02d %s %04d %02d:%02d:%02d GMT", WEEKDAYS[f.weekday - 1], f.day,
                  MONTHS[f.month - 1], (int)f.year, f.hour, f.minute, f.second);
}

// ---- reading ----

static bool take_digits(struct slice *text, size_t count, int *out)
{
    if (text->len < count)
        return false;
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (text->ptr[i] < '0' || text->ptr[i] > '9')
            return false;
        *out = *out * 10 + (text->ptr[i] - '0');
    }
    *text = slice_sub(*text, count, text->len);
    return true;
}

static bool take_text(struct slice *text, struct slice prefix)
{
    if (!slice_starts_with(*text, prefix))
        return false;
    *text = slice_sub(*text, prefix.len, text->len);
    return true;
}

static bool take_month(struct slice *text, int *month)
{
    for (*month = 1; *month <= 12; ++*month)
        if (take_text(text, slice_from_cstr(MONTHS[*month - 1])))
            return true;
    return false;
}

static bool take_time(struct slice *text, struct clock_fields *f)
{
    return take_digits(text, 2, &f->hour) && take_text(text, SLICE(":")) &&
           take_digits(text, 2, &f->minute) && take_text(text, SLICE(":")) &&
           take_digits(text, 2, &f->second);
}

static int days_in_month(int64_t year, int month)
{
    return (int)(days_of(year + (month == 12), month % 12 + 1, 1) - days_of(year, month, 1));
}

// 24:00 ends a day (ECMA-262 §21.4.1.32).
static bool is_end_of_day(const struct clock_fields *f)
{
    return f->hour == 24 && !f->minute && !f->second && !f->millisecond;
}

static bool in_range(const struct clock_fields *f)
{
    return f->month >= 1 && f->month <= 12 && f->day >= 1 &&
           f->day <= days_in_month(f->year, f->month) && f->hour <= 23 && f->minute <= 59 &&
           f->second <= 60;
}

// "06 Nov 1994 08:49:37 GMT" after the day name.
static bool parse_imf(struct slice text, struct clock_fields *f)
{
    int year;
    bool ok = take_digits(&text, 2, &f->day) && take_text(&text, SLICE(" ")) &&
              take_month(&text, &f->month) && take_text(&text, SLICE(" ")) &&
              take_digits(&text, 4, &year) && take_text(&text, SLICE(" ")) && take_time(&text, f) &&
              slice_equal(text, SLICE(" GMT"));
    f->year = ok ? year : 0;
    return ok;
}

// "06-Nov-94 08:49:37 GMT"; a year more than 50 years ahead means the past (§5.6.7).
static bool parse_rfc850(struct slice text, struct clock_fields *f)
{
    int year;
    if (!take_digits(&text, 2, &f->day) || !take_text(&text, SLICE("-")) ||
        !take_month(&text, &f->month) || !take_text(&text, SLICE("-")) ||
        !take_digits(&text, 2, &year) || !take_text(&text, SLICE(" ")) || !take_time(&text, f) ||
        !slice_equal(text, SLICE(" GMT")))
        return false;
    int64_t now = clock_fields_from_ms(clock_wall_ms()).year;
    f->year = now / 100 * 100 + year;
    if (f->year > now + 50)
        f->year -= 100;
    return true;
}

// "Nov  6 08:49:37 1994"
static bool parse_asctime(struct slice text, struct clock_fields *f)
{
    int year;
    if (!take_month(&text, &f->month) || !take_text(&text, SLICE(" ")))
        return false;
    bool day = take_text(&text, SLICE(" ")) ? take_digits(&text, 1, &f->day)
                                            : take_digits(&text, 2, &f->day);
    if (!day || !take_text(&text, SLICE(" ")) || !take_time(&text, f) ||
        !take_text(&text, SLICE(" ")) || !take_digits(&text, 4, &year) || text.len)
        return false;
    f->year = year;
    return true;
}

bool clock_parse_http(struct slice text, int64_t *seconds)
{
    struct clock_fields f = {0};
    bool ok = false;
    for (size_t i = 0; i < 7 && !ok; i++) {
        struct slice rest = text;
        if (take_text(&rest, slice_from_cstr(WEEKDAYS[i])) && take_text(&rest, SLICE(", ")))
            ok = parse_rfc850(rest, &f);
        rest = text;
        if (!ok && take_text(&rest, slice_of(WEEKDAYS[i], 3)))
            ok = take_text(&rest, SLICE(", "))  ? parse_imf(rest, &f)
                 : take_text(&rest, SLICE(" ")) ? parse_asctime(rest, &f)
                                                : false;
    }
    if (!ok || !in_range(&f))
        return false;
    *seconds = (int64_t)(clock_ms_from_fields(&f) / 1000);
    return true;
}

// "Z", "+01:00", "-0130"; gives the minutes to subtract.
static bool take_zone(struct slice *text, int *minutes)
{
    int hour, minute = 0;
    *minutes = 0;
    if (take_text(text, SLICE("Z")) || !text->len)
        return true;
    int sign = *text->ptr == '-' ? -1 : 1;
    if (!take_text(text, SLICE("+")) && !take_text(text, SLICE("-")))
        return false;
    if (!take_digits(text, 2, &hour))
        return false;
    take_text(text, SLICE(":"));
    if (text->len && !take_digits(text, 2, &minute))
        return false;
    *minutes = sign * (hour * 60 + minute);
    return hour <= 23 && minute <= 59;
}

static bool take_fraction(struct slice *text, struct clock_fields *f)
{
    if (!take_text(text, SLICE(".")))
        return true;
    int unit = 100, digit;
    if (!take_digits(text, 1, &digit))
        return false;
    do {
        f->millisecond += digit * unit;
        unit /= 10;
    } while (take_digits(text, 1, &digit));
    return true;
}

static bool take_clock(struct slice *text, size_t hour_digits, struct clock_fields *f)
{
    if (!take_digits(text, hour_digits, &f->hour) || !take_text(text, SLICE(":")) ||
        !take_digits(text, 2, &f->minute))
        return false;
    return !take_text(text, SLICE(":")) ||
           (take_digits(text, 2, &f->second) && take_fraction(text, f));
}

static bool take_year(struct slice *text, int64_t *year)
{
    int digits, sign = take_text(text, SLICE("-")) ? -1 : take_text(text, SLICE("+")) ? 1 : 0;
    if (!take_digits(text, sign ? 6 : 4, &digits) || (sign < 0 && !digits))
        return false;
    *year = sign < 0 ? -digits : digits;
    return true;
}

bool clock_parse_iso(struct slice text, double *ms)
{
    struct clock_fields f = {.month = 1, .day = 1};
    int zone = 0;
    if (!take_year(&text, &f.year))
        return false;
    if (take_text(&text, SLICE("-")) &&
        (!take_digits(&text, 2, &f.month) ||
         (take_text(&text, SLICE("-")) && !take_digits(&text, 2, &f.day))))
        return false;
    if (text.len && (*text.ptr == 'T' || *text.ptr == 't' || *text.ptr == ' ')) {
        text = slice_sub(text, 1, text.len);
        if (!take_clock(&text, 2, &f) || !take_zone(&text, &zone))
            return false;
    }
    bool ends = is_end_of_day(&f);
    f.hour -= ends;
    if (text.len || !in_range(&f) || f.second > 59)
        return false;
    f.hour += ends;
    *ms = clock_ms_from_fields(&f) - zone * 60000.0;
    return true;
}

static void skip_spaces(struct slice *text)
{
    while (take_text(text, SLICE(" ")))
        continue;
}

// After the day: "T9:00 +01:00".
static bool take_time_of_day(struct slice *text, struct clock_fields *f, int *zone)
{
    if (*text->ptr != 'T' && *text->ptr != 't' && *text->ptr != ' ')
        return false;
    *text = slice_sub(*text, 1, text->len);
    skip_spaces(text);
    bool single = text->len > 1 && text->ptr[1] == ':';
    if (!take_clock(text, single ? 1 : 2, f))
        return false;
    skip_spaces(text);
    if (slice_equal(*text, SLICE("z")))
        *text = SLICE("Z");
    return take_zone(text, zone);
}

bool clock_parse_moment(struct slice text, double *ms)
{
    struct clock_fields f = {.day = 1};
    int year, zone = 0;
    *ms = NAN;
    text = slice_trim(text);
    if (!take_digits(&text, 4, &year) || !take_text(&text, SLICE("-")) ||
        !take_digits(&text, 2, &f.month))
        return false;
    f.year = year;
    bool day = take_text(&text, SLICE("-"));
    if (day && !take_digits(&text, 2, &f.day))
        return false;
    if (day && text.len && !take_time_of_day(&text, &f, &zone))
        return false;
    if (text.len || !in_range(&f) || f.second > 59)
        return false;
    *ms = clock_ms_from_fields(&f) - zone * 60000.0;
    return true;
}
