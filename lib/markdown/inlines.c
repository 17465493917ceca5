// SPDX-License-Identifier: MIT
//
// The loop over a text, and the making of nodes.
#include "inlines.h"

enum {
    DEPTH_MAX = 100,       // of links and brackets, as in markdown-it
    STEPS_A_BYTE_MAX = 64, // scanning brackets: quadratic texts are refused
    STEPS_MIN = 1 << 20,
};

// ---- pieces ----

struct piece *inlines_push(struct inlines *s, enum piece_type type)
{
    struct tree *tree = s->tree;
    if (s->pending.len) {
        struct slice text = arena_copy(tree->arena, buffer_slice(&s->pending));
        s->pending.len = 0;
        inlines_push_text(s, text);
    }
    if (!arena_room(tree->arena, &s->pieces, s->count, &s->room, sizeof *s->pieces)) {
        error_memory(tree->error);
        return &s->lost;
    }
    s->pieces[s->count] = (struct piece){.type = type};
    return &s->pieces[s->count++];
}

void inlines_push_text(struct inlines *s, struct slice text)
{
    inlines_push(s, PIECE_TEXT)->text = text;
}

void inlines_push_node(struct inlines *s, cmark_node *node)
{
    if (node)
        inlines_push(s, PIECE_NODE)->node = node;
    else
        error_memory(s->tree->error);
}

static void push_level(struct inlines *s)
{
    struct delimiters *level = arena_zalloc(s->tree->arena, 1, sizeof *level);
    if (!level) {
        error_memory(s->tree->error);
        return;
    }
    level->outer = s->level;
    if (s->last_level)
        s->last_level->next = level;
    else
        s->first_level = level;
    s->level = s->last_level = level;
}

void inlines_open(struct inlines *s, cmark_node *node)
{
    inlines_push(s, PIECE_OPEN)->node = node;
    s->depth++;
    push_level(s);
}

void inlines_close(struct inlines *s)
{
    inlines_push(s, PIECE_CLOSE);
    s->depth--;
    if (s->level)
        s->level = s->level->outer;
}

// ---- the loop ----

static inline inline_fn inline_at(const struct inlines *s, size_t at)
{
    return s->rules->begins[(unsigned char)s->source.ptr[at]];
}

// Text up to the next character that may begin something, or the end of a link's text.
static bool plain(struct inlines *s, bool silent)
{
    size_t from = s->at;
    while (s->at < s->end && !inline_at(s, s->at) && s->source.ptr[s->at] != ']')
        s->at++;
    if (!silent)
        buffer_append(&s->pending, slice_sub(s->source, from, s->at));
    return s->at > from;
}

static bool read_one(struct inlines *s, bool silent)
{
    inline_fn read = inline_at(s, s->at);
    char c = s->source.ptr[s->at];
    if (!read)
        return plain(s, silent);
    if (read(s, silent))
        return true;
    for (size_t i = 0; i < s->rules->also_count; i++)
        if (s->rules->also[i].begins == c && s->rules->also[i].read(s, silent))
            return true;
    return false;
}

void inlines_tokenize(struct inlines *s)
{
    size_t end = s->end;
    while (s->at < end && !error_is_set(s->tree->error)) {
        if (s->depth < DEPTH_MAX && read_one(s, false))
            continue;
        buffer_append_byte(&s->pending, s->source.ptr[s->at++]);
    }
}

static bool too_many_steps(struct inlines *s)
{
    struct tree *tree = s->tree;
    if (++s->steps < STEPS_MIN || s->steps / STEPS_A_BYTE_MAX < s->source.len)
        return false;
    error_set(tree->error, ERROR_LIMIT, "too many open brackets in one paragraph");
    error_hint(tree->error, "write \\[ for a bracket that is no link");
    error_at(tree->error, tree->file, tree->line, 1);
    return true;
}

