// SPDX-License-Identifier: MIT
//
// String.prototype: the methods that measure, cut, pad and search. All positions are UTF-16 units.
// (methods_string_case.c holds those that know about letters.)
#include "value/methods_string.h"
#include "value/methods.h"
#include "value/regexp.h"
#include "value/text.h"

#include <math.h>

static struct text_units self_units(struct value_call *call)
{
    return text_units_of(call->realm, call->self);
}

static struct slice arg_text(struct value_call *call, uint32_t n)
{
    return value_to_text(call->realm, value_arg(call, n));
}

static int64_t arg_integer(struct value_call *call, uint32_t n, int64_t fallback)
{
    struct value v = value_arg(call, n);
    return v.type == VALUE_UNDEFINED ? fallback : value_to_integer(call->realm, v);
}

static size_t clamp(int64_t n, size_t length)
{
    if (n < 0)
        return 0;
    return (uint64_t)n > length ? length : (size_t)n;
}

// A position counted from the end where negative, clamped.
static size_t relative(int64_t n, size_t length)
{
    return n < 0 ? clamp(n < -(int64_t)length ? 0 : n + (int64_t)length, length) : clamp(n, length);
}

static struct value result(struct value_call *call, struct value v)
{
    if (arena_failed(call->realm->arena))
        error_memory(call->error);
    return v;
}

// ---- single characters ----

static struct value unit_string(struct value_call *call, const struct text_units *s, int64_t at)
{
    if (at < 0 || (uint64_t)at >= s->length)
        return value_string(SLICE_EMPTY);
    return result(call, text_units_slice(call->realm, s, (size_t)at, (size_t)at + 1));
}

static struct value string_at(struct value_call *call)
{
    struct text_units s = self_units(call);
    int64_t at = arg_integer(call, 0, 0);
    at = at < 0 && at >= -(int64_t)s.length ? at + (int64_t)s.length : at;
    return at < 0 || (uint64_t)at >= s.length ? value_undefined() : unit_string(call, &s, at);
}

static struct value string_char_at(struct value_call *call)
{
    struct text_units s = self_units(call);
    return unit_string(call, &s, arg_integer(call, 0, 0));
}

static struct value string_char_code_at(struct value_call *call)
{
    struct text_units s = self_units(call);
    int64_t at = arg_integer(call, 0, 0);
    if (at < 0 || (uint64_t)at >= s.length)
        return value_number(NAN);
    return value_number(text_unit_at(&s, (size_t)at));
}

static struct value string_code_point_at(struct value_call *call)
{
    struct text_units s = self_units(call);
    int64_t at = arg_integer(call, 0, 0);
    if (at < 0 || (uint64_t)at >= s.length)
        return value_undefined();
    uint32_t unit = text_unit_at(&s, (size_t)at);
    if (unit < 0xd800 || unit > 0xdbff)
        return value_number(unit);
    size_t offset = text_unit_to_offset(&s, (size_t)at);
    return value_number(utf8_decode(s.text, &offset));
}

// ---- parts ----

static struct value string_slice(struct value_call *call)
{
    struct text_units s = self_units(call);
    size_t from = relative(arg_integer(call, 0, 0), s.length);
    size_t to = relative(arg_integer(call, 1, INT64_MAX), s.length);
    return result(call, text_units_slice(call->realm, &s, from, to));
}

static struct value string_substring(struct value_call *call)
{
    struct text_units s = self_units(call);
    size_t from = clamp(arg_integer(call, 0, 0), s.length);
    size_t to = clamp(arg_integer(call, 1, INT64_MAX), s.length);
    return result(call, from < to ? text_units_slice(call->realm, &s, from, to)
                                  : text_units_slice(call->realm, &s, to, from));
}

static struct value string_substr(struct value_call *call)
{
    struct text_units s = self_units(call);
    size_t from = relative(arg_integer(call, 0, 0), s.length);
    size_t count = clamp(arg_integer(call, 1, INT64_MAX), s.length - from);
    return result(call, text_units_slice(call->realm, &s, from, from + count));
}

