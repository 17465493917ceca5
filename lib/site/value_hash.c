// SPDX-License-Identifier: MIT
//
// Hashes of what values say, the same in every process: what is remembered beyond a snapshot is
// found again by them.
#include "snapshot.h"

enum { DEPTH_MAX = 64 };

uint64_t content_mix(uint64_t hash, uint64_t with)
{
    hash ^= with + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
    return hash * 0xff51afd7ed558ccdu;
}

static struct slice hashed_bytes(const void *p, size_t size)
{
    return slice_of((const char *)p, size);
}

static const struct script_reference *find_reference(const struct map *known, struct value v)
{
    const void *pointer = v.array;
    return known && (value_is(v, VALUE_ARRAY) || value_is(v, VALUE_OBJECT))
               ? map_get(known, hashed_bytes(&pointer, sizeof pointer))
               : NULL;
}

static uint64_t hash_value(const struct map *known, struct value v, unsigned depth)
{
    uint64_t hash = content_mix(v.type, v.flags & VALUE_SAFE);
    const struct script_reference *reference = find_reference(known, v);
    if (reference)
        return reference->hash;
    if (depth == DEPTH_MAX)
        return hash;
    if (value_is(v, VALUE_STRING))
        return content_mix(hash, slice_hash(value_text(v)));
    if (value_is(v, VALUE_NUMBER) || value_is(v, VALUE_BOOLEAN) || value_is(v, VALUE_DATE))
        return content_mix(hash, slice_hash(hashed_bytes(&v.number, sizeof v.number)));
    if (value_is(v, VALUE_FUNCTION))
        return content_mix(hash, slice_hash(v.function->name));
    if (value_is(v, VALUE_REGEXP))
        return content_mix(hash, slice_hash(value_regexp_source(v)));
    for (uint32_t i = 0; value_is(v, VALUE_ARRAY) && i < v.array->count; i++)
        hash = content_mix(hash, hash_value(known, v.array->items[i], depth + 1));
    for (uint32_t i = 0; value_is(v, VALUE_OBJECT) && i < v.object->count; i++)
        hash = content_mix(content_mix(hash, v.object->keys[i].hash),
                           hash_value(known, v.object->values[i], depth + 1));
    return hash;
}

uint64_t content_hash(const struct map *known, struct value v)
{
    return hash_value(known, v, 0);
}
