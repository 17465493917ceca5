// SPDX-License-Identifier: MIT
//
// Statements: text, output and tags. A tag is a row of a table: its name and the function that
// parses what follows it.
#include "parser.h"

typedef struct ast *(*tag_parser)(struct parser *parser, const struct token *tag);

// ---- the ends of tags ----

static bool block_end(struct parser *parser, const char *tag)
{
    struct token token;
    if (!parser_next(parser, &token))
        return false;
    if (token.type == TOKEN_END)
        return parser_fail(parser, &token, "unexpected end of file in the %s tag", tag);
    if (token.type != TOKEN_BLOCK_END) {
        parser_fail(parser, &token, "expected block end in %s statement, got %.*s", tag,
                    SLICE_ARG(token.text));
        bool assigns = slice_equal(token.text, SLICE("="));
        error_hint(parser->error, assigns ? "compare with ==" : "close the tag with %%}");
        return false;
    }
    parser->drop_white_space = token.dash;
    return true;
}

// Takes the tag that ends a body, from its name, and its end.
static bool end_tag(struct parser *parser, const struct token *open, const char *name)
{
    const struct token *token = parser_peek(parser);
    if (!parser_is_symbol(token, name)) {
        parser_fail(parser, open, "this %.*s block is not closed", SLICE_ARG(open->text));
        error_hint(parser->error, "close it with {%% %s %%}", name);
        return false;
    }
    return parser_skip(parser, TOKEN_SYMBOL) && block_end(parser, name);
}

static struct ast *body_until(struct parser *parser, const char *const *stop_tags)
{
    return parser_body(parser, AST_BODY, stop_tags);
}

#define STOP(...) ((const char *const[]){__VA_ARGS__, NULL})

// ---- if and switch ----

static struct ast *parse_if(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_IF, tag);
    if (!node || !parser_enter(parser))
        return NULL;
    node->a = parser_expression(parser);
    if (!node->a || !block_end(parser, "if"))
        return NULL;
    node->b = body_until(parser, STOP("elif", "elseif", "else", "endif"));
    if (!node->b)
        return NULL;
    struct token token = *parser_peek(parser);
    if (parser_skip_symbol(parser, "elif") || parser_skip_symbol(parser, "elseif")) {
        token.text = tag->text;
        node->c = parse_if(parser, &token);
        parser_leave(parser);
        return node->c ? node : NULL;
    }
    if (parser_skip_symbol(parser, "else")) {
        if (!block_end(parser, "else"))
            return NULL;
        node->c = body_until(parser, STOP("endif"));
        if (!node->c)
            return NULL;
    }
    parser_leave(parser);
    return end_tag(parser, tag, "endif") ? node : NULL;
}

static const char *const CASE_STOPS[] = {"case", "default", "endswitch", NULL};

static struct ast *parse_case(struct parser *parser)
{
    struct token token = *parser_peek(parser);
    struct ast *node = parser_node(parser, AST_CASE, &token);
    parser_skip_symbol(parser, "case");
    if (!node)
        return NULL;
    node->a = parser_expression(parser);
    if (!node->a || !block_end(parser, "case"))
        return NULL;
    node->b = body_until(parser, CASE_STOPS);
    return node->b ? node : NULL;
}

// Anything before the first case is dropped.
static struct ast *parse_switch(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_SWITCH, tag);
    if (!node)
        return NULL;
    node->a = parser_expression(parser);
    if (!node->a || !block_end(parser, "switch") || !body_until(parser, CASE_STOPS))
        return NULL;
    do {
        if (!parser_append(parser, node, parse_case(parser)))
            return NULL;
    } while (parser_is_symbol(parser_peek(parser), "case"));
    if (parser_skip_symbol(parser, "default")) {
        if (!block_end(parser, "default"))
            return NULL;
        node->c = body_until(parser, STOP("endswitch"));
        if (!node->c)
            return NULL;
    }
    return end_tag(parser, tag, "endswitch") ? node : NULL;
}

// ---- for ----

