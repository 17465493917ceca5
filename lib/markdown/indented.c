// SPDX-License-Identifier: MIT
//
// Eleventy switches code by indentation off, from version 2 on: an indented line is a paragraph's.
// cmark cannot, so what it took for such code is given a mark in front, which makes a paragraph of
// it, and the text is parsed again. What follows in the paragraph is indented still, which keeps it
// from being anything else.
#include "lines.h"

enum { CODE_INDENT = 4 };

struct marker {
    struct tree *tree;
    struct lines_index lines;
    bool any;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool begins_item(cmark_node *node, int line)
{
    for (; node; node = cmark_node_parent(node))
        if (cmark_node_get_type(node) == CMARK_NODE_ITEM && cmark_node_get_start_line(node) == line)
            return true;
    return false;
}

// Whether a block of code is such by its indentation: not by a fence, which has less.
static bool is_indented(const struct marker *m, cmark_node *code)
{
    int number = cmark_node_get_start_line(code);
    struct slice rest = number <= m->lines.count ? m->lines.rows[number] : SLICE_EMPTY;
    size_t text = (size_t)cmark_node_get_start_column(code) - 1, spaces = 0;
    if (number > m->lines.count)
        return false;
    if (!begins_item(code, number)) {
        lines_skip_marks(&m->lines, code, &rest);
        return lines_indent(rest) >= CODE_INDENT;
    }
    if (text > rest.len)
        return false; // a NUL before it, which is longer to cmark
    while (text < rest.len && is_space(rest.ptr[text]))
        text++;
    while (spaces < text && is_space(rest.ptr[text - 1 - spaces]))
        spaces++;
    return spaces > CODE_INDENT;
}

// Puts the mark before the text of a line. Behind a list's marker, one space stays.
static void mark_line(struct marker *m, cmark_node *code, int number)
{
    struct slice line = m->lines.rows[number], rest = line;
    bool behind_marker = begins_item(code, number);
    if (behind_marker)
        rest = slice_sub(line, (size_t)cmark_node_get_start_column(code) - 1, line.len);
    else
        lines_skip_marks(&m->lines, code, &rest);
    size_t kept = line.len - rest.len, text = kept;
    while (text < line.len && is_space(line.ptr[text]))
        text++;
    while (behind_marker && kept && is_space(line.ptr[kept - 1]))
        kept--;
    m->lines.rows[number] =
        arena_printf(m->tree->arena, "%.*s%s%.*s%.*s", SLICE_ARG(slice_sub(line, 0, kept)),
                     behind_marker ? " " : "", SLICE_ARG(LINES_TEXT_MARK),
                     SLICE_ARG(slice_sub(line, text, line.len)));
    m->any = true;
}

// The first line of each run of lines.
static void mark_code(struct marker *m, cmark_node *code)
{
    int first = cmark_node_get_start_line(code), last = cmark_node_get_end_line(code);
    bool blank = true;
    for (int i = first; i <= last && i <= m->lines.count; i++) {
        struct slice rest = m->lines.rows[i];
        lines_skip_marks(&m->lines, code, &rest);
        bool empty = !slice_trim(rest).len;
        if (blank && !empty)
            mark_line(m, code, i);
        blank = empty;
    }
}

static void scan(struct marker *m, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        if (cmark_node_get_type(node) != CMARK_NODE_CODE_BLOCK)
            scan(m, node);
        else if (is_indented(m, node))
            mark_code(m, node);
    }
}

static void join_lines(struct marker *m)
{
    struct buffer out = buffer_create(m->tree->arena, 0);
    for (int i = 1; i <= m->lines.count; i++) {
        buffer_append(&out, m->lines.rows[i]);
        buffer_append_byte(&out, '\n');
    }
    if (out.failed)
        error_memory(m->tree->error);
    else
        m->tree->hidden = buffer_slice(&out);
}

bool indented_mark(struct tree *tree)
{
    struct marker m = {.tree = tree};
    if (!lines_index(tree, &m.lines))
        return false;
    scan(&m, tree->root);
    if (m.any)
        join_lines(&m);
    return m.any && !error_is_set(tree->error);
}

// ---- afterwards ----

void indented_unmark(struct tree *tree, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        if (cmark_node_get_type(node) != CMARK_NODE_TEXT) {
            indented_unmark(tree, node);
            continue;
        }
        struct slice text = tree_literal(node);
        if (slice_starts_with(text, LINES_TEXT_MARK))
            tree_set_literal(tree, node, slice_sub(text, LINES_TEXT_MARK.len, text.len));
    }
}
