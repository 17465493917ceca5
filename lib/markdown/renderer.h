// SPDX-License-Identifier: MIT
//
// Shared by the renderer's files. Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_RENDERER_H
#define GUIDANCED_MARKDOWN_RENDERER_H

#include "sanitise.h"

struct renderer {
    struct tree *tree;
    struct buffer *out;
    const struct markdown_options *options;
    struct sanitiser sanitiser; // in strict mode
};

// Writes a node's children.
void renderer_children(struct renderer *r, cmark_node *node);
// Text unescaped, and escaped.
void renderer_text(struct renderer *r, struct slice html);
void renderer_escape(struct renderer *r, struct slice text);
void renderer_attribute(struct renderer *r, struct slice name, struct slice value);

// permalink.c: a heading's link to itself. Before and after the heading's element, and at the start
// and end of its text. All do nothing without a permalink in the options. True: something was
// written before the heading.
bool permalink_before(struct renderer *r, cmark_node *heading);
void permalink_begin(struct renderer *r, cmark_node *heading);
void permalink_end(struct renderer *r, cmark_node *heading);
void permalink_after(struct renderer *r, cmark_node *heading);

#endif
