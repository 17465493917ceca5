// SPDX-License-Identifier: MIT
//
// How the built-ins read their arguments, as Nunjucks' JavaScript would: texts, sequences by
// `length` and index, attributes by dotted path, keyword arguments; and how they return results.
#include "builtins.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

struct value builtin_fail(struct value_call *call, const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set(call->error, ERROR_RUNTIME, "%s", message);
    return value_undefined();
}

// "null" and "array" say more than JavaScript's typeof.
static const char *type_name(struct value v)
{
    static const char *const names[] = {
        [VALUE_UNDEFINED] = "undefined",
        [VALUE_NULL] = "null",
        [VALUE_BOOLEAN] = "a boolean",
        [VALUE_NUMBER] = "a number",
        [VALUE_STRING] = "a text",
        [VALUE_ARRAY] = "an array",
        [VALUE_OBJECT] = "an object",
        [VALUE_DATE] = "a date",
        [VALUE_REGEXP] = "a regular expression",
        [VALUE_FUNCTION] = "a function",
    };
    return v.type <= VALUE_FUNCTION ? names[v.type] : "unknown";
}

struct value builtin_wrong_type(struct value_call *call, const char *filter, const char *wanted,
                                struct value v)
{
    return builtin_fail(call, "%s needs %s, but got %s", filter, wanted, type_name(v));
}

struct value builtin_normalise(struct value v)
{
    bool is_false = value_is(v, VALUE_BOOLEAN) && v.number == 0;
    return value_is_nullish(v) || is_false ? VALUE_LITERAL("") : v;
}

bool builtin_is_plain_string(struct value v)
{
    return value_is(v, VALUE_STRING) && !(v.flags & VALUE_SAFE);
}

bool builtin_text(struct value_call *call, const char *filter, struct value v, struct slice *text)
{
    if (!value_is(v, VALUE_STRING)) {
        builtin_wrong_type(call, filter, "a text", v);
        error_hint(call->error, "make it one first: value | string | %s", filter);
        return false;
    }
    *text = value_text(v);
    return true;
}

struct value builtin_macro_arg(const struct value_call *call, uint32_t n, const char *name)
{
    uint32_t positional = value_arg_count(call);
    if (n < positional)
        return call->args[n];
    if (positional == call->argc)
        return value_undefined();
    return value_get(call->realm, call->args[positional], slice_from_cstr(name));
}

// ---- results ----

struct buffer builtin_buffer(const struct value_call *call)
{
    size_t max = call->realm->text_max;
    return buffer_create(call->realm->arena, max ? max : (size_t)64 << 20);
}

static struct value buffer_error(struct value_call *call, const struct buffer *out)
{
    if (out->overflow)
        error_set(call->error, ERROR_LIMIT, "the text made by a filter is over %zu bytes long",
                  out->max);
    else
        error_memory(call->error);
    return value_undefined();
}

struct value builtin_finish_plain(struct value_call *call, struct buffer *out)
{
    return out->failed ? buffer_error(call, out) : value_string(buffer_slice(out));
}

struct value builtin_finish(struct value_call *call, struct buffer *out, struct value from)
{
    if (out->failed)
        return buffer_error(call, out);
    return template_copy_safeness(from, buffer_slice(out));
}

// ---- sequences ----

static bool too_many(struct value_call *call, const char *what)
{
    return error_set(call->error, ERROR_LIMIT, "%s makes more than %d items", what,
                     BUILTIN_ITEMS_MAX);
}

// Every character as a separate text. A character outside the basic plane is one item, where
// JavaScript would give the two halves of its surrogate pair.
static bool split_characters(struct value_call *call, struct slice text,
                             struct builtin_sequence *out)
{
    size_t count = utf8_count(text);
    struct value *items = arena_zalloc(call->realm->arena, count, sizeof *items);
    if (!items)
        return error_memory(call->error);
    size_t at = 0;
    for (size_t i = 0; i < count && at < text.len; i++) {
        size_t start = at;
        utf8_decode(text, &at);
        items[i] = value_string(slice_sub(text, start, at));
    }
    *out = (struct builtin_sequence){items, (uint32_t)count};
    return true;
}

