// SPDX-License-Identifier: MIT
//
// Decoding and encoding UTF-8, and counting it the way JavaScript does.
#include "utf8.h"

// Bytes of the sequence a lead byte opens; 0 when it cannot open one.
static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if ((lead & 0xf0) == 0xe0)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

// The code point at ptr, or UINT32_MAX when it is malformed. RFC 3629 §4.
static uint32_t decode_code_point(const unsigned char *ptr, size_t left, size_t *length)
{
    invariant(left > 0);
    size_t n = sequence_length(ptr[0]);
    *length = n;
    if (!n || n > left)
        return UINT32_MAX;
    if (n == 1)
        return ptr[0];
    uint32_t code_point = ptr[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((ptr[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        code_point = code_point << 6 | (ptr[i] & 0x3fu);
    }
    static const uint32_t SMALLEST[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    return code_point < SMALLEST[n] || surrogate || code_point > 0x10ffff ? UINT32_MAX : code_point;
}

// Eight bytes as one number; its HIGH_BITS are those of bytes that are not ASCII.
static uint64_t load_word(const char *ptr)
{
    uint64_t word;
    memcpy(&word, ptr, sizeof word);
    return word;
}

static const uint64_t HIGH_BITS = UINT64_C(0x8080808080808080);

size_t utf8_skip_ascii(struct slice text, size_t from)
{
    for (; from + 32 <= text.len; from += 32)
        if ((load_word(text.ptr + from) | load_word(text.ptr + from + 8) |
             load_word(text.ptr + from + 16) | load_word(text.ptr + from + 24)) &
            HIGH_BITS)
            break;
    while (from + 8 <= text.len && !(load_word(text.ptr + from) & HIGH_BITS))
        from += 8;
    while (from < text.len && !((unsigned char)text.ptr[from] & 0x80))
        from++;
    return from;
}

size_t utf8_find_invalid(struct slice text)
{
    for (size_t i = utf8_skip_ascii(text, 0); i < text.len;) {
        size_t length;
        if (decode_code_point((const unsigned char *)text.ptr + i, text.len - i, &length) ==
            UINT32_MAX)
            return i;
        i += length;
        if (i < text.len && !((unsigned char)text.ptr[i] & 0x80))
            i = utf8_skip_ascii(text, i);
    }
    return SIZE_MAX;
}

bool utf8_is_ascii(struct slice text)
{
    return utf8_skip_ascii(text, 0) == text.len;
}

uint32_t utf8_decode(struct slice text, size_t *offset)
{
    size_t length;
    uint32_t code_point =
        decode_code_point((const unsigned char *)text.ptr + *offset, text.len - *offset, &length);
    *offset += code_point == UINT32_MAX ? 1 : length;
    return code_point == UINT32_MAX ? 0xfffd : code_point;
}

size_t utf8_encode(uint32_t code_point, char out[4])
{
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
        code_point = 0xfffd;
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t n = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    static const unsigned char LEAD[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; code_point >>= 6)
        out[i] = (char)(0x80 | (code_point & 0x3f));
    out[0] = (char)(LEAD[n] | code_point);
    return n;
}

void utf8_append(struct buffer *buffer, uint32_t code_point)
{
    char bytes[4];
    buffer_append(buffer, slice_of(bytes, utf8_encode(code_point, bytes)));
}

size_t utf8_count(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return count;
}

// A code point above the basic plane (a four-byte sequence) is two units.
size_t utf8_utf16_length(struct slice text)
{
    size_t units = 0, i = 0;
    // Bytes that continue (10……) do not count, those that begin a pair of surrogates (1111…) twice.
    // Most texts are ASCII for long stretches.
    while (i < text.len) {
        size_t end = utf8_skip_ascii(text, i);
        units += end - i;
        i = end;
        for (unsigned n = 0; n < 16 && i < text.len; n++) {
            unsigned char c = (unsigned char)text.ptr[i++];
            units += (size_t)((c & 0xc0) != 0x80) + (c >= 0xf0);
        }
    }
    return units;
}

size_t utf8_offset_of_utf16(struct slice text, size_t unit)
{
    size_t i = 0;
    while (i < text.len && unit > 0) {
        size_t next = i;
        size_t width = utf8_decode(text, &next) > 0xffff ? 2 : 1;
        if (unit < width)
            break;
        unit -= width;
        i = next;
    }
    return i;
}

size_t utf8_utf16_of_offset(struct slice text, size_t offset)
{
    return utf8_utf16_length(slice_sub(text, 0, offset));
}
