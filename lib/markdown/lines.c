// SPDX-License-Identifier: MIT
//
// CommonMark's rules for what continues a container, read off the source again.
#include "lines.h"

// Takes the next line as cmark does: it ends with LF, CR or both.
static bool next_line(struct slice *rest, struct slice *line)
{
    size_t end = 0;
    if (!rest->len)
        return false;
    while (end < rest->len && rest->ptr[end] != '\n' && rest->ptr[end] != '\r')
        end++;
    *line = slice_sub(*rest, 0, end);
    bool both = end + 1 < rest->len && rest->ptr[end] == '\r' && rest->ptr[end + 1] == '\n';
    *rest = slice_sub(*rest, end + 1 + both, rest->len);
    return true;
}

bool lines_index(struct tree *tree, struct lines_index *index)
{
    struct slice rest = tree->hidden, line;
    int count = 0;
    while (next_line(&rest, &line))
        count++;
    index->rows = arena_zalloc(tree->arena, (size_t)count + 1, sizeof *index->rows);
    index->count = count;
    rest = tree->hidden;
    for (int i = 1; index->rows && next_line(&rest, &line); i++)
        index->rows[i] = line;
    return index->rows || error_memory(tree->error);
}

unsigned lines_indent(struct slice text)
{
    unsigned columns = 0;
    for (size_t i = 0; i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t'); i++)
        columns += text.ptr[i] == ' ' ? 1 : 4 - columns % 4;
    return columns;
}

// Up to so many columns of white space.
static struct slice skip_columns(struct slice text, unsigned columns)
{
    unsigned at = 0;
    size_t i = 0;
    for (; i < text.len && at < columns && (text.ptr[i] == ' ' || text.ptr[i] == '\t'); i++)
        at += text.ptr[i] == ' ' ? 1 : 4 - at % 4;
    return slice_sub(text, i, text.len);
}

static struct slice line_of(const struct lines_index *index, cmark_node *node)
{
    int number = cmark_node_get_start_line(node);
    return number > 0 && number <= index->count ? index->rows[number] : SLICE_EMPTY;
}

// How far an item's marker is indented in what contains its list. On the line of an outer marker
// the spaces between the two are the outer item's.
static unsigned marker_indent(const struct lines_index *index, cmark_node *item)
{
    cmark_node *list = cmark_node_parent(item);
    struct slice line = line_of(index, item);
    for (cmark_node *outer = cmark_node_parent(list); outer; outer = cmark_node_parent(outer))
        if (cmark_node_get_type(outer) == CMARK_NODE_ITEM &&
            cmark_node_get_start_line(outer) == cmark_node_get_start_line(item))
            return 0;
    lines_skip_marks(index, list, &line);
    return lines_indent(line);
}

// The columns before an item's content.
static unsigned item_width(const struct lines_index *index, cmark_node *item)
{
    struct slice line = line_of(index, item);
    size_t column = (size_t)cmark_node_get_start_column(item) - 1, marker = column;
    while (marker < line.len && line.ptr[marker] >= '0' && line.ptr[marker] <= '9')
        marker++;
    struct slice rest = slice_sub(line, marker + 1, line.len);
    unsigned spaces = lines_indent(rest);
    if (spaces > 4 || spaces == 0 || !slice_trim(rest).len)
        spaces = 1;
    return marker_indent(index, item) + (unsigned)(marker - column) + 1 + spaces;
}

static bool skip_mark(const struct lines_index *index, cmark_node *container, struct slice *line)
{
    unsigned indent = lines_indent(*line);
    if (cmark_node_get_type(container) == CMARK_NODE_ITEM) {
        unsigned width = item_width(index, container);
        *line = skip_columns(*line, width);
        return indent >= width;
    }
    if (cmark_node_get_type(container) != CMARK_NODE_BLOCK_QUOTE)
        return true;
    struct slice rest = skip_columns(*line, 3);
    if (indent > 3 || !slice_starts_with(rest, SLICE(">")))
        return false;
    *line = skip_columns(slice_sub(rest, 1, rest.len), 1);
    return true;
}

bool lines_skip_marks(const struct lines_index *index, cmark_node *node, struct slice *line)
{
    cmark_node *parent = cmark_node_parent(node);
    return !parent || (lines_skip_marks(index, parent, line) && skip_mark(index, parent, line));
}
