// SPDX-License-Identifier: MIT
//
// One render never sees another's mutations. Snapshot data is frozen. The first write to a frozen
// array or object makes a copy in the render's arena, which the realm's overlay (frozen pointer →
// copy) substitutes for the original from then on. The value itself keeps pointing at the original,
// so identity (===) is not disturbed. A render that writes nothing pays one test of the overlay's
// count per read.
#include "value/arrays.h"

static void *overlay_find(const struct value_realm *realm, const void *frozen)
{
    return map_get(&realm->overlay, slice_of((const char *)&frozen, sizeof frozen));
}

static bool overlay_put(struct value_realm *realm, const void *frozen, void *copy)
{
    const void **key = arena_alloc(realm->arena, sizeof *key);
    if (!key)
        return false;
    *key = frozen;
    return map_put(&realm->overlay, slice_of((const char *)key, sizeof *key), copy);
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

struct value_object *object_copy(struct arena *arena, const struct value_object *object)
{
    struct value_object *copy = arena_alloc(arena, sizeof *copy);
    struct value *values = arena_alloc(arena, object->count * sizeof *values);
    if (!copy || !values)
        return NULL;
    if (object->count)
        memcpy(values, object->values, object->count * sizeof *values);
    // A frozen object never changes, so it need not know; and other threads read it.
    if (!object->frozen)
        ((struct value_object *)(uintptr_t)object)->shared = true;
    *copy = *object;
    copy->values = values;
    copy->capacity = object->count;
    copy->shared = true;
    copy->frozen = false;
    return copy;
}

const struct value_array *value_array_view(struct value_realm *realm, struct value v)
{
    if (!v.array->frozen || !realm || realm->overlay.count == 0)
        return v.array;
    const struct value_array *copy = overlay_find(realm, v.array);
    return copy ? copy : v.array;
}

const struct value_object *value_object_view(struct value_realm *realm, struct value v)
{
    if (!v.object->frozen || !realm || realm->overlay.count == 0)
        return v.object;
    const struct value_object *copy = overlay_find(realm, v.object);
    return copy ? copy : v.object;
}

struct value_array *value_array_own(struct value_realm *realm, struct value v)
{
    if (v.type != VALUE_ARRAY)
        return NULL;
    if (!v.array->frozen || !realm)
        return v.array->frozen ? NULL : v.array;
    struct value_array *copy = overlay_find(realm, v.array);
    if (copy)
        return copy;
    copy = array_copy(realm->arena, v.array);
    return copy && overlay_put(realm, v.array, copy) ? copy : NULL;
}

struct value_object *value_object_own(struct value_realm *realm, struct value v)
{
    if (v.type != VALUE_OBJECT)
        return NULL;
    if (!v.object->frozen || !realm)
        return v.object->frozen ? NULL : v.object;
    struct value_object *copy = overlay_find(realm, v.object);
    if (copy)
        return copy;
    copy = object_copy(realm->arena, v.object);
    return copy && overlay_put(realm, v.object, copy) ? copy : NULL;
}

// Most values that are met again are already frozen.
static bool is_open(struct value v)
{
    return v.type == VALUE_ARRAY    ? !v.array->frozen
           : v.type == VALUE_OBJECT ? !v.object->frozen
                                    : v.type == VALUE_FUNCTION && v.function->properties;
}

static void freeze_array(struct value_array *array)
{
    if (array->frozen)
        return;
    array->frozen = true; // before descending, so that a cycle ends
    for (uint32_t i = 0; i < array->count; i++)
        if (is_open(array->items[i]))
            value_freeze(array->items[i]);
}

static void freeze_object(struct value_object *object)
{
    if (object->frozen)
        return;
    object->frozen = true;
    for (uint32_t i = 0; i < object->count; i++)
        if (is_open(object->values[i]))
            value_freeze(object->values[i]);
}

void value_freeze(struct value v)
{
    if (v.type == VALUE_ARRAY)
        freeze_array(v.array);
    else if (v.type == VALUE_OBJECT)
        freeze_object(v.object);
    // Built-in methods are constants without properties: nothing to write there.
    else if (v.type == VALUE_FUNCTION && v.function->properties)
        freeze_object(v.function->properties);
}
