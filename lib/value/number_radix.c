// SPDX-License-Identifier: MIT
//
// Number.prototype.toString with a radix. ECMA-262 leaves the digits of fractions open; V8 writes
// the fewest that distinguish the number from its neighbours, and so does this.
#include "value/text.h"

#include <math.h>

enum {
    INTEGER_DIGITS = 1024 + 1, // of the largest double in base 2
    FRACTION_DIGITS = 1080,    // of the smallest
};

static const double EXACT_INTEGERS = 9007199254740992.0; // 2^53
static const char DIGITS[] = "0123456789abcdefghijklmnopqrstuvwxyz";

static int digit_value(char digit)
{
    return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

// Adds one to the last digit written; a carry past the point adds to *integer.
static size_t round_up(char *digits, size_t count, int radix, double *integer)
{
    while (count > 0) {
        int next = digit_value(digits[count - 1]) + 1;
        if (next < radix) {
            digits[count - 1] = DIGITS[next];
            return count;
        }
        count--;
    }
    *integer += 1;
    return 0;
}

// Writes digits until the remainder is below half the distance to the next double.
static size_t write_fraction(char *digits, double number, double *integer, int radix)
{
    double fraction = number - *integer;
    double delta = 0.5 * (nextafter(number, INFINITY) - number);
    delta = fmax(nextafter(0.0, 1.0), delta);
    size_t count = 0;
    if (fraction < delta)
        return 0;
    do {
        fraction *= radix;
        delta *= radix;
        int digit = (int)fraction;
        digits[count++] = DIGITS[digit];
        fraction -= digit;
        bool past_half = fraction > 0.5 || (fraction == 0.5 && (digit & 1));
        if (past_half && fraction + delta > 1)
            return round_up(digits, count, radix, integer);
    } while (fraction >= delta && count < FRACTION_DIGITS);
    return count;
}

// Writes backwards from `end`; returns the first digit. Digits below the precision of a double are
// zeros, as in V8.
static char *write_integer(char *end, double integer, int radix)
{
    while (integer / radix >= EXACT_INTEGERS) {
        integer /= radix;
        *--end = '0';
    }
    do {
        double rest = fmod(integer, radix);
        *--end = DIGITS[(int)rest];
        integer = (integer - rest) / radix;
    } while (integer > 0);
    return end;
}

void value_append_number_radix(struct buffer *out, double number, int radix)
{
    if (radix == 10 || radix < 2 || radix > 36 || !isfinite(number)) {
        value_append_number(out, number);
        return;
    }
    char fraction[FRACTION_DIGITS];
    char integer_digits[INTEGER_DIGITS];
    if (number < 0)
        buffer_append_byte(out, '-');
    number = fabs(number);
    double integer = floor(number);
    size_t count = write_fraction(fraction, number, &integer, radix);
    char *end = integer_digits + INTEGER_DIGITS;
    char *start = write_integer(end, integer, radix);
    buffer_append(out, slice_of(start, (size_t)(end - start)));
    if (count == 0)
        return;
    buffer_append_byte(out, '.');
    buffer_append(out, slice_of(fraction, count));
}
