// SPDX-License-Identifier: MIT
//
// Entry points: script_ask, and functions that templates call. Those see the scope that their
// thread has entered.
#include "host.h"

static _Thread_local const struct script_scope *entered;

const struct script_scope *script_enter(const struct script_scope *scope)
{
    const struct script_scope *before = entered;
    entered = scope;
    return before;
}

struct value call_function(const struct asker *asker, struct value function,
                           struct value_call *call)
{
    const struct handle *handle = function_handle(function);
    struct script *script = (struct script *)(uintptr_t)asker; // its first member
    struct value answer = value_undefined();
    struct question question = {.operation = handle->operation,
                                .name = handle->name,
                                .function = value_undefined(),
                                .self = value_undefined(),
                                .args = call->args,
                                .argc = call->argc,
                                .realm = call->realm};
    if (handle->from.q.ptr) {
        question.operation = SLICE("function");
        question.function = function;
        question.self = call->self;
    }
    call->realm->impure |= ask_is_fresh(script, handle->name);
    ask_question(script, &question, entered, call->realm->arena, &answer, NULL, call->error);
    return answer;
}

struct value script_function(struct script *script, struct arena *arena, const char *operation,
                             struct slice name)
{
    struct handle handle = {.asker = &script->asker,
                            .path = value_undefined(),
                            .operation = arena_copy(arena, slice_from_cstr(operation)),
                            .name = arena_copy(arena, name)};
    if (!handle.operation.ptr || !handle.name.ptr)
        return value_undefined();
    return function_value(arena, &handle, SLICE_EMPTY, value_undefined());
}

bool script_ask_effects(struct script *script, const struct script_question *asked,
                        const struct script_scope *scope, struct arena *arena, struct value *answer,
                        struct value *effects, struct error *error)
{
    // Without a render, temporary data is freed.
    struct arena *own = asked->realm ? NULL : arena_create(0, 0);
    struct value_realm realm = value_realm_create(own);
    const struct question question = {.operation = slice_from_cstr(asked->operation),
                                      .name = asked->name,
                                      .function = value_undefined(),
                                      .self = value_undefined(),
                                      .args = asked->args,
                                      .argc = asked->argc,
                                      .salt = asked->salt,
                                      .realm = asked->realm ? asked->realm : &realm};
    *answer = *effects = value_undefined();
    bool ok = question.realm->arena
                  ? ask_question(script, &question, scope, arena, answer, effects, error)
                  : error_memory(error);
    arena_destroy(own);
    return ok;
}

bool script_ask(struct script *script, const struct script_question *question,
                const struct script_scope *scope, struct arena *arena, struct value *answer,
                struct error *error)
{
    struct value effects;
    return script_ask_effects(script, question, scope, arena, answer, &effects, error);
}
