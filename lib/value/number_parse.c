// SPDX-License-Identifier: MIT
//
// Text to numbers. Decimals are gathered into significant digits and an exponent; short ones are
// exact in double arithmetic, the rest go to strtod in a normal form that fits a fixed buffer.
#include "base/ascii.h"
#include "value/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    // Digits beyond the longest exact double matter only as "not zero".
    SIGNIFICANT_MAX = 780,
    EXPONENT_MAX = 99999,
};

struct gathered {
    char digits[SIGNIFICANT_MAX + 2]; // without leading zeros
    int count;
    int64_t exponent; // value is digits × 10^exponent
    bool any;         // there was a digit at all
};

static void gather_digit(struct gathered *g, char digit, bool fraction)
{
    g->any = true;
    if (g->count == 0 && digit == '0') {
        g->exponent -= fraction;
        return;
    }
    if (g->count < SIGNIFICANT_MAX) {
        g->digits[g->count++] = digit;
        g->exponent -= fraction;
        return;
    }
    if (digit != '0')
        g->digits[SIGNIFICANT_MAX - 1] |= 1; // sticky: still a digit, but no longer a tie
    g->exponent += !fraction;
}

static size_t gather_digits(struct gathered *g, struct slice text, size_t at, bool fraction)
{
    for (; at < text.len && ascii_is_digit(text.ptr[at]); at++)
        gather_digit(g, text.ptr[at], fraction);
    return at;
}

// An exponent part counts only if a digit follows its e and sign.
static size_t gather_exponent(struct gathered *g, struct slice text, size_t at)
{
    size_t i = at;
    if (i >= text.len || (text.ptr[i] != 'e' && text.ptr[i] != 'E'))
        return at;
    i++;
    bool negative = i < text.len && text.ptr[i] == '-';
    if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+'))
        i++;
    if (i >= text.len || !ascii_is_digit(text.ptr[i]))
        return at;
    int64_t exponent = 0;
    for (; i < text.len && ascii_is_digit(text.ptr[i]); i++) {
        if (exponent < INT64_C(1000000000000))
            exponent = exponent * 10 + (text.ptr[i] - '0');
    }
    g->exponent += negative ? -exponent : exponent;
    return i;
}

// Both operands are exact doubles, so one rounding gives the right answer (Clinger).
static bool gathered_fast(const struct gathered *g, double *number)
{
    if (g->count > 15 || g->exponent < -22 || g->exponent > 22)
        return false;
    uint64_t mantissa = 0;
    for (int i = 0; i < g->count; i++)
        mantissa = mantissa * 10 + (uint64_t)(g->digits[i] - '0');
    *number = g->exponent < 0 ? (double)mantissa / TEXT_POWERS_OF_TEN[-g->exponent]
                              : (double)mantissa * TEXT_POWERS_OF_TEN[g->exponent];
    return true;
}

static double gathered_value(struct gathered *g)
{
    double number;
    if (g->count == 0)
        return 0;
    if (gathered_fast(g, &number))
        return number;
    int64_t exponent = g->exponent;
    exponent = exponent > EXPONENT_MAX ? EXPONENT_MAX : exponent;
    exponent = exponent < -EXPONENT_MAX ? -EXPONENT_MAX : exponent;
    char text[SIGNIFICANT_MAX + 16];
    snprintf(text, sizeof text, "%.*se%d", g->count, g->digits, (int)exponent);
    return strtod(text, NULL);
}

size_t text_scan_number(struct slice text, double *number)
{
    size_t at = 0;
    bool negative = text.len && text.ptr[0] == '-';
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+'))
        at++;
    if (slice_starts_with(slice_sub(text, at, text.len), SLICE("Infinity"))) {
        *number = negative ? -INFINITY : INFINITY;
        return at + 8;
    }
    struct gathered g;
    g.count = 0;
    g.exponent = 0;
    g.any = false;
    at = gather_digits(&g, text, at, false);
    if (at < text.len && text.ptr[at] == '.') {
        size_t end = gather_digits(&g, text, at + 1, true);
        at = g.any ? end : at;
    }
    if (!g.any)
        return 0;
    at = gather_exponent(&g, text, at);
    *number = gathered_value(&g);
    if (negative)
        *number = -*number;
    return at;
}

double value_parse_float(struct slice text)
{
    double number;
    return text_scan_number(text_trim(text, true, false), &number) ? number : NAN;
}

static int digit_in(char c, int radix)
{
    int digit = ascii_is_digit(c)      ? c - '0'
                : c >= 'a' && c <= 'z' ? c - 'a' + 10
                : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                       : 99;
    return digit < radix ? digit : -1;
}

static bool has_hex_prefix(struct slice text)
{
    return text.len >= 2 && text.ptr[0] == '0' && (text.ptr[1] | 0x20) == 'x';
}

// Decimal integers too long for an exact double go to the decimal reader, which rounds once.
static double parse_decimal_integer(struct slice text)
{
    size_t end = 0;
    double number;
    while (end < text.len && ascii_is_digit(text.ptr[end]))
        end++;
    return end && text_scan_number(slice_sub(text, 0, end), &number) ? number : NAN;
}

// Bases that are powers of two: the first 64 bits exactly, what follows as a sticky bit, so that
// the one conversion to double rounds right.
static size_t parse_bits(struct slice text, int radix, double *number)
{
    uint64_t top = 0, sticky = 0;
    int dropped = 0, bits = 0;
    size_t at = 0;
    while ((1 << bits) < radix)
        bits++;
    for (int digit; at < text.len && (digit = digit_in(text.ptr[at], radix)) >= 0; at++) {
        if (top >> (64 - bits) == 0) {
            top = top << bits | (uint64_t)digit;
        } else {
            sticky |= digit != 0;
            dropped = dropped > 4096 ? dropped : dropped + bits;
        }
    }
    *number = ldexp((double)(top | sticky), dropped);
    return at;
}

// Other bases, in parts of 32 bits, as V8 does.
static size_t parse_parts(struct slice text, int radix, double *number)
{
    size_t at = 0;
    int digit = 0;
    *number = 0;
    while (digit >= 0) {
        uint32_t part = 0, scale = 1;
        while (scale <= UINT32_MAX / 36 / (uint32_t)radix) {
            digit = at < text.len ? digit_in(text.ptr[at], radix) : -1;
            if (digit < 0)
                break;
            part = part * (uint32_t)radix + (uint32_t)digit;
            scale *= (uint32_t)radix;
            at++;
        }
        *number = *number * scale + part;
    }
    return at;
}

static double parse_digits(struct slice text, int radix)
{
    double number;
    if (radix == 10)
        return parse_decimal_integer(text);
    bool bits = (radix & (radix - 1)) == 0;
    size_t used = bits ? parse_bits(text, radix, &number) : parse_parts(text, radix, &number);
    return used ? number : NAN;
}

double value_parse_int(struct slice text, int radix)
{
    text = text_trim(text, true, false);
    bool negative = text.len && text.ptr[0] == '-';
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+'))
        text = slice_sub(text, 1, text.len);
    if ((radix == 0 || radix == 16) && has_hex_prefix(text)) {
        text = slice_sub(text, 2, text.len);
        radix = 16;
    }
    radix = radix == 0 ? 10 : radix;
    if (radix < 2 || radix > 36)
        return NAN;
    double number = parse_digits(text, radix);
    return negative ? -number : number;
}
