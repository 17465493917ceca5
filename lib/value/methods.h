// SPDX-License-Identifier: MIT
//
// Private to lib/value: the methods of each type. A method is a row of its type's table, sorted by
// name (a test checks that), and a function that gets the object in call->self.
#ifndef GUIDANCED_VALUE_METHODS_H
#define GUIDANCED_VALUE_METHODS_H

#include "value/value.h"

struct method_table {
    const struct value_function *rows;
    size_t count;
};

// clang-format off
#define METHOD(text, function) {.call = (function), .name = {(text), sizeof(text) - 1}}
// clang-format on
#define METHOD_TABLE(rows)                                                                         \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof *(rows)                                                      \
    }

extern const struct method_table METHODS_STRING, METHODS_ARRAY, METHODS_OBJECT, METHODS_FUNCTION,
    METHODS_REGEXP, METHODS_DATE, METHODS_NUMBER, METHODS_BOOLEAN;

// property_own.c: the object's own property, without its type's methods. False if there is none for
// the key, a string or a number.
bool property_own(struct value_realm *realm, struct value object, struct value key,
                  struct value *own);

// Sets the call's error and returns undefined.
struct value method_error(struct value_call *call, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Array.prototype.toString and Object.prototype.toString, valueOf serve several types.
struct value method_to_string(struct value_call *call);
struct value method_value_of(struct value_call *call);
struct value method_has_own_property(struct value_call *call);

#endif
