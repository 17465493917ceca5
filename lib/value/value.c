// SPDX-License-Identifier: MIT
//
// Making values, and calling those that are functions.
#include "value/value.h"

#include "value/arrays.h"

struct value_realm value_realm_create(struct arena *arena)
{
    return (struct value_realm){.arena = arena,
                                .overlay = map_create(arena),
                                // Any odd constant will do until the renderer seeds it.
                                .random_state = UINT64_C(0x9e3779b97f4a7c15)};
}

struct value value_array(struct arena *arena, uint32_t capacity)
{
    struct value_array *array = arena_zalloc(arena, 1, sizeof *array);
    if (!array || !array_reserve(arena, array, capacity))
        return value_undefined();
    return (struct value){.type = VALUE_ARRAY, .array = array};
}

struct value value_object(struct arena *arena)
{
    struct value_object *object = arena_zalloc(arena, 1, sizeof *object);
    if (!object)
        return value_undefined();
    return (struct value){.type = VALUE_OBJECT, .object = object};
}

struct value value_object_sized(struct arena *arena, uint32_t capacity)
{
    struct value v = value_object(arena);
    return v.object && object_reserve(arena, v.object, capacity) ? v : value_undefined();
}

struct value value_object_within(struct arena *arena, struct arena *scratch, uint32_t capacity)
{
    struct value v = value_object(arena);
    return v.object && object_reserve(scratch, v.object, capacity) ? v : value_undefined();
}

struct value value_function(struct arena *arena, struct slice name, value_native call, void *data)
{
    struct value_function *function = arena_alloc(arena, sizeof *function);
    if (!function)
        return value_undefined();
    *function = (struct value_function){.call = call, .data = data, .name = name};
    return (struct value){.type = VALUE_FUNCTION, .function = function};
}

struct slice value_typeof(struct value v)
{
    switch (v.type) {
    case VALUE_UNDEFINED:
        return SLICE("undefined");
    case VALUE_BOOLEAN:
        return SLICE("boolean");
    case VALUE_NUMBER:
        return SLICE("number");
    case VALUE_STRING:
        // A SafeString is made with `new`.
        return (v.flags & VALUE_SAFE) ? SLICE("object") : SLICE("string");
    case VALUE_FUNCTION:
        return v.function->instance.ptr ? SLICE("object") : SLICE("function");
    default:
        return SLICE("object");
    }
}

static bool last_is_keywords(const struct value_call *call)
{
    if (call->argc == 0)
        return false;
    struct value last = call->args[call->argc - 1];
    return last.type == VALUE_OBJECT && (last.flags & VALUE_KEYWORDS);
}

uint32_t value_arg_count(const struct value_call *call)
{
    return call->argc - (last_is_keywords(call) ? 1 : 0);
}

struct value value_arg_named(const struct value_call *call, uint32_t n, struct slice name)
{
    uint32_t positional = value_arg_count(call);
    if (positional < call->argc) {
        struct value keywords = call->args[positional];
        if (value_has(call->realm, keywords, name))
            return value_get(call->realm, keywords, name);
    }
    return n < positional ? call->args[n] : value_undefined();
}

// How an error describes a value that is not callable.
static struct slice describe_value(struct value v)
{
    switch (v.type) {
    case VALUE_NULL:
        return SLICE("null");
    case VALUE_ARRAY:
        return SLICE("an array");
    case VALUE_DATE:
        return SLICE("a date");
    case VALUE_REGEXP:
        return SLICE("a regular expression");
    case VALUE_STRING:
        return SLICE("a string");
    case VALUE_NUMBER:
        return SLICE("a number");
    case VALUE_BOOLEAN:
        return SLICE("a boolean");
    case VALUE_OBJECT:
        return SLICE("an object");
    default:
        return SLICE("undefined");
    }
}

struct value value_invoke(struct value_realm *realm, struct value function, struct value self,
                          const struct value *args, uint32_t argc, struct error *error)
{
    if (function.type != VALUE_FUNCTION) {
        struct slice what = describe_value(function);
        error_set(error, ERROR_RUNTIME, "cannot call %.*s: it is not a function", SLICE_ARG(what));
        return value_undefined();
    }
    if (realm->depth >= VALUE_DEPTH_MAX) {
        error_set(error, ERROR_LIMIT, "calls are nested more than %d deep", (int)VALUE_DEPTH_MAX);
        return value_undefined();
    }
    struct value_call call = {.realm = realm,
                              .self = self,
                              .args = args,
                              .argc = argc,
                              .error = error,
                              .data = function.function->data};
    realm->depth++;
    struct value result = function.function->call(&call);
    realm->depth--;
    return result;
}
