// SPDX-License-Identifier: MIT
//
// Objects: members in JavaScript's order in one run, searched one by one while there are few and
// through a hash index when there are more. The hash of a key is kept with it, so that a template's
// constant names are hashed when it is compiled and never again.
#include "value/arrays.h"

#include <stdlib.h>

enum {
    SMALL = 8 // members up to which a search one by one is quicker than the index
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

static bool same_key(const struct value_member *member, struct slice key, uint64_t hash)
{
    // Names of one template set are interned: most keys that are equal are the same bytes.
    return member->hash == hash && member->key.len == key.len &&
           (member->key.ptr == key.ptr || key.len == 0 ||
            memcmp(member->key.ptr, key.ptr, key.len) == 0);
}

static struct value_member *find_indexed(const struct value_object *object, struct slice key,
                                         uint64_t hash)
{
    uint32_t mask = object->index_size - 1;
    for (uint32_t slot = (uint32_t)hash & mask; object->index[slot]; slot = (slot + 1) & mask) {
        struct value_member *member = &object->members[object->index[slot] - 1];
        if (same_key(member, key, hash))
            return member;
    }
    return NULL;
}

struct value_member *object_find(const struct value_object *object, struct slice key, uint64_t hash)
{
    if (object->index)
        return find_indexed(object, key, hash);
    for (uint32_t i = 0; i < object->count; i++) {
        if (same_key(&object->members[i], key, hash))
            return &object->members[i];
    }
    return NULL;
}

static void index_insert(struct value_object *object, uint32_t position)
{
    uint32_t mask = object->index_size - 1;
    uint32_t slot = (uint32_t)object->members[position].hash & mask;
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

static bool grow(struct arena *arena, struct value_object *object)
{
    if (object->count < object->capacity)
        return true;
    if (object->capacity > UINT32_MAX / 8)
        return false;
    return object_reserve(arena, object, object->capacity ? object->capacity * 2 : 4);
}

bool object_reserve(struct arena *arena, struct value_object *object, uint32_t capacity)
{
    if (capacity <= object->capacity)
        return true;
    struct value_member *members = arena_grow(
        arena, object->members, object->capacity * sizeof *members, capacity * sizeof *members);
    if (!members)
        return false;
    object->members = members;
    object->capacity = capacity;
    return capacity <= SMALL || index_create(arena, object);
}

// Where a new key goes: array indices ascending before all others (OrdinaryOwnPropertyKeys).
static uint32_t place_of_new(const struct value_object *object, struct slice key)
{
    uint32_t wanted, other, position = object->count;
    if (!array_index_parse(key, &wanted))
        return position;
    while (position > 0 &&
           (!array_index_parse(object->members[position - 1].key, &other) || other > wanted))
        position--;
    return position;
}

// Puts a new member in at `position`.
static bool insert(struct arena *arena, struct value_object *object, uint32_t position,
                   const struct value_member *member)
{
    if (!grow(arena, object))
        return false;
    bool last = position == object->count;
    if (!last)
        memmove(&object->members[position + 1], &object->members[position],
                (object->count - position) * sizeof *object->members);
    object->members[position] = *member;
    object->count++;
    if (object->index && last)
        index_insert(object, position);
    else if (object->index)
        index_fill(object);
    return true;
}

bool object_set_hashed(struct arena *arena, struct value_object *object, struct slice key,
                       uint64_t hash, struct value value)
{
    struct value_member member = {.key = key, .hash = hash, .value = value};
    struct value_member *old = object_find(object, key, hash);
    if (old) {
        old->value = value;
        return true;
    }
    return insert(arena, object, place_of_new(object, key), &member);
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
    struct value_member *old = object_find(object, key, member.hash);
    if (old) {
        old->value = value;
        return true;
    }
    return insert(arena, object, object->count, &member);
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
        indices += array_index_parse(object->members[i].key, &index);
    if (indices == 0)
        return true;
    struct value_member *front = arena_alloc(arena, indices * sizeof *front);
    if (!front)
        return false;
    // The others move to the back, in order; what is left in front is overwritten.
    for (uint32_t i = object->count, found = indices; i-- > 0;) {
        if (array_index_parse(object->members[i].key, &index))
            front[--found] = object->members[i];
        else
            object->members[--kept] = object->members[i];
    }
    qsort(front, indices, sizeof *front, compare_indices);
    memcpy(object->members, front, indices * sizeof *front);
    if (object->index)
        index_fill(object);
    return true;
}

bool object_delete(struct value_object *object, struct slice key)
{
    struct value_member *member = object_find(object, key, slice_hash(key));
    if (!member)
        return false;
    size_t position = (size_t)(member - object->members);
    memmove(member, member + 1, (object->count - position - 1) * sizeof *member);
    object->count--;
    if (object->index)
        index_fill(object);
    return true;
}

struct value_object *object_copy(struct arena *arena, const struct value_object *object)
{
    struct value_object *copy = arena_zalloc(arena, 1, sizeof *copy);
    if (!copy || object->count == 0)
        return copy;
    copy->members = arena_alloc(arena, object->count * sizeof *copy->members);
    if (!copy->members)
        return NULL;
    memcpy(copy->members, object->members, object->count * sizeof *copy->members);
    copy->count = copy->capacity = object->count;
    return copy->count <= SMALL || index_create(arena, copy) ? copy : NULL;
}

struct value value_get_hashed(struct value_realm *realm, struct value object, struct slice key,
                              uint64_t hash)
{
    if (object.type != VALUE_OBJECT)
        return value_undefined();
    const struct value_member *member = object_find(value_object_view(realm, object), key, hash);
    return member ? member->value : value_undefined();
}

bool value_has(struct value_realm *realm, struct value object, struct slice key)
{
    return object.type == VALUE_OBJECT &&
           object_find(value_object_view(realm, object), key, slice_hash(key));
}

static struct value step(struct value_realm *realm, struct value v, struct slice key)
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
        object = step(realm, object, part);
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
    return own && object_delete(own, key);
}
