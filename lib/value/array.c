// SPDX-License-Identifier: MIT
//
// Arrays: a run of values that grows by doubling in the arena.
#include "value/arrays.h"

bool array_reserve(struct arena *arena, struct value_array *array, uint32_t capacity)
{
    if (capacity <= array->capacity)
        return true;
    struct value *items =
        arena_grow(arena, array->items, (size_t)array->capacity * sizeof(struct value),
                   (size_t)capacity * sizeof(struct value));
    if (!items)
        return false;
    array->items = items;
    array->capacity = capacity;
    return true;
}

bool array_push(struct arena *arena, struct value_array *array, struct value item)
{
    if (array->count == array->capacity) {
        if (array->capacity > UINT32_MAX / 2)
            return false;
        if (!array_reserve(arena, array, array->capacity ? array->capacity * 2 : 4))
            return false;
    }
    array->items[array->count++] = item;
    return true;
}

struct value_array *array_copy(struct arena *arena, const struct value_array *array)
{
    struct value_array *copy = arena_zalloc(arena, 1, sizeof *copy);
    if (!copy || !array_reserve(arena, copy, array->count))
        return NULL;
    if (array->count)
        memcpy(copy->items, array->items, array->count * sizeof(struct value));
    copy->count = array->count;
    return copy;
}

uint32_t value_length(struct value_realm *realm, struct value v)
{
    return v.type == VALUE_ARRAY ? value_array_view(realm, v)->count : 0;
}

struct value value_item(struct value_realm *realm, struct value array, uint32_t index)
{
    if (array.type != VALUE_ARRAY)
        return value_undefined();
    const struct value_array *view = value_array_view(realm, array);
    return index < view->count ? view->items[index] : value_undefined();
}

bool value_push(struct value_realm *realm, struct arena *arena, struct value array,
                struct value item)
{
    struct value_array *own = value_array_own(realm, array);
    return own && array_push(arena ? arena : realm->arena, own, item);
}

bool value_set_item(struct value_realm *realm, struct value array, uint32_t index,
                    struct value item)
{
    struct value_array *own = value_array_own(realm, array);
    if (!own)
        return false;
    if (index < own->count) {
        own->items[index] = item;
        return true;
    }
    if (!realm || index == UINT32_MAX || !array_reserve(realm->arena, own, index + 1))
        return false;
    while (own->count < index)
        own->items[own->count++] = value_undefined();
    own->items[own->count++] = item;
    return true;
}
