// SPDX-License-Identifier: MIT
//
// Lists and their items. An item's first line begins after its marker; the indentation of other
// lines decides whether they belong to it.
#include "blocks.h"

struct list {
    struct blocks *b;
    cmark_node *node;
    bool ordered, tight;
    bool empty_end; // the previous item ended with an empty line
    char mark;
    size_t after; // where the marker of the next item ends, in the source
};

enum { DIGITS_MAX = 9 };

// The offset after "-", "+" or "*" in the text; 0: no such marker.
static size_t bullet_length(struct slice text)
{
    bool mark = text.len && strchr("*-+", text.ptr[0]);
    return mark && (text.len == 1 || blocks_is_space(text.ptr[1])) ? 1 : 0;
}

// The offset after "1." or "1)".
static size_t number_length(struct slice text)
{
    size_t digits = 0;
    while (digits < text.len && digits <= DIGITS_MAX && text.ptr[digits] >= '0' &&
           text.ptr[digits] <= '9')
        digits++;
    if (!digits || digits > DIGITS_MAX || digits == text.len || !strchr(".)", text.ptr[digits]))
        return 0;
    return digits + 1 == text.len || blocks_is_space(text.ptr[digits + 1]) ? digits + 1 : 0;
}

static int number_of(struct slice text)
{
    int number = 0;
    for (size_t i = 0; text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
        number = number * 10 + (text.ptr[i] - '0');
    return number;
}

// A list that interrupts a paragraph must begin with 1 and have text.
static bool may_interrupt(struct slice text, size_t marker, bool ordered)
{
    if (ordered && number_of(text) != 1)
        return false;
    while (marker < text.len && blocks_is_space(text.ptr[marker]))
        marker++;
    return marker < text.len;
}

// Columns from the list to the item's content, which begins at byte *content, column *offset.
static int measure_item(const struct list *l, int number, size_t *content, int *offset)
{
    const struct blocks *b = l->b;
    const struct block_line *line = &b->lines[number];
    int initial = line->indent + (int)(l->after - (line->begin + line->shift));
    size_t at = l->after;
    *offset = initial;
    for (; at < line->end && blocks_is_space(b->source.ptr[at]); at++)
        *offset += b->source.ptr[at] == '\t' ? 4 - (*offset + line->column) % 4 : 1;
    *content = at;
    int spaces = at >= line->end ? 1 : *offset - initial;
    return initial + (spaces > CODE_INDENT ? 1 : spaces);
}

// Reads the blocks of an item, whose first line begins at `content`.
static void read_item_blocks(struct list *l, int line, int end, size_t content, int offset,
                             int indent)
{
    struct blocks *b = l->b;
    struct block_line saved = b->lines[line];
    bool tight = b->tight;
    int list_indent = b->list_indent;
    b->list_indent = b->indent;
    b->indent = indent;
    b->tight = true;
    b->lines[line].shift = content - saved.begin;
    b->lines[line].indent = offset;
    // An empty line after an empty marker ends the item.
    if (content >= saved.end && blocks_is_empty(b, line + 1))
        b->line = b->line + 2 < end ? b->line + 2 : end;
    else
        blocks_tokenize(b, line, end);
    l->tight = l->tight && b->tight && !l->empty_end;
    l->empty_end = b->line - line > 1 && blocks_is_empty(b, b->line - 1);
    b->indent = b->list_indent;
    b->list_indent = list_indent;
    b->lines[line].shift = saved.shift;
    b->lines[line].indent = saved.indent;
    b->tight = tight;
}

static void read_item(struct list *l, int line, int end)
{
    struct blocks *b = l->b;
    size_t content;
    int offset, indent = measure_item(l, line, &content, &offset);
    b->line = line;
    b->parent = blocks_add(b, CMARK_NODE_ITEM, line);
    if (b->parent)
        read_item_blocks(l, line, end, content, offset, indent);
    b->parent = l->node;
}

// Whether the next line begins another item of the list.
static bool next_item(struct list *l, int line, int end)
{
    struct blocks *b = l->b;
    if (line >= end || b->lines[line].indent < b->indent || blocks_is_deep(b, line) ||
        blocks_end(b, line, end, ENDS_LIST))
        return false;
    struct slice text = blocks_line(b, line);
    size_t marker = l->ordered ? number_length(text) : bullet_length(text);
    if (!marker || text.ptr[marker - 1] != l->mark)
        return false;
    l->after = b->lines[line].begin + b->lines[line].shift + marker;
    return true;
}

static cmark_node *add_list(struct blocks *b, int line, bool ordered, struct slice text)
{
    cmark_node *node = blocks_add(b, CMARK_NODE_LIST, line);
    if (!node)
        return NULL;
    cmark_node_set_list_type(node, ordered ? CMARK_ORDERED_LIST : CMARK_BULLET_LIST);
    if (ordered)
        cmark_node_set_list_start(node, number_of(text));
    return node;
}

static void read_list_items(struct list *l, int line, int end)
{
    struct blocks *b = l->b;
    cmark_node *outer = b->parent;
    enum block_parent within = b->within;
    b->parent = l->node;
    b->within = PARENT_OTHER;
    do {
        read_item(l, line, end);
        line = b->line;
    } while (!error_is_set(b->tree->error) && next_item(l, line, end));
    cmark_node_set_list_tight(l->node, l->tight);
    b->parent = outer;
    b->within = within;
}

bool block_list(struct blocks *b, int line, int end, bool silent)
{
    const struct block_line *row = &b->lines[line];
    if (blocks_is_deep(b, line))
        return false;
    // " - a" below an item that is indented more belongs to a paragraph.
    if (b->list_indent >= 0 && row->indent - b->list_indent >= CODE_INDENT &&
        row->indent < b->indent)
        return false;
    struct slice text = blocks_line(b, line);
    size_t marker = number_length(text);
    bool ordered = marker > 0;
    marker = ordered ? marker : bullet_length(text);
    bool interrupts = silent && b->within == PARENT_PARAGRAPH && row->indent >= b->indent;
    if (!marker || (interrupts && !may_interrupt(text, marker, ordered)))
        return false;
    if (silent)
        return true;
    struct list l = {.b = b,
                     .node = add_list(b, line, ordered, text),
                     .ordered = ordered,
                     .tight = true,
                     .mark = text.ptr[marker - 1],
                     .after = row->begin + row->shift + marker};
    if (l.node)
        read_list_items(&l, line, end);
    else
        b->line = end;
    return true;
}
