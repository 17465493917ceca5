// SPDX-License-Identifier: MIT
//
// Words of a text, as in the search index: runs of letters and digits, lower case.
#ifndef GUIDANCED_STORE_WORDS_H
#define GUIDANCED_STORE_WORDS_H

#include "base/map.h"
#include "base/utf8.h"

// Takes the next word off *rest; it is in the arena. False at the end.
bool words_next(struct arena *arena, struct slice *rest, struct slice *word);

// Stop words, such as "the" and "how".
bool words_is_stop(struct slice word);

// The words except stop words, separated by spaces: the key for synonyms.
struct slice words_normal(struct arena *arena, struct slice text);

#endif
