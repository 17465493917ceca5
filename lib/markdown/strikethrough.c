// SPDX-License-Identifier: MIT
//
// ~~text~~: pairs of two tildes among the children of one parent become <s>. Tildes are flanking as
// asterisks are: an opening pair has no white space behind it, a closing one none before.
#include "tree.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\0';
}

// Offset of the next usable pair at or after `from`: of a run of n tildes, the n / 2 pairs on its
// inner side. SIZE_MAX when there is none.
static size_t find_pair(struct slice text, size_t from, bool closing)
{
    for (size_t i = from; i < text.len;) {
        if (text.ptr[i] != '~') {
            i++;
            continue;
        }
        size_t end = i;
        while (end < text.len && text.ptr[end] == '~')
            end++;
        size_t odd = (end - i) % 2;
        char before = i ? text.ptr[i - 1] : 'x', after = end < text.len ? text.ptr[end] : 'x';
        if (end - i >= 2 && !is_space(closing ? before : after))
            return closing ? i : i + odd;
        i = end;
    }
    return SIZE_MAX;
}

static cmark_node *split_text(struct tree *tree, cmark_node *node, size_t at, size_t skip)
{
    struct slice text = tree_literal(node);
    cmark_node *rest = cmark_node_new_with_mem(CMARK_NODE_TEXT, tree->mem);
    if (!rest) {
        error_memory(tree->error);
        return NULL;
    }
    tree_set_literal(tree, rest, slice_sub(text, at + skip, text.len));
    tree_set_literal(tree, node, slice_sub(text, 0, at));
    cmark_node_insert_after(node, rest);
    return rest;
}

static cmark_node *find_close(cmark_node *from, size_t *at)
{
    for (cmark_node *node = from; node; node = cmark_node_next(node)) {
        if (cmark_node_get_type(node) != CMARK_NODE_TEXT)
            continue;
        *at = find_pair(tree_literal(node), 0, true);
        if (*at != SIZE_MAX)
            return node;
    }
    return NULL;
}

// The text node behind the pair that was wrapped, or NULL when there was none from `node` on.
static cmark_node *wrap_pair(struct tree *tree, cmark_node *node)
{
    size_t open = find_pair(tree_literal(node), 0, false), close = 0;
    if (open == SIZE_MAX)
        return NULL;
    cmark_node *inner = split_text(tree, node, open, 2);
    cmark_node *last = inner ? find_close(inner, &close) : NULL;
    if (!last) {
        if (inner) {
            // Nothing closes it: the text is put together again.
            struct slice whole =
                arena_printf(tree->arena, "%.*s~~%.*s", SLICE_ARG(tree_literal(node)),
                             SLICE_ARG(tree_literal(inner)));
            cmark_node_unlink(inner);
            tree_set_literal(tree, node, whole);
        }
        return NULL;
    }
    cmark_node *behind = split_text(tree, last, close, 2);
    cmark_node *wrapper = cmark_node_new_with_mem(CMARK_NODE_CUSTOM_INLINE, tree->mem);
    struct attributes *attributes = wrapper ? tree_attributes(tree, wrapper) : NULL;
    if (!behind || !attributes)
        return NULL;
    attributes->kind = TREE_STRIKETHROUGH;
    cmark_node_insert_after(node, wrapper);
    for (cmark_node *next; inner != behind; inner = next) {
        next = cmark_node_next(inner);
        cmark_node_append_child(wrapper, inner);
    }
    return behind;
}

static void scan(struct tree *tree, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        if (cmark_node_get_type(node) == CMARK_NODE_TEXT) {
            cmark_node *behind = wrap_pair(tree, node);
            if (behind)
                node = cmark_node_previous(behind);
        }
        if (cmark_node_first_child(node))
            scan(tree, node);
    }
}

void strikethrough_pass(struct tree *tree)
{
    if (tree->options->strikethrough && slice_find(tree->source, SLICE("~~"), 0) != SIZE_MAX)
        scan(tree, tree->root);
}
