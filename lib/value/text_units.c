// SPDX-License-Identifier: MIT
//
// Strings as JavaScript measures them. guidanced keeps UTF-8; length, index and slice count UTF-16
// units. For ASCII text the two are the same; this is checked once per call and nearly always true.
#include "value/text.h"

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
