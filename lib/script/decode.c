// SPDX-License-Identifier: MIT
//
// The JSON of a host to values. The input may be any JSON: each tag must have exactly the members
// it needs, of the right types. Pages are the snapshot's own, through the scope.
#include "codec.h"

#include <math.h>

static bool refuse_message(struct decoding *d, const char *what)
{
    return error_set(d->error, ERROR_SYNTAX, "the host's answer is invalid: %s", what);
}

static bool keep_decoded(struct decoding *d, struct value container)
{
    if (value_is(container, VALUE_UNDEFINED) ||
        !arena_room(d->arena, &d->containers, d->count, &d->capacity, sizeof container))
        return error_memory(d->error);
    d->containers[d->count++] = container;
    return true;
}

static struct value wire_member(struct value wire, struct slice key)
{
    return value_get(NULL, wire, key);
}

static bool copy_decoded_text(struct decoding *d, struct value wire, struct slice *out)
{
    if (!value_is(wire, VALUE_STRING))
        return refuse_message(d, "a text is expected");
    *out = arena_copy(d->arena, value_text(wire));
    return out->ptr || error_memory(d->error);
}

// ---- tags ----

static bool decode_number(struct decoding *d, struct value wire, struct value *out)
{
    static const struct {
        const char *name;
        double number;
    } NUMBERS[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}, {"-0", -0.0}};
    struct value v = wire_member(wire, SLICE("v"));
    for (size_t i = 0; value_is(v, VALUE_STRING) && i < sizeof NUMBERS / sizeof *NUMBERS; i++)
        if (slice_equal(value_text(v), slice_from_cstr(NUMBERS[i].name))) {
            *out = value_number(NUMBERS[i].number);
            return true;
        }
    return refuse_message(d, "no such number");
}

// ECMA-262 TimeClip: whole milliseconds, a hundred million days about the epoch.
static bool decode_date(struct decoding *d, struct value wire, struct value *out)
{
    struct value v = wire_member(wire, SLICE("v"));
    if (!value_is(v, VALUE_NUMBER) && !value_is(v, VALUE_NULL))
        return refuse_message(d, "a date is not a number");
    double ms = value_is(v, VALUE_NUMBER) ? v.number : (double)NAN;
    *out = value_date(fabs(ms) <= 8.64e15 ? trunc(ms) : (double)NAN);
    return true;
}

static bool decode_undefined(struct decoding *d, struct value wire, struct value *out)
{
    (void)d;
    (void)wire;
    *out = value_undefined();
    return true;
}

static bool decode_safe(struct decoding *d, struct value wire, struct value *out)
{
    struct slice text;
    if (!copy_decoded_text(d, wire_member(wire, SLICE("v")), &text))
        return false;
    *out = value_safe_string(text);
    return true;
}

// One that only JavaScript supports (a look-behind of any length) becomes its text, since it is
// more likely to be printed than used for matching.
static bool decode_regexp(struct decoding *d, struct value wire, struct value *out)
{
    struct slice source, flags;
    struct error error = {0};
    if (!copy_decoded_text(d, wire_member(wire, SLICE("v")), &source) ||
        !copy_decoded_text(d, wire_member(wire, SLICE("f")), &flags))
        return false;
    *out = value_regexp(d->arena, source, flags, &error);
    if (error_is_set(&error))
        *out = value_string(ARENA_JOIN(d->arena, SLICE("/"), source, SLICE("/"), flags));
    return true;
}

static bool decode_pair(struct decoding *d, struct value object, struct value pair)
{
    struct slice key;
    struct value v;
    if (!value_is(pair, VALUE_ARRAY) || value_length(NULL, pair) != 2)
        return refuse_message(d, "a member is not a pair");
    return copy_decoded_text(d, value_item(NULL, pair, 0), &key) &&
           decode_value(d, value_item(NULL, pair, 1), &v) &&
           (value_set(NULL, d->arena, object, key, v) || error_memory(d->error));
}

static bool decode_pairs(struct decoding *d, struct value wire, struct value *out)
{
    struct value list = wire_member(wire, SLICE("v"));
    if (!value_is(list, VALUE_ARRAY))
        return refuse_message(d, "an object has no list of members");
    *out = value_object(d->arena);
    if (!keep_decoded(d, *out))
        return false;
    for (uint32_t i = 0; i < value_length(NULL, list); i++)
        if (!decode_pair(d, *out, value_item(NULL, list, i)))
            return false;
    return true;
}

static bool decode_again(struct decoding *d, struct value wire, struct value *out)
{
    struct value n = wire_member(wire, SLICE("v"));
    if (!value_is(n, VALUE_NUMBER) || !(n.number >= 0) || n.number >= (double)d->count ||
        n.number != floor(n.number))
        return refuse_message(d, "it repeats a part that does not exist");
    *out = d->containers[(size_t)n.number];
    return true;
}

