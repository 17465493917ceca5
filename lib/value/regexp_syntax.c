// SPDX-License-Identifier: MIT
//
// JavaScript's pattern syntax in terms of PCRE2's. The two agree on most of it; here is what
// differs: which characters end a line and which are white space, what an unknown escape means,
// empty classes, \u, octal escapes, and PCRE2's own extensions, which JavaScript reads literally or
// refuses.
//
// Source: ECMA-262 §22.2.1 and annex B.1.2 (what browsers accept without the u flag).
#include "base/utf8.h"
#include "value/regexp.h"

// What `.` does not match, and where ^ and $ match with the m flag.
#define LINE_ENDS   "\\n\\r\\x{2028}\\x{2029}"
#define SPACES      "\\x{09}-\\x{0d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}" LINE_SPACES
#define LINE_SPACES "\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NOT_SPACES                                                                                 \
    "\\x{00}-\\x{08}\\x{0e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"            \
    "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"                 \
    "\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

struct translator {
    struct slice in;
    size_t at;
    struct buffer out;
    bool unicode, multiline, dot_all;
    bool in_class;
    size_t set_end; // after the last of \d, \w and \s and their opposites
    unsigned groups;
    struct error *error;
};

static int peek(const struct translator *t, size_t ahead)
{
    return t->at + ahead < t->in.len ? (unsigned char)t->in.ptr[t->at + ahead] : -1;
}

static void put_code_point(struct translator *t, uint32_t code_point)
{
    buffer_printf(&t->out, "\\x{%x}", (unsigned)code_point);
}

// Capturing groups: an open bracket not escaped, not in a class, and not (?: and the like.
static unsigned count_groups(struct slice in)
{
    unsigned groups = 0;
    bool in_class = false;
    for (size_t i = 0; i < in.len; i++) {
        char c = in.ptr[i];
        if (c == '\\')
            i++;
        else if (c == '[')
            in_class = true;
        else if (c == ']')
            in_class = false;
        else if (c == '(' && !in_class) {
            struct slice rest = slice_sub(in, i + 1, in.len);
            bool named = slice_starts_with(rest, SLICE("?<")) && rest.len > 2 &&
                         rest.ptr[2] != '=' && rest.ptr[2] != '!';
            groups += named || !slice_starts_with(rest, SLICE("?"));
        }
    }
    return groups;
}

static int hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Exactly `count` hexadecimal digits at `ahead`.
static bool read_hex_ahead(const struct translator *t, size_t ahead, size_t count, uint32_t *value)
{
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = hex_value(peek(t, ahead + i));
        if (digit < 0)
            return false;
        n = n * 16 + (uint32_t)digit;
    }
    *value = n;
    return true;
}

static bool read_braced(struct translator *t, uint32_t *value)
{
    size_t i = 2;
    uint32_t n = 0;
    for (; hex_value(peek(t, i)) >= 0 && n <= 0x10ffff; i++)
        n = n * 16 + (uint32_t)hex_value(peek(t, i));
    if (i == 2 || peek(t, i) != '}' || n > 0x10ffff)
        return false;
    t->at += i + 1;
    *value = n;
    return true;
}

