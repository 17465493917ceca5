// SPDX-License-Identifier: MIT
//
// GitHub tables. cmark sees a table as a paragraph; this pass reads the paragraph's source lines
// again, and puts custom nodes in its place: table, rows, cells. The texts of all cells are then
// parsed in one go, each a paragraph, with the whole source behind them for its link references.
#include "lines.h"

enum { COLUMNS_MAX = 128, ROWS_MAX = 10000 };

// What is to be parsed, and the nodes that are to have it.
struct piece {
    cmark_node *holder; // a paragraph to be filled, or any other node: before it they go
    int line;           // of the source below
};
struct pieces {
    struct tree *tree;
    struct lines_index lines; // of the page
    struct buffer source;
    int line; // of that source, which comes next
    struct piece *rows;
    size_t count;
};

// A line of a paragraph, without what its containers put in front of it.
struct line {
    struct slice text;
    unsigned indent;
    bool lazy; // its containers' marks are missing
};
struct lines {
    struct line *rows;
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
    line = trim(line);
    // "- |" could be a list.
    if (line.len < 2 || (line.ptr[0] == '-' && strchr(" \t", line.ptr[1])) ||
        (slice_find_byte(line, '|', 0) == SIZE_MAX && slice_find_byte(line, ':', 0) == SIZE_MAX))
        return 0;
    size_t count = split_row(line, cells);
    for (size_t i = 0; i < count; i++)
        if (!read_align(cells[i], &aligns[i]))
            return 0;
    return count;
}

// ---- nodes ----

// A no-break space keeps a cell's text from being anything but a paragraph, and is white space to
// what comes behind it.
static const struct slice GUARD = {"\xc2\xa0", 2};

// Has the paragraph's inlines made from a text of so many lines.
static bool add_piece(struct pieces *p, cmark_node *holder, struct slice text, int lines)
{
    if ((p->count & (p->count - 1)) == 0) {
        size_t room = p->count ? p->count * 2 : 1;
        struct piece *grown =
            arena_grow(p->tree->arena, p->rows, p->count * sizeof *grown, room * sizeof *grown);
        if (!grown)
            return error_memory(p->tree->error);
        p->rows = grown;
    }
    p->rows[p->count++] = (struct piece){holder, p->line};
    buffer_append(&p->source, text);
    buffer_append_cstr(&p->source, "\n\n");
    p->line += lines + 1;
    return !p->source.failed || error_memory(p->tree->error);
}

