// SPDX-License-Identifier: MIT
//
// What a plain YAML scalar means, decided as in js-yaml, which Eleventy uses: null, booleans,
// integers and floats, dates in UTC; everything else is a string. `yes`, `no`, `on` and `off` are
// strings. Its versions differ in numbers: 3 has YAML 1.1's octals, underscores and base 60; 4 does
// not.
#include "base/ascii.h"
#include "base/clock.h"
#include "value/text.h"
#include "value/yaml.h"

#include <math.h>

// ---- words ----

static bool resolve_word(struct slice text, struct value *out)
{
    static const struct {
        struct slice word;
        struct value value;
    } words[] = {
        {{"", 0}, {.type = VALUE_NULL}},
        {{"~", 1}, {.type = VALUE_NULL}},
        {{"null", 4}, {.type = VALUE_NULL}},
        {{"Null", 4}, {.type = VALUE_NULL}},
        {{"NULL", 4}, {.type = VALUE_NULL}},
        {{"true", 4}, {.type = VALUE_BOOLEAN, .number = 1}},
        {{"True", 4}, {.type = VALUE_BOOLEAN, .number = 1}},
        {{"TRUE", 4}, {.type = VALUE_BOOLEAN, .number = 1}},
        {{"false", 5}, {.type = VALUE_BOOLEAN, .number = 0}},
        {{"False", 5}, {.type = VALUE_BOOLEAN, .number = 0}},
        {{"FALSE", 5}, {.type = VALUE_BOOLEAN, .number = 0}},
        {{".nan", 4}, {.type = VALUE_NUMBER, .number = NAN}},
        {{".NaN", 4}, {.type = VALUE_NUMBER, .number = NAN}},
        {{".NAN", 4}, {.type = VALUE_NUMBER, .number = NAN}},
        {{".inf", 4}, {.type = VALUE_NUMBER, .number = INFINITY}},
        {{".Inf", 4}, {.type = VALUE_NUMBER, .number = INFINITY}},
        {{".INF", 4}, {.type = VALUE_NUMBER, .number = INFINITY}},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_equal(text, words[i].word)) {
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

// ---- numbers ----

enum { NUMBER_MAX = 512 }; // longer ones are strings: nobody means them as numbers

// A number's text without its sign and underscores.
struct stripped {
    char bytes[NUMBER_MAX];
    size_t len;
    double sign;
};

static bool strip(struct slice text, struct stripped *s)
{
    if (text.len == 0 || text.len >= NUMBER_MAX || text.ptr[text.len - 1] == '_')
        return false;
    s->sign = text.ptr[0] == '-' ? -1 : 1;
    s->len = 0;
    size_t start = text.ptr[0] == '-' || text.ptr[0] == '+';
    if (start == text.len || text.ptr[start] == '_')
        return false;
    bool tail = false; // after an exponent's e or a colon, where underscores are not allowed
    for (size_t i = start; i < text.len; i++) {
        char c = text.ptr[i];
        bool hex = s->len > 1 && s->bytes[1] == 'x';
        tail |= c == ':' || ((c | 0x20) == 'e' && !hex);
        if (c == '_' && tail)
            return false;
        if (c != '_')
            s->bytes[s->len++] = c;
    }
    return true;
}

static bool only_digits_of(struct slice text, const char *digits)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!text.ptr[i] || !strchr(digits, text.ptr[i]))
            return false;
    }
    return text.len > 0;
}

// 0b101, 0x1F, 017. A leading zero means octal or, if that fails, not an integer.
static bool based_integer(struct slice text, double *number)
{
    int base = 8;
    size_t skip = 1;
    const char *digits = "01234567";
    if (text.len > 1 && (text.ptr[1] == 'x' || text.ptr[1] == 'b')) {
        base = text.ptr[1] == 'x' ? 16 : 2;
        digits = text.ptr[1] == 'x' ? "0123456789abcdefABCDEF" : "01";
        skip = 2;
    }
    text = slice_sub(text, skip, text.len);
    if (!only_digits_of(text, digits))
        return false;
    *number = value_parse_int(text, base);
    return true;
}

