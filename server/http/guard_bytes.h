// SPDX-License-Identifier: MIT
//
// Which bytes may stand where, as maps of the 128 of ASCII: every byte of a request is asked, so
// each answer is a shift. Private to the guard's files.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_BYTES_H
#define GUIDANCED_SERVER_HTTP_GUARD_BYTES_H

#include <stdbool.h>
#include <stdint.h>

static inline bool guard_is_in(const uint64_t map[2], unsigned char c)
{
    return c < 0x80 && (map[c >> 6] >> (c & 63) & 1);
}

// RFC 9110 §5.6.2: letters, digits and !#$%&'*+-.^_`|~
static inline bool guard_is_token_byte(unsigned char c)
{
    static const uint64_t MAP[2] = {UINT64_C(0x3ff6cfa00000000), UINT64_C(0x57ffffffc7fffffe)};
    return guard_is_in(MAP, c);
}

// RFC 3986 §2: visible ASCII but "<>\\^`{|} and #, which begins a fragment.
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

#endif
