// SPDX-License-Identifier: MIT
//
// Strict mode's view of HTML and attributes. Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_SANITISE_H
#define GUIDANCED_MARKDOWN_SANITISE_H

#include "tree.h"

enum { SANITISE_OPEN_MAX = 64 };

// Elements of raw HTML that are open; those below `base` belong to blocks further out.
struct sanitiser {
    struct slice open[SANITISE_OPEN_MAX];
    unsigned count, base;
};

// Appends what is allowed of a piece of raw HTML.
void sanitise_append(struct sanitiser *s, struct buffer *out, struct slice html);
// Around each element of our own: what is opened inside is closed inside.
unsigned sanitise_enter(struct sanitiser *s);
void sanitise_leave(struct sanitiser *s, struct buffer *out, unsigned outer);
// Whether an attribute may be written.
bool sanitise_attribute(struct slice name, struct slice value);

#endif
