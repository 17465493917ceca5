// SPDX-License-Identifier: MIT
//
// "[[toc]]" is a list of links to the headings, as in markdown-it-table-of-contents 1, oddities
// included: a heading's text is parsed as Markdown again, and is `null` for a heading without text.
#include "base/utf8.h"
#include "extension.h"
#include "renderer.h"

struct heading {
    int level;
    struct slice anchor, text;
};

struct item {
    struct heading heading;
    struct item *parent, *first, *last, *next;
};

struct contents {
    struct tree *tree;
    struct heading *rows;
    size_t count, room;
    struct slice html; // once it is made
    bool omit;         // the previous block says so
};

// ---- the mark ----

static const struct tree_element CONTENTS;

static bool mark(struct blocks *b, int line, int end, bool silent)
{
    struct slice text = blocks_line(b, line), wanted = SLICE("[[toc]]");
    (void)end;
    if (!slice_equal_ignore_case(slice_sub(text, 0, wanted.len), wanted))
        return false;
    if (silent)
        return true;
    b->line = line + 1;
    cmark_node *node = blocks_add_custom(b, TREE_SINGLE, line);
    if (node)
        tree_attributes(b->tree, node)->element = &CONTENTS;
    return true;
}

// ---- the headings ----

static bool is_in_contents(struct contents *c, int level)
{
    struct value levels = extension_value(c->tree, MARKDOWN_table_of_contents, "levels");
    if (!value_is(levels, VALUE_ARRAY))
        return level <= 2;
    for (uint32_t i = 0; i < value_length(NULL, levels); i++)
        if (value_item(NULL, levels, i).number == level)
            return true;
    return false;
}

static void add_contents_heading(struct contents *c, cmark_node *node)
{
    struct arena *arena = c->tree->arena;
    int level = cmark_node_get_heading_level(node);
    struct buffer text = buffer_create(arena, 0);
    if (!is_in_contents(c, level))
        return;
    if (!arena_room(arena, &c->rows, c->count, &c->room, sizeof *c->rows)) {
        error_memory(c->tree->error);
        return;
    }
    const struct attribute *id = tree_find_attribute(node, SLICE("id"));
    tree_collect_text(node, &text);
    struct slice shown = tree_trim(buffer_slice(&text));
    c->rows[c->count++] = (struct heading){
        level, id && id->value.len ? id->value : heading_slug(arena, shown), shown};
}

static bool is_omit_mark(cmark_node *node)
{
    if (cmark_node_get_type(node) != CMARK_NODE_HTML_BLOCK)
        return false;
    struct slice text = tree_trim(tree_literal(node));
    return slice_equal_ignore_case(text, SLICE("<!-- omit from toc -->"));
}

// Notes the headings, except those after the mark that leaves them out.
static void scan_contents(struct contents *c, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        cmark_node_type type = cmark_node_get_type(node);
        bool omit = is_omit_mark(node);
        if (type == CMARK_NODE_HEADING && !c->omit)
            add_contents_heading(c, node);
        c->omit = false;
        if (type != CMARK_NODE_HEADING && type != CMARK_NODE_PARAGRAPH &&
            tree_kind(node) != TREE_TABLE && tree_kind(node) != TREE_LINES)
            scan_contents(c, node);
        c->omit = omit;
    }
}

// ---- the list ----

static struct item *add_item(struct contents *c, struct heading heading, struct item *parent)
{
    struct item *item = arena_zalloc(c->tree->arena, 1, sizeof *item);
    if (!item) {
        error_memory(c->tree->error);
        return NULL;
    }
    *item = (struct item){.heading = heading, .parent = parent};
    if (parent->last)
        parent->last->next = item;
    else
        parent->first = item;
    parent->last = item;
    return item;
}

