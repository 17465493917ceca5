// SPDX-License-Identifier: MIT
//
// Data as bytes and back, exactly: what JSON cannot express – dates, NaN, infinities, minus zero,
// undefined – survives unchanged. For this machine and this version of the program only: numbers
// have their layout in memory.
//
//   value   = type, flags, then by type
//   boolean, number, date = 8 bytes      string = length, bytes
//   array   = count, values              object = count, (length, key)…, values
//
// Lengths and counts are 4 bytes. Packed bytes may be damaged: unpacking never reads outside them.
// Objects with the same keys as one unpacked before share them.
#include "arrays.h"
#include "value/value.h"

#include "base/buffer.h"

struct unpacking {
    struct arena *arena;
    struct value_models *models;
    const char *at, *end;
    bool failed;
};

static void put_count(struct buffer *out, uint32_t count)
{
    buffer_append(out, slice_of((const char *)&count, sizeof count));
}

static void put_text(struct buffer *out, struct slice text)
{
    put_count(out, (uint32_t)text.len);
    buffer_append(out, text);
}

static bool pack(struct buffer *out, struct value v, unsigned depth)
{
    if (depth == VALUE_DEPTH_MAX)
        return false;
    buffer_append_byte(out, (char)v.type);
    buffer_append_byte(out, (char)v.flags);
    switch ((enum value_type)v.type) {
    case VALUE_UNDEFINED:
    case VALUE_NULL:
        break;
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
    case VALUE_DATE:
        buffer_append(out, slice_of((const char *)&v.number, sizeof v.number));
        break;
    case VALUE_STRING:
        put_text(out, value_text(v));
        break;
    case VALUE_ARRAY:
        put_count(out, v.array->count);
        for (uint32_t i = 0; !out->failed && i < v.array->count; i++)
            if (!pack(out, v.array->items[i], depth + 1))
                return false;
        return !v.array->properties;
    case VALUE_OBJECT:
        put_count(out, v.object->count);
        for (uint32_t i = 0; i < v.object->count; i++)
            put_text(out, v.object->keys[i].text);
        for (uint32_t i = 0; !out->failed && i < v.object->count; i++)
            if (!pack(out, v.object->values[i], depth + 1))
                return false;
        break;
    case VALUE_REGEXP:
    case VALUE_FUNCTION:
        return false;
    }
    return !out->failed;
}

bool value_pack(struct buffer *out, struct value v)
{
    return pack(out, v, 0);
}

static struct slice get_bytes(struct unpacking *in, size_t count)
{
    if (count > (size_t)(in->end - in->at)) {
        in->failed = true;
        return SLICE_EMPTY;
    }
    in->at += count;
    return slice_of(in->at - count, count);
}

static uint32_t get_count(struct unpacking *in)
{
    uint32_t count = 0;
    struct slice bytes = get_bytes(in, sizeof count);
    if (bytes.len)
        memcpy(&count, bytes.ptr, sizeof count);
    return count;
}

static struct slice get_text(struct unpacking *in)
{
    return get_bytes(in, get_count(in));
}

// Every item takes at least two bytes, so the count cannot ask for more memory than the text
// justifies.
static uint32_t get_items(struct unpacking *in)
{
    uint32_t count = get_count(in);
    in->failed |= count > (size_t)(in->end - in->at) / 2;
    return in->failed ? 0 : count;
}

static struct value unpack(struct unpacking *in, unsigned depth);

static struct value unpack_array(struct unpacking *in, unsigned depth)
{
    uint32_t count = get_items(in);
    struct value v = value_array(in->arena, count);
    in->failed |= !value_is(v, VALUE_ARRAY);
    for (uint32_t i = 0; i < count && !in->failed; i++)
        in->failed |= !value_push(NULL, in->arena, v, unpack(in, depth + 1));
    return v;
}

// ---- objects ----

static bool has_keys(const struct value_object *object, struct unpacking keys, uint32_t count)
{
    if (!object || object->count != count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!slice_equal(object->keys[i].text, get_text(&keys)))
            return false;
    return true;
}

static struct value_object *make_object(struct unpacking *in, struct unpacking keys, uint32_t count)
{
    struct value v = value_object_sized(in->arena, count);
    bool ok = value_is(v, VALUE_OBJECT);
    for (uint32_t i = 0; ok && i < count; i++) {
        struct slice key = arena_copy(in->arena, get_text(&keys));
        ok = key.ptr && value_set(NULL, in->arena, v, key, value_undefined());
    }
    return ok && v.object->count == count ? v.object : NULL; // fewer: a key occurred twice
}

static struct value unpack_object(struct unpacking *in, unsigned depth)
{
    uint32_t count = get_items(in);
    struct unpacking keys = *in;
    const char *start = in->at;
    for (uint32_t i = 0; i < count && !in->failed; i++)
        get_text(in);
    if (in->failed)
        return value_undefined();
    uint64_t hash = slice_hash(slice_of(start, (size_t)(in->at - start)));
    struct value_object **model = &in->models->objects[hash % VALUE_MODELS];
    struct value_object *object = has_keys(*model, keys, count) ? object_copy(in->arena, *model)
                                                                : make_object(in, keys, count);
    in->failed |= !object;
    for (uint32_t i = 0; i < count && !in->failed; i++)
        object->values[i] = unpack(in, depth + 1);
    if (!in->failed)
        *model = object;
    return (struct value){.type = VALUE_OBJECT, .object = object};
}

static struct value unpack_number(struct unpacking *in, uint8_t type)
{
    struct value v = {.type = type};
    struct slice bytes = get_bytes(in, sizeof v.number);
    if (bytes.len)
        memcpy(&v.number, bytes.ptr, sizeof v.number);
    return v;
}

static struct value unpack(struct unpacking *in, unsigned depth)
{
    struct slice head = get_bytes(in, 2);
    struct value v = value_undefined();
    in->failed |= depth == VALUE_DEPTH_MAX;
    if (in->failed)
        return v;
    uint8_t type = (uint8_t)head.ptr[0];
    switch (type) {
    case VALUE_UNDEFINED:
    case VALUE_NULL:
        v.type = type;
        break;
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
    case VALUE_DATE:
        v = unpack_number(in, type);
        break;
    case VALUE_STRING:
        v = value_string(arena_copy(in->arena, get_text(in)));
        in->failed |= !v.text;
        break;
    case VALUE_ARRAY:
        v = unpack_array(in, depth);
        break;
    case VALUE_OBJECT:
        v = unpack_object(in, depth);
        break;
    default:
        in->failed = true;
    }
    v.flags = (uint8_t)head.ptr[1];
    return v;
}

bool value_unpack(struct arena *arena, struct slice packed, struct value_models *models,
                  struct value *v)
{
    struct unpacking in = {arena, models, packed.ptr, packed.ptr + packed.len, false};
    *v = unpack(&in, 0);
    return !in.failed && in.at == in.end;
}
