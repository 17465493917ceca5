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
    enum { MAX = 512 }; // nobody writes so many; the search is quadratic
    struct attributes *attributes = tree_attributes(tree, node);
    size_t count = attributes ? attributes->count : 0;
    if (!attributes || count == MAX)
        return attributes != NULL;
    // The capacity doubles when it is full, at each power of two.
    if ((count & (count - 1)) == 0) {
        struct attribute *grown = arena_grow(tree->arena, attributes->rows, count * sizeof *grown,
                                             (count ? count * 2 : 1) * sizeof *grown);
        if (!grown)
            return error_memory(tree->error);
        attributes->rows = grown;
    }
    attributes->rows[attributes->count++] = (struct attribute){.name = name, .value = value};
    return true;
}

bool tree_set_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value)
{
    struct attribute *old = tree_find_attribute(node, name);
    if (!old)
        return tree_add_attribute(tree, node, name, value);
    old->value = value;
    old->joined.len = 0;
    return true;
}

bool tree_join_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value)
{
    struct attribute *old = tree_find_attribute(node, name);
    if (!old)
        return tree_add_attribute(tree, node, name, value);
    if (!old->joined.len) {
        old->joined = buffer_create(tree->arena, 0);
        buffer_append(&old->joined, old->value);
    }
    buffer_append_byte(&old->joined, ' ');
    buffer_append(&old->joined, value);
    old->value = buffer_slice(&old->joined);
    return !old->joined.failed || error_memory(tree->error);
}

void tree_remove_attribute(cmark_node *node, struct slice name)
{
    struct attributes *attributes = cmark_node_get_user_data(node);
    size_t kept = 0;
    for (size_t i = 0; attributes && i < attributes->count; i++)
        if (!slice_equal(attributes->rows[i].name, name))
            attributes->rows[kept++] = attributes->rows[i];
    if (attributes)
        attributes->count = kept;
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

cmark_node *tree_new_text(struct tree *tree, struct slice text)
{
    cmark_node *node = cmark_node_new_with_mem(CMARK_NODE_TEXT, tree->mem);
    if (node)
        tree_set_literal(tree, node, text);
    else
        error_memory(tree->error);
    return node;
}

cmark_node *tree_new(struct tree *tree, cmark_node_type type, enum tree_kind kind,
                     const struct tree_element *element)
{
    cmark_node *node = cmark_node_new_with_mem(type, tree->mem);
    struct attributes *attributes = node ? tree_attributes(tree, node) : NULL;
    if (!attributes) {
        error_memory(tree->error);
        return NULL;
    }
    attributes->kind = kind;
    attributes->element = element;
    return node;
}

void tree_append(struct tree *tree, cmark_node *parent, cmark_node *child)
{
    if (!parent || !child || !cmark_node_append_child(parent, child))
        error_memory(tree->error);
}

void *tree_state(struct tree *tree, enum markdown_extension_id id, size_t size)
{
    if (!tree->states[id] && !(tree->states[id] = arena_zalloc(tree->arena, 1, size)))
        error_memory(tree->error);
    return tree->states[id];
}

cmark_node *tree_new_autolink(struct tree *tree, struct slice url, struct slice text)
{
    cmark_node *link = cmark_node_new_with_mem(CMARK_NODE_LINK, tree->mem);
    cmark_node *label = tree_new_text(tree, text);
    char *target = arena_cstr(tree->arena, url);
    struct attributes *attributes = link ? tree_attributes(tree, link) : NULL;
    if (!attributes || !label || !target || !cmark_node_set_url(link, target) ||
        !cmark_node_append_child(link, label)) {
        error_memory(tree->error);
        return NULL;
    }
    attributes->kind = TREE_AUTOLINK;
    return link;
}
