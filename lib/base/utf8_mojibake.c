// SPDX-License-Identifier: MIT
//
// Text that was encoded twice: UTF-8 bytes read as Windows-1252 and encoded again. A run is
// reported when its characters, turned back into Windows-1252 bytes, are well-formed UTF-8 of more
// than one byte a character: prose does not do that by accident.
#include "utf8.h"

// Windows-1252's code points for bytes 0x80 to 0x9f; 0 where it has none, which means the byte
// itself.
static const uint16_t CP1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

// The Windows-1252 byte of a code point, or -1.
static int cp1252_byte(uint32_t code_point)
{
    if (code_point >= 0x80 && code_point <= 0xff)
        return (int)code_point;
    for (int i = 0; i < 32; i++)
        if (CP1252[i] && CP1252[i] == code_point)
            return 0x80 + i;
    return -1;
}

// Tries the run at `from`: up to four characters that make one sequence. Bytes used, or 0.
static size_t try_run(struct slice text, size_t from, uint32_t *meant)
{
    char bytes[4];
    size_t count = 0, at = from;
    while (count < 4 && at < text.len) {
        int byte = cp1252_byte(utf8_decode(text, &at));
        if (byte < 0)
            return 0;
        bytes[count++] = (char)byte;
        size_t used = 0;
        uint32_t code_point = utf8_decode(slice_of(bytes, count), &used);
        if (count > 1 && used == count && code_point != 0xfffd) {
            *meant = code_point;
            return at - from;
        }
    }
    return 0;
}

bool utf8_find_mojibake(struct slice text, size_t from, size_t *at, size_t *len,
                        struct buffer *repaired)
{
    for (size_t i = from; i < text.len; i++) {
        if (!((unsigned char)text.ptr[i] & 0x80))
            continue;
        uint32_t meant;
        size_t used = try_run(text, i, &meant);
        if (used) {
            *at = i;
            *len = used;
            utf8_append(repaired, meant);
            return true;
        }
        size_t next = i;
        utf8_decode(text, &next);
        i = next - 1;
    }
    return false;
}
