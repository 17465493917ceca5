// SPDX-License-Identifier: MIT
//
// The loop over lines, and what all blocks need to handle lines and nodes.
#include "blocks.h"

#include "base/utf8.h"

bool blocks_end(struct blocks *b, int line, int end, enum block_ends what)
{
    for (const struct block_row *row = b->rows; row->read; row++)
        if ((row->ends & (unsigned)what) && row->read(b, line, end, true))
            return true;
    return false;
}

static void read_block(struct blocks *b, int line, int end)
{
    for (const struct block_row *row = b->rows; row->read; row++)
        if (row->read(b, line, end, false))
            return;
}

static int skip_empty(const struct blocks *b, int line)
{
    while (line < b->max && blocks_is_empty(b, line))
        line++;
    return line;
}

// The guard has measured quotes and lists; nesting by extensions is counted here.
static bool is_too_deep(struct blocks *b, int line)
{
    struct tree *tree = b->tree;
    unsigned deepest = tree->options->max_depth ? tree->options->max_depth : GUARD_DEPTH;
    if (b->depth <= 2 * deepest)
        return false;
    error_set(tree->error, ERROR_LIMIT, "blocks are nested too deeply");
    error_hint(tree->error, "write the inner ones as sections of their own");
    error_at(tree->error, tree->file, (unsigned)line + 1, 1);
    return true;
}

static void tokenize(struct blocks *b, int from, int end)
{
    bool empty_lines = false;
    for (int line = from; line < end && !error_is_set(b->tree->error);) {
        b->line = line = skip_empty(b, line);
        if (line >= end || b->lines[line].indent < b->indent)
            return;
        read_block(b, line, end);
        // One empty line at the end of the last block does not make an item loose.
        b->tight = !empty_lines;
        empty_lines |= blocks_is_empty(b, b->line - 1);
        line = b->line;
        if (line < end && blocks_is_empty(b, line)) {
            empty_lines = true;
            b->line = ++line;
        }
    }
}

void blocks_tokenize(struct blocks *b, int from, int end)
{
    b->depth++;
    if (!is_too_deep(b, from))
        tokenize(b, from, end);
    b->depth--;
}

// ---- lines ----

// Where white space at the start ends, and how many columns it takes.
static void measure(struct blocks *b, struct block_line *line)
{
    size_t at = line->begin;
    for (; at < line->end && blocks_is_space(b->source.ptr[at]); at++)
        line->indent += b->source.ptr[at] == '\t' ? 4 - line->indent % 4 : 1;
    line->shift = at - line->begin;
}

static size_t count_breaks(struct slice source)
{
    size_t count = 0;
    for (size_t at = 0; (at = slice_find_byte(source, '\n', at)) != SIZE_MAX; at++)
        count++;
    return count;
}

// White space after the last line break is not a line.
static bool index_lines(struct blocks *b)
{
    struct slice source = b->source;
    size_t room = count_breaks(source) + 2;
    b->lines = room < INT32_MAX ? arena_zalloc(b->tree->arena, room, sizeof *b->lines) : NULL;
    if (!b->lines)
        return error_memory(b->tree->error);
    for (size_t at = 0; at < source.len;) {
        struct block_line *line = &b->lines[b->count];
        size_t end = slice_find_byte(source, '\n', at);
        bool last = end == SIZE_MAX;
        *line = (struct block_line){.begin = at, .end = last ? source.len : end};
        measure(b, line);
        if (last && line->begin + line->shift == source.len)
            break;
        b->count++;
        at = line->end + 1;
    }
    b->lines[b->count] = (struct block_line){.begin = source.len, .end = source.len};
    return true;
}

// Appends one line without `indent` columns; a tab may extend beyond them.
static void append_line(struct blocks *b, struct buffer *out, int line, int indent, bool line_break)
{
    const struct block_line *row = &b->lines[line];
    size_t first = row->begin, last = row->end + line_break;
    int columns = 0;
    for (; first < last && first < b->source.len && columns < indent; first++) {
        char c = b->source.ptr[first];
        if (c == '\t')
            columns += 4 - (columns + row->column) % 4;
        else if (c == ' ' || first - row->begin < row->shift)
            columns++;
        else
            break;
    }
    for (; columns > indent; columns--)
        buffer_append_byte(out, ' ');
    buffer_append(out, slice_sub(b->source, first, last));
}

