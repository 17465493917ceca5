// SPDX-License-Identifier: MIT
//
// Sorting as Array.prototype.sort does (value/sort.c): undefined last and never compared. A failing
// comparison ends the sort.
#include "builtins.h"

struct sorter {
    struct value_call *call;
    builtin_compare compare;
    void *state;
};

static double order(void *state, struct value a, struct value b)
{
    const struct sorter *s = state;
    return error_is_set(s->call->error) ? 0 : s->compare(s->state, a, b);
}

// Moves the undefined items after the others, which keep their order; returns how many others there
// are.
static uint32_t sink_undefined(struct value *items, uint32_t count)
{
    uint32_t defined = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!value_is(items[i], VALUE_UNDEFINED))
            items[defined++] = items[i];
    for (uint32_t i = defined; i < count; i++)
        items[i] = value_undefined();
    return defined;
}

bool builtin_sort(struct value_call *call, struct value *items, uint32_t count,
                  builtin_compare compare, void *state)
{
    uint32_t defined = sink_undefined(items, count);
    struct sorter s = {call, compare, state};
    struct value *spare = NULL;
    if (defined > VALUE_RUN_MAX) {
        spare = arena_zalloc(call->realm->arena, defined, sizeof *spare);
        if (!spare)
            return error_memory(call->error);
    }
    value_sort(items, spare, defined, order, &s);
    return !error_is_set(call->error);
}
