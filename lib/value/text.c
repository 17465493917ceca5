// SPDX-License-Identifier: MIT
//
// Strings as JavaScript measures them. guidanced keeps UTF-8; length, index and slice count UTF-16
// units. For ASCII text the two are the same, which is asked once a call and nearly always so.
#include "value/text.h"

static const size_t TEXT_MAX = (size_t)64 << 20;

static size_t text_limit(const struct value_realm *realm)
{
    return realm->text_max ? realm->text_max : TEXT_MAX;
}

struct buffer text_buffer(struct value_realm *realm)
{
    return buffer_create(realm->arena, text_limit(realm));
}

struct value text_finish(struct value_realm *realm, struct buffer *buffer, struct error *error)
{
    if (!buffer->failed)
        return value_string(buffer_slice(buffer));
    if (buffer->overflow)
        error_set(error, ERROR_LIMIT, "a text grew past the limit of %zu bytes", text_limit(realm));
    else
        error_memory(error);
    return value_undefined();
}

struct value value_concat(struct value_realm *realm, const struct slice *parts, size_t count,
                          struct error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > text_limit(realm) - total) {
            error_set(error, ERROR_LIMIT, "a text grew past the limit of %zu bytes",
                      text_limit(realm));
            return value_undefined();
        }
        total += parts[i].len;
    }
    char *text = arena_alloc_text(realm->arena, total);
    if (!text) {
        error_memory(error);
        return value_undefined();
    }
    char *at = text;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    return value_string(slice_of(text, total));
}

static bool space_at(struct slice text, size_t *offset)
{
    unsigned char byte = (unsigned char)text.ptr[*offset];
    if (byte > 0x20 && byte < 0x80)
        return false;
    return utf8_is_space(utf8_decode(text, offset));
}

static struct slice trim_start(struct slice text)
{
    size_t at = 0;
    for (size_t next = 0; at < text.len && space_at(text, &next);)
        at = next;
    return slice_sub(text, at, text.len);
}

static struct slice trim_end(struct slice text)
{
    while (text.len > 0) {
        size_t at = text.len - 1;
        while (at > 0 && text.len - at < 4 && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
            at--;
        size_t next = at;
        if (!space_at(text, &next) || next != text.len)
            break;
        text.len = at;
    }
    return text;
}

struct slice text_trim(struct slice text, bool start, bool end)
{
    if (start)
        text = trim_start(text);
    return end ? trim_end(text) : text;
}

struct text_units text_units_of(struct value_realm *realm, struct value v)
{
    struct text_units s = {.text =
                               v.type == VALUE_STRING ? value_text(v) : value_to_text(realm, v)};
    bool known = v.type == VALUE_STRING && (v.flags & VALUE_ASCII);
    s.ascii = known || utf8_is_ascii(s.text);
    s.length = s.ascii ? s.text.len : utf8_utf16_length(s.text);
    return s;
}

size_t text_unit_to_offset(const struct text_units *s, size_t unit)
{
    if (s->ascii)
        return unit > s->text.len ? s->text.len : unit;
    return utf8_offset_of_utf16(s->text, unit);
}

size_t text_offset_to_unit(const struct text_units *s, size_t offset)
{
    return s->ascii ? offset : utf8_utf16_of_offset(s->text, offset);
}

// True when `unit`, which starts at or within the code point at `offset`, is the second of a pair.
static bool splits_pair(const struct text_units *s, size_t unit, size_t offset)
{
    return !s->ascii && offset < s->text.len && utf8_utf16_of_offset(s->text, offset) != unit;
}

uint32_t text_unit_at(const struct text_units *s, size_t unit)
{
    size_t offset = text_unit_to_offset(s, unit);
    if (s->ascii)
        return (unsigned char)s->text.ptr[offset];
    bool second = splits_pair(s, unit, offset);
    uint32_t code_point = utf8_decode(s->text, &offset);
    if (code_point < 0x10000)
        return code_point;
    code_point -= 0x10000;
    return second ? 0xdc00 + (code_point & 0x3ff) : 0xd800 + (code_point >> 10);
}

struct value text_units_slice(struct value_realm *realm, const struct text_units *s, size_t from,
                              size_t to)
{
    if (from >= to)
        return value_string(SLICE_EMPTY);
    size_t start = text_unit_to_offset(s, from), end = text_unit_to_offset(s, to);
    if (s->ascii) {
        struct value v = value_string(slice_sub(s->text, start, end));
        v.flags = VALUE_ASCII;
        return v;
    }
    bool first_cut = splits_pair(s, from, start), last_cut = splits_pair(s, to, end);
    if (!first_cut && !last_cut)
        return value_string(slice_sub(s->text, start, end));
    if (first_cut)
        utf8_decode(s->text, &start);
    struct slice lone = SLICE("\xef\xbf\xbd");
    struct slice parts[] = {first_cut ? lone : SLICE_EMPTY, slice_sub(s->text, start, end),
                            last_cut ? lone : SLICE_EMPTY};
    return value_concat(realm, parts, 3, NULL);
}