static cmark_node *custom(struct tree *tree, enum tree_kind kind)
{
    cmark_node *node = cmark_node_new_with_mem(CMARK_NODE_CUSTOM_BLOCK, tree->mem);
    struct attributes *attributes = node ? tree_attributes(tree, node) : NULL;
    if (!attributes)
        return NULL;
    attributes->kind = kind;
    return node;
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
static bool add_cell(struct pieces *p, cmark_node *row, struct slice text, enum tree_align align,
                     bool head)
{
    struct tree *tree = p->tree;
    cmark_node *cell = custom(tree, TREE_CELL);
    cmark_node *holder = cmark_node_new_with_mem(CMARK_NODE_PARAGRAPH, tree->mem);
    if (!cell || !holder || !cmark_node_append_child(row, cell) ||
        !cmark_node_append_child(cell, holder))
        return false;
    struct attributes *attributes = tree_attributes(tree, cell);
    attributes->align = align;
    attributes->head = head;
    text = unescape_pipes(tree, text);
    return !text.len ||
           add_piece(p, holder,
                     arena_printf(tree->arena, "%.*s%.*s", SLICE_ARG(GUARD), SLICE_ARG(text)), 1);
}

static bool add_row(struct pieces *p, cmark_node *table, struct slice line,
                    const enum tree_align *aligns, size_t columns, bool head)
{
    struct slice cells[COLUMNS_MAX];
    size_t count = split_row(line, cells);
    cmark_node *row = custom(p->tree, TREE_ROW);
    if (!row || !cmark_node_append_child(table, row))
        return false;
    tree_attributes(p->tree, row)->head = head;
    for (size_t i = 0; i < columns; i++)
        if (!add_cell(p, row, i < count ? cells[i] : SLICE(""), aligns[i], head))
            return false;
    return true;
}

// ---- the lines of a paragraph ----

// cmark does not say where a heading by underlining ends.
static int last_line(const struct pieces *p, cmark_node *node)
{
    int line = cmark_node_get_start_line(node);
    size_t column = (size_t)cmark_node_get_start_column(node) - 1;
    if (cmark_node_get_type(node) != CMARK_NODE_HEADING)
        return cmark_node_get_end_line(node);
    if (line > p->lines.count || column >= p->lines.rows[line].len ||
        p->lines.rows[line].ptr[column] == '#')
        return 0;
    while (++line <= p->lines.count) {
        struct slice text = p->lines.rows[line];
        lines_skip_marks(&p->lines, node, &text);
        text = trim(text);
        if (!text.len)
            return 0;
        size_t i = 0;
        while (i < text.len && text.ptr[i] == text.ptr[0])
            i++;
        if (i == text.len && strchr("-=", text.ptr[0]))
            return line;
    }
    return 0;
}

static bool read_lines(struct pieces *p, cmark_node *paragraph, struct lines *lines)
{
    int first = cmark_node_get_start_line(paragraph), last = last_line(p, paragraph);
    size_t column = (size_t)cmark_node_get_start_column(paragraph) - 1;
    lines->count = 0;
    if (last <= first || last - first > ROWS_MAX || last > p->lines.count)
        return false;
    lines->rows = arena_zalloc(p->tree->arena, (size_t)(last - first) + 1, sizeof *lines->rows);
    for (int i = first; lines->rows && i <= last; i++) {
        struct line *row = &lines->rows[lines->count++];
        row->text = i == first ? slice_sub(p->lines.rows[i], column, p->lines.rows[i].len)
                               : p->lines.rows[i];
        row->lazy = i > first && !lines_skip_marks(&p->lines, paragraph, &row->text);
        row->indent = lines_indent(row->text);
        row->text = trim(row->text);
    }
    return lines->count >= 2;
}

// ---- finding tables ----

// Lines become what they would be by themselves.
static bool add_lines(struct pieces *p, cmark_node *holder, const struct lines *lines, size_t from,
                      size_t to)
{
    struct buffer text = buffer_create(p->tree->arena, 0);
    for (size_t i = from; i < to; i++) {
        bool text_line =
            lines->rows[i].indent > 3 && i == from && p->tree->options->no_indented_code;
        if (text_line)
            buffer_append(&text, LINES_TEXT_MARK);
        else
            buffer_printf(&text, "%*s", lines->rows[i].lazy ? 0 : (int)lines->rows[i].indent, "");
        buffer_append(&text, lines->rows[i].text);
        if (i + 1 < to)
            buffer_append_byte(&text, '\n');
    }
    return add_piece(p, holder, buffer_slice(&text), (int)(to - from));
}

// The paragraph keeps the lines before the table.
static bool keep_before(struct pieces *p, cmark_node *paragraph, struct lines *lines, size_t count)
{
    cmark_node *holder = cmark_node_new_with_mem(CMARK_NODE_PARAGRAPH, p->tree->mem);
    for (size_t i = 0; i < count; i++)
        lines->rows[i].indent = 0;
    return holder && cmark_node_insert_before(paragraph, holder) &&
           add_lines(p, holder, lines, 0, count);
}

// A list ends a table, whatever its first number.
static bool begins_list(struct slice line)
{
    size_t i = 0;
    while (i < line.len && i < 9 && line.ptr[i] >= '0' && line.ptr[i] <= '9')
        i++;
    bool marker = i < line.len && (i ? line.ptr[i] == '.' || line.ptr[i] == ')'
                                     : strchr("-+*", line.ptr[i]) != NULL);
    return marker && (i + 1 == line.len || line.ptr[i + 1] == ' ' || line.ptr[i + 1] == '\t');
}

static bool begins_rule(struct slice line)
{
    size_t marks = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != line.ptr[0] && line.ptr[i] != ' ' && line.ptr[i] != '\t')
            return false;
        marks += line.ptr[i] == line.ptr[0];
    }
    return marks >= 3 && strchr("-*_", line.ptr[0]);
}

// The number of columns of a table whose head is line i; 0: there is none.
static size_t find_table(const struct lines *lines, size_t i, enum tree_align *aligns)
{
    struct slice cells[COLUMNS_MAX];
    const struct line *head = &lines->rows[i], *below = head + 1;
    if ((i && (head->lazy || head->indent > 3)) || below->lazy || below->indent > 3 ||
        slice_find_byte(head->text, '|', 0) == SIZE_MAX ||
        slice_starts_with(head->text, LINES_TEXT_MARK))
        return 0;
    size_t columns = read_delimiters(below->text, aligns);
    return columns && split_row(head->text, cells) == columns ? columns : 0;
}

