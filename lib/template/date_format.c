// SPDX-License-Identifier: MIT
//
// Dates as text, in English and a time zone. Two notations for formats: Luxon's tokens, a run of
// one letter each ("d LLLL yyyy"), with quoted literals; and C's strftime directives ("%d %B %Y").
// Both are tables from a token to a function that writes one field. Sources: Luxon's manual ("Table
// of tokens"), POSIX strftime with the C locale.
#include "template.h"
#include "time_zone.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

struct moment {
    double ms;
    struct clock_fields at; // in the zone
    struct time_zone zone;
};

static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

// ---- fields ----

static void append_first(struct buffer *out, const char *name, size_t letters)
{
    buffer_append(out, slice_sub(slice_from_cstr(name), 0, letters));
}

static const char *weekday_name(const struct moment *m)
{
    return weekdays[m->at.weekday - 1];
}

static const char *month_name(const struct moment *m)
{
    return months[m->at.month - 1];
}

static int hour_12(const struct moment *m)
{
    return m->at.hour % 12 == 0 ? 12 : m->at.hour % 12;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// Weekday of 1 January, 1 to 7, from that of today.
static int first_weekday(const struct moment *m)
{
    return (((m->at.weekday - 1 - (m->at.year_day - 1)) % 7) + 7) % 7 + 1;
}

// ISO 8601: a year has 53 weeks when it begins on a Thursday, or, leap, on a Wednesday.
static int weeks_in_year(int64_t year, int first)
{
    return first == 4 || (first == 3 && is_leap(year)) ? 53 : 52;
}

// ISO 8601 week date: the week belongs to the year that holds its Thursday.
static void week_date(const struct moment *m, int64_t *year, int *week)
{
    int first = first_weekday(m);
    *year = m->at.year;
    *week = (m->at.year_day - m->at.weekday + 10) / 7;
    if (*week < 1) {
        int64_t before = *year - 1;
        int before_first = (first - 1 - (is_leap(before) ? 366 : 365) % 7 + 7) % 7 + 1;
        *week = weeks_in_year(before, before_first);
        *year = before;
    } else if (*week > weeks_in_year(*year, first)) {
        *week = 1;
        (*year)++;
    }
}

static int64_t week_year(const struct moment *m)
{
    int64_t year;
    int week;
    week_date(m, &year, &week);
    return year;
}

static int week_number(const struct moment *m)
{
    int64_t year;
    int week;
    week_date(m, &year, &week);
    return week;
}

// The last two digits, as JavaScript's slice(-2) of the year's text.
static int64_t two_digits(int64_t year)
{
    return (year < 0 ? -year : year) % 100;
}

// ---- Luxon ----

// The D, t, f and F families are presets: as Intl.DateTimeFormat prints them in American English,
// Luxon's default, with a narrow no-break space before AM and PM.
struct token {
    const char *name;
    void (*append)(struct buffer *out, const struct moment *m, int width);
    int width;
    const char *expansion; // a format of simpler tokens, instead of append
};

static void append_millisecond(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.millisecond, width);
}
// Fractions of a second, of one or two digits.
static void append_tenths(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    buffer_append_decimal(out, m->at.millisecond / 100, 1);
}
static void append_hundredths(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.millisecond / 10, width);
}
static void append_second(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.second, width);
}
static void append_minute(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.minute, width);
}
static void append_hour_12(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, hour_12(m), width);
}
static void append_hour(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.hour, width);
}
static void append_meridiem(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    buffer_append_cstr(out, m->at.hour < 12 ? "AM" : "PM");
}
static void append_day(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.day, width);
}
static void append_weekday(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.weekday, width);
}
static void append_weekday_name(struct buffer *out, const struct moment *m, int letters)
{
    append_first(out, weekday_name(m), (size_t)letters);
}
static void append_month(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.month, width);
}
static void append_month_name(struct buffer *out, const struct moment *m, int letters)
{
    append_first(out, month_name(m), (size_t)letters);
}
static void append_padded_year(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.year, width);
}
static void append_short_year(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, two_digits(m->at.year), width);
}
static void append_era(struct buffer *out, const struct moment *m, int letters)
{
    append_first(out, m->at.year < 1 ? "BC" : "AD", (size_t)letters);
}
static void append_era_name(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    buffer_append_cstr(out, m->at.year < 1 ? "Before Christ" : "Anno Domini");
}
static void append_week_year(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, week_year(m), width);
}
static void append_short_week_year(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, two_digits(week_year(m)), width);
}
static void append_week(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, week_number(m), width);
}
// The locale's weeks (en-US): from Sunday to Saturday, and the first one contains 1 January. So a
// week belongs to the year of its Saturday.
static struct clock_fields saturday(const struct moment *m)
{
    return clock_fields_from_ms(m->ms + (double)(6 - m->at.weekday % 7) * 86400e3);
}
static void append_local_week(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, (saturday(m).year_day - 1) / 7 + 1, width);
}
static void append_local_week_year(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, saturday(m).year, width);
}
static void append_short_local_week_year(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, two_digits(saturday(m).year), width);
}
static void append_year_day(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.year_day, width);
}
static void append_quarter(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, (m->at.month + 2) / 3, width);
}
static void append_unix_seconds(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, (int64_t)floor(m->ms / 1000), width);
}
static void append_unix_ms(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, (int64_t)m->ms, width);
}