// ---- data of the snapshot ----

static bool read_id(struct decoding *d, struct value wire, uint32_t *id)
{
    struct value n = wire_member(wire, SLICE("id"));
    if (!value_is(n, VALUE_NUMBER) || !(n.number >= 0) || n.number > UINT32_MAX ||
        n.number != floor(n.number))
        return refuse_message(d, "an id is not a number");
    *id = (uint32_t)n.number;
    return true;
}

static bool resolve_decoded(struct decoding *d, enum script_reference_kind kind, uint32_t id,
                            struct value *out)
{
    *out = d->scope && d->scope->resolve ? d->scope->resolve(d->scope->state, kind, id)
                                         : value_undefined();
    return !value_is(*out, VALUE_UNDEFINED) ||
           refuse_message(d, "it names a page that does not exist");
}

static bool decode_page(struct decoding *d, struct value wire, struct value *out)
{
    uint32_t id = 0;
    struct value m = wire_member(wire, SLICE("m"));
    struct slice part = value_is(m, VALUE_STRING) ? value_text(m) : SLICE_EMPTY;
    enum script_reference_kind kind = slice_equal(part, SLICE("data"))   ? SCRIPT_PAGE_DATA
                                      : slice_equal(part, SLICE("page")) ? SCRIPT_PAGE_PAGE
                                                                         : SCRIPT_PAGE;
    if (kind == SCRIPT_PAGE && !value_is(m, VALUE_UNDEFINED) && !slice_equal(part, SLICE("item")))
        return refuse_message(d, "no such part of a page");
    return read_id(d, wire, &id) && resolve_decoded(d, kind, id, out);
}

static bool decode_collections(struct decoding *d, struct value wire, struct value *out)
{
    (void)wire;
    return resolve_decoded(d, SCRIPT_COLLECTIONS, 0, out);
}

static bool decode_frozen(struct decoding *d, struct value wire, struct value *out)
{
    uint32_t id = 0;
    return read_id(d, wire, &id) && resolve_decoded(d, SCRIPT_FROZEN, id, out);
}

// ---- functions ----

static bool is_path(struct value path)
{
    bool ok = value_is(path, VALUE_ARRAY) && value_length(NULL, path) <= CODEC_DEPTH_MAX;
    for (uint32_t i = 0; ok && i < value_length(NULL, path); i++) {
        struct value step = value_item(NULL, path, i);
        ok = value_is(step, VALUE_STRING) || (value_is(step, VALUE_NUMBER) && step.number >= 0 &&
                                              step.number == floor(step.number));
    }
    return ok;
}

// The function's data lives as long as the function.
static bool settle_decoded(struct decoding *d, struct provenance *provenance)
{
    provenance->q = arena_copy(d->arena, provenance->q);
    provenance->question = arena_copy(d->arena, provenance->question);
    return (provenance->q.ptr && provenance->question.ptr) || error_memory(d->error);
}

// The answer it belongs to: this question's, or one that was sent to the host.
static bool find_provenance(struct decoding *d, struct slice q, struct provenance *out)
{
    if (d->own.q.ptr && slice_equal(q, d->own.q)) {
        if (!d->functions && !settle_decoded(d, &d->own))
            return false;
        d->functions = true;
        *out = d->own;
        return true;
    }
    for (const struct told *told = d->told; told; told = told->next)
        if (slice_equal(q, told->provenance->q)) {
            *out = *told->provenance;
            return settle_decoded(d, out);
        }
    return refuse_message(d, "it names a question that was not asked");
}

static bool decode_origin(struct decoding *d, struct value wire, struct handle *handle)
{
    struct value q = wire_member(wire, SLICE("q")), op = wire_member(wire, SLICE("op"));
    struct value path = wire_member(wire, SLICE("p"));
    if (value_is(op, VALUE_STRING) && value_is(q, VALUE_UNDEFINED))
        return copy_decoded_text(d, op, &handle->operation);
    if (!value_is(q, VALUE_STRING) || !is_path(path))
        return refuse_message(d, "a function has no place");
    handle->path = value_clone(NULL, d->arena, path);
    return find_provenance(d, value_text(q), &handle->from) &&
           (value_is(handle->path, VALUE_ARRAY) || error_memory(d->error));
}

static bool decode_items(struct decoding *d, struct value wire, struct value array)
{
    for (uint32_t i = 0; i < value_length(NULL, wire); i++) {
        struct value item;
        if (!decode_value(d, value_item(NULL, wire, i), &item))
            return false;
        if (!value_push(NULL, d->arena, array, item))
            return error_memory(d->error);
    }
    return true;
}

