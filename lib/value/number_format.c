// SPDX-License-Identifier: MIT
//
// Numbers to text, ECMA-262 §6.1.6.1.20: the fewest digits that read back as the same double, the
// closest of those, laid out as JavaScript lays them out.
//
// Most numbers in templates are integers or short decimals, so those have fast paths in integer and
// exact double arithmetic; the rest ask the C library for 16, then 17 digits.
#include "value/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DIGITS_MAX = 17,
    // No double has more significant decimal digits than this when written out exactly.
    EXACT_DIGITS = 767,
    EXACT_TEXT = EXACT_DIGITS + 16,
};

// 0.d1d2d3… × 10^point, without trailing zeros.
struct decimal {
    char digits[EXACT_DIGITS + 1];
    int count;
    int point;
};

const double TEXT_POWERS_OF_TEN[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
static const double INTEGER_LIMIT = 9007199254740992.0; // 2^53

static int write_unsigned(uint64_t n, char *out)
{
    char reversed[20];
    int count = 0;
    do {
        reversed[count++] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    for (int i = 0; i < count; i++)
        out[i] = reversed[count - 1 - i];
    return count;
}

static void drop_trailing_zeros(struct decimal *d)
{
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

// x = m / 10^scale with m below 10^15: any two such decimals are different doubles, so the smallest
// scale that reads back is the shortest form. Both operands of the division are exact.
static bool short_decimal(double x, struct decimal *d)
{
    if (x < 1e-7)
        return false;
    for (int scale = 1; scale <= 22; scale++) {
        double m = x * TEXT_POWERS_OF_TEN[scale];
        if (m >= 1e15)
            return false;
        uint64_t rounded = (uint64_t)(m + 0.5);
        if ((double)rounded / TEXT_POWERS_OF_TEN[scale] == x) {
            d->count = write_unsigned(rounded, d->digits);
            d->point = d->count - scale;
            return true;
        }
    }
    return false;
}

// Splits printf's "d.ddde±x" into digits and point.
static void decimal_from_text(struct decimal *d, const char *text)
{
    d->count = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text != '.')
            d->digits[d->count++] = *text;
    }
    d->point = atoi(text + 1) + 1;
}

// At a power of two the gap below is half the gap above, so the shortest form may be the one just
// above the correctly rounded one (2^-44 is 5.684341886080802e-14, not …8015e-14).
static bool neighbour_above(double x, char *text)
{
    char *last = strchr(text, 'e');
    int exponent;
    if (frexp(x, &exponent) != 0.5 || !last || last[-1] == '9')
        return false;
    last[-1]++;
    return strtod(text, NULL) == x;
}

static void shortest_decimal(double x, struct decimal *d)
{
    char text[40];
    // Below the smallest normal number doubles have fewer digits than 15.
    int digits = x < DBL_MIN ? 1 : 15;
    if (!short_decimal(x, d)) {
        for (; digits <= DIGITS_MAX; digits++) {
            snprintf(text, sizeof text, "%.*e", digits - 1, x);
            if (strtod(text, NULL) == x || (digits < DIGITS_MAX && neighbour_above(x, text)))
                break;
        }
        decimal_from_text(d, text);
    }
    drop_trailing_zeros(d);
}

static char *put_digits(char *out, const char *bytes, int count)
{
    memcpy(out, bytes, (size_t)count);
    return out + count;
}

static char *put_zeros(char *out, int count)
{
    memset(out, '0', (size_t)count);
    return out + count;
}

// "e+21": n is the exponent of the first digit.
static char *put_exponent(char *out, int n)
{
    *out++ = 'e';
    *out++ = n < 0 ? '-' : '+';
    return out + write_unsigned((uint64_t)abs(n), out);
}

// The five layouts of Number::toString, by where the decimal point falls.
static char *lay_out(char *out, const struct decimal *d)
{
    int k = d->count, n = d->point;
    if (k <= n && n <= 21)
        return put_zeros(put_digits(out, d->digits, k), n - k);
    if (0 < n && n <= 21) {
        out = put_digits(out, d->digits, n);
        *out++ = '.';
        return put_digits(out, d->digits + n, k - n);
    }
    if (-6 < n && n <= 0) {
        out = put_zeros(put_digits(out, "0.", 2), -n);
        return put_digits(out, d->digits, k);
    }
    *out++ = d->digits[0];
    if (k > 1) {
        *out++ = '.';
        out = put_digits(out, d->digits + 1, k - 1);
    }
    return put_exponent(out, n - 1);
}

static size_t format_special(double number, char *out)
{
    if (number != number)
        return (size_t)(put_digits(out, "NaN", 3) - out);
    if (number < 0)
        return (size_t)(put_digits(out, "-Infinity", 9) - out);
    return (size_t)(put_digits(out, "Infinity", 8) - out);
}

size_t text_format_number(double number, char out[TEXT_NUMBER_MAX])
{
    char *start = out;
    if (!isfinite(number))
        return format_special(number, out);
    if (number < 0) {
        *out++ = '-';
        number = -number;
    }
    if (number < INTEGER_LIMIT && number == (double)(uint64_t)number)
        return (size_t)(out - start) + (size_t)write_unsigned((uint64_t)number, out);
    struct decimal d;
    shortest_decimal(number, &d);
    return (size_t)(lay_out(out, &d) - start);
}

void value_append_number(struct buffer *out, double number)
{
    if (!buffer_reserve(out, TEXT_NUMBER_MAX)) {
        // Near its maximum the buffer may still have room for the text itself, if not for its
        // longest form.
        char text[TEXT_NUMBER_MAX];
        buffer_append(out, slice_of(text, text_format_number(number, text)));
        return;
    }
    out->len += text_format_number(number, out->ptr + out->len);
}

// ---- a given number of digits: toFixed, toPrecision, toExponential ----

// All digits of a positive finite double. Rounding them by hand gives JavaScript's "larger n of
// two" on ties, where printf rounds to even.
static void exact_decimal(double x, struct decimal *d)
{
    char text[EXACT_TEXT];
    snprintf(text, sizeof text, "%.*e", EXACT_DIGITS - 1, x);
    decimal_from_text(d, text);
    drop_trailing_zeros(d);
}

// Keeps the first `keep` digits (0 or fewer: none), rounding half up.
static void round_to(struct decimal *d, int keep)
{
    if (keep < 0 || d->count == 0) {
        d->count = 0;
        return;
    }
    if (keep >= d->count)
        return;
    bool up = d->digits[keep] >= '5';
    d->count = keep;
    if (!up)
        return;
    while (d->count > 0 && d->digits[d->count - 1] == '9')
        d->count--;
    if (d->count > 0) {
        d->digits[d->count - 1]++;
        return;
    }
    d->digits[0] = '1';
    d->count = 1;
    d->point++;
}

static void append_digits(struct buffer *out, const struct decimal *d, int from, int to)
{
    for (int i = from; i < to; i++)
        buffer_append_byte(out, i >= 0 && i < d->count ? d->digits[i] : '0');
}

static void append_plain(struct buffer *out, const struct decimal *d, int fraction)
{
    if (d->point <= 0 || d->count == 0)
        buffer_append_byte(out, '0');
    else
        append_digits(out, d, 0, d->point);
    if (fraction <= 0)
        return;
    buffer_append_byte(out, '.');
    append_digits(out, d, d->count ? d->point : 0, (d->count ? d->point : 0) + fraction);
}

static double append_sign(struct buffer *out, double number)
{
    if (number < 0)
        buffer_append_byte(out, '-');
    return fabs(number);
}

void text_append_fixed(struct buffer *out, double number, int digits)
{
    if (!(fabs(number) < 1e21)) {
        value_append_number(out, number);
        return;
    }
    struct decimal d = {.count = 0};
    double x = append_sign(out, number);
    if (x != 0)
        exact_decimal(x, &d);
    round_to(&d, d.point + digits);
    append_plain(out, &d, digits);
}

static void append_scientific(struct buffer *out, const struct decimal *d, int digits)
{
    char exponent[8];
    append_digits(out, d, 0, 1);
    if (digits > 1) {
        buffer_append_byte(out, '.');
        append_digits(out, d, 1, digits);
    }
    char *end = put_exponent(exponent, d->count ? d->point - 1 : 0);
    buffer_append(out, slice_of(exponent, (size_t)(end - exponent)));
}

void text_append_precision(struct buffer *out, double number, int precision)
{
    struct decimal d = {.point = 1};
    double x = append_sign(out, number);
    if (x != 0)
        exact_decimal(x, &d);
    round_to(&d, precision);
    if (d.point - 1 < -6 || d.point > precision)
        append_scientific(out, &d, precision);
    else
        append_plain(out, &d, precision - d.point);
}

void text_append_exponential(struct buffer *out, double number, int digits)
{
    struct decimal d = {.point = 1};
    double x = append_sign(out, number);
    if (x != 0 && digits < 0)
        shortest_decimal(x, &d);
    else if (x != 0)
        exact_decimal(x, &d);
    if (digits < 0)
        digits = d.count ? d.count - 1 : 0;
    round_to(&d, digits + 1);
    append_scientific(out, &d, digits + 1);
}

void text_append_rounded(struct buffer *out, double number, int fraction, int significant)
{
    struct decimal d = {.count = 0};
    if (number != 0)
        shortest_decimal(number, &d);
    round_to(&d, significant ? significant : d.point + fraction);
    drop_trailing_zeros(&d);
    int shown = d.count - d.point;
    append_plain(out, &d, d.count && shown > 0 ? shown : 0);
}
