// SPDX-License-Identifier: MIT
//
// A text as part of a URL, as from Eleventy 3's `slugify`.
//
// Thread-safety: pure functions.
#ifndef GUIDANCED_BASE_SLUG_H
#define GUIDANCED_BASE_SLUG_H

#include "buffer.h"

// Appends the slug of a text: "Research & development" is "research-and-development". With
// `decamelize`, "fooBar" is "foo-bar", as in @sindresorhus/slugify; Eleventy's filter does not.
void slug_append(struct buffer *out, struct slice text, bool decamelize);

#endif
