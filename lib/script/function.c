// SPDX-License-Identifier: MIT
//
// Functions of a host as values that templates call: those of the configuration, by operation and
// name, and those that an answer held, by the question and their place in its answer. Where they
// are called they see the scope that their thread has entered.
#include "host.h"

static _Thread_local const struct script_scope *entered;

const struct script_scope *script_enter(const struct script_scope *scope)
{
    const struct script_scope *before = entered;
    entered = scope;
    return before;
}

const struct script_scope *function_scope(void)
{
    return entered;
}

static struct value call_handle(struct value_call *call)
{
    const struct handle *handle = call->data;
    struct value answer = value_undefined();
    struct question question = {.operation = handle->operation,
                                .name = handle->name,
                                .function = value_undefined(),
                                .self = value_undefined(),
                                .args = call->args,
                                .argc = call->argc,
                                .realm = call->realm};
    struct function_block block = {.handle = *handle};
    if (handle->from.q.ptr) {
        block.function = (struct value_function){.call = call_handle, .data = &block.handle};
        question.operation = SLICE("function");
        question.function = (struct value){.type = VALUE_FUNCTION, .function = &block.function};
        question.self = call->self;
    }
    call->realm->impure |= script_is_fresh(handle->script, handle->name);
    script_ask_question(handle->script, &question, entered, call->realm->arena, &answer, NULL,
                        call->error);
    return answer;
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
        .data = &block->handle,
        .name = handle->name,
        .properties = instance.ptr ? properties.object : NULL,
        .instance = instance,
    };
    return (struct value){.type = VALUE_FUNCTION, .function = &block->function};
}

const struct handle *function_handle(struct value v)
{
    return value_is(v, VALUE_FUNCTION) && v.function->call == call_handle ? v.function->data : NULL;
}

bool script_is_function(struct value v)
{
    return function_handle(v) != NULL;
}

struct value script_function(struct script *script, struct arena *arena, const char *operation,
                             struct slice name)
{
    struct handle handle = {.script = script,
                            .path = value_undefined(),
                            .operation = arena_copy(arena, slice_from_cstr(operation)),
                            .name = arena_copy(arena, name)};
    if (!handle.operation.ptr || !handle.name.ptr)
        return value_undefined();
    return function_value(arena, &handle, SLICE_EMPTY, value_undefined());
}

// ---- the context ----

static struct value call_context(struct value_call *call)
{
    error_set(call->error, ERROR_RUNTIME, "the context is no function");
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
