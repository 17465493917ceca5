// SPDX-License-Identifier: MIT
//
// {.class #id key=value}, with markdown-it-attrs' rules for what the braces bind to:
//
//   directly behind a link, image, code span or emphasis: to that
//   at the end of a heading, paragraph or cell:            to that (in a list item: to the item)
//   alone on the last line of a list item or quote:        to the list or quote
//   alone in a paragraph behind a list:                    to the list
//   at the end of a fence's info string, or behind `---`:  to the code or the rule
#include "tree.h"

// ---- the braces ----

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

// A value: quoted or up to white space.
static struct slice take_value(struct slice *text)
{
    struct slice value;
    if (text->len && (text->ptr[0] == '"' || text->ptr[0] == '\'')) {
        size_t end = slice_find_byte(*text, text->ptr[0], 1);
        value = slice_sub(*text, 1, end);
        *text = slice_sub(*text, end == SIZE_MAX ? text->len : end + 1, text->len);
        return value;
    }
    size_t end = 0;
    while (end < text->len && !is_space(text->ptr[end]))
        end++;
    value = slice_sub(*text, 0, end);
    *text = slice_sub(*text, end, text->len);
    return value;
}

static bool take_attribute(struct tree *tree, cmark_node *node, struct slice *text)
{
    size_t end = 0;
    char first = text->ptr[0];
    if (first == '.' || first == '#') {
        size_t skip = text->len > 1 && first == '.' && text->ptr[1] == '.' ? 2 : 1;
        *text = slice_sub(*text, skip, text->len);
        while (end < text->len && !is_space(text->ptr[end]) &&
               !(text->ptr[end] == '.' && first == '.'))
            end++;
        struct slice value = slice_sub(*text, 0, end);
        *text = slice_sub(*text, end, text->len);
        struct slice name = first == '#' ? SLICE("id")
                            : skip == 2  ? SLICE("css-module")
                                         : SLICE("class");
        return tree_add_attribute(tree, node, name, value);
    }
    while (end < text->len && !is_space(text->ptr[end]) && text->ptr[end] != '=')
        end++;
    struct slice name = slice_sub(*text, 0, end), value = SLICE("");
    *text = slice_sub(*text, end, text->len);
    if (text->len && text->ptr[0] == '=') {
        *text = slice_sub(*text, 1, text->len);
        value = take_value(text);
    }
    return tree_add_attribute(tree, node, name, value);
}

// Applies what stands between the braces.
static void apply(struct tree *tree, cmark_node *node, struct slice inside)
{
    for (;;) {
        while (inside.len && is_space(inside.ptr[0]))
            inside = slice_sub(inside, 1, inside.len);
        if (!inside.len || !take_attribute(tree, node, &inside))
            return;
    }
}

// An escaped quote or brace divides the text for markdown-it, so braces around one do not match.
// Neither do braces that begin with a quote: that is JSON.
static bool is_no_attribute(struct slice text)
{
    struct slice inside = slice_trim(text);
    if (inside.len && (inside.ptr[0] == '"' || inside.ptr[0] == '\''))
        return true;
    return slice_find_byte(text, (char)ESCAPES_LEAD, 0) != SIZE_MAX;
}

// The inside of `{…}` at the start of text, its length with braces in *length. ptr NULL: none, or
// one that cannot hold attributes ("{}" and "{{ x }}").
static struct slice braces_at_start(struct slice text, size_t *length)
{
    if (text.len < 3 || text.ptr[0] != '{' || text.ptr[1] == '{')
        return SLICE_EMPTY;
    size_t end = slice_find_byte(text, '}', 1);
    *length = end + 1;
    if (end == SIZE_MAX || end == 1 || is_no_attribute(slice_sub(text, 1, end)))
        return SLICE_EMPTY;
    return slice_sub(text, 1, end);
}

