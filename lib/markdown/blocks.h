// SPDX-License-Identifier: MIT
//
// The block reader: lines in, blocks out, as markdown-it reads them. Each kind of block is a file
// with one function and a row of BLOCK_ROWS in block_rows.c; a line that one row's function does
// not accept is offered to the next. A container (quote, item) changes where its lines begin and
// has them read again; the texts of leaves are kept until all link references are known.
//
// Source: markdown-it 12 to 14 (behaviour). Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_BLOCKS_H
#define GUIDANCED_MARKDOWN_BLOCKS_H

#include "base/map.h"
#include "tree.h"

enum { CODE_INDENT = 4 }; // indentation at which a line can only be code

// One line, without the marks of its containers.
struct block_line {
    size_t begin, end; // in the source; the line break is at `end`
    size_t shift;      // bytes of white space at the start
    int indent;        // its columns; a lazy line of a quote has LAZY
    int column;        // where `begin` is, for tabs
};
enum { LAZY = -1 };

// What a block is read in: a list that interrupts a paragraph must be unmistakable.
enum block_parent { PARENT_OTHER, PARENT_PARAGRAPH };

// Kinds of blocks that other blocks can end; asked at each of their lines.
enum block_ends { ENDS_PARAGRAPH = 1, ENDS_REFERENCE = 2, ENDS_QUOTE = 4, ENDS_LIST = 8 };

struct block_leaf {
    cmark_node *node;
    struct slice text;
};
struct block_leaves {
    struct block_leaf *rows;
    size_t count, room;
};

struct block_row;

struct blocks {
    struct tree *tree;
    const struct block_row *rows;
    struct slice source;
    struct block_line *lines; // `count`, and an empty one after them
    int count;
    int line;        // the next to read; a block's function moves it on
    int max;         // the end of the current container's lines
    int indent;      // columns that belong to containers
    unsigned depth;  // of containers being read
    int list_indent; // of the list around the current item; -1: none
    bool tight;      // of the current item: no empty line so far
    enum block_parent within;
    cmark_node *parent; // the node that blocks go into
    struct block_leaves leaves;
    struct map *references; // by normalised label: struct reference
};

struct reference {
    struct slice url, title;
};

// Reads lines [from, end) into b->parent; b->line is where that ended.
void blocks_tokenize(struct blocks *b, int from, int end);
// Whether a line begins something that ends the block asking.
bool blocks_end(struct blocks *b, int line, int end, enum block_ends what);

// ---- lines ----

static inline bool blocks_is_space(char c)
{
    return c == ' ' || c == '\t';
}
static inline bool blocks_is_empty(const struct blocks *b, int line)
{
    return b->lines[line].begin + b->lines[line].shift >= b->lines[line].end;
}
// Indented so far that it can only be code.
static inline bool blocks_is_deep(const struct blocks *b, int line)
{
    return b->lines[line].indent - b->indent >= CODE_INDENT;
}
// A line from its first character that is not white space.
static inline struct slice blocks_line(const struct blocks *b, int line)
{
    const struct block_line *row = &b->lines[line];
    return slice_sub(b->source, row->begin + row->shift, row->end);
}
// Lines [from, end) without `indent` columns each; the last line's break is kept or not.
struct slice blocks_lines(struct blocks *b, int from, int end, int indent, bool last_break);
// The text of a leaf over lines, trimmed.
struct slice blocks_text(struct blocks *b, int from, int end);
// Without white space at both ends: ASCII's, or Unicode's before markdown-it 14.
struct slice blocks_trim(const struct blocks *b, struct slice text);

// ---- nodes ----

// Appends a node of a line to the parent. NULL: out of memory.
cmark_node *blocks_add(struct blocks *b, cmark_node_type type, int line);
cmark_node *blocks_add_custom(struct blocks *b, enum tree_kind kind, int line);
// Notes a text whose inlines go into a node.
void blocks_add_text(struct blocks *b, cmark_node *node, struct slice text);

// ---- the blocks ----

// True when there is such a block at `line`; with `silent` nothing else happens.
typedef bool (*block_fn)(struct blocks *b, int line, int end, bool silent);

struct block_row {
    block_fn read;
    unsigned ends; // the blocks that such a block can end
};
// All kinds, in the order they are tried; the last has no function.
extern const struct block_row BLOCK_ROWS[];

// Appends a leaf. Out of memory is noted.
void block_leaves_add(struct tree *tree, struct block_leaves *leaves, struct block_leaf leaf);

// Reads tree->source: makes tree->root, and fills `references` and `leaves`. False: out of memory,
// tree->error set.
bool blocks_read(struct tree *tree, const struct block_row *rows, struct map *references,
                 struct block_leaves *leaves);

bool block_table(struct blocks *b, int line, int end, bool silent);
bool block_code(struct blocks *b, int line, int end, bool silent);
bool block_fence(struct blocks *b, int line, int end, bool silent);
bool block_quote(struct blocks *b, int line, int end, bool silent);
bool block_rule(struct blocks *b, int line, int end, bool silent);
bool block_list(struct blocks *b, int line, int end, bool silent);
bool block_reference(struct blocks *b, int line, int end, bool silent);
bool block_html(struct blocks *b, int line, int end, bool silent);
bool block_heading(struct blocks *b, int line, int end, bool silent);
bool block_underlined(struct blocks *b, int line, int end, bool silent);
bool block_paragraph(struct blocks *b, int line, int end, bool silent);

#endif
