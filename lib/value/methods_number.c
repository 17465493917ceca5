// SPDX-License-Identifier: MIT
//
// Number.prototype. toLocaleString groups as English does, for en-GB unless told otherwise.
#include "value/methods.h"
#include "value/text.h"

#include <math.h>

enum { DIGITS_MAX = 100 };

static double self_number(struct value_call *call)
{
    return value_to_number(call->realm, call->self);
}

// The digits argument, if it is within the range; else an error naming the method.
static bool digits_argument(struct value_call *call, const char *method, int least, int *digits)
{
    int64_t n = value_to_integer(call->realm, value_arg(call, 0));
    *digits = (int)n;
    if (n >= least && n <= DIGITS_MAX)
        return true;
    return error_set(call->error, ERROR_RUNTIME, "%s: the number of digits must be %d to %d",
                     method, least, DIGITS_MAX);
}

static struct value number_to_fixed(struct value_call *call)
{
    int digits;
    if (!digits_argument(call, "toFixed", 0, &digits))
        return value_undefined();
    struct buffer out = text_buffer(call->realm);
    text_append_fixed(&out, self_number(call), digits);
    return text_finish(call->realm, &out, call->error);
}

static struct value number_to_precision(struct value_call *call)
{
    int digits;
    double number = self_number(call);
    if (value_arg(call, 0).type == VALUE_UNDEFINED || !isfinite(number))
        return method_to_string(call);
    if (!digits_argument(call, "toPrecision", 1, &digits))
        return value_undefined();
    struct buffer out = text_buffer(call->realm);
    text_append_precision(&out, number, digits);
    return text_finish(call->realm, &out, call->error);
}

static struct value number_to_exponential(struct value_call *call)
{
    int digits = -1;
    double number = self_number(call);
    if (!isfinite(number))
        return method_to_string(call);
    if (value_arg(call, 0).type != VALUE_UNDEFINED &&
        !digits_argument(call, "toExponential", 0, &digits))
        return value_undefined();
    struct buffer out = text_buffer(call->realm);
    text_append_exponential(&out, number, digits);
    return text_finish(call->realm, &out, call->error);
}

static struct value number_to_string(struct value_call *call)
{
    struct value radix = value_arg(call, 0);
    int64_t n = radix.type == VALUE_UNDEFINED ? 10 : value_to_integer(call->realm, radix);
    if (n < 2 || n > 36)
        return method_error(call, ERROR_RUNTIME, "toString: the radix must be 2 to 36");
    struct buffer out = text_buffer(call->realm);
    value_append_number_radix(&out, self_number(call), (int)n);
    return text_finish(call->realm, &out, call->error);
}

// ---- toLocaleString ----

struct locale_format {
    struct slice prefix, suffix; // currency sign, percent sign
    double scale;
    int least, most;    // fraction digits
    int significant;    // most significant digits, 0: no such limit
    int integer_digits; // least
    bool grouping;
};

static struct value number_option(struct value_call *call, struct slice name)
{
    return value_get(call->realm, value_arg(call, 1), name);
}

static int option_integer(struct value_call *call, struct slice name, int least, int most,
                          int fallback)
{
    struct value v = number_option(call, name);
    if (v.type == VALUE_UNDEFINED)
        return fallback;
    int64_t n = value_to_integer(call->realm, v);
    return (int)(n < least ? least : n > most ? most : n);
}

static bool option_is(struct value_call *call, struct slice name, struct slice wanted)
{
    struct value v = number_option(call, name);
    return v.type == VALUE_STRING && slice_equal(value_text(v), wanted);
}

static struct slice currency_sign(struct value_call *call, struct slice code)
{
    static const struct {
        struct slice code, sign, american;
    } signs[] = {
        {{"GBP", 3}, {"£", 2}, {"£", 2}},
        {{"EUR", 3}, {"€", 3}, {"€", 3}},
        {{"USD", 3}, {"US$", 3}, {"$", 1}},
        {{"JPY", 3}, {"JP¥", 4}, {"¥", 2}},
    };
    bool american = slice_equal(value_to_text(call->realm, value_arg(call, 0)), SLICE("en-US"));
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (slice_equal(code, signs[i].code))
            return american ? signs[i].american : signs[i].sign;
    }
    // Others are shown as their code and a no-break space.
    return arena_printf(call->realm->arena, "%.*s\xc2\xa0", SLICE_ARG(code));
}

