// SPDX-License-Identifier: MIT
//
// String(v) and Number(v), ECMA-262 §7.1. Printing a value is the hot end of a render, so strings
// and numbers are appended without a detour through a new text.
#include "value/convert.h"

#include "value/dates.h"
#include "value/regexp.h"
#include "value/text.h"

#include <math.h>

// The arrays being joined, innermost first: an array inside itself prints as nothing.
struct joining {
    const struct value_array *array;
    const struct joining *outer;
    unsigned depth;
};

static void append_any(struct value_realm *realm, struct buffer *out, struct value v,
                       const struct joining *outer);

static bool is_joining(const struct joining *joining, const struct value_array *array)
{
    for (; joining; joining = joining->outer) {
        if (joining->array == array)
            return true;
    }
    return false;
}

static void append_array(struct value_realm *realm, struct buffer *out, struct value v,
                         struct slice separator, const struct joining *outer)
{
    const struct value_array *array = value_array_view(realm, v);
    struct joining here = {array, outer, outer ? outer->depth + 1 : 0};
    if (here.depth >= VALUE_DEPTH_MAX || is_joining(outer, array))
        return;
    for (uint32_t i = 0; i < array->count && !out->failed; i++) {
        if (i)
            buffer_append(out, separator);
        if (!value_is_nullish(array->items[i]))
            append_any(realm, out, array->items[i], &here);
    }
}

void convert_append_joined(struct value_realm *realm, struct buffer *out, struct value array,
                           struct slice separator)
{
    append_array(realm, out, array, separator, NULL);
}

static void append_function(struct buffer *out, const struct value_function *function)
{
    if (function->instance.ptr) {
        buffer_append(out, function->instance);
        return;
    }
    buffer_append(out, SLICE("function "));
    buffer_append(out, function->name);
    buffer_append(out, SLICE("() { [native code] }"));
}

static void append_any(struct value_realm *realm, struct buffer *out, struct value v,
                       const struct joining *outer)
{
    switch (v.type) {
    case VALUE_UNDEFINED:
        buffer_append(out, SLICE("undefined"));
        break;
    case VALUE_NULL:
        buffer_append(out, SLICE("null"));
        break;
    case VALUE_BOOLEAN:
        buffer_append(out, v.number != 0 ? SLICE("true") : SLICE("false"));
        break;
    case VALUE_NUMBER:
        value_append_number(out, v.number);
        break;
    case VALUE_STRING:
        buffer_append(out, value_text(v));
        break;
    case VALUE_ARRAY:
        append_array(realm, out, v, SLICE(","), outer);
        break;
    case VALUE_DATE:
        date_append_text(out, v.number);
        break;
    case VALUE_REGEXP:
        regexp_append_text(out, v);
        break;
    case VALUE_FUNCTION:
        append_function(out, v.function);
        break;
    default:
        buffer_append(out, SLICE("[object Object]"));
    }
}

void value_append_text(struct value_realm *realm, struct buffer *out, struct value v,
                       bool print_nullish)
{
    if (v.type == VALUE_STRING)
        buffer_append(out, value_text(v));
    else if (print_nullish || !value_is_nullish(v))
        append_any(realm, out, v, NULL);
}

struct slice value_to_text(struct value_realm *realm, struct value v)
{
    switch (v.type) {
    case VALUE_STRING:
        return value_text(v);
    case VALUE_UNDEFINED:
        return SLICE("undefined");
    case VALUE_NULL:
        return SLICE("null");
    case VALUE_BOOLEAN:
        return v.number != 0 ? SLICE("true") : SLICE("false");
    case VALUE_OBJECT:
        return SLICE("[object Object]");
    default:
        break;
    }
    struct buffer out = text_buffer(realm);
    append_any(realm, &out, v, NULL);
    return out.failed ? SLICE_EMPTY : buffer_slice(&out);
}

struct value convert_to_primitive(struct value_realm *realm, struct value v, bool number_hint)
{
    switch (v.type) {
    case VALUE_STRING:
        v.flags = (uint8_t)(v.flags & ~VALUE_SAFE);
        return v;
    case VALUE_DATE:
        return number_hint ? value_number(v.number) : value_string(value_to_text(realm, v));
    case VALUE_ARRAY:
    case VALUE_OBJECT:
    case VALUE_REGEXP:
    case VALUE_FUNCTION:
        return value_string(value_to_text(realm, v));
    default:
        return v;
    }
}

static int prefix_radix(struct slice text)
{
    if (text.len < 3 || text.ptr[0] != '0')
        return 0;
    switch (text.ptr[1] | 0x20) {
    case 'x':
        return 16;
    case 'o':
        return 8;
    case 'b':
        return 2;
    default:
        return 0;
    }
}

static bool all_digits(struct slice text, int radix)
{
    for (size_t i = 0; i < text.len; i++) {
        struct slice one = slice_sub(text, i, i + 1);
        if (value_parse_int(one, radix) != value_parse_int(one, radix))
            return false;
    }
    return text.len > 0;
}

// StringToNumber, ECMA-262 §7.1.4.1.1.
static double text_to_number(struct slice text)
{
    double number;
    text = text_trim(text, true, true);
    if (text.len == 0)
        return 0;
    int radix = prefix_radix(text);
    if (radix) {
        text = slice_sub(text, 2, text.len);
        return all_digits(text, radix) ? value_parse_int(text, radix) : NAN;
    }
    return text_scan_number(text, &number) == text.len ? number : NAN;
}

double value_to_number(struct value_realm *realm, struct value v)
{
    switch (v.type) {
    case VALUE_NUMBER:
    case VALUE_BOOLEAN:
    case VALUE_DATE:
        return v.number;
    case VALUE_NULL:
        return 0;
    case VALUE_STRING:
        return text_to_number(value_text(v));
    case VALUE_ARRAY:
        return text_to_number(value_to_text(realm, v));
    default:
        return NAN;
    }
}

int64_t value_to_integer(struct value_realm *realm, struct value v)
{
    double number = value_to_number(realm, v);
    if (isnan(number))
        return 0;
    if (number >= 9223372036854775807.0)
        return INT64_MAX;
    if (number <= -9223372036854775808.0)
        return INT64_MIN;
    return (int64_t)number;
}
