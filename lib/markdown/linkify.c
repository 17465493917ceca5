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

static cmark_node *new_link(struct tree *tree, struct slice url, bool www)
{
    cmark_node *link = cmark_node_new_with_mem(CMARK_NODE_LINK, tree->mem);
    cmark_node *label = new_text(tree, url);
    char *target = arena_cstr(tree->arena,
                              www ? arena_printf(tree->arena, "http://%.*s", SLICE_ARG(url)) : url);
    if (!link || !label || !target || !cmark_node_set_url(link, target))
        return NULL;
    cmark_node_append_child(link, label);
    return link;
}

// The links and the texts between them go before the node, which keeps the rest.
static void link_text(struct tree *tree, cmark_node *node)
{
    enum { SHORTEST = 7 };
    struct slice text = arena_copy(tree->arena, tree_literal(node));
    bool www;
    size_t from = 0, start;
    while ((start = find_start(text, from, &www)) != SIZE_MAX) {
        size_t end = find_end(text, start);
        if (end <= start + SHORTEST)
            break;
        cmark_node *link = new_link(tree, slice_sub(text, start, end), www);
        cmark_node *before = new_text(tree, slice_sub(text, from, start));
        if (!link || !before || !cmark_node_insert_before(node, before) ||
            !cmark_node_insert_before(node, link)) {
            error_memory(tree->error);
            return;
        }
        from = end;
    }
    if (from)
        tree_set_literal(tree, node, slice_sub(text, from, text.len));
}

static void scan(struct tree *tree, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_TEXT)
            link_text(tree, node);
        else if (type != CMARK_NODE_LINK)
            scan(tree, node);
    }
}

void linkify_pass(struct tree *tree)
{
    if (tree->options->linkify)
        scan(tree, tree->root);
}