// ":30:15" after the first part: each part below 60, of one or two digits.
static bool sexagesimal_part(struct slice *rest)
{
    size_t digits = rest->len > 2 && ascii_is_digit(rest->ptr[2]) ? 2 : 1;
    if (rest->len < 2 || rest->ptr[0] != ':' || !ascii_is_digit(rest->ptr[1]) ||
        (digits == 2 && rest->ptr[1] > '5'))
        return false;
    *rest = slice_sub(*rest, 1 + digits, rest->len);
    return true;
}

static size_t leading_digits(struct slice text)
{
    size_t count = 0;
    while (count < text.len && ascii_is_digit(text.ptr[count]))
        count++;
    return count;
}

// The parts from the last to the first, as js-yaml adds them up.
static double sexagesimal_sum(struct slice text)
{
    double sum = 0, base = 1;
    for (size_t end = text.len, at = end; end; end = at, base *= 60) {
        double part = 0;
        while (at && text.ptr[at - 1] != ':')
            at--;
        text_scan_number(slice_sub(text, at, end), &part);
        sum += part * base;
        at -= at > 0;
    }
    return sum;
}

// 190:20:30 and 190:20:30.15.
static bool sexagesimal(struct slice text, double *number)
{
    size_t digits = leading_digits(text);
    if (digits == 0 || digits == text.len)
        return false;
    struct slice rest = slice_sub(text, digits, text.len);
    while (rest.len && rest.ptr[0] == ':') {
        if (!sexagesimal_part(&rest))
            return false;
    }
    struct slice fraction = slice_sub(rest, 1, rest.len);
    if (rest.len && (rest.ptr[0] != '.' || leading_digits(fraction) != fraction.len))
        return false;
    *number = sexagesimal_sum(text);
    return true;
}

static bool resolve_integer(const struct stripped *s, double *number)
{
    struct slice text = slice_of(s->bytes, s->len);
    if (slice_equal(text, SLICE("0"))) {
        *number = 0; // "-0" too
        return true;
    }
    if (text.len && text.ptr[0] == '0') {
        if (!based_integer(text, number))
            return false;
    } else if (text.len && leading_digits(text) == text.len)
        *number = value_parse_int(text, 10);
    else if (slice_find_byte(text, ':', 0) == SIZE_MAX ||
             slice_find_byte(text, '.', 0) != SIZE_MAX || !sexagesimal(text, number))
        return false;
    *number *= s->sign;
    return true;
}

// 1.5, 1., .5, 1e3: no leading zero except a lone one, and no sign before a leading point.
static bool resolve_decimal(const struct stripped *s, bool has_sign, double *number)
{
    struct slice text = slice_of(s->bytes, s->len);
    size_t digits = leading_digits(text);
    bool point_first = text.len > 1 && text.ptr[0] == '.' && ascii_is_digit(text.ptr[1]);
    if (digits > 1 && text.ptr[0] == '0')
        return false;
    if (digits == 0 && (!point_first || has_sign))
        return false;
    return text_scan_number(text, number) == text.len;
}

static bool resolve_float(struct slice raw, const struct stripped *s, double *number)
{
    struct slice text = slice_of(s->bytes, s->len);
    bool has_sign = raw.ptr[0] == '-' || raw.ptr[0] == '+';
    if (has_sign && (slice_equal(text, SLICE(".inf")) || slice_equal(text, SLICE(".Inf")) ||
                     slice_equal(text, SLICE(".INF"))))
        *number = INFINITY;
    else if (slice_find_byte(text, ':', 0) != SIZE_MAX) {
        if (slice_find_byte(text, '.', 0) == SIZE_MAX || !sexagesimal(text, number))
            return false;
    } else if (!resolve_decimal(s, has_sign, number))
        return false;
    *number *= s->sign;
    return true;
}

// ---- js-yaml 3: YAML 1.1 ----

