// SPDX-License-Identifier: MIT
//
// GitHub's tables: a line of cells, a line of dashes below it, and lines of cells.
#include "blocks.h"

enum { CELLS_MADE_MAX = 1 << 16 }; // cells added to short rows: a wide head costs every one of them

struct cells {
    struct slice *rows;
    size_t count, room;
};

static bool add_cell(struct blocks *b, struct cells *cells, struct slice text)
{
    if (!arena_room(b->tree->arena, &cells->rows, cells->count, &cells->room, sizeof *cells->rows))
        return error_memory(b->tree->error);
    cells->rows[cells->count++] = text;
    return true;
}

static void shift_cells(struct cells *cells)
{
    if (cells->count && !cells->rows[0].len) {
        cells->rows++;
        cells->count--;
        cells->room = cells->count;
    }
    if (cells->count && !cells->rows[cells->count - 1].len)
        cells->count--;
}

// ---- the line below the head ----

static bool may_be_delimiters(struct slice text)
{
    // "- |" could be a list.
    if (text.len < 2 || !strchr("|-:", text.ptr[0]) ||
        (text.ptr[0] == '-' && blocks_is_space(text.ptr[1])))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!text.ptr[i] || !strchr("|-: \t", text.ptr[i]))
            return false;
    return true;
}

static bool read_align(struct slice cell, enum tree_align *align)
{
    bool left = cell.ptr[0] == ':', right = cell.len > 1 && cell.ptr[cell.len - 1] == ':';
    struct slice dashes = slice_sub(cell, left, cell.len - right);
    for (size_t i = 0; i < dashes.len; i++)
        if (dashes.ptr[i] != '-')
            return false;
    *align = left && right ? TREE_ALIGN_CENTER
             : left        ? TREE_ALIGN_LEFT
             : right       ? TREE_ALIGN_RIGHT
                           : TREE_ALIGN_NONE;
    return dashes.len > 0;
}

// Reads the columns' alignments; 0: none.
static size_t read_aligns(struct blocks *b, struct slice text, enum tree_align **aligns)
{
    size_t count = 0, parts = 1;
    for (size_t i = 0; i < text.len; i++)
        parts += text.ptr[i] == '|';
    *aligns = arena_zalloc(b->tree->arena, parts, sizeof **aligns);
    if (!*aligns) {
        error_memory(b->tree->error);
        return 0;
    }
    struct slice part;
    for (size_t i = 0; slice_split(&text, '|', &part); i++) {
        part = slice_trim(part);
        if (part.len ? !read_align(part, &(*aligns)[count++]) : i && i + 1 < parts)
            return 0;
    }
    return count;
}

// ---- rows ----

// A pipe after a backslash is part of the cell; the backslash is dropped.
static bool split_row(struct blocks *b, struct slice row, struct cells *cells)
{
    size_t from = 0;
    struct buffer joined = buffer_create(b->tree->arena, 0);
    for (size_t at = 0; (at = slice_find_byte(row, '|', at)) != SIZE_MAX; at++) {
        if (at && row.ptr[at - 1] == '\\') {
            buffer_append(&joined, slice_sub(row, from, at - 1));
            from = at;
            continue;
        }
        struct slice rest = slice_sub(row, from, at);
        buffer_append(&joined, rest);
        if (!add_cell(b, cells, joined.len > rest.len ? buffer_slice(&joined) : rest))
            return false;
        joined = buffer_create(b->tree->arena, 0);
        from = at + 1;
    }
    struct slice rest = slice_sub(row, from, row.len);
    if (joined.len)
        buffer_append(&joined, rest);
    if (!add_cell(b, cells, joined.len ? buffer_slice(&joined) : rest) || joined.failed)
        return error_memory(b->tree->error);
    shift_cells(cells);
    return true;
}

struct table {
    struct blocks *b;
    cmark_node *node;
    const enum tree_align *aligns;
    size_t columns, made;
};

// The cell holds a paragraph, whose inlines the renderer writes without <p>.
static void add_table_cell(struct table *t, int line, struct slice text, enum tree_align align,
                           bool head)
{
    struct blocks *b = t->b;
    cmark_node *row = b->parent, *cell = blocks_add_custom(b, TREE_CELL, line);
    if (!cell)
        return;
    struct attributes *attributes = tree_attributes(b->tree, cell);
    attributes->align = align;
    attributes->head = head;
    b->parent = cell;
    cmark_node *holder = blocks_add(b, CMARK_NODE_PARAGRAPH, line);
    b->parent = row;
    text = tree_trim(text);
    if (holder && text.len)
        blocks_add_text(b, holder, text);
}

static void add_table_row(struct table *t, int line, const struct cells *cells, bool head)
{
    struct blocks *b = t->b;
    b->parent = blocks_add_custom(b, TREE_ROW, line);
    if (b->parent)
        tree_attributes(b->tree, b->parent)->head = head;
    for (size_t i = 0; b->parent && i < t->columns; i++)
        add_table_cell(t, line, i < cells->count ? cells->rows[i] : SLICE_EMPTY, t->aligns[i],
                       head);
    b->parent = t->node;
}

// Adds the rows below the head. Returns the line after them.
static int add_table_rows(struct table *t, int line, int end)
{
    struct blocks *b = t->b;
    for (; line < end && !error_is_set(b->tree->error); line++) {
        struct slice text = tree_trim(blocks_line(b, line));
        struct cells cells = {0};
        if (b->lines[line].indent < b->indent || blocks_end(b, line, end, ENDS_QUOTE) ||
            !text.len || blocks_is_deep(b, line) || !split_row(b, text, &cells))
            break;
        t->made += cells.count < t->columns ? t->columns - cells.count : 0;
        if (t->made > CELLS_MADE_MAX)
            break;
        add_table_row(t, line, &cells, false);
    }
    return line;
}

// Whether lines `line` and the next are a table's first; then its cells and alignments.
static bool read_head(struct table *t, int line, int end, struct cells *cells)
{
    struct blocks *b = t->b;
    enum tree_align *aligns;
    if (line + 2 > end || b->lines[line + 1].indent < b->indent || blocks_is_deep(b, line + 1) ||
        blocks_is_deep(b, line) || !may_be_delimiters(blocks_line(b, line + 1)))
        return false;
    struct slice head = tree_trim(blocks_line(b, line));
    if (slice_find_byte(head, '|', 0) == SIZE_MAX)
        return false;
    t->columns = read_aligns(b, blocks_line(b, line + 1), &aligns);
    t->aligns = aligns;
    return t->columns && split_row(b, head, cells) && cells->count == t->columns;
}

bool block_table(struct blocks *b, int line, int end, bool silent)
{
    struct table t = {.b = b};
    struct cells cells = {0};
    if (!b->tree->options->tables || !read_head(&t, line, end, &cells))
        return false;
    if (silent)
        return true;
    cmark_node *outer = b->parent;
    enum block_parent within = b->within;
    b->within = PARENT_OTHER;
    b->parent = t.node = blocks_add_custom(b, TREE_TABLE, line);
    if (t.node) {
        add_table_row(&t, line, &cells, true);
        b->line = add_table_rows(&t, line + 2, end);
    } else {
        b->line = end;
    }
    b->parent = outer;
    b->within = within;
    return true;
}
