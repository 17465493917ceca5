// SPDX-License-Identifier: MIT
//
// Footnotes: "[^1]" with "[^1]: text", and "^[text]", as in markdown-it-footnote 3 and 4. A
// definition is a block that holds blocks; when all inlines are read, the referenced ones go to the
// end of the document, in the order of their first reference.
#include "extension.h"
#include "renderer.h"

struct note {
    int id;           // from 0
    unsigned count;   // references
    cmark_node *body; // its content; NULL: none
    bool is_inline;
};

// The meaning of a label. The last definition of a label counts.
struct definition {
    struct note *note; // NULL: not referenced yet
    cmark_node *node;
};

struct footnotes {
    struct map labels; // struct definition
    struct note **notes;
    size_t count, room;
    cmark_node **definitions; // all, to be removed
    size_t definition_count, definition_room;
};

struct reference_mark {
    int id;
    unsigned number; // among references to the same note
};

static struct footnotes *state_of(struct tree *tree)
{
    struct footnotes *f = tree_state(tree, MARKDOWN_footnotes, sizeof *f);
    if (f && !f->labels.arena)
        f->labels = map_create(tree->arena);
    return f;
}

// ---- definitions ----

// "[^label]" at the start of a text: its length, and the label. 0: none.
static size_t read_footnote_label(struct slice text, struct slice *label)
{
    size_t at = 2;
    if (text.len < 4 || text.ptr[0] != '[' || text.ptr[1] != '^')
        return 0;
    while (at < text.len && at <= LABEL_MAX && text.ptr[at] != ']' && text.ptr[at] != ' ' &&
           text.ptr[at] != '\n')
        at++;
    if (at == 2 || at >= text.len || text.ptr[at] != ']')
        return 0;
    *label = slice_sub(text, 2, at);
    return at + 1;
}

static const struct tree_element DEFINITION = {.name = "aside"};

static cmark_node *add_definition(struct blocks *b, int line, struct slice label)
{
    struct tree *tree = b->tree;
    struct footnotes *f = state_of(tree);
    struct definition *d = arena_zalloc(tree->arena, 1, sizeof *d);
    cmark_node *node = blocks_add_custom(b, TREE_ASIDE, line);
    if (!f || !d || !node ||
        !arena_room(tree->arena, &f->definitions, f->definition_count, &f->definition_room,
                    sizeof(cmark_node *)) ||
        !map_put(&f->labels, label, d)) {
        error_memory(tree->error);
        return NULL;
    }
    d->node = node;
    f->definitions[f->definition_count++] = node;
    tree_attributes(tree, node)->element = &DEFINITION;
    return node;
}

static void read_definition(struct blocks *b, int number, int end, size_t content)
{
    struct block_line *line = &b->lines[number], saved = *line;
    int initial = line->indent + (int)(content - line->begin - line->shift), offset = initial;
    size_t at = content;
    enum block_parent within = b->within;
    for (; at < line->end && blocks_is_space(b->source.ptr[at]); at++)
        offset += b->source.ptr[at] == '\t' ? 4 - offset % 4 : 1;
    line->shift = at - content;
    line->indent = offset - initial;
    line->begin = content;
    b->indent += CODE_INDENT;
    b->within = PARENT_OTHER;
    if (line->indent < b->indent)
        line->indent += b->indent;
    blocks_tokenize(b, number, end);
    b->within = within;
    b->indent -= CODE_INDENT;
    line->begin = saved.begin;
    line->shift = saved.shift;
    line->indent = saved.indent;
}

static bool definition(struct blocks *b, int line, int end, bool silent)
{
    struct slice text = blocks_line(b, line), label;
    size_t colon = read_footnote_label(text, &label);
    if (!colon || colon >= text.len || text.ptr[colon] != ':')
        return false;
    if (silent)
        return true;
    cmark_node *outer = b->parent, *node = add_definition(b, line, label);
    b->line = end; // when memory runs out
    b->parent = node;
    if (node)
        read_definition(b, line, end, (size_t)(text.ptr - b->source.ptr) + colon + 1);
    b->parent = outer;
    return true;
}

// ---- references ----

static void write_reference(struct renderer *r, cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    const struct reference_mark *mark = attributes->data;
    struct arena *arena = r->tree->arena;
    struct slice number = mark->number ? arena_printf(arena, ":%u", mark->number) : SLICE_EMPTY;
    renderer_text(r, arena_printf(arena,
                                  "<sup class=\"footnote-ref\"><a href=\"#fn%d\" "
                                  "id=\"fnref%d%.*s\">[%d%.*s]</a></sup>",
                                  mark->id + 1, mark->id + 1, SLICE_ARG(number), mark->id + 1,
                                  SLICE_ARG(number)));
}

static const struct tree_element REFERENCE = {.write = write_reference};

static void push_reference(struct inlines *s, int id, unsigned number)
{
    struct tree *tree = s->tree;
    cmark_node *node = tree_new(tree, CMARK_NODE_CUSTOM_INLINE, TREE_SINGLE, &REFERENCE);
    struct reference_mark *mark = arena_zalloc(tree->arena, 1, sizeof *mark);
    if (node && mark) {
        *mark = (struct reference_mark){id, number};
        tree_attributes(tree, node)->data = mark;
        inlines_push_node(s, node);
    } else {
        error_memory(tree->error);
    }
}

