// SPDX-License-Identifier: MIT
//
// Reads {.class #id key=value} from a text. markdown-it-attrs works on markdown-it's flat stream of
// tokens, and that stream, not a tree, decides what braces bind to. So the tree is laid out as such
// a stream, the plugin's patterns are matched against it in turn, and the result is written back to
// the tree.
//
//   braces.c            what is between two braces
//   attributes.c        the patterns
//   attribute_spans.c   cells that another's colspan or rowspan covers
//
// Private to lib/markdown. Source: markdown-it-attrs 4.3 and 5.0 (behaviour). They differ in three
// things: in 5.0 a brace within quotation marks does not end the group, the last value of a
// repeated attribute wins, and an image or emphasis after the last text of a block does not hide
// its braces.
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
// Gives the node the attributes in the braces that open at `start`.
void braces_apply(struct tree *tree, cmark_node *node, struct slice text, size_t start);

// ---- attribute_spans.c ----

// Hides cells in `body` (its opening token) that others cover.
void spans_hide(struct tree *tree, struct token *body);

#endif
