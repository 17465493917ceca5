// SPDX-License-Identifier: MIT
//
// Objects of the same shape: thousands of pages have data, a `page` variable and navigation entries
// with the same keys, which are stored once.
#include "value/arrays.h"

// The keys that objects of one shape share.
struct shape {
    uint64_t hash;
    struct value_object model;
};

static uint64_t hash_keys(const struct value_object *object)
{
    uint64_t hash = object->count;
    for (uint32_t i = 0; i < object->count; i++)
        hash = slice_hash_mix(hash ^ object->keys[i].hash, SLICE_HASH_STEP);
    return hash;
}

static bool are_alike(const struct value_object *a, const struct value_object *b)
{
    bool alike = a->count == b->count;
    for (uint32_t i = 0; alike && i < a->count; i++)
        alike = a->keys[i].hash == b->keys[i].hash && slice_equal(a->keys[i].text, b->keys[i].text);
    return alike;
}

static struct shape *add_shape(struct value_shapes *shapes, const struct value_object *object,
                               uint64_t hash)
{
    struct shape *shape = arena_alloc(shapes->arena, sizeof *shape);
    if (!shape)
        return NULL;
    *shape = (struct shape){.hash = hash, .model = *object};
    shape->model.capacity = object->count;
    shape->model.shared = true;
    if (!object_own_keys(shapes->arena, &shape->model) ||
        !map_put(&shapes->known, slice_of((const char *)&shape->hash, sizeof hash), shape))
        return NULL;
    return shape;
}

static const struct shape *shape_of(struct value_shapes *shapes, const struct value_object *object)
{
    uint64_t hash = hash_keys(object);
    const struct shape *shape = map_get(&shapes->known, slice_of((const char *)&hash, sizeof hash));
    return shape ? shape : add_shape(shapes, object, hash);
}

bool value_settle(struct value_shapes *shapes, struct value v)
{
    struct value_object *object = v.object;
    if (object->shared && object->count == object->capacity)
        return true;
    struct value *values = arena_alloc(shapes->arena, object->count * sizeof *values);
    const struct shape *shape = shape_of(shapes, object);
    if (!values || !shape)
        return false;
    if (object->count)
        memcpy(values, object->values, object->count * sizeof *values);
    object->values = values;
    object->capacity = object->count;
    if (!are_alike(&shape->model, object)) {
        object->shared = true;
        return object_own_keys(shapes->arena, object);
    }
    object->keys = shape->model.keys;
    object->index = shape->model.index;
    object->index_size = shape->model.index_size;
    object->shared = true;
    return true;
}
