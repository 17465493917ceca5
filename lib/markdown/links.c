// SPDX-License-Identifier: MIT
//
// Links that would run a program are none: markdown-it leaves the text of `[x](javascript:…)` as it
// is, and so do we. In strict mode any scheme that is not on the list is treated so.
#include "tree.h"

bool links_allowed(const struct markdown_options *options, struct slice url)
{
    static const struct slice PROGRAMS[] = {
        {"javascript:", 11}, {"vbscript:", 9}, {"file:", 5}, {"data:", 5}};
    static const struct slice PICTURES[] = {{"gif;", 4}, {"png;", 4}, {"jpeg;", 5}, {"webp;", 5}};
    struct slice image = SLICE("data:image/");
    url = slice_trim(url);
    if (options->sanitise)
        return sanitise_url(url);
    for (size_t i = 0; i < sizeof PROGRAMS / sizeof *PROGRAMS; i++) {
        struct slice start = slice_sub(url, 0, PROGRAMS[i].len);
        if (!slice_equal_ignore_case(start, PROGRAMS[i]))
            continue;
        struct slice kind = slice_sub(url, image.len, url.len);
        bool picture = slice_equal_ignore_case(slice_sub(url, 0, image.len), image);
        for (size_t k = 0; picture && k < sizeof PICTURES / sizeof *PICTURES; k++)
            if (slice_equal_ignore_case(slice_sub(kind, 0, PICTURES[k].len), PICTURES[k]))
                return true;
        return false;
    }
    return true;
}

static bool insert_text(struct tree *tree, cmark_node *before, struct slice text)
{
    cmark_node *node = cmark_node_new_with_mem(CMARK_NODE_TEXT, tree->mem);
    if (!node || !cmark_node_insert_before(before, node))
        return error_memory(tree->error);
    tree_set_literal(tree, node, text);
    return true;
}

// "[x](url "title")" again. How a reference was written is not known any more.
static void unlink_target(struct tree *tree, cmark_node *link)
{
    struct slice url = slice_from_cstr(cmark_node_get_url(link));
    struct slice title = slice_from_cstr(cmark_node_get_title(link));
    bool image = cmark_node_get_type(link) == CMARK_NODE_IMAGE;
    cmark_node *child = cmark_node_first_child(link), *next;
    bool automatic = !image && child && !cmark_node_next(child) &&
                     cmark_node_get_type(child) == CMARK_NODE_TEXT &&
                     slice_equal(tree_literal(child), url);
    insert_text(tree, link, automatic ? SLICE("<") : image ? SLICE("![") : SLICE("["));
    for (; child; child = next) {
        next = cmark_node_next(child);
        cmark_node_insert_before(link, child);
    }
    const char *open = title.len ? " \"" : "", *close = title.len ? "\"" : "";
    insert_text(tree, link,
                automatic ? SLICE(">")
                          : arena_printf(tree->arena, "](%.*s%s%.*s%s)", SLICE_ARG(url), open,
                                         SLICE_ARG(title), close));
    cmark_node_unlink(link);
}

static void scan(struct tree *tree, cmark_node *parent)
{
    cmark_node *next;
    for (cmark_node *node = cmark_node_first_child(parent); node; node = next) {
        cmark_node_type type = cmark_node_get_type(node);
        next = cmark_node_next(node);
        scan(tree, node);
        if ((type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE) &&
            !links_allowed(tree->options, slice_from_cstr(cmark_node_get_url(node))))
            unlink_target(tree, node);
    }
}

void links_pass(struct tree *tree)
{
    // No scheme, no work.
    if (tree->options->sanitise || slice_find_byte(tree->source, ':', 0) != SIZE_MAX ||
        slice_find_byte(tree->source, '&', 0) != SIZE_MAX)
        scan(tree, tree->root);
}
