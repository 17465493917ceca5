// SPDX-License-Identifier: MIT
//
// Private to lib/value: regular expressions beyond the public header.
#ifndef GUIDANCED_VALUE_REGEXP_H
#define GUIDANCED_VALUE_REGEXP_H

#include "value/value.h"

struct slice value_regexp_flags(struct value regexp);
bool regexp_is_sticky(struct value regexp);
// "/source/flags"
void regexp_append_text(struct buffer *out, struct value regexp);
// Name of group `number` (from 1), or the empty slice.
struct slice regexp_group_name(struct value regexp, size_t number);

// Where to look next after a match in a global search: an empty match moves on by a code point.
size_t regexp_next_start(struct slice text, const struct value_match *match);

// Translates JavaScript's pattern syntax to PCRE2's. False and *error on what cannot be said.
bool regexp_translate(struct arena *arena, struct slice source, struct slice flags,
                      struct slice *out, struct error *error);

#endif