static struct value trimmed(struct value_call *call, bool start, bool end)
{
    struct value v = value_string(text_trim(value_to_text(call->realm, call->self), start, end));
    if (call->self.type == VALUE_STRING)
        v.flags = call->self.flags & VALUE_ASCII;
    return v;
}

static struct value string_trim(struct value_call *call)
{
    return trimmed(call, true, true);
}

static struct value string_trim_start(struct value_call *call)
{
    return trimmed(call, true, false);
}

static struct value string_trim_end(struct value_call *call)
{
    return trimmed(call, false, true);
}

// ---- growing ----

static struct value string_concat(struct value_call *call)
{
    struct buffer out = text_buffer(call->realm);
    value_append_text(call->realm, &out, call->self, true);
    for (uint32_t i = 0; i < call->argc; i++)
        value_append_text(call->realm, &out, call->args[i], true);
    return text_finish(call->realm, &out, call->error);
}

static void append_times(struct buffer *out, struct slice text, uint64_t times)
{
    for (; times > 0 && text.len > 0 && !out->failed; times--)
        buffer_append(out, text);
}

static struct value string_repeat(struct value_call *call)
{
    double count = value_to_number(call->realm, value_arg(call, 0));
    if (count <= -1 || isinf(count))
        return method_error(call, ERROR_RUNTIME, "repeat: the count must be 0 or more, and finite");
    struct buffer out = text_buffer(call->realm);
    struct slice text = value_to_text(call->realm, call->self);
    append_times(&out, text, (uint64_t)value_to_integer(call->realm, value_number(count)));
    return text_finish(call->realm, &out, call->error);
}

// `units` UTF-16 units of the filler, repeated and cut.
static void append_filler(struct value_realm *realm, struct buffer *out, struct value filler,
                          uint64_t units)
{
    struct text_units f = text_units_of(realm, filler);
    if (f.length == 0)
        return;
    append_times(out, f.text, units / f.length);
    struct value rest = text_units_slice(realm, &f, 0, (size_t)(units % f.length));
    buffer_append(out, value_text(rest));
}

static struct value padded(struct value_call *call, bool at_start)
{
    struct text_units s = self_units(call);
    int64_t wanted = arg_integer(call, 0, 0);
    struct value filler = value_arg(call, 1);
    if (filler.type == VALUE_UNDEFINED)
        filler = VALUE_LITERAL(" ");
    uint64_t units = wanted > 0 && (uint64_t)wanted > s.length ? (uint64_t)wanted - s.length : 0;
    struct buffer out = text_buffer(call->realm);
    if (at_start)
        append_filler(call->realm, &out, filler, units);
    buffer_append(&out, s.text);
    if (!at_start)
        append_filler(call->realm, &out, filler, units);
    return text_finish(call->realm, &out, call->error);
}

static struct value string_pad_start(struct value_call *call)
{
    return padded(call, true);
}

static struct value string_pad_end(struct value_call *call)
{
    return padded(call, false);
}

// ---- searching ----

static bool refuse_regexp(struct value_call *call, const char *method)
{
    if (value_arg(call, 0).type != VALUE_REGEXP)
        return false;
    error_set(call->error, ERROR_RUNTIME, "%s: expected a text, not a regular expression", method);
    return true;
}

static struct value string_includes(struct value_call *call)
{
    if (refuse_regexp(call, "includes"))
        return value_undefined();
    struct text_units s = self_units(call);
    size_t from = text_unit_to_offset(&s, clamp(arg_integer(call, 1, 0), s.length));
    struct slice needle = arg_text(call, 0);
    return value_boolean(needle.len == 0 || slice_find(s.text, needle, from) != SIZE_MAX);
}

