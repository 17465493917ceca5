// SPDX-License-Identifier: MIT
//
// The key of a question: a hash of everything in it. A page counts as its hash, an object as its
// members in order, since JavaScript sees the order too.
#include "codec.h"

#include <math.h>

// What stands where a type could.
enum { REFERS = 64, CONTAINS_ITSELF = 96 };

static const uint64_t FACTORS[] = {UINT64_C(0xd1b54a32d192ed03), UINT64_C(0xaef17502108ef2d9)};

struct key key_add(struct key key, uint64_t number)
{
    return (struct key){slice_hash_mix(key.place ^ number, FACTORS[0]),
                        slice_hash_mix(key.check ^ number, FACTORS[1]) + number};
}

struct key key_add_text(struct key key, struct slice text)
{
    uint64_t word;
    key = key_add(key, text.len);
    for (; text.len >= sizeof word; text = slice_sub(text, sizeof word, text.len)) {
        memcpy(&word, text.ptr, sizeof word);
        key = key_add(key, word);
    }
    word = 0;
    if (text.len)
        memcpy(&word, text.ptr, text.len);
    return key_add(key, word);
}

static bool add_array(struct hashing *h, struct key *key, struct value v)
{
    uint32_t count = value_length(h->realm, v);
    *key = key_add(*key, count);
    for (uint32_t i = 0; i < count; i++)
        if (!key_add_value(h, key, value_item(h->realm, v, i)))
            return false;
    return true;
}

static bool add_object(struct hashing *h, struct key *key, struct value v)
{
    const struct value_object *view = value_object_view(h->realm, v);
    *key = key_add(*key, view->count);
    for (uint32_t i = 0; i < view->count; i++) {
        struct value_member member = value_member_at(view, i);
        struct value value = encode_member(h->realm, v, member.value, h->error);
        *key = key_add_text(*key, member.key);
        if (error_is_set(h->error) || !key_add_value(h, key, value))
            return false;
    }
    return true;
}

static bool add_function(struct hashing *h, struct key *key, struct value v)
{
    const struct handle *handle = function_handle(v);
    if (!handle) { // a template's function, which hosts do not see
        *key = key_add(*key, function_is_context(v));
        return true;
    }
    *key = key_add_text(key_add_text(*key, handle->operation), handle->name);
    *key = key_add(*key, handle->from.q.ptr ? handle->from.identity : 0);
    return key_add_value(h, key, handle->path);
}

static bool refers(const struct hashing *h, struct value v, struct script_reference *reference)
{
    // A list that this render has changed is no longer what the name stands for.
    if (value_is(v, VALUE_ARRAY) && value_array_view(h->realm, v) != v.array)
        return false;
    return h->scope && h->scope->refer && h->scope->refer(h->scope->state, v, reference);
}

static bool add_members(struct hashing *h, struct key *key, struct value v)
{
    const struct ancestor *same = ancestor_find(h->above, v);
    if (same) {
        *key = key_add(key_add(*key, CONTAINS_ITSELF), same->number);
        return true;
    }
    const struct ancestor own = {.v = v, .number = h->depth, .above = h->above};
    h->above = &own;
    bool ok = v.type == VALUE_ARRAY ? add_array(h, key, v) : add_object(h, key, v);
    h->above = own.above;
    return ok;
}

static bool add_container(struct hashing *h, struct key *key, struct value v)
{
    struct script_reference reference;
    if (refers(h, v, &reference)) {
        *key = key_add(key_add(*key, (uint64_t)reference.kind + REFERS), reference.hash);
        return true;
    }
    if (h->depth == CODEC_DEPTH_MAX)
        return error_set(h->error, ERROR_LIMIT, "data for JavaScript is nested more than %d deep",
                         (int)CODEC_DEPTH_MAX);
    h->depth++;
    bool ok = v.type == VALUE_ARRAY || v.type == VALUE_OBJECT ? add_members(h, key, v)
                                                              : add_function(h, key, v);
    h->depth--;
    return ok;
}

static uint64_t bits_of(double number)
{
    uint64_t bits;
    number = number != number ? (double)NAN : number; // one NaN
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

bool key_add_value(struct hashing *h, struct key *key, struct value v)
{
    if (++h->values > CODEC_VALUES_MAX)
        return error_set(h->error, ERROR_LIMIT, "data for JavaScript has more than %d values",
                         (int)CODEC_VALUES_MAX);
    // The flag "known to be ASCII" does not count.
    *key = key_add(*key, v.type | (uint64_t)(v.flags & (VALUE_SAFE | VALUE_KEYWORDS)) << 8);
    switch ((enum value_type)v.type) {
    case VALUE_UNDEFINED:
    case VALUE_NULL:
        return true;
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
    case VALUE_DATE:
        *key = key_add(*key, bits_of(v.number));
        return true;
    case VALUE_STRING:
        *key = key_add_text(*key, value_text(v));
        return true;
    case VALUE_REGEXP:
        *key = key_add_text(*key, value_to_text(h->realm, v));
        return true;
    default:
        return add_container(h, key, v);
    }
}