// A skipped level has an item without text.
static struct item *nest(struct contents *c, struct item *root)
{
    struct item *list = root, *before = root;
    int lowest = 7;
    for (size_t i = 0; i < c->count; i++)
        lowest = c->rows[i].level < lowest ? c->rows[i].level : lowest;
    root->heading.level = lowest - 1;
    for (size_t i = 0; i < c->count; i++) {
        struct heading heading = c->rows[i];
        int below = heading.level - before->heading.level;
        for (int k = 0; k < below && before; k++) {
            list = before;
            before = add_item(c, (struct heading){.level = heading.level}, list);
        }
        for (int k = 0; k < -below && list->parent; k++)
            list = list->parent;
        if (below <= 0)
            before = add_item(c, heading, list);
        if (!before)
            return NULL;
        before->heading = heading;
    }
    return root;
}

// The text is parsed as Markdown again.
static void write_contents_text(struct contents *c, struct buffer *out, struct slice text)
{
    struct renderer line = {.tree = c->tree, .out = out, .options = c->tree->options};
    cmark_node *paragraph = text.len ? c->tree->read_line(c->tree, text, true) : NULL;
    if (paragraph)
        renderer_children(&line, paragraph);
}

static void write_list_of_contents(struct contents *c, struct buffer *out, const struct item *list)
{
    struct slice type = extension_text(c->tree, MARKDOWN_table_of_contents, "list", SLICE("ul"));
    buffer_printf(out, "<%.*s>", SLICE_ARG(type));
    for (const struct item *item = list->first; item; item = item->next) {
        const struct heading *h = &item->heading;
        buffer_append_cstr(out, "<li>");
        if (h->anchor.len) {
            buffer_printf(out, "<a href=\"#%.*s\">", SLICE_ARG(h->anchor));
            if (!h->text.len)
                buffer_append_cstr(out, "null");
        }
        write_contents_text(c, out, h->text);
        if (h->anchor.len)
            buffer_append_cstr(out, "</a>");
        if (item->first)
            write_list_of_contents(c, out, item);
        buffer_append_cstr(out, "</li>");
    }
    buffer_printf(out, "</%.*s>", SLICE_ARG(type));
}

static struct slice contents_option(struct tree *tree, const char *key, struct slice fallback)
{
    return extension_text(tree, MARKDOWN_table_of_contents, key, fallback);
}

static void make_contents(struct contents *c)
{
    struct tree *tree = c->tree;
    struct buffer out = buffer_create(tree->arena, 0);
    struct item root = {.parent = NULL};
    struct slice class = contents_option(tree, "container_class", SLICE("table-of-contents"));
    struct slice open = contents_option(tree, "container_open", SLICE_EMPTY);
    scan_contents(c, tree->root);
    if (!nest(c, &root))
        return;
    if (open.len)
        buffer_append(&out, open);
    else
        buffer_printf(&out, "<div class=\"%.*s\">", SLICE_ARG(class));
    buffer_append(&out, contents_option(tree, "container_header", SLICE_EMPTY));
    write_list_of_contents(c, &out, &root);
    buffer_append(&out, contents_option(tree, "container_footer", SLICE_EMPTY));
    buffer_append(&out, contents_option(tree, "container_close", SLICE("</div>")));
    buffer_append_cstr(&out, "\n");
    c->html = buffer_slice(&out);
}

static void write_contents(struct renderer *r, cmark_node *node)
{
    struct contents *c = tree_state(r->tree, MARKDOWN_table_of_contents, sizeof *c);
    (void)node;
    if (c && !c->html.len) {
        c->tree = r->tree;
        make_contents(c);
    }
    if (c)
        renderer_text(r, c->html);
}

static const struct tree_element CONTENTS = {.write = write_contents};

static const struct extension_option OPTIONS[] = {
    {"levels", "includeLevel", EXTENSION_NUMBERS},
    {"list", "listType", EXTENSION_TEXT},
    {"container_class", "containerClass", EXTENSION_TEXT},
    {"container_header", "containerHeaderHtml", EXTENSION_TEXT},
    {"container_footer", "containerFooterHtml", EXTENSION_TEXT},
    {"container_open", "", EXTENSION_TEXT},
    {"container_close", "", EXTENSION_TEXT},
    {NULL, NULL, EXTENSION_FLAG},
};

const struct extension EXTENSION_table_of_contents = {
    .options = OPTIONS,
    .block = {mark, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE},
    .before = block_heading,
};