// ---- the zone ----

// +1, +5:30
static void append_narrow_offset(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    int minutes = abs(m->zone.minutes);
    buffer_printf(out, "%c%d", m->zone.minutes < 0 ? '-' : '+', minutes / 60);
    if (minutes % 60)
        buffer_printf(out, ":%02d", minutes % 60);
}
// +0100, and with a colon +01:00
static void append_offset(struct buffer *out, const struct moment *m, int colon)
{
    int minutes = abs(m->zone.minutes);
    buffer_printf(out, "%c%02d%s%02d", m->zone.minutes < 0 ? '-' : '+', minutes / 60,
                  colon ? ":" : "", minutes % 60);
}
static void append_offset_name(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    buffer_append_cstr(out, m->zone.offset);
}
static void append_zone_long_name(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    buffer_append_cstr(out, m->zone.long_name);
}
static void append_zone(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    buffer_append_cstr(out, m->zone.name);
}
static void append_zone_letters(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    buffer_append_cstr(out, m->zone.letters);
}

enum { WHOLE_NAME = 16 };

static const struct token tokens[] = {
    {"S", append_millisecond, 1, NULL},
    {"SSS", append_millisecond, 3, NULL},
    {"u", append_millisecond, 3, NULL},
    {"uu", append_hundredths, 2, NULL},
    {"uuu", append_tenths, 1, NULL},
    {"s", append_second, 1, NULL},
    {"ss", append_second, 2, NULL},
    {"m", append_minute, 1, NULL},
    {"mm", append_minute, 2, NULL},
    {"h", append_hour_12, 1, NULL},
    {"hh", append_hour_12, 2, NULL},
    {"H", append_hour, 1, NULL},
    {"HH", append_hour, 2, NULL},
    {"Z", append_narrow_offset, 0, NULL},
    {"ZZ", append_offset, 1, NULL},
    {"ZZZ", append_offset, 0, NULL},
    {"ZZZZ", append_offset_name, 0, NULL},
    {"ZZZZZ", append_zone_long_name, 0, NULL},
    {"z", append_zone, 0, NULL},
    {"a", append_meridiem, 0, NULL},
    {"d", append_day, 1, NULL},
    {"dd", append_day, 2, NULL},
    {"c", append_weekday, 1, NULL},
    {"ccc", append_weekday_name, 3, NULL},
    {"cccc", append_weekday_name, WHOLE_NAME, NULL},
    {"ccccc", append_weekday_name, 1, NULL},
    {"E", append_weekday, 1, NULL},
    {"EEE", append_weekday_name, 3, NULL},
    {"EEEE", append_weekday_name, WHOLE_NAME, NULL},
    {"EEEEE", append_weekday_name, 1, NULL},
    {"L", append_month, 1, NULL},
    {"LL", append_month, 2, NULL},
    {"LLL", append_month_name, 3, NULL},
    {"LLLL", append_month_name, WHOLE_NAME, NULL},
    {"LLLLL", append_month_name, 1, NULL},
    {"M", append_month, 1, NULL},
    {"MM", append_month, 2, NULL},
    {"MMM", append_month_name, 3, NULL},
    {"MMMM", append_month_name, WHOLE_NAME, NULL},
    {"MMMMM", append_month_name, 1, NULL},
    {"y", append_padded_year, 1, NULL},
    {"yy", append_short_year, 2, NULL},
    {"yyyy", append_padded_year, 4, NULL},
    {"yyyyyy", append_padded_year, 6, NULL},
    {"G", append_era, 2, NULL},
    {"GG", append_era_name, 0, NULL},
    {"GGGGG", append_era, 1, NULL},
    {"kk", append_short_week_year, 2, NULL},
    {"kkkk", append_week_year, 4, NULL},
    {"W", append_week, 1, NULL},
    {"WW", append_week, 2, NULL},
    {"ii", append_short_local_week_year, 2, NULL},
    {"iiii", append_local_week_year, 4, NULL},
    {"n", append_local_week, 1, NULL},
    {"nn", append_local_week, 2, NULL},
    {"o", append_year_day, 1, NULL},
    {"ooo", append_year_day, 3, NULL},
    {"q", append_quarter, 1, NULL},
    {"qq", append_quarter, 2, NULL},
    {"X", append_unix_seconds, 1, NULL},
    {"x", append_unix_ms, 1, NULL},
    {"D", NULL, 0, "M/d/yyyy"},
    {"DD", NULL, 0, "MMM d, yyyy"},
    {"DDD", NULL, 0, "MMMM d, yyyy"},
    {"DDDD", NULL, 0, "EEEE, MMMM d, yyyy"},
    {"t", NULL, 0, "h:mm' 'a"},
    {"tt", NULL, 0, "h:mm:ss' 'a"},
    {"ttt", NULL, 0, "h:mm:ss' 'a ZZZZ"},
    {"tttt", NULL, 0, "h:mm:ss' 'a ZZZZZ"},
    {"T", NULL, 0, "HH:mm"},
    {"TT", NULL, 0, "HH:mm:ss"},
    {"TTT", NULL, 0, "HH:mm:ss ZZZZ"},
    {"TTTT", NULL, 0, "HH:mm:ss ZZZZZ"},
    {"f", NULL, 0, "M/d/yyyy, h:mm' 'a"},
    {"ff", NULL, 0, "MMM d, yyyy, h:mm' 'a"},
    {"fff", NULL, 0, "MMMM d, yyyy 'at' h:mm' 'a ZZZZ"},
    {"ffff", NULL, 0, "EEEE, MMMM d, yyyy 'at' h:mm' 'a ZZZZZ"},
    {"F", NULL, 0, "M/d/yyyy, h:mm:ss' 'a"},
    {"FF", NULL, 0, "MMM d, yyyy, h:mm:ss' 'a"},
    {"FFF", NULL, 0, "MMMM d, yyyy 'at' h:mm:ss' 'a ZZZZ"},
    {"FFFF", NULL, 0, "EEEE, MMMM d, yyyy 'at' h:mm:ss' 'a ZZZZZ"},
};

