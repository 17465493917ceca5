// SPDX-License-Identifier: MIT
//
// JavaScript as text: its tokens, its calls, and those of their arguments that are plain values.
// Nothing is run. A name stands for the literal it was declared with, process.env.X for the
// environment variable; everything else is unknown.
//
// Thread-safety: a script belongs to one thread. Everything is in the arena it was read into.
#ifndef GUIDANCED_SCRIPT_JS_H
#define GUIDANCED_SCRIPT_JS_H

#include "value/value.h"

enum js_kind {
    JS_NAME,
    JS_STRING,
    JS_TEMPLATE, // `…${ }…`: a string with unknown parts
    JS_NUMBER,
    JS_REGEXP,
    JS_PUNCTUATION, // one character, or "=>", "...", "??", "||"
    JS_END,
};

struct js_token {
    enum js_kind kind;
    size_t at, end;    // in the text
    struct slice text; // of a string: without quotes and escapes
};

struct js_source {
    struct arena *arena;
    struct slice text;
    struct js_token *tokens; // ended by JS_END
    size_t count;            // without it
};

// Fails only when out of memory: anything but JavaScript gives meaningless tokens.
bool js_read(struct js_source *script, struct arena *arena, struct slice text);

bool js_is(const struct js_source *script, size_t token, const char *text);
// The token after the bracket that closes the one at `open`.
size_t js_after(const struct js_source *script, size_t open);

// Tokens [from, to).
struct js_range {
    size_t from, to;
};
enum { JS_ARGUMENTS_MAX = 8 };
// The arguments of the call whose "(" is at `open`. Returns how many there are (at most the
// maximum).
size_t js_arguments(const struct js_source *script, size_t open,
                    struct js_range arguments[JS_ARGUMENTS_MAX]);

// The value of an expression if it is plain. False if it is not, or not entirely.
bool js_value(const struct js_source *script, struct js_range range, struct value *value);
// The members of an object literal, each with the range of its value: calls fn for each. False if
// the range is not an object literal.
bool js_members(const struct js_source *script, struct js_range range, void *state,
                void (*fn)(void *state, struct slice key, struct js_range value));
// The object literal that a range is, or that the name in it was declared with.
struct js_range js_object(const struct js_source *script, struct js_range range);

// The module a name was imported or required from, by "name" or by "name.member"; "" if unknown.
struct slice js_module(const struct js_source *script, struct slice name);
// The module that an expression names, including an inline `require("x")`.
struct slice js_module_of(const struct js_source *script, struct js_range range);
// The text of a range, on one line, truncated to `max` bytes.
struct slice js_excerpt(const struct js_source *script, struct js_range range, size_t max);
unsigned js_line(const struct js_source *script, size_t token);

#endif
