// SPDX-License-Identifier: MIT
//
// The parts of links and link reference definitions. Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_LINK_PARTS_H
#define GUIDANCED_MARKDOWN_LINK_PARTS_H

#include "tree.h"

enum { LABEL_MAX = 999 }; // characters

// Reads a destination at `at`: "<a b>", or up to white space. Returns its end, and its text without
// escapes; SIZE_MAX: there is none.
size_t link_destination(struct tree *tree, struct slice text, size_t at, struct slice *target);
// The character that closes a title opened by `open`; NUL: it opens none.
char link_title_close(char open);
// Finds the end of a title that continues at `from`. False with *end SIZE_MAX: not in this text;
// false with another *end: it cannot be a title.
bool link_title_end(struct slice text, size_t from, char close, size_t *end);
// A label, normalised for lookup.
struct slice link_label(struct tree *tree, struct slice label);

// ---- entities.c ----

// The entity that the text begins with ("&amp;", "&#38;", but "&#0;" and the like only with
// `replace`: U+FFFD): its length, and its text. 0: none.
size_t entity_at(struct tree *tree, struct slice text, bool replace, struct slice *decoded);
// A text without backslash escapes and entities.
struct slice unescape(struct tree *tree, struct slice text);

// ---- urls.c ----

// A URL as it is written to HTML: percent-encoded, its host in ASCII.
struct slice link_normalise(struct tree *tree, struct slice url);
// A URL as it is shown: decoded as far as it can be.
struct slice link_shown(struct tree *tree, struct slice url);

#endif
