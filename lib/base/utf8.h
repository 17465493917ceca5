// SPDX-License-Identifier: MIT
//
// UTF-8 (RFC 3629) and its view as UTF-16 code units, which is how JavaScript counts.
//
// Thread-safety: pure functions.
#ifndef GUIDANCED_BASE_UTF8_H
#define GUIDANCED_BASE_UTF8_H

#include "buffer.h"

// Offset of the first byte that is not part of well-formed UTF-8, or SIZE_MAX when all is well
// (no overlong forms, no surrogates, nothing above U+10FFFF).
size_t utf8_find_invalid(struct slice text);

// Offset of the first non-ASCII byte at or after `from`; the end if there is none.
size_t utf8_skip_ascii(struct slice text, size_t from);
// True when no byte is above 0x7f.
bool utf8_is_ascii(struct slice text);

// Decodes the code point at *offset and moves *offset after it. Malformed input gives U+FFFD and
// moves on by one byte. *offset must be below text.len.
uint32_t utf8_decode(struct slice text, size_t *offset);

// Writes the code point (surrogates and out of range: U+FFFD) into out[4]; returns the bytes used.
size_t utf8_encode(uint32_t code_point, char out[4]);
void utf8_append(struct buffer *buffer, uint32_t code_point);

// Number of UTF-16 code units of the text, and of its code points.
size_t utf8_utf16_length(struct slice text);
size_t utf8_count(struct slice text);

// Byte offset of UTF-16 unit number `unit` (clamped to the end). A unit inside a surrogate pair
// gives the offset of the pair's first byte.
size_t utf8_offset_of_utf16(struct slice text, size_t unit);

// UTF-16 unit number of a byte offset.
size_t utf8_utf16_of_offset(struct slice text, size_t offset);

// Unicode's full case mapping, as in JavaScript's toUpperCase and toLowerCase ("ﬁ" becomes "FI").
void utf8_append_upper(struct buffer *buffer, struct slice text);
void utf8_append_lower(struct buffer *buffer, struct slice text);
// The text in lower case, in the arena; {NULL, 0} when out of memory.
struct slice utf8_lower(struct arena *arena, struct slice text);

// The base letters of an accented Latin code point ("é" → "e", "ß" → "ss"), or NULL when it has
// none. For slugs and search.
const char *utf8_transliterate(uint32_t code_point);

// JavaScript's white space (ECMA-262 WhiteSpace and LineTerminator).
bool utf8_is_space(uint32_t code_point);
bool utf8_is_letter_or_digit(uint32_t code_point);

// Looks for text that was encoded twice ("â€™" for "’": UTF-8 read as Windows-1252), from `from`.
// On success *at and *len give the run, and the intended text is appended to `repaired`.
bool utf8_find_mojibake(struct slice text, size_t from, size_t *at, size_t *len,
                        struct buffer *repaired);

#endif
