// SPDX-License-Identifier: MIT
//
// object[key], as Nunjucks' memberLookup reaches it: own members first, then the type's methods,
// which are rows of sorted tables (methods_*.c) and are returned as unbound functions.
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

static struct value object_property(struct value_realm *realm, struct value object,
                                    struct slice name)
{
    const struct value_object *view = value_object_view(realm, object);
    const struct value *member = object_find(view, name, slice_hash(name));
    return member ? *member : find_method(&METHODS_OBJECT, name);
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

struct value value_property(struct value_realm *realm, struct value object, struct value key)
{
    struct value own;
    if (value_is_nullish(object))
        return value_undefined();
    if (key.type != VALUE_STRING && key.type != VALUE_NUMBER) // ToPropertyKey
        key = value_string(value_to_text(realm, key));
    if (object.type == VALUE_OBJECT)
        return object_property(realm, object, value_to_text(realm, key));
    if (property_own(realm, object, key, &own))
        return own;
    if (key.type == VALUE_NUMBER)
        return value_undefined(); // no method's name is a number
    struct value method = find_method(methods_of(object), value_text(key));
    bool inherits = object.type != VALUE_STRING && object.type != VALUE_ARRAY;
    return inherits && method.type == VALUE_UNDEFINED
               ? find_method(&METHODS_OBJECT, value_text(key))
               : method;
}

struct value value_iterated(struct value_realm *realm, struct value v)
{
    if (v.type != VALUE_FUNCTION || !v.function->instance.ptr)
        return value_undefined();
    struct value items = value_property(realm, v, value_string(VALUE_ITERATED));
    return value_is(items, VALUE_ARRAY) ? items : value_undefined();
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
