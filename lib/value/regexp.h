// SPDX-License-Identifier: MIT
//
// Private to lib/value: regular expressions beyond the public header.
#ifndef GUIDANCED_VALUE_REGEXP_H
#define GUIDANCED_VALUE_REGEXP_H

#include "value/value.h"

struct slice value_regexp_flags(struct value regexp);
// "/source/flags"
void regexp_append_text(struct buffer *out, struct value regexp);
// Name of group `number` (from 1), or the empty slice.
struct slice regexp_group_name(struct value regexp, size_t number);

// Where to look next after a match in a global search: an empty match moves on by a code point.
size_t regexp_next_start(struct slice text, const struct value_match *match);

// The results of exec and its relatives (regexp_exec.c), as JavaScript's arrays with index, input
// and groups; null when there is no match. `text` is a string.
struct value regexp_exec_at(struct value_realm *realm, struct value regexp, struct value text,
                            size_t from, struct error *error);
// String.prototype.match, matchAll, search and split with a regular expression.
struct value regexp_match_text(struct value_realm *realm, struct value regexp, struct value text,
                               struct error *error);
struct value regexp_match_all(struct value_realm *realm, struct value regexp, struct value text,
                              struct error *error);
struct value regexp_search(struct value_realm *realm, struct value regexp, struct value text,
                           struct error *error);
struct value regexp_split(struct value_realm *realm, struct value regexp, struct slice text,
                          uint32_t limit, struct error *error);
// Text of group `i` (from 0) of the match; undefined when it took no part.
struct value regexp_group_text(const struct value_match *match, struct slice text, size_t i);
// The named groups as an object, undefined when the pattern names none.
struct value regexp_groups(struct value_realm *realm, struct value regexp,
                           const struct value_match *match, struct slice text);

// Translates JavaScript's pattern syntax to PCRE2's. False and *error for what PCRE2 cannot
// express.
bool regexp_translate(struct arena *arena, struct slice source, struct slice flags,
                      struct slice *out, struct error *error);

#endif