static struct slice braces_at_end(struct slice text, size_t *start)
{
    if (text.len < 3 || text.ptr[text.len - 1] != '}' || text.ptr[text.len - 2] == '}')
        return SLICE_EMPTY;
    size_t at = text.len - 1;
    while (at > 0 && text.ptr[at - 1] != '{' && text.ptr[at - 1] != '}')
        at--;
    if (at == 0 || text.ptr[at - 1] != '{' || at == text.len - 1 ||
        is_no_attribute(slice_sub(text, at, text.len - 1)))
        return SLICE_EMPTY;
    *start = at - 1;
    return slice_sub(text, at, text.len - 1);
}

static struct slice trim_end(struct slice text)
{
    while (text.len && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

// ---- inline elements ----

static bool takes_braces(cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_CODE:
    case CMARK_NODE_EMPH:
    case CMARK_NODE_STRONG:
    case CMARK_NODE_LINK:
    case CMARK_NODE_IMAGE:
        return true;
    default:
        return tree_kind(node) == TREE_STRIKETHROUGH;
    }
}

static void scan_inlines(struct tree *tree, cmark_node *parent)
{
    cmark_node *next;
    for (cmark_node *node = cmark_node_first_child(parent); node; node = next) {
        next = cmark_node_next(node);
        if (cmark_node_first_child(node))
            scan_inlines(tree, node);
        size_t length;
        struct slice inside;
        if (!next || !takes_braces(node) || cmark_node_get_type(next) != CMARK_NODE_TEXT)
            continue;
        struct slice text = tree_literal(next);
        inside = braces_at_start(text, &length);
        if (!inside.ptr)
            continue;
        apply(tree, node, inside);
        tree_set_literal(tree, next, slice_sub(text, length, text.len));
    }
}

// ---- blocks ----

static cmark_node *remove_node(cmark_node *node)
{
    cmark_node *next = cmark_node_next(node);
    cmark_node_unlink(node);
    return next;
}

static bool is_break(cmark_node *node)
{
    return node && (cmark_node_get_type(node) == CMARK_NODE_SOFTBREAK ||
                    cmark_node_get_type(node) == CMARK_NODE_LINEBREAK);
}

// The list that opens last within the node, or NULL.
static cmark_node *last_list_in(cmark_node *node)
{
    for (cmark_node *child = cmark_node_last_child(node); child;
         child = cmark_node_previous(child)) {
        cmark_node *list = last_list_in(child);
        if (list)
            return list;
    }
    return cmark_node_get_type(node) == CMARK_NODE_LIST ? node : NULL;
}

// markdown-it-attrs takes the list that opened last before the braces, which may be one inside an
// earlier item and closed by now.
static cmark_node *nearest_list(cmark_node *block)
{
    for (cmark_node *node = block; node; node = cmark_node_parent(node)) {
        if (cmark_node_get_type(node) == CMARK_NODE_LIST)
            return node;
        for (cmark_node *before = cmark_node_previous(node); before;
             before = cmark_node_previous(before)) {
            cmark_node *list = last_list_in(before);
            if (list)
                return list;
        }
    }
    return block;
}

// What braces at the end of this block's text bind to.
static cmark_node *end_target(cmark_node *block, bool own_line)
{
    cmark_node *parent = cmark_node_parent(block);
    cmark_node_type type = parent ? cmark_node_get_type(parent) : CMARK_NODE_NONE;
    bool paragraph = cmark_node_get_type(block) == CMARK_NODE_PARAGRAPH;
    if (paragraph && type == CMARK_NODE_ITEM)
        return own_line ? nearest_list(block) : parent;
    if (paragraph && type == CMARK_NODE_BLOCK_QUOTE && own_line)
        return parent;
    if (parent && tree_kind(parent) == TREE_CELL)
        return parent;
    return block;
}

// True when braces were found: there may be more before them.
static bool take_end(struct tree *tree, cmark_node *block)
{
    cmark_node *last = cmark_node_last_child(block);
    size_t start;
    if (!last || cmark_node_get_type(last) != CMARK_NODE_TEXT)
        return false;
    struct slice text = trim_end(tree_literal(last));
    struct slice inside = braces_at_end(text, &start);
    if (!inside.ptr)
        return false;
    cmark_node *before = cmark_node_previous(last);
    bool own_line = start == 0 && is_break(before);
    apply(tree, end_target(block, own_line), inside);
    if (own_line)
        cmark_node_unlink(before);
    if (start == 0)
        cmark_node_unlink(last);
    else
        tree_set_literal(tree, last, trim_end(slice_sub(text, 0, start)));
    return true;
}

static void scan_end(struct tree *tree, cmark_node *block)
{
    while (take_end(tree, block))
        continue;
}

// A paragraph that is nothing but braces, behind a list or a table: they are that one's.
static bool is_for_block_before(struct tree *tree, cmark_node *block)
{
    cmark_node *before = cmark_node_previous(block), *only = cmark_node_first_child(block);
    size_t length;
    if (cmark_node_get_type(block) != CMARK_NODE_PARAGRAPH || !before || !only ||
        cmark_node_next(only) || cmark_node_get_type(only) != CMARK_NODE_TEXT ||
        (cmark_node_get_type(before) != CMARK_NODE_LIST && tree_kind(before) != TREE_TABLE))
        return false;
    struct slice text = trim_end(tree_literal(only));
    struct slice inside = braces_at_start(text, &length);
    if (!inside.ptr || length != text.len)
        return false;
    apply(tree, before, inside);
    return true;
}

// "--- {.a}" is a paragraph to CommonMark; with attributes it is a thematic break.
static bool make_rule(struct tree *tree, cmark_node *block)
{
    cmark_node *only = cmark_node_first_child(block);
    size_t start;
    if (cmark_node_get_type(block) != CMARK_NODE_PARAGRAPH || !only || cmark_node_next(only) ||
        cmark_node_get_type(only) != CMARK_NODE_TEXT ||
        tree_kind(cmark_node_parent(block)) == TREE_CELL)
        return false;
    struct slice text = trim_end(tree_literal(only));
    struct slice inside = braces_at_end(text, &start);
    struct slice rule = inside.ptr ? slice_trim(slice_sub(text, 0, start)) : SLICE_EMPTY;
    if (rule.len < 3 || !strchr("-*_", rule.ptr[0]))
        return false;
    for (size_t i = 0; i < rule.len; i++)
        if (rule.ptr[i] != rule.ptr[0])
            return false;
    cmark_node *made = cmark_node_new_with_mem(CMARK_NODE_THEMATIC_BREAK, tree->mem);
    if (!made || !cmark_node_insert_before(block, made))
        return false;
    apply(tree, made, inside);
    return true;
}

static void scan_fence(struct tree *tree, cmark_node *block)
{
    struct slice info = slice_from_cstr(cmark_node_get_fence_info(block));
    size_t start;
    struct slice inside = braces_at_end(trim_end(info), &start);
    if (!inside.ptr)
        return;
    apply(tree, block, arena_copy(tree->arena, inside));
    char *rest = arena_cstr(tree->arena, trim_end(slice_sub(info, 0, start)));
    if (!rest || !cmark_node_set_fence_info(block, rest))
        error_memory(tree->error);
}

static void scan_blocks(struct tree *tree, cmark_node *parent)
{
    cmark_node *next;
    for (cmark_node *node = cmark_node_first_child(parent); node; node = next) {
        cmark_node_type type = cmark_node_get_type(node);
        next = cmark_node_next(node);
        if (type == CMARK_NODE_CODE_BLOCK)
            scan_fence(tree, node);
        else if (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING) {
            scan_inlines(tree, node);
            if (is_for_block_before(tree, node) || make_rule(tree, node))
                next = remove_node(node);
            else
                scan_end(tree, node);
        } else
            scan_blocks(tree, node);
    }
}

void attributes_pass(struct tree *tree)
{
    if (tree->options->attributes && slice_find_byte(tree->source, '{', 0) != SIZE_MAX)
        scan_blocks(tree, tree->root);
}
