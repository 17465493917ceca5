// SPDX-License-Identifier: MIT
//
// The tree as markdown-it's flat stream of tokens, for passes whose rules depend on it. The result
// is written back to the tree.
//
// Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_TOKENS_H
#define GUIDANCED_MARKDOWN_TOKENS_H

#include "tree.h"

enum token_type {
    // Blocks.
    TOKEN_PARAGRAPH,
    TOKEN_HEADING,
    TOKEN_LIST,
    TOKEN_ITEM,
    TOKEN_QUOTE,
    TOKEN_TABLE,
    TOKEN_HEAD,
    TOKEN_BODY,
    TOKEN_ROW,
    TOKEN_HEADER_CELL,
    TOKEN_CELL,
    TOKEN_FENCE,
    TOKEN_RULE,
    TOKEN_BLOCK,  // an extension's, with blocks or inlines in it
    TOKEN_OTHER,  // code by indentation, raw HTML
    TOKEN_INLINE, // holds the inlines of a block
    // Inlines.
    TOKEN_TEXT,
    TOKEN_SPECIAL, // an escaped character or an entity, which divides a text
    TOKEN_CODE,
    TOKEN_IMAGE,
    TOKEN_SOFT_BREAK,
    TOKEN_HARD_BREAK,
    TOKEN_HTML,
    TOKEN_SPAN, // emphasis, a link and the like
};

struct token {
    struct token *previous, *next;
    enum token_type type;
    signed char nesting; // 1: opens, -1: closes, 0: both
    bool hidden;
    int columns;      // of a body or row, for counting spans; 0: unknown
    cmark_node *node; // an opening and its closing token have the same
    struct slice text;
    struct token *first, *last; // of TOKEN_INLINE
};

// The first token of the tree's stream; NULL: it is empty, or memory ran out (tree->error is set).
struct token *tokens_of(struct tree *tree);
// Takes a token out of its list.
void token_remove(struct token *parent, struct token *token);
// Writes the remaining texts back to the tree, and drops inlines whose tokens are gone.
void tokens_write_back(struct tree *tree, struct token *first);

#endif
