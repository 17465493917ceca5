// SPDX-License-Identifier: MIT
//
// ===, ==, < and +, ECMA-262 §7.2 and §13.15.3.
//
// A SafeString is an object to JavaScript: strictly equal only to itself (decided by the address of
// its text; empty ones have none and equal nothing), loosely equal to the same text. Dates are
// values here, so two of the same moment are equal.
#include "value/convert.h"

#include <math.h>

static bool is_object(struct value v)
{
    return v.type >= VALUE_ARRAY || (v.type == VALUE_STRING && (v.flags & VALUE_SAFE));
}

bool value_strict_equal(struct value a, struct value b)
{
    if (a.type != b.type)
        return false;
    switch (a.type) {
    case VALUE_UNDEFINED:
    case VALUE_NULL:
        return true;
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
    case VALUE_DATE:
        return a.number == b.number;
    case VALUE_STRING:
        if ((a.flags | b.flags) & VALUE_SAFE)
            return (a.flags & b.flags & VALUE_SAFE) && a.text == b.text && a.len == b.len && a.len;
        return slice_equal(value_text(a), value_text(b));
    default:
        return a.object == b.object;
    }
}

static bool primitives_equal(struct value_realm *realm, struct value a, struct value b)
{
    if (a.type == b.type)
        return value_strict_equal(a, b);
    return value_to_number(realm, a) == value_to_number(realm, b);
}

bool value_loose_equal(struct value_realm *realm, struct value a, struct value b)
{
    if (value_is_nullish(a) || value_is_nullish(b))
        return value_is_nullish(a) && value_is_nullish(b);
    bool a_object = is_object(a), b_object = is_object(b);
    if (a_object && b_object)
        return value_strict_equal(a, b);
    if (a_object)
        a = convert_to_primitive(realm, a, false);
    else if (b_object)
        b = convert_to_primitive(realm, b, false);
    return primitives_equal(realm, a, b);
}

// UTF-8 sorts by code point, JavaScript by UTF-16 unit: they differ where a surrogate pair (lead
// byte 0xF0 and up) meets U+E000 to U+FFFF (lead bytes 0xEE and 0xEF).
static int compare_bytes(unsigned char a, unsigned char b)
{
    if (a >= 0xf0 && (b == 0xee || b == 0xef))
        return -1;
    if (b >= 0xf0 && (a == 0xee || a == 0xef))
        return 1;
    return a < b ? -1 : 1;
}

static int compare_texts(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < shorter; i++) {
        if (a.ptr[i] != b.ptr[i])
            return compare_bytes((unsigned char)a.ptr[i], (unsigned char)b.ptr[i]);
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

int value_compare(struct value_realm *realm, struct value a, struct value b)
{
    if (a.type != VALUE_NUMBER || b.type != VALUE_NUMBER) {
        a = convert_to_primitive(realm, a, true);
        b = convert_to_primitive(realm, b, true);
        if (a.type == VALUE_STRING && b.type == VALUE_STRING)
            return compare_texts(value_text(a), value_text(b));
    }
    double x = value_to_number(realm, a), y = value_to_number(realm, b);
    if (isnan(x) || isnan(y))
        return 2;
    return x < y ? -1 : x > y;
}

struct value value_add(struct value_realm *realm, struct value a, struct value b,
                       struct error *error)
{
    if (a.type == VALUE_NUMBER && b.type == VALUE_NUMBER)
        return value_number(a.number + b.number);
    a = convert_to_primitive(realm, a, false);
    b = convert_to_primitive(realm, b, false);
    if (a.type != VALUE_STRING && b.type != VALUE_STRING)
        return value_number(value_to_number(realm, a) + value_to_number(realm, b));
    struct slice parts[] = {value_to_text(realm, a), value_to_text(realm, b)};
    return value_concat(realm, parts, 2, error);
}
