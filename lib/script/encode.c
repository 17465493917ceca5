// SPDX-License-Identifier: MIT
//
// Values to the JSON of the protocol: what JSON cannot express is an object with the member "$".
#include "codec.h"

#include <math.h>
#include <stdio.h>

static void put_raw(struct encoding *e, struct slice text)
{
    buffer_append(e->out, text);
}

static void put_string(struct encoding *e, struct slice text)
{
    buffer_append_json_string(e->out, text);
}

static void put_number(struct encoding *e, double number)
{
    if (isfinite(number) && !(number == 0 && signbit(number))) {
        value_append_number(e->out, number);
        return;
    }
    put_raw(e, SLICE("{\"$\":\"n\",\"v\":\""));
    put_raw(e, isnan(number) ? SLICE("NaN")
               : number == 0 ? SLICE("-0")
               : number > 0  ? SLICE("Infinity")
                             : SLICE("-Infinity"));
    put_raw(e, SLICE("\"}"));
}

static void put_date(struct encoding *e, double ms)
{
    put_raw(e, SLICE("{\"$\":\"d\",\"v\":"));
    if (isfinite(ms))
        value_append_number(e->out, ms);
    else
        put_raw(e, SLICE("null"));
    put_raw(e, SLICE("}"));
}

// "/source/flags": the flags have no slash.
static void put_regexp(struct encoding *e, struct value v)
{
    struct slice text = value_to_text(e->realm, v);
    size_t end = text.len;
    while (end && text.ptr[end - 1] != '/')
        end--;
    put_raw(e, SLICE("{\"$\":\"r\",\"v\":"));
    put_string(e, value_regexp_source(v));
    put_raw(e, SLICE(",\"f\":"));
    put_string(e, slice_sub(text, end, text.len));
    put_raw(e, SLICE("}"));
}

static void put_text(struct encoding *e, struct value v)
{
    if (!(v.flags & VALUE_SAFE)) {
        put_string(e, value_text(v));
        return;
    }
    put_raw(e, SLICE("{\"$\":\"s\",\"v\":"));
    put_string(e, value_text(v));
    put_raw(e, SLICE("}"));
}

// ---- names ----

static void put_reference(struct encoding *e, const struct script_reference *reference)
{
    static const char *const FORMS[] = {
        [SCRIPT_PAGE] = "{\"$\":\"p\",\"id\":%u}",
        [SCRIPT_PAGE_DATA] = "{\"$\":\"p\",\"id\":%u,\"m\":\"data\"}",
        [SCRIPT_PAGE_PAGE] = "{\"$\":\"p\",\"id\":%u,\"m\":\"page\"}",
        [SCRIPT_FROZEN] = "{\"$\":\"z\",\"id\":%u}",
    };
    if (reference->kind == SCRIPT_COLLECTIONS) {
        put_raw(e, SLICE("{\"$\":\"c\"}"));
        return;
    }
    char text[64];
    // The forms are constants of this table.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, FORMS[reference->kind], reference->id);
#pragma GCC diagnostic pop
    buffer_append_cstr(e->out, text);
}

static bool tell_provenance(struct encoding *e, const struct provenance *provenance)
{
    struct told *told = e->told ? arena_alloc(e->realm->arena, sizeof *told) : NULL;
    if (!told)
        return !e->told || error_memory(e->error);
    *told = (struct told){provenance, *e->told};
    *e->told = told;
    return true;
}

static bool put_encoded_function(struct encoding *e, struct value v)
{
    const struct handle *handle = function_handle(v);
    if (!handle) { // JSON omits it, too
        put_raw(e, function_is_context(v) ? SLICE("{\"$\":\"x\"}") : SLICE("{\"$\":\"u\"}"));
        return true;
    }
    put_raw(e, handle->from.q.ptr ? SLICE("{\"$\":\"f\",\"q\":") : SLICE("{\"$\":\"f\",\"op\":"));
    put_string(e, handle->from.q.ptr ? handle->from.q : handle->operation);
    put_raw(e, SLICE(",\"name\":"));
    put_string(e, handle->name);
    if (handle->from.q.ptr) {
        unsigned begun = e->begun; // the path is part of the name, not of the value
        put_raw(e, SLICE(",\"p\":"));
        if (!encode_value(e, handle->path, true) || !tell_provenance(e, &handle->from))
            return false;
        e->begun = begun;
    }
    put_raw(e, SLICE("}"));
    return true;
}

// ---- containers ----

struct value encode_member(struct value_realm *realm, struct value object, struct value member,
                           struct error *error)
{
    if (member.type == VALUE_FUNCTION && (member.flags & (VALUE_GETTER | VALUE_LAZY)))
        return value_invoke(realm, member, object, NULL, 0, error);
    return member;
}

