// SPDX-License-Identifier: MIT
//
// Array.prototype. Methods that change the array write to this render's own copy; methods that call
// back read item by item through the realm, because the callback may change the array.
#include "value/methods_array.h"
#include "value/arrays.h"
#include "value/convert.h"
#include "value/methods.h"
#include "value/text.h"

static struct value item(const struct value_call *call, uint32_t index)
{
    return value_item(call->realm, call->self, index);
}

static uint32_t length(const struct value_call *call)
{
    return value_length(call->realm, call->self);
}

static struct value no_memory(struct value_call *call)
{
    error_memory(call->error);
    return value_undefined();
}

static int64_t arg_integer(struct value_call *call, uint32_t n, int64_t fallback)
{
    struct value v = value_arg(call, n);
    return v.type == VALUE_UNDEFINED ? fallback : value_to_integer(call->realm, v);
}

// A position counted from the end where negative, clamped to the length.
static uint32_t relative(int64_t n, uint32_t count)
{
    if (n < 0)
        n = n < -(int64_t)count ? 0 : n + count;
    return n > count ? count : (uint32_t)n;
}

static struct value_array *own(struct value_call *call)
{
    struct value_array *array = value_array_own(call->realm, call->self);
    if (!array)
        error_memory(call->error);
    return array;
}

// ---- reading ----

static struct value array_at(struct value_call *call)
{
    int64_t at = arg_integer(call, 0, 0);
    at = at < 0 ? at + length(call) : at;
    return at < 0 || at >= length(call) ? value_undefined() : item(call, (uint32_t)at);
}

static struct value array_slice(struct value_call *call)
{
    uint32_t count = length(call);
    uint32_t from = relative(arg_integer(call, 0, 0), count);
    uint32_t to = relative(arg_integer(call, 1, INT64_MAX), count);
    struct value part = value_array(call->realm->arena, to > from ? to - from : 0);
    if (part.type != VALUE_ARRAY)
        return no_memory(call);
    for (uint32_t i = from; i < to; i++)
        array_push(call->realm->arena, part.array, item(call, i));
    return part;
}

static bool append_all(struct value_call *call, struct value into, struct value v)
{
    struct arena *arena = call->realm->arena;
    if (v.type != VALUE_ARRAY)
        return array_push(arena, into.array, v);
    for (uint32_t i = 0; i < value_length(call->realm, v); i++) {
        if (!array_push(arena, into.array, value_item(call->realm, v, i)))
            return false;
    }
    return true;
}

static struct value array_concat(struct value_call *call)
{
    struct value both = value_array(call->realm->arena, length(call) + call->argc);
    if (both.type != VALUE_ARRAY || !append_all(call, both, call->self))
        return no_memory(call);
    for (uint32_t i = 0; i < call->argc; i++) {
        if (!append_all(call, both, call->args[i]))
            return no_memory(call);
    }
    return both;
}

static struct value array_join(struct value_call *call)
{
    struct value between = value_arg(call, 0);
    struct slice separator =
        between.type == VALUE_UNDEFINED ? SLICE(",") : value_to_text(call->realm, between);
    struct buffer out = text_buffer(call->realm);
    if (call->self.type == VALUE_ARRAY)
        convert_append_joined(call->realm, &out, call->self, separator);
    return text_finish(call->realm, &out, call->error);
}

// includes finds NaN, indexOf does not (SameValueZero against ===).
static bool same_value_zero(struct value a, struct value b)
{
    bool both_nan = a.type == VALUE_NUMBER && b.type == VALUE_NUMBER && a.number != a.number &&
                    b.number != b.number;
    return both_nan || value_strict_equal(a, b);
}

static struct value array_includes(struct value_call *call)
{
    uint32_t count = length(call);
    for (uint32_t i = relative(arg_integer(call, 1, 0), count); i < count; i++) {
        if (same_value_zero(item(call, i), value_arg(call, 0)))
            return value_boolean(true);
    }
    return value_boolean(false);
}

static struct value array_index_of(struct value_call *call)
{
    uint32_t count = length(call);
    for (uint32_t i = relative(arg_integer(call, 1, 0), count); i < count; i++) {
        if (value_strict_equal(item(call, i), value_arg(call, 0)))
            return value_number(i);
    }
    return value_number(-1);
}

static struct value array_last_index_of(struct value_call *call)
{
    int64_t from = arg_integer(call, 1, INT64_MAX), count = length(call);
    from = from < 0 ? from + count : from;
    for (int64_t i = from >= count ? count - 1 : from; i >= 0; i--) {
        if (value_strict_equal(item(call, (uint32_t)i), value_arg(call, 0)))
            return value_number((double)i);
    }
    return value_number(-1);
}

