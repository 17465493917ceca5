// SPDX-License-Identifier: MIT
//
// "- [ ] text" and "- [x] text": boxes to tick, as in markdown-it-task-lists 2.
#include "extension.h"
#include "renderer.h"

// "[ ] ", "[x] " and "[X] ".
static bool has_box(struct slice source)
{
    return slice_starts_with(source, SLICE("[ ] ")) || slice_starts_with(source, SLICE("[x] ")) ||
           slice_starts_with(source, SLICE("[X] "));
}

static void write_box(struct renderer *r, cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    bool checked = attributes->source.ptr[1] != ' ';
    bool enabled = extension_flag(r->tree, MARKDOWN_task_lists, "enabled");
    renderer_text(r, SLICE("<input class=\"task-list-item-checkbox\""));
    renderer_text(r, checked ? SLICE(" checked=\"\"") : SLICE_EMPTY);
    renderer_text(r, enabled ? SLICE_EMPTY : SLICE(" disabled=\"\" "));
    renderer_text(r, SLICE("type=\"checkbox\">"));
}

static void write_label(struct renderer *r, cmark_node *node)
{
    (void)node;
    renderer_text(r, SLICE("<label>"));
}

static void write_label_end(struct renderer *r, cmark_node *node)
{
    (void)node;
    renderer_text(r, SLICE("</label>"));
}

static const struct tree_element BOX = {.write = write_box}, LABEL = {.write = write_label},
                                 LABEL_END = {.write = write_label_end};

static cmark_node *single(struct tree *tree, const struct tree_element *element)
{
    return tree_new(tree, CMARK_NODE_CUSTOM_INLINE, TREE_SINGLE, element);
}

static void prepend(struct tree *tree, cmark_node *parent, cmark_node *child)
{
    if (!child || !cmark_node_prepend_child(parent, child))
        error_memory(tree->error);
}

// Removes the box from the first text; its space stays.
static void drop_box(struct tree *tree, cmark_node *first)
{
    enum { BOX_LENGTH = 3 };
    if (!first || cmark_node_get_type(first) != CMARK_NODE_TEXT)
        return;
    struct slice text = tree_literal(first);
    size_t length = text.len < BOX_LENGTH ? text.len : BOX_LENGTH;
    tree_set_literal(tree, first, arena_copy(tree->arena, slice_sub(text, length, text.len)));
}

static void make_box(struct tree *tree, cmark_node *item, cmark_node *paragraph)
{
    bool enabled = extension_flag(tree, MARKDOWN_task_lists, "enabled");
    struct slice source = tree_attributes(tree, paragraph)->source;
    cmark_node *box = single(tree, &BOX);
    if (!box)
        return;
    tree_attributes(tree, box)->source = source;
    drop_box(tree, cmark_node_first_child(paragraph));
    prepend(tree, paragraph, box);
    if (extension_flag(tree, MARKDOWN_task_lists, "label")) {
        prepend(tree, paragraph, single(tree, &LABEL));
        tree_append(tree, paragraph, single(tree, &LABEL_END));
    }
    tree_set_attribute(tree, item, SLICE("class"),
                       enabled ? SLICE("task-list-item enabled") : SLICE("task-list-item"));
    tree_set_attribute(tree, cmark_node_parent(item), SLICE("class"), SLICE("contains-task-list"));
}

static void scan_tasks(struct tree *tree, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        cmark_node *first =
            cmark_node_get_type(node) == CMARK_NODE_ITEM ? cmark_node_first_child(node) : NULL;
        if (first && cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH &&
            has_box(tree_attributes(tree, first)->source))
            make_box(tree, node, first);
        if (cmark_node_get_type(node) != CMARK_NODE_PARAGRAPH)
            scan_tasks(tree, node);
    }
}

static void task_lists(struct tree *tree)
{
    if (slice_find(tree->source, SLICE("] "), 0) != SIZE_MAX)
        scan_tasks(tree, tree->root);
}

static const struct extension_option OPTIONS[] = {{"enabled", "enabled", EXTENSION_FLAG},
                                                  {"label", "label", EXTENSION_FLAG},
                                                  {NULL, NULL, EXTENSION_FLAG}};

const struct extension EXTENSION_task_lists = {.options = OPTIONS, .after_inlines = task_lists};
