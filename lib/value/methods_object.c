// SPDX-License-Identifier: MIT
//
// The methods every object has, and those of functions, booleans and regular expressions.
#include "value/methods.h"
#include "value/regexp.h"
#include "value/text.h"

#include <stdarg.h>
#include <stdio.h>

struct value method_error(struct value_call *call, enum error_code code, const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set(call->error, code, "%s", message);
    return value_undefined();
}

struct value method_to_string(struct value_call *call)
{
    struct buffer out = text_buffer(call->realm);
    value_append_text(call->realm, &out, call->self, true);
    return text_finish(call->realm, &out, call->error);
}

struct value method_value_of(struct value_call *call)
{
    struct value self = call->self;
    if (self.type == VALUE_STRING)
        self.flags = (uint8_t)(self.flags & ~VALUE_SAFE);
    return self.type == VALUE_DATE ? value_number(self.number) : self;
}

// Arrays own their indices and length, strings likewise.
static bool has_own(struct value_realm *realm, struct value self, struct slice name)
{
    if (self.type == VALUE_OBJECT)
        return value_has(realm, self, name);
    if (self.type != VALUE_ARRAY && self.type != VALUE_STRING)
        return false;
    if (slice_equal(name, SLICE("length")))
        return true;
    struct value own;
    return property_own(realm, self, value_string(name), &own) && own.type != VALUE_UNDEFINED;
}

struct value method_has_own_property(struct value_call *call)
{
    struct slice name = value_to_text(call->realm, value_arg(call, 0));
    return value_boolean(has_own(call->realm, call->self, name));
}

static struct value method_to_locale_string(struct value_call *call)
{
    return method_to_string(call);
}

static const struct value_function OBJECT_ROWS[] = {
    METHOD("hasOwnProperty", method_has_own_property),
    METHOD("propertyIsEnumerable", method_has_own_property),
    METHOD("toLocaleString", method_to_locale_string),
    METHOD("toString", method_to_string),
    METHOD("valueOf", method_value_of),
};
const struct method_table METHODS_OBJECT = METHOD_TABLE(OBJECT_ROWS);

static const struct value_function BOOLEAN_ROWS[] = {
    METHOD("toString", method_to_string),
    METHOD("valueOf", method_value_of),
};
const struct method_table METHODS_BOOLEAN = METHOD_TABLE(BOOLEAN_ROWS);

// ---- functions ----

// f.call(this, a, b)
static struct value function_call(struct value_call *call)
{
    uint32_t rest = call->argc > 1 ? call->argc - 1 : 0;
    return value_invoke(call->realm, call->self, value_arg(call, 0), call->args + (rest ? 1 : 0),
                        rest, call->error);
}

// f.apply(this, [a, b])
static struct value function_apply(struct value_call *call)
{
    struct value list = value_arg(call, 1);
    const struct value_array *args =
        list.type == VALUE_ARRAY ? value_array_view(call->realm, list) : NULL;
    return value_invoke(call->realm, call->self, value_arg(call, 0), args ? args->items : NULL,
                        args ? args->count : 0, call->error);
}

static const struct value_function FUNCTION_ROWS[] = {
    METHOD("apply", function_apply),
    METHOD("call", function_call),
    METHOD("hasOwnProperty", method_has_own_property),
    METHOD("toString", method_to_string),
};
const struct method_table METHODS_FUNCTION = METHOD_TABLE(FUNCTION_ROWS);

// ---- regular expressions ----

static struct value regexp_test(struct value_call *call)
{
    struct value_match match;
    struct slice text = value_to_text(call->realm, value_arg(call, 0));
    if (call->self.type != VALUE_REGEXP)
        return method_error(call, ERROR_RUNTIME, "test is not called on a regular expression");
    return value_boolean(value_regexp_match(call->realm, call->self, text, 0, &match, call->error));
}

static struct value regexp_exec(struct value_call *call)
{
    struct value text = value_string(value_to_text(call->realm, value_arg(call, 0)));
    if (call->self.type != VALUE_REGEXP)
        return method_error(call, ERROR_RUNTIME, "exec is not called on a regular expression");
    return regexp_exec_at(call->realm, call->self, text, 0, call->error);
}

static const struct value_function REGEXP_ROWS[] = {
    METHOD("exec", regexp_exec),
    METHOD("hasOwnProperty", method_has_own_property),
    METHOD("test", regexp_test),
    METHOD("toString", method_to_string),
};
const struct method_table METHODS_REGEXP = METHOD_TABLE(REGEXP_ROWS);