static bool has_number_start(struct slice text)
{
    return text.len && (ascii_is_digit(text.ptr[0]) || strchr("+-.", text.ptr[0]));
}

// ---- js-yaml 4: YAML 1.2, without underscores and base 60; a leading zero means nothing ----

static bool prefixed_integer(struct slice text, double *number)
{
    static const struct {
        char letter;
        int base;
        const char *digits;
    } BASES[] = {{'b', 2, "01"}, {'o', 8, "01234567"}, {'x', 16, "0123456789abcdefABCDEF"}};
    for (size_t i = 0; text.len > 1 && text.ptr[0] == '0' && i < 3; i++) {
        if (text.ptr[1] != BASES[i].letter)
            continue;
        struct slice digits = slice_sub(text, 2, text.len);
        *number = value_parse_int(digits, BASES[i].base);
        return only_digits_of(digits, BASES[i].digits) && isfinite(*number);
    }
    return false;
}

static struct slice take_sign(struct slice text, double *sign)
{
    *sign = text.len && text.ptr[0] == '-' ? -1 : 1;
    bool signs = text.len && (text.ptr[0] == '-' || text.ptr[0] == '+');
    return slice_sub(text, signs, text.len);
}

static bool core_integer(struct slice text, double *number)
{
    double sign;
    text = take_sign(text, &sign);
    if (!prefixed_integer(text, number)) {
        if (!text.len || leading_digits(text) != text.len)
            return false;
        *number = value_parse_int(text, 10);
    }
    *number = slice_equal(text, SLICE("0")) ? 0 : *number * sign;
    return isfinite(*number);
}

static bool core_float(struct slice text, double *number)
{
    double sign;
    struct slice digits = take_sign(text, &sign);
    bool begins = digits.len && (ascii_is_digit(digits.ptr[0]) ||
                                 (digits.len == text.len && digits.len > 1 &&
                                  digits.ptr[0] == '.' && ascii_is_digit(digits.ptr[1])));
    if (!begins || text_scan_number(digits, number) != digits.len)
        return false;
    *number *= sign;
    return isfinite(*number);
}

// ---- both ----

// .inf with or without a sign, and .nan; yaml_plain has the unsigned ones among its words.
static bool special_float(struct slice text, double *number)
{
    struct value v;
    double sign;
    struct slice word = take_sign(text, &sign);
    if (!resolve_word(word, &v) || v.type != VALUE_NUMBER ||
        (word.len != text.len && isnan(v.number)))
        return false;
    *number = v.number * sign;
    return true;
}

bool yaml_integer(unsigned version, struct slice text, double *number)
{
    struct stripped s;
    if (version >= 4)
        return core_integer(text, number);
    return has_number_start(text) && strip(text, &s) && resolve_integer(&s, number);
}

bool yaml_float(unsigned version, struct slice text, double *number)
{
    struct stripped s;
    if (special_float(text, number))
        return true;
    if (version >= 4)
        return core_float(text, number);
    return has_number_start(text) && strip(text, &s) && resolve_float(text, &s, number);
}

static bool resolve_number(unsigned version, struct slice text, struct value *out)
{
    double number = 0;
    if (!has_number_start(text) ||
        (!yaml_integer(version, text, &number) && !yaml_float(version, text, &number)))
        return false;
    *out = value_number(number);
    return true;
}

// ---- dates ----

// One or two digits (`wide`: exactly `most`) off the front of *rest.
static bool take_digits(struct slice *rest, size_t least, size_t most, int64_t *number)
{
    size_t count = leading_digits(*rest);
    count = count > most ? most : count;
    if (count < least)
        return false;
    *number = 0;
    for (size_t i = 0; i < count; i++)
        *number = *number * 10 + (rest->ptr[i] - '0');
    *rest = slice_sub(*rest, count, rest->len);
    return true;
}

static bool take_byte(struct slice *rest, char byte)
{
    if (rest->len == 0 || rest->ptr[0] != byte)
        return false;
    *rest = slice_sub(*rest, 1, rest->len);
    return true;
}

