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
    struct attribute *old = tree_find_attribute(node, name);
    if (!attributes)
        return false;
    // Classes are joined; anything else is written as often as the author wrote it.
    if (old && slice_equal(name, SLICE("class"))) {
        old->value =
            arena_printf(tree->arena, "%.*s %.*s", SLICE_ARG(old->value), SLICE_ARG(value));
        return old->value.ptr || error_memory(tree->error);
    }
    struct attribute *grown =
        arena_grow(tree->arena, attributes->rows, attributes->count * sizeof *grown,
                   (attributes->count + 1) * sizeof *grown);
    if (!grown)
        return error_memory(tree->error);
    attributes->rows = grown;
    grown[attributes->count++] = (struct attribute){name, value};
    return true;
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
