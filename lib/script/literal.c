// SPDX-License-Identifier: MIT
//
// A recursive-descent reader of JavaScript literals. It gives up at the first thing that is not
// one: a wrong guess would put wrong words on a page, where the host would give the right ones.
#include "literal.h"

#include "base/ascii.h"
#include "base/utf8.h"

enum { DEPTH_MAX = 100 };

struct reader {
    struct arena *arena;
    const char *at, *end;
    unsigned depth;
};

static bool read_literal(struct reader *in, struct value *out);

static bool is_identifier_start(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '$';
}

// Of a comment up to a line feed: whether it ends earlier, at another of JavaScript's line ends.
static bool ends_earlier(struct slice comment)
{
    size_t cr = slice_find_byte(comment, '\r', 0);
    return (cr != SIZE_MAX && cr + 1 < comment.len) ||
           slice_find(comment, SLICE("\u2028"), 0) != SIZE_MAX ||
           slice_find(comment, SLICE("\u2029"), 0) != SIZE_MAX;
}

// Skips white space and comments; false if a comment is not closed, or is not one all the way.
static bool skip_literal_space(struct reader *in)
{
    for (;;) {
        while (in->at < in->end && (*in->at == ' ' || (*in->at >= '\t' && *in->at <= '\r')))
            in->at++;
        if (in->end - in->at < 2 || in->at[0] != '/')
            return true;
        bool line = in->at[1] == '/';
        if (!line && in->at[1] != '*')
            return true;
        struct slice rest = slice_of(in->at + 2, (size_t)(in->end - in->at - 2));
        size_t close = slice_find(rest, line ? SLICE("\n") : SLICE("*/"), 0);
        if (line ? ends_earlier(slice_sub(rest, 0, close)) : close == SIZE_MAX)
            return false;
        in->at = close == SIZE_MAX ? in->end : rest.ptr + close + (line ? 1 : 2);
    }
}

static bool take_text(struct reader *in, const char *text)
{
    size_t length = strlen(text);
    if (!skip_literal_space(in) || (size_t)(in->end - in->at) < length ||
        memcmp(in->at, text, length) != 0)
        return false;
    in->at += length;
    return true;
}

static bool take_word(struct reader *in, const char *word)
{
    const char *before = in->at;
    if (take_text(in, word) &&
        (in->at == in->end ||
         (!is_identifier_start(*in->at) && !ascii_is_digit(*in->at) && !(*in->at & 0x80))))
        return true;
    in->at = before;
    return false;
}

// ---- strings ----

// `count` hexadecimal digits; UINT32_MAX when there are fewer.
static uint32_t read_hex_escape(struct reader *in, unsigned count)
{
    uint32_t code = 0;
    for (; count; count--, in->at++) {
        int digit = in->at < in->end ? ascii_hex_value(*in->at) : -1;
        if (digit < 0)
            return UINT32_MAX;
        code = code << 4 | (uint32_t)digit;
    }
    return code;
}

static bool put_byte(struct buffer *out, char byte)
{
    buffer_append_byte(out, byte);
    return !out->failed;
}

static bool put_code(struct buffer *out, uint32_t code)
{
    utf8_append(out, code);
    return !out->failed;
}

// After "\u": four digits, or any number of them in braces.
static uint32_t read_unicode(struct reader *in)
{
    if (in->at == in->end || *in->at != '{')
        return read_hex_escape(in, 4);
    uint32_t code = 0;
    for (in->at++; in->at < in->end && *in->at != '}'; in->at++) {
        int digit = ascii_hex_value(*in->at);
        if (digit < 0 || code > 0x10ffff)
            return UINT32_MAX;
        code = code << 4 | (uint32_t)digit;
    }
    return in->at++ < in->end ? code : UINT32_MAX;
}

static bool append_unicode(struct reader *in, struct buffer *out)
{
    uint32_t code = read_unicode(in);
    if (code >= 0xd800 && code < 0xdc00 && in->end - in->at > 2 && in->at[0] == '\\' &&
        in->at[1] == 'u') {
        in->at += 2;
        uint32_t low = read_unicode(in);
        if (low < 0xdc00 || low > 0xdfff)
            return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    // A page cannot show half a surrogate pair.
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) && put_code(out, code);
}

