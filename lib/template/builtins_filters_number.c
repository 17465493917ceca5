// SPDX-License-Identifier: MIT
//
// Filters that give a number, and default. Source: Nunjucks 3.2.4, src/filters.js (behaviour).
#include "builtins.h"

#include <math.h>

struct value filter_abs(struct value_call *call)
{
    return value_number(fabs(value_to_number(call->realm, value_arg(call, 0))));
}

struct value filter_default(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    bool keep = value_truthy(value_arg(call, 2)) ? value_truthy(v) : !value_is(v, VALUE_UNDEFINED);
    return keep ? v : value_arg(call, 1);
}

// Math.round: halves go up, also below zero. (floor(n + 0.5) would be wrong just below one half.)
static double round_half_up(double n)
{
    double down = floor(n);
    return n - down >= 0.5 ? down + 1 : down;
}

struct value filter_round(struct value_call *call)
{
    struct value method = value_arg(call, 2);
    struct value precision = value_arg(call, 1);
    double digits = value_truthy(precision) ? value_to_number(call->realm, precision) : 0;
    double factor = pow(10, digits);
    double n = value_to_number(call->realm, value_arg(call, 0)) * factor;
    bool text = builtin_is_plain_string(method);
    if (text && slice_equal(value_text(method), SLICE("ceil")))
        n = ceil(n);
    else if (text && slice_equal(value_text(method), SLICE("floor")))
        n = floor(n);
    else
        n = round_half_up(n);
    return value_number(n / factor);
}

static struct slice number_text(struct value_call *call, struct value v)
{
    return value_is(v, VALUE_UNDEFINED) ? SLICE("undefined") : value_to_text(call->realm, v);
}

struct value filter_float(struct value_call *call)
{
    double n = value_parse_float(number_text(call, value_arg(call, 0)));
    return !isnan(n) ? value_number(n) : value_arg(call, 1);
}

struct value filter_int(struct value_call *call)
{
    struct value v = builtin_macro_arg(call, 0, "value");
    struct value base = builtin_macro_arg(call, 2, "base");
    int64_t radix = value_is(base, VALUE_UNDEFINED) ? 10 : value_to_integer(call->realm, base);
    bool possible = radix == 0 || (radix >= 2 && radix <= 36);
    double n = possible ? value_parse_int(number_text(call, v), (int)radix) : NAN;
    return !isnan(n) ? value_number(n) : builtin_macro_arg(call, 1, "default");
}