// The paragraph becomes the table whose head is line i, and what is before and behind it.
static void make_table(struct pieces *p, cmark_node *paragraph, struct lines *lines, size_t i,
                       const enum tree_align *aligns, size_t columns)
{
    cmark_node *table = custom(p->tree, TREE_TABLE);
    size_t k = i + 2;
    if (!table || (i && !keep_before(p, paragraph, lines, i)) ||
        !cmark_node_insert_before(paragraph, table) ||
        !add_row(p, table, lines->rows[i].text, aligns, columns, true))
        return;
    for (; k < lines->count; k++) {
        const struct line *line = &lines->rows[k];
        if (line->lazy || line->indent > 3 || begins_list(line->text) || begins_rule(line->text))
            break;
        if (!add_row(p, table, line->text, aligns, columns, false))
            return;
    }
    if (k == lines->count) {
        cmark_node_unlink(paragraph);
        return;
    }
    cmark_node *behind = custom(p->tree, TREE_PLAIN);
    if (behind && cmark_node_replace(paragraph, behind))
        add_lines(p, behind, lines, k, lines->count);
}

static void convert(struct pieces *p, cmark_node *paragraph)
{
    struct lines lines;
    enum tree_align aligns[COLUMNS_MAX];
    if (!read_lines(p, paragraph, &lines))
        return;
    for (size_t i = 0; i + 1 < lines.count; i++) {
        size_t columns = find_table(&lines, i, aligns);
        if (!columns)
            continue;
        make_table(p, paragraph, &lines, i, aligns, columns);
        return;
    }
}

static void scan(struct pieces *p, cmark_node *parent)
{
    cmark_node *next;
    for (cmark_node *node = cmark_node_first_child(parent); node; node = next) {
        next = cmark_node_next(node);
        // "---" below a table makes a heading of it.
        if (cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH ||
            cmark_node_get_type(node) == CMARK_NODE_HEADING)
            convert(p, node);
        else
            scan(p, node);
    }
}

// ---- what the pieces become ----

static void fill(struct tree *tree, cmark_node *holder, cmark_node *paragraph)
{
    cmark_node *next;
    for (cmark_node *node = cmark_node_first_child(paragraph); node; node = next) {
        next = cmark_node_next(node);
        cmark_node_append_child(holder, node);
    }
    cmark_node *first = cmark_node_first_child(holder);
    struct slice text =
        first && cmark_node_get_type(first) == CMARK_NODE_TEXT ? tree_literal(first) : SLICE_EMPTY;
    if (!slice_starts_with(text, GUARD) || tree_kind(cmark_node_parent(holder)) != TREE_CELL)
        return;
    if (text.len == GUARD.len)
        cmark_node_unlink(first);
    else
        tree_set_literal(tree, first, slice_sub(text, GUARD.len, text.len));
}

// Gives a piece its nodes, which begin before line `end`. The node behind them.
static cmark_node *place(struct tree *tree, cmark_node *holder, cmark_node *node, int end)
{
    bool paragraph = cmark_node_get_type(holder) == CMARK_NODE_PARAGRAPH;
    bool any = false;
    while (node && cmark_node_get_start_line(node) < end) {
        cmark_node *next = cmark_node_next(node);
        any = true;
        if (paragraph)
            fill(tree, holder, node);
        else
            cmark_node_insert_before(holder, node);
        node = next;
    }
    // Nothing but a definition leaves no paragraph.
    if (!paragraph || (!any && tree_kind(cmark_node_parent(holder)) != TREE_CELL))
        cmark_node_unlink(holder);
    return node;
}

static void parse(struct pieces *p)
{
    struct tree *tree = p->tree;
    cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_UNSAFE, tree->mem);
    cmark_parser_feed(parser, p->source.ptr, p->source.len);
    if (slice_find(tree->hidden, SLICE("]:"), 0) != SIZE_MAX)
        cmark_parser_feed(parser, tree->hidden.ptr, tree->hidden.len);
    cmark_node *node = cmark_node_first_child(cmark_parser_finish(parser));
    for (size_t i = 0; i < p->count; i++)
        node =
            place(tree, p->rows[i].holder, node, i + 1 < p->count ? p->rows[i + 1].line : p->line);
}

void tables_pass(struct tree *tree)
{
    struct pieces pieces = {.tree = tree, .source = buffer_create(tree->arena, 0), .line = 1};
    if (!tree->options->tables || slice_find(tree->source, SLICE("-"), 0) == SIZE_MAX ||
        slice_find_byte(tree->source, '|', 0) == SIZE_MAX || !lines_index(tree, &pieces.lines))
        return;
    scan(&pieces, tree->root);
    if (pieces.count)
        parse(&pieces);
}
