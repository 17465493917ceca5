// SPDX-License-Identifier: MIT
//
// Values as bytes to store, and back. Like value_pack, plus what else an answer may contain: pages
// (by hash), functions (by origin), and parts that are shared or cyclic. For this machine and this
// version of the program only. Bytes may be damaged: replaying never reads outside them.
#include "codec.h"

// After the kinds of values.
enum { KIND_REFERENCE = 32, KIND_AGAIN, KIND_FUNCTION, KIND_CONTEXT };
enum { FUNCTION_OWN, FUNCTION_OTHER, FUNCTION_NAMED };

// ---- recording ----

static void put_number(struct recording *r, const void *number, size_t size)
{
    buffer_append(r->out, slice_of(number, size));
}

static void put_count(struct buffer *out, uint32_t count)
{
    buffer_append(out, slice_of((const char *)&count, sizeof count));
}

void record_text(struct buffer *out, struct slice text)
{
    put_count(out, (uint32_t)text.len);
    buffer_append(out, text);
}

// Whether the container was already recorded; if not, it gets the next number.
static bool put_again(struct recording *r, const void *address, bool *ok)
{
    void **key = arena_alloc(r->realm->arena, sizeof *key);
    *ok = key != NULL;
    if (!key)
        return false;
    *key = (void *)(uintptr_t)address;
    struct slice bytes = slice_of((const char *)key, sizeof *key);
    const struct map_entry *entry = map_find(&r->seen, bytes);
    if (!entry) {
        *ok = map_put(&r->seen, bytes, (void *)(uintptr_t)(r->count++));
        return false;
    }
    buffer_append_byte(r->out, KIND_AGAIN);
    put_count(r->out, (uint32_t)(uintptr_t)entry->value);
    return true;
}

static bool put_array(struct recording *r, struct value v)
{
    uint32_t count = value_length(r->realm, v);
    put_count(r->out, count);
    for (uint32_t i = 0; i < count; i++)
        if (!record_value(r, value_item(r->realm, v, i)))
            return false;
    return true;
}

static bool put_object(struct recording *r, struct value v)
{
    const struct value_object *view = value_object_view(r->realm, v);
    put_count(r->out, view->count);
    for (uint32_t i = 0; i < view->count; i++) {
        struct value_member member = value_member_at(view, i);
        struct value value = encode_member(r->realm, v, member.value, r->error);
        record_text(r->out, member.key);
        if (error_is_set(r->error) || !record_value(r, value))
            return false;
    }
    return true;
}

static bool put_origin(struct recording *r, const struct handle *handle)
{
    bool own = handle->from.q.ptr && slice_equal(handle->from.q, r->own);
    char form = own ? FUNCTION_OWN : handle->from.q.ptr ? FUNCTION_OTHER : FUNCTION_NAMED;
    buffer_append_byte(r->out, form);
    record_text(r->out, handle->name);
    if (form == FUNCTION_NAMED) {
        record_text(r->out, handle->operation);
        return true;
    }
    if (form == FUNCTION_OTHER) {
        record_text(r->out, handle->from.q);
        put_number(r, &handle->from.identity, sizeof handle->from.identity);
        record_text(r->out, handle->from.question);
    }
    return record_value(r, handle->path);
}

static bool put_recorded_function(struct recording *r, struct value v, const struct handle *handle)
{
    struct slice instance = v.function->instance;
    buffer_append_byte(r->out, instance.ptr != NULL);
    if (!put_origin(r, handle))
        return false;
    if (!instance.ptr)
        return true;
    record_text(r->out, instance);
    return put_object(r, (struct value){.type = VALUE_OBJECT, .object = v.function->properties});
}

static bool put_regexp(struct recording *r, struct value v)
{
    struct slice text = value_to_text(r->realm, v);
    size_t end = text.len;
    while (end && text.ptr[end - 1] != '/')
        end--;
    record_text(r->out, value_regexp_source(v));
    record_text(r->out, slice_sub(text, end, text.len));
    return true;
}

static bool put_reference(struct recording *r, struct value v)
{
    struct script_reference reference;
    if (!r->scope || !r->scope->refer || !r->scope->refer(r->scope->state, v, &reference))
        return false;
    buffer_append_byte(r->out, KIND_REFERENCE);
    buffer_append_byte(r->out, (char)reference.kind);
    put_number(r, &reference.hash, sizeof reference.hash);
    return true;
}