// keys, values and entries are iterators in JavaScript; templates only loop over them.
static struct value listed(struct value_call *call, bool keys, bool values)
{
    struct arena *arena = call->realm->arena;
    uint32_t count = length(call);
    struct value list = value_array(arena, count);
    for (uint32_t i = 0; i < count; i++) {
        struct value one = keys ? value_number(i) : item(call, i);
        if (keys && values) {
            one = value_array(arena, 2);
            value_push(call->realm, arena, one, value_number(i));
            value_push(call->realm, arena, one, item(call, i));
        }
        if (!value_push(call->realm, arena, list, one))
            return no_memory(call);
    }
    return list;
}

static struct value array_keys(struct value_call *call)
{
    return listed(call, true, false);
}

static struct value array_values(struct value_call *call)
{
    return listed(call, false, true);
}

static struct value array_entries(struct value_call *call)
{
    return listed(call, true, true);
}

static bool flatten(struct value_call *call, struct value into, struct value v, double depth)
{
    if (into.array->count > ARRAY_FLAT_MAX)
        return error_set(call->error, ERROR_LIMIT, "flat: more than %d items", ARRAY_FLAT_MAX);
    if (v.type != VALUE_ARRAY || depth < 0)
        return array_push(call->realm->arena, into.array, v) || error_memory(call->error);
    if (call->realm->depth >= VALUE_DEPTH_MAX)
        return error_set(call->error, ERROR_LIMIT, "flat: nested more than %d deep",
                         (int)VALUE_DEPTH_MAX);
    call->realm->depth++;
    bool ok = true;
    for (uint32_t i = 0; ok && i < value_length(call->realm, v); i++)
        ok = flatten(call, into, value_item(call->realm, v, i), depth - 1);
    call->realm->depth--;
    return ok;
}

static struct value array_flat(struct value_call *call)
{
    struct value depth = value_arg(call, 0);
    struct value flat = value_array(call->realm->arena, length(call));
    if (flat.type != VALUE_ARRAY)
        return no_memory(call);
    double levels =
        depth.type == VALUE_UNDEFINED ? 1 : (double)value_to_integer(call->realm, depth);
    return flatten(call, flat, call->self, levels) ? flat : value_undefined();
}

// ---- changing ----

static struct value array_push_items(struct value_call *call)
{
    struct value_array *array = own(call);
    if (!array)
        return value_undefined();
    for (uint32_t i = 0; i < call->argc; i++) {
        if (!array_push(call->realm->arena, array, call->args[i]))
            return no_memory(call);
    }
    return value_number(array->count);
}

static struct value array_pop(struct value_call *call)
{
    struct value_array *array = own(call);
    return array && array->count ? array->items[--array->count] : value_undefined();
}

// Removes `removed` items at `at` and makes room for `added`.
static bool open_gap(struct value_call *call, struct value_array *array, uint32_t at,
                     uint32_t removed, uint32_t added)
{
    uint32_t kept = array->count - removed;
    if (added > UINT32_MAX - kept || !array_reserve(call->realm->arena, array, kept + added))
        return error_memory(call->error);
    if (array->count > at + removed)
        memmove(array->items + at + added, array->items + at + removed,
                (array->count - at - removed) * sizeof *array->items);
    array->count = kept + added;
    return true;
}

static struct value array_shift(struct value_call *call)
{
    struct value_array *array = own(call);
    if (!array || !array->count)
        return value_undefined();
    struct value first = array->items[0];
    open_gap(call, array, 0, 1, 0);
    return first;
}

static struct value array_unshift(struct value_call *call)
{
    struct value_array *array = own(call);
    if (!array || !open_gap(call, array, 0, 0, call->argc))
        return value_undefined();
    if (call->argc)
        memcpy(array->items, call->args, call->argc * sizeof *array->items);
    return value_number(array->count);
}

static struct value array_splice(struct value_call *call)
{
    struct value_array *array = own(call);
    if (!array)
        return value_undefined();
    uint32_t at = relative(arg_integer(call, 0, 0), array->count);
    uint32_t rest = array->count - at;
    int64_t wanted = call->argc == 0 ? 0 : call->argc == 1 ? rest : arg_integer(call, 1, 0);
    uint32_t removed = wanted < 0 ? 0 : wanted > rest ? rest : (uint32_t)wanted;
    uint32_t added = call->argc > 2 ? call->argc - 2 : 0;
    struct value taken = value_array(call->realm->arena, removed);
    if (taken.type != VALUE_ARRAY)
        return no_memory(call);
    for (uint32_t i = 0; i < removed; i++)
        array_push(call->realm->arena, taken.array, array->items[at + i]);
    if (!open_gap(call, array, at, removed, added))
        return value_undefined();
    if (added)
        memcpy(array->items + at, call->args + 2, added * sizeof *array->items);
    return taken;
}

