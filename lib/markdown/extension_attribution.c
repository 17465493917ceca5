// SPDX-License-Identifier: MIT
//
// The source of a quote: a line in it that begins with "—" goes below it, as in
// markdown-it-attribution 0.1. The first address in the line becomes the quote's `cite`.
#include "base/utf8.h"
#include "extension.h"

// ---- the line ----

// Finds the marker at the start of the text or of a later line; SIZE_MAX: nowhere.
static size_t find_marker(struct tree *tree, struct slice text, struct slice marker)
{
    if (slice_starts_with(text, marker))
        return 0;
    struct slice needle = ARENA_JOIN(tree->arena, SLICE("\n"), marker);
    // The plugin skips as many characters as the marker has.
    size_t from = 0;
    for (size_t left = utf8_count(marker) + 1; left && from < text.len; left--)
        utf8_decode(text, &from);
    size_t at = slice_find(text, needle, from);
    return at == SIZE_MAX ? at : at + 1;
}

static size_t skip_scheme(struct slice text, size_t at)
{
    struct slice rest = slice_sub(text, at, text.len);
    if (rest.len > 8 && slice_equal_ignore_case(slice_sub(rest, 0, 8), SLICE("https://")))
        return at + 8;
    if (rest.len > 7 && slice_equal_ignore_case(slice_sub(rest, 0, 7), SLICE("http://")))
        return at + 7;
    return 0;
}

static bool ends_url(uint32_t c)
{
    return c == '(' || c == ')' || utf8_is_space(c);
}

// The first address in a text; "": none.
static struct slice find_url(struct slice text)
{
    for (size_t at = 0; at < text.len; at++) {
        size_t end = (text.ptr[at] | 0x20) == 'h' ? skip_scheme(text, at) : 0;
        if (!end || end >= text.len)
            continue;
        uint32_t first = utf8_decode(text, &end);
        if (ends_url(first) || (first < 0x80 && strchr("/$.?#", (int)first)) || end >= text.len)
            continue;
        if (utf8_decode(text, &end) == '\n')
            continue;
        for (size_t next = end; next < text.len && !ends_url(utf8_decode(text, &next));)
            end = next;
        return slice_sub(text, at, end);
    }
    return SLICE_EMPTY;
}

// ---- the figure ----

static const struct tree_element FIGURE = {.name = "figure"}, CAPTION = {.name = "figcaption"};

struct attribution {
    struct tree *tree;
    struct slice marker;
    struct block_leaves leaves; // with those that were added
};

static cmark_node *new_block(struct tree *tree, enum tree_kind kind,
                             const struct tree_element *element, const char *option,
                             struct slice class)
{
    cmark_node *node = tree_new(tree, CMARK_NODE_CUSTOM_BLOCK, kind, element);
    class = extension_text(tree, MARKDOWN_attribution, option, class);
    if (node && tree_trim(class).len)
        tree_set_attribute(tree, node, SLICE("class"), class);
    return node;
}

// Puts the quote in a figure. Returns the caption, whose text is yet to be parsed.
static cmark_node *wrap(struct attribution *a, cmark_node *quote)
{
    struct tree *tree = a->tree;
    cmark_node *figure =
        new_block(tree, TREE_BLOCKS, &FIGURE, "container_class", SLICE("c-blockquote"));
    cmark_node *caption = new_block(tree, TREE_LINES, &CAPTION, "attribution_class",
                                    SLICE("c-blockquote__attribution"));
    if (!figure || !cmark_node_insert_before(quote, figure)) {
        error_memory(tree->error);
        return NULL;
    }
    tree_append(tree, figure, quote);
    tree_append(tree, figure, caption);
    return caption;
}

// The caption of a quote comes after all its leaves.
struct pending {
    cmark_node *quote;
    struct block_leaf caption;
};