static void format_luxon(struct buffer *out, const struct moment *m, struct slice format);

static void append_token(struct buffer *out, const struct moment *m, struct slice name)
{
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        if (*tokens[i].name != *name.ptr || !slice_equal(slice_from_cstr(tokens[i].name), name))
            continue;
        // An expansion contains no expanding token, so this recurses only once.
        if (tokens[i].expansion)
            format_luxon(out, m, slice_from_cstr(tokens[i].expansion));
        else
            tokens[i].append(out, m, tokens[i].width);
        return;
    }
    buffer_append(out, name);
}

// 'literal', or '' for a quote. An unclosed literal extends to the end. Returns its end.
static size_t append_literal(struct buffer *out, struct slice format, size_t open)
{
    size_t close = slice_find_byte(format, '\'', open + 1);
    struct slice text = slice_sub(format, open + 1, close);
    bool quote = text.len == 0 && close != SIZE_MAX;
    buffer_append(out, quote ? SLICE("'") : text);
    return close == SIZE_MAX ? format.len : close + 1;
}

static void format_luxon(struct buffer *out, const struct moment *m, struct slice format)
{
    size_t at = 0;
    while (at < format.len) {
        if (format.ptr[at] == '\'') {
            at = append_literal(out, format, at);
            continue;
        }
        size_t end = at;
        while (end < format.len && format.ptr[end] == format.ptr[at])
            end++;
        append_token(out, m, slice_sub(format, at, end));
        at = end;
    }
}

