// SPDX-License-Identifier: MIT
//
// Definition lists: a term, and below it ": its definition" or "~ its definition". As in
// markdown-it-deflist 4, or with `definition_lists: 3` as in version 3, where a list is tight or
// loose as a whole.
#include "extension.h"

static const struct tree_element LIST = {.name = "dl"}, TERM = {.name = "dt"},
                                 DEFINITION = {.name = "dd"};

struct definitions {
    int depth; // of nested definitions
};

struct list {
    struct blocks *b;
    cmark_node *node;
    int end;
    int term, line; // of the current term and definition
    size_t content; // after the definition's mark, in the source
    bool tight;     // of the term's definitions, or of the list
    bool empty_end; // the previous definition ended with an empty line
};

static bool is_old(const struct tree *tree)
{
    struct value v = tree->options->extensions[MARKDOWN_definition_lists];
    return value_is(v, VALUE_NUMBER) && v.number < 4;
}

// Whether the line is a definition; *content is the offset after its mark.
static bool read_definition_mark(const struct blocks *b, int number, size_t *content)
{
    const struct block_line *line = &b->lines[number];
    size_t start = line->begin + line->shift, at = start + 1;
    bool old = is_old(b->tree);
    if (start >= line->end || (b->source.ptr[start] != ':' && b->source.ptr[start] != '~') ||
        (!old && blocks_is_deep(b, number)))
        return false;
    while (at < b->source.len && blocks_is_space(b->source.ptr[at]))
        at++;
    if (old ? at == start + 1 || at >= line->end : start + 1 < line->end && at == start + 1)
        return false;
    *content = start + 1;
    return true;
}

static cmark_node *add_definition(struct blocks *b, enum tree_kind kind,
                                  const struct tree_element *element, int line)
{
    cmark_node *node = blocks_add_custom(b, kind, line);
    if (node)
        tree_attributes(b->tree, node)->element = element;
    return node;
}

static void read_term(struct list *l)
{
    struct blocks *b = l->b;
    cmark_node *term = add_definition(b, TREE_LINES, &TERM, l->term);
    struct slice text = blocks_lines(b, l->term, l->term + 1, b->indent, false);
    if (term)
        blocks_add_text(b, term, tree_trim(text));
}

// Paragraphs to be written without <p>: the only block of a definition, or in version 3 all of
// them.
static void hide_paragraphs(struct tree *tree, cmark_node *definition, bool all)
{
    cmark_node *child = cmark_node_first_child(definition), *only = NULL;
    for (; child; child = cmark_node_next(child)) {
        if (tree_kind(child) == TREE_ASIDE)
            continue;
        if (only && !all)
            return;
        only = child;
        if (all && cmark_node_get_type(child) == CMARK_NODE_PARAGRAPH)
            tree_attributes(tree, child)->hidden = true;
    }
    if (only && !all && cmark_node_get_type(only) == CMARK_NODE_PARAGRAPH)
        tree_attributes(tree, only)->hidden = true;
}

static void read_definition_blocks(struct list *l, struct definitions *state, cmark_node *node)
{
    struct blocks *b = l->b;
    struct block_line *line = &b->lines[l->line], saved = *line;
    int indent = b->indent, offset = line->indent + (int)(l->content - line->begin - line->shift);
    size_t at = l->content;
    bool tight = b->tight;
    enum block_parent within = b->within;
    for (; at < line->end && blocks_is_space(b->source.ptr[at]); at++)
        offset += b->source.ptr[at] == '\t' ? 4 - offset % 4 : 1;
    b->indent = line->indent + 2;
    line->shift = at - line->begin;
    line->indent = offset;
    b->tight = true;
    b->within = PARENT_OTHER;
    b->parent = node;
    state->depth++;
    blocks_tokenize(b, l->line, l->end);
    state->depth--;
    if (is_old(b->tree))
        l->tight = l->tight && b->tight && !l->empty_end;
    else if (l->tight)
        hide_paragraphs(b->tree, node, false);
    l->empty_end = b->line - l->line > 1 && blocks_is_empty(b, b->line - 1);
    line->shift = saved.shift;
    line->indent = saved.indent;
    b->tight = tight;
    b->within = within;
    b->indent = indent;
    b->parent = l->node;
}

// Reads the definitions of a term. Returns whether another may follow.
static bool read_definitions(struct list *l, struct definitions *state)
{
    struct blocks *b = l->b;
    for (;;) {
        cmark_node *node = add_definition(b, TREE_BLOCKS, &DEFINITION, l->line);
        if (!node)
            return false;
        read_definition_blocks(l, state, node);
        if (b->line >= l->end || b->lines[b->line].indent < b->indent)
            return false;
        if (!read_definition_mark(b, b->line, &l->content))
            return true;
        l->line = b->line;
    }
}

// Whether the next line is a term with a definition below it.
static bool next_term(struct list *l, int line)
{
    const struct blocks *b = l->b;
    int below = line + 1;
    if (below >= l->end)
        return false;
    bool empty = blocks_is_empty(b, below);
    below += empty;
    if (below >= l->end || b->lines[below].indent < b->indent ||
        !read_definition_mark(b, below, &l->content))
        return false;
    l->tight = is_old(b->tree) ? l->tight : !empty;
    l->empty_end = false;
    l->term = line;
    l->line = below;
    return true;
}

static void read_list(struct list *l, struct definitions *state)
{
    struct blocks *b = l->b;
    cmark_node *outer = b->parent;
    b->parent = l->node;
    do
        read_term(l);
    while (!error_is_set(b->tree->error) && read_definitions(l, state) &&
           !blocks_is_empty(b, b->line) && b->lines[b->line].indent >= b->indent &&
           next_term(l, b->line));
    if (is_old(b->tree) && l->tight)
        for (cmark_node *n = cmark_node_first_child(l->node); n; n = cmark_node_next(n))
            if (tree_kind(n) == TREE_BLOCKS)
                hide_paragraphs(b->tree, n, true);
    b->parent = outer;
}

static bool definition_list(struct blocks *b, int line, int end, bool silent)
{
    struct definitions *state = tree_state(b->tree, MARKDOWN_definition_lists, sizeof *state);
    struct list l = {.b = b, .end = end, .tight = true};
    size_t content;
    if (!state)
        return false;
    // A definition ends a paragraph of another that is indented more.
    if (silent)
        return state->depth && read_definition_mark(b, line, &content) &&
               b->lines[line].indent < b->indent;
    if (!next_term(&l, line))
        return false;
    l.node = add_definition(b, TREE_BLOCKS, &LIST, line);
    if (l.node)
        read_list(&l, state);
    else
        b->line = end;
    return true;
}

static bool accepts(struct value v)
{
    return value_is(v, VALUE_NUMBER) && (v.number == 3 || v.number == 4);
}

const struct extension EXTENSION_definition_lists = {
    .accepts = accepts,
    .wanted = ", 3 or 4",
    .block = {definition_list, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE},
    .before = block_paragraph,
};