static bool decode_members(struct decoding *d, struct value wire, struct value object)
{
    for (uint32_t i = 0; i < wire.object->count; i++) {
        struct value_member m = value_member_at(wire.object, i);
        struct slice key = arena_copy(d->arena, m.key);
        struct value v;
        if (!decode_value(d, m.value, &v))
            return false;
        if (!key.ptr || !value_set(NULL, d->arena, object, key, v))
            return error_memory(d->error);
    }
    return true;
}

// What a loop over it yields; the list itself is not a container.
static bool decode_iterated(struct decoding *d, struct value list, struct value properties)
{
    if (value_is(list, VALUE_UNDEFINED))
        return true;
    if (!value_is(list, VALUE_ARRAY))
        return refuse_message(d, "what an instance yields is not a list");
    struct value items = value_array(d->arena, value_length(NULL, list));
    return decode_items(d, list, items) &&
           (value_set(NULL, d->arena, properties, VALUE_ITERATED, items) || error_memory(d->error));
}

static bool decode_function(struct decoding *d, struct value wire, struct value *out)
{
    struct handle handle = {.asker = d->asker};
    struct value i = wire_member(wire, SLICE("i")), m = wire_member(wire, SLICE("m"));
    struct value name = wire_member(wire, SLICE("name"));
    struct slice instance = SLICE_EMPTY;
    struct value properties = value_undefined();
    bool is_instance = value_is(i, VALUE_BOOLEAN) && value_truthy(i);
    if (!decode_origin(d, wire, &handle) ||
        (!value_is(name, VALUE_UNDEFINED) && !copy_decoded_text(d, name, &handle.name)))
        return false;
    if (is_instance && !copy_decoded_text(d, wire_member(wire, SLICE("t")), &instance))
        return false;
    if (is_instance)
        properties = value_object(d->arena);
    *out = function_value(d->arena, &handle, instance, properties);
    if (value_is(*out, VALUE_UNDEFINED))
        return error_memory(d->error);
    if (!is_instance)
        return true;
    if (!keep_decoded(d, *out))
        return false;
    if (!value_is(m, VALUE_OBJECT))
        return refuse_message(d, "an instance has no members");
    return decode_members(d, m, properties) &&
           decode_iterated(d, wire_member(wire, SLICE("l")), properties);
}

static bool decode_tag(struct decoding *d, struct value wire, struct slice tag, struct value *out)
{
    static const struct {
        char tag;
        bool (*decode)(struct decoding *d, struct value wire, struct value *out);
    } TAGS[] = {
        {'u', decode_undefined},   {'n', decode_number}, {'d', decode_date},     {'s', decode_safe},
        {'o', decode_pairs},       {'r', decode_regexp}, {'f', decode_function}, {'p', decode_page},
        {'c', decode_collections}, {'z', decode_frozen}, {'b', decode_again},
    };
    for (size_t i = 0; tag.len == 1 && i < sizeof TAGS / sizeof *TAGS; i++)
        if (TAGS[i].tag == *tag.ptr)
            return TAGS[i].decode(d, wire, out);
    return refuse_message(d, "an unknown tag");
}

// ---- plain JSON ----

static bool decode_array(struct decoding *d, struct value wire, struct value *out)
{
    *out = value_array(d->arena, value_length(NULL, wire));
    return keep_decoded(d, *out) && decode_items(d, wire, *out);
}

static bool decode_object(struct decoding *d, struct value wire, struct value *out)
{
    struct value tag = wire_member(wire, SLICE("$"));
    if (value_is(tag, VALUE_STRING))
        return decode_tag(d, wire, value_text(tag), out);
    if (value_has(NULL, wire, SLICE("$")))
        return refuse_message(d, "a tag is not a text");
    *out = value_object_sized(d->arena, wire.object->count);
    return keep_decoded(d, *out) && decode_members(d, wire, *out);
}

bool decode_value(struct decoding *d, struct value wire, struct value *out)
{
    *out = wire;
    if (value_is(wire, VALUE_STRING)) {
        struct slice text;
        if (!copy_decoded_text(d, wire, &text))
            return false;
        out->text = text.ptr;
    }
    if (!value_is(wire, VALUE_ARRAY) && !value_is(wire, VALUE_OBJECT))
        return true;
    if (d->depth == CODEC_DEPTH_MAX)
        return refuse_message(d, "it is nested too deeply");
    d->depth++;
    bool ok =
        value_is(wire, VALUE_ARRAY) ? decode_array(d, wire, out) : decode_object(d, wire, out);
    d->depth--;
    return ok;
}