static bool put_container(struct recording *r, struct value v)
{
    const struct handle *handle = function_handle(v);
    bool ok = true;
    if (put_reference(r, v))
        return true;
    if (v.type == VALUE_FUNCTION && !handle) {
        buffer_append_byte(r->out, function_is_context(v) ? (char)KIND_CONTEXT : VALUE_UNDEFINED);
        if (!function_is_context(v))
            buffer_append_byte(r->out, 0);
        return true;
    }
    // A function that is not an instance is not a container, as on the wire.
    if ((!handle || v.function->instance.ptr) && (put_again(r, v.text, &ok) || !ok))
        return ok || error_memory(r->error);
    if (r->depth == CODEC_DEPTH_MAX)
        return error_set(r->error, ERROR_LIMIT, "an answer is nested more than %d deep",
                         (int)CODEC_DEPTH_MAX);
    buffer_append_byte(r->out, handle ? (char)KIND_FUNCTION : (char)v.type);
    r->depth++;
    if (!handle)
        buffer_append_byte(r->out, (char)v.flags);
    ok = handle                  ? put_recorded_function(r, v, handle)
         : v.type == VALUE_ARRAY ? put_array(r, v)
                                 : put_object(r, v);
    r->depth--;
    return ok;
}

bool record_value(struct recording *r, struct value v)
{
    if (v.type == VALUE_ARRAY || v.type == VALUE_OBJECT || v.type == VALUE_FUNCTION)
        return put_container(r, v);
    buffer_append_byte(r->out, (char)v.type);
    buffer_append_byte(r->out, (char)v.flags);
    if (v.type == VALUE_STRING)
        record_text(r->out, value_text(v));
    else if (v.type == VALUE_REGEXP)
        put_regexp(r, v);
    else if (v.type != VALUE_UNDEFINED && v.type != VALUE_NULL)
        put_number(r, &v.number, sizeof v.number);
    return !r->out->failed || error_memory(r->error);
}

// ---- replaying ----

static bool take_bytes(struct replaying *r, void *out, size_t size)
{
    if (size > (size_t)(r->end - r->at))
        return false;
    memcpy(out, r->at, size);
    r->at += size;
    return true;
}

static bool take_slice(struct replaying *r, struct slice *text)
{
    uint32_t length;
    if (!take_bytes(r, &length, sizeof length) || length > (size_t)(r->end - r->at))
        return false;
    *text = slice_of(r->at, length);
    r->at += length;
    return true;
}

bool replay_text(struct replaying *r, struct slice *text)
{
    struct slice bytes;
    if (!take_slice(r, &bytes))
        return false;
    *text = arena_copy(r->arena, bytes);
    return text->ptr != NULL;
}

// Every item takes at least a byte, so the count cannot ask for more memory than the text
// justifies.
static bool take_count(struct replaying *r, uint32_t *count)
{
    return take_bytes(r, count, sizeof *count) && *count <= (size_t)(r->end - r->at);
}

static bool keep_replayed(struct replaying *r, struct value container)
{
    if (value_is(container, VALUE_UNDEFINED) ||
        !arena_room(r->arena, &r->containers, r->count, &r->capacity, sizeof container))
        return false;
    r->containers[r->count++] = container;
    return true;
}

static bool take_array(struct replaying *r, uint8_t flags, struct value *out)
{
    uint32_t count;
    if (!take_count(r, &count))
        return false;
    *out = value_array(r->arena, count);
    out->flags = flags;
    if (!keep_replayed(r, *out))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct value item;
        if (!replay_value(r, &item) || !value_push(NULL, r->arena, *out, item))
            return false;
    }
    return true;
}

static bool take_members(struct replaying *r, uint32_t count, struct value object)
{
    for (uint32_t i = 0; i < count; i++) {
        struct slice key;
        struct value v;
        if (!replay_text(r, &key) || !replay_value(r, &v) ||
            !value_set(NULL, r->arena, object, key, v))
            return false;
    }
    return true;
}

static bool take_object(struct replaying *r, uint8_t flags, struct value *out)
{
    uint32_t count;
    if (!take_count(r, &count))
        return false;
    *out = value_object_sized(r->arena, count);
    out->flags = flags;
    return keep_replayed(r, *out) && take_members(r, count, *out);
}