static struct value string_starts_with(struct value_call *call)
{
    if (refuse_regexp(call, "startsWith"))
        return value_undefined();
    struct text_units s = self_units(call);
    size_t from = text_unit_to_offset(&s, clamp(arg_integer(call, 1, 0), s.length));
    return value_boolean(slice_starts_with(slice_sub(s.text, from, s.text.len), arg_text(call, 0)));
}

static struct value string_ends_with(struct value_call *call)
{
    if (refuse_regexp(call, "endsWith"))
        return value_undefined();
    struct text_units s = self_units(call);
    size_t end = text_unit_to_offset(&s, clamp(arg_integer(call, 1, INT64_MAX), s.length));
    return value_boolean(slice_ends_with(slice_sub(s.text, 0, end), arg_text(call, 0)));
}

static struct value string_index_of(struct value_call *call)
{
    struct text_units s = self_units(call);
    struct slice needle = arg_text(call, 0);
    size_t start = clamp(arg_integer(call, 1, 0), s.length);
    if (needle.len == 0)
        return value_number((double)start);
    size_t at = slice_find(s.text, needle, text_unit_to_offset(&s, start));
    return value_number(at == SIZE_MAX ? -1 : (double)text_offset_to_unit(&s, at));
}

static struct value string_last_index_of(struct value_call *call)
{
    struct text_units s = self_units(call);
    struct slice needle = arg_text(call, 0);
    double position = value_to_number(call->realm, value_arg(call, 1));
    size_t from = isnan(position)
                      ? s.length
                      : clamp(value_to_integer(call->realm, value_arg(call, 1)), s.length);
    size_t at = text_unit_to_offset(&s, from);
    if (needle.len > s.text.len)
        return value_number(-1);
    at = at > s.text.len - needle.len ? s.text.len - needle.len : at;
    for (size_t i = at + 1; i-- > 0;) {
        if (slice_starts_with(slice_sub(s.text, i, s.text.len), needle))
            return value_number((double)text_offset_to_unit(&s, i));
    }
    return value_number(-1);
}

// The argument as a regular expression: itself, or one made from its text.
static struct value arg_regexp(struct value_call *call, const char *flags)
{
    struct value pattern = value_arg(call, 0);
    if (pattern.type == VALUE_REGEXP)
        return pattern;
    struct slice source = pattern.type == VALUE_UNDEFINED ? SLICE_EMPTY : arg_text(call, 0);
    return value_regexp(call->realm->arena, source, slice_from_cstr(flags), call->error);
}

static struct value self_string(struct value_call *call)
{
    return value_string(value_to_text(call->realm, call->self));
}

static struct value string_match(struct value_call *call)
{
    struct value pattern = arg_regexp(call, "");
    if (pattern.type != VALUE_REGEXP)
        return value_undefined();
    return regexp_match_text(call->realm, pattern, self_string(call), call->error);
}

static struct value string_match_all(struct value_call *call)
{
    struct value pattern = arg_regexp(call, "g");
    if (pattern.type != VALUE_REGEXP)
        return value_undefined();
    if (!value_regexp_is_global(pattern))
        return method_error(call, ERROR_RUNTIME,
                            "matchAll: the regular expression needs the g flag");
    return regexp_match_all(call->realm, pattern, self_string(call), call->error);
}

static struct value string_search(struct value_call *call)
{
    struct value pattern = arg_regexp(call, "");
    if (pattern.type != VALUE_REGEXP)
        return value_undefined();
    return regexp_search(call->realm, pattern, self_string(call), call->error);
}

static struct value string_replace(struct value_call *call)
{
    return value_replace(call->realm, value_to_text(call->realm, call->self), value_arg(call, 0),
                         value_arg(call, 1), false, call->error);
}

static struct value string_replace_all(struct value_call *call)
{
    struct value pattern = value_arg(call, 0);
    if (pattern.type == VALUE_REGEXP && !value_regexp_is_global(pattern))
        return method_error(call, ERROR_RUNTIME,
                            "replaceAll: the regular expression needs the g flag");
    return value_replace(call->realm, value_to_text(call->realm, call->self), pattern,
                         value_arg(call, 1), true, call->error);
}

