// SPDX-License-Identifier: MIT
//
// How {.class #id key=value} is taken from a text. markdown-it-attrs looks at markdown-it's flat
// stream of tokens, and which braces bind to what follows from that stream, not from a tree. So the
// tree is laid out as such a stream, the plugin's patterns are matched against it one after the
// other, and what they leave is written back to the tree.
//
//   braces.c            what is between two braces
//   attributes.c        the patterns
//   attribute_spans.c   cells that another's colspan or rowspan covers
//
// Private to lib/markdown. Source: markdown-it-attrs 4.3 and 5.0 (behaviour). They differ in three
// things: in 5.0 quotation marks keep a brace from ending the others, an attribute that is given
// twice has its last value, and what is after the last text of a block (an image, emphasis) does
// not keep its braces from being found.
#ifndef GUIDANCED_MARKDOWN_ATTRIBUTES_H
#define GUIDANCED_MARKDOWN_ATTRIBUTES_H

#include "tokens.h"

static inline bool attributes_as_new(const struct tree *tree)
{
    return tree->options->attributes >= 5;
}

// ---- braces.c ----

enum braces_where { BRACES_AT_START, BRACES_AT_END, BRACES_WHOLE };

bool braces_match(const struct tree *tree, struct slice text, enum braces_where where);
// The last '{'; SIZE_MAX when there is none.
size_t braces_left(const struct tree *tree, struct slice text);
// Gives the node the attributes of the braces that open at `start`.
void braces_apply(struct tree *tree, cmark_node *node, struct slice text, size_t start);

// ---- attribute_spans.c ----

// Hides the cells below `body` (the token that opens it) that others cover.
void spans_hide(struct tree *tree, struct token *body);

#endif
