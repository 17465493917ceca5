// SPDX-License-Identifier: MIT
//
// Private to lib/value: arrays and objects below the realm, for callers that have made sure they
// may write.
#ifndef GUIDANCED_VALUE_ARRAYS_H
#define GUIDANCED_VALUE_ARRAYS_H

#include "value/value.h"

// Room for `capacity` items in all. False when out of memory.
bool array_reserve(struct arena *arena, struct value_array *array, uint32_t capacity);
bool array_push(struct arena *arena, struct value_array *array, struct value item);
struct value_array *array_copy(struct arena *arena, const struct value_array *array);

// The value of that key; NULL when there is none.
struct value *object_find(const struct value_object *object, struct slice key, uint64_t hash);
bool object_set(struct arena *arena, struct value_object *object, struct slice key,
                struct value member);
bool object_set_hashed(struct arena *arena, struct value_object *object, struct slice key,
                       uint64_t hash, struct value member);
// For parsers: object_append leaves array-index keys in source order and object_sort sorts them
// once at the end, so that they cost a large object nothing extra.
bool object_append(struct arena *arena, struct value_object *object, struct slice key,
                   struct value member);
bool object_sort(struct arena *arena, struct value_object *object);
// Removes a member. True if it was there.
bool object_delete(struct arena *arena, struct value_object *object, struct slice key);
// False when out of memory.
bool object_reserve(struct arena *arena, struct value_object *object, uint32_t capacity);
// A copy; its keys are not copied. NULL when out of memory.
struct value_object *object_copy(struct arena *arena, const struct value_object *object);
// Makes keys and index the object's own. False when out of memory.
bool object_own_keys(struct arena *arena, struct value_object *object);

// True for "0", "1", … "4294967294" without leading zeros: the keys JavaScript sorts to the front.
bool array_index_parse(struct slice key, uint32_t *index);

#endif
