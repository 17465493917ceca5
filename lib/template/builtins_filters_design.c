// SPDX-License-Identifier: MIT
//
// Filters that design systems ship as JavaScript for their templates, so that these run without it.
// One so far: addCustomMODUKClass, with which @moduk/frontend's phase banner adds its class unless
// the caller has chosen one.
#include "builtins.h"

static bool is_excluded(struct value_call *call, struct slice classes, struct value pattern,
                        bool *excluded)
{
    struct slice class;
    *excluded = false;
    while (!*excluded && slice_split(&classes, ' ', &class)) {
        struct value_match match;
        *excluded =
            value_regexp_match(call->realm, pattern, builtin_trim(class), 0, &match, call->error);
    }
    return !error_is_set(call->error);
}

// A new object with the same members, so that the caller's stays unchanged.
static struct value shallow_copy(struct value_call *call, struct value v)
{
    struct arena *arena = call->realm->arena;
    struct value copy = value_object(arena);
    if (!value_is(v, VALUE_OBJECT))
        return copy;
    const struct value_object *object = value_object_view(call->realm, v);
    for (uint32_t i = 0; i < object->count; i++)
        if (!value_set(call->realm, arena, copy, object->keys[i].text, object->values[i]))
            error_memory(call->error);
    return copy;
}

// Sets the member at the dotted path, creating missing objects on the way.
static bool set_path(struct value_call *call, struct value object, struct slice path,
                     struct value v)
{
    struct arena *arena = call->realm->arena;
    struct slice part;
    while (slice_split(&path, '.', &part)) {
        if (!path.ptr)
            return value_set(call->realm, arena, object, part, v) || error_memory(call->error);
        struct value next = value_get(call->realm, object, part);
        struct value copy = shallow_copy(call, next);
        if (!value_set(call->realm, arena, object, part, copy))
            return error_memory(call->error);
        object = copy;
    }
    return true;
}

struct value filter_add_custom_moduk_class(struct value_call *call)
{
    struct value params = value_arg(call, 0);
    struct value options = value_arg(call, 2);
    struct value path_option = value_get(call->realm, options, SLICE("path"));
    struct value pattern = value_get(call->realm, options, SLICE("not"));
    struct slice path =
        value_is(path_option, VALUE_STRING) ? value_text(path_option) : SLICE("classes");
    struct value found = value_get_path(call->realm, params, path);
    struct slice classes = SLICE_EMPTY;
    if (!value_is(found, VALUE_UNDEFINED) &&
        !builtin_text(call, "addCustomMODUKClass", found, &classes))
        return value_undefined();
    bool excluded = false;
    if (value_is(pattern, VALUE_REGEXP) && !is_excluded(call, classes, pattern, &excluded))
        return value_undefined();
    if (excluded)
        return params;
    struct buffer out = builtin_buffer(call);
    value_append_text(call->realm, &out, value_arg(call, 1), true);
    if (classes.len > 0)
        buffer_append_byte(&out, ' ');
    buffer_append(&out, classes);
    struct value result = shallow_copy(call, params);
    set_path(call, result, path, builtin_finish_plain(call, &out));
    return error_is_set(call->error) ? value_undefined() : result;
}
