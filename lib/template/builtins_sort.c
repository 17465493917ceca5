// SPDX-License-Identifier: MIT
//
// Sorting as V8's Array.prototype.sort does it: stable, undefined last and never compared.
// Templates sort mixed values, for which JavaScript's comparisons contradict each other; what comes
// out then depends on the algorithm, so short arrays (under 64 items) follow V8's TimSort step by
// step: count the run at the start, reverse it when it descends, then insert the rest by binary
// search. Longer arrays are merged top down, which gives the same for every consistent comparison.
#include "builtins.h"

struct sorter {
    struct value_call *call;
    builtin_compare compare;
    void *state;
    struct value *spare; // as long as the array
};

enum { RUN_MAX = 63 };

static bool stopped(const struct sorter *s)
{
    return error_is_set(s->call->error);
}

static double order(const struct sorter *s, struct value a, struct value b)
{
    return stopped(s) ? 0 : s->compare(s->state, a, b);
}

static void reverse(struct value *items, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        struct value kept = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = kept;
    }
}

// Length of the run at the start; a strictly descending one is reversed.
static uint32_t make_run(const struct sorter *s, struct value *items, uint32_t count)
{
    if (count < 2)
        return count;
    bool descending = order(s, items[1], items[0]) < 0;
    uint32_t run = 2;
    while (run < count && (order(s, items[run], items[run - 1]) < 0) == descending)
        run++;
    if (descending)
        reverse(items, run);
    return run;
}

static void insert_rest(const struct sorter *s, struct value *items, uint32_t run, uint32_t count)
{
    for (uint32_t i = run; i < count; i++) {
        struct value pivot = items[i];
        uint32_t left = 0;
        uint32_t right = i;
        while (left < right) {
            uint32_t middle = left + (right - left) / 2;
            if (order(s, pivot, items[middle]) < 0)
                right = middle;
            else
                left = middle + 1;
        }
        memmove(items + left + 1, items + left, (i - left) * sizeof *items);
        items[left] = pivot;
    }
}

static void merge(const struct sorter *s, struct value *items, uint32_t half, uint32_t count)
{
    memcpy(s->spare, items, half * sizeof *items);
    uint32_t left = 0;
    uint32_t right = half;
    uint32_t at = 0;
    while (left < half && right < count)
        items[at++] =
            order(s, items[right], s->spare[left]) < 0 ? items[right++] : s->spare[left++];
    memcpy(items + at, s->spare + left, (half - left) * sizeof *items);
}

// Halving bounds the recursion to 32.
static void sort_range(const struct sorter *s, struct value *items, uint32_t count)
{
    if (stopped(s))
        return;
    if (count <= RUN_MAX) {
        insert_rest(s, items, make_run(s, items, count), count);
        return;
    }
    uint32_t half = count / 2;
    sort_range(s, items, half);
    sort_range(s, items + half, count - half);
    merge(s, items, half, count);
}

// Moves the undefined items behind the others, which keep their order; returns the others' number.
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
    struct sorter s = {call, compare, state, NULL};
    if (defined > RUN_MAX) {
        s.spare = arena_zalloc(call->realm->arena, defined, sizeof *s.spare);
        if (!s.spare)
            return error_memory(call->error);
    }
    sort_range(&s, items, defined);
    return !stopped(&s);
}
