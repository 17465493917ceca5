// SPDX-License-Identifier: MIT
//
// An image (or a link around one) that is a paragraph by itself is a figure, as in
// markdown-it-image-figures 2; with `caption`, its title or alternative text is shown below.
#include "extension.h"

static const struct tree_element FIGURE = {.name = "figure"}, CAPTION = {.name = "figcaption"};

struct figures {
    struct tree *tree;
    unsigned tabindex;
};

static bool figure_flag(const struct figures *f, const char *key)
{
    return extension_flag(f->tree, MARKDOWN_figures, key);
}

// ---- the caption ----

// Takes the title from the image; the author may have given it in braces.
static struct slice take_title(struct figures *f, cmark_node *image)
{
    struct attribute *own = tree_find_attribute(image, SLICE("title"));
    struct slice title = slice_from_cstr(cmark_node_get_title(image));
    bool replaced = own && f->tree->options->attributes >= 5;
    struct slice text = replaced || !title.len ? (own ? own->value : SLICE_EMPTY) : title;
    if (text.len && !cmark_node_set_title(image, ""))
        error_memory(f->tree->error);
    if (text.len)
        tree_remove_attribute(image, SLICE("title"));
    return arena_copy(f->tree->arena, text);
}

static void add_caption(struct figures *f, cmark_node *paragraph, cmark_node *image)
{
    struct value v = extension_value(f->tree, MARKDOWN_figures, "caption");
    bool alt = value_is(v, VALUE_STRING) && slice_equal(value_text(v), SLICE("alt"));
    struct slice text = alt ? tree_attributes(f->tree, image)->source : take_title(f, image);
    if (!text.len)
        return;
    if (alt && !cmark_node_set_title(image, ""))
        error_memory(f->tree->error);
    if (alt)
        tree_remove_attribute(image, SLICE("title"));
    cmark_node *line = f->tree->read_line(f->tree, text, false), *child;
    cmark_node *caption = tree_new(f->tree, CMARK_NODE_CUSTOM_INLINE, TREE_SPAN, &CAPTION);
    while (line && caption && (child = cmark_node_first_child(line)))
        tree_append(f->tree, caption, child);
    tree_append(f->tree, paragraph, caption);
}

// ---- the figure ----

// The image that is the whole paragraph; NULL: there is more, or something else.
static cmark_node *image_of(cmark_node *paragraph)
{
    cmark_node *only = cmark_node_first_child(paragraph);
    if (only && !cmark_node_next(only) && cmark_node_get_type(only) == CMARK_NODE_LINK)
        only = cmark_node_first_child(only);
    bool alone = only && !cmark_node_next(only) && cmark_node_get_type(only) == CMARK_NODE_IMAGE;
    return alone ? only : NULL;
}

static void link_image(struct tree *tree, cmark_node *image)
{
    cmark_node *link = cmark_node_new_with_mem(CMARK_NODE_LINK, tree->mem);
    if (!link || !cmark_node_set_url(link, cmark_node_get_url(image)) ||
        !cmark_node_insert_before(image, link) || !cmark_node_append_child(link, image))
        error_memory(tree->error);
}

static void add_unless_there(struct tree *tree, cmark_node *node, struct slice name,
                             struct slice value)
{
    if (!tree_find_attribute(node, name))
        tree_add_attribute(tree, node, name, value);
}

static void make_figure(struct figures *f, cmark_node *paragraph, cmark_node *image)
{
    struct tree *tree = f->tree;
    struct slice classes = extension_text(tree, MARKDOWN_figures, "classes", SLICE_EMPTY);
    tree_attributes(tree, paragraph)->element = &FIGURE;
    if (figure_flag(f, "data_type"))
        tree_add_attribute(tree, paragraph, SLICE("data-type"), SLICE("image"));
    if (figure_flag(f, "link") && cmark_node_parent(image) == paragraph)
        link_image(tree, image);
    if (figure_flag(f, "caption"))
        add_caption(f, paragraph, image);
    if (figure_flag(f, "tabindex"))
        tree_add_attribute(tree, paragraph, SLICE("tabindex"),
                           arena_printf(tree->arena, "%u", ++f->tabindex));
    if (figure_flag(f, "lazy"))
        add_unless_there(tree, image, SLICE("loading"), SLICE("lazy"));
    if (figure_flag(f, "async"))
        add_unless_there(tree, image, SLICE("decoding"), SLICE("async"));
    if (classes.len)
        tree_join_attribute(tree, image, SLICE("class"), classes);
}

static void scan_figures(struct figures *f, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node && !error_is_set(f->tree->error);
         node = cmark_node_next(node)) {
        enum tree_kind kind = tree_kind(node);
        if (cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH) {
            cmark_node *image = image_of(node);
            // A paragraph with an ending of its own (a footnote's link back) is not a figure.
            if (image && !tree_attributes(f->tree, node)->write_end)
                make_figure(f, node, image);
        } else if (kind != TREE_TABLE && kind != TREE_LINES &&
                   cmark_node_get_type(node) != CMARK_NODE_HEADING) {
            scan_figures(f, node);
        }
    }
}

static void figures(struct tree *tree)
{
    struct figures f = {.tree = tree};
    if (!tree->is_line && slice_find(tree->source, SLICE("!["), 0) != SIZE_MAX)
        scan_figures(&f, tree->root);
}

static const struct extension_option OPTIONS[] = {
    {"caption", "figcaption", EXTENSION_FLAG_OR_TEXT},
    {"link", "link", EXTENSION_FLAG},
    {"lazy", "lazy", EXTENSION_FLAG},
    {"async", "async", EXTENSION_FLAG},
    {"tabindex", "tabindex", EXTENSION_FLAG},
    {"data_type", "dataType", EXTENSION_FLAG},
    {"classes", "classes", EXTENSION_TEXT},
    {NULL, NULL, EXTENSION_FLAG},
};

const struct extension EXTENSION_figures = {.options = OPTIONS, .before_linkify = figures};
