// SPDX-License-Identifier: MIT
//
// Words of a text, as the search index divides it: runs of letters and digits, lower case.
#ifndef GUIDANCED_STORE_WORDS_H
#define GUIDANCED_STORE_WORDS_H

#include "base/map.h"
#include "base/utf8.h"

// Takes the next word off *rest; it lies in the arena. False at the end.
bool words_next(struct arena *arena, struct slice *rest, struct slice *word);

// A word that says nothing of what is looked for ("the", "how").
bool words_is_stop(struct slice word);

// The words that say something, a space between two: under this, synonyms are filed and found.
struct slice words_normal(struct arena *arena, struct slice text);

#endif
