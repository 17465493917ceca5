// SPDX-License-Identifier: MIT
//
// Reading JavaScript as text: a tokeniser that knows strings, templates, comments and regular
// expressions, and a reader of literals.
#include "js.h"

#include <stdlib.h>

enum { DEPTH_MAX = 32 };

// ---- tokens ----

struct lexer {
    struct js_source *script;
    size_t at;
    size_t capacity;
};

static bool is_js_name_byte(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '#' || (c & 0x80);
}

static char js_byte(const struct lexer *lexer, size_t at)
{
    return at < lexer->script->text.len ? lexer->script->text.ptr[at] : '\0';
}

static bool add_token(struct lexer *lexer, enum js_kind kind, size_t at, struct slice text)
{
    struct js_source *script = lexer->script;
    if (!arena_room(script->arena, &script->tokens, script->count + 1, &lexer->capacity,
                    sizeof *script->tokens))
        return false;
    script->tokens[script->count++] = (struct js_token){kind, at, lexer->at, text};
    return true;
}

static void skip_comment(struct lexer *lexer)
{
    bool line = js_byte(lexer, lexer->at + 1) == '/';
    size_t end = slice_find(lexer->script->text, line ? SLICE("\n") : SLICE("*/"), lexer->at + 2);
    lexer->at = end == SIZE_MAX ? lexer->script->text.len : end + (line ? 1 : 2);
}