static struct block_leaf make_attribution(struct attribution *a, cmark_node *quote,
                                          struct block_leaf *leaf, size_t at)
{
    struct tree *tree = a->tree;
    struct slice line = slice_sub(leaf->text, at, leaf->text.len), url = find_url(line);
    bool keep =
        value_is(extension_value(tree, MARKDOWN_attribution, "remove_marker"), VALUE_BOOLEAN) &&
        !extension_flag(tree, MARKDOWN_attribution, "remove_marker");
    if (url.len)
        tree_set_attribute(tree, quote, SLICE("cite"), url);
    leaf->text = tree_trim_end(slice_sub(leaf->text, 0, at));
    if (!leaf->text.len) {
        cmark_node_unlink(leaf->node);
        leaf->node = NULL;
    }
    line = keep ? line : tree_trim_start(slice_sub(line, a->marker.len, line.len));
    return (struct block_leaf){wrap(a, quote), line};
}

static bool is_within_node(cmark_node *node, cmark_node *ancestor)
{
    while (node && node != ancestor)
        node = cmark_node_parent(node);
    return node != NULL;
}

// The quote that a node is directly in.
static cmark_node *quote_of(cmark_node *node)
{
    cmark_node *quote = cmark_node_parent(node);
    return quote && cmark_node_get_type(quote) == CMARK_NODE_BLOCK_QUOTE ? quote : NULL;
}

// Notes for each quote the leaf that names its source: the first with the marker.
static void find_lines(struct attribution *a, const struct block_leaves *leaves)
{
    for (size_t i = 0; i < leaves->count; i++) {
        cmark_node *quote = quote_of(leaves->rows[i].node);
        struct attributes *attributes = quote ? tree_attributes(a->tree, quote) : NULL;
        if (attributes && !attributes->data &&
            find_marker(a->tree, leaves->rows[i].text, a->marker) != SIZE_MAX)
            attributes->data = leaves->rows[i].node;
    }
}

// Whether a leaf was chosen for its quote, and no quote around that has one.
static bool is_chosen(struct tree *tree, cmark_node *leaf)
{
    cmark_node *quote = quote_of(leaf);
    if (!quote || tree_attributes(tree, quote)->data != leaf)
        return false;
    for (cmark_node *outer = cmark_node_parent(quote); outer; outer = cmark_node_parent(outer)) {
        const struct attributes *attributes = cmark_node_get_user_data(outer);
        if (cmark_node_get_type(outer) == CMARK_NODE_BLOCK_QUOTE && attributes->data)
            return false;
    }
    return true;
}

static void keep_leaf(struct attribution *a, struct block_leaf leaf)
{
    if (leaf.node)
        block_leaves_add(a->tree, &a->leaves, leaf);
}

static void attribute_leaves(struct attribution *a, struct block_leaves *leaves)
{
    struct pending open = {0};
    find_lines(a, leaves);
    for (size_t i = 0; i < leaves->count && !error_is_set(a->tree->error); i++) {
        struct block_leaf leaf = leaves->rows[i];
        if (open.quote && !is_within_node(leaf.node, open.quote)) {
            keep_leaf(a, open.caption);
            open.quote = NULL;
        }
        if (is_chosen(a->tree, leaf.node)) {
            cmark_node *quote = quote_of(leaf.node);
            size_t at = find_marker(a->tree, leaf.text, a->marker);
            open = (struct pending){quote, make_attribution(a, quote, &leaf, at)};
        }
        keep_leaf(a, leaf);
    }
    if (open.quote)
        keep_leaf(a, open.caption);
    *leaves = a->leaves;
}

static void attribution(struct tree *tree, struct block_leaves *leaves)
{
    struct attribution a = {
        .tree = tree,
        .marker = extension_text(tree, MARKDOWN_attribution, "marker", SLICE("\xe2\x80\x94"))};
    if (a.marker.len && slice_find(tree->source, a.marker, 0) != SIZE_MAX)
        attribute_leaves(&a, leaves);
}

static const struct extension_option OPTIONS[] = {
    {"marker", "marker", EXTENSION_TEXT},
    {"remove_marker", "removeMarker", EXTENSION_FLAG},
    {"container_class", "classNameContainer", EXTENSION_TEXT},
    {"attribution_class", "classNameAttribution", EXTENSION_TEXT},
    {NULL, NULL, EXTENSION_FLAG},
};

const struct extension EXTENSION_attribution = {.options = OPTIONS, .after_blocks = attribution};
