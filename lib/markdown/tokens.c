// SPDX-License-Identifier: MIT
//
// The tree as markdown-it's stream of tokens, and back.
#include "tokens.h"

struct maker {
    struct tree *tree;
    struct token *first, *last; // of the list being made
};

static struct token *append_token(struct maker *m, enum token_type type, int nesting,
                                  cmark_node *node)
{
    struct token *token = arena_zalloc(m->tree->arena, 1, sizeof *token);
    if (!token) {
        error_memory(m->tree->error);
        return NULL;
    }
    *token = (struct token){
        .type = type, .nesting = (signed char)nesting, .node = node, .previous = m->last};
    if (m->last)
        m->last->next = token;
    else
        m->first = token;
    m->last = token;
    return token;
}

// ---- inlines ----

static void append_text_token(struct maker *m, cmark_node *node)
{
    bool special = tree_kind(node) == TREE_SPECIAL;
    struct token *token = append_token(m, special ? TOKEN_SPECIAL : TOKEN_TEXT, 0, node);
    if (token)
        token->text = tree_literal(node);
}

static void append_inlines(struct maker *m, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        switch (cmark_node_get_type(node)) {
        case CMARK_NODE_TEXT:
            append_text_token(m, node);
            break;
        case CMARK_NODE_SOFTBREAK:
            append_token(m, TOKEN_SOFT_BREAK, 0, node);
            break;
        case CMARK_NODE_LINEBREAK:
            append_token(m, TOKEN_HARD_BREAK, 0, node);
            break;
        case CMARK_NODE_CODE:
            append_token(m, TOKEN_CODE, 0, node);
            break;
        case CMARK_NODE_IMAGE:
            append_token(m, TOKEN_IMAGE, 0, node);
            break;
        case CMARK_NODE_HTML_INLINE:
            append_token(m, TOKEN_HTML, 0, node);
            break;
        default:
            if (tree_kind(node) == TREE_SINGLE) {
                append_token(m, TOKEN_HTML, 0, node);
                break;
            }
            append_token(m, TOKEN_SPAN, 1, node);
            append_inlines(m, node);
            append_token(m, TOKEN_SPAN, -1, node);
            break;
        }
    }
}

// ---- blocks ----

static void append_blocks(struct maker *m, cmark_node *parent);

// A block with inlines, which are those of `holder`.
static void append_leaf(struct maker *m, enum token_type type, cmark_node *node, cmark_node *holder)
{
    struct maker inlines = {.tree = m->tree};
    append_token(m, type, 1, node);
    struct token *token = append_token(m, TOKEN_INLINE, 0, node);
    append_inlines(&inlines, holder);
    if (token) {
        token->first = inlines.first;
        token->last = inlines.last;
    }
    append_token(m, type, -1, node);
}

static void append_container(struct maker *m, enum token_type type, cmark_node *node)
{
    append_token(m, type, 1, node);
    append_blocks(m, node);
    append_token(m, type, -1, node);
}

static void append_row(struct maker *m, cmark_node *row)
{
    append_token(m, TOKEN_ROW, 1, row);
    for (cmark_node *cell = cmark_node_first_child(row); cell; cell = cmark_node_next(cell))
        append_leaf(m, tree_attributes(m->tree, cell)->head ? TOKEN_HEADER_CELL : TOKEN_CELL, cell,
                    cmark_node_first_child(cell));
    append_token(m, TOKEN_ROW, -1, row);
}

static void append_table(struct maker *m, cmark_node *table)
{
    cmark_node *row = cmark_node_first_child(table);
    append_token(m, TOKEN_TABLE, 1, table);
    append_token(m, TOKEN_HEAD, 1, table);
    append_row(m, row);
    append_token(m, TOKEN_HEAD, -1, table);
    row = cmark_node_next(row);
    if (row) {
        append_token(m, TOKEN_BODY, 1, table);
        for (; row; row = cmark_node_next(row))
            append_row(m, row);
        append_token(m, TOKEN_BODY, -1, table);
    }
    append_token(m, TOKEN_TABLE, -1, table);
}

static void append_fence(struct maker *m, cmark_node *node)
{
    bool fenced = tree_attributes(m->tree, node)->fenced;
    struct token *token = append_token(m, fenced ? TOKEN_FENCE : TOKEN_OTHER, 0, node);
    if (token && fenced)
        token->text = slice_from_cstr(cmark_node_get_fence_info(node));
}

static void append_block(struct maker *m, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH:
        append_leaf(m, TOKEN_PARAGRAPH, node, node);
        break;
    case CMARK_NODE_HEADING:
        append_leaf(m, TOKEN_HEADING, node, node);
        break;
    case CMARK_NODE_LIST:
        append_container(m, TOKEN_LIST, node);
        break;
    case CMARK_NODE_ITEM:
        append_container(m, TOKEN_ITEM, node);
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        append_container(m, TOKEN_QUOTE, node);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        append_token(m, TOKEN_RULE, 0, node);
        break;
    case CMARK_NODE_CODE_BLOCK:
        append_fence(m, node);
        break;
    default:
        if (tree_kind(node) == TREE_TABLE)
            append_table(m, node);
        else if (tree_kind(node) == TREE_BLOCKS)
            append_container(m, TOKEN_BLOCK, node);
        else if (tree_kind(node) == TREE_LINES)
            append_leaf(m, TOKEN_BLOCK, node, node);
        else
            append_token(m, TOKEN_OTHER, 0, node);
        break;
    }
}

static void append_blocks(struct maker *m, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node))
        append_block(m, node);
}

struct token *tokens_of(struct tree *tree)
{
    struct maker m = {.tree = tree};
    append_blocks(&m, tree->root);
    return error_is_set(tree->error) ? NULL : m.first;
}

void token_remove(struct token *parent, struct token *token)
{
    if (token->previous)
        token->previous->next = token->next;
    else if (parent)
        parent->first = token->next;
    if (token->next)
        token->next->previous = token->previous;
    else if (parent)
        parent->last = token->previous;
}

// ---- back ----

// Removes inlines that no longer have a token.
static void sweep(cmark_node *parent, struct token **token)
{
    cmark_node *next;
    for (cmark_node *node = cmark_node_first_child(parent); node; node = next) {
        next = cmark_node_next(node);
        bool kept = *token && (*token)->node == node;
        bool span = kept && (*token)->type == TOKEN_SPAN;
        while (*token && (*token)->node == node && !span)
            *token = (*token)->next;
        if (!kept) {
            cmark_node_unlink(node);
            continue;
        }
        if (!span)
            continue;
        *token = (*token)->next;
        sweep(node, token);
        *token = *token ? (*token)->next : NULL; // the one that closes it
    }
}

void tokens_write_back(struct tree *tree, struct token *first)
{
    for (struct token *block = first; block; block = block->next) {
        if (block->type != TOKEN_INLINE)
            continue;
        cmark_node *holder = block->node;
        if (tree_kind(holder) == TREE_CELL)
            holder = cmark_node_first_child(holder);
        for (struct token *token = block->first; token; token = token->next)
            if (token->type == TOKEN_TEXT && !slice_equal(token->text, tree_literal(token->node)))
                tree_set_literal(tree, token->node, token->text);
        struct token *at = block->first;
        sweep(holder, &at);
    }
}
