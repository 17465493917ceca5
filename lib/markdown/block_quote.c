// SPDX-License-Identifier: MIT
//
// Quotes. Their lines are shifted past the marks, read as blocks, and shifted back.
#include "blocks.h"

struct quote {
    struct blocks *b;
    struct block_line *saved; // the lines as they were
    size_t count, room;
    bool last_empty;
};

static bool save_line(struct quote *q, int line)
{
    if (!arena_room(q->b->tree->arena, &q->saved, q->count, &q->room, sizeof *q->saved))
        return error_memory(q->b->tree->error);
    q->saved[q->count++] = q->b->lines[line];
    return true;
}

// Shifts a line past its mark. A tab there may be the mark's space and part of the text's
// indentation.
static void enter_line(struct quote *q, int number)
{
    struct blocks *b = q->b;
    struct block_line *line = &b->lines[number];
    size_t at = line->begin + line->shift + 1;
    int initial = line->indent + 1;
    char c = at < line->end ? b->source.ptr[at] : '\0';
    bool space = c == ' ' || c == '\t', split = false;
    if (c == ' ' || (c == '\t' && (line->column + initial) % 4 == 3)) {
        at++;
        initial++;
    } else if (c == '\t') {
        split = true;
    }
    int offset = initial;
    line->begin = at;
    for (; at < line->end && blocks_is_space(b->source.ptr[at]); at++)
        offset += b->source.ptr[at] == '\t' ? 4 - (offset + line->column + split) % 4 : 1;
    q->last_empty = at >= line->end;
    line->column = line->indent + 1 + space;
    line->indent = offset - initial;
    line->shift = at - line->begin;
}

static bool has_mark(const struct blocks *b, int line)
{
    struct slice text = blocks_line(b, line);
    return text.len && text.ptr[0] == '>';
}

// Enters the lines of the quote. Returns how many.
static int enter_lines(struct quote *q, int first, int end)
{
    struct blocks *b = q->b;
    int line = first;
    for (; line < end && !blocks_is_empty(b, line) && save_line(q, line); line++) {
        if (has_mark(b, line) && b->lines[line].indent >= b->indent) {
            enter_line(q, line);
            continue;
        }
        if (q->last_empty)
            break;
        if (blocks_end(b, line, end, ENDS_QUOTE)) {
            // The line that ends the quote is outside it; the quote does not have its list's
            // indentation.
            b->max = line;
            if (b->indent)
                b->lines[line].indent -= b->indent;
            break;
        }
        b->lines[line].indent = LAZY;
    }
    return line - first;
}

static void read_quote(struct quote *q, int first, int count)
{
    struct blocks *b = q->b;
    cmark_node *outer = b->parent;
    int indent = b->indent;
    b->parent = blocks_add(b, CMARK_NODE_BLOCK_QUOTE, first);
    b->indent = 0;
    if (b->parent)
        blocks_tokenize(b, first, first + count);
    b->parent = outer;
    b->indent = indent;
}

bool block_quote(struct blocks *b, int line, int end, bool silent)
{
    if (blocks_is_deep(b, line) || !has_mark(b, line))
        return false;
    if (silent)
        return true;
    int max = b->max;
    enum block_parent within = b->within;
    struct quote q = {.b = b};
    b->within = PARENT_OTHER;
    b->line = end; // in case memory ran out
    read_quote(&q, line, enter_lines(&q, line, end));
    for (size_t i = 0; i < q.count; i++)
        b->lines[line + (int)i] = q.saved[i];
    b->max = max;
    b->within = within;
    return true;
}
