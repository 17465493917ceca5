// SPDX-License-Identifier: MIT
//
// GitHub's alerts: a quote whose text begins with "[!NOTE]", as in markdown-it-github-alerts 1. The
// rest of the mark's line is the title, as HTML where HTML is allowed. The plugin's pictures are
// not included: `icons` provides some.
#include "extension.h"
#include "renderer.h"

#include "base/ascii.h"

static const char *const MARKERS[] = {"note", "tip", "important", "warning", "caution"};

struct alert {
    struct slice type, title;
};

// ---- the quote ----

static bool is_marker(struct slice type)
{
    size_t i = 0;
    while (i < sizeof MARKERS / sizeof *MARKERS && !slice_equal(type, slice_from_cstr(MARKERS[i])))
        i++;
    return i < sizeof MARKERS / sizeof *MARKERS;
}

// "[!NOTE] title", perhaps after a backslash. Returns its length; 0: not an alert.
static size_t read_marker(struct arena *arena, struct slice text, struct alert *alert)
{
    size_t from = text.len && text.ptr[0] == '\\';
    if (!slice_starts_with(slice_sub(text, from, text.len), SLICE("[!")))
        return 0;
    size_t close = slice_find_byte(text, ']', from), end = slice_find_byte(text, '\n', 0);
    end = end == SIZE_MAX ? text.len : end;
    if (close == SIZE_MAX || close > end)
        return 0;
    alert->type = ascii_lower(arena, slice_sub(text, from + 2, close));
    alert->title = tree_trim(slice_sub(text, close + 1, end));
    return is_marker(alert->type) ? end : 0;
}

static struct slice default_title(struct tree *tree, struct slice type)
{
    struct value titles = extension_value(tree, MARKDOWN_alerts, "titles");
    struct value own =
        value_is(titles, VALUE_OBJECT) ? value_get(NULL, titles, type) : value_undefined();
    struct slice title = arena_copy(tree->arena, type);
    if (value_is(own, VALUE_STRING))
        return value_text(own);
    if (title.len)
        ((char *)title.ptr)[0] = (char)(title.ptr[0] & ~0x20);
    return title;
}

// ---- writing ----

static struct slice icon_of(struct renderer *r, struct slice type)
{
    struct value icons = extension_value(r->tree, MARKDOWN_alerts, "icons");
    struct value icon =
        value_is(icons, VALUE_OBJECT) ? value_get(NULL, icons, type) : value_undefined();
    return value_is(icon, VALUE_STRING) ? value_text(icon) : SLICE_EMPTY;
}

static void write_alert(struct renderer *r, cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    const struct alert *alert = attributes->data;
    struct slice prefix =
        extension_text(r->tree, MARKDOWN_alerts, "class_prefix", SLICE("markdown-alert"));
    renderer_text(r, arena_printf(r->tree->arena,
                                  "<div class=\"%.*s %.*s-%.*s\"><p class=\"%.*s-title\">",
                                  SLICE_ARG(prefix), SLICE_ARG(prefix), SLICE_ARG(alert->type),
                                  SLICE_ARG(prefix)));
    renderer_text(r, icon_of(r, alert->type));
    if (r->options->html && !r->options->sanitise)
        renderer_text(r, alert->title);
    else
        renderer_escape(r, alert->title);
    renderer_text(r, SLICE("</p>"));
    renderer_children(r, node);
    renderer_text(r, SLICE("</div>\n"));
}

static const struct tree_element ALERT = {.name = "div", .write = write_alert};

// ---- the pass ----

// The quote around a leaf, if the leaf is its first text; else NULL. Each quote is marked as seen,
// with those around it.
static cmark_node *quote_of(struct tree *tree, cmark_node *leaf)
{
    cmark_node *nearest = NULL;
    bool first = false;
    for (cmark_node *node = leaf; node; node = cmark_node_parent(node)) {
        if (cmark_node_get_type(node) != CMARK_NODE_BLOCK_QUOTE)
            continue;
        struct attributes *attributes = tree_attributes(tree, node);
        if (!nearest) {
            nearest = node;
            first = attributes && !attributes->seen;
        }
        if (attributes)
            attributes->seen = true;
    }
    return first ? nearest : NULL;
}

static void make_alert(struct tree *tree, cmark_node *quote, struct block_leaf *leaf)
{
    struct alert *alert = arena_zalloc(tree->arena, 1, sizeof *alert);
    size_t end = alert ? read_marker(tree->arena, leaf->text, alert) : 0;
    cmark_node *node = end ? tree_new(tree, CMARK_NODE_CUSTOM_BLOCK, TREE_BLOCKS, &ALERT) : NULL;
    if (!alert)
        error_memory(tree->error);
    if (!node)
        return;
    alert->title = alert->title.len ? alert->title : default_title(tree, alert->type);
    leaf->text = tree_trim_start(slice_sub(leaf->text, end, leaf->text.len));
    tree_attributes(tree, node)->data = alert;
    tree_attributes(tree, node)->line = tree_attributes(tree, quote)->line;
    if (!cmark_node_insert_before(quote, node))
        error_memory(tree->error);
    for (cmark_node *child; (child = cmark_node_first_child(quote)) && !error_is_set(tree->error);)
        tree_append(tree, node, child);
    cmark_node_unlink(quote);
}

static void alerts(struct tree *tree, struct block_leaves *leaves)
{
    if (slice_find(tree->source, SLICE("[!"), 0) == SIZE_MAX)
        return;
    for (size_t i = 0; i < leaves->count && !error_is_set(tree->error); i++) {
        cmark_node *quote = quote_of(tree, leaves->rows[i].node);
        if (quote)
            make_alert(tree, quote, &leaves->rows[i]);
    }
}

static const struct extension_option OPTIONS[] = {
    {"class_prefix", "classPrefix", EXTENSION_TEXT},
    {"titles", "titles", EXTENSION_TEXTS},
    {"icons", "icons", EXTENSION_TEXTS},
    {NULL, NULL, EXTENSION_FLAG},
};

const struct extension EXTENSION_alerts = {.options = OPTIONS, .after_blocks = alerts};
