// SPDX-License-Identifier: MIT
//
// Words of a text, as the search index divides it: runs of letters and digits, lower case.
#ifndef GUIDANCED_STORE_WORDS_H
#define GUIDANCED_STORE_WORDS_H

#include "base/map.h"
#include "base/utf8.h"

// Takes the next word off *rest; it lies in the arena. False at the end.
bool words_next(struct arena *arena, struct slice *rest, struct slice *word);

#endif