static bool take_origin(struct replaying *r, struct handle *handle)
{
    uint8_t form;
    struct provenance *from = &handle->from;
    if (!take_bytes(r, &form, 1) || !replay_text(r, &handle->name))
        return false;
    if (form == FUNCTION_NAMED)
        return replay_text(r, &handle->operation);
    *from = r->own;
    if (form == FUNCTION_OTHER &&
        !(replay_text(r, &from->q) && take_bytes(r, &from->identity, sizeof from->identity) &&
          replay_text(r, &from->question)))
        return false;
    return form <= FUNCTION_OTHER && from->q.ptr && replay_value(r, &handle->path) &&
           value_is(handle->path, VALUE_ARRAY);
}

static bool take_function(struct replaying *r, struct value *out)
{
    struct handle handle = {.asker = r->asker};
    struct slice instance = SLICE_EMPTY;
    struct value properties = value_undefined();
    uint8_t is_instance;
    uint32_t count;
    // Numbered as when recorded: before its content.
    size_t number = r->count;
    if (!take_bytes(r, &is_instance, 1) || (is_instance && !keep_replayed(r, value_null())) ||
        !take_origin(r, &handle))
        return false;
    if (is_instance) {
        properties = value_object(r->arena);
        if (!replay_text(r, &instance) || !take_count(r, &count))
            return false;
    }
    *out = function_value(r->arena, &handle, instance, properties);
    if (value_is(*out, VALUE_UNDEFINED) || !is_instance)
        return !value_is(*out, VALUE_UNDEFINED);
    r->containers[number] = *out;
    return take_members(r, count, properties);
}

static bool take_reference(struct replaying *r, struct value *out)
{
    uint8_t kind;
    uint64_t hash;
    uint32_t id;
    if (!take_bytes(r, &kind, 1) || !take_bytes(r, &hash, sizeof hash) || kind > SCRIPT_FROZEN ||
        !r->scope || !r->scope->find || !r->scope->resolve ||
        !r->scope->find(r->scope->state, kind, hash, &id))
        return false;
    *out = r->scope->resolve(r->scope->state, kind, id);
    return !value_is(*out, VALUE_UNDEFINED);
}

static bool take_again(struct replaying *r, struct value *out)
{
    uint32_t number;
    if (!take_bytes(r, &number, sizeof number) || number >= r->count)
        return false;
    *out = r->containers[number];
    return true;
}

static bool take_regexp(struct replaying *r, struct value *out)
{
    struct slice source, flags;
    struct error error = {0};
    if (!replay_text(r, &source) || !replay_text(r, &flags))
        return false;
    *out = value_regexp(r->arena, source, flags, &error);
    return !error_is_set(&error);
}

static bool take_plain(struct replaying *r, uint8_t type, struct value *out)
{
    struct slice text;
    uint8_t flags;
    if (!take_bytes(r, &flags, 1))
        return false;
    *out = (struct value){.type = type};
    switch (type) {
    case VALUE_UNDEFINED:
    case VALUE_NULL:
        return true;
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
    case VALUE_DATE:
        return take_bytes(r, &out->number, sizeof out->number);
    case VALUE_STRING:
        if (!replay_text(r, &text))
            return false;
        *out = value_string(text);
        out->flags = flags & (VALUE_SAFE | VALUE_ASCII);
        return true;
    case VALUE_ARRAY:
        return take_array(r, flags & VALUE_KEYWORDS, out);
    case VALUE_OBJECT:
        return take_object(r, flags & VALUE_KEYWORDS, out);
    case VALUE_REGEXP:
        return take_regexp(r, out);
    default:
        return false;
    }
}

static bool take_kind(struct replaying *r, uint8_t kind, struct value *out)
{
    switch (kind) {
    case KIND_REFERENCE:
        return take_reference(r, out);
    case KIND_AGAIN:
        return take_again(r, out);
    case KIND_FUNCTION:
        return take_function(r, out);
    case KIND_CONTEXT:
        *out = script_context();
        return true;
    default:
        return take_plain(r, kind, out);
    }
}

bool replay_value(struct replaying *r, struct value *out)
{
    uint8_t kind;
    *out = value_undefined();
    if (r->depth == CODEC_DEPTH_MAX + 2 || !take_bytes(r, &kind, 1))
        return false;
    r->depth++;
    bool ok = take_kind(r, kind, out);
    r->depth--;
    return ok;
}