static bool parse_targets(struct parser *parser, struct ast *node)
{
    do {
        struct token token = *parser_peek(parser);
        struct ast *name = parser_primary(parser, true);
        if (!name)
            return false;
        if (name->kind != AST_NAME)
            return parser_fail(parser, &token, "expected the name of a loop variable");
        if (!parser_append(parser, node, name))
            return false;
    } while (parser_skip(parser, TOKEN_COMMA));
    return true;
}

static const char *loop_end(const struct token *tag)
{
    return parser_is_symbol(tag, "for")         ? "endfor"
           : parser_is_symbol(tag, "asyncEach") ? "endeach"
                                                : "endall";
}

static struct ast *parse_for(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_FOR, tag);
    const char *end = loop_end(tag);
    if (!node || !parse_targets(parser, node))
        return NULL;
    node->flag = !parser_is_symbol(tag, "for");
    if (!parser_skip_symbol(parser, "in")) {
        parser_fail(parser, parser_peek(parser), "expected `in` in the for loop");
        error_hint(parser->error, "write it as {%% for item in items %%}");
        return NULL;
    }
    node->a = parser_expression(parser);
    if (!node->a || !block_end(parser, "for"))
        return NULL;
    node->b = body_until(parser, STOP(end, "else"));
    if (!node->b)
        return NULL;
    if (parser_skip_symbol(parser, "else")) {
        if (!block_end(parser, "else"))
            return NULL;
        node->c = body_until(parser, STOP(end));
        if (!node->c)
            return NULL;
    }
    return end_tag(parser, tag, end) ? node : NULL;
}

// ---- set ----

// A string names its variable as well; anything else makes Nunjucks' compiler fail.
static bool set_targets(struct parser *parser, struct ast *node)
{
    do {
        struct ast *target = parser_primary(parser, true);
        if (!target)
            return false;
        if (target->kind == AST_LITERAL && value_is(target->value, VALUE_STRING)) {
            target->kind = AST_NAME;
            target->text = value_text(target->value);
        }
        if (target->kind != AST_NAME)
            return parser_fail(parser, parser_peek(parser), "set needs the name of a variable");
        if (!parser_append(parser, node, target))
            return false;
    } while (parser_skip(parser, TOKEN_COMMA));
    return true;
}

static struct ast *parse_set(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_SET, tag);
    if (!node || !set_targets(parser, node))
        return NULL;
    if (parser_skip_operator(parser, "=")) {
        node->a = parser_expression(parser);
        return node->a && block_end(parser, "set") ? node : NULL;
    }
    // The dash of `{% set x -%}` is ignored here, as in Nunjucks.
    if (!parser_skip(parser, TOKEN_BLOCK_END)) {
        parser_fail(parser, parser_peek(parser), "expected = or block end in set tag");
        return NULL;
    }
    node->b = body_until(parser, STOP("endset"));
    return node->b && end_tag(parser, tag, "endset") ? node : NULL;
}

// ---- blocks, inheritance, includes ----

static struct ast *parse_block(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_BLOCK, tag);
    struct token token = *parser_peek(parser);
    struct ast *name = node ? parser_primary(parser, true) : NULL;
    if (!name)
        return NULL;
    if (name->kind != AST_NAME) {
        parser_fail(parser, &token, "expected the name of the block");
        return NULL;
    }
    node->text = name->text;
    if (!block_end(parser, "block"))
        return NULL;
    struct slice outer = parser->block;
    parser->block = node->text;
    node->b = body_until(parser, STOP("endblock"));
    parser->block = outer;
    if (!node->b)
        return NULL;
    if (!parser_skip_symbol(parser, "endblock"))
        return end_tag(parser, tag, "endblock") ? node : NULL;
    const struct token *after = parser_peek(parser);
    if (after->type == TOKEN_SYMBOL && slice_equal(after->text, node->text))
        parser->has_peeked = false;
    return block_end(parser, "endblock") ? node : NULL;
}

static struct ast *parse_extends(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_EXTENDS, tag);
    if (node)
        node->a = parser_expression(parser);
    return node && node->a && block_end(parser, "extends") ? node : NULL;
}

static struct ast *parse_include(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_INCLUDE, tag);
    if (node)
        node->a = parser_expression(parser);
    if (!node || !node->a)
        return NULL;
    node->flag = parser_skip_symbol(parser, "ignore") && parser_skip_symbol(parser, "missing");
    return block_end(parser, "include") ? node : NULL;
}

