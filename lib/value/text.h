// SPDX-License-Identifier: MIT
//
// Private to lib/value: strings as the methods make and measure them. Bytes outside, UTF-16 units
// inside, and every string under the realm's limit.
#ifndef GUIDANCED_VALUE_TEXT_H
#define GUIDANCED_VALUE_TEXT_H

#include "base/utf8.h"
#include "value/value.h"

// Longest output of text_format_number: "-0.0000012345678901234567" and the like.
enum { TEXT_NUMBER_MAX = 32 };

// 10^0 to 10^22: the powers that are exact in a double.
extern const double TEXT_POWERS_OF_TEN[23];

// Writes Number::toString(number) without a NUL; returns the bytes used.
size_t text_format_number(double number, char out[TEXT_NUMBER_MAX]);

// Number.prototype.toFixed, toPrecision and toExponential of a finite number. `digits` as in
// JavaScript; toExponential with digits -1 gives as many as needed.
void text_append_fixed(struct buffer *out, double number, int digits);
void text_append_precision(struct buffer *out, double number, int precision);
void text_append_exponential(struct buffer *out, double number, int digits);

// The shortest digits of a number that is not negative, without an exponent, rounded half up to
// `fraction` digits after the point or, where that is not 0, to `significant` ones. No trailing
// zeros after the point: what Intl.NumberFormat starts from.
void text_append_rounded(struct buffer *out, double number, int fraction, int significant);

// Reads a StrDecimalLiteral (ECMA-262 §7.1.4.1) at the start of the text. Returns the bytes used,
// 0 when there is none.
size_t text_scan_number(struct slice text, double *number);

// A buffer in the realm's arena, limited to the realm's longest string.
struct buffer text_buffer(struct value_realm *realm);
// The buffer's text as a value. On failure *error is set (limit or memory) and it is undefined.
struct value text_finish(struct value_realm *realm, struct buffer *buffer, struct error *error);

// Without JavaScript's white space at either end.
struct slice text_trim(struct slice text, bool start, bool end);

// A string and its length: every method that counts in UTF-16 units begins with it.
struct text_units {
    struct slice text;
    bool ascii;
    size_t length; // UTF-16 units
};
struct text_units text_units_of(struct value_realm *realm, struct value v);
// Units [from, to), both within the length. A cut through a surrogate pair leaves U+FFFD.
struct value text_units_slice(struct value_realm *realm, const struct text_units *s, size_t from,
                              size_t to);
size_t text_unit_to_offset(const struct text_units *s, size_t unit);
size_t text_offset_to_unit(const struct text_units *s, size_t offset);
// The code unit at `unit`, which is below the length.
uint32_t text_unit_at(const struct text_units *s, size_t unit);

#endif