static void append_escape(struct buffer *out, char c)
{
    buffer_append_byte(out, c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
}

// Moves after the "}" of `${ … }`.
static void skip_part(struct lexer *lexer)
{
    unsigned open = 1;
    for (lexer->at += 2; open && lexer->at < lexer->script->text.len; lexer->at++) {
        char c = js_byte(lexer, lexer->at);
        open += c == '{';
        open -= c == '}';
    }
}

static bool read_string(struct lexer *lexer)
{
    size_t start = lexer->at;
    char quote = js_byte(lexer, lexer->at++);
    struct buffer out = buffer_create(lexer->script->arena, 0);
    bool parts = false;
    while (lexer->at < lexer->script->text.len && js_byte(lexer, lexer->at) != quote) {
        if (js_byte(lexer, lexer->at) == '\\') {
            append_escape(&out, js_byte(lexer, lexer->at + 1));
            lexer->at += 2;
        } else if (quote == '`' && js_byte(lexer, lexer->at) == '$' &&
                   js_byte(lexer, lexer->at + 1) == '{') {
            parts = true;
            skip_part(lexer);
        } else
            buffer_append_byte(&out, js_byte(lexer, lexer->at++));
    }
    if (lexer->at < lexer->script->text.len)
        lexer->at++;
    struct slice text = slice_of(out.ptr ? out.ptr : "", out.len);
    return add_token(lexer, parts ? JS_TEMPLATE : JS_STRING, start, text);
}

// A slash begins a regular expression where no value can end.
static bool regexp_may_begin(const struct js_source *script)
{
    if (!script->count)
        return true;
    const struct js_token *last = &script->tokens[script->count - 1];
    if (last->kind == JS_NAME)
        return slice_equal(last->text, SLICE("return"));
    return last->kind == JS_PUNCTUATION && !slice_equal(last->text, SLICE(")")) &&
           !slice_equal(last->text, SLICE("]")) && !slice_equal(last->text, SLICE("}"));
}

static bool read_regexp(struct lexer *lexer)
{
    size_t start = lexer->at++;
    bool class = false;
    for (char c; (c = js_byte(lexer, lexer->at)) != '\0' && c != '\n'; lexer->at++) {
        if (c == '\\')
            lexer->at++;
        else if (c == '/' && !class)
            break;
        else if (c == '[' || c == ']')
            class = c == '[';
    }
    lexer->at++;
    while (is_js_name_byte(js_byte(lexer, lexer->at)))
        lexer->at++;
    return add_token(lexer, JS_REGEXP, start, SLICE_EMPTY);
}

static bool read_js_word(struct lexer *lexer)
{
    size_t start = lexer->at;
    bool number = js_byte(lexer, start) >= '0' && js_byte(lexer, start) <= '9';
    while (is_js_name_byte(js_byte(lexer, lexer->at)) ||
           (number && js_byte(lexer, lexer->at) == '.'))
        lexer->at++;
    return add_token(lexer, number ? JS_NUMBER : JS_NAME, start,
                     slice_sub(lexer->script->text, start, lexer->at));
}

static bool read_punctuation(struct lexer *lexer)
{
    static const char *const LONGER[] = {"=>", "...", "??", "||"};
    size_t start = lexer->at, length = 1;
    for (size_t i = 0; i < sizeof LONGER / sizeof *LONGER; i++) {
        struct slice text = slice_from_cstr(LONGER[i]);
        if (slice_starts_with(slice_sub(lexer->script->text, start, start + 3), text))
            length = text.len;
    }
    lexer->at += length;
    return add_token(lexer, JS_PUNCTUATION, start,
                     slice_sub(lexer->script->text, start, start + length));
}

bool js_read(struct js_source *script, struct arena *arena, struct slice text)
{
    *script = (struct js_source){.arena = arena, .text = text};
    struct lexer lexer = {.script = script};
    bool ok = true;
    while (ok && lexer.at < text.len) {
        char c = js_byte(&lexer, lexer.at), next = js_byte(&lexer, lexer.at + 1);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            lexer.at++;
        else if (c == '/' && (next == '/' || next == '*'))
            skip_comment(&lexer);
        else if (c == '"' || c == '\'' || c == '`')
            ok = read_string(&lexer);
        else if (c == '/' && regexp_may_begin(script))
            ok = read_regexp(&lexer);
        else
            ok = is_js_name_byte(c) ? read_js_word(&lexer) : read_punctuation(&lexer);
    }
    ok = ok && add_token(&lexer, JS_END, text.len, SLICE_EMPTY);
    if (ok)
        script->count--;
    return ok;
}

bool js_is(const struct js_source *script, size_t token, const char *text)
{
    return token < script->count &&
           (script->tokens[token].kind == JS_NAME ||
            script->tokens[token].kind == JS_PUNCTUATION) &&
           slice_equal(script->tokens[token].text, slice_from_cstr(text));
}

static bool is_kind(const struct js_source *script, size_t token, enum js_kind kind)
{
    return token < script->count && script->tokens[token].kind == kind;
}

static int nesting(const struct js_source *script, size_t token)
{
    if (!is_kind(script, token, JS_PUNCTUATION))
        return 0;
    switch (script->tokens[token].text.ptr[0]) {
    case '(':
    case '[':
    case '{':
        return 1;
    case ')':
    case ']':
    case '}':
        return -1;
    default:
        return 0;
    }
}

size_t js_after(const struct js_source *script, size_t open)
{
    int depth = 0;
    for (size_t i = open; i < script->count; i++) {
        depth += nesting(script, i);
        if (depth <= 0)
            return i + 1;
    }
    return script->count;
}

// The parts between commas of what the bracket at `open` encloses.
static size_t split_list(const struct js_source *script, size_t open, struct js_range *parts,
                         size_t max)
{
    size_t end = js_after(script, open) - 1, from = open + 1, count = 0;
    int depth = 0;
    for (size_t i = open + 1; i <= end && count < max; i++) {
        bool last = i == end;
        if (last || (depth == 0 && js_is(script, i, ","))) {
            if (i > from)
                parts[count++] = (struct js_range){from, i};
            from = i + 1;
        }
        depth += nesting(script, i);
    }
    return count;
}

size_t js_arguments(const struct js_source *script, size_t open,
                    struct js_range arguments[JS_ARGUMENTS_MAX])
{
    return split_list(script, open, arguments, JS_ARGUMENTS_MAX);
}

// ---- names ----

// The expression a name was declared with: `const name = …` to the end of the statement.
static struct js_range declaration(const struct js_source *script, struct slice name)
{
    for (size_t i = 0; i + 2 < script->count; i++) {
        bool declares =
            js_is(script, i, "const") || js_is(script, i, "let") || js_is(script, i, "var");
        if (!declares || !slice_equal(script->tokens[i + 1].text, name) ||
            !js_is(script, i + 2, "="))
            continue;
        size_t end = i + 3;
        while (end < script->count && !js_is(script, end, ";") && !js_is(script, end, ",") &&
               nesting(script, end) >= 0) {
            end = nesting(script, end) > 0 ? js_after(script, end) : end + 1;
            // Without a semicolon, a statement ends with its line.
            if (end < script->count &&
                slice_find_byte(
                    slice_sub(script->text, script->tokens[end - 1].end, script->tokens[end].at),
                    '\n', 0) != SIZE_MAX &&
                !js_is(script, end, "."))
                break;
        }
        return (struct js_range){i + 3, end};
    }
    return (struct js_range){0, 0};
}

// ---- values ----

static bool read_js_value(const struct js_source *script, struct js_range range, unsigned depth,
                          struct value *value);

struct object_state {
    const struct js_source *script;
    struct value object;
    unsigned depth;
    bool ok;
};

static void add_member(void *state, struct slice key, struct js_range range)
{
    struct object_state *members = state;
    struct value v = value_undefined();
    if (!read_js_value(members->script, range, members->depth + 1, &v))
        members->ok = false;
    else
        value_set(NULL, members->script->arena, members->object, key, v);
}

static bool read_array(const struct js_source *script, size_t open, unsigned depth,
                       struct value *value)
{
    struct js_range parts[64];
    size_t count = split_list(script, open, parts, 64);
    bool ok = true;
    *value = value_array(script->arena, (uint32_t)count + 1);
    for (size_t i = 0; i < count; i++) {
        struct value item = value_undefined();
        ok = read_js_value(script, parts[i], depth + 1, &item) && ok;
        value_push(NULL, script->arena, *value, item);
    }
    return ok && count < 64;
}

// `process.env.NAME`, with `|| "default"` or `?? "default"`: an environment variable for
// guidance.yaml.
static bool read_process_environment(const struct js_source *script, struct js_range range,
                                     struct value *value)
{
    struct value other = value_string(SLICE(""));
    size_t from = range.from;
    if (range.to - from < 5 || !js_is(script, from, "process") || !js_is(script, from + 2, "env") ||
        !is_kind(script, from + 4, JS_NAME))
        return false;
    if (range.to - from > 5 && !((js_is(script, from + 5, "||") || js_is(script, from + 5, "??")) &&
                                 js_value(script, (struct js_range){from + 6, range.to}, &other) &&
                                 value_is(other, VALUE_STRING)))
        return false;
    struct slice text = value_text(other);
    *value = value_string(arena_printf(script->arena, "${%.*s:-%.*s}",
                                       SLICE_ARG(script->tokens[from + 4].text), SLICE_ARG(text)));
    return true;
}

static bool read_word_value(const struct js_source *script, struct slice name, unsigned depth,
                            struct value *value)
{
    if (slice_equal(name, SLICE("true")) || slice_equal(name, SLICE("false")))
        *value = value_boolean(name.len == 4);
    else if (slice_equal(name, SLICE("null")) || slice_equal(name, SLICE("undefined")))
        *value = value_null();
    else {
        struct js_range range = declaration(script, name);
        return range.to > range.from && read_js_value(script, range, depth + 1, value);
    }
    return true;
}

// One token, or one bracket with its content.
static bool read_simple(const struct js_source *script, struct js_range range, unsigned depth,
                        struct value *value)
{
    const struct js_token *token = &script->tokens[range.from];
    if (js_is(script, range.from, "[") && js_after(script, range.from) == range.to)
        return read_array(script, range.from, depth, value);
    if (js_is(script, range.from, "{") && js_after(script, range.from) == range.to) {
        struct object_state state = {script, value_object(script->arena), depth, true};
        js_members(script, range, &state, add_member);
        *value = state.object;
        return state.ok;
    }
    if (range.to - range.from == 2 && js_is(script, range.from, "-") &&
        is_kind(script, range.from + 1, JS_NUMBER)) {
        *value = value_number(-value_parse_float(script->tokens[range.from + 1].text));
        return true;
    }
    if (range.to - range.from != 1)
        return read_process_environment(script, range, value);
    switch (token->kind) {
    case JS_STRING:
        *value = value_string(token->text);
        return true;
    case JS_NUMBER:
        *value = value_number(value_parse_float(token->text));
        return true;
    case JS_NAME:
        return read_word_value(script, token->text, depth, value);
    default:
        return false;
    }
}

// Texts joined by "+".
static bool read_js_value(const struct js_source *script, struct js_range range, unsigned depth,
                          struct value *value)
{
    struct buffer text = buffer_create(script->arena, 0);
    size_t from = range.from;
    bool joined = false;
    if (range.from >= range.to || depth > DEPTH_MAX)
        return false;
    for (size_t i = range.from; i < range.to;) {
        if (!js_is(script, i, "+")) {
            i = nesting(script, i) > 0 ? js_after(script, i) : i + 1;
            continue;
        }
        struct value part;
        if (!read_simple(script, (struct js_range){from, i}, depth + 1, &part) ||
            !value_is(part, VALUE_STRING))
            return false;
        buffer_append(&text, value_text(part));
        joined = true;
        from = ++i;
    }
    if (!read_simple(script, (struct js_range){from, range.to}, depth, value))
        return false;
    if (!joined)
        return true;
    if (!value_is(*value, VALUE_STRING))
        return false;
    buffer_append(&text, value_text(*value));
    *value = value_string(buffer_slice(&text));
    return true;
}

bool js_value(const struct js_source *script, struct js_range range, struct value *value)
{
    *value = value_undefined();
    return read_js_value(script, range, 0, value);
}

bool js_members(const struct js_source *script, struct js_range range, void *state,
                void (*fn)(void *state, struct slice key, struct js_range value))
{
    struct js_range parts[64];
    if (!js_is(script, range.from, "{"))
        return false;
    size_t count = split_list(script, range.from, parts, 64);
    for (size_t i = 0; i < count; i++) {
        const struct js_token *key = &script->tokens[parts[i].from];
        bool named = key->kind == JS_NAME || key->kind == JS_STRING;
        if (named && js_is(script, parts[i].from + 1, ":"))
            fn(state, key->text, (struct js_range){parts[i].from + 2, parts[i].to});
        else if (named && parts[i].to - parts[i].from == 1)
            fn(state, key->text, parts[i]); // {tags}
        else
            fn(state, named ? key->text : SLICE("..."), (struct js_range){0, 0});
    }
    return true;
}

struct js_range js_object(const struct js_source *script, struct js_range range)
{
    if (range.to - range.from == 1 && is_kind(script, range.from, JS_NAME))
        range = declaration(script, script->tokens[range.from].text);
    return range;
}

// ---- modules ----

// The string of `require("x")` and the like within a declaration, or of `from "x"`.
static struct slice module_after(const struct js_source *script, size_t token, size_t end,
                                 bool import)
{
    for (size_t i = token; i < end && i < script->count; i++) {
        if (js_is(script, i, ";") || js_is(script, i, "=>") || js_is(script, i, "function"))
            break;
        bool called = i > 0 && js_is(script, i - 1, "(") && js_is(script, i + 1, ")");
        if (is_kind(script, i, JS_STRING) && (import || called))
            return script->tokens[i].text;
    }
    return SLICE_EMPTY;
}

// Whether the list of names in braces at `open` has the name: {A}, {B as A}, {B: A}.
static bool lists(const struct js_source *script, size_t open, struct slice name)
{
    for (size_t i = open + 1; i + 1 < js_after(script, open); i++)
        if (slice_equal(script->tokens[i].text, name) && !js_is(script, i + 1, "as") &&
            !js_is(script, i + 1, ":"))
            return true;
    return false;
}

static bool range_names(const struct js_source *script, size_t from, size_t to, struct slice name)
{
    for (size_t i = from; i < to; i++) {
        if (js_is(script, i, "{") && lists(script, i, name))
            return true;
        if (is_kind(script, i, JS_NAME) && slice_equal(script->tokens[i].text, name))
            return true;
        if (nesting(script, i) > 0)
            i = js_after(script, i) - 1;
    }
    return false;
}

struct slice js_module(const struct js_source *script, struct slice name)
{
    name = slice_sub(name, 0, slice_find_byte(name, '.', 0));
    for (size_t i = 0; i < script->count; i++) {
        bool import = js_is(script, i, "import") && !js_is(script, i + 1, "(");
        bool declares =
            js_is(script, i, "const") || js_is(script, i, "let") || js_is(script, i, "var");
        // const a = require("a"), b = require("b")
        if (js_is(script, i, ",") && js_is(script, i + 2, "=") &&
            slice_equal(script->tokens[i + 1].text, name)) {
            struct slice module = module_after(script, i + 3, i + 8, false);
            if (module.len)
                return module;
        }
        if (!import && !declares)
            continue;
        size_t middle = i + 1; // "from", or "="
        while (middle < script->count && !js_is(script, middle, import ? "from" : "=") &&
               !js_is(script, middle, ";") && !is_kind(script, middle, JS_STRING))
            middle = nesting(script, middle) > 0 ? js_after(script, middle) : middle + 1;
        if (!range_names(script, i + 1, middle, name))
            continue;
        struct slice module = module_after(script, middle + 1, middle + 12, import);
        if (module.len)
            return module;
    }
    return SLICE_EMPTY;
}

struct slice js_module_of(const struct js_source *script, struct js_range range)
{
    if (range.from >= range.to)
        return SLICE_EMPTY;
    for (size_t i = range.from; i + 2 < range.to; i++)
        if ((js_is(script, i, "require") || js_is(script, i, "import")) &&
            js_is(script, i + 1, "(") && is_kind(script, i + 2, JS_STRING))
            return script->tokens[i + 2].text;
    return is_kind(script, range.from, JS_NAME) ? js_module(script, script->tokens[range.from].text)
                                                : SLICE_EMPTY;
}

// ---- showing ----

struct slice js_excerpt(const struct js_source *script, struct js_range range, size_t max)
{
    struct buffer out = buffer_create(script->arena, 0);
    if (range.from >= range.to)
        return SLICE_EMPTY;
    struct slice text =
        slice_sub(script->text, script->tokens[range.from].at, script->tokens[range.to - 1].end);
    for (size_t i = 0; i < text.len && out.len < max; i++) {
        char c = text.ptr[i];
        bool space = c == '\n' || c == ' ' || c == '\t' || c == '\r';
        if (!space || !out.len || out.ptr[out.len - 1] != ' ')
            buffer_append_byte(&out, space ? ' ' : c);
    }
    if (out.len >= max)
        buffer_append_cstr(&out, "…");
    return buffer_slice(&out);
}

unsigned js_line(const struct js_source *script, size_t token)
{
    unsigned line, column;
    error_locate(script->text, script->tokens[token].at, &line, &column);
    return line;
}