// "with context" and "without context". False: neither, or an error.
static bool with_context(struct parser *parser, bool *with)
{
    bool yes = parser_skip_symbol(parser, "with");
    if (!yes && !parser_skip_symbol(parser, "without"))
        return true;
    if (!parser_skip_symbol(parser, "context"))
        return parser_fail(parser, parser_peek(parser), "expected `context` after with/without");
    *with = yes;
    return true;
}

static struct ast *parse_import(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_IMPORT, tag);
    if (node)
        node->a = parser_expression(parser);
    if (!node || !node->a)
        return NULL;
    if (!parser_skip_symbol(parser, "as")) {
        parser_fail(parser, parser_peek(parser), "expected `as` in the import");
        error_hint(parser->error, "write it as {%% import \"file.njk\" as name %%}");
        return NULL;
    }
    struct token token = *parser_peek(parser);
    struct ast *target = parser_expression(parser);
    if (target && target->kind != AST_NAME)
        parser_fail(parser, &token, "expected a name to import as");
    if (!target || target->kind != AST_NAME)
        return NULL;
    node->text = target->text;
    return with_context(parser, &node->flag) && block_end(parser, "import") ? node : NULL;
}

static struct ast *imported_name(struct parser *parser)
{
    struct token token = *parser_peek(parser);
    struct ast *name = parser_primary(parser, true);
    if (name && (name->kind != AST_NAME || name->text.ptr[0] == '_')) {
        parser_fail(parser, &token,
                    name->kind == AST_NAME ? "names starting with an underscore cannot be imported"
                                           : "expected a name to import");
        return NULL;
    }
    if (!name || !parser_skip_symbol(parser, "as"))
        return name;
    struct ast *pair = parser_node(parser, AST_PAIR, &token);
    token = *parser_peek(parser);
    struct ast *alias = pair ? parser_primary(parser, true) : NULL;
    if (alias && alias->kind != AST_NAME)
        parser_fail(parser, &token, "expected a name after `as`");
    if (!alias || alias->kind != AST_NAME)
        return NULL;
    pair->a = name;
    pair->b = alias;
    return pair;
}

static struct ast *parse_from(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_FROM_IMPORT, tag);
    if (node)
        node->a = parser_expression(parser);
    if (!node || !node->a)
        return NULL;
    if (!parser_skip_symbol(parser, "import")) {
        parser_fail(parser, parser_peek(parser), "expected `import` after `from`");
        return NULL;
    }
    while (parser_peek(parser)->type != TOKEN_BLOCK_END) {
        if (node->count && !parser_skip(parser, TOKEN_COMMA)) {
            parser_fail(parser, parser_peek(parser), "expected a comma between imported names");
            return NULL;
        }
        if (!parser_append(parser, node, imported_name(parser)) ||
            !with_context(parser, &node->flag))
            return NULL;
    }
    if (!node->count) {
        parser_fail(parser, parser_peek(parser), "expected at least one name to import");
        return NULL;
    }
    return block_end(parser, "from") ? node : NULL;
}

// ---- macros, calls, filter blocks ----

// Parameters are names; those with defaults are pairs of a name and an expression.
static bool check_parameters(struct parser *parser, const struct ast *node, const struct token *tag)
{
    for (size_t i = 0; i < node->count; i++) {
        const struct ast *item = node->items[i];
        const struct ast *name = item->kind == AST_PAIR ? item->a : item;
        if (name->kind != AST_NAME)
            return parser_fail(parser, tag, "the parameters of a macro must be names");
    }
    return true;
}

static struct ast *parse_macro(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_MACRO, tag);
    struct token token = *parser_peek(parser);
    struct ast *name = node ? parser_primary(parser, false) : NULL;
    if (!name)
        return NULL;
    if (name->kind != AST_NAME) {
        parser_fail(parser, &token, "expected the name of the macro");
        return NULL;
    }
    node->text = name->text;
    if (!parser_arguments(parser, node, true, true) || !check_parameters(parser, node, &token) ||
        !block_end(parser, "macro"))
        return NULL;
    node->b = body_until(parser, STOP("endmacro"));
    return node->b && end_tag(parser, tag, "endmacro") ? node : NULL;
}

