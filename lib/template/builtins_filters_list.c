// SPDX-License-Identifier: MIT
//
// Filters that work on arrays, and on whatever else JavaScript accepts as one.
// Source: Nunjucks 3.2.4, src/filters.js and src/lib.js (behaviour).
#include "builtins.h"

#include "base/utf8.h"

#include <math.h>

// ---- one item ----

struct value filter_first(struct value_call *call)
{
    struct value item = value_undefined();
    builtin_member(call, value_arg(call, 0), value_number(0), &item);
    return item;
}

struct value filter_last(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct value length;
    struct value item = value_undefined();
    if (!builtin_member(call, v, VALUE_LITERAL("length"), &length))
        return value_undefined();
    double n = value_to_number(call->realm, length);
    // Without a length the key is "NaN", which no value has.
    if (!isnan(n))
        builtin_member(call, v, value_number(n - 1), &item);
    return item;
}

// A 64-bit mixing step (SplitMix64): the state is the render's own, so no lock is needed.
static uint64_t next_random(struct value_realm *realm)
{
    uint64_t z = realm->random_state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct value filter_random(struct value_call *call)
{
    struct builtin_sequence items;
    call->realm->impure |= VALUE_READ_CLOCK;
    if (!builtin_sequence(call, "random", value_arg(call, 0), &items) || items.count == 0)
        return value_undefined();
    return items.items[next_random(call->realm) % items.count];
}

struct value filter_length(struct value_call *call)
{
    struct value v = builtin_normalise(value_arg(call, 0));
    if (value_is(v, VALUE_OBJECT))
        return value_number(value_object_view(call->realm, v)->count);
    bool iterable = value_is(value_iterated(call->realm, v), VALUE_ARRAY); // a Map or a Set
    return value_property(call->realm, v,
                          iterable ? VALUE_LITERAL("size") : VALUE_LITERAL("length"));
}

// ---- cutting up ----

struct value filter_batch(struct value_call *call)
{
    struct builtin_sequence items;
    if (!builtin_sequence(call, "batch", value_arg(call, 0), &items))
        return value_undefined();
    double size = value_to_number(call->realm, value_arg(call, 1));
    struct value fill = value_arg(call, 2);
    struct value result = builtin_new_array(call, 0);
    struct value group = builtin_new_array(call, 0);
    for (uint32_t i = 0; i < items.count && !error_is_set(call->error); i++) {
        if (i > 0 && fmod(i, size) == 0) {
            builtin_push(call, result, group);
            group = builtin_new_array(call, 0);
        }
        builtin_push(call, group, items.items[i]);
    }
    if (items.count == 0)
        return result;
    for (double n = value_length(call->realm, group); value_truthy(fill) && n < size; n++)
        if (!builtin_push(call, group, fill))
            return value_undefined();
    builtin_push(call, result, group);
    return result;
}

// As arr.slice(start, end): part of an array, or part of a text.
static struct value cut_list(struct value_call *call, struct value v, double start, double end)
{
    if (builtin_is_plain_string(v) || builtin_is_safe(v)) {
        struct buffer out = builtin_buffer(call);
        builtin_append_units(&out, value_text(v), (size_t)start, (size_t)end);
        return builtin_finish_plain(call, &out);
    }
    struct builtin_sequence items;
    struct value result = builtin_new_array(call, 0);
    if (!builtin_array(call, "slice", v, &items))
        return value_undefined();
    for (double i = start; i < end && i < items.count; i++)
        if (!builtin_push(call, result, items.items[(size_t)i]))
            return value_undefined();
    return result;
}

struct value filter_slice(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct value length_value;
    if (!builtin_member(call, v, VALUE_LITERAL("length"), &length_value))
        return value_undefined();
    double length = value_to_number(call->realm, length_value);
    double slices = value_to_number(call->realm, value_arg(call, 1));
    struct value fill = value_arg(call, 2);
    struct value result = builtin_new_array(call, 0);
    double each = floor(length / slices);
    double extra = fmod(length, slices);
    double offset = 0;
    for (double i = 0; i < slices && !error_is_set(call->error); i++) {
        double start = offset + i * each;
        offset += i < extra;
        struct value part = cut_list(call, v, start, offset + (i + 1) * each);
        if (value_truthy(fill) && i >= extra && !error_is_set(call->error)) {
            if (!value_is(part, VALUE_ARRAY))
                return builtin_wrong_type(call, "slice with a filling", "an array", v);
            builtin_push(call, part, fill);
        }
        builtin_push(call, result, part);
    }
    return result;
}

// ---- list and reverse ----

static struct value entry(struct value_call *call, struct value key, struct value v)
{
    struct arena *arena = call->realm->arena;
    struct value object = value_object(arena);
    if (!value_is(object, VALUE_OBJECT) ||
        !value_set(call->realm, arena, object, SLICE("key"), key) ||
        !value_set(call->realm, arena, object, SLICE("value"), v))
        error_memory(call->error);
    return object;
}

static struct value entries(struct value_call *call, struct value v)
{
    const struct value_object *object = value_object_view(call->realm, v);
    struct value result = builtin_new_array(call, object->count);
    for (uint32_t i = 0; i < object->count; i++)
        if (!builtin_push(call, result,
                          entry(call, value_string(object->keys[i].text), object->values[i])))
            break;
    return result;
}

static struct value array_of(struct value_call *call, const struct builtin_sequence *items)
{
    struct value result = builtin_new_array(call, items->count);
    for (uint32_t i = 0; i < items->count; i++)
        if (!builtin_push(call, result, items->items[i]))
            break;
    return result;
}

// Nunjucks sees a SafeString as an object with two members.
static struct value entries_of_safe(struct value_call *call, struct value v)
{
    struct value result = builtin_new_array(call, 2);
    double length = (double)utf8_utf16_length(value_text(v));
    builtin_push(call, result, entry(call, VALUE_LITERAL("val"), value_string(value_text(v))));
    builtin_push(call, result, entry(call, VALUE_LITERAL("length"), value_number(length)));
    return result;
}

struct value filter_list(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct builtin_sequence items;
    if (value_is(v, VALUE_ARRAY))
        return v;
    if (value_is(v, VALUE_OBJECT))
        return entries(call, v);
    if (builtin_is_safe(v))
        return entries_of_safe(call, v);
    if (!value_is(v, VALUE_STRING))
        return builtin_wrong_type(call, "list", "a text, an array or an object", v);
    if (!builtin_sequence(call, "list", v, &items))
        return value_undefined();
    return array_of(call, &items);
}

static struct value reversed_text(struct value_call *call, const struct builtin_sequence *items)
{
    struct buffer out = builtin_buffer(call);
    for (uint32_t i = items->count; i-- > 0;)
        buffer_append(&out, value_text(items->items[i]));
    return builtin_finish_plain(call, &out);
}

struct value filter_reverse(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct builtin_sequence items = {NULL, 0};
    // lib.map of null is empty.
    if (!value_is_nullish(v) && !builtin_sequence(call, "reverse", v, &items))
        return value_undefined();
    if (builtin_is_plain_string(v))
        return reversed_text(call, &items);
    struct value result = builtin_new_array(call, items.count);
    for (uint32_t i = items.count; i-- > 0;)
        if (!builtin_push(call, result, items.items[i]))
            break;
    return result;
}

// ---- join and sum ----

// arr, or that member of each item (lib.map); without a name, only true arrays.
static bool mapped(struct value_call *call, const char *filter, struct value name,
                   struct builtin_sequence *out)
{
    struct value v = value_arg(call, 0);
    if (!value_truthy(name))
        return builtin_array(call, filter, v, out);
    *out = (struct builtin_sequence){NULL, 0};
    if (value_is_nullish(v))
        return true;
    struct builtin_sequence items;
    if (!builtin_sequence(call, filter, v, &items))
        return false;
    struct value *members = arena_zalloc(call->realm->arena, items.count, sizeof *members);
    if (!members)
        return error_memory(call->error);
    for (uint32_t i = 0; i < items.count; i++)
        if (!builtin_member(call, items.items[i], name, &members[i]))
            return false;
    *out = (struct builtin_sequence){members, items.count};
    return true;
}

struct value filter_join(struct value_call *call)
{
    struct builtin_sequence items;
    struct value separator = value_arg(call, 1);
    if (!mapped(call, "join", value_arg(call, 2), &items))
        return value_undefined();
    struct slice between =
        value_truthy(separator) ? value_to_text(call->realm, separator) : SLICE_EMPTY;
    // The array's own join can handle an array that contains itself.
    if (!value_truthy(value_arg(call, 2))) {
        struct value array = value_arg(call, 0);
        struct value text = value_string(between);
        return value_invoke(call->realm, value_property(call->realm, array, VALUE_LITERAL("join")),
                            array, &text, 1, call->error);
    }
    struct buffer out = builtin_buffer(call);
    for (uint32_t i = 0; i < items.count && !out.failed; i++) {
        if (i > 0)
            buffer_append(&out, between);
        value_append_text(call->realm, &out, items.items[i], false);
    }
    return builtin_finish_plain(call, &out);
}

struct value filter_sum(struct value_call *call)
{
    struct builtin_sequence items;
    struct value start = value_arg(call, 2);
    if (!mapped(call, "sum", value_arg(call, 1), &items))
        return value_undefined();
    struct value total = value_number(0);
    for (uint32_t i = 0; i < items.count && !error_is_set(call->error); i++)
        total = value_add(call->realm, total, items.items[i], call->error);
    if (value_is(start, VALUE_UNDEFINED))
        start = value_number(0);
    return value_add(call->realm, start, total, call->error);
}

// ---- choosing ----

static struct value choose_by_test(struct value_call *call, const char *filter, bool wanted)
{
    struct builtin_sequence items;
    struct value name = value_arg(call, 1);
    struct slice test =
        value_is(name, VALUE_UNDEFINED) ? SLICE("truthy") : value_to_text(call->realm, name);
    if (!template_has_test(call, test) ||
        !builtin_sequence(call, filter, value_arg(call, 0), &items))
        return value_undefined();
    // Nunjucks turns a SafeString into an array of holes, and filter() skips holes.
    if (builtin_is_safe(value_arg(call, 0)))
        items.count = 0;
    struct value result = builtin_new_array(call, 0);
    for (uint32_t i = 0; i < items.count && !error_is_set(call->error); i++) {
        struct value args[2] = {items.items[i], value_arg(call, 2)};
        struct value passed = template_call_test(call, test, args, 2);
        if (!error_is_set(call->error) && value_truthy(passed) == wanted)
            builtin_push(call, result, items.items[i]);
    }
    return result;
}

struct value filter_select(struct value_call *call)
{
    return choose_by_test(call, "select", true);
}

struct value filter_reject(struct value_call *call)
{
    return choose_by_test(call, "reject", false);
}

static struct value choose_by_member(struct value_call *call, const char *filter, bool wanted)
{
    struct builtin_sequence items;
    if (!builtin_array(call, filter, value_arg(call, 0), &items))
        return value_undefined();
    struct value result = builtin_new_array(call, 0);
    for (uint32_t i = 0; i < items.count && !error_is_set(call->error); i++) {
        struct value member = value_undefined();
        if (builtin_member(call, items.items[i], value_arg(call, 1), &member) &&
            value_truthy(member) == wanted)
            builtin_push(call, result, items.items[i]);
    }
    return result;
}

struct value filter_selectattr(struct value_call *call)
{
    return choose_by_member(call, "selectattr", true);
}

struct value filter_rejectattr(struct value_call *call)
{
    return choose_by_member(call, "rejectattr", false);
}

// ---- groups ----

static bool missing_attribute(struct value_call *call, const char *filter, struct value attribute)
{
    struct slice name = value_to_text(call->realm, attribute);
    builtin_fail(call, "%s: attribute \"%.*s\" resolved to undefined", filter, SLICE_ARG(name));
    return false;
}

static bool group_key(struct value_call *call, struct value item, struct value attribute,
                      struct slice *key)
{
    struct value found;
    if (value_is(attribute, VALUE_FUNCTION))
        found = value_invoke(call->realm, attribute, value_undefined(), &item, 1, call->error);
    else if (!builtin_attribute(call, item, attribute, &found))
        return false;
    if (value_is(found, VALUE_UNDEFINED) && template_throws_on_undefined(call))
        return missing_attribute(call, "groupby", attribute);
    *key =
        value_is(found, VALUE_UNDEFINED) ? SLICE("undefined") : value_to_text(call->realm, found);
    return !error_is_set(call->error);
}

static bool add_to_group(struct value_call *call, struct value groups, struct slice key,
                         struct value item)
{
    struct value group = value_get(call->realm, groups, key);
    if (value_is(group, VALUE_UNDEFINED)) {
        group = builtin_new_array(call, 0);
        if (!value_set(call->realm, call->realm->arena, groups, key, group))
            return error_memory(call->error);
    }
    return builtin_push(call, group, item);
}

struct value filter_groupby(struct value_call *call)
{
    struct builtin_sequence items;
    if (!builtin_sequence(call, "groupby", value_arg(call, 0), &items))
        return value_undefined();
    struct value groups = value_object(call->realm->arena);
    for (uint32_t i = 0; i < items.count; i++) {
        struct slice key = SLICE_EMPTY;
        if (!group_key(call, items.items[i], value_arg(call, 1), &key) ||
            !add_to_group(call, groups, key, items.items[i]))
            return value_undefined();
    }
    return groups;
}

// ---- order ----

struct sort_state {
    struct value_call *call;
    struct value attribute; // falsy: the items themselves
    bool reversed;
    bool case_sensitive;
};

static struct value lowered(struct value_call *call, struct value v)
{
    struct buffer out = builtin_buffer(call);
    utf8_append_lower(&out, value_text(v));
    return builtin_finish_plain(call, &out);
}

static bool sort_key(const struct sort_state *s, struct value item, struct value *key)
{
    bool named = value_truthy(s->attribute);
    if (!builtin_attribute(s->call, item, s->attribute, key))
        return false;
    if (named && value_is(*key, VALUE_UNDEFINED) && template_throws_on_undefined(s->call))
        return missing_attribute(s->call, "sort", s->attribute);
    return true;
}

static double compare_items(void *state, struct value a, struct value b)
{
    const struct sort_state *s = state;
    struct value x;
    struct value y;
    if (!sort_key(s, a, &x) || !sort_key(s, b, &y))
        return 0;
    if (!s->case_sensitive && builtin_is_plain_string(x) && builtin_is_plain_string(y)) {
        x = lowered(s->call, x);
        y = lowered(s->call, y);
    }
    int order = value_compare(s->call->realm, x, y);
    if (order == 2) // a NaN: neither less nor more
        return 0;
    return s->reversed ? -order : order;
}

struct value filter_sort(struct value_call *call)
{
    struct sort_state s = {
        .call = call,
        .reversed = value_truthy(builtin_macro_arg(call, 1, "reverse")),
        .case_sensitive = value_truthy(builtin_macro_arg(call, 2, "case_sensitive")),
        .attribute = builtin_macro_arg(call, 3, "attribute"),
    };
    struct builtin_sequence items = {NULL, 0};
    struct value v = builtin_macro_arg(call, 0, "value");
    if (!value_is_nullish(v) && !builtin_sequence(call, "sort", v, &items))
        return value_undefined();
    struct value result = array_of(call, &items);
    if (error_is_set(call->error))
        return value_undefined();
    struct value_array *own = value_array_own(call->realm, result);
    return own && builtin_sort(call, own->items, own->count, compare_items, &s) ? result
                                                                                : value_undefined();
}

struct dictsort_state {
    struct value_call *call;
    bool case_sensitive;
    uint32_t by; // 0: key, 1: value
};

static struct value dictsort_key(const struct dictsort_state *s, struct value pair)
{
    struct value key = value_item(s->call->realm, pair, s->by);
    if (s->case_sensitive || !builtin_is_plain_string(key))
        return key;
    struct buffer out = builtin_buffer(s->call);
    utf8_append_upper(&out, value_text(key));
    return builtin_finish_plain(s->call, &out);
}

// Greater is 1, identical is 0, and anything else, comparable or not, is -1.
static double compare_pairs(void *state, struct value a, struct value b)
{
    const struct dictsort_state *s = state;
    struct value x = dictsort_key(s, a);
    struct value y = dictsort_key(s, b);
    if (value_compare(s->call->realm, x, y) == 1)
        return 1;
    return value_strict_equal(x, y) ? 0 : -1;
}

static struct value pairs_of(struct value_call *call, struct value v)
{
    const struct value_object *object = value_object_view(call->realm, v);
    struct value result = builtin_new_array(call, object->count);
    for (uint32_t i = 0; i < object->count; i++) {
        struct value pair = builtin_new_array(call, 2);
        builtin_push(call, pair, value_string(object->keys[i].text));
        builtin_push(call, pair, object->values[i]);
        if (!builtin_push(call, result, pair))
            break;
    }
    return result;
}

// for … in over a SafeString: its two members, then the prototype's enumerable ones.
static struct value members_of_safe(struct value_call *call, struct value v)
{
    static const struct slice names[] = {
        {"val", 3}, {"length", 6}, {"valueOf", 7}, {"toString", 8}};
    struct arena *arena = call->realm->arena;
    struct value object = value_object(arena);
    for (size_t i = 0; i < 4; i++) {
        struct value member = i == 0 ? value_string(value_text(v))
                                     : value_property(call->realm, v, value_string(names[i]));
        if (!value_set(call->realm, arena, object, names[i], member))
            error_memory(call->error);
    }
    return object;
}

static bool dictsort_by(struct value_call *call, struct value by, uint32_t *index)
{
    bool text = builtin_is_plain_string(by);
    if (value_is(by, VALUE_UNDEFINED) || (text && slice_equal(value_text(by), SLICE("key"))))
        *index = 0;
    else if (text && slice_equal(value_text(by), SLICE("value")))
        *index = 1;
    else
        return error_set(call->error, ERROR_RUNTIME,
                         "dictsort filter: You can only sort by either key or value");
    return true;
}

struct value filter_dictsort(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    if (builtin_is_safe(v))
        v = members_of_safe(call, v);
    if (!value_is(v, VALUE_OBJECT))
        return builtin_fail(call, "dictsort filter: val must be an object");
    struct dictsort_state s = {.call = call, .case_sensitive = value_truthy(value_arg(call, 1))};
    if (!dictsort_by(call, value_arg(call, 2), &s.by))
        return value_undefined();
    struct value result = pairs_of(call, v);
    if (error_is_set(call->error))
        return value_undefined();
    struct value_array *own = value_array_own(call->realm, result);
    return own && builtin_sort(call, own->items, own->count, compare_pairs, &s) ? result
                                                                                : value_undefined();
}
