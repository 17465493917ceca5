// SPDX-License-Identifier: MIT
//
// A hash map from slices to pointers, in an arena. Keys are not copied: they must live as long as
// the map. Entries keep their insertion order, and iteration follows it. Nothing is removed.
//
// Thread-safety: reading a map that nobody writes is safe from many threads.
#ifndef GUIDANCED_BASE_MAP_H
#define GUIDANCED_BASE_MAP_H

#include "arena.h"

struct map_entry {
    struct slice key;
    uint64_t hash;
    void *value;
};

struct map {
    struct arena *arena;
    struct map_entry *entries; // `count` of them, in insertion order
    size_t count;
    size_t capacity;
    uint32_t *index; // slots of 1-based entry numbers, linear probing, `index_size` a power of two
    size_t index_size;
};

// An empty map; allocates nothing until the first put.
static inline struct map map_create(struct arena *arena)
{
    return (struct map){.arena = arena};
}

// The value stored under key, or NULL.
void *map_get(const struct map *map, struct slice key);
// The entry of key, or NULL: tells a stored NULL from an absence.
struct map_entry *map_find(const struct map *map, struct slice key);

// Stores value under key, replacing an older value. False when out of memory.
bool map_put(struct map *map, struct slice key, void *value);

// Makes room for `count` entries in all, so that the next puts move nothing. False when out of
// memory.
bool map_reserve(struct map *map, size_t count);

// An independent map with the same entries. Its `arena` is NULL when out of memory.
struct map map_copy(struct arena *arena, const struct map *map);

// The key nearest to `name` by edit distance (at most a third of its length and one), or the empty
// slice: for "did you mean" hints.
struct slice map_nearest(const struct map *map, struct slice name);

#endif