void inlines_skip(struct inlines *s)
{
    size_t from = s->at;
    if (!s->skipped)
        s->skipped = arena_zalloc(s->tree->arena, s->source.len + 1, sizeof *s->skipped);
    if (!s->skipped)
        error_memory(s->tree->error);
    if (error_is_set(s->tree->error) || too_many_steps(s)) {
        s->at = s->end;
        return;
    }
    if (s->skipped[from]) {
        s->at = s->skipped[from];
        return;
    }
    bool deep = s->depth >= DEPTH_MAX;
    if (deep)
        s->at = s->end;
    s->depth++;
    if (deep || !read_one(s, true))
        s->at++;
    s->depth--;
    s->skipped[from] = (uint32_t)s->at;
}

// ---- nodes ----

static cmark_node *make_text(struct tree *tree, const struct piece *piece, struct slice text)
{
    cmark_node *node = tree_new_text(tree, text);
    struct attributes *attributes =
        node && piece->type == PIECE_SPECIAL ? tree_attributes(tree, node) : NULL;
    if (attributes) {
        attributes->kind = TREE_SPECIAL;
        attributes->source = piece->written;
    }
    return node;
}

// Joins adjacent texts. Returns the number of pieces.
static size_t join_texts(struct inlines *s, size_t from, struct slice *text)
{
    size_t end = from + 1;
    while (end < s->count && s->pieces[end].type == PIECE_TEXT)
        end++;
    *text = s->pieces[from].text;
    if (end == from + 1)
        return 1;
    struct buffer joined = buffer_create(s->tree->arena, 0);
    for (size_t i = from; i < end; i++)
        buffer_append(&joined, s->pieces[i].text);
    if (joined.failed)
        error_memory(s->tree->error);
    *text = buffer_slice(&joined);
    return end - from;
}

static cmark_node *make_span(struct tree *tree, const struct piece *piece)
{
    if (piece->node)
        return piece->node;
    return piece->element ? tree_new(tree, CMARK_NODE_CUSTOM_INLINE, TREE_SPAN, piece->element)
                          : cmark_node_new_with_mem(piece->span, tree->mem);
}

static void make_nodes(struct inlines *s, cmark_node *parent)
{
    struct tree *tree = s->tree;
    struct slice text;
    for (size_t i = 0; i < s->count && !error_is_set(tree->error);) {
        const struct piece *piece = &s->pieces[i];
        cmark_node *node = piece->node;
        size_t taken = 1;
        if (piece->type == PIECE_CLOSE) {
            parent = cmark_node_parent(parent);
            i++;
            continue;
        }
        if (piece->type == PIECE_TEXT) {
            taken = join_texts(s, i, &text);
            node = text.len ? make_text(tree, piece, text) : NULL;
        } else if (piece->type == PIECE_SPECIAL) {
            node = make_text(tree, piece, piece->text);
        } else if (piece->type == PIECE_OPEN) {
            node = make_span(tree, piece);
        }
        if (node && !cmark_node_append_child(parent, node))
            error_memory(tree->error);
        parent = piece->type == PIECE_OPEN ? node : parent;
        i += taken;
    }
}

static size_t behind_last(struct slice text, char c)
{
    size_t at = text.len;
    while (at && text.ptr[at - 1] != c)
        at--;
    return at;
}

bool inlines_read(struct tree *tree, const struct inline_rules *rules, const struct map *references,
                  cmark_node *node, struct slice text)
{
    struct inlines s = {.tree = tree,
                        .rules = rules,
                        .references = references,
                        .source = text,
                        .end = text.len,
                        .walked_from = SIZE_MAX,
                        .pending = buffer_create(tree->arena, 0)};
    s.last_bracket = behind_last(text, ']');
    s.last_angle = behind_last(text, '>');
    struct attributes *attributes = tree_attributes(tree, node);
    if (!attributes)
        return false;
    attributes->source = text;
    tree->line = attributes->line ? attributes->line : tree->line;
    push_level(&s);
    inlines_tokenize(&s);
    if (s.pending.len) {
        struct slice rest = buffer_slice(&s.pending);
        s.pending.len = 0;
        inlines_push_text(&s, rest);
    }
    if (s.pending.failed)
        error_memory(tree->error);
    rules->finish(&s);
    make_nodes(&s, node);
    return !error_is_set(tree->error);
}
