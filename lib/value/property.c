// SPDX-License-Identifier: MIT
//
// object[key], as Nunjucks' memberLookup reaches it: own members first, then the methods of the
// type, which are rows of sorted tables (methods_*.c) and come back as functions bound to nothing.
#include "value/arrays.h"
#include "value/methods.h"
#include "value/text.h"

static struct value method_value(const struct value_function *row)
{
    // The rows are constants; nothing writes through a function without properties.
    return (struct value){.type = VALUE_FUNCTION,
                          .function = (struct value_function *)(uintptr_t)row};
}

static struct value find_method(const struct method_table *table, struct slice name)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(name, table->rows[middle].name);
        if (order == 0)
            return method_value(&table->rows[middle]);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return value_undefined();
}

// A key that names an item: a number that is an index, or its text.
static bool key_is_index(struct value key, uint32_t *index)
{
    if (key.type == VALUE_STRING)
        return array_index_parse(value_text(key), index);
    if (key.type != VALUE_NUMBER || !(key.number >= 0 && key.number < UINT32_MAX))
        return false;
    *index = (uint32_t)key.number;
    return *index == key.number;
}

static struct value string_property(struct value_realm *realm, struct value s, struct value key)
{
    uint32_t index;
    struct slice name = key.type == VALUE_STRING ? value_text(key) : SLICE_EMPTY;
    if (slice_equal(name, SLICE("length"))) {
        bool ascii = s.flags & VALUE_ASCII;
        return value_number((double)(ascii ? s.len : utf8_utf16_length(value_text(s))));
    }
    // Nunjucks' SafeString has String's methods but no characters of its own.
    if (!(s.flags & VALUE_SAFE) && key_is_index(key, &index)) {
        struct text_units units = text_units_of(realm, s);
        return index < units.length ? text_units_slice(realm, &units, index, (size_t)index + 1)
                                    : value_undefined();
    }
    return find_method(&METHODS_STRING, name);
}

static struct value array_property(struct value_realm *realm, struct value a, struct value key)
{
    uint32_t index;
    if (key_is_index(key, &index))
        return value_item(realm, a, index);
    struct slice name = key.type == VALUE_STRING ? value_text(key) : SLICE_EMPTY;
    if (slice_equal(name, SLICE("length")))
        return value_number(value_length(realm, a));
    if (a.array->properties) {
        struct value properties = {.type = VALUE_OBJECT, .object = a.array->properties};
        if (value_has(realm, properties, name))
            return value_get(realm, properties, name);
    }
    return find_method(&METHODS_ARRAY, name);
}

static struct value object_property(struct value_realm *realm, struct value object,
                                    struct slice name)
{
    const struct value_object *view = value_object_view(realm, object);
    const struct value *member = object_find(view, name, slice_hash(name));
    return member ? *member : find_method(&METHODS_OBJECT, name);
}

static struct value function_property(struct value_realm *realm, struct value f, struct slice name)
{
    if (f.function->properties) {
        struct value properties = {.type = VALUE_OBJECT, .object = f.function->properties};
        if (value_has(realm, properties, name))
            return value_get(realm, properties, name);
    }
    if (slice_equal(name, SLICE("name")))
        return value_string(f.function->name);
    if (slice_equal(name, SLICE("length"))) // what Nunjucks wraps around methods and macros has 0
        return value_number(0);
    return find_method(&METHODS_FUNCTION, name);
}

static struct value regexp_property(struct value r, struct slice name)
{
    struct value own = regexp_own_property(r, name);
    return own.type != VALUE_UNDEFINED ? own : find_method(&METHODS_REGEXP, name);
}

static struct value property_by_type(struct value_realm *realm, struct value v, struct slice name)
{
    switch (v.type) {
    case VALUE_FUNCTION:
        return function_property(realm, v, name);
    case VALUE_REGEXP:
        return regexp_property(v, name);
    case VALUE_DATE:
        return find_method(&METHODS_DATE, name);
    case VALUE_NUMBER:
        return find_method(&METHODS_NUMBER, name);
    default:
        return find_method(&METHODS_BOOLEAN, name);
    }
}

struct value value_property(struct value_realm *realm, struct value object, struct value key)
{
    if (value_is_nullish(object))
        return value_undefined();
    if (key.type != VALUE_STRING && key.type != VALUE_NUMBER) // ToPropertyKey
        key = value_string(value_to_text(realm, key));
    if (object.type == VALUE_STRING)
        return string_property(realm, object, key);
    if (object.type == VALUE_ARRAY)
        return array_property(realm, object, key);
    struct slice name = value_to_text(realm, key);
    if (object.type == VALUE_OBJECT)
        return object_property(realm, object, name);
    struct value found = property_by_type(realm, object, name);
    return found.type == VALUE_UNDEFINED ? find_method(&METHODS_OBJECT, name) : found;
}

// ---- what was meant ----

struct nearest {
    struct slice wanted, best;
    size_t distance;
};

static void offer(struct nearest *nearest, struct slice name)
{
    size_t distance = slice_distance(nearest->wanted, name, nearest->distance);
    if (distance >= nearest->distance)
        return;
    nearest->distance = distance;
    nearest->best = name;
}

static const struct method_table *methods_of(struct value v)
{
    static const struct method_table *const TABLES[] = {
        [VALUE_BOOLEAN] = &METHODS_BOOLEAN, [VALUE_NUMBER] = &METHODS_NUMBER,
        [VALUE_STRING] = &METHODS_STRING,   [VALUE_ARRAY] = &METHODS_ARRAY,
        [VALUE_OBJECT] = &METHODS_OBJECT,   [VALUE_DATE] = &METHODS_DATE,
        [VALUE_REGEXP] = &METHODS_REGEXP,   [VALUE_FUNCTION] = &METHODS_FUNCTION,
    };
    return value_is_nullish(v) ? NULL : TABLES[v.type];
}

struct slice value_nearest_property(struct value_realm *realm, struct value object,
                                    struct slice name)
{
    struct nearest nearest = {.wanted = name, .distance = name.len / 3 + 2};
    if (object.type == VALUE_OBJECT) {
        const struct value_object *view = value_object_view(realm, object);
        for (uint32_t i = 0; i < view->count; i++)
            offer(&nearest, view->keys[i].text);
    }
    const struct method_table *methods = methods_of(object);
    for (size_t i = 0; methods && i < methods->count; i++)
        offer(&nearest, methods->rows[i].name);
    return nearest.best;
}
