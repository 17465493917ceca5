// SPDX-License-Identifier: MIT
//
// The filters date and strftime: what counts as a date, and which notation a format is in.
#include "builtins.h"

#include "base/clock.h"

#include <math.h>

// A date, milliseconds since the epoch, an ISO 8601 text, or "now".
static bool read_date(struct value_call *call, const char *filter, struct value v, double *ms)
{
    if (value_is(v, VALUE_DATE) || value_is(v, VALUE_NUMBER)) {
        *ms = v.number;
        return true;
    }
    if (!value_is(v, VALUE_STRING)) {
        builtin_wrong_type(call, filter, "a date", v);
        return false;
    }
    struct slice text = slice_trim(value_text(v));
    if (slice_equal(text, SLICE("now"))) {
        call->realm->impure |= VALUE_READ_CLOCK;
        *ms = call->realm->now_ms;
        return true;
    }
    if (clock_parse_iso(text, ms))
        return true;
    builtin_fail(call, "%s cannot read \"%.*s\" as a date", filter,
                 text.len > 80 ? 80 : (int)text.len, text.ptr);
    error_hint(call->error, "write it as 2024-05-23 or 2024-05-23T09:30:00Z");
    return false;
}

// Luxon's fromJSDate takes only dates and prints "Invalid DateTime" for anything else; sites' date
// filters rely on it.
static bool is_date_to_luxon(struct value v)
{
    return value_is(v, VALUE_DATE) ||
           (value_is(v, VALUE_STRING) && slice_equal(value_text(v), SLICE("now")));
}

static bool read_zone(struct value_call *call, const char *filter, struct slice *zone)
{
    struct value v = value_arg_named(call, 2, SLICE("zone"));
    return value_is_nullish(v) || builtin_text(call, filter, v, zone);
}

static struct value format_date(struct value_call *call, const char *filter, struct slice standard,
                                bool luxon_allowed)
{
    double ms;
    struct value format = value_arg_named(call, 1, SLICE("format"));
    bool directives = !luxon_allowed || (value_is(format, VALUE_STRING) &&
                                         slice_find_byte(value_text(format), '%', 0) != SIZE_MAX);
    if (!directives && !is_date_to_luxon(value_arg(call, 0)))
        return VALUE_LITERAL("Invalid DateTime");
    if (!read_date(call, filter, value_arg(call, 0), &ms))
        return value_undefined();
    struct slice text = standard;
    if (!value_is_nullish(format) && !builtin_text(call, filter, format, &text))
        return value_undefined();
    call->realm->impure |= value_impurity(value_arg(call, 0));
    bool luxon = luxon_allowed && slice_find_byte(text, '%', 0) == SIZE_MAX;
    struct slice zone = SLICE_EMPTY;
    if (!read_zone(call, filter, &zone))
        return value_undefined();
    struct buffer out = builtin_buffer(call);
    if (template_format_date(&out, ms, text, luxon, zone))
        return builtin_finish_plain(call, &out);
    builtin_fail(call, "%s knows no time zone \"%.*s\"", filter, zone.len > 80 ? 80 : (int)zone.len,
                 zone.ptr);
    error_hint(call->error, "it knows UTC, offsets such as UTC+1, and European zones such as "
                            "Europe/London");
    return value_undefined();
}

struct value filter_date(struct value_call *call)
{
    return format_date(call, "date", SLICE("d LLLL yyyy"), true);
}

struct value filter_strftime(struct value_call *call)
{
    return format_date(call, "strftime", SLICE("%d %B %Y"), false);
}
