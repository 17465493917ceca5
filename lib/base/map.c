// SPDX-License-Identifier: MIT
//
// The hash map: entries in an array as inserted, and an index of entry numbers over it.
#include "map.h"

static struct map_entry *find_entry(const struct map *map, struct slice key, uint64_t hash)
{
    if (!map->index_size)
        return NULL;
    size_t mask = map->index_size - 1;
    invariant((map->index_size & mask) == 0 && map->count <= map->index_size / 2);
    for (size_t slot = hash & mask; map->index[slot]; slot = (slot + 1) & mask) {
        invariant(map->index[slot] <= map->count);
        struct map_entry *entry = &map->entries[map->index[slot] - 1];
        if (entry->hash == hash && slice_equal(entry->key, key))
            return entry;
    }
    return NULL;
}

struct map_entry *map_find(const struct map *map, struct slice key)
{
    return map->count ? find_entry(map, key, slice_hash(key)) : NULL;
}

void *map_get(const struct map *map, struct slice key)
{
    const struct map_entry *entry = map_find(map, key);
    return entry ? entry->value : NULL;
}

static void index_entry(struct map *map, size_t number)
{
    size_t mask = map->index_size - 1;
    size_t slot = map->entries[number].hash & mask;
    while (map->index[slot])
        slot = (slot + 1) & mask;
    map->index[slot] = (uint32_t)(number + 1);
}

// The index is kept at most half full.
static bool resize(struct map *map, size_t capacity)
{
    size_t index_size = 16;
    if (capacity > UINT32_MAX / 2)
        return false;
    while (index_size < capacity * 2)
        index_size *= 2;
    struct map_entry *entries = arena_grow(
        map->arena, map->entries, map->capacity * sizeof *entries, capacity * sizeof *entries);
    uint32_t *index = arena_zalloc(map->arena, index_size, sizeof *index);
    if (!entries || !index)
        return false;
    map->entries = entries;
    map->capacity = capacity;
    map->index = index;
    map->index_size = index_size;
    for (size_t i = 0; i < map->count; i++)
        index_entry(map, i);
    return true;
}

bool map_reserve(struct map *map, size_t count)
{
    return count <= map->capacity || resize(map, count);
}

bool map_put(struct map *map, struct slice key, void *value)
{
    uint64_t hash = slice_hash(key);
    struct map_entry *entry = find_entry(map, key, hash);
    if (entry) {
        entry->value = value;
        return true;
    }
    if (map->count == map->capacity && !resize(map, map->capacity ? map->capacity * 2 : 8))
        return false;
    invariant(map->count < map->capacity);
    map->entries[map->count] = (struct map_entry){key, hash, value};
    index_entry(map, map->count++);
    return true;
}

struct map map_copy(struct arena *arena, const struct map *map)
{
    struct map copy = map_create(arena);
    if (!map->count)
        return copy;
    if (!resize(&copy, map->count))
        return map_create(NULL);
    memcpy(copy.entries, map->entries, map->count * sizeof *copy.entries);
    for (; copy.count < map->count; copy.count++)
        index_entry(&copy, copy.count);
    return copy;
}

struct slice map_nearest(const struct map *map, struct slice name)
{
    struct slice nearest = SLICE_EMPTY;
    size_t best = name.len / 3 + 1;
    for (size_t i = 0; i < map->count; i++) {
        size_t distance = slice_distance(name, map->entries[i].key, best);
        if (distance < best || (distance == best && !nearest.len)) {
            best = distance;
            nearest = map->entries[i].key;
        }
    }
    return nearest;
}
