// SPDX-License-Identifier: MIT
//
// toLocaleDateString and its siblings, in British (the default) and American English. The requested
// fields and their forms are read into a struct date_format; the layouts are CLDR's for these two.
// Times are UTC: `timeZone` is ignored.
#include "value/dates.h"

// How a field is shown. NUMERIC and TWO_DIGITS are numbers, SHORT and LONG names.
enum field { FIELD_NONE = 0, FIELD_NUMERIC, FIELD_TWO_DIGITS, FIELD_SHORT, FIELD_LONG };

struct date_format {
    enum field weekday, day, month, year, hour, minute, second;
    bool american;
    bool twelve_hours;
};

static enum field field_of(struct value v)
{
    static const struct {
        struct slice name;
        enum field field;
    } names[] = {
        {{"numeric", 7}, FIELD_NUMERIC}, {{"2-digit", 7}, FIELD_TWO_DIGITS},
        {{"short", 5}, FIELD_SHORT},     {{"narrow", 6}, FIELD_SHORT},
        {{"long", 4}, FIELD_LONG},
    };
    if (v.type != VALUE_STRING)
        return FIELD_NONE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (slice_equal(value_text(v), names[i].name))
            return names[i].field;
    }
    return FIELD_NONE;
}

static enum field read_field(struct value_realm *realm, struct value options, struct slice name)
{
    return field_of(value_get(realm, options, name));
}

static bool style_is(struct value style, struct slice name)
{
    return style.type == VALUE_STRING && slice_equal(value_text(style), name);
}

static bool read_date_style(struct date_format *f, struct value style)
{
    if (style.type != VALUE_STRING)
        return false;
    bool brief = style_is(style, SLICE("short"));
    f->day = FIELD_NUMERIC;
    f->year = brief && f->american ? FIELD_TWO_DIGITS : FIELD_NUMERIC;
    f->month = brief ? FIELD_NUMERIC : style_is(style, SLICE("medium")) ? FIELD_SHORT : FIELD_LONG;
    f->weekday = style_is(style, SLICE("full")) ? FIELD_LONG : FIELD_NONE;
    return true;
}

static bool read_time_style(struct date_format *f, struct value style)
{
    if (style.type != VALUE_STRING)
        return false;
    f->hour = f->minute = FIELD_NUMERIC;
    f->second = style_is(style, SLICE("short")) ? FIELD_NONE : FIELD_NUMERIC;
    return true;
}

static void read_fields(struct value_realm *realm, struct date_format *f, struct value options)
{
    f->weekday = read_field(realm, options, SLICE("weekday"));
    f->day = read_field(realm, options, SLICE("day"));
    f->month = read_field(realm, options, SLICE("month"));
    f->year = read_field(realm, options, SLICE("year"));
    f->hour = read_field(realm, options, SLICE("hour"));
    f->minute = read_field(realm, options, SLICE("minute"));
    f->second = read_field(realm, options, SLICE("second"));
}

// If no field of the method's kind is requested, its default fields are shown
// (ECMA-402 §11.1.2, ToDateTimeOptions).
static void fill_defaults(struct date_format *f, bool date, bool time)
{
    bool has_date = f->weekday || f->day || f->month || f->year;
    bool has_time = f->hour || f->minute || f->second;
    bool enough = (date && has_date) || (time && has_time);
    if (date && !enough)
        f->day = f->month = f->year = FIELD_NUMERIC;
    if (time && !enough)
        f->hour = f->minute = f->second = FIELD_NUMERIC;
}

static struct date_format read_format(struct value_realm *realm, struct slice locale,
                                      struct value options, bool date, bool time)
{
    struct date_format f = {.american = slice_equal(locale, SLICE("en-US"))};
    bool styled = read_date_style(&f, value_get(realm, options, SLICE("dateStyle")));
    styled |= read_time_style(&f, value_get(realm, options, SLICE("timeStyle")));
    if (!styled) {
        read_fields(realm, &f, options);
        fill_defaults(&f, date, time);
    }
    struct value twelve = value_get(realm, options, SLICE("hour12"));
    f.twelve_hours = twelve.type == VALUE_UNDEFINED ? f.american : value_truthy(twelve);
    return f;
}

static void append_digits(struct buffer *out, int64_t n, bool two)
{
    buffer_printf(out, two ? "%02lld" : "%lld", (long long)n);
}

static void append_locale_year(struct buffer *out, const struct date_format *f, int64_t year)
{
    bool two = f->year == FIELD_TWO_DIGITS;
    append_digits(out, two ? year % 100 : year, two);
}

static void append_name(struct buffer *out, enum field field, struct slice name, size_t brief)
{
    buffer_append(out, field == FIELD_LONG ? name : slice_sub(name, 0, brief));
}