struct slice blocks_lines(struct blocks *b, int from, int end, int indent, bool last_break)
{
    int joined = from;
    if (from >= end)
        return slice_of("", 0);
    // Without containers the lines are contiguous in the source.
    while (indent <= 0 && joined + 1 < end &&
           b->lines[joined].end + 1 == b->lines[joined + 1].begin)
        joined++;
    if (indent <= 0 && joined + 1 == end)
        return slice_sub(b->source, b->lines[from].begin, b->lines[joined].end + last_break);
    struct buffer out = buffer_create(b->tree->arena, 0);
    for (int line = from; line < end; line++)
        append_line(b, &out, line, indent, line + 1 < end || last_break);
    if (out.failed)
        error_memory(b->tree->error);
    return buffer_slice(&out);
}

static bool is_block_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static struct slice trim(struct slice text, bool (*is_space)(uint32_t c))
{
    size_t from = 0, to = text.len;
    for (size_t at = from; at < to && is_space(utf8_decode(text, &at));)
        from = at;
    while (to > from) {
        size_t start = to - 1;
        while (start > from && ((unsigned char)text.ptr[start] & 0xc0) == 0x80)
            start--;
        size_t at = start;
        if (!is_space(utf8_decode(text, &at)))
            break;
        to = start;
    }
    return slice_sub(text, from, to);
}

struct slice tree_trim(struct slice text)
{
    return trim(text, utf8_is_space);
}

struct slice tree_trim_start(struct slice text)
{
    struct slice both = tree_trim(text);
    return both.len ? slice_sub(text, (size_t)(both.ptr - text.ptr), text.len) : both;
}

struct slice tree_trim_end(struct slice text)
{
    struct slice both = tree_trim(text);
    return slice_sub(text, 0, (size_t)(both.ptr - text.ptr) + both.len);
}

struct slice blocks_trim(const struct blocks *b, struct slice text)
{
    return b->tree->options->version >= 14 ? trim(text, is_block_blank) : tree_trim(text);
}

struct slice blocks_text(struct blocks *b, int from, int end)
{
    return blocks_trim(b, blocks_lines(b, from, end, b->indent, false));
}

// ---- nodes ----

cmark_node *blocks_add(struct blocks *b, cmark_node_type type, int line)
{
    cmark_node *node = cmark_node_new_with_mem(type, b->tree->mem);
    struct attributes *attributes = node ? tree_attributes(b->tree, node) : NULL;
    if (!attributes || !cmark_node_append_child(b->parent, node)) {
        error_memory(b->tree->error);
        return NULL;
    }
    attributes->line = (unsigned)line + 1;
    return node;
}

cmark_node *blocks_add_custom(struct blocks *b, enum tree_kind kind, int line)
{
    cmark_node *node = blocks_add(b, CMARK_NODE_CUSTOM_BLOCK, line);
    if (node)
        tree_attributes(b->tree, node)->kind = kind;
    return node;
}

void block_leaves_add(struct tree *tree, struct block_leaves *leaves, struct block_leaf leaf)
{
    if (!arena_room(tree->arena, &leaves->rows, leaves->count, &leaves->room,
                    sizeof *leaves->rows)) {
        error_memory(tree->error);
        return;
    }
    leaves->rows[leaves->count++] = leaf;
}

void blocks_add_text(struct blocks *b, cmark_node *node, struct slice text)
{
    block_leaves_add(b->tree, &b->leaves, (struct block_leaf){node, text});
}

bool blocks_read(struct tree *tree, const struct block_row *rows, struct map *references,
                 struct block_leaves *leaves)
{
    struct blocks b = {.tree = tree,
                       .rows = rows,
                       .source = tree->source,
                       .list_indent = -1,
                       .references = references};
    tree->root = b.parent = cmark_node_new_with_mem(CMARK_NODE_DOCUMENT, tree->mem);
    if (!index_lines(&b))
        return false;
    b.max = b.count;
    blocks_tokenize(&b, 0, b.count);
    *leaves = b.leaves;
    return !error_is_set(tree->error);
}