static bool put_array(struct encoding *e, struct value v)
{
    uint32_t count = value_length(e->realm, v);
    put_raw(e, SLICE("["));
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            put_raw(e, SLICE(","));
        if (!encode_value(e, value_item(e->realm, v, i), false))
            return false;
    }
    put_raw(e, SLICE("]"));
    return true;
}

static bool put_encoded_member(struct encoding *e, struct value object, struct value_member member,
                               bool pair)
{
    struct value value = encode_member(e->realm, object, member.value, e->error);
    if (error_is_set(e->error))
        return false;
    put_raw(e, pair ? SLICE("[") : SLICE(""));
    put_string(e, member.key);
    put_raw(e, pair ? SLICE(",") : SLICE(":"));
    bool ok = encode_value(e, value, false);
    put_raw(e, pair ? SLICE("]") : SLICE(""));
    return ok;
}

// An object that has a member "$", or one that JSON.parse would not set as a member, is a list of
// pairs.
static bool is_plain_object(const struct value_object *view)
{
    for (uint32_t i = 0; i < view->count; i++)
        if (slice_equal(view->keys[i].text, SLICE("$")) ||
            slice_equal(view->keys[i].text, SLICE("__proto__")))
            return false;
    return true;
}

static bool put_object(struct encoding *e, struct value v)
{
    const struct value_object *view = value_object_view(e->realm, v);
    bool pairs = !is_plain_object(view);
    put_raw(e, pairs ? SLICE("{\"$\":\"o\",\"v\":[") : SLICE("{"));
    for (uint32_t i = 0; i < view->count; i++) {
        put_raw(e, i ? SLICE(",") : SLICE(""));
        if (!put_encoded_member(e, v, value_member_at(view, i), pairs))
            return false;
    }
    // As Nunjucks makes them.
    if ((v.flags & VALUE_KEYWORDS) && !pairs)
        put_raw(e, view->count ? SLICE(",\"__keywords\":true") : SLICE("\"__keywords\":true"));
    put_raw(e, pairs ? SLICE("]}") : SLICE("}"));
    return true;
}

static bool refers(const struct encoding *e, struct value v, struct script_reference *reference)
{
    // A list that this render has changed is no longer what the name stands for.
    if (value_is(v, VALUE_ARRAY) && value_array_view(e->realm, v) != v.array)
        return false;
    return e->scope && e->scope->refer && e->scope->refer(e->scope->state, v, reference);
}

const struct ancestor *ancestor_find(const struct ancestor *above, struct value v)
{
    for (; above; above = above->above)
        if (above->v.type == v.type &&
            (v.type == VALUE_ARRAY ? above->v.array == v.array : above->v.object == v.object))
            return above;
    return NULL;
}

static bool put_members(struct encoding *e, struct value v)
{
    const struct ancestor *same = ancestor_find(e->above, v);
    if (same) {
        buffer_printf(e->out, "{\"$\":\"b\",\"v\":%u}", same->number);
        return true;
    }
    const struct ancestor own = {.v = v, .number = e->begun++, .above = e->above};
    e->above = &own;
    bool ok = v.type == VALUE_ARRAY ? put_array(e, v) : put_object(e, v);
    e->above = own.above;
    return ok;
}

static bool put_container(struct encoding *e, struct value v, bool whole)
{
    struct script_reference reference;
    if (!whole && refers(e, v, &reference)) {
        put_reference(e, &reference);
        return true;
    }
    if (e->depth == CODEC_DEPTH_MAX)
        return error_set(e->error, ERROR_LIMIT, "data for JavaScript is nested more than %d deep",
                         (int)CODEC_DEPTH_MAX);
    if (e->depth == 0)
        e->begun = 0;
    e->depth++;
    bool ok = v.type == VALUE_ARRAY || v.type == VALUE_OBJECT ? put_members(e, v)
                                                              : put_encoded_function(e, v);
    e->depth--;
    return ok;
}

static bool put_value(struct encoding *e, struct value v, bool whole)
{
    switch ((enum value_type)v.type) {
    case VALUE_UNDEFINED:
        put_raw(e, SLICE("{\"$\":\"u\"}"));
        return true;
    case VALUE_NULL:
        put_raw(e, SLICE("null"));
        return true;
    case VALUE_BOOLEAN:
        put_raw(e, v.number != 0 ? SLICE("true") : SLICE("false"));
        return true;
    case VALUE_NUMBER:
        put_number(e, v.number);
        return true;
    case VALUE_STRING:
        put_text(e, v);
        return true;
    case VALUE_DATE:
        put_date(e, v.number);
        return true;
    case VALUE_REGEXP:
        put_regexp(e, v);
        return true;
    default:
        return put_container(e, v, whole);
    }
}

bool encode_value(struct encoding *e, struct value v, bool whole)
{
    if (!put_value(e, v, whole))
        return false;
    if (!e->out->failed)
        return true;
    return e->out->overflow ? error_set(e->error, ERROR_LIMIT,
                                        "data for JavaScript has more than %zu bytes", e->out->max)
                            : error_memory(e->error);
}