// ---- strftime ----

struct directive {
    char letter;
    char pad;  // '0' or ' ' or 0: the fill character
    int width; // of the field when padded
    void (*append)(struct buffer *out, const struct moment *m, int width);
    const char *expansion;
};

static void append_century(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, (int64_t)floor((double)m->at.year / 100), width);
}
// Weeks since the start of the year, beginning on Sunday (%U) or Monday (%W).
static void append_sunday_week(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, (m->at.year_day + 6 - m->at.weekday % 7) / 7, width);
}
static void append_monday_week(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, (m->at.year_day + 6 - (m->at.weekday + 6) % 7) / 7, width);
}
static void append_sunday_first(struct buffer *out, const struct moment *m, int width)
{
    buffer_append_decimal(out, m->at.weekday % 7, width);
}
static void append_lower_meridiem(struct buffer *out, const struct moment *m, int width)
{
    (void)width;
    buffer_append_cstr(out, m->at.hour < 12 ? "am" : "pm");
}

static const struct directive directives[] = {
    {'a', 0, 3, append_weekday_name, NULL},
    {'A', 0, WHOLE_NAME, append_weekday_name, NULL},
    {'b', 0, 3, append_month_name, NULL},
    {'B', 0, WHOLE_NAME, append_month_name, NULL},
    {'c', 0, 0, NULL, "%a %b %e %H:%M:%S %Y"},
    {'C', '0', 2, append_century, NULL},
    {'d', '0', 2, append_day, NULL},
    {'D', 0, 0, NULL, "%m/%d/%y"},
    {'e', ' ', 2, append_day, NULL},
    {'F', 0, 0, NULL, "%Y-%m-%d"},
    {'g', '0', 2, append_short_week_year, NULL},
    {'G', 0, 1, append_week_year, NULL},
    {'h', 0, 3, append_month_name, NULL},
    {'H', '0', 2, append_hour, NULL},
    {'I', '0', 2, append_hour_12, NULL},
    {'j', '0', 3, append_year_day, NULL},
    {'k', ' ', 2, append_hour, NULL},
    {'l', ' ', 2, append_hour_12, NULL},
    {'L', '0', 3, append_millisecond, NULL},
    {'m', '0', 2, append_month, NULL},
    {'M', '0', 2, append_minute, NULL},
    {'n', 0, 0, NULL, "\n"},
    {'p', 0, 0, append_meridiem, NULL},
    {'P', 0, 0, append_lower_meridiem, NULL},
    {'r', 0, 0, NULL, "%I:%M:%S %p"},
    {'R', 0, 0, NULL, "%H:%M"},
    {'s', 0, 1, append_unix_seconds, NULL},
    {'S', '0', 2, append_second, NULL},
    {'t', 0, 0, NULL, "\t"},
    {'T', 0, 0, NULL, "%H:%M:%S"},
    {'u', 0, 1, append_weekday, NULL},
    {'U', '0', 2, append_sunday_week, NULL},
    {'V', '0', 2, append_week, NULL},
    {'w', 0, 1, append_sunday_first, NULL},
    {'W', '0', 2, append_monday_week, NULL},
    {'x', 0, 0, NULL, "%m/%d/%y"},
    {'X', 0, 0, NULL, "%H:%M:%S"},
    {'y', '0', 2, append_short_year, NULL},
    {'Y', 0, 1, append_padded_year, NULL},
    {'z', 0, 0, append_offset, NULL},
    {'Z', 0, 0, append_zone_letters, NULL},
};