static void append_month(struct buffer *out, const struct date_format *f,
                         const struct clock_fields *c)
{
    // CLDR's short form of September is "Sept" in Britain.
    append_name(out, f->month, date_month_name(c), c->month == 9 && !f->american ? 4 : 3);
}

// 03/05/2024, 5/3/2024: British numbers have two digits unless they stand alone.
static void append_numeric(struct buffer *out, const struct date_format *f,
                           const struct clock_fields *c)
{
    bool alone = !!f->day + !!f->month + !!f->year == 1;
    bool two = !f->american && !alone;
    int first = f->american ? c->month : c->day, second = f->american ? c->day : c->month;
    enum field first_field = f->american ? f->month : f->day;
    enum field second_field = f->american ? f->day : f->month;
    if (first_field)
        append_digits(out, first, two || first_field == FIELD_TWO_DIGITS);
    if (first_field && second_field)
        buffer_append_byte(out, '/');
    if (second_field)
        append_digits(out, second, two || second_field == FIELD_TWO_DIGITS);
    if (f->year && (first_field || second_field))
        buffer_append_byte(out, '/');
    if (f->year)
        append_locale_year(out, f, c->year);
}

// 3 May 2024; May 3, 2024
static void append_named(struct buffer *out, const struct date_format *f,
                         const struct clock_fields *c)
{
    bool day_two = f->day == FIELD_TWO_DIGITS;
    if (f->day && !f->american) {
        append_digits(out, c->day, day_two);
        buffer_append_byte(out, ' ');
    }
    append_month(out, f, c);
    if (f->day && f->american) {
        buffer_append_byte(out, ' ');
        append_digits(out, c->day, day_two);
    }
    if (f->year) {
        buffer_append(out, f->day && f->american ? SLICE(", ") : SLICE(" "));
        append_locale_year(out, f, c->year);
    }
}

// A weekday stands before a day ("Friday, 3 May 2024", "Friday 3 May") and after a mere month.
static void append_date(struct buffer *out, const struct date_format *f,
                        const struct clock_fields *c)
{
    bool named = f->month >= FIELD_SHORT;
    bool others = f->day || f->month || f->year;
    bool before = f->day || !others;
    if (f->weekday && before) {
        append_name(out, f->weekday, date_weekday_name(c), 3);
        bool comma = f->american || f->year || !named;
        if (others)
            buffer_append(out, comma ? SLICE(", ") : SLICE(" "));
    }
    if (named)
        append_named(out, f, c);
    else
        append_numeric(out, f, c);
    if (f->weekday && !before) {
        buffer_append_byte(out, ' ');
        append_name(out, f->weekday, date_weekday_name(c), 3);
    }
}

static void append_hour(struct buffer *out, const struct date_format *f, int hour)
{
    bool two = f->hour == FIELD_TWO_DIGITS || !f->twelve_hours;
    // CLDR's twelve British hours start at 0.
    int shown = !f->twelve_hours ? hour : f->american ? (hour + 11) % 12 + 1 : hour % 12;
    append_digits(out, shown, two);
}

static void append_clock(struct buffer *out, const struct date_format *f,
                         const struct clock_fields *c)
{
    if (f->hour)
        append_hour(out, f, c->hour);
    if (f->minute) {
        if (f->hour)
            buffer_append_byte(out, ':');
        append_digits(out, c->minute, f->hour || f->second);
    }
    if (f->second) {
        if (f->hour || f->minute)
            buffer_append_byte(out, ':');
        append_digits(out, c->second, f->hour || f->minute);
    }
    if (f->hour && f->twelve_hours && f->american)
        buffer_append(out, c->hour < 12 ? SLICE(" AM") : SLICE(" PM"));
    else if (f->hour && f->twelve_hours)
        buffer_append(out, c->hour < 12 ? SLICE(" am") : SLICE(" pm"));
}

void date_append_locale(struct value_realm *realm, struct buffer *out, double ms,
                        struct slice locale, struct value options, bool date, bool time)
{
    struct clock_fields c = clock_fields_from_ms(ms);
    struct date_format f = read_format(realm, locale, options, date, time);
    bool has_date = f.weekday || f.day || f.month || f.year;
    bool has_time = f.hour || f.minute || f.second;
    if (has_date)
        append_date(out, &f, &c);
    bool weekday_only = f.weekday && !f.day && !f.month && !f.year;
    if (has_date && has_time)
        buffer_append(out, f.month == FIELD_LONG ? SLICE(" at ")
                           : weekday_only        ? SLICE(" ")
                                                 : SLICE(", "));
    if (has_time)
        append_clock(out, &f, &c);
}
