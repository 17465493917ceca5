// SPDX-License-Identifier: MIT
//
// Private to lib/value: arrays and objects below the realm, for those who have made sure that they
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
// For parsers: object_append leaves array-index keys where they came, object_sort puts them in
// order once at the end, so that a large object costs no more for having them.
bool object_append(struct arena *arena, struct value_object *object, struct slice key,
                   struct value member);
bool object_sort(struct arena *arena, struct value_object *object);
// Takes a member out. True when it was there.
bool object_delete(struct arena *arena, struct value_object *object, struct slice key);
// False when out of memory.
bool object_reserve(struct arena *arena, struct value_object *object, uint32_t capacity);
// Of the same keys, which are not copied. NULL when out of memory.
struct value_object *object_copy(struct arena *arena, const struct value_object *object);
// Makes keys and index the object's own. False when out of memory.
bool object_own_keys(struct arena *arena, struct value_object *object);

// True for "0", "1", … "4294967294" without leading zeros: the keys JavaScript sorts to the front.
bool array_index_parse(struct slice key, uint32_t *index);

#endif