static void format_strftime(struct buffer *out, const struct moment *m, struct slice format);

// Upper-cases what was written since `from` (the flag ^).
static void upper_since(struct buffer *out, size_t from)
{
    for (size_t i = from; i < out->len; i++)
        if (out->ptr[i] >= 'a' && out->ptr[i] <= 'z')
            out->ptr[i] = (char)(out->ptr[i] - 'a' + 'A');
}

static void append_directive(struct buffer *out, const struct moment *m, const struct directive *d,
                             char flag)
{
    char pad = flag == '-' ? 0 : flag == '_' && d->pad ? ' ' : flag == '0' && d->pad ? '0' : d->pad;
    size_t from = out->len;
    if (d->expansion) {
        format_strftime(out, m, slice_from_cstr(d->expansion));
    } else if (pad == ' ') {
        struct buffer field = buffer_create(out->arena, 0);
        d->append(&field, m, 1);
        for (size_t n = field.len; n < (size_t)d->width; n++)
            buffer_append_byte(out, ' ');
        buffer_append(out, buffer_slice(&field));
    } else {
        d->append(out, m, pad == 0 && d->pad ? 1 : d->width);
    }
    if (flag == '^')
        upper_since(out, from);
}

static const struct directive *find_directive(char letter)
{
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (directives[i].letter == letter)
            return &directives[i];
    return NULL;
}

// The directive at `at` (after its %). Returns the offset after it.
static size_t read_directive(struct buffer *out, const struct moment *m, struct slice format,
                             size_t at)
{
    size_t start = at;
    char flag = '\0';
    if (at < format.len && strchr("-_0^", format.ptr[at]))
        flag = format.ptr[at++];
    // E and O ask for the locale's alternatives, of which English has none.
    if (at + 1 < format.len && (format.ptr[at] == 'E' || format.ptr[at] == 'O'))
        at++;
    const struct directive *d = at < format.len ? find_directive(format.ptr[at]) : NULL;
    if (d) {
        append_directive(out, m, d, flag);
        return at + 1;
    }
    buffer_append_byte(out, '%');
    return start < format.len && format.ptr[start] == '%' ? start + 1 : start;
}

static void format_strftime(struct buffer *out, const struct moment *m, struct slice format)
{
    size_t at = 0;
    while (at < format.len) {
        size_t percent = slice_find_byte(format, '%', at);
        buffer_append(out, slice_sub(format, at, percent));
        if (percent == SIZE_MAX)
            return;
        at = read_directive(out, m, format, percent + 1);
    }
}

bool template_format_date(struct buffer *out, double ms, struct slice format, bool luxon,
                          struct slice zone)
{
    // ECMA-262's range of dates; beyond it calendar arithmetic is meaningless.
    if (!(fabs(ms) <= 8.64e15)) {
        buffer_append_cstr(out, luxon ? "Invalid DateTime" : "Invalid Date");
        return true;
    }
    struct moment m = {.ms = ms, .zone = TIME_ZONE_UTC};
    if (zone.len && !time_zone_at(zone, ms, &m.zone))
        return false;
    m.at = clock_fields_from_ms(ms + 60000.0 * m.zone.minutes);
    if (luxon)
        format_luxon(out, &m, format);
    else
        format_strftime(out, &m, format);
    return true;
}
