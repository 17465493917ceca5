// SPDX-License-Identifier: MIT
//
// Functions of a host as values: their representation, and recognising them.
#include "codec.h"

struct function_block {
    struct value_function function;
    struct handle handle;
};

static struct value call_handle(struct value_call *call)
{
    struct function_block *block = call->data;
    const struct value function = {.type = VALUE_FUNCTION, .function = &block->function};
    return block->handle.asker->call(block->handle.asker, function, call);
}

struct value function_value(struct arena *arena, const struct handle *handle, struct slice instance,
                            struct value properties)
{
    struct function_block *block = arena_alloc(arena, sizeof *block);
    if (!block || (instance.ptr && !value_is(properties, VALUE_OBJECT)))
        return value_undefined();
    block->handle = *handle;
    block->function = (struct value_function){
        .call = call_handle,
        .data = block,
        .name = handle->name,
        .properties = instance.ptr ? properties.object : NULL,
        .instance = instance,
    };
    return (struct value){.type = VALUE_FUNCTION, .function = &block->function};
}

const struct handle *function_handle(struct value v)
{
    if (!value_is(v, VALUE_FUNCTION) || v.function->call != call_handle)
        return NULL;
    const struct function_block *block = v.function->data;
    return &block->handle;
}

bool script_is_function(struct value v)
{
    return function_handle(v) != NULL;
}

// ---- the context ----

static struct value call_context(struct value_call *call)
{
    error_set(call->error, ERROR_RUNTIME, "the context is not a function");
    return value_undefined();
}

struct value script_context(void)
{
    static const struct value_function CONTEXT = {.call = call_context, .name = {"context", 7}};
    // A constant: nothing writes through a function without properties.
    return (struct value){.type = VALUE_FUNCTION,
                          .function = (struct value_function *)(uintptr_t)&CONTEXT};
}

bool function_is_context(struct value v)
{
    return value_is(v, VALUE_FUNCTION) && v.function->call == call_context;
}
