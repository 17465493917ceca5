// SPDX-License-Identifier: MIT
//
// Strict mode's view of HTML and attributes. Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_SANITISE_H
#define GUIDANCED_MARKDOWN_SANITISE_H

#include "tree.h"

enum { SANITISE_OPEN_MAX = 64 };

// Open elements of raw HTML; those below `base` belong to outer blocks.
struct sanitiser {
    struct slice open[SANITISE_OPEN_MAX];
    unsigned count, base;
};

// Appends the allowed part of a piece of raw HTML.
void sanitise_append(struct sanitiser *s, struct buffer *out, struct slice html);
// Called around each element of our own: what is opened inside is closed inside.
unsigned sanitise_enter(struct sanitiser *s);
void sanitise_leave(struct sanitiser *s, struct buffer *out, unsigned outer);
// Whether an attribute may be written.
bool sanitise_attribute(struct slice name, struct slice value);

#endif