// Makes the note with a number, replacing an existing one.
static struct note *put_note(struct tree *tree, struct footnotes *f, size_t id, cmark_node *body)
{
    struct note *note = arena_zalloc(tree->arena, 1, sizeof *note);
    if (!note || !arena_room(tree->arena, &f->notes, id, &f->room, sizeof(struct note *))) {
        error_memory(tree->error);
        return NULL;
    }
    *note = (struct note){.id = (int)id, .body = body};
    f->notes[id] = note;
    f->count += id == f->count;
    return note;
}

// "[^label]".
static bool reference(struct inlines *s, bool silent)
{
    struct footnotes *f = state_of(s->tree);
    struct slice label;
    size_t length = f && f->labels.count && s->at < s->last_bracket
                        ? read_footnote_label(slice_sub(s->source, s->at, s->end), &label)
                        : 0;
    struct definition *d = length ? map_get(&f->labels, label) : NULL;
    if (!d)
        return false;
    if (!silent && !d->note)
        d->note = put_note(s->tree, f, f->count, d->node);
    if (!silent && d->note) {
        // A note that an inline note has replaced gets no more numbers.
        struct note *note = f->notes[d->note->id];
        push_reference(s, note->id, note->is_inline ? 0 : note->count++);
    }
    s->at += length;
    return true;
}

// "^[text]".
static bool inline_note(struct inlines *s, bool silent)
{
    struct tree *tree = s->tree;
    size_t start = s->at;
    struct footnotes *f = state_of(tree);
    if (!f || start + 2 >= s->end || s->source.ptr[start + 1] != '[')
        return false;
    size_t close = inlines_label_end(s, start + 1, false), id = f->count;
    if (close == SIZE_MAX)
        return false;
    if (!silent) {
        // The plugin takes the number before it reads the text, and stores the note afterwards.
        cmark_node *body = tree_new(tree, CMARK_NODE_PARAGRAPH, TREE_PLAIN, NULL);
        if (!body || !inlines_read(tree, s->rules, s->references, body,
                                   slice_sub(s->source, start + 2, close)))
            return false;
        struct note *note = put_note(tree, f, id, body);
        if (note)
            note->is_inline = true;
        push_reference(s, (int)id, 0);
    }
    s->at = close + 1;
    return true;
}

// ---- the list ----

static void write_back_links(struct renderer *r, cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    const struct note *note = attributes->data;
    for (unsigned i = 0; i < (note->count ? note->count : 1); i++) {
        renderer_text(r, arena_printf(r->tree->arena, " <a href=\"#fnref%d", note->id + 1));
        if (i)
            renderer_text(r, arena_printf(r->tree->arena, ":%u", i));
        renderer_text(r, SLICE("\" class=\"footnote-backref\">\xe2\x86\xa9\xef\xb8\x8e</a>"));
    }
}

static void write_note(struct renderer *r, cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    const struct note *note = attributes->data;
    cmark_node *last = cmark_node_last_child(node);
    renderer_text(
        r, arena_printf(r->tree->arena, "<li id=\"fn%d\" class=\"footnote-item\">", note->id + 1));
    renderer_children(r, node);
    if (!last || cmark_node_get_type(last) != CMARK_NODE_PARAGRAPH)
        write_back_links(r, node);
    renderer_text(r, SLICE("</li>\n"));
}

static void write_notes(struct renderer *r, cmark_node *node)
{
    renderer_text(r, r->options->xhtml ? SLICE("<hr class=\"footnotes-sep\" />\n")
                                       : SLICE("<hr class=\"footnotes-sep\">\n"));
    renderer_text(r, SLICE("<section class=\"footnotes\">\n<ol class=\"footnotes-list\">\n"));
    renderer_children(r, node);
    renderer_text(r, SLICE("</ol>\n</section>\n"));
}

static const struct tree_element NOTES = {.write = write_notes}, NOTE = {.write = write_note};

// A note as an item; the links back are in its last paragraph.
static void add_note(struct tree *tree, cmark_node *list, struct note *note)
{
    cmark_node *item = tree_new(tree, CMARK_NODE_CUSTOM_BLOCK, TREE_BLOCKS, &NOTE), *child;
    if (!item)
        return;
    tree_attributes(tree, item)->data = note;
    tree_append(tree, list, item);
    if (note->is_inline)
        tree_append(tree, item, note->body);
    else
        while ((child = cmark_node_first_child(note->body)) && !error_is_set(tree->error))
            tree_append(tree, item, child);
    cmark_node *last = cmark_node_last_child(item);
    if (!last || cmark_node_get_type(last) != CMARK_NODE_PARAGRAPH)
        return;
    tree_attributes(tree, last)->write_end = write_back_links;
    tree_attributes(tree, last)->data = note;
}

static void footnotes(struct tree *tree)
{
    struct footnotes *f = tree->states[MARKDOWN_footnotes];
    if (!f || tree->is_line)
        return;
    for (size_t i = 0; i < f->definition_count; i++)
        cmark_node_unlink(f->definitions[i]);
    if (!f->count)
        return;
    cmark_node *list = tree_new(tree, CMARK_NODE_CUSTOM_BLOCK, TREE_BLOCKS, &NOTES);
    for (size_t i = 0; list && i < f->count && !error_is_set(tree->error); i++)
        add_note(tree, list, f->notes[i]);
    tree_append(tree, tree->root, list);
}

const struct extension EXTENSION_footnotes = {
    .block = {definition, ENDS_PARAGRAPH | ENDS_REFERENCE},
    .before = block_reference,
    .inlines = {{'^', inline_note}, {'[', reference}},
    .after_inlines = footnotes,
};
