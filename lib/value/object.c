// SPDX-License-Identifier: MIT
//
// Objects: members in JavaScript's order in one run, searched one by one if there are few, and
// through a hash index if there are more. Each key keeps its hash, so that a template's constant
// names are hashed only at compile time.
#include "value/arrays.h"

#include <stdlib.h>

enum {
    SMALL = 8 // up to so many members a linear search beats the index
};

bool array_index_parse(struct slice key, uint32_t *index)
{
    if (key.len == 0 || key.len > 10 || (key.ptr[0] == '0' && key.len > 1))
        return false;
    uint64_t n = 0;
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] < '0' || key.ptr[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(key.ptr[i] - '0');
    }
    if (n >= UINT32_MAX)
        return false;
    *index = (uint32_t)n;
    return true;
}

static bool same_key(const struct value_key *own, struct slice key, uint64_t hash)
{
    // Names in a template set are interned: most equal keys are the same bytes.
    return own->hash == hash && own->text.len == key.len &&
           (own->text.ptr == key.ptr || key.len == 0 ||
            memcmp(own->text.ptr, key.ptr, key.len) == 0);
}

static struct value *find_indexed(const struct value_object *object, struct slice key,
                                  uint64_t hash)
{
    uint32_t mask = object->index_size - 1;
    invariant((object->index_size & mask) == 0 && object->count <= object->index_size / 2);
    for (uint32_t slot = (uint32_t)hash & mask; object->index[slot]; slot = (slot + 1) & mask) {
        uint32_t number = object->index[slot] - 1;
        invariant(number < object->count);
        if (same_key(&object->keys[number], key, hash))
            return &object->values[number];
    }
    return NULL;
}

struct value *object_find(const struct value_object *object, struct slice key, uint64_t hash)
{
    if (object->index)
        return find_indexed(object, key, hash);
    for (uint32_t i = 0; i < object->count; i++) {
        if (same_key(&object->keys[i], key, hash))
            return &object->values[i];
    }
    return NULL;
}

static void index_insert(struct value_object *object, uint32_t position)
{
    uint32_t mask = object->index_size - 1;
    uint32_t slot = (uint32_t)object->keys[position].hash & mask;
    while (object->index[slot])
        slot = (slot + 1) & mask;
    object->index[slot] = position + 1;
}

static void index_fill(struct value_object *object)
{
    memset(object->index, 0, object->index_size * sizeof *object->index);
    for (uint32_t i = 0; i < object->count; i++)
        index_insert(object, i);
}

// The index has twice as many slots as there is room for members, so it is never over half full.
static bool index_create(struct arena *arena, struct value_object *object)
{
    uint32_t size = 2 * SMALL;
    while (size < object->capacity * 2)
        size *= 2;
    uint32_t *index = arena_alloc(arena, size * sizeof *index);
    if (!index)
        return false;
    object->index = index;
    object->index_size = size;
    index_fill(object);
    return true;
}

// Moves values and keys to a place with room for `capacity` of them.
static bool move(struct arena *arena, struct value_object *object, uint32_t capacity)
{
    struct value *values =
        arena_alloc(arena, (size_t)capacity * (sizeof *values + sizeof *object->keys));
    if (!values)
        return false;
    struct value_key *keys = (struct value_key *)(void *)(values + capacity);
    if (object->count) {
        memcpy(values, object->values, object->count * sizeof *values);
        memcpy(keys, object->keys, object->count * sizeof *keys);
    }
    object->values = values;
    object->keys = keys;
    object->capacity = capacity;
    object->shared = false;
    object->index = NULL;
    return capacity <= SMALL || index_create(arena, object);
}

bool object_reserve(struct arena *arena, struct value_object *object, uint32_t capacity)
{
    return capacity <= object->capacity || move(arena, object, capacity);
}

bool object_own_keys(struct arena *arena, struct value_object *object)
{
    return !object->shared || move(arena, object, object->capacity);
}

// Makes room for one more member, and makes the keys writable.
static bool grow(struct arena *arena, struct value_object *object)
{
    if (object->count < object->capacity)
        return object_own_keys(arena, object);
    if (object->capacity > UINT32_MAX / 8)
        return false;
    return move(arena, object, object->capacity ? object->capacity * 2 : 4);
}

// Where a new key goes: array indices in ascending order before all others
// (OrdinaryOwnPropertyKeys).
static uint32_t place_of_new(const struct value_object *object, struct slice key)
{
    uint32_t wanted, other, position = object->count;
    if (!array_index_parse(key, &wanted))
        return position;
    while (position > 0 &&
           (!array_index_parse(object->keys[position - 1].text, &other) || other > wanted))
        position--;
    return position;
}

