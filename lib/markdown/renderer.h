// SPDX-License-Identifier: MIT
//
// What the renderer's files share. Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_RENDERER_H
#define GUIDANCED_MARKDOWN_RENDERER_H

#include "sanitise.h"

struct renderer {
    struct tree *tree;
    struct buffer *out;
    const struct markdown_options *options;
    struct sanitiser sanitiser; // in strict mode
};

// What is in a node.
void renderer_children(struct renderer *r, cmark_node *node);
// Text as it is, and escaped.
void renderer_text(struct renderer *r, struct slice html);
void renderer_escape(struct renderer *r, struct slice text);
void renderer_attribute(struct renderer *r, struct slice name, struct slice value);

// permalink.c: a heading's link to itself. Before and after the heading's element, and where its
// text begins and ends. All do nothing where the options ask for no permalink.
// True: something stands before the heading.
bool permalink_before(struct renderer *r, cmark_node *heading);
void permalink_begin(struct renderer *r, cmark_node *heading);
void permalink_end(struct renderer *r, cmark_node *heading);
void permalink_after(struct renderer *r, cmark_node *heading);

#endif