static bool take_blanks(struct slice *rest)
{
    bool any = false;
    while (take_byte(rest, ' ') || take_byte(rest, '\t'))
        any = true;
    return any;
}

// ".123": milliseconds; further digits are read and dropped.
static int64_t take_fraction(struct slice *rest)
{
    int64_t ms = 0, scale = 100;
    if (!take_byte(rest, '.'))
        return 0;
    for (; rest->len && ascii_is_digit(rest->ptr[0]); *rest = slice_sub(*rest, 1, rest->len)) {
        ms += (rest->ptr[0] - '0') * scale;
        scale /= 10;
    }
    return ms;
}

// "Z", "+02:00", "-5" or nothing; *minutes is what UTC must be moved by.
static bool take_zone(struct slice *rest, int64_t *minutes)
{
    int64_t hour, minute = 0;
    *minutes = 0;
    take_blanks(rest);
    if (rest->len == 0 || take_byte(rest, 'Z'))
        return true;
    bool west = rest->ptr[0] == '-';
    if (!take_byte(rest, '-') && !take_byte(rest, '+'))
        return false;
    if (!take_digits(rest, 1, 2, &hour) ||
        (take_byte(rest, ':') && !take_digits(rest, 2, 2, &minute)))
        return false;
    *minutes = (hour * 60 + minute) * (west ? -1 : 1);
    return true;
}

// "T10:11:12.5 -5" after the date.
static bool take_time(struct slice *rest, struct clock_fields *f, int64_t *zone)
{
    int64_t hour, minute, second;
    if (!take_byte(rest, 'T') && !take_byte(rest, 't') && !take_blanks(rest))
        return false;
    if (!take_digits(rest, 1, 2, &hour) || !take_byte(rest, ':') ||
        !take_digits(rest, 2, 2, &minute) || !take_byte(rest, ':') ||
        !take_digits(rest, 2, 2, &second))
        return false;
    f->millisecond = (int)take_fraction(rest);
    if (!take_zone(rest, zone))
        return false;
    f->hour = (int)hour;
    f->minute = (int)minute;
    f->second = (int)second;
    return true;
}

// Whether the moment exists: impossible fields carry over, and come back changed.
static bool is_there(const struct clock_fields *f)
{
    struct clock_fields again = clock_fields_from_ms(clock_ms_from_fields(f));
    return again.month == f->month && again.day == f->day && again.hour == f->hour &&
           again.minute == f->minute && again.second == f->second;
}

// YYYY-MM-DD alone needs all its digits; with a time, months and days may have one.
static bool resolve_date(struct slice text, struct value *out)
{
    struct clock_fields f = {.year = 0};
    struct slice rest = text;
    int64_t month, day, zone = 0;
    if (!take_digits(&rest, 4, 4, &f.year) || !take_byte(&rest, '-') ||
        !take_digits(&rest, 1, 2, &month) || !take_byte(&rest, '-') ||
        !take_digits(&rest, 1, 2, &day))
        return false;
    if (rest.len == 0 ? text.len != 10 : !take_time(&rest, &f, &zone) || rest.len != 0)
        return false;
    f.month = (int)month;
    f.day = (int)day;
    bool exists = is_there(&f) && zone >= -24 * 60 && zone <= 24 * 60;
    f.year += f.year < 100 ? 1900 : 0; // Date.UTC's reading of two digits
    f.minute -= (int)zone;
    *out = value_date(clock_ms_from_fields(&f));
    out->flags = exists ? 0 : VALUE_ROLLED;
    return true;
}

// ---- the whole ----

struct value yaml_plain(unsigned version, struct slice text)
{
    struct value v;
    if (resolve_word(text, &v) || resolve_number(version, text, &v) || resolve_date(text, &v))
        return v;
    v = value_string(text);
    v.flags = utf8_is_ascii(text) ? VALUE_ASCII : 0;
    return v;
}