static struct value array_reverse(struct value_call *call)
{
    struct value_array *array = own(call);
    for (uint32_t i = 0; array && i < array->count / 2; i++) {
        struct value other = array->items[array->count - 1 - i];
        array->items[array->count - 1 - i] = array->items[i];
        array->items[i] = other;
    }
    return call->self;
}

static struct value array_fill(struct value_call *call)
{
    struct value_array *array = own(call);
    if (!array)
        return value_undefined();
    uint32_t from = relative(arg_integer(call, 1, 0), array->count);
    uint32_t to = relative(arg_integer(call, 2, INT64_MAX), array->count);
    for (uint32_t i = from; i < to; i++)
        array->items[i] = value_arg(call, 0);
    return call->self;
}

static struct value array_copy_within(struct value_call *call)
{
    struct value_array *array = own(call);
    if (!array)
        return value_undefined();
    uint32_t to = relative(arg_integer(call, 0, 0), array->count);
    uint32_t from = relative(arg_integer(call, 1, 0), array->count);
    uint32_t end = relative(arg_integer(call, 2, INT64_MAX), array->count);
    uint32_t count = end > from ? end - from : 0;
    if (count > array->count - to)
        count = array->count - to;
    if (count)
        memmove(array->items + to, array->items + from, count * sizeof *array->items);
    return call->self;
}

// ---- changing a copy ----

// The method on a copy of the array, which is the result.
static struct value on_copy(struct value_call *call, value_native method)
{
    struct value_call copied = *call;
    struct value_call all = {.realm = call->realm, .self = call->self, .error = call->error};
    copied.self = array_slice(&all);
    if (copied.self.type == VALUE_ARRAY)
        method(&copied);
    return copied.self;
}

static struct value array_to_reversed(struct value_call *call)
{
    return on_copy(call, array_reverse);
}

static struct value array_to_sorted(struct value_call *call)
{
    return on_copy(call, array_sort);
}

static struct value array_to_spliced(struct value_call *call)
{
    return on_copy(call, array_splice);
}

static struct value array_with(struct value_call *call)
{
    int64_t count = length(call), at = arg_integer(call, 0, 0);
    if (at < 0)
        at += count;
    if (at < 0 || at >= count)
        return method_error(call, ERROR_RUNTIME, "with: there is no item at that index");
    struct value_call all = {.realm = call->realm, .self = call->self, .error = call->error};
    struct value copy = array_slice(&all);
    if (copy.type == VALUE_ARRAY)
        copy.array->items[at] = value_arg(call, 1);
    return copy;
}

static const struct value_function ROWS[] = {
    METHOD("at", array_at),
    METHOD("concat", array_concat),
    METHOD("copyWithin", array_copy_within),
    METHOD("entries", array_entries),
    METHOD("every", array_every),
    METHOD("fill", array_fill),
    METHOD("filter", array_filter),
    METHOD("find", array_find),
    METHOD("findIndex", array_find_index),
    METHOD("findLast", array_find_last),
    METHOD("findLastIndex", array_find_last_index),
    METHOD("flat", array_flat),
    METHOD("flatMap", array_flat_map),
    METHOD("forEach", array_for_each),
    METHOD("hasOwnProperty", method_has_own_property),
    METHOD("includes", array_includes),
    METHOD("indexOf", array_index_of),
    METHOD("join", array_join),
    METHOD("keys", array_keys),
    METHOD("lastIndexOf", array_last_index_of),
    METHOD("map", array_map),
    METHOD("pop", array_pop),
    METHOD("push", array_push_items),
    METHOD("reduce", array_reduce),
    METHOD("reduceRight", array_reduce_right),
    METHOD("reverse", array_reverse),
    METHOD("shift", array_shift),
    METHOD("slice", array_slice),
    METHOD("some", array_some),
    METHOD("sort", array_sort),
    METHOD("splice", array_splice),
    METHOD("toLocaleString", method_to_string),
    METHOD("toReversed", array_to_reversed),
    METHOD("toSorted", array_to_sorted),
    METHOD("toSpliced", array_to_spliced),
    METHOD("toString", method_to_string),
    METHOD("unshift", array_unshift),
    METHOD("values", array_values),
    METHOD("with", array_with),
};
const struct method_table METHODS_ARRAY = METHOD_TABLE(ROWS);
