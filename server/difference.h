// SPDX-License-Identifier: MIT
//
// The difference of two pages as text: what was deleted and inserted, word by word.
//
// Thread-safety: pure.
#ifndef GUIDANCED_SERVER_DIFFERENCE_H
#define GUIDANCED_SERVER_DIFFERENCE_H

#include "base/arena.h"
#include "base/buffer.h"

// Writes the paragraphs that differ, as HTML with <del> and <ins>, each also in words for screen
// readers; equal ones as "…". Compares the content of <main>, or everything if there is none; of
// more than 60,000 words the beginning, and says so if the rest differs. False: the texts are
// equal, and nothing was written. When out of memory, the buffer has failed.
bool difference_write(struct buffer *out, struct arena *arena, struct slice before,
                      struct slice after);

#endif
