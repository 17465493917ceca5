// SPDX-License-Identifier: MIT
//
// Hashes of values' content, the same in every process: keys for what is remembered beyond a
// snapshot.
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

// Values may contain each other in circles (pages in pages' data) or many times over (YAML
// aliases). A part within itself counts by its type only; beyond a few hundred parts, each is
// hashed just once.
struct hashing {
    const struct map *known;
    struct arena *arena; // NULL until there is much to remember
    struct map seen;     // from a part's address to its hash
    size_t visits;
};

// A value that is being hashed, and what it is in.
struct within {
    struct value value;
    const struct within *outer;
    unsigned depth;
};

static uint64_t hash_value(struct hashing *hashing, struct value v, const struct within *outer);

static uint64_t hash_items(struct hashing *hashing, const struct within *part, uint64_t hash)
{
    struct value v = part->value;
    for (uint32_t i = 0; value_is(v, VALUE_ARRAY) && i < v.array->count; i++)
        hash = content_mix(hash, hash_value(hashing, v.array->items[i], part));
    for (uint32_t i = 0; value_is(v, VALUE_OBJECT) && i < v.object->count; i++)
        hash = content_mix(content_mix(hash, v.object->keys[i].hash),
                           hash_value(hashing, v.object->values[i], part));
    return hash;
}

static uint64_t hash_part(struct hashing *hashing, const struct within *part, uint64_t hash)
{
    enum { FEW = 500, MANY = 1 << 20 };
    const void *address = part->value.array;
    struct slice key = hashed_bytes(&address, sizeof address);
    for (const struct within *outer = part->outer; outer; outer = outer->outer)
        if (outer->value.array == part->value.array)
            return hash;
    if (hashing->visits++ == FEW && (hashing->arena = arena_create(0, 0)))
        hashing->seen = map_create(hashing->arena);
    if (!hashing->arena)
        return hashing->visits < MANY ? hash_items(hashing, part, hash) : hash;
    uint64_t *seen = map_get(&hashing->seen, key);
    if (seen)
        return *seen;
    hash = hash_items(hashing, part, hash);
    seen = arena_alloc(hashing->arena, sizeof *seen);
    if (seen && map_put(&hashing->seen, arena_copy(hashing->arena, key), seen))
        *seen = hash;
    return hash;
}

static uint64_t hash_value(struct hashing *hashing, struct value v, const struct within *outer)
{
    uint64_t hash = content_mix(v.type, v.flags & VALUE_SAFE);
    const struct script_reference *reference = find_reference(hashing->known, v);
    struct within part = {v, outer, outer ? outer->depth + 1 : 0};
    if (reference)
        return reference->hash;
    if (part.depth == DEPTH_MAX)
        return hash;
    if (value_is(v, VALUE_STRING))
        return content_mix(hash, slice_hash(value_text(v)));
    if (value_is(v, VALUE_NUMBER) || value_is(v, VALUE_BOOLEAN) || value_is(v, VALUE_DATE))
        return content_mix(hash, slice_hash(hashed_bytes(&v.number, sizeof v.number)));
    if (value_is(v, VALUE_FUNCTION))
        return content_mix(hash, slice_hash(v.function->name));
    if (value_is(v, VALUE_REGEXP))
        return content_mix(hash, slice_hash(value_regexp_source(v)));
    return value_is(v, VALUE_ARRAY) || value_is(v, VALUE_OBJECT) ? hash_part(hashing, &part, hash)
                                                                 : hash;
}

uint64_t content_hash(const struct map *known, struct value v)
{
    struct hashing hashing = {.known = known};
    uint64_t hash = hash_value(&hashing, v, NULL);
    arena_destroy(hashing.arena);
    return hash;
}
