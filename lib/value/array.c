// SPDX-License-Identifier: MIT
//
// Arrays as one render sees them.
#include "value/arrays.h"

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
