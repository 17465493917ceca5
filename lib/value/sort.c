// SPDX-License-Identifier: MIT
//
// Sorting as V8's Array.prototype.sort does, stable. Templates sort mixed values, for which
// JavaScript's comparisons contradict each other; the result then depends on the algorithm, so
// short arrays (under 64 items) follow V8's TimSort step by step: count the run at the start,
// reverse it when it descends, then insert the rest by binary search. Longer arrays are merged top
// down, which gives the same for every consistent comparison.
#include "value/value.h"

struct sorter {
    value_order order;
    void *state;
    struct value *spare; // as long as the array
};

static bool is_before(const struct sorter *s, struct value a, struct value b)
{
    return s->order(s->state, a, b) < 0;
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
    bool descending = is_before(s, items[1], items[0]);
    uint32_t run = 2;
    while (run < count && is_before(s, items[run], items[run - 1]) == descending)
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
            if (is_before(s, pivot, items[middle]))
                right = middle;
            else
                left = middle + 1;
        }
        memmove(items + left + 1, items + left, (i - left) * sizeof *items);
        items[left] = pivot;
    }
}

static void merge_runs(const struct sorter *s, struct value *items, uint32_t half, uint32_t count)
{
    memcpy(s->spare, items, half * sizeof *items);
    uint32_t left = 0;
    uint32_t right = half;
    uint32_t at = 0;
    while (left < half && right < count)
        items[at++] =
            is_before(s, items[right], s->spare[left]) ? items[right++] : s->spare[left++];
    memcpy(items + at, s->spare + left, (half - left) * sizeof *items);
}

// Halving bounds the recursion to 32.
static void sort_range(const struct sorter *s, struct value *items, uint32_t count)
{
    if (count <= VALUE_RUN_MAX) {
        insert_rest(s, items, make_run(s, items, count), count);
        return;
    }
    uint32_t half = count / 2;
    sort_range(s, items, half);
    sort_range(s, items + half, count - half);
    merge_runs(s, items, half, count);
}

void value_sort(struct value *items, struct value *spare, uint32_t count, value_order order,
                void *state)
{
    struct sorter s = {order, state, spare};
    sort_range(&s, items, count);
}