static struct ast *parse_call(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_CALL, tag);
    if (!node)
        return NULL;
    if (parser_peek(parser)->type == TOKEN_LEFT_PAREN &&
        (!parser_arguments(parser, node, true, true) || !check_parameters(parser, node, tag)))
        return NULL;
    struct token token = *parser_peek(parser);
    node->a = parser_primary(parser, true);
    if (node->a && node->a->kind != AST_FUN_CALL) {
        parser_fail(parser, &token, "expected a call of a macro in the call tag");
        return NULL;
    }
    if (!node->a || !block_end(parser, "call"))
        return NULL;
    node->b = body_until(parser, STOP("endcall"));
    return node->b && end_tag(parser, tag, "endcall") ? node : NULL;
}

static struct ast *parse_filter_block(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_FILTER_BLOCK, tag);
    struct token token = *parser_peek(parser);
    struct ast *filter = node ? parser_node(parser, AST_FILTER, &token) : NULL;
    struct ast *hole = filter ? parser_node(parser, AST_BODY, &token) : NULL;
    // The input is the body, inserted by the compiler: NULL keeps its place.
    if (!parser_append(parser, filter, hole) || !parser_filter_tail(parser, filter) ||
        !block_end(parser, "filter"))
        return NULL;
    filter->items[0] = NULL;
    node->a = filter;
    node->b = body_until(parser, STOP("endfilter"));
    return node->b && end_tag(parser, tag, "endfilter") ? node : NULL;
}

// ---- raw, shortcodes ----

static struct ast *parse_raw(struct parser *parser, const struct token *tag)
{
    struct ast *node = parser_node(parser, AST_TEXT, tag);
    if (!node || !block_end(parser, "raw"))
        return NULL;
    node->text = lexer_raw(&parser->lexer, tag->text);
    return node->text.ptr ? node : NULL;
}

static struct ast *parse_shortcode(struct parser *parser, const struct token *tag, bool paired)
{
    struct ast *node = parser_node(parser, AST_SHORTCODE, tag);
    if (!node)
        return NULL;
    node->text = tag->text;
    bool parentheses = parser_peek(parser)->type == TOKEN_LEFT_PAREN;
    if (!parser_arguments(parser, node, parentheses, false) || !block_end(parser, "shortcode"))
        return NULL;
    if (!paired)
        return node;
    struct slice end = arena_printf(parser->arena, "end%.*s", SLICE_ARG(tag->text));
    if (!end.ptr)
        return NULL;
    node->b = body_until(parser, STOP(end.ptr));
    return node->b && end_tag(parser, tag, end.ptr) ? node : NULL;
}

// ---- the table ----

static const struct {
    const char *name;
    tag_parser parse;
} TAGS[] = {
    {"if", parse_if},         {"ifAsync", parse_if},          {"for", parse_for},
    {"asyncEach", parse_for}, {"asyncAll", parse_for},        {"set", parse_set},
    {"block", parse_block},   {"extends", parse_extends},     {"include", parse_include},
    {"import", parse_import}, {"from", parse_from},           {"macro", parse_macro},
    {"call", parse_call},     {"filter", parse_filter_block}, {"switch", parse_switch},
    {"raw", parse_raw},       {"verbatim", parse_raw},
};
// Words that end or divide bodies: if one stands alone, the hint says so.
static const char *const ENDS[] = {"endif",     "endfor",     "endset",  "endblock",  "endmacro",
                                   "endcall",   "endraw",     "elif",    "elseif",    "else",
                                   "endfilter", "case",       "default", "endswitch", "endeach",
                                   "endall",    "endverbatim"};

static struct ast *unknown_tag(struct parser *parser, const struct token *tag)
{
    size_t best = 3;
    parser_fail(parser, tag, "unknown block tag: %.*s", SLICE_ARG(tag->text));
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (slice_equal(tag->text, slice_from_cstr(ENDS[i]))) {
            error_hint(parser->error, "there is no open block that %s belongs to", ENDS[i]);
            return NULL;
        }
    const char *nearest = NULL;
    for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS + sizeof ENDS / sizeof *ENDS; i++) {
        const char *name =
            i < sizeof TAGS / sizeof *TAGS ? TAGS[i].name : ENDS[i - sizeof TAGS / sizeof *TAGS];
        size_t distance = slice_distance(tag->text, slice_from_cstr(name), best);
        if (distance < best) {
            best = distance;
            nearest = name;
        }
    }
    if (nearest)
        error_hint(parser->error, "did you mean `%s`?", nearest);
    return NULL;
}

