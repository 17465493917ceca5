// SPDX-License-Identifier: MIT
//
// The patterns that find braces, in the plugin's order: each is tried at each token of the stream,
// and does not see what an earlier one removed.
#include "attributes.h"

struct pass {
    struct tree *tree;
    struct token *list; // the list that opened last
    struct token *body; // and the table's body
};

static bool is(const struct token *token, enum token_type type, int nesting)
{
    return token && token->type == type && token->nesting == nesting;
}

static bool is_text_before(const struct pass *pass, const struct token *token,
                           enum braces_where where)
{
    return token && token->type == TOKEN_TEXT && braces_match(pass->tree, token->text, where);
}

// "text {.a}" without the braces and one space.
static struct slice before_braces(struct slice text, size_t left)
{
    text = slice_sub(text, 0, left);
    return text.len && text.ptr[text.len - 1] == ' ' ? slice_sub(text, 0, text.len - 1) : text;
}

// ```js {.a}
static void fence(struct pass *pass, struct token *token)
{
    struct slice info = token->text;
    if (token->type != TOKEN_FENCE || !braces_match(pass->tree, info, BRACES_AT_END))
        return;
    size_t left = braces_left(pass->tree, info);
    braces_apply(pass->tree, token->node, arena_copy(pass->tree->arena, info), left);
    char *rest = arena_cstr(pass->tree->arena, before_braces(info, left));
    if (!rest || !cmark_node_set_fence_info(token->node, rest))
        error_memory(pass->tree->error);
}

// ---- after an inline ----

typedef bool (*takes_fn)(const struct token *before);

static bool takes_alone(const struct token *before)
{
    return before->type == TOKEN_IMAGE || before->type == TOKEN_CODE;
}

static bool takes_around(const struct token *before)
{
    return before->nesting == -1;
}

// Repeats for braces directly after something that takes them. Text before a match has already been
// searched.
static void behind_inlines(struct pass *pass, struct token *token, takes_fn takes)
{
    struct token *text = token->type == TOKEN_INLINE ? token->first : NULL;
    while (text) {
        if (!text->previous || !takes(text->previous) ||
            !is_text_before(pass, text, BRACES_AT_START)) {
            text = text->next;
            continue;
        }
        size_t end = slice_find_byte(text->text, '}', 0) + 1;
        braces_apply(pass->tree, text->previous->node, text->text, 0);
        bool whole = end == text->text.len;
        text->text = slice_sub(text->text, end, text->text.len);
        if (whole && takes == takes_alone) {
            struct token *next = text->next;
            token_remove(token, text);
            text = next;
        }
    }
}

static void behind_single(struct pass *pass, struct token *token)
{
    behind_inlines(pass, token, takes_alone);
}

static void behind_span(struct pass *pass, struct token *token)
{
    behind_inlines(pass, token, takes_around);
}

// ---- after a table or list, in a paragraph of their own ----

// The inlines of a paragraph whose source begins and ends with a brace; its text in *source.
static struct token *braces_paragraph(const struct pass *pass, const struct token *open,
                                      struct slice *source)
{
    struct token *inlines = is(open, TOKEN_PARAGRAPH, 1) ? open->next : NULL;
    if (!inlines || !inlines->first || inlines->first->type != TOKEN_TEXT)
        return NULL;
    *source = tree_attributes(pass->tree, open->node)->source;
    return braces_match(pass->tree, *source, BRACES_WHOLE) ? inlines : NULL;
}

static void take_paragraph(struct pass *pass, struct token *owner, struct token *inlines,
                           struct slice source)
{
    struct token *open = inlines->previous, *close = inlines->next;
    braces_apply(pass->tree, owner->node, source, 0);
    cmark_node_unlink(open->node);
    token_remove(NULL, open);
    token_remove(NULL, inlines);
    token_remove(NULL, close);
}

static void behind_table(struct pass *pass, struct token *token)
{
    struct slice source;
    struct token *inlines =
        is(token, TOKEN_TABLE, -1) ? braces_paragraph(pass, token->next, &source) : NULL;
    if (inlines)
        take_paragraph(pass, token, inlines, source);
}

static void behind_list(struct pass *pass, struct token *token)
{
    struct slice source;
    struct token *inlines =
        is(token, TOKEN_LIST, -1) ? braces_paragraph(pass, token->next, &source) : NULL;
    if (inlines && inlines->first == inlines->last)
        take_paragraph(pass, token, inlines, source);
}

static void cells(struct pass *pass, struct token *token)
{
    if (is(token, TOKEN_BODY, 1))
        pass->body = token;
    if (is(token, TOKEN_BODY, -1))
        spans_hide(pass->tree, pass->body);
}

// ---- at the end of a block ----

// Whether the last line of the inlines is nothing but braces.
static bool is_last_line(const struct pass *pass, const struct token *token)
{
    return token->type == TOKEN_INLINE && token->last && token->last->previous &&
           token->last->previous->type == TOKEN_SOFT_BREAK &&
           is_text_before(pass, token->last, BRACES_WHOLE);
}

static void drop_last_line(struct token *token)
{
    token_remove(token, token->last);
    token_remove(token, token->last);
}

