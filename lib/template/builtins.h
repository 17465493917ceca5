// SPDX-License-Identifier: MIT
//
// The built-in filters, tests and globals, for the files that define them.
//
// Each built-in is one row of builtins_filters.def, builtins_tests.def or builtins_globals.def
// (name, function, usage, a sentence of documentation) and one function of type value_native. The
// rows are expanded twice: here into declarations, in builtins.c into the public tables.
//
// Nunjucks' filters are JavaScript functions that never check their arguments, so JavaScript
// decides what they do with a number instead of a text. If it throws, ours is an error that names
// the filter and its input; if it gives a value, ours gives the same value.
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_BUILTINS_H
#define GUIDANCED_TEMPLATE_BUILTINS_H

#include "template.h"

#define FILTER(name, function, impure, usage, doc) struct value function(struct value_call *call);
#define TEST(name, function, usage, doc)           struct value function(struct value_call *call);
#define GLOBAL(name, function, usage, doc)         struct value function(struct value_call *call);
#define ALIAS(name, function, impure, usage, doc)
#include "builtins_filters.def"
#include "builtins_globals.def"
#include "builtins_tests.def"
#undef FILTER
#undef TEST
#undef GLOBAL
#undef ALIAS

// Most items a filter or range() makes: beyond it, ERROR_LIMIT.
enum { BUILTIN_ITEMS_MAX = 1000 * 1000 };

// ---- arguments (builtins_arguments.c) ----

// Sets a runtime error; returns undefined, so that a caller can `return builtin_fail(…)`.
struct value builtin_fail(struct value_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// Reports that `filter` cannot work on v, as JavaScript's TypeError does.
struct value builtin_wrong_type(struct value_call *call, const char *filter, const char *wanted,
                                struct value v);

// null, undefined and false become the empty string (Nunjucks: normalize).
struct value builtin_normalise(struct value v);
// The text of a string, safe or not. False, with an error set, for anything else.
bool builtin_text(struct value_call *call, const char *filter, struct value v, struct slice *text);
// Is it a string that is not safe? A SafeString is an object to JavaScript.
bool builtin_is_plain_string(struct value v);
// The types for which a test of types alone is true, as bits of builtin_type_bit. 0: not such a
// test.
uint32_t builtin_test_types(value_native test);
// One bit for each type, and another for safe texts.
static inline uint32_t builtin_type_bit(struct value v)
{
    bool safe = v.type == VALUE_STRING && (v.flags & VALUE_SAFE);
    return UINT32_C(1) << (safe ? VALUE_FUNCTION + 1 : v.type);
}
static inline bool builtin_is_safe(struct value v)
{
    return v.type == VALUE_STRING && (v.flags & VALUE_SAFE);
}

// Argument n of a function made by Nunjucks' makeMacro: the positional one if given, else the
// keyword of that name, else undefined.
struct value builtin_macro_arg(const struct value_call *call, uint32_t n, const char *name);

// A buffer for a result: in the realm's arena, capped by its text_max.
struct buffer builtin_buffer(const struct value_call *call);
// The finished buffer as a value: a safe string if `from` is one (copySafeness). Sets ERROR_LIMIT
// or ERROR_MEMORY if the buffer failed.
struct value builtin_finish(struct value_call *call, struct buffer *out, struct value from);
// The same, never safe.
struct value builtin_finish_plain(struct value_call *call, struct buffer *out);

// ---- sequences: what `arr.length` and `arr[i]` see (builtins_arguments.c) ----

// The items of an array, the characters of a string, `length` items of anything that has a length,
// nothing for numbers and booleans. items may point into the array: read-only, and only until the
// array is written. False, with an error set, for null and undefined.
struct builtin_sequence {
    const struct value *items;
    uint32_t count;
};
bool builtin_sequence(struct value_call *call, const char *filter, struct value v,
                      struct builtin_sequence *out);
// The items of a true array only, else an error.
bool builtin_array(struct value_call *call, const char *filter, struct value v,
                   struct builtin_sequence *out);

// An empty array with room for `capacity` items, and appending to it; failures set the call's
// error.
struct value builtin_new_array(struct value_call *call, size_t capacity);
bool builtin_push(struct value_call *call, struct value array, struct value item);

// object[key]; an error for null and undefined, which have no properties.
bool builtin_member(struct value_call *call, struct value object, struct value key,
                    struct value *out);
// Follows "a.b.c" through own properties (Nunjucks: getAttrGetter). A number or other key is one
// step; a falsy one is no step.
bool builtin_attribute(struct value_call *call, struct value object, struct value attribute,
                       struct value *out);

// JavaScript's stable Array.prototype.sort (TimSort for short arrays, merges for long), undefined
// last. compare gives <0, 0, >0 and may set the call's error, which ends the sort.
typedef double (*builtin_compare)(void *state, struct value a, struct value b);
bool builtin_sort(struct value_call *call, struct value *items, uint32_t count,
                  builtin_compare compare, void *state);

// The tags of builtins_shortcodes.c, ended by a row with name NULL.
const struct template_builtin *template_builtin_shortcodes(void);

// ---- text (escape.c, builtins_filters_text.c) ----

// Appends text with & < > " ' and backslash as character references, as Nunjucks 3.2.4 does.
void template_append_escaped(struct buffer *out, struct slice text);
// Whether the running set has throw_on_undefined.
bool template_throws_on_undefined(struct value_call *call);
// Is there a test of that name? Sets an error when not.
bool template_has_test(struct value_call *call, struct slice name);
// Calls the test of that name; an error when there is none.
struct value template_call_test(struct value_call *call, struct slice name,
                                const struct value *args, uint32_t argc);

// text.substring(from, to) in UTF-16 units, appended. Half a surrogate pair becomes U+FFFD, which
// is what printing it gives in Node.
void builtin_append_units(struct buffer *out, struct slice text, size_t from, size_t to);
// text without white space at both ends, as matched by JavaScript's \s.
struct slice builtin_trim(struct slice text);

#endif
