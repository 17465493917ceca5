// SPDX-License-Identifier: MIT
//
// GitHub tables. cmark sees a table as a paragraph; this pass reads the paragraph's source lines
// again, and puts custom nodes in its place: table, rows, cells. A cell's text is parsed by cmark
// as a paragraph of its own, so a link reference defined elsewhere is not seen inside a table.
#include "tree.h"

enum { COLUMNS_MAX = 128, ROWS_MAX = 10000 };

struct lines {
    struct slice *rows;
    size_t count;
};

static struct slice trim(struct slice s)
{
    return slice_trim(s);
}

// ---- rows ----

// Takes the next cell off a row. A pipe behind a backslash is part of the cell.
static bool next_cell(struct slice *row, struct slice *cell)
{
    size_t end = 0;
    if (!row->ptr)
        return false;
    while (end < row->len && !(row->ptr[end] == '|' && !(end && row->ptr[end - 1] == '\\')))
        end++;
    *cell = trim(slice_sub(*row, 0, end));
    *row = end < row->len ? slice_sub(*row, end + 1, row->len) : SLICE_EMPTY;
    return true;
}

static size_t split_row(struct slice row, struct slice cells[COLUMNS_MAX])
{
    size_t count = 0;
    row = trim(row);
    if (row.len && row.ptr[0] == '|')
        row = slice_sub(row, 1, row.len);
    if (row.len && row.ptr[row.len - 1] == '|' && !(row.len > 1 && row.ptr[row.len - 2] == '\\'))
        row.len--;
    if (!row.ptr || !row.len)
        row = slice_of("", 0);
    while (count < COLUMNS_MAX && next_cell(&row, &cells[count]))
        count++;
    return count;
}