static struct ast *parse_tag(struct parser *parser, const struct token *tag)
{
    bool paired = false;
    for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++)
        if (parser_is_symbol(tag, TAGS[i].name))
            return TAGS[i].parse(parser, tag);
    if (parser->input->shortcode &&
        parser->input->shortcode(parser->input->state, tag->text, &paired))
        return parse_shortcode(parser, tag, paired);
    return unknown_tag(parser, tag);
}

// ---- bodies ----

static bool is_stop(const struct parser *parser, const struct token *token)
{
    for (const char *const *stop = parser->stop_tags; stop && *stop; stop++)
        if (parser_is_symbol(token, *stop))
            return true;
    return false;
}

// Text, without the white space that an adjacent `-` removes.
static bool add_text_node(struct parser *parser, struct ast *body, const struct token *token)
{
    const struct token *next = parser_peek(parser);
    struct slice text = token->text;
    if (parser->drop_white_space)
        text = lexer_trim_left(text);
    parser->drop_white_space = false;
    if (next->dash && (next->type == TOKEN_BLOCK_START || next->type == TOKEN_VARIABLE_START ||
                       next->type == TOKEN_COMMENT))
        text = lexer_trim_right(text);
    if (!text.len) {
        body->flag = true; // not empty to a switch, which falls through empty cases only
        return true;
    }
    struct ast *node = parser_node(parser, AST_TEXT, token);
    if (node)
        node->text = text;
    return parser_append(parser, body, node);
}

static bool add_output(struct parser *parser, struct ast *body, const struct token *token)
{
    struct ast *node = parser_node(parser, AST_OUTPUT, token);
    struct token end;
    if (!node)
        return false;
    node->a = parser_expression(parser);
    if (!node->a || !parser_next(parser, &end))
        return false;
    if (end.type != TOKEN_VARIABLE_END) {
        parser_fail(parser, &end,
                    end.type == TOKEN_END ? "expected variable end, got end of file"
                                          : "expected variable end, got %.*s",
                    SLICE_ARG(end.text));
        error_hint(parser->error, "close the output with }}");
        return false;
    }
    parser->drop_white_space = end.dash;
    return parser_append(parser, body, node);
}

// False at the end of the body: a stop tag (whose name is then peeked) or an error.
static bool add_tag(struct parser *parser, struct ast *body)
{
    struct token tag = *parser_peek(parser);
    parser->drop_white_space = false;
    if (tag.type != TOKEN_SYMBOL)
        return parser_fail(parser, &tag, "tag name expected");
    if (is_stop(parser, &tag))
        return false;
    parser->has_peeked = false;
    return parser_append(parser, body, parse_tag(parser, &tag));
}

static bool add_statement(struct parser *parser, struct ast *body)
{
    struct token token;
    if (!parser_next(parser, &token))
        return false;
    switch (token.type) {
    case TOKEN_DATA:
        return add_text_node(parser, body, &token);
    case TOKEN_COMMENT:
        parser->drop_white_space = token.end_dash;
        return true;
    case TOKEN_VARIABLE_START:
        return add_output(parser, body, &token);
    case TOKEN_BLOCK_START:
        return add_tag(parser, body);
    default:
        return false;
    }
}

struct ast *parser_body(struct parser *parser, enum ast_kind kind, const char *const *stop_tags)
{
    const char *const *outer = parser->stop_tags;
    struct ast *body = parser_node(parser, kind, parser_peek(parser));
    if (!body || !parser_enter(parser))
        return NULL;
    parser->stop_tags = stop_tags;
    while (add_statement(parser, body))
        continue;
    parser->stop_tags = outer;
    parser_leave(parser);
    return error_is_set(parser->error) ? NULL : body;
}
