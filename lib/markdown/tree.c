// SPDX-License-Identifier: MIT
//
// Attributes and texts of nodes.
#include "tree.h"

struct attributes *tree_attributes(struct tree *tree, cmark_node *node)
{
    struct attributes *attributes = cmark_node_get_user_data(node);
    if (!attributes) {
        attributes = arena_zalloc(tree->arena, 1, sizeof *attributes);
        if (attributes)
            cmark_node_set_user_data(node, attributes);
        else
            error_memory(tree->error);
    }
    return attributes;
}

struct attribute *tree_find_attribute(cmark_node *node, struct slice name)
{
    struct attributes *attributes = cmark_node_get_user_data(node);
    for (size_t i = 0; attributes && i < attributes->count; i++)
        if (slice_equal(attributes->rows[i].name, name))
            return &attributes->rows[i];
    return NULL;
}

bool tree_add_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value)
{
    struct attributes *attributes = tree_attributes(tree, node);
    if (!attributes)
        return false;
    struct attribute *grown =
        arena_grow(tree->arena, attributes->rows, attributes->count * sizeof *grown,
                   (attributes->count + 1) * sizeof *grown);
    if (!grown)
        return error_memory(tree->error);
    attributes->rows = grown;
    grown[attributes->count++] = (struct attribute){name, value};
    return true;
}

bool tree_set_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value)
{
    struct attribute *old = tree_find_attribute(node, name);
    if (!old)
        return tree_add_attribute(tree, node, name, value);
    old->value = value;
    return true;
}

bool tree_join_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value)
{
    const struct attribute *old = tree_find_attribute(node, name);
    if (old)
        value = arena_printf(tree->arena, "%.*s %.*s", SLICE_ARG(old->value), SLICE_ARG(value));
    return value.ptr ? tree_set_attribute(tree, node, name, value) : error_memory(tree->error);
}

enum tree_kind tree_kind(cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    return attributes ? attributes->kind : TREE_PLAIN;
}

struct slice tree_literal(cmark_node *node)
{
    return slice_from_cstr(cmark_node_get_literal(node));
}

void tree_set_literal(struct tree *tree, cmark_node *node, struct slice text)
{
    char *copy = arena_cstr(tree->arena, text);
    if (!copy || !cmark_node_set_literal(node, copy))
        error_memory(tree->error);
}

// Text and code only: breaks, images and raw HTML add nothing.
void tree_collect_text(cmark_node *node, struct buffer *out)
{
    for (cmark_node *child = cmark_node_first_child(node); child; child = cmark_node_next(child)) {
        cmark_node_type type = cmark_node_get_type(child);
        if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
            buffer_append(out, tree_literal(child));
        else if (type != CMARK_NODE_IMAGE)
            tree_collect_text(child, out);
    }
}