static bool read_align(struct slice cell, enum tree_align *align)
{
    bool left = cell.len && cell.ptr[0] == ':';
    bool right = cell.len > 1 && cell.ptr[cell.len - 1] == ':';
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

// Number of columns of a delimiter row; 0 when the line is none.
static size_t read_delimiters(struct slice line, enum tree_align aligns[COLUMNS_MAX])
{
    struct slice cells[COLUMNS_MAX];
    if (slice_find_byte(line, '-', 0) == SIZE_MAX ||
        (slice_find_byte(line, '|', 0) == SIZE_MAX && slice_find_byte(line, ':', 0) == SIZE_MAX))
        return 0;
    size_t count = split_row(line, cells);
    for (size_t i = 0; i < count; i++)
        if (!read_align(cells[i], &aligns[i]))
            return 0;
    return count;
}

// ---- nodes ----

static cmark_node *custom(struct tree *tree, enum tree_kind kind)
{
    cmark_node *node = cmark_node_new_with_mem(CMARK_NODE_CUSTOM_BLOCK, tree->mem);
    struct attributes *attributes = node ? tree_attributes(tree, node) : NULL;
    if (!attributes)
        return NULL;
    attributes->kind = kind;
    return node;
}

static int parser_options(const struct tree *tree)
{
    return CMARK_OPT_UNSAFE | (tree->options->typographer ? CMARK_OPT_SMART : 0);
}

// "\|" is a pipe, in code spans too.
static struct slice unescape_pipes(struct tree *tree, struct slice text)
{
    struct buffer out = buffer_create(tree->arena, 0);
    for (size_t i = 0; i < text.len; i++)
        if (!(text.ptr[i] == '\\' && i + 1 < text.len && text.ptr[i + 1] == '|'))
            buffer_append_byte(&out, text.ptr[i]);
    return buffer_slice(&out);
}

// The cell holds a paragraph, whose inlines the renderer writes without <p>.
static bool add_cell(struct tree *tree, cmark_node *row, struct slice text, enum tree_align align,
                     bool head)
{
    cmark_node *cell = custom(tree, TREE_CELL);
    if (!cell || !cmark_node_append_child(row, cell))
        return false;
    struct attributes *attributes = tree_attributes(tree, cell);
    attributes->align = align;
    attributes->head = head;
    text = unescape_pipes(tree, text);
    cmark_parser *parser = cmark_parser_new_with_mem(parser_options(tree), tree->mem);
    // A zero-width prefix would show; a cell that looks like a block is one only to cmark.
    cmark_parser_feed(parser, text.ptr ? text.ptr : "", text.len);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_node *first = cmark_node_first_child(document);
    cmark_node *holder = cmark_node_new_with_mem(CMARK_NODE_PARAGRAPH, tree->mem);
    if (!holder || !cmark_node_append_child(cell, holder))
        return false;
    if (first && cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH) {
        cmark_node *next;
        for (cmark_node *node = cmark_node_first_child(first); node; node = next) {
            next = cmark_node_next(node);
            cmark_node_append_child(holder, node);
        }
    } else if (text.len) {
        cmark_node *literal = cmark_node_new_with_mem(CMARK_NODE_TEXT, tree->mem);
        if (!literal || !cmark_node_append_child(holder, literal))
            return false;
        tree_set_literal(tree, literal, text);
    }
    return true;
}

static bool add_row(struct tree *tree, cmark_node *table, struct slice line,
                    const enum tree_align *aligns, size_t columns, bool head)
{
    struct slice cells[COLUMNS_MAX];
    size_t count = split_row(line, cells);
    cmark_node *row = custom(tree, TREE_ROW);
    if (!row || !cmark_node_append_child(table, row))
        return false;
    tree_attributes(tree, row)->head = head;
    for (size_t i = 0; i < columns; i++)
        if (!add_cell(tree, row, i < count ? cells[i] : SLICE(""), aligns[i], head))
            return false;
    return true;
}

// ---- finding tables ----

// The paragraph's lines without what containers put in front of them.
static bool read_lines(struct tree *tree, cmark_node *paragraph, struct lines *lines)
{
    int first = cmark_node_get_start_line(paragraph), last = cmark_node_get_end_line(paragraph);
    int column = cmark_node_get_start_column(paragraph);
    struct slice rest = tree->source, line;
    lines->count = 0;
    if (last - first + 1 < 2 || last - first > ROWS_MAX)
        return false;
    lines->rows = arena_zalloc(tree->arena, (size_t)(last - first) + 1, sizeof *lines->rows);
    for (int i = 1; lines->rows && i <= last && slice_next_line(&rest, &line); i++) {
        if (i < first)
            continue;
        if (i == first || column > 1) {
            // Containers' marks: as many columns as the first line has before its text, where this
            // line has them; a lazy line has none.
            size_t skip = (size_t)(column - 1), at = 0;
            while (at < skip && at < line.len && strchr(" \t>-*+.)0123456789", line.ptr[at]))
                at++;
            line = slice_sub(line, at, line.len);
        }
        lines->rows[lines->count++] = line;
    }
    return lines->count >= 2;
}

// The paragraph keeps the lines before the table: it is parsed again from them.
static bool keep_before(struct tree *tree, cmark_node *paragraph, const struct lines *lines,
                        size_t count)
{
    cmark_parser *parser = cmark_parser_new_with_mem(parser_options(tree), tree->mem);
    for (size_t i = 0; i < count; i++) {
        cmark_parser_feed(parser, lines->rows[i].ptr, lines->rows[i].len);
        cmark_parser_feed(parser, "\n", 1);
    }
    cmark_node *document = cmark_parser_finish(parser), *next;
    for (cmark_node *node = cmark_node_first_child(document); node; node = next) {
        next = cmark_node_next(node);
        if (!cmark_node_insert_before(paragraph, node))
            return false;
    }
    return true;
}

static void convert(struct tree *tree, cmark_node *paragraph)
{
    struct lines lines;
    enum tree_align aligns[COLUMNS_MAX];
    struct slice cells[COLUMNS_MAX];
    if (!read_lines(tree, paragraph, &lines))
        return;
    for (size_t i = 0; i + 1 < lines.count; i++) {
        size_t columns = read_delimiters(lines.rows[i + 1], aligns);
        if (!columns || split_row(lines.rows[i], cells) != columns)
            continue;
        cmark_node *table = custom(tree, TREE_TABLE);
        if (!table || (i && !keep_before(tree, paragraph, &lines, i)) ||
            !cmark_node_insert_before(paragraph, table) ||
            !add_row(tree, table, lines.rows[i], aligns, columns, true))
            return;
        for (size_t k = i + 2; k < lines.count; k++)
            if (!add_row(tree, table, lines.rows[k], aligns, columns, false))
                return;
        cmark_node_unlink(paragraph);
        return;
    }
}

static void scan(struct tree *tree, cmark_node *parent)
{
    cmark_node *next;
    for (cmark_node *node = cmark_node_first_child(parent); node; node = next) {
        next = cmark_node_next(node);
        if (cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH)
            convert(tree, node);
        else
            scan(tree, node);
    }
}

void tables_pass(struct tree *tree)
{
    if (tree->options->tables && slice_find(tree->source, SLICE("-"), 0) != SIZE_MAX &&
        slice_find_byte(tree->source, '|', 0) != SIZE_MAX)
        scan(tree, tree->root);
}
