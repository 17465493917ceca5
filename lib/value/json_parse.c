// SPDX-License-Identifier: MIT
//
// JSON texts to values (RFC 8259), by recursive descent under limits. An error says what it found
// and, for habits from JavaScript (comments, single quotes, trailing commas, bare keys), how to
// write it in JSON.
#include "value/arrays.h"
#include "value/limits.h"
#include "value/text.h"

struct parser {
    struct arena *arena;
    struct slice file, text;
    size_t at;
    struct value_limits limits;
    unsigned depth, nodes;
    struct error *error;
};

static bool parse_value(struct parser *p, struct value *out);

static bool json_fail(struct parser *p, size_t at, const char *message, const char *hint)
{
    error_set(p->error, ERROR_SYNTAX, "%s", message);
    if (hint)
        error_hint(p->error, "%s", hint);
    error_at_offset(p->error, p->file, p->text, at);
    return false;
}

static bool over_limit(struct parser *p, const char *what, unsigned limit)
{
    error_set(p->error, ERROR_LIMIT, "the JSON has more than %u %s", limit, what);
    error_at_offset(p->error, p->file, p->text, p->at);
    return false;
}

static int peek(const struct parser *p)
{
    return p->at < p->text.len ? (unsigned char)p->text.ptr[p->at] : -1;
}

static void skip_json_space(struct parser *p)
{
    while (p->at < p->text.len && strchr(" \t\n\r", p->text.ptr[p->at]) && p->text.ptr[p->at])
        p->at++;
}

static bool eat(struct parser *p, char c)
{
    if (peek(p) != c)
        return false;
    p->at++;
    return true;
}

// ---- strings ----

static bool read_hex4(const struct parser *p, size_t at, uint32_t *unit)
{
    uint32_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        int c = at + i < p->text.len ? p->text.ptr[at + i] : 0;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        n = n * 16 + (uint32_t)digit;
    }
    *unit = n;
    return true;
}

// \uXXXX, and a second one where the first is the high half of a pair. Lone halves become U+FFFD.
static bool unescape_unicode(struct parser *p, struct buffer *out)
{
    uint32_t unit, low;
    if (!read_hex4(p, p->at, &unit))
        return json_fail(p, p->at - 2, "\\u needs four hexadecimal digits", NULL);
    p->at += 4;
    bool high = unit >= 0xd800 && unit < 0xdc00;
    if (high && peek(p) == '\\' && p->at + 1 < p->text.len && p->text.ptr[p->at + 1] == 'u' &&
        read_hex4(p, p->at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
        p->at += 6;
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    utf8_append(out, unit);
    return true;
}

static bool unescape(struct parser *p, struct buffer *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    int c = peek(p);
    p->at++;
    if (c == 'u')
        return unescape_unicode(p, out);
    const char *found = c > 0 ? strchr(from, c) : NULL;
    if (!found)
        return json_fail(p, p->at - 2, "unknown escape in a JSON string",
                         "a backslash itself is written \\\\");
    buffer_append_byte(out, to[found - from]);
    return true;
}

// The rest of a string that has an escape in it.
static bool parse_escaped(struct parser *p, size_t start, struct slice *out)
{
    struct buffer text = buffer_create(p->arena, 0);
    size_t plain = start;
    for (;;) {
        int c = peek(p);
        if (c < 0)
            return json_fail(p, start - 1, "the string opened here is not closed", NULL);
        if (c < 0x20)
            return json_fail(p, p->at, "a line break or control character inside a JSON string",
                             "write a line break as \\n");
        if (c == '"' || c == '\\') {
            buffer_append(&text, slice_sub(p->text, plain, p->at));
            p->at++;
            if (c == '"')
                break;
            if (!unescape(p, &text))
                return false;
            plain = p->at;
        } else {
            p->at++;
        }
    }
    *out = buffer_slice(&text);
    return !text.failed || error_memory(p->error);
}

// *p is just after the opening quote.
static bool parse_string(struct parser *p, struct slice *out)
{
    size_t start = p->at;
    while (p->at < p->text.len) {
        unsigned char c = (unsigned char)p->text.ptr[p->at];
        if (c == '"') {
            *out = arena_copy(p->arena, slice_sub(p->text, start, p->at));
            p->at++;
            return out->ptr || error_memory(p->error);
        }
        if (c == '\\' || c < 0x20)
            break;
        p->at++;
    }
    return parse_escaped(p, start, out);
}

// ---- numbers and words ----

static size_t skip_digits(const struct parser *p, size_t at)
{
    while (at < p->text.len && p->text.ptr[at] >= '0' && p->text.ptr[at] <= '9')
        at++;
    return at;
}

static int json_byte(const struct parser *p, size_t at)
{
    return at < p->text.len ? p->text.ptr[at] : 0;
}

// End of a number in JSON's grammar, which is narrower than JavaScript's; 0 if there is none.
static size_t number_end(const struct parser *p)
{
    size_t at = p->at + (peek(p) == '-' ? 1 : 0);
    size_t digits = skip_digits(p, at);
    if (digits == at || (json_byte(p, at) == '0' && digits > at + 1))
        return 0;
    at = digits;
    if (json_byte(p, at) == '.') {
        digits = skip_digits(p, at + 1);
        if (digits == at + 1)
            return 0;
        at = digits;
    }
    if ((json_byte(p, at) | 0x20) == 'e') {
        at++;
        at += json_byte(p, at) == '+' || json_byte(p, at) == '-';
        digits = skip_digits(p, at);
        return digits == at ? 0 : digits;
    }
    return at;
}

static bool parse_number(struct parser *p, struct value *out)
{
    double number = 0;
    size_t end = number_end(p);
    if (end == 0)
        return json_fail(p, p->at, "this is not a JSON number",
                         "no leading zeros or plus signs, and a digit on both sides of a point");
    text_scan_number(slice_sub(p->text, p->at, end), &number);
    p->at = end;
    *out = value_number(number);
    return true;
}

static const char *hint_for(int c)
{
    switch (c) {
    case '\'':
        return "JSON strings need double quotes";
    case '/':
    case '#':
        return "JSON has no comments";
    case '}':
    case ']':
        return "remove the comma before it";
    default:
        return NULL;
    }
}

static bool parse_word(struct parser *p, struct value *out)
{
    static const struct {
        struct slice word;
        struct value value;
    } words[] = {
        {{"true", 4}, {.type = VALUE_BOOLEAN, .number = 1}},
        {{"false", 5}, {.type = VALUE_BOOLEAN, .number = 0}},
        {{"null", 4}, {.type = VALUE_NULL}},
    };
    struct slice rest = slice_sub(p->text, p->at, p->text.len);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_starts_with(rest, words[i].word)) {
            p->at += words[i].word.len;
            *out = words[i].value;
            return true;
        }
    }
    if (rest.len == 0)
        return json_fail(p, p->at, "the JSON ends where a value is expected", NULL);
    return json_fail(p, p->at, "a JSON value is expected here", hint_for(peek(p)));
}

