// SPDX-License-Identifier: MIT
//
// Filters from text to text. Lengths and positions are JavaScript's: UTF-16 units.
// Source: Nunjucks 3.2.4, src/filters.js (behaviour).
#include "builtins.h"

#include "base/utf8.h"

#include <math.h>

// ---- pieces of text ----

// Whether the unit is the second half of a surrogate pair, which UTF-8 cannot express.
static bool splits_pair(struct slice text, size_t unit)
{
    size_t at = utf8_offset_of_utf16(text, unit);
    return at < text.len && utf8_utf16_of_offset(text, at) != unit;
}

void builtin_append_units(struct buffer *out, struct slice text, size_t from, size_t to)
{
    size_t start = utf8_offset_of_utf16(text, from);
    size_t end = utf8_offset_of_utf16(text, to);
    if (from < to && splits_pair(text, from)) {
        utf8_append(out, 0xfffd);
        utf8_decode(text, &start);
    }
    if (start < end)
        buffer_append(out, slice_sub(text, start, end));
    if (from < to && splits_pair(text, to))
        utf8_append(out, 0xfffd);
}

// Where the code point that ends at `end` begins.
static size_t step_back(struct slice text, size_t end)
{
    size_t at = end - 1;
    while (at > 0 && end - at < 4 && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
        at--;
    return at;
}

// Looks only at the ends: the text may be a whole page.
struct slice builtin_trim(struct slice text)
{
    size_t start = 0, end = text.len;
    while (start < end) {
        size_t next = start;
        if (!utf8_is_space(utf8_decode(text, &next)))
            break;
        start = next;
    }
    while (end > start) {
        size_t last = step_back(text, end), at = last;
        if (!utf8_is_space(utf8_decode(text, &at)))
            break;
        end = last;
    }
    return slice_sub(text, start, end);
}

static size_t append_spaces(struct buffer *out, double count)
{
    static const struct slice many = {"                                ", 32};
    size_t written = 0;
    while ((double)written < count && !out->failed) {
        double rest = ceil(count - (double)written);
        struct slice spaces = slice_sub(many, 0, rest < (double)many.len ? (size_t)rest : many.len);
        buffer_append(out, spaces);
        written += spaces.len;
    }
    return written;
}

// ---- case ----

static void append_capitalised(struct buffer *out, struct slice text)
{
    // Lower-cases all of it first: the form of a final sigma depends on what precedes it.
    struct buffer lower = buffer_create(out->arena, out->max);
    utf8_append_lower(&lower, text);
    text = buffer_slice(&lower);
    size_t first = 0;
    if (text.len > 0)
        utf8_decode(text, &first);
    utf8_append_upper(out, slice_sub(text, 0, first));
    buffer_append(out, slice_sub(text, first, text.len));
    out->failed |= lower.failed;
}

struct value filter_capitalize(struct value_call *call)
{
    struct value v = builtin_normalise(value_arg(call, 0));
    struct slice text;
    if (!builtin_text(call, "capitalize", v, &text))
        return value_undefined();
    struct buffer out = builtin_buffer(call);
    append_capitalised(&out, text);
    return builtin_finish(call, &out, v);
}

struct value filter_title(struct value_call *call)
{
    struct value v = builtin_normalise(value_arg(call, 0));
    struct slice rest;
    if (!builtin_text(call, "title", v, &rest))
        return value_undefined();
    struct buffer out = builtin_buffer(call);
    struct slice word;
    for (bool more = slice_split(&rest, ' ', &word), first = true; more; first = false) {
        if (!first)
            buffer_append_byte(&out, ' ');
        append_capitalised(&out, word);
        more = slice_split(&rest, ' ', &word);
    }
    return builtin_finish(call, &out, v);
}

// upper and lower lose safety: JavaScript's methods give plain strings.
static struct value change_case(struct value_call *call, const char *filter,
                                void (*append)(struct buffer *, struct slice))
{
    struct slice text;
    if (!builtin_text(call, filter, builtin_normalise(value_arg(call, 0)), &text))
        return value_undefined();
    struct buffer out = builtin_buffer(call);
    append(&out, text);
    return builtin_finish_plain(call, &out);
}

struct value filter_lower(struct value_call *call)
{
    return change_case(call, "lower", utf8_append_lower);
}

struct value filter_upper(struct value_call *call)
{
    return change_case(call, "upper", utf8_append_upper);
}

// ---- white space and width ----

struct value filter_trim(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct slice text;
    if (!builtin_text(call, "trim", v, &text))
        return value_undefined();
    return template_copy_safeness(v, builtin_trim(text));
}

// Accepts anything, as Nunjucks does: a value without a length gets no spaces, but becomes a text.
struct value filter_center(struct value_call *call)
{
    struct value v = builtin_normalise(value_arg(call, 0));
    struct value width_arg = value_arg(call, 1);
    double width = value_truthy(width_arg) ? value_to_number(call->realm, width_arg) : 80;
    double length =
        value_to_number(call->realm, value_property(call->realm, v, VALUE_LITERAL("length")));
    if (length >= width)
        return v;
    double spaces = width - length;
    struct buffer out = builtin_buffer(call);
    // Fractions of a space are rounded up: Nunjucks' repeat() counts while i < n.
    append_spaces(&out, spaces / 2 - fmod(spaces, 2));
    value_append_text(call->realm, &out, v, true);
    append_spaces(&out, spaces / 2);
    return builtin_finish(call, &out, v);
}

struct value filter_indent(struct value_call *call)
{
    struct value v = builtin_normalise(value_arg(call, 0));
    struct slice rest;
    if (!builtin_text(call, "indent", v, &rest))
        return value_undefined();
    struct value width_arg = value_arg(call, 1);
    double width = value_truthy(width_arg) ? value_to_number(call->realm, width_arg) : 4;
    bool first = value_truthy(value_arg(call, 2));
    if (rest.len == 0 && !builtin_is_safe(v))
        return v;
    struct buffer out = builtin_buffer(call);
    for (bool start = true;; start = false) {
        size_t end = slice_find_byte(rest, '\n', 0);
        if (!start || first)
            append_spaces(&out, width);
        buffer_append(&out, slice_sub(rest, 0, end == SIZE_MAX ? rest.len : end + 1));
        if (end == SIZE_MAX)
            return builtin_finish(call, &out, v);
        rest = slice_sub(rest, end + 1, rest.len);
    }
}

struct value filter_nl2br(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct slice text;
    if (value_is_nullish(v))
        return VALUE_LITERAL("");
    if (!builtin_text(call, "nl2br", v, &text))
        return value_undefined();
    struct buffer out = builtin_buffer(call);
    for (size_t from = 0;;) {
        size_t at = slice_find_byte(text, '\n', from);
        if (at == SIZE_MAX) {
            buffer_append(&out, slice_sub(text, from, text.len));
            return builtin_finish(call, &out, v);
        }
        size_t end = at > from && text.ptr[at - 1] == '\r' ? at - 1 : at;
        buffer_append(&out, slice_sub(text, from, end));
        buffer_append_cstr(&out, "<br />\n");
        from = at + 1;
    }
}

// ---- shortening ----

// JavaScript's lastIndexOf(' ', position): a UTF-16 unit, or -1. NaN looks at the whole text.
static double last_space(struct slice text, double position)
{
    size_t units = utf8_utf16_length(text);
    size_t limit = position != position || position >= (double)units
                       ? text.len
                       : utf8_offset_of_utf16(text, position > 0 ? (size_t)position : 0) + 1;
    for (size_t at = limit < text.len ? limit : text.len; at-- > 0;)
        if (text.ptr[at] == ' ')
            return (double)utf8_utf16_of_offset(text, at);
    return -1;
}

struct value filter_truncate(struct value_call *call)
{
    struct value v = builtin_normalise(value_arg(call, 0));
    struct value length_arg = value_arg(call, 1);
    struct value end = value_arg(call, 3);
    double limit = value_truthy(length_arg) ? value_to_number(call->realm, length_arg) : 255;
    double length =
        value_to_number(call->realm, value_property(call->realm, v, VALUE_LITERAL("length")));
    if (length <= limit)
        return v;
    struct slice text;
    if (!builtin_text(call, "truncate", v, &text))
        return value_undefined();
    double cut = value_truthy(value_arg(call, 2)) ? limit : last_space(text, limit);
    cut = cut == -1 ? limit : cut;
    struct buffer out = builtin_buffer(call);
    builtin_append_units(&out, text, 0, cut > 0 ? (size_t)cut : 0);
    if (value_is_nullish(end))
        buffer_append_cstr(&out, "...");
    else
        value_append_text(call->realm, &out, end, true);
    return builtin_finish(call, &out, value_arg(call, 0));
}

// ---- replace ----

// The replacement as `a + new_ + b` would convert it.
static struct slice replacement_text(struct value_call *call, struct value v)
{
    return value_is(v, VALUE_UNDEFINED) ? SLICE("undefined") : value_to_text(call->realm, v);
}

// The empty text occurs between all characters: "abc" | replace("", ".") is ".a.b.c.".
static struct value replace_nothing(struct value_call *call, struct value v, struct slice text)
{
    struct value with = value_arg(call, 2);
    struct slice outer = replacement_text(call, with);
    // join(undefined) uses a comma.
    struct slice inner = value_is(with, VALUE_UNDEFINED) ? SLICE(",") : outer;
    struct buffer out = builtin_buffer(call);
    buffer_append(&out, outer);
    for (size_t at = 0; at < text.len && !out.failed;) {
        size_t start = at;
        utf8_decode(text, &at);
        if (start > 0)
            buffer_append(&out, inner);
        buffer_append(&out, slice_sub(text, start, at));
    }
    buffer_append(&out, outer);
    return builtin_finish(call, &out, v);
}

// count < maximum, as JavaScript compares; -1 is no maximum.
static bool below_maximum(struct value_call *call, double count, struct value maximum)
{
    if (value_is(maximum, VALUE_UNDEFINED))
        return true;
    if (value_is(maximum, VALUE_NUMBER) && maximum.number == -1)
        return true;
    return value_compare(call->realm, value_number(count), maximum) == -1;
}

static struct value replace_text(struct value_call *call, struct value v, struct slice text,
                                 struct slice old)
{
    struct value maximum = value_arg(call, 3);
    size_t next = slice_find(text, old, 0);
    if (next == SIZE_MAX || (value_is(maximum, VALUE_NUMBER) && maximum.number == 0))
        return v;
    struct slice with = replacement_text(call, value_arg(call, 2));
    struct buffer out = builtin_buffer(call);
    size_t from = 0;
    for (double count = 0; next != SIZE_MAX && below_maximum(call, count, maximum); count++) {
        buffer_append(&out, slice_sub(text, from, next));
        buffer_append(&out, with);
        from = next + old.len;
        next = slice_find(text, old, from);
    }
    buffer_append(&out, slice_sub(text, from, text.len));
    return builtin_finish(call, &out, v);
}

struct value filter_replace(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct value old = value_arg(call, 1);
    struct slice text;
    if (value_is(old, VALUE_REGEXP)) {
        if (!builtin_text(call, "replace", v, &text))
            return value_undefined();
        return value_replace(call->realm, text, old, value_arg(call, 2), false, call->error);
    }
    if (!value_is(old, VALUE_NUMBER) && !builtin_is_plain_string(old))
        return v;
    if (value_is(v, VALUE_NUMBER))
        v = value_string(value_to_text(call->realm, v));
    if (!value_is(v, VALUE_STRING))
        return v;
    text = value_text(v);
    struct slice needle = value_to_text(call->realm, old);
    return needle.len == 0 ? replace_nothing(call, v, text) : replace_text(call, v, text, needle);
}

// ---- safety ----

static struct value as_text(struct value_call *call, struct value v)
{
    if (value_is_nullish(v))
        return VALUE_LITERAL("");
    return value_is(v, VALUE_STRING) ? v : value_string(value_to_text(call->realm, v));
}

struct value filter_safe(struct value_call *call)
{
    struct value v = as_text(call, value_arg(call, 0));
    v.flags |= VALUE_SAFE;
    return v;
}

struct value filter_escape(struct value_call *call)
{
    return template_escape(call->realm, value_arg(call, 0));
}

struct value filter_forceescape(struct value_call *call)
{
    struct value v = as_text(call, value_arg(call, 0));
    v.flags &= (uint8_t)~VALUE_SAFE;
    return template_escape(call->realm, v);
}

struct value filter_string(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    if (value_is_nullish(v))
        return builtin_wrong_type(call, "string", "a value", v);
    return as_text(call, v);
}