static bool append_escape(struct reader *in, struct buffer *out)
{
    static const char NAMES[] = "bfnrtv", BYTES[] = "\b\f\n\r\t\v";
    char c = *in->at++;
    const char *name = c ? strchr(NAMES, c) : NULL;
    uint32_t code;
    if (name)
        return put_byte(out, BYTES[name - NAMES]);
    if (c == 'u')
        return append_unicode(in, out);
    if (c == 'x')
        return (code = read_hex_escape(in, 2)) != UINT32_MAX && put_code(out, code);
    if (c == '\n')
        return true; // a line continuation
    if (c == '\r') {
        in->at += in->at < in->end && *in->at == '\n';
        return true;
    }
    // Before U+2028 or U+2029 it is one, too: node decides.
    if (slice_starts_with(slice_of(in->at - 1, (size_t)(in->end - in->at) + 1), SLICE("\xe2\x80")))
        return false;
    if (c == '0' && (in->at == in->end || !ascii_is_digit(*in->at)))
        return put_byte(out, '\0');
    return !ascii_is_digit(c) && put_byte(out, c);
}

// A character that needs no escape: not a line break, except in a template, and not the start of a
// template's part.
static bool is_plain_character(const struct reader *in, char quote, char c)
{
    if (quote != '`')
        return c != '\n' && c != '\r';
    return c != '\r' && !(c == '$' && in->at < in->end && *in->at == '{');
}

static bool read_string(struct reader *in, struct slice *out)
{
    char quote = *in->at++;
    struct buffer text = buffer_create(in->arena, 0);
    while (in->at < in->end && *in->at != quote) {
        char c = *in->at++;
        if (c == '\\' ? in->at == in->end || !append_escape(in, &text)
                      : !is_plain_character(in, quote, c) || !put_byte(&text, c))
            return false;
    }
    if (in->at++ == in->end)
        return false;
    *out = buffer_slice(&text);
    return !text.failed;
}

// ---- numbers ----

static bool read_radix(struct reader *in, unsigned bits, struct value *out)
{
    double number = 0;
    const char *start = in->at += 2;
    for (; in->at < in->end; in->at++) {
        int digit = ascii_hex_value(*in->at);
        if (digit < 0 || digit >= 1 << bits)
            break;
        number = number * (1 << bits) + digit;
    }
    *out = value_number(number);
    return in->at > start && number < 9007199254740992.0; // beyond 2^53 rounding would matter
}

static bool read_number(struct reader *in, struct value *out)
{
    const char *start = in->at;
    bool prefixed = in->end - in->at > 2 && in->at[0] == '0';
    char kind = prefixed ? (char)(in->at[1] | 0x20) : '\0';
    bool ok = true;
    if (kind == 'x' || kind == 'o' || kind == 'b')
        ok = read_radix(in, kind == 'x' ? 4 : kind == 'o' ? 3 : 1, out);
    else {
        while (in->at < in->end &&
               (ascii_is_digit(*in->at) || *in->at == '.' || (*in->at | 0x20) == 'e' ||
                ((*in->at == '-' || *in->at == '+') && (in->at[-1] | 0x20) == 'e')))
            in->at++;
        struct slice text = slice_of(start, (size_t)(in->at - start));
        struct value_realm realm = value_realm_create(in->arena);
        *out = value_number(value_to_number(&realm, value_string(text)));
        // 017 is octal in old scripts and refused in modules.
        ok = out->number == out->number &&
             !(text.len > 1 && start[0] == '0' && ascii_is_digit(start[1]));
    }
    return ok; // what goes on, as 1n or 0b12 does, is no end of an item
}

// ---- arrays and objects ----

static bool read_array(struct reader *in, struct value *out)
{
    struct value item;
    *out = value_array(in->arena, 8);
    in->at++;
    while (!take_text(in, "]")) {
        if (!read_literal(in, &item) || !value_push(NULL, in->arena, *out, item))
            return false;
        if (take_text(in, ","))
            continue;
        return take_text(in, "]");
    }
    return true;
}

