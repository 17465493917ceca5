// SPDX-License-Identifier: MIT
//
// Classes of ASCII bytes, whatever the locale; other bytes are in none. What only one language
// calls white space or a word is in the file that reads that language, under its own name.
#ifndef GUIDANCED_BASE_ASCII_H
#define GUIDANCED_BASE_ASCII_H

#include "slice.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Space, tab, LF, VT, FF and CR: what slice_trim removes.
static inline bool ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Whether a token may have it (RFC 9110 §5.6.2): letters, digits and !#$%&'*+-.^_`|~
static inline bool ascii_is_token(char c)
{
    static const uint64_t MAP[2] = {UINT64_C(0x3ff6cfa00000000), UINT64_C(0x57ffffffc7fffffe)};
    unsigned char byte = (unsigned char)c;
    return byte < 0x80 && (MAP[byte >> 6] >> (byte & 63) & 1);
}

// The value of a hexadecimal digit; -1 for another byte.
static inline int ascii_hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The byte that "%41" at `at` stands for (RFC 3986 §2.1); -1: there is no such escape.
static inline int ascii_escaped_byte(struct slice text, size_t at)
{
    int high = at + 2 < text.len && text.ptr[at] == '%' ? ascii_hex_value(text.ptr[at + 1]) : -1;
    int low = high >= 0 ? ascii_hex_value(text.ptr[at + 2]) : -1;
    return low >= 0 ? high << 4 | low : -1;
}

// A copy with capitals as small letters and a NUL after it; {NULL, 0} on failure.
struct slice ascii_lower(struct arena *arena, struct slice text);

#endif
