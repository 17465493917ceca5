// SPDX-License-Identifier: MIT
//
// The array methods that take a function (a macro, in templates). The length is read once, before
// the first call, as in ECMA-262; items that are gone by the time they are reached are skipped.
#include "value/arrays.h"
#include "value/methods.h"
#include "value/methods_array.h"

static uint32_t length(const struct value_call *call)
{
    return value_length(call->realm, call->self);
}

// callback(item, index, array)
static struct value visit_item(struct value_call *call, struct value item, uint32_t index)
{
    struct value args[] = {item, value_number(index), call->self};
    return value_invoke(call->realm, value_arg(call, 0), value_arg(call, 1), args, 3, call->error);
}

static bool failed(const struct value_call *call)
{
    return error_is_set(call->error);
}

static bool collect_item(struct value_call *call, struct value into, struct value item)
{
    return value_push(call->realm, call->realm->arena, into, item) || error_memory(call->error);
}

// The index of the first (or last) item for which the callback is `wanted` (truthy or not), else
// -1.
static int64_t search(struct value_call *call, bool wanted, bool backwards, struct value *found)
{
    uint32_t count = length(call);
    for (uint32_t step = 0; step < count; step++) {
        uint32_t i = backwards ? count - 1 - step : step;
        struct value item = value_item(call->realm, call->self, i);
        struct value answer = visit_item(call, item, i);
        if (failed(call))
            return -1;
        if (value_truthy(answer) == wanted) {
            *found = item;
            return i;
        }
    }
    return -1;
}

struct value array_some(struct value_call *call)
{
    struct value found;
    return value_boolean(search(call, true, false, &found) >= 0);
}

struct value array_every(struct value_call *call)
{
    struct value found;
    return value_boolean(search(call, false, false, &found) < 0);
}

struct value array_find(struct value_call *call)
{
    struct value found = value_undefined();
    search(call, true, false, &found);
    return found;
}

struct value array_find_last(struct value_call *call)
{
    struct value found = value_undefined();
    search(call, true, true, &found);
    return found;
}

struct value array_find_index(struct value_call *call)
{
    struct value found;
    return value_number((double)search(call, true, false, &found));
}

struct value array_find_last_index(struct value_call *call)
{
    struct value found;
    return value_number((double)search(call, true, true, &found));
}

struct value array_for_each(struct value_call *call)
{
    uint32_t count = length(call);
    for (uint32_t i = 0; i < count && i < length(call) && !failed(call); i++)
        visit_item(call, value_item(call->realm, call->self, i), i);
    return value_undefined();
}

struct value array_map(struct value_call *call)
{
    uint32_t count = length(call);
    struct value mapped = value_array(call->realm->arena, count);
    for (uint32_t i = 0; i < count && i < length(call); i++) {
        struct value answer = visit_item(call, value_item(call->realm, call->self, i), i);
        if (failed(call) || !collect_item(call, mapped, answer))
            return value_undefined();
    }
    return mapped;
}

struct value array_filter(struct value_call *call)
{
    uint32_t count = length(call);
    struct value kept = value_array(call->realm->arena, 4);
    for (uint32_t i = 0; i < count && i < length(call); i++) {
        struct value item = value_item(call->realm, call->self, i);
        bool keep = value_truthy(visit_item(call, item, i));
        if (failed(call) || (keep && !collect_item(call, kept, item)))
            return value_undefined();
    }
    return kept;
}

struct value array_flat_map(struct value_call *call)
{
    struct value mapped = array_map(call);
    struct value flat = value_array(call->realm->arena, 4);
    for (uint32_t i = 0; i < value_length(call->realm, mapped); i++) {
        struct value part = value_item(call->realm, mapped, i);
        if (part.type != VALUE_ARRAY && !collect_item(call, flat, part))
            return value_undefined();
        for (uint32_t k = 0; k < value_length(call->realm, part); k++) {
            if (!collect_item(call, flat, value_item(call->realm, part, k)))
                return value_undefined();
        }
    }
    return failed(call) ? value_undefined() : flat;
}

