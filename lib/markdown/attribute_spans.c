// SPDX-License-Identifier: MIT
//
// {colspan=2} and {rowspan=2} on cells: cells that they cover are not written, as far as the plugin
// works them out. Its arithmetic is kept, oddities included: sites rely on it.
#include "attributes.h"

// Otherwise each cell that spans many rows would look at all tokens.
enum { STEPS_MAX = 1 << 22 };

struct spans {
    struct token *body, *end;
    int columns;
    unsigned steps;
};

static int span_of(const struct token *cell, struct slice name)
{
    const struct attribute *attribute = cell->hidden ? NULL : tree_find_attribute(cell->node, name);
    struct slice text = attribute ? slice_trim(attribute->value) : SLICE_EMPTY;
    int span = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || span > 100000)
            return 0;
        span = span * 10 + (text.ptr[i] - '0');
    }
    return span;
}

static struct token *step_over(struct spans *spans, struct token *token)
{
    return ++spans->steps < STEPS_MAX ? token->next : NULL;
}

// Takes a column from each row that the cell reaches down to. False if there are not that many
// rows.
static bool shorten_rows(struct spans *spans, struct token *cell, int rows, int left)
{
    struct token *token = cell;
    for (; rows > 1; token = step_over(spans, token)) {
        if (!token)
            return false;
        if (token->type == TOKEN_ROW && token->nesting == 1) {
            left -= token->columns ? 1 : 0;
            token->columns = left;
            rows--;
        }
    }
    return true;
}

// A row with fewer columns loses its last cells.
static void cut_row(struct spans *spans, struct token *row)
{
    int count = 0;
    for (struct token *token = row; token && token != spans->end; token = step_over(spans, token)) {
        if (token->type == TOKEN_ROW && token->nesting == -1)
            return;
        count += token->type == TOKEN_CELL && token->nesting == 1;
        if (count > row->columns)
            token->hidden = true;
    }
}

// The cells of a cell's row, which are at most 128.
struct row {
    struct token *cells[128];
    int count, at;
    int columns;
    struct token *close;
};

static void read_span_row(struct spans *spans, struct token *cell, struct row *row)
{
    struct token *open = cell;
    while (open != spans->body && open->type != TOKEN_ROW)
        open = open->previous;
    *row = (struct row){.columns = open->columns ? open->columns : spans->columns};
    for (struct token *token = open->next; token && token->type != TOKEN_ROW;
         token = step_over(spans, token)) {
        if (token->type != TOKEN_CELL || token->nesting != 1 ||
            row->count == (int)(sizeof row->cells / sizeof *row->cells))
            continue;
        row->at = token == cell ? row->count : row->at;
        row->cells[row->count++] = token;
        row->close = token;
    }
    while (row->close && row->close->type != TOKEN_ROW)
        row->close = row->close->next;
}

static void widen(struct tree *tree, struct spans *spans, struct token *cell, int columns)
{
    struct row row;
    read_span_row(spans, cell, &row);
    int real = row.columns - row.at;
    real = real > columns ? columns : real;
    if (columns > real)
        tree_set_attribute(tree, cell->node, SLICE("colspan"),
                           arena_printf(tree->arena, "%d", real));
    int from = row.columns + 1 - spans->columns - real;
    from = from < 0 ? row.count + from : from;
    from = from < 0 ? 0 : from;
    for (struct token *token = from < row.count ? row.cells[from] : NULL;
         token && token != row.close; token = token->next)
        token->hidden = true;
}

static int count_columns(const struct token *body)
{
    int columns = 0;
    for (const struct token *token = body; token && token->type != TOKEN_TABLE;
         token = token->previous)
        columns += token->type == TOKEN_HEADER_CELL && token->nesting == 1;
    return columns;
}

void spans_hide(struct tree *tree, struct token *body)
{
    struct spans spans = {.body = body, .columns = count_columns(body)};
    for (spans.end = body; spans.end->type != TOKEN_BODY || spans.end->nesting != -1;)
        spans.end = spans.end->next;
    for (struct token *token = body; token != spans.end && spans.columns > 1; token = token->next) {
        bool cell = token->type == TOKEN_CELL && token->nesting == 1;
        int rows = cell ? span_of(token, SLICE("rowspan")) : 0;
        int columns = cell ? span_of(token, SLICE("colspan")) : 0;
        if (rows > 1 &&
            !shorten_rows(&spans, token, rows, spans.columns - (columns > 0 ? columns : 1)))
            break; // the plugin gives up here
        if (token->type == TOKEN_ROW && token->nesting == 1 && token->columns)
            cut_row(&spans, token);
        if (columns > 1)
            widen(tree, &spans, token, columns);
    }
    for (struct token *token = body; token != spans.end; token = token->next)
        if (token->hidden && token->type == TOKEN_CELL)
            tree_attributes(tree, token->node)->hidden = true;
}
