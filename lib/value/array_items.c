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
    invariant(array->count < array->capacity && !array->frozen);
    array->items[array->count++] = item;
    return true;
}