static struct value reduce(struct value_call *call, bool backwards)
{
    uint32_t count = length(call), step = 0;
    struct value sum = value_arg(call, 1);
    if (call->argc < 2) {
        if (count == 0)
            return method_error(call, ERROR_RUNTIME,
                                "reduce of an empty array needs a start value");
        sum = value_item(call->realm, call->self, backwards ? count - 1 : 0);
        step = 1;
    }
    for (; step < count && !failed(call); step++) {
        uint32_t i = backwards ? count - 1 - step : step;
        struct value args[] = {sum, value_item(call->realm, call->self, i), value_number(i),
                               call->self};
        sum =
            value_invoke(call->realm, value_arg(call, 0), value_undefined(), args, 4, call->error);
    }
    return sum;
}

struct value array_reduce(struct value_call *call)
{
    return reduce(call, false);
}

struct value array_reduce_right(struct value_call *call)
{
    return reduce(call, true);
}

// ---- sort: a stable merge sort; undefined items go last without being compared ----

struct sort_item {
    struct value item;
    struct value text; // String(item), made once; only where there is no comparison function
};

static bool in_order(struct value_call *call, const struct sort_item *a, const struct sort_item *b)
{
    if (a->item.type == VALUE_UNDEFINED || b->item.type == VALUE_UNDEFINED)
        return b->item.type == VALUE_UNDEFINED;
    if (value_arg(call, 0).type != VALUE_FUNCTION)
        return value_compare(call->realm, a->text, b->text) <= 0;
    struct value args[] = {a->item, b->item};
    struct value answer =
        value_invoke(call->realm, value_arg(call, 0), value_undefined(), args, 2, call->error);
    return !(value_to_number(call->realm, answer) > 0);
}

static void merge_runs(struct value_call *call, const struct sort_item *from, struct sort_item *to,
                       uint32_t left, uint32_t middle, uint32_t right)
{
    uint32_t i = left, k = middle;
    for (uint32_t at = left; at < right; at++) {
        bool take_left = i < middle && (k >= right || in_order(call, &from[i], &from[k]));
        to[at] = take_left ? from[i++] : from[k++];
    }
}

static struct sort_item *merge_sort(struct value_call *call, struct sort_item *from,
                                    struct sort_item *to, uint32_t count)
{
    for (uint64_t width = 1; width < count && !failed(call); width *= 2) {
        for (uint64_t left = 0; left < count && !failed(call); left += 2 * width) {
            uint64_t middle = left + width < count ? left + width : count;
            uint64_t right = left + 2 * width < count ? left + 2 * width : count;
            merge_runs(call, from, to, (uint32_t)left, (uint32_t)middle, (uint32_t)right);
        }
        struct sort_item *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static void fill_sort_items(struct value_call *call, struct sort_item *items,
                            const struct value_array *array)
{
    bool texts = value_arg(call, 0).type != VALUE_FUNCTION;
    for (uint32_t i = 0; i < array->count; i++) {
        items[i].item = array->items[i];
        if (texts)
            items[i].text = value_string(value_to_text(call->realm, array->items[i]));
    }
}

struct value array_sort(struct value_call *call)
{
    struct value comparison = value_arg(call, 0);
    if (comparison.type != VALUE_UNDEFINED && comparison.type != VALUE_FUNCTION)
        return method_error(call, ERROR_RUNTIME, "sort: the comparison is not a function");
    struct value_array *array = value_array_own(call->realm, call->self);
    uint32_t count = array ? array->count : 0;
    struct sort_item *items = arena_zalloc(call->realm->arena, count, sizeof *items);
    struct sort_item *other = arena_zalloc(call->realm->arena, count, sizeof *other);
    if (!array || !items || !other) {
        error_memory(call->error);
        return value_undefined();
    }
    fill_sort_items(call, items, array);
    items = merge_sort(call, items, other, count);
    if (failed(call))
        return value_undefined();
    // The comparison may have changed the array; the sorted items replace its content.
    array->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!array_push(call->realm->arena, array, items[i].item))
            error_memory(call->error);
    }
    return call->self;
}