static void put_utf16_escape(struct translator *t, uint32_t unit)
{
    uint32_t low;
    t->at += 5;
    bool high = unit >= 0xd800 && unit < 0xdc00;
    if (high && peek(t, 0) == '\\' && peek(t, 1) == 'u' && read_hex_ahead(t, 2, 4, &low) &&
        low >= 0xdc00 && low < 0xe000) {
        t->at += 6;
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    // A lone surrogate cannot occur in our texts: U+FFFD stands for it.
    put_code_point(t, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
}

static void escape_u(struct translator *t)
{
    uint32_t value;
    if (t->unicode && peek(t, 1) == '{' && read_braced(t, &value)) {
        put_code_point(t, value);
    } else if (read_hex_ahead(t, 1, 4, &value)) {
        put_utf16_escape(t, value);
    } else {
        t->at++;
        buffer_append_byte(&t->out, 'u');
    }
}

static void escape_x(struct translator *t)
{
    uint32_t value;
    bool hex = read_hex_ahead(t, 1, 2, &value);
    t->at += hex ? 3 : 1;
    if (hex)
        put_code_point(t, value);
    else
        buffer_append_byte(&t->out, 'x');
}

// \1 to \9…: a group's text when there is such a group, else annex B's octal escape.
static void escape_digit(struct translator *t)
{
    unsigned number = 0;
    size_t digits = 0;
    for (; peek(t, digits) >= '0' && peek(t, digits) <= '9' && number <= t->groups; digits++)
        number = number * 10 + (unsigned)(peek(t, digits) - '0');
    if (!t->in_class && number > 0 && number <= t->groups) {
        buffer_printf(&t->out, "(?:\\g{%u})", number);
        t->at += digits;
        return;
    }
    uint32_t octal = 0;
    size_t used = 0;
    for (; used < 3 && peek(t, used) >= '0' && peek(t, used) <= '7' && octal < 32; used++)
        octal = octal * 8 + (uint32_t)(peek(t, used) - '0');
    put_code_point(t, used ? octal : (uint32_t)peek(t, 0));
    t->at += used ? used : 1;
}

static void put_space_class(struct translator *t, bool negated)
{
    t->at++;
    if (t->in_class)
        buffer_append(&t->out, negated ? SLICE(NOT_SPACES) : SLICE(SPACES));
    else
        buffer_append(&t->out, negated ? SLICE("[^" SPACES "]") : SLICE("[" SPACES "]"));
}

static void escape_control(struct translator *t)
{
    int letter = peek(t, 1);
    if ((letter | 0x20) >= 'a' && (letter | 0x20) <= 'z') {
        put_code_point(t, (uint32_t)letter & 31);
        t->at += 2;
    } else {
        buffer_append(&t->out, SLICE("\\\\"));
    }
}

// \p{…} up to its brace.
static void escape_property(struct translator *t)
{
    size_t end = slice_find_byte(t->in, '}', t->at);
    end = end == SIZE_MAX ? t->in.len : end + 1;
    buffer_append_byte(&t->out, '\\');
    buffer_append(&t->out, slice_sub(t->in, t->at, end));
    t->at = end;
}

static void escape_name(struct translator *t)
{
    size_t end = slice_find_byte(t->in, '>', t->at);
    if (peek(t, 1) != '<' || end == SIZE_MAX) {
        t->at++;
        buffer_append_byte(&t->out, 'k');
        return;
    }
    buffer_append_byte(&t->out, '\\');
    buffer_append(&t->out, slice_sub(t->in, t->at, end + 1));
    t->at = end + 1;
}

// An escape that means the character itself. Letters are written without the backslash: PCRE2 gives
// many escapes its own meaning.
static void escape_identity(struct translator *t)
{
    size_t next = t->at;
    uint32_t code_point = utf8_decode(t->in, &next);
    put_code_point(t, code_point);
    t->at = next;
}

static void escape_known(struct translator *t)
{
    buffer_append_byte(&t->out, '\\');
    buffer_append_byte(&t->out, t->in.ptr[t->at++]);
}

static bool is_set_escape(int c)
{
    return c > 0 && strchr("dDwWsS", c);
}

static bool translate_escape(struct translator *t)
{
    t->at++;
    int c = peek(t, 0);
    if (c < 0)
        return error_set(t->error, ERROR_SYNTAX,
                         "invalid regular expression /%.*s/: \\ at the end of the pattern",
                         SLICE_ARG(slice_sub(t->in, 0, 200)));
    if (c == 'u')
        escape_u(t);
    else if (c == 'x')
        escape_x(t);
    else if (c >= '0' && c <= '9')
        escape_digit(t);
    else if (c == 's' || c == 'S')
        put_space_class(t, c == 'S');
    else if (c == 'c')
        escape_control(t);
    else if ((c == 'p' || c == 'P') && t->unicode)
        escape_property(t);
    else if (c == 'k' && !t->in_class)
        escape_name(t);
    else if (c == 'v') {
        t->at++;
        put_code_point(t, 0x0b);
    } else if (strchr("dDwWbnrtf", c) || (c == 'B' && !t->in_class))
        escape_known(t);
    else
        escape_identity(t);
    if (is_set_escape(c))
        t->set_end = t->at;
    return true;
}

static void open_class(struct translator *t)
{
    if (peek(t, 1) == ']') {
        buffer_append(&t->out, SLICE("(?!)"));
        t->at += 2;
    } else if (peek(t, 1) == '^' && peek(t, 2) == ']') {
        buffer_append(&t->out, SLICE("(?s:.)"));
        t->at += 3;
    } else {
        bool negated = peek(t, 1) == '^';
        buffer_append(&t->out, negated ? SLICE("[^") : SLICE("["));
        t->at += negated ? 2 : 1;
        t->in_class = true;
    }
}

// Before or after \d and the like, a hyphen is no range (annex B.1.2); PCRE2 refuses some of them.
static bool is_hyphen_itself(const struct translator *t)
{
    return t->set_end == t->at || (peek(t, 1) == '\\' && is_set_escape(peek(t, 2)));
}

static void translate_in_class(struct translator *t, char c)
{
    // PCRE2 might read a POSIX class.
    if (c == '[' || (c == '-' && !t->unicode && is_hyphen_itself(t)))
        buffer_append_byte(&t->out, '\\');
    buffer_append_byte(&t->out, c);
    t->in_class = c != ']';
    t->at++;
}

// What JavaScript allows after (? – the rest is PCRE2's alone.
static bool translate_group(struct translator *t)
{
    int next = peek(t, 1), kind = peek(t, 2);
    bool foreign = next == '*' || (next == '?' && (kind < 0 || !strchr(":=!<", kind)));
    if (foreign)
        return error_set(t->error, ERROR_SYNTAX,
                         "invalid regular expression /%.*s/: unknown kind of group",
                         SLICE_ARG(slice_sub(t->in, 0, 200)));
    buffer_append_byte(&t->out, '(');
    t->at++;
    return true;
}

static void put_and_step(struct translator *t, struct slice text)
{
    buffer_append(&t->out, text);
    t->at++;
}

// True for the second sign of "a++" or "a*+": "nothing to repeat" in JavaScript, possessive in
// PCRE2.
static bool is_possessive(const struct translator *t)
{
    if (peek(t, 0) != '+' || t->at == 0)
        return false;
    char before = t->in.ptr[t->at - 1];
    bool escaped = t->at > 1 && t->in.ptr[t->at - 2] == '\\';
    return !escaped && (before == '+' || before == '*' || before == '?');
}

static bool translate_one(struct translator *t)
{
    char c = t->in.ptr[t->at];
    if (c == '\\')
        return translate_escape(t);
    if (t->in_class)
        translate_in_class(t, c);
    else if (c == '[')
        open_class(t);
    else if (c == '(')
        return translate_group(t);
    else if (c == '.')
        put_and_step(t, t->dot_all ? SLICE("(?s:.)") : SLICE("[^" LINE_ENDS "]"));
    else if (c == '^' && t->multiline)
        put_and_step(t, SLICE("(?<![^" LINE_ENDS "])"));
    else if (c == '$' && t->multiline)
        put_and_step(t, SLICE("(?![^" LINE_ENDS "])"));
    else if (is_possessive(t))
        return error_set(t->error, ERROR_SYNTAX,
                         "invalid regular expression /%.*s/: nothing to repeat",
                         SLICE_ARG(slice_sub(t->in, 0, 200)));
    else
        put_and_step(t, slice_sub(t->in, t->at, t->at + 1));
    return true;
}

bool regexp_translate(struct arena *arena, struct slice source, struct slice flags,
                      struct slice *out, struct error *error)
{
    struct translator t = {.in = source,
                           .out = buffer_create(arena, 0),
                           .unicode = slice_find_byte(flags, 'u', 0) != SIZE_MAX,
                           .multiline = slice_find_byte(flags, 'm', 0) != SIZE_MAX,
                           .dot_all = slice_find_byte(flags, 's', 0) != SIZE_MAX,
                           .groups = count_groups(source),
                           .error = error};
    while (t.at < t.in.len) {
        if (!translate_one(&t))
            return false;
    }
    if (t.out.failed)
        return error_memory(error);
    *out = buffer_slice(&t.out);
    return true;
}