// ---- split ----

static bool push_part(struct value_call *call, struct value parts, struct slice part,
                      uint32_t limit)
{
    if (value_length(call->realm, parts) >= limit)
        return false;
    return value_push(call->realm, call->realm->arena, parts, value_string(part)) ||
           error_memory(call->error);
}

// split(""): JavaScript cuts surrogate pairs apart, which our texts cannot show; they stay whole,
// so that split, reverse and join give valid text.
static struct value split_characters(struct value_call *call, struct slice text, uint32_t limit)
{
    struct value parts = value_array(call->realm->arena, 8);
    size_t at = 0, start;
    while ((start = at) < text.len) {
        utf8_decode(text, &at);
        if (!push_part(call, parts, slice_sub(text, start, at), limit))
            break;
    }
    return parts;
}

static struct value split_text(struct value_call *call, struct slice text, struct slice separator,
                               uint32_t limit)
{
    struct value parts = value_array(call->realm->arena, 4);
    size_t from = 0, at;
    while ((at = slice_find(text, separator, from)) != SIZE_MAX) {
        if (!push_part(call, parts, slice_sub(text, from, at), limit))
            return parts;
        from = at + separator.len;
    }
    push_part(call, parts, slice_sub(text, from, text.len), limit);
    return parts;
}

static struct value string_split(struct value_call *call)
{
    struct slice text = value_to_text(call->realm, call->self);
    struct value separator = value_arg(call, 0);
    uint32_t limit = (uint32_t)arg_integer(call, 1, UINT32_MAX);
    if (separator.type == VALUE_REGEXP)
        return regexp_split(call->realm, separator, text, limit, call->error);
    if (separator.type == VALUE_UNDEFINED) {
        struct value whole = value_array(call->realm->arena, 1);
        push_part(call, whole, text, limit);
        return whole;
    }
    struct slice between = arg_text(call, 0);
    return between.len ? split_text(call, text, between, limit)
                       : split_characters(call, text, limit);
}

static const struct value_function ROWS[] = {
    METHOD("at", string_at),
    METHOD("charAt", string_char_at),
    METHOD("charCodeAt", string_char_code_at),
    METHOD("codePointAt", string_code_point_at),
    METHOD("concat", string_concat),
    METHOD("endsWith", string_ends_with),
    METHOD("hasOwnProperty", method_has_own_property),
    METHOD("includes", string_includes),
    METHOD("indexOf", string_index_of),
    METHOD("lastIndexOf", string_last_index_of),
    METHOD("localeCompare", string_locale_compare),
    METHOD("match", string_match),
    METHOD("matchAll", string_match_all),
    METHOD("normalize", string_normalize),
    METHOD("padEnd", string_pad_end),
    METHOD("padStart", string_pad_start),
    METHOD("repeat", string_repeat),
    METHOD("replace", string_replace),
    METHOD("replaceAll", string_replace_all),
    METHOD("search", string_search),
    METHOD("slice", string_slice),
    METHOD("split", string_split),
    METHOD("startsWith", string_starts_with),
    METHOD("substr", string_substr),
    METHOD("substring", string_substring),
    METHOD("toLocaleLowerCase", string_to_lower_case),
    METHOD("toLocaleUpperCase", string_to_upper_case),
    METHOD("toLowerCase", string_to_lower_case),
    METHOD("toString", method_value_of),
    METHOD("toUpperCase", string_to_upper_case),
    METHOD("trim", string_trim),
    METHOD("trimEnd", string_trim_end),
    METHOD("trimLeft", string_trim_start),
    METHOD("trimRight", string_trim_end),
    METHOD("trimStart", string_trim_start),
    METHOD("valueOf", method_value_of),
};
const struct method_table METHODS_STRING = METHOD_TABLE(ROWS);
