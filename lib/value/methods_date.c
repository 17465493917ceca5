// SPDX-License-Identifier: MIT
//
// Date.prototype. Local time is UTC, so getHours and getUTCHours are the same; a date is a value
// and
// has no setters.
#include "value/dates.h"
#include "value/methods.h"
#include "value/text.h"

#include <math.h>

static bool invalid(const struct value_call *call)
{
    return call->self.type != VALUE_DATE || !date_is_valid(call->self.number);
}

static struct value date_get_time(struct value_call *call)
{
    return value_number(invalid(call) ? NAN : call->self.number);
}

static struct value date_get_zone_offset(struct value_call *call)
{
    return value_number(invalid(call) ? NAN : 0);
}

// One function per field, from one row each.
#define GETTER(name, expression)                                                                   \
    static struct value name(struct value_call *call)                                              \
    {                                                                                              \
        if (invalid(call))                                                                         \
            return value_number(NAN);                                                              \
        struct clock_fields f = clock_fields_from_ms(call->self.number);                           \
        return value_number((double)(expression));                                                 \
    }

GETTER(date_get_full_year, f.year)
GETTER(date_get_year, f.year - 1900)
GETTER(date_get_month, f.month - 1)
GETTER(date_get_date, f.day)
GETTER(date_get_day, f.weekday % 7)
GETTER(date_get_hours, f.hour)
GETTER(date_get_minutes, f.minute)
GETTER(date_get_seconds, f.second)
GETTER(date_get_milliseconds, f.millisecond)

static struct value written_date(struct value_call *call, void (*append)(struct buffer *, double))
{
    if (invalid(call))
        return VALUE_LITERAL("Invalid Date");
    struct buffer out = text_buffer(call->realm);
    append(&out, call->self.number);
    return text_finish(call->realm, &out, call->error);
}

static struct value date_to_string(struct value_call *call)
{
    return written_date(call, date_append_text);
}

static struct value date_to_date_string(struct value_call *call)
{
    return written_date(call, date_append_day);
}

static struct value date_to_time_string(struct value_call *call)
{
    return written_date(call, date_append_time);
}

static struct value date_to_utc_string(struct value_call *call)
{
    return written_date(call, date_append_utc);
}

static struct value date_to_iso_string(struct value_call *call)
{
    if (invalid(call))
        return method_error(call, ERROR_RUNTIME, "toISOString: the date is not valid");
    return written_date(call, clock_append_iso);
}

static struct value date_to_json(struct value_call *call)
{
    return invalid(call) ? value_null() : written_date(call, clock_append_iso);
}

static struct value localised(struct value_call *call, bool date, bool time)
{
    if (invalid(call))
        return VALUE_LITERAL("Invalid Date");
    struct value locale = value_arg(call, 0);
    struct buffer out = text_buffer(call->realm);
    date_append_locale(call->realm, &out, call->self.number,
                       locale.type == VALUE_STRING ? value_text(locale) : SLICE("en-GB"),
                       value_arg(call, 1), date, time);
    return text_finish(call->realm, &out, call->error);
}

static struct value date_to_locale_date_string(struct value_call *call)
{
    return localised(call, true, false);
}

static struct value date_to_locale_time_string(struct value_call *call)
{
    return localised(call, false, true);
}

static struct value date_to_locale_string(struct value_call *call)
{
    return localised(call, true, true);
}

static const struct value_function ROWS[] = {
    METHOD("getDate", date_get_date),
    METHOD("getDay", date_get_day),
    METHOD("getFullYear", date_get_full_year),
    METHOD("getHours", date_get_hours),
    METHOD("getMilliseconds", date_get_milliseconds),
    METHOD("getMinutes", date_get_minutes),
    METHOD("getMonth", date_get_month),
    METHOD("getSeconds", date_get_seconds),
    METHOD("getTime", date_get_time),
    METHOD("getTimezoneOffset", date_get_zone_offset),
    METHOD("getUTCDate", date_get_date),
    METHOD("getUTCDay", date_get_day),
    METHOD("getUTCFullYear", date_get_full_year),
    METHOD("getUTCHours", date_get_hours),
    METHOD("getUTCMilliseconds", date_get_milliseconds),
    METHOD("getUTCMinutes", date_get_minutes),
    METHOD("getUTCMonth", date_get_month),
    METHOD("getUTCSeconds", date_get_seconds),
    METHOD("getYear", date_get_year),
    METHOD("hasOwnProperty", method_has_own_property),
    METHOD("toDateString", date_to_date_string),
    METHOD("toGMTString", date_to_utc_string),
    METHOD("toISOString", date_to_iso_string),
    METHOD("toJSON", date_to_json),
    METHOD("toLocaleDateString", date_to_locale_date_string),
    METHOD("toLocaleString", date_to_locale_string),
    METHOD("toLocaleTimeString", date_to_locale_time_string),
    METHOD("toString", date_to_string),
    METHOD("toTimeString", date_to_time_string),
    METHOD("toUTCString", date_to_utc_string),
    METHOD("valueOf", date_get_time),
};
const struct method_table METHODS_DATE = METHOD_TABLE(ROWS);
