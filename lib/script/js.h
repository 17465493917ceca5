// SPDX-License-Identifier: MIT
//
// JavaScript as text: its tokens, the calls it makes, and those of their arguments that are plain
// values. Nothing is run. A name stands for the literal it was declared with, process.env.X for the
// environment variable, and everything else is simply not known.
//
// Thread-safety: a script belongs to one thread. Everything lies in the arena it was read into.
#ifndef GUIDANCED_SCRIPT_JS_H
#define GUIDANCED_SCRIPT_JS_H

#include "value/value.h"

enum js_kind {
    JS_NAME,
    JS_STRING,
    JS_TEMPLATE, // `…${ }…`: a string with parts that are not known
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

// Never fails but for want of memory: what is no JavaScript gives tokens that mean nothing.
bool js_read(struct js_source *script, struct arena *arena, struct slice text);

bool js_is(const struct js_source *script, size_t token, const char *text);
// Behind the bracket that closes the one at `open`.
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

// The value of an expression when it is plain. False when it is not, or not wholly.
bool js_value(const struct js_source *script, struct js_range range, struct value *value);
// The members of an object literal, each with the range of its value: calls fn for each. False when
// the range is no object literal.
bool js_members(const struct js_source *script, struct js_range range, void *state,
                void (*fn)(void *state, struct slice key, struct js_range value));
// The object literal that a range is, or that the name in it was declared with.
struct js_range js_object(const struct js_source *script, struct js_range range);

// The module a name was imported or required from, by "name" or by "name.member"; "" when it is
// not known.
struct slice js_module(const struct js_source *script, struct slice name);
// The module that an expression names, `require("x")` written in place included.
struct slice js_module_of(const struct js_source *script, struct js_range range);
// The text of a range, on one line, cut to `max` bytes.
struct slice js_excerpt(const struct js_source *script, struct js_range range, size_t max);
unsigned js_line(const struct js_source *script, size_t token);

#endif
