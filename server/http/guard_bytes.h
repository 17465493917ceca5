// SPDX-License-Identifier: MIT
//
// Which bytes are allowed where. Every byte of a request is tested once. Private to the guard's
// files.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_BYTES_H
#define GUIDANCED_SERVER_HTTP_GUARD_BYTES_H

#include "base/ascii.h"

enum { GUARD_MORE = -1 }; // incomplete and fine so far

// Bit maps of ASCII, so that each test is a shift.
static inline bool guard_is_in(const uint64_t map[2], unsigned char c)
{
    return c < 0x80 && (map[c >> 6] >> (c & 63) & 1);
}

// RFC 3986 §2: visible ASCII except "<>\\^`{|} and #, which begins a fragment.
static inline bool guard_is_target_byte(unsigned char c)
{
    static const uint64_t MAP[2] = {UINT64_C(0xaffffff200000000), UINT64_C(0x47fffffeafffffff)};
    return guard_is_in(MAP, c);
}

// RFC 9110 §5.5: visible characters, obs-text, space and tab.
static inline bool guard_is_field_byte(unsigned char c)
{
    return (c >= 0x20 && c != 0x7f) || c == '\t';
}

static inline bool guard_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// The end of the run of such bytes at `at`.
static inline size_t guard_skip_token(struct slice text, size_t at)
{
    while (at < text.len && ascii_is_token(text.ptr[at]))
        at++;
    return at;
}

static inline size_t guard_skip_target(struct slice text, size_t at)
{
    while (at < text.len && guard_is_target_byte((unsigned char)text.ptr[at]))
        at++;
    return at;
}

static inline size_t guard_skip_blanks(struct slice text, size_t at)
{
    while (at < text.len && guard_is_blank(text.ptr[at]))
        at++;
    return at;
}

// Values are most of a head. Eight bytes are tested in one word: bytes below 0x20 and 0x7f set the
// high bit of their byte (and sometimes of the next, which is then tested alone).
static inline size_t guard_skip_field(struct slice text, size_t at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    for (uint64_t word; text.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.ptr + at, sizeof word);
        uint64_t del = word ^ ones * 0x7f;
        if ((((word - ones * 0x20) & ~word) | ((del - ones) & ~del)) & high)
            break;
    }
    while (at < text.len && guard_is_field_byte((unsigned char)text.ptr[at]))
        at++;
    return at;
}

// The line end at `at`: 0 for CR LF, GUARD_MORE if it may come, or 400 (RFC 9112 §2.2: a lone CR or
// LF is not one).
static inline int guard_line_end(struct slice text, size_t at)
{
    if (at < text.len && text.ptr[at] != '\r')
        return 400;
    if (at + 1 >= text.len)
        return GUARD_MORE;
    return text.ptr[at + 1] == '\n' ? 0 : 400;
}

#endif