static struct locale_format read_format(struct value_call *call)
{
    struct locale_format f = {.scale = 1, .most = 3, .grouping = true};
    if (option_is(call, SLICE("style"), SLICE("percent"))) {
        f.scale = 100;
        f.most = 0;
        f.suffix = SLICE("%");
    } else if (option_is(call, SLICE("style"), SLICE("currency"))) {
        struct slice code = value_to_text(call->realm, number_option(call, SLICE("currency")));
        f.prefix = currency_sign(call, code);
        f.least = f.most = slice_equal(code, SLICE("JPY")) ? 0 : 2;
    }
    int least = option_integer(call, SLICE("minimumFractionDigits"), 0, 20, -1);
    int most = option_integer(call, SLICE("maximumFractionDigits"), 0, 20, -1);
    f.least = least >= 0 ? least : most >= 0 && most < f.least ? most : f.least;
    f.most = most >= 0 ? most : f.most;
    f.most = f.most < f.least ? f.least : f.most;
    f.significant = option_integer(call, SLICE("maximumSignificantDigits"), 1, 21, 0);
    f.integer_digits = option_integer(call, SLICE("minimumIntegerDigits"), 1, 21, 1);
    struct value grouping = number_option(call, SLICE("useGrouping"));
    f.grouping = grouping.type == VALUE_UNDEFINED || value_truthy(grouping);
    return f;
}

// Groups of three before the point, and at least `least` digits after it.
static void append_grouped(struct buffer *out, struct slice digits, const struct locale_format *f)
{
    size_t point = slice_find_byte(digits, '.', 0);
    point = point == SIZE_MAX ? digits.len : point;
    size_t wanted = (size_t)f->integer_digits > point ? (size_t)f->integer_digits : point;
    for (size_t left = wanted; left > 0; left--) {
        if (f->grouping && left != wanted && left % 3 == 0)
            buffer_append_byte(out, ',');
        buffer_append_byte(out, left > point ? '0' : digits.ptr[point - left]);
    }
    buffer_append(out, slice_sub(digits, point, digits.len));
    size_t fraction = digits.len > point ? digits.len - point - 1 : 0;
    if (fraction == 0 && f->least > 0)
        buffer_append_byte(out, '.');
    for (; fraction < (size_t)f->least; fraction++)
        buffer_append_byte(out, '0');
}

static void append_finite(struct value_call *call, struct buffer *out, double number,
                          struct locale_format *f)
{
    struct buffer digits = text_buffer(call->realm);
    text_append_rounded(&digits, number, f->most, f->significant);
    f->least = f->significant ? 0 : f->least;
    append_grouped(out, buffer_slice(&digits), f);
}

static struct value number_to_locale_string(struct value_call *call)
{
    struct locale_format f = read_format(call);
    struct buffer out = text_buffer(call->realm);
    double number = self_number(call) * f.scale;
    if (isnan(number))
        return VALUE_LITERAL("NaN");
    if (signbit(number))
        buffer_append_byte(&out, '-');
    buffer_append(&out, f.prefix);
    if (isinf(number))
        buffer_append(&out, SLICE("∞"));
    else
        append_finite(call, &out, fabs(number), &f);
    buffer_append(&out, f.suffix);
    return text_finish(call->realm, &out, call->error);
}

static const struct value_function ROWS[] = {
    METHOD("hasOwnProperty", method_has_own_property),
    METHOD("toExponential", number_to_exponential),
    METHOD("toFixed", number_to_fixed),
    METHOD("toLocaleString", number_to_locale_string),
    METHOD("toPrecision", number_to_precision),
    METHOD("toString", number_to_string),
    METHOD("valueOf", method_value_of),
};
const struct method_table METHODS_NUMBER = METHOD_TABLE(ROWS);
