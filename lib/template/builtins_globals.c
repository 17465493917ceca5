// SPDX-License-Identifier: MIT
//
// The global functions range, cycler and joiner. Source: Nunjucks 3.2.4, src/globals.js
// (behaviour).
#include "builtins.h"

// ---- range ----

static bool add_numbers(struct value_call *call, struct value array, double start, double stop,
                        double step)
{
    bool up = step > 0;
    for (double i = start; up ? i < stop : i > stop; i += step)
        if (!builtin_push(call, array, value_number(i)))
            break;
    if (!error_is_set(call->error))
        return true;
    error_hint(call->error, "range(%.17g, %.17g, %.17g) is too long", start, stop, step);
    return false;
}

enum { RANGE_TEXT_MAX = 1024 };

// Texts and the like: `i += step` may concatenate, and `<` may compare by characters.
static void add_values(struct value_call *call, struct value array, struct value start,
                       struct value stop, struct value step)
{
    int more = value_compare(call->realm, step, value_number(0)) == 1 ? -1 : 1;
    struct value i = start;
    while (!error_is_set(call->error) && value_compare(call->realm, i, stop) == more) {
        builtin_push(call, array, i);
        i = value_add(call->realm, i, step, call->error);
        // "1", "11", "111", …: JavaScript would go on for ever.
        if (value_is(i, VALUE_STRING) && i.len > RANGE_TEXT_MAX)
            error_set(call->error, ERROR_LIMIT, "range over texts does not end");
    }
}

struct value global_range(struct value_call *call)
{
    struct value start = value_arg(call, 0);
    struct value stop = value_arg(call, 1);
    struct value step = value_arg(call, 2);
    if (value_is(stop, VALUE_UNDEFINED)) {
        stop = start;
        start = value_number(0);
        step = value_number(1);
    } else if (!value_truthy(step)) {
        step = value_number(1);
    }
    struct value array = builtin_new_array(call, 0);
    // A number is compared with a number, whatever the type of stop.
    if (value_is(start, VALUE_NUMBER) && value_is(step, VALUE_NUMBER))
        add_numbers(call, array, start.number, value_to_number(call->realm, stop), step.number);
    else
        add_values(call, array, start, stop, step);
    return error_is_set(call->error) ? value_undefined() : array;
}

// ---- cycler ----

struct cycler {
    struct value object;
    const struct value *items;
    uint32_t count;
    uint32_t next; // `count` wraps around
};

static struct value set_current(struct value_call *call, struct cycler *cycler, struct value v)
{
    if (!value_set(call->realm, call->realm->arena, cycler->object, SLICE("current"), v))
        error_memory(call->error);
    return v;
}

static struct value cycler_next(struct value_call *call)
{
    struct cycler *cycler = call->data;
    if (cycler->next >= cycler->count)
        cycler->next = 0;
    struct value v = cycler->count > 0 ? cycler->items[cycler->next] : value_undefined();
    cycler->next++;
    return set_current(call, cycler, v);
}

static struct value cycler_reset(struct value_call *call)
{
    struct cycler *cycler = call->data;
    cycler->next = 0;
    set_current(call, cycler, value_null());
    return value_undefined();
}

static bool add_method(struct value_call *call, struct cycler *cycler, struct slice name,
                       value_native method)
{
    struct arena *arena = call->realm->arena;
    struct value function = value_function(arena, name, method, cycler);
    return value_is(function, VALUE_FUNCTION) &&
           value_set(call->realm, arena, cycler->object, name, function);
}

struct value global_cycler(struct value_call *call)
{
    struct arena *arena = call->realm->arena;
    struct cycler *cycler = arena_zalloc(arena, 1, sizeof *cycler);
    struct value *items = arena_zalloc(arena, call->argc, sizeof *items);
    struct value object = value_object(arena);
    if (!cycler || !items || !value_is(object, VALUE_OBJECT)) {
        error_memory(call->error);
        return value_undefined();
    }
    for (uint32_t i = 0; i < call->argc; i++)
        items[i] = call->args[i];
    *cycler = (struct cycler){object, items, call->argc, 0};
    set_current(call, cycler, value_null());
    if (!add_method(call, cycler, SLICE("reset"), cycler_reset) ||
        !add_method(call, cycler, SLICE("next"), cycler_next))
        error_memory(call->error);
    return object;
}

// ---- joiner ----

struct joiner {
    struct value separator;
    bool used;
};

static struct value joiner_next(struct value_call *call)
{
    struct joiner *joiner = call->data;
    struct value v = joiner->used ? joiner->separator : VALUE_LITERAL("");
    joiner->used = true;
    return v;
}

struct value global_joiner(struct value_call *call)
{
    struct value separator = value_arg(call, 0);
    struct joiner *joiner = arena_zalloc(call->realm->arena, 1, sizeof *joiner);
    if (!joiner) {
        error_memory(call->error);
        return value_undefined();
    }
    joiner->separator = value_truthy(separator) ? separator : VALUE_LITERAL(",");
    return value_function(call->realm->arena, SLICE("joiner"), joiner_next, joiner);
}