// `length` items, each the member of that number; of a SafeString they are all undefined.
static bool read_sequence(struct value_call *call, struct value v, double length,
                          struct builtin_sequence *out)
{
    if (!(length > 0)) {
        *out = (struct builtin_sequence){NULL, 0};
        return true;
    }
    if (length > BUILTIN_ITEMS_MAX)
        return too_many(call, "a sequence");
    uint32_t count = (uint32_t)length + (length > (double)(uint32_t)length);
    struct value *items = arena_zalloc(call->realm->arena, count, sizeof *items);
    if (!items)
        return error_memory(call->error);
    for (uint32_t i = 0; i < count && !value_is(v, VALUE_STRING); i++)
        items[i] = value_property(call->realm, v, value_number(i));
    *out = (struct builtin_sequence){items, count};
    return true;
}

bool builtin_sequence(struct value_call *call, const char *filter, struct value v,
                      struct builtin_sequence *out)
{
    if (value_is_nullish(v)) {
        builtin_wrong_type(call, filter, "an array", v);
        return false;
    }
    if (value_is(v, VALUE_ARRAY)) {
        const struct value_array *array = value_array_view(call->realm, v);
        *out = (struct builtin_sequence){array->items, array->count};
        return true;
    }
    if (builtin_is_plain_string(v))
        return split_characters(call, value_text(v), out);
    struct value length = value_property(call->realm, v, VALUE_LITERAL("length"));
    return read_sequence(call, v, value_to_number(call->realm, length), out);
}

bool builtin_array(struct value_call *call, const char *filter, struct value v,
                   struct builtin_sequence *out)
{
    if (!value_is(v, VALUE_ARRAY)) {
        builtin_wrong_type(call, filter, "an array", v);
        return false;
    }
    return builtin_sequence(call, filter, v, out);
}

struct value builtin_new_array(struct value_call *call, size_t capacity)
{
    if (capacity > BUILTIN_ITEMS_MAX)
        capacity = BUILTIN_ITEMS_MAX;
    struct value array = value_array(call->realm->arena, (uint32_t)capacity);
    if (!value_is(array, VALUE_ARRAY))
        error_memory(call->error);
    return array;
}

bool builtin_push(struct value_call *call, struct value array, struct value item)
{
    if (error_is_set(call->error))
        return false;
    if (value_length(call->realm, array) >= BUILTIN_ITEMS_MAX)
        return too_many(call, "a filter");
    return value_push(call->realm, call->realm->arena, array, item) || error_memory(call->error);
}

// ---- members ----

bool builtin_member(struct value_call *call, struct value object, struct value key,
                    struct value *out)
{
    if (value_is_nullish(object)) {
        struct slice name = value_to_text(call->realm, key);
        builtin_fail(call, "cannot read `%.*s` of %s", SLICE_ARG(name), type_name(object));
        return false;
    }
    bool index_of_safe = builtin_is_safe(object) && value_is(key, VALUE_NUMBER);
    *out = index_of_safe ? value_undefined() : value_property(call->realm, object, key);
    return true;
}

// Own properties only, not methods, so that groupby('length') works and sort(attribute='sort') does
// not see Array.prototype.sort.
static bool own_member(struct value_call *call, struct value object, struct value key,
                       struct value *out)
{
    *out = value_undefined();
    if (value_is_nullish(object))
        return builtin_member(call, object, key, out);
    if (value_is(object, VALUE_OBJECT)) {
        *out = value_get(call->realm, object, value_to_text(call->realm, key));
        return true;
    }
    if (!builtin_member(call, object, key, out))
        return false;
    if (value_is(*out, VALUE_FUNCTION))
        *out = value_undefined();
    return true;
}

bool builtin_attribute(struct value_call *call, struct value object, struct value attribute,
                       struct value *out)
{
    *out = object;
    if (!value_truthy(attribute))
        return true;
    if (!builtin_is_plain_string(attribute))
        return own_member(call, object, attribute, out);
    struct slice rest = value_text(attribute);
    struct slice part;
    struct value at = object;
    while (slice_split(&rest, '.', &part)) {
        if (!own_member(call, at, value_string(part), out))
            return false;
        // hasOwnProperty(part) is false: the path ends here.
        if (value_is(*out, VALUE_UNDEFINED) && !value_has(call->realm, at, part))
            return true;
        at = *out;
    }
    return true;
}
