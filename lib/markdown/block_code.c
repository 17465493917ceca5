// SPDX-License-Identifier: MIT
//
// Code: by indentation, and between fences.
#include "blocks.h"

static void add_code(struct blocks *b, int line, struct slice info, bool fenced, struct slice code)
{
    cmark_node *node = blocks_add(b, CMARK_NODE_CODE_BLOCK, line);
    char *text = arena_cstr(b->tree->arena, code), *params = arena_cstr(b->tree->arena, info);
    if (!node || !text || !params || !cmark_node_set_literal(node, text) ||
        !cmark_node_set_fence_info(node, params)) {
        error_memory(b->tree->error);
        return;
    }
    tree_attributes(b->tree, node)->fenced = fenced;
}

bool block_code(struct blocks *b, int line, int end, bool silent)
{
    (void)silent;
    int last = line + 1;
    if (b->tree->options->no_indented_code || !blocks_is_deep(b, line))
        return false;
    for (int next = last; next < end; next++) {
        if (blocks_is_empty(b, next))
            continue;
        if (!blocks_is_deep(b, next))
            break;
        last = next + 1;
    }
    b->line = last;
    struct slice code = blocks_lines(b, line, last, CODE_INDENT + b->indent, false);
    add_code(b, line, SLICE(""), false, ARENA_JOIN(b->tree->arena, code, SLICE("\n")));
    return true;
}

// ---- fences ----

static size_t fence_length(struct slice text, char mark)
{
    size_t length = 0;
    while (length < text.len && text.ptr[length] == mark)
        length++;
    return length;
}

static bool is_closing(const struct blocks *b, int line, char mark, size_t length)
{
    struct slice text = blocks_line(b, line);
    size_t marks = fence_length(text, mark);
    if (blocks_is_deep(b, line) || marks < length)
        return false;
    while (marks < text.len && blocks_is_space(text.ptr[marks]))
        marks++;
    return marks == text.len;
}

bool block_fence(struct blocks *b, int line, int end, bool silent)
{
    enum { SHORTEST = 3 };
    struct slice text = blocks_line(b, line);
    char mark = text.len ? text.ptr[0] : '\0';
    size_t length = fence_length(text, mark);
    if (blocks_is_deep(b, line) || (mark != '`' && mark != '~') || length < SHORTEST)
        return false;
    struct slice info = slice_sub(text, length, text.len);
    if (mark == '`' && slice_find_byte(info, '`', 0) != SIZE_MAX)
        return false;
    if (silent)
        return true;
    int next = line + 1;
    bool closed = false;
    // It also ends with its container.
    while (next < end && !(closed = is_closing(b, next, mark, length)) &&
           (blocks_is_empty(b, next) || b->lines[next].indent >= b->indent))
        next++;
    // A line outside the container closes nothing.
    closed = closed && b->lines[next].indent >= b->indent;
    b->line = next + closed;
    add_code(b, line, info, true, blocks_lines(b, line + 1, next, b->lines[line].indent, true));
    return true;
}