// Inserts a new member at `position`.
static bool insert_member(struct arena *arena, struct value_object *object, uint32_t position,
                          const struct value_member *member)
{
    if (!grow(arena, object))
        return false;
    uint32_t after = object->count - position;
    if (after) {
        memmove(&object->keys[position + 1], &object->keys[position], after * sizeof *object->keys);
        memmove(&object->values[position + 1], &object->values[position],
                after * sizeof *object->values);
    }
    object->keys[position] = (struct value_key){member->key, member->hash};
    object->values[position] = member->value;
    object->count++;
    if (object->index && !after)
        index_insert(object, position);
    else if (object->index)
        index_fill(object);
    return true;
}

bool object_set_hashed(struct arena *arena, struct value_object *object, struct slice key,
                       uint64_t hash, struct value value)
{
    struct value_member member = {.key = key, .hash = hash, .value = value};
    struct value *old = object_find(object, key, hash);
    if (old) {
        *old = value;
        return true;
    }
    return insert_member(arena, object, place_of_new(object, key), &member);
}

bool object_set(struct arena *arena, struct value_object *object, struct slice key,
                struct value value)
{
    return object_set_hashed(arena, object, key, slice_hash(key), value);
}

bool object_append(struct arena *arena, struct value_object *object, struct slice key,
                   struct value value)
{
    struct value_member member = {.key = key, .hash = slice_hash(key), .value = value};
    struct value *old = object_find(object, key, member.hash);
    if (old) {
        *old = value;
        return true;
    }
    return insert_member(arena, object, object->count, &member);
}

static int compare_indices(const void *a, const void *b)
{
    uint32_t x = 0, y = 0;
    array_index_parse(((const struct value_member *)a)->key, &x);
    array_index_parse(((const struct value_member *)b)->key, &y);
    return x < y ? -1 : x > y;
}

bool object_sort(struct arena *arena, struct value_object *object)
{
    uint32_t index, indices = 0, kept = object->count;
    for (uint32_t i = 0; i < object->count; i++)
        indices += array_index_parse(object->keys[i].text, &index);
    if (indices == 0)
        return true;
    struct value_member *front = arena_alloc(arena, indices * sizeof *front);
    if (!front || !object_own_keys(arena, object))
        return false;
    // The others move to the back, in order; the front is then overwritten.
    for (uint32_t i = object->count, found = indices; i-- > 0;) {
        if (array_index_parse(object->keys[i].text, &index)) {
            front[--found] = value_member_at(object, i);
            continue;
        }
        object->keys[--kept] = object->keys[i];
        object->values[kept] = object->values[i];
    }
    qsort(front, indices, sizeof *front, compare_indices);
    for (uint32_t i = 0; i < indices; i++) {
        object->keys[i] = (struct value_key){front[i].key, front[i].hash};
        object->values[i] = front[i].value;
    }
    if (object->index)
        index_fill(object);
    return true;
}

bool object_delete(struct arena *arena, struct value_object *object, struct slice key)
{
    struct value *value = object_find(object, key, slice_hash(key));
    if (!value)
        return false;
    size_t position = (size_t)(value - object->values), after = object->count - position - 1;
    if (!object_own_keys(arena, object))
        return false;
    memmove(&object->keys[position], &object->keys[position + 1], after * sizeof *object->keys);
    memmove(&object->values[position], &object->values[position + 1],
            after * sizeof *object->values);
    object->count--;
    if (object->index)
        index_fill(object);
    return true;
}

struct value value_get_hashed(struct value_realm *realm, struct value object, struct slice key,
                              uint64_t hash)
{
    if (object.type != VALUE_OBJECT)
        return value_undefined();
    const struct value *member = object_find(value_object_view(realm, object), key, hash);
    return member ? *member : value_undefined();
}

bool value_has(struct value_realm *realm, struct value object, struct slice key)
{
    return object.type == VALUE_OBJECT &&
           object_find(value_object_view(realm, object), key, slice_hash(key));
}

static struct value step_into(struct value_realm *realm, struct value v, struct slice key)
{
    uint32_t index;
    if (v.type == VALUE_ARRAY)
        return array_index_parse(key, &index) ? value_item(realm, v, index) : value_undefined();
    return value_get(realm, v, key);
}

struct value value_get_path(struct value_realm *realm, struct value object, struct slice path)
{
    struct slice part;
    while (object.type != VALUE_UNDEFINED && slice_split(&path, '.', &part))
        object = step_into(realm, object, part);
    return object;
}

bool value_set_hashed(struct value_realm *realm, struct arena *arena, struct value object,
                      struct slice key, uint64_t hash, struct value member)
{
    struct value_object *own = value_object_own(realm, object);
    return own && object_set_hashed(arena ? arena : realm->arena, own, key, hash, member);
}

bool value_delete(struct value_realm *realm, struct value object, struct slice key)
{
    struct value_object *own = value_object_own(realm, object);
    return own && object_delete(realm ? realm->arena : NULL, own, key);
}
