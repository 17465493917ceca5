// SPDX-License-Identifier: MIT
//
// Private to lib/value: the string methods that know about letters.
#ifndef GUIDANCED_VALUE_METHODS_STRING_H
#define GUIDANCED_VALUE_METHODS_STRING_H

#include "value/value.h"

struct value string_to_upper_case(struct value_call *call);
struct value string_to_lower_case(struct value_call *call);
struct value string_locale_compare(struct value_call *call);
struct value string_normalize(struct value_call *call);

// The order of two texts that an English reader expects: letters before their case and accents,
// punctuation before digits before letters. Approximates ICU's root collation.
int collate_texts(struct slice a, struct slice b);

// Unicode normalisation: composed (NFC) or decomposed (NFD).
void normalise_text(struct buffer *out, struct slice text, bool compose);

#endif
