// SPDX-License-Identifier: MIT
//
// Paragraphs, headings of both kinds, and rules.
#include "blocks.h"

static void add_leaf(struct blocks *b, cmark_node *node, struct slice text)
{
    if (node)
        blocks_add_text(b, node, text);
}

// ---- paragraphs ----

// Where the paragraph that begins at `line` ends, unless an underline makes a heading of it:
// *level is then 1 or 2.
static int find_paragraph_end(struct blocks *b, int line, int end,
                              bool (*is_underline)(struct blocks *, int))
{
    enum block_parent outer = b->within;
    int next = line + 1;
    b->within = PARENT_PARAGRAPH;
    for (; next < end && !blocks_is_empty(b, next); next++) {
        if (blocks_is_deep(b, next))
            continue;
        if (is_underline && is_underline(b, next))
            break;
        // Its containers' marks may be missing.
        if (b->lines[next].indent >= 0 && blocks_end(b, next, end, ENDS_PARAGRAPH))
            break;
    }
    b->within = outer;
    return next;
}

bool block_paragraph(struct blocks *b, int line, int end, bool silent)
{
    (void)silent;
    int next = find_paragraph_end(b, line, end, NULL);
    b->line = next;
    add_leaf(b, blocks_add(b, CMARK_NODE_PARAGRAPH, line), blocks_text(b, line, next));
    return true;
}

// ---- headings ----

static void add_heading_block(struct blocks *b, int line, int level, struct slice text)
{
    cmark_node *heading = blocks_add(b, CMARK_NODE_HEADING, line);
    if (heading)
        cmark_node_set_heading_level(heading, level);
    add_leaf(b, heading, text);
}

static size_t count_run(struct slice text, char c)
{
    size_t count = 0;
    while (count < text.len && text.ptr[count] == c)
        count++;
    return count;
}

static struct slice trim_right(struct slice text)
{
    while (text.len && blocks_is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

// "## text ##" without its marks.
static struct slice heading_text(struct slice text)
{
    text = trim_right(text);
    size_t marks = text.len;
    while (marks && text.ptr[marks - 1] == '#')
        marks--;
    return marks && blocks_is_space(text.ptr[marks - 1]) ? slice_sub(text, 0, marks) : text;
}

bool block_heading(struct blocks *b, int line, int end, bool silent)
{
    enum { DEEPEST = 6 };
    (void)end;
    struct slice text = blocks_line(b, line);
    size_t level = count_run(text, '#');
    if (blocks_is_deep(b, line) || !level || level > DEEPEST ||
        (level < text.len && !blocks_is_space(text.ptr[level])))
        return false;
    if (silent)
        return true;
    b->line = line + 1;
    text = heading_text(slice_sub(text, level, text.len));
    add_heading_block(b, line, (int)level, blocks_trim(b, text));
    return true;
}

static bool is_underline(struct blocks *b, int line)
{
    struct slice text = trim_right(blocks_line(b, line));
    return b->lines[line].indent >= b->indent && text.len && strchr("-=", text.ptr[0]) &&
           count_run(text, text.ptr[0]) == text.len;
}

bool block_underlined(struct blocks *b, int line, int end, bool silent)
{
    (void)silent;
    if (blocks_is_deep(b, line))
        return false;
    int next = find_paragraph_end(b, line, end, is_underline);
    if (next >= end || blocks_is_empty(b, next) || blocks_is_deep(b, next) ||
        !is_underline(b, next))
        return false;
    b->line = next + 1;
    add_heading_block(b, line, blocks_line(b, next).ptr[0] == '=' ? 1 : 2,
                      blocks_text(b, line, next));
    return true;
}

// ---- rules ----

bool block_rule(struct blocks *b, int line, int end, bool silent)
{
    enum { FEWEST = 3 };
    (void)end;
    struct slice text = blocks_line(b, line);
    size_t marks = 0;
    if (blocks_is_deep(b, line) || !text.len || !strchr("*-_", text.ptr[0]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != text.ptr[0] && !blocks_is_space(text.ptr[i]))
            return false;
        marks += text.ptr[i] == text.ptr[0];
    }
    if (marks < FEWEST)
        return false;
    if (!silent) {
        b->line = line + 1;
        blocks_add(b, CMARK_NODE_THEMATIC_BREAK, line);
    }
    return true;
}