static bool is_of_item(const struct token *token)
{
    return token->type == TOKEN_INLINE && token->previous && token->previous->previous &&
           is(token->previous->previous, TOKEN_ITEM, 1);
}

// "- item" and below it "{.a}": of the list, or of an inner list before it.
static void last_line_of_item(struct pass *pass, struct token *token)
{
    if (!is_of_item(token) || !is_last_line(pass, token))
        return;
    braces_apply(pass->tree, pass->list->node, token->last->text, 0);
    drop_last_line(token);
}

static void take_end(struct pass *pass, struct token *text, cmark_node *node)
{
    size_t left = braces_left(pass->tree, text->text);
    braces_apply(pass->tree, node, text->text, left);
    text->text = before_braces(text->text, left);
}

static void end_of_item(struct pass *pass, struct token *token)
{
    if (is_of_item(token) && is_text_before(pass, token->last, BRACES_AT_END))
        take_end(pass, token->last, token->previous->previous->node);
}

// A last line of braces belongs to the outermost block that ends there.
static void last_line(struct pass *pass, struct token *token)
{
    if (!is_last_line(pass, token))
        return;
    struct token *close = token->next;
    while (close->next && close->next->nesting == -1)
        close = close->next;
    braces_apply(pass->tree, close->node, token->last->text, 0);
    drop_last_line(token);
}

// The older version also applies braces at the end of an image's text, and leaves them there.
static void end_of_image(struct pass *pass, struct token *image, cmark_node *node)
{
    cmark_node *last = cmark_node_last_child(image->node);
    struct slice text =
        last && cmark_node_get_type(last) == CMARK_NODE_TEXT ? tree_literal(last) : SLICE_EMPTY;
    if (braces_match(pass->tree, text, BRACES_AT_END))
        braces_apply(pass->tree, node, text, braces_left(pass->tree, text));
}

// "--- {.a}" is a paragraph to CommonMark.
static bool is_rule(struct slice text)
{
    size_t marks = 0;
    while (marks < text.len && strchr("-*_", text.ptr[marks]))
        marks++;
    size_t at = marks + (marks < text.len && text.ptr[marks] == ' ');
    return marks >= 3 && at + 1 < text.len && text.ptr[at] == '{' && text.ptr[at + 1] != '}';
}

static void rule(struct pass *pass, struct token *token)
{
    struct token *inlines = is(token, TOKEN_PARAGRAPH, 1) ? token->next : NULL;
    struct token *text = inlines ? inlines->first : NULL;
    if (!text || text->next || text->type != TOKEN_TEXT || !is_rule(text->text))
        return;
    cmark_node *made = cmark_node_new_with_mem(CMARK_NODE_THEMATIC_BREAK, pass->tree->mem);
    if (!made || !cmark_node_insert_before(token->node, made)) {
        error_memory(pass->tree->error);
        return;
    }
    size_t left = text->text.len - 1;
    while (text->text.ptr[left] != '{')
        left--;
    braces_apply(pass->tree, made, text->text, left);
    cmark_node_unlink(token->node);
    token_remove(NULL, inlines->next);
    token_remove(NULL, inlines);
    token->type = TOKEN_RULE;
    token->nesting = 0;
    token->node = made;
}

// The last text of a block that is not within a span and not after code; NULL: none, or it has no
// braces at its end.
static struct token *end_text(const struct pass *pass, const struct token *token)
{
    int depth = 0;
    for (struct token *child = token->last; child; child = child->previous) {
        if (child->type == TOKEN_CODE)
            return NULL;
        depth -= child->nesting;
        if (child->nesting || depth || child->type != TOKEN_TEXT || !slice_trim(child->text).len)
            continue;
        return is_text_before(pass, child, BRACES_AT_END) ? child : NULL;
    }
    return NULL;
}

static void end_of_block(struct pass *pass, struct token *token)
{
    struct token *text = token->type == TOKEN_INLINE ? token->last : NULL;
    if (text && attributes_as_new(pass->tree))
        text = end_text(pass, token);
    if (is_text_before(pass, text, BRACES_AT_END))
        take_end(pass, text, token->node);
    else if (text && text->type == TOKEN_IMAGE)
        end_of_image(pass, text, token->node);
}

// In the plugin's order.
static void (*const PATTERNS[])(struct pass *pass, struct token *token) = {
    fence,       behind_single, behind_table, cells, behind_span, last_line_of_item,
    behind_list, end_of_item,   last_line,    rule,  end_of_block};

void attributes_pass(struct tree *tree)
{
    if (!tree->options->attributes || slice_find_byte(tree->source, '{', 0) == SIZE_MAX)
        return;
    struct pass pass = {.tree = tree};
    struct token *first = tokens_of(tree);
    for (struct token *token = first; token; token = token->next) {
        if (is(token, TOKEN_LIST, 1))
            pass.list = token;
        for (size_t i = 0; i < sizeof PATTERNS / sizeof *PATTERNS; i++)
            if (!tree->is_line || PATTERNS[i] == behind_single || PATTERNS[i] == behind_span)
                PATTERNS[i](&pass, token);
    }
    tokens_write_back(tree, first);
}