// A space of another kind, as a keyboard gives before a colon, is none of a name's characters.
static bool read_member_name(struct reader *in, struct slice *out)
{
    const char *start = in->at;
    const struct slice rest = slice_of(start, (size_t)(in->end - start));
    size_t length = 0;
    while (length < rest.len) {
        size_t next = length;
        uint32_t code = utf8_decode(rest, &next);
        bool plain = is_identifier_start(rest.ptr[length]) || ascii_is_digit(rest.ptr[length]);
        if (!plain && code < 0x80)
            break;
        if (!plain && !utf8_is_letter_or_digit(code))
            return false;
        length = next;
    }
    in->at += length;
    *out = slice_of(start, length);
    return out->len > 0;
}

static bool read_key(struct reader *in, struct slice *out)
{
    struct value number;
    if (!skip_literal_space(in) || in->at == in->end)
        return false;
    if (*in->at == '"' || *in->at == '\'')
        return read_string(in, out);
    if (!ascii_is_digit(*in->at))
        return read_member_name(in, out);
    struct value_realm realm = value_realm_create(in->arena);
    if (!read_number(in, &number))
        return false;
    *out = value_to_text(&realm, number);
    return true;
}

static bool read_object(struct reader *in, struct value *out)
{
    struct value member;
    struct slice key;
    *out = value_object(in->arena);
    in->at++;
    while (!take_text(in, "}")) {
        // `__proto__: x` sets no member.
        if (!read_key(in, &key) || slice_equal(key, SLICE("__proto__")) || !take_text(in, ":") ||
            !read_literal(in, &member) || !value_set(NULL, in->arena, *out, key, member))
            return false;
        if (take_text(in, ","))
            continue;
        return take_text(in, "}");
    }
    return true;
}

static bool read_literal_word(struct reader *in, struct value *out)
{
    static const struct {
        const char *word;
        struct value value;
    } WORDS[] = {{"true", {.type = VALUE_BOOLEAN, .number = 1}},
                 {"false", {.type = VALUE_BOOLEAN}},
                 {"null", {.type = VALUE_NULL}},
                 {"undefined", {.type = VALUE_UNDEFINED}}};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (take_word(in, WORDS[i].word)) {
            *out = WORDS[i].value;
            return true;
        }
    return false;
}

static bool read_literal(struct reader *in, struct value *out)
{
    struct slice text;
    bool ok;
    if (!skip_literal_space(in) || in->at == in->end || in->depth == DEPTH_MAX)
        return false;
    in->depth++;
    char c = *in->at;
    if (c == '{')
        ok = read_object(in, out);
    else if (c == '[')
        ok = read_array(in, out);
    else if (c == '"' || c == '\'' || c == '`') {
        ok = read_string(in, &text);
        *out = value_string(ok ? text : SLICE_EMPTY);
    } else if (c == '-') {
        in->at++;
        ok = skip_literal_space(in) && in->at < in->end &&
             (ascii_is_digit(*in->at) || *in->at == '.') && read_number(in, out);
        out->number = -out->number;
    } else if (ascii_is_digit(c) || c == '.')
        ok = read_number(in, out);
    else
        ok = read_literal_word(in, out);
    in->depth--;
    return ok;
}

// ---- modules ----

static bool read_whole(struct reader *in, struct value *out)
{
    if (!skip_literal_space(in) || in->at == in->end || (*in->at != '{' && *in->at != '['))
        return false;
    if (!read_literal(in, out))
        return false;
    take_text(in, ";");
    return skip_literal_space(in) && in->at == in->end;
}

bool script_literal_module(struct arena *arena, struct slice text, struct value *value)
{
    struct reader in = {arena, text.ptr, text.ptr + text.len, 0};
    if (slice_starts_with(text, SLICE("\xef\xbb\xbf")))
        in.at += 3;
    if ((take_text(&in, "\"use strict\"") || take_text(&in, "'use strict'")) &&
        !take_text(&in, ";"))
        return false;
    bool common = take_word(&in, "module") && take_text(&in, ".") && take_word(&in, "exports") &&
                  take_text(&in, "=");
    bool module = !common && take_word(&in, "export") && take_word(&in, "default");
    return (common || module) && read_whole(&in, value);
}

bool script_literal_object(struct arena *arena, struct slice text, struct value *value)
{
    struct reader in = {arena, text.ptr, text.ptr + text.len, 0};
    return skip_literal_space(&in) && in.at < in.end && *in.at == '{' && read_whole(&in, value);
}
