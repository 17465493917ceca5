// SPDX-License-Identifier: MIT
//
// Bare URLs become links: `http://`, `https://` and `www.` in texts that are not in a link already.
#include "tree.h"

static bool ends_url(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '<' || c == '>' || c == '"' || c == '\0';
}

static size_t find_start(struct slice text, size_t from, bool *www)
{
    for (size_t i = from; i < text.len; i++) {
        struct slice here = slice_sub(text, i, text.len);
        bool boundary = !i || !((text.ptr[i - 1] | 0x20) >= 'a' && (text.ptr[i - 1] | 0x20) <= 'z');
        *www = slice_starts_with(here, SLICE("www."));
        if (boundary && (*www || slice_starts_with(here, SLICE("http://")) ||
                         slice_starts_with(here, SLICE("https://"))))
            return i;
    }
    return SIZE_MAX;
}

// Punctuation at the end belongs to the sentence.
static size_t find_end(struct slice text, size_t start)
{
    size_t end = start;
    while (end < text.len && !ends_url(text.ptr[end]))
        end++;
    while (end > start && strchr(".,;:!?)'*_~", text.ptr[end - 1]))
        end--;
    return end;
}

static cmark_node *new_text(struct tree *tree, struct slice text)
{
    cmark_node *node = cmark_node_new_with_mem(CMARK_NODE_TEXT, tree->mem);
    if (node)
        tree_set_literal(tree, node, text);
    return node;
}

// Splits the node at its first URL; the node behind the link, or NULL when there is none.
static cmark_node *link_first(struct tree *tree, cmark_node *node)
{
    struct slice text = arena_copy(tree->arena, tree_literal(node));
    bool www;
    size_t start = find_start(text, 0, &www);
    size_t end = start == SIZE_MAX ? 0 : find_end(text, start);
    if (start == SIZE_MAX || end <= start + 7)
        return NULL;
    struct slice url = slice_sub(text, start, end);
    cmark_node *link = cmark_node_new_with_mem(CMARK_NODE_LINK, tree->mem);
    cmark_node *label = new_text(tree, url),
               *behind = new_text(tree, slice_sub(text, end, text.len));
    struct slice target = www ? arena_printf(tree->arena, "http://%.*s", SLICE_ARG(url))
                              : arena_copy(tree->arena, url);
    if (!link || !label || !behind || !target.ptr || !cmark_node_set_url(link, target.ptr))
        return NULL;
    cmark_node_append_child(link, label);
    cmark_node_insert_after(node, link);
    cmark_node_insert_after(link, behind);
    tree_set_literal(tree, node, slice_sub(text, 0, start));
    return behind;
}

static void scan(struct tree *tree, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_TEXT)
            for (cmark_node *behind; (behind = link_first(tree, node)) != NULL;)
                node = behind;
        else if (type != CMARK_NODE_LINK)
            scan(tree, node);
    }
}

void linkify_pass(struct tree *tree)
{
    if (tree->options->linkify)
        scan(tree, tree->root);
}
