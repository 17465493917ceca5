// SPDX-License-Identifier: MIT
//
// JSON.stringify: undefined members and functions are left out, in arrays they are null; dates are
// ISO strings; numbers that are not finite are null. Nunjucks' SafeString is an object with `val`
// and `length`, and is written as one, as `dump` shows it.
#include "base/clock.h"
#include "base/utf8.h"
#include "value/dates.h"
#include "value/value.h"

#include <math.h>

struct writer {
    struct value_realm *realm;
    struct buffer *out;
    unsigned indent;
    unsigned depth;
    struct error *error;
};

static bool write_value(struct writer *w, struct value v);

static bool is_left_out_of_json(struct value v)
{
    return v.type == VALUE_UNDEFINED || v.type == VALUE_FUNCTION;
}

static void new_line(struct writer *w)
{
    if (w->indent == 0)
        return;
    buffer_append_byte(w->out, '\n');
    for (unsigned i = 0; i < w->indent * w->depth; i++)
        buffer_append_byte(w->out, ' ');
}

static bool write_array(struct writer *w, struct value v)
{
    const struct value_array *array = value_array_view(w->realm, v);
    buffer_append_byte(w->out, '[');
    w->depth++;
    for (uint32_t i = 0; i < array->count && !w->out->failed; i++) {
        if (i)
            buffer_append_byte(w->out, ',');
        new_line(w);
        struct value item = array->items[i];
        if (!write_value(w, is_left_out_of_json(item) ? value_null() : item))
            return false;
    }
    w->depth--;
    if (array->count)
        new_line(w);
    buffer_append_byte(w->out, ']');
    return true;
}

static void write_key(struct writer *w, struct slice key, bool first)
{
    if (!first)
        buffer_append_byte(w->out, ',');
    new_line(w);
    buffer_append_json_string(w->out, key);
    buffer_append(w->out, w->indent ? SLICE(": ") : SLICE(":"));
}

static bool write_object(struct writer *w, struct value v)
{
    const struct value_object *object = value_object_view(w->realm, v);
    bool empty = true;
    buffer_append_byte(w->out, '{');
    w->depth++;
    for (uint32_t i = 0; i < object->count && !w->out->failed; i++) {
        struct value_member member = value_member_at(object, i);
        if ((member.value.flags & VALUE_LAZY) && w->realm) {
            member.value = value_invoke(w->realm, member.value, v, NULL, 0, w->error);
            if (error_is_set(w->error))
                return false;
        }
        if (is_left_out_of_json(member.value))
            continue;
        write_key(w, member.key, empty);
        empty = false;
        if (!write_value(w, member.value))
            return false;
    }
    w->depth--;
    if (!empty)
        new_line(w);
    buffer_append_byte(w->out, '}');
    return true;
}

static void write_string(struct writer *w, struct value v)
{
    if (!(v.flags & VALUE_SAFE)) {
        buffer_append_json_string(w->out, value_text(v));
        return;
    }
    buffer_append_byte(w->out, '{');
    w->depth++;
    write_key(w, SLICE("val"), true);
    buffer_append_json_string(w->out, value_text(v));
    write_key(w, SLICE("length"), false);
    value_append_number(w->out, (double)utf8_utf16_length(value_text(v)));
    w->depth--;
    new_line(w);
    buffer_append_byte(w->out, '}');
}

static void write_date(struct writer *w, double ms)
{
    if (!date_is_valid(ms)) {
        buffer_append(w->out, SLICE("null"));
        return;
    }
    buffer_append_byte(w->out, '"');
    clock_append_iso(w->out, ms);
    buffer_append_byte(w->out, '"');
}

static bool write_collection(struct writer *w, struct value v)
{
    if (w->depth >= VALUE_DEPTH_MAX)
        return error_set(w->error, ERROR_RUNTIME,
                         "cannot be written as JSON: nested more than %d deep, or contains itself",
                         (int)VALUE_DEPTH_MAX);
    return v.type == VALUE_ARRAY ? write_array(w, v) : write_object(w, v);
}

static bool write_value(struct writer *w, struct value v)
{
    switch (v.type) {
    case VALUE_ARRAY:
    case VALUE_OBJECT:
        return write_collection(w, v);
    case VALUE_STRING:
        write_string(w, v);
        break;
    case VALUE_DATE:
        write_date(w, v.number);
        break;
    case VALUE_NUMBER:
        value_append_text(w->realm, w->out, isfinite(v.number) ? v : value_null(), true);
        break;
    case VALUE_REGEXP:
        buffer_append(w->out, SLICE("{}"));
        break;
    case VALUE_UNDEFINED:
    case VALUE_FUNCTION:
        break; // JSON.stringify(undefined) is nothing at all
    default:
        value_append_text(w->realm, w->out, v, true);
    }
    return true;
}

bool value_to_json(struct value_realm *realm, struct buffer *out, struct value v, unsigned indent,
                   struct error *error)
{
    struct writer w = {realm, out, indent > 10 ? 10 : indent, 0, error};
    if (!write_value(&w, v))
        return false;
    if (!out->failed)
        return true;
    if (out->overflow)
        return error_set(error, ERROR_LIMIT, "the JSON text is longer than %zu bytes", out->max);
    return error_memory(error);
}
