// SPDX-License-Identifier: MIT
//
// Deep copies and deep merges.
//
// A clone keeps the shape of what it copies: what was shared (a YAML alias used often) is shared in
// the copy, so a document that would explode if written out does not explode here, and cycles end.
#include "value/arrays.h"
#include "value/regexp.h"

struct clone {
    struct value_realm *realm;
    struct arena *arena;
    struct map done; // original pointer bytes → copy
    unsigned depth;
};

static struct value clone_value(struct clone *clone, struct value v);

static bool remember_copy(struct clone *clone, const void *original, void *copy)
{
    const void **key = arena_alloc(clone->arena, sizeof *key);
    if (!key)
        return false;
    *key = original;
    return map_put(&clone->done, slice_of((const char *)key, sizeof *key), copy);
}

static struct value clone_array(struct clone *clone, struct value v)
{
    struct value_array *copy =
        map_get(&clone->done, slice_of((const char *)&v.array, sizeof(void *)));
    if (!copy) {
        const struct value_array *view = value_array_view(clone->realm, v);
        copy = array_copy(clone->arena, view);
        if (!copy || !remember_copy(clone, v.array, copy))
            return value_undefined();
        for (uint32_t i = 0; i < copy->count; i++)
            copy->items[i] = clone_value(clone, copy->items[i]);
    }
    v.array = copy;
    return v;
}

static bool clone_members(struct clone *clone, struct value_object *copy)
{
    if (!object_own_keys(clone->arena, copy))
        return false;
    for (uint32_t i = 0; i < copy->count; i++) {
        copy->keys[i].text = arena_copy(clone->arena, copy->keys[i].text);
        copy->values[i] = clone_value(clone, copy->values[i]);
    }
    return true;
}

static struct value clone_object(struct clone *clone, struct value v)
{
    struct value_object *copy =
        map_get(&clone->done, slice_of((const char *)&v.object, sizeof(void *)));
    if (!copy) {
        const struct value_object *view = value_object_view(clone->realm, v);
        copy = object_copy(clone->arena, view);
        if (!copy || !remember_copy(clone, v.object, copy) || !clone_members(clone, copy))
            return value_undefined();
    }
    v.object = copy;
    return v;
}

static struct value clone_regexp(struct clone *clone, struct value v)
{
    struct slice flags = value_regexp_flags(v);
    return value_regexp(clone->arena, arena_copy(clone->arena, value_regexp_source(v)), flags,
                        NULL);
}

static struct value clone_value(struct clone *clone, struct value v)
{
    if (v.type == VALUE_STRING) {
        v.text = arena_copy(clone->arena, value_text(v)).ptr;
        return v.text ? v : value_undefined();
    }
    if (v.type == VALUE_REGEXP)
        return clone_regexp(clone, v);
    if ((v.type != VALUE_ARRAY && v.type != VALUE_OBJECT))
        return v;
    if (clone->depth >= VALUE_DEPTH_MAX)
        return value_undefined();
    clone->depth++;
    struct value copy = v.type == VALUE_ARRAY ? clone_array(clone, v) : clone_object(clone, v);
    clone->depth--;
    return copy;
}

struct value value_clone(struct value_realm *realm, struct arena *arena, struct value v)
{
    struct clone clone = {.realm = realm, .arena = arena, .done = map_create(arena)};
    return clone_value(&clone, v);
}

struct value value_copy(struct arena *arena, struct value object)
{
    struct value_object *copy = object_copy(arena, object.object);
    return copy ? (struct value){.type = VALUE_OBJECT, .object = copy} : value_undefined();
}

static struct value merge_values(struct arena *arena, struct value under, struct value over,
                                 unsigned depth);

static struct value merge_arrays(struct arena *arena, struct value under, struct value over)
{
    struct value_array *a = under.array, *b = over.array;
    if (a->count > UINT32_MAX - b->count)
        return value_undefined();
    struct value both = value_array(arena, a->count + b->count);
    if (both.type != VALUE_ARRAY)
        return both;
    for (uint32_t i = 0; i < a->count; i++)
        array_push(arena, both.array, a->items[i]);
    for (uint32_t i = 0; i < b->count; i++)
        array_push(arena, both.array, b->items[i]);
    return both;
}

// Eleventy's Merge: a key "override:tags" replaces `tags` instead of being merged into it.
static bool merge_member(struct arena *arena, struct value_object *into,
                         const struct value_member *over, unsigned depth)
{
    struct slice prefix = SLICE("override:");
    if (slice_starts_with(over->key, prefix))
        return object_set(arena, into, slice_sub(over->key, prefix.len, over->key.len),
                          over->value);
    const struct value *under = object_find(into, over->key, over->hash);
    struct value member = under ? merge_values(arena, *under, over->value, depth + 1) : over->value;
    return object_set_hashed(arena, into, over->key, over->hash, member);
}

static bool merge_members(struct arena *arena, struct value_object *into,
                          const struct value_object *over, unsigned depth)
{
    for (uint32_t i = 0; i < over->count; i++) {
        struct value_member member = value_member_at(over, i);
        if (!merge_member(arena, into, &member, depth))
            return false;
    }
    return true;
}

static struct value merge_objects(struct arena *arena, struct value under, struct value over,
                                  unsigned depth)
{
    struct value both = under;
    both.object = object_copy(arena, under.object);
    if (!both.object || !merge_members(arena, both.object, over.object, depth))
        return value_undefined();
    return both;
}

static struct value merge_values(struct arena *arena, struct value under, struct value over,
                                 unsigned depth)
{
    if (depth >= VALUE_DEPTH_MAX)
        return over;
    if (under.type == VALUE_OBJECT) // which nothing but an object changes
        return over.type == VALUE_OBJECT ? merge_objects(arena, under, over, depth) : under;
    return under.type == VALUE_ARRAY && over.type == VALUE_ARRAY ? merge_arrays(arena, under, over)
                                                                 : over;
}

bool value_merge_into(struct arena *arena, struct value target, struct value over)
{
    return merge_members(arena, target.object, over.object, 0);
}

struct value value_merge(struct arena *arena, struct value under, struct value over)
{
    return merge_values(arena, under, over, 0);
}
