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

// ---- arguments that a function has changed in place (`list.sort()`) ----

static void take_items(struct value_realm *realm, struct value array, struct value now)
{
    struct value_array *own = value_array_own(realm, array);
    if (own)
        own->count = 0;
    for (uint32_t i = 0; own && i < value_length(NULL, now); i++)
        if (!value_push(realm, realm->arena, array, value_item(NULL, now, i)))
            return;
}

static void take_members(struct value_realm *realm, struct value object, struct value now)
{
    const struct value_object *view = value_object_view(NULL, now);
    struct value_object *own = value_object_own(realm, object);
    for (uint32_t i = own ? own->count : 0; i-- > 0;)
        if (!value_has(NULL, now, own->keys[i].text))
            value_delete(realm, object, own->keys[i].text);
    for (uint32_t i = 0; i < view->count; i++)
        if (!value_set(realm, realm->arena, object, view->keys[i].text, view->values[i]))
            return;
}

// For the rest of this render: what is the snapshot's stays as it is.
static void take_arguments(struct value_call *call, struct value effects)
{
    for (uint32_t i = 0; value_is(effects, VALUE_ARRAY) && i < value_length(NULL, effects); i++) {
        struct value effect = value_item(NULL, effects, i);
        struct value number = value_get(NULL, effect, SLICE("argument"));
        struct value now = value_get(NULL, effect, SLICE("value"));
        if (!value_is(number, VALUE_NUMBER) || !(number.number >= 0) ||
            number.number >= (double)call->argc)
            continue;
        struct value argument = call->args[(size_t)number.number];
        if (value_is(argument, VALUE_ARRAY) && value_is(now, VALUE_ARRAY))
            take_items(call->realm, argument, now);
        if (value_is(argument, VALUE_OBJECT) && value_is(now, VALUE_OBJECT))
            take_members(call->realm, argument, now);
    }
}

struct value call_function(const struct asker *asker, struct value function,
                           struct value_call *call)
{
    const struct handle *handle = function_handle(function);
    struct script *script = (struct script *)(uintptr_t)asker; // its first member
    struct value answer = value_undefined(), effects = value_undefined();
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
    call->realm->impure |= ask_is_fresh(script, handle->name) ? VALUE_READ_CLOCK : 0;
    if (ask_question(script, &question, entered, call->realm->arena, &answer, &effects,
                     call->error))
        take_arguments(call, effects);
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
