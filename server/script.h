// SPDX-License-Identifier: MIT
//
// JavaScript as text: its tokens, the calls it makes, and those of their arguments that are plain
// values. Nothing is run. A name stands for the literal it was declared with, process.env.X for the
// environment variable, and everything else is simply not known.
//
// Thread-safety: a script belongs to one thread. Everything lies in the arena it was read into.
#ifndef GUIDANCED_SERVER_SCRIPT_H
#define GUIDANCED_SERVER_SCRIPT_H

#include "value/value.h"

enum script_kind {
    SCRIPT_NAME,
    SCRIPT_STRING,
    SCRIPT_TEMPLATE, // `…${ }…`: a string with parts that are not known
    SCRIPT_NUMBER,
    SCRIPT_REGEXP,
    SCRIPT_PUNCTUATION, // one character, or "=>", "...", "??", "||"
    SCRIPT_END,
};

struct script_token {
    enum script_kind kind;
    size_t at, end;    // in the text
    struct slice text; // of a string: without quotes and escapes
};

struct script {
    struct arena *arena;
    struct slice text;
    struct script_token *tokens; // ended by SCRIPT_END
    size_t count;                // without it
};

// Never fails but for want of memory: what is no JavaScript gives tokens that mean nothing.
bool script_read(struct script *script, struct arena *arena, struct slice text);

bool script_is(const struct script *script, size_t token, const char *text);
// Behind the bracket that closes the one at `open`.
size_t script_behind(const struct script *script, size_t open);

// Tokens [from, to).
struct script_range {
    size_t from, to;
};
enum { SCRIPT_ARGUMENTS_MAX = 8 };
// The arguments of the call whose "(" is at `open`. Returns how many there are (at most the
// maximum).
size_t script_arguments(const struct script *script, size_t open,
                        struct script_range arguments[SCRIPT_ARGUMENTS_MAX]);

// The value of an expression when it is plain. False when it is not, or not wholly.
bool script_value(const struct script *script, struct script_range range, struct value *value);
// The members of an object literal, each with the range of its value: calls fn for each. False when
// the range is no object literal.
bool script_members(const struct script *script, struct script_range range, void *state,
                    void (*fn)(void *state, struct slice key, struct script_range value));
// The object literal that a range is, or that the name in it was declared with.
struct script_range script_object(const struct script *script, struct script_range range);

// The module a name was imported or required from, by "name" or by "name.member"; "" when it is
// not known.
struct slice script_module(const struct script *script, struct slice name);
// The module that an expression names, `require("x")` written in place included.
struct slice script_module_of(const struct script *script, struct script_range range);
// The text of a range, on one line, cut to `max` bytes.
struct slice script_excerpt(const struct script *script, struct script_range range, size_t max);
unsigned script_line(const struct script *script, size_t token);

#endif