// ---- collections ----

static bool parse_items(struct parser *p, struct value_array *array)
{
    size_t start = p->at - 1;
    skip_json_space(p);
    if (eat(p, ']'))
        return true;
    for (;;) {
        struct value item;
        if (!parse_value(p, &item))
            return false;
        if (!array_push(p->arena, array, item))
            return error_memory(p->error);
        skip_json_space(p);
        if (eat(p, ']'))
            return true;
        if (peek(p) < 0)
            return json_fail(p, start, "the list opened here is not closed", NULL);
        if (!eat(p, ','))
            return json_fail(p, p->at, "a comma or ] is expected here", hint_for(peek(p)));
    }
}

static bool parse_member(struct parser *p, struct value_object *object)
{
    struct slice key;
    struct value value;
    skip_json_space(p);
    if (!eat(p, '"'))
        return json_fail(p, p->at, "a key in double quotes is expected here", hint_for(peek(p)));
    if (!parse_string(p, &key))
        return false;
    skip_json_space(p);
    if (!eat(p, ':'))
        return json_fail(p, p->at, "a colon is expected after the key", NULL);
    if (!parse_value(p, &value))
        return false;
    return object_append(p->arena, object, key, value) || error_memory(p->error);
}

static bool parse_members(struct parser *p, struct value_object *object)
{
    size_t start = p->at - 1;
    skip_json_space(p);
    if (eat(p, '}'))
        return true;
    for (;;) {
        if (!parse_member(p, object))
            return false;
        skip_json_space(p);
        if (eat(p, '}'))
            return true;
        if (peek(p) < 0)
            return json_fail(p, start, "the object opened here is not closed", NULL);
        if (!eat(p, ','))
            return json_fail(p, p->at, "a comma or } is expected here", hint_for(peek(p)));
    }
}

static bool parse_collection(struct parser *p, struct value *out)
{
    if (p->depth >= p->limits.depth)
        return over_limit(p, "levels of nesting", p->limits.depth);
    p->depth++;
    bool list = p->text.ptr[p->at++] == '[';
    *out = list ? value_array(p->arena, 0) : value_object(p->arena);
    if (out->type == VALUE_UNDEFINED)
        return error_memory(p->error);
    bool ok = list ? parse_items(p, out->array) : parse_members(p, out->object);
    if (ok && !list && !object_sort(p->arena, out->object))
        return error_memory(p->error);
    p->depth--;
    return ok;
}

static bool parse_value(struct parser *p, struct value *out)
{
    struct slice text;
    if (++p->nodes > p->limits.nodes)
        return over_limit(p, "values", p->limits.nodes);
    skip_json_space(p);
    int c = peek(p);
    if (c == '{' || c == '[')
        return parse_collection(p, out);
    if (c == '-' || (c >= '0' && c <= '9'))
        return parse_number(p, out);
    if (c != '"')
        return parse_word(p, out);
    p->at++;
    if (!parse_string(p, &text))
        return false;
    *out = value_string(text);
    out->flags = utf8_is_ascii(text) ? VALUE_ASCII : 0;
    return true;
}

struct value value_from_json(struct arena *arena, struct slice file, struct slice source,
                             const struct value_limits *limits, struct error *error)
{
    struct parser p = {.arena = arena,
                       .file = file,
                       .text = source,
                       .limits = limits_in_force(limits),
                       .error = error};
    struct value value;
    if (source.len > p.limits.bytes) {
        error_set(error, ERROR_LIMIT, "the JSON is larger than %zu bytes", p.limits.bytes);
        error_at(error, file, 0, 0);
        return value_undefined();
    }
    size_t invalid = utf8_find_invalid(source);
    if (invalid != SIZE_MAX) {
        json_fail(&p, invalid, "the text is not valid UTF-8", "save the file as UTF-8");
        return value_undefined();
    }
    if (slice_starts_with(source, SLICE("\xef\xbb\xbf")))
        p.at = 3;
    if (!parse_value(&p, &value))
        return value_undefined();
    skip_json_space(&p);
    if (p.at < source.len) {
        json_fail(&p, p.at, "something follows the end of the JSON", hint_for(peek(&p)));
        return value_undefined();
    }
    return value;
}
