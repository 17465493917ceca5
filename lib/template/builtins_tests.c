// SPDX-License-Identifier: MIT
//
// The tests: what may follow `is`. Source: Nunjucks 3.2.4, src/tests.js (behaviour).
#include "builtins.h"

#include "base/utf8.h"

#include <math.h>

// ---- types ----

#define BIT(type) (UINT32_C(1) << VALUE_##type)
#define SAFE_BIT  (UINT32_C(1) << (VALUE_FUNCTION + 1))

enum {
    CALLABLE = BIT(FUNCTION),
    UNDEFINED = BIT(UNDEFINED),
    DEFINED = (2 * SAFE_BIT - 1) - UNDEFINED,
    NULL_ = BIT(NULL),
    NUMBER = BIT(NUMBER),
    STRING = BIT(STRING),
    ESCAPED = SAFE_BIT,
    // Everything of typeof "object" except null and arrays.
    MAPPING = BIT(OBJECT) | BIT(DATE) | BIT(REGEXP) | SAFE_BIT,
};

static struct value has_type(const struct value_call *call, uint32_t types)
{
    return value_boolean((builtin_type_bit(value_arg(call, 0)) & types) != 0);
}

struct value test_callable(struct value_call *call)
{
    return has_type(call, CALLABLE);
}

struct value test_defined(struct value_call *call)
{
    return has_type(call, DEFINED);
}

struct value test_undefined(struct value_call *call)
{
    return has_type(call, UNDEFINED);
}

struct value test_null(struct value_call *call)
{
    return has_type(call, NULL_);
}

struct value test_number(struct value_call *call)
{
    return has_type(call, NUMBER);
}

struct value test_string(struct value_call *call)
{
    return has_type(call, STRING);
}

struct value test_escaped(struct value_call *call)
{
    return has_type(call, ESCAPED);
}

struct value test_mapping(struct value_call *call)
{
    return has_type(call, MAPPING);
}

uint32_t builtin_test_types(value_native test)
{
    static const struct {
        value_native test;
        uint32_t types;
    } ROWS[] = {
        {test_callable, CALLABLE}, {test_defined, DEFINED}, {test_undefined, UNDEFINED},
        {test_null, NULL_},        {test_number, NUMBER},   {test_string, STRING},
        {test_escaped, ESCAPED},   {test_mapping, MAPPING},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (ROWS[i].test == test)
            return ROWS[i].types;
    return 0;
}

struct value test_truthy(struct value_call *call)
{
    return value_boolean(value_truthy(value_arg(call, 0)));
}

struct value test_falsy(struct value_call *call)
{
    return value_boolean(!value_truthy(value_arg(call, 0)));
}

// ---- numbers: x % n as JavaScript's, whose sign is that of x ----

static double remainder_of(struct value_call *call, double divisor)
{
    return fmod(value_to_number(call->realm, value_arg(call, 0)), divisor);
}

struct value test_divisibleby(struct value_call *call)
{
    double divisor = value_to_number(call->realm, value_arg(call, 1));
    return value_boolean(remainder_of(call, divisor) == 0);
}

struct value test_even(struct value_call *call)
{
    return value_boolean(remainder_of(call, 2) == 0);
}

struct value test_odd(struct value_call *call)
{
    return value_boolean(remainder_of(call, 2) == 1);
}

// ---- comparisons ----

static int test_comparison(struct value_call *call)
{
    return value_compare(call->realm, value_arg(call, 0), value_arg(call, 1));
}

struct value test_equalto(struct value_call *call)
{
    return value_boolean(value_strict_equal(value_arg(call, 0), value_arg(call, 1)));
}

struct value test_ne(struct value_call *call)
{
    return value_boolean(!value_strict_equal(value_arg(call, 0), value_arg(call, 1)));
}

struct value test_ge(struct value_call *call)
{
    int order = test_comparison(call);
    return value_boolean(order == 0 || order == 1);
}

struct value test_greaterthan(struct value_call *call)
{
    return value_boolean(test_comparison(call) == 1);
}

struct value test_le(struct value_call *call)
{
    return value_boolean(test_comparison(call) <= 0);
}

struct value test_lessthan(struct value_call *call)
{
    return value_boolean(test_comparison(call) == -1);
}

// ---- texts and collections ----

// A safe text is never === to the plain one that toLowerCase gives.
static struct value has_case(struct value_call *call, const char *name,
                             void (*append)(struct buffer *, struct slice))
{
    struct slice text;
    if (!builtin_text(call, name, value_arg(call, 0), &text))
        return value_undefined();
    struct buffer changed = builtin_buffer(call);
    append(&changed, text);
    bool same = slice_equal(buffer_slice(&changed), text);
    return value_boolean(same && !builtin_is_safe(value_arg(call, 0)));
}

struct value test_lower(struct value_call *call)
{
    return has_case(call, "lower", utf8_append_lower);
}

struct value test_upper(struct value_call *call)
{
    return has_case(call, "upper", utf8_append_upper);
}

struct value test_iterable(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    if (value_is_nullish(v))
        return builtin_wrong_type(call, "iterable", "a value", v);
    return value_boolean(value_is(v, VALUE_STRING) || value_is(v, VALUE_ARRAY) ||
                         value_is(value_iterated(call->realm, v), VALUE_ARRAY));
}
