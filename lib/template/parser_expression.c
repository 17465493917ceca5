// SPDX-License-Identifier: MIT
//
// Expressions. Nunjucks parses operators with its own precedence and then writes JavaScript without
// parentheses, so that in effect JavaScript's precedence holds: `1 ~ 2 + 3` is "123", `a < b == c`
// is `(a < b) == c`, and `not a == b` is `(!a) == b`. This parser builds that tree directly.
#include "parser.h"

static struct ast *parse_unary(struct parser *parser, bool filters);

static struct ast *binary(struct parser *parser, enum ast_operator op, struct ast *a, struct ast *b,
                          const struct token *token)
{
    struct ast *node = a && b ? parser_node(parser, AST_BINARY, token) : NULL;
    if (!node)
        return NULL;
    node->op = (uint8_t)op;
    node->a = a;
    node->b = b;
    return node;
}

static struct ast *unary(struct parser *parser, enum ast_operator op, struct ast *a,
                         const struct token *token)
{
    struct ast *node = a ? parser_node(parser, AST_UNARY, token) : NULL;
    if (node) {
        node->op = (uint8_t)op;
        node->a = a;
    }
    return node;
}

// ---- primaries ----

static struct ast *literal(struct parser *parser, const struct token *token)
{
    struct ast *node = parser_node(parser, AST_LITERAL, token);
    if (node)
        node->value = token->value;
    return node;
}

static struct ast *text_node(struct parser *parser, enum ast_kind kind, const struct token *token)
{
    struct ast *node = parser_node(parser, kind, token);
    if (node)
        node->text = token->text;
    return node;
}

static bool is_closer(enum token_type type)
{
    return type == TOKEN_RIGHT_PAREN || type == TOKEN_RIGHT_BRACKET || type == TOKEN_RIGHT_CURLY;
}

// A key of a dict: a name or a string, as Nunjucks' compiler requires.
static struct ast *dict_key(struct parser *parser)
{
    struct token token = *parser_peek(parser);
    struct ast *key = parser_primary(parser, true);
    if (!key)
        return NULL;
    if (key->kind == AST_NAME) {
        key->kind = AST_LITERAL;
        key->value = value_string(key->text);
    }
    if (key->kind != AST_LITERAL || !value_is(key->value, VALUE_STRING)) {
        parser_fail(parser, &token, "dict keys must be strings or names");
        error_hint(parser->error, "put the key in quotes");
        return NULL;
    }
    return key;
}

static struct ast *pair(struct parser *parser, struct ast *a, struct ast *b,
                        const struct token *token)
{
    struct ast *node = a && b ? parser_node(parser, AST_PAIR, token) : NULL;
    if (node) {
        node->a = a;
        node->b = b;
    }
    return node;
}

static struct ast *dict_entry(struct parser *parser)
{
    struct token token = *parser_peek(parser);
    struct ast *key = dict_key(parser);
    if (key && !parser_skip(parser, TOKEN_COLON)) {
        parser_fail(parser, parser_peek(parser), "expected a colon after the dict key");
        return NULL;
    }
    return key ? pair(parser, key, parser_expression(parser), &token) : NULL;
}

// (…), […] or {…}. Any closing bracket closes, as in Nunjucks.
static struct ast *aggregate(struct parser *parser, const struct token *open)
{
    enum ast_kind kind = open->type == TOKEN_LEFT_PAREN     ? AST_GROUP
                         : open->type == TOKEN_LEFT_BRACKET ? AST_ARRAY
                                                            : AST_DICT;
    struct ast *node = parser_node(parser, kind, open);
    while (node && !is_closer(parser_peek(parser)->type)) {
        if (node->count && !parser_skip(parser, TOKEN_COMMA)) {
            parser_fail(parser, parser_peek(parser), "expected a comma after the expression");
            return NULL;
        }
        struct ast *item = kind == AST_DICT ? dict_entry(parser) : parser_expression(parser);
        if (!parser_append(parser, node, item))
            return NULL;
    }
    parser->has_peeked = false;
    return node;
}

static struct ast *unexpected(struct parser *parser, const struct token *token)
{
    if (token->type == TOKEN_END)
        parser_fail(parser, token, "expected an expression, got the end of the file");
    else
        parser_fail(parser, token, "unexpected token: %.*s", SLICE_ARG(token->text));
    return NULL;
}

static struct ast *atom(struct parser *parser)
{
    struct token token;
    if (!parser_next(parser, &token))
        return NULL;
    switch (token.type) {
    case TOKEN_STRING:
    case TOKEN_NUMBER:
    case TOKEN_BOOLEAN:
    case TOKEN_NONE:
        return literal(parser, &token);
    case TOKEN_REGEXP: {
        struct ast *node = text_node(parser, AST_REGEXP, &token);
        if (node)
            node->value = token.value;
        return node;
    }
    case TOKEN_SYMBOL:
        return text_node(parser, AST_NAME, &token);
    case TOKEN_LEFT_PAREN:
    case TOKEN_LEFT_BRACKET:
    case TOKEN_LEFT_CURLY:
        return aggregate(parser, &token);
    default:
        return unexpected(parser, &token);
    }
}

// ---- calls and lookups ----

// `name=value` in a call; in a macro's signature the pair's first member is the name itself.
static struct ast *keyword(struct parser *parser, struct ast *name, bool signature,
                           const struct token *token)
{
    if (name->kind != AST_NAME &&
        !(name->kind == AST_LITERAL && value_is(name->value, VALUE_STRING))) {
        parser_fail(parser, token, "the name of a keyword argument must be a name");
        return NULL;
    }
    if (!signature && name->kind == AST_NAME) {
        name->kind = AST_LITERAL;
        name->value = value_string(name->text);
    }
    return pair(parser, name, parser_expression(parser), token);
}

static bool argument(struct parser *parser, struct ast *node, struct ast **keywords, bool signature)
{
    struct token token = *parser_peek(parser);
    struct ast *value = parser_expression(parser);
    if (!value || !parser_skip_operator(parser, "="))
        return parser_append(parser, node, value);
    if (!*keywords)
        *keywords = parser_node(parser, AST_KEYWORDS, &token);
    return parser_append(parser, *keywords, keyword(parser, value, signature, &token));
}

bool parser_arguments(struct parser *parser, struct ast *node, bool parentheses, bool signature)
{
    struct ast *keywords = NULL;
    enum token_type end = parentheses ? TOKEN_RIGHT_PAREN : TOKEN_BLOCK_END;
    bool first = true;
    if (parentheses && !parser_skip(parser, TOKEN_LEFT_PAREN))
        return parser_fail(parser, parser_peek(parser), "expected arguments");
    for (; parser_peek(parser)->type != end; first = false) {
        if (!first && !parser_skip(parser, TOKEN_COMMA))
            return parser_fail(parser, parser_peek(parser), "expected a comma after the argument");
        if (!argument(parser, node, &keywords, signature))
            return false;
    }
    if (parentheses)
        parser->has_peeked = false;
    if (!keywords)
        return true;
    if (!signature)
        return parser_append(parser, node, keywords);
    for (size_t i = 0; i < keywords->count; i++)
        if (!parser_append(parser, node, keywords->items[i]))
            return false;
    return true;
}

static struct ast *call(struct parser *parser, struct ast *callee, const struct token *token)
{
    bool super =
        parser->block.ptr && callee->kind == AST_NAME && slice_equal(callee->text, SLICE("super"));
    struct ast *node = parser_node(parser, super ? AST_SUPER : AST_FUN_CALL, token);
    if (!node || !parser_arguments(parser, node, true, false))
        return NULL;
    node->a = super ? NULL : callee;
    node->text = super ? parser->block : SLICE_EMPTY;
    // A call's place is its callee's, which is what an error is about.
    node->line = callee->line;
    node->column = callee->column;
    return node;
}

static struct ast *lookup(struct parser *parser, struct ast *object, struct ast *key,
                          const struct token *token)
{
    struct ast *node = object && key ? parser_node(parser, AST_LOOKUP, token) : NULL;
    if (node) {
        node->a = object;
        node->b = key;
    }
    return node;
}

static struct ast *index_lookup(struct parser *parser, struct ast *object,
                                const struct token *token)
{
    struct token open;
    parser_next(parser, &open);
    struct ast *keys = aggregate(parser, &open);
    if (keys && keys->count != 1) {
        parser_fail(parser, token, "invalid index");
        return NULL;
    }
    return keys ? lookup(parser, object, keys->items[0], token) : NULL;
}

static struct ast *member_lookup(struct parser *parser, struct ast *object,
                                 const struct token *token)
{
    struct token name;
    parser->has_peeked = false;
    if (!parser_next(parser, &name))
        return NULL;
    if (name.type != TOKEN_SYMBOL) {
        parser_fail(parser, &name, "expected name as lookup value, got %.*s", SLICE_ARG(name.text));
        return NULL;
    }
    name.value = value_string(name.text);
    return lookup(parser, object, literal(parser, &name), token);
}

static struct ast *postfix(struct parser *parser, struct ast *node)
{
    while (node) {
        struct token token = *parser_peek(parser);
        if (token.type == TOKEN_LEFT_PAREN)
            node = call(parser, node, &token);
        else if (token.type == TOKEN_LEFT_BRACKET)
            node = index_lookup(parser, node, &token);
        else if (token.type == TOKEN_OPERATOR && slice_equal(token.text, SLICE(".")))
            node = member_lookup(parser, node, &token);
        else
            return node;
    }
    return NULL;
}

struct ast *parser_primary(struct parser *parser, bool with_postfix)
{
    struct ast *node = atom(parser);
    return with_postfix ? postfix(parser, node) : node;
}

// ---- filters ----

bool parser_filter_tail(struct parser *parser, struct ast *filter)
{
    struct token token;
    if (!parser_next(parser, &token))
        return false;
    if (token.type != TOKEN_SYMBOL)
        return parser_fail(parser, &token, "expected the name of a filter, got %.*s",
                           SLICE_ARG(token.text));
    filter->text = token.text;
    while (parser_skip_operator(parser, ".")) {
        if (!parser_next(parser, &token) || token.type != TOKEN_SYMBOL)
            return parser_fail(parser, &token, "expected a name after the dot");
        filter->text = arena_printf(parser->arena, "%.*s.%.*s", SLICE_ARG(filter->text),
                                    SLICE_ARG(token.text));
    }
    return parser_peek(parser)->type != TOKEN_LEFT_PAREN ||
           parser_arguments(parser, filter, true, false);
}

static struct ast *parse_filters(struct parser *parser, struct ast *node)
{
    while (node && parser_skip(parser, TOKEN_PIPE)) {
        struct token token = *parser_peek(parser);
        struct ast *filter = parser_node(parser, AST_FILTER, &token);
        if (!parser_append(parser, filter, node) || !parser_filter_tail(parser, filter))
            return NULL;
        node = filter;
    }
    return node;
}

// ---- operators ----

static struct ast *parse_unary_inner(struct parser *parser, bool filters)
{
    struct token token = *parser_peek(parser);
    struct ast *node = NULL;
    if (parser_skip_operator(parser, "-"))
        node = unary(parser, AST_NEGATE, parse_unary(parser, false), &token);
    else if (parser_skip_operator(parser, "+"))
        node = unary(parser, AST_PLUS, parse_unary(parser, false), &token);
    else
        node = parser_primary(parser, true);
    return filters ? parse_filters(parser, node) : node;
}

static struct ast *parse_unary(struct parser *parser, bool filters)
{
    if (!parser_enter(parser))
        return NULL;
    struct ast *node = parse_unary_inner(parser, filters);
    parser_leave(parser);
    return node;
}

// One level of precedence, applied left to right.
struct operator_row {
    const char *text;
    enum ast_operator op;
};

static const struct operator_row *match_operator(struct parser *parser,
                                                 const struct operator_row *rows, size_t count)
{
    const struct token *token = parser_peek(parser);
    for (size_t i = 0; i < count; i++)
        if ((token->type == TOKEN_OPERATOR || token->type == TOKEN_TILDE) &&
            slice_equal(token->text, slice_from_cstr(rows[i].text)))
            return &rows[i];
    return NULL;
}

static struct ast *parse_power(struct parser *parser)
{
    struct ast *node = parse_unary(parser, true);
    struct token token = *parser_peek(parser);
    while (node && parser_skip_operator(parser, "**")) {
        node = binary(parser, AST_POWER, node, parse_unary(parser, true), &token);
        token = *parser_peek(parser);
    }
    return node;
}

// `into` op p % p % …, or p % p % … alone.
static struct ast *parse_modulo(struct parser *parser, struct ast *into, enum ast_operator op)
{
    struct token token = *parser_peek(parser);
    struct ast *node = parse_power(parser);
    if (into)
        node = binary(parser, op, into, node, &token);
    token = *parser_peek(parser);
    while (node && parser_skip_operator(parser, "%")) {
        node = binary(parser, AST_MODULO, node, parse_power(parser), &token);
        token = *parser_peek(parser);
    }
    return node;
}

// a // b, written by Nunjucks as Math.floor(a / b), with any `%` after b inside as well.
static struct ast *parse_floor(struct parser *parser, struct ast *node)
{
    struct token token = *parser_peek(parser);
    while (node && parser_skip_operator(parser, "//")) {
        struct ast *quotient = parse_modulo(parser, node, AST_DIVIDE);
        struct ast *one = parser_node(parser, AST_LITERAL, &token);
        if (one)
            one->value = value_number(1);
        node = binary(parser, AST_FLOOR_DIVIDE, quotient, one, &token);
        token = *parser_peek(parser);
    }
    return node;
}

// A factor of a product is a chain of % and // of its own, but a chain of % alone joins the product
// from the left: `a * b % c` is (a * b) % c, `a * b // c` is a * floor(b / c).
static struct ast *join_product(struct parser *parser, struct ast *product, enum ast_operator op,
                                struct ast *factor, bool floored, const struct token *token)
{
    if (floored || !factor || factor->kind != AST_BINARY || factor->op != AST_MODULO)
        return binary(parser, op, product, factor, token);
    struct ast *leftmost = factor;
    while (leftmost->a->kind == AST_BINARY && leftmost->a->op == AST_MODULO)
        leftmost = leftmost->a;
    leftmost->a = binary(parser, op, product, leftmost->a, token);
    return leftmost->a ? factor : NULL;
}

static struct ast *parse_product(struct parser *parser)
{
    static const struct operator_row ROWS[] = {{"*", AST_MULTIPLY}, {"/", AST_DIVIDE}};
    struct ast *node = parse_floor(parser, parse_modulo(parser, NULL, AST_MODULO));
    const struct operator_row *row;
    while (node && (row = match_operator(parser, ROWS, 2)) != NULL) {
        struct token token = *parser_peek(parser);
        parser->has_peeked = false;
        struct ast *factor = parse_modulo(parser, NULL, AST_MODULO);
        struct ast *whole = factor ? parse_floor(parser, factor) : NULL;
        node = join_product(parser, node, row->op, whole, whole != factor, &token);
    }
    return node;
}

static struct ast *parse_sum(struct parser *parser)
{
    static const struct operator_row ROWS[] = {
        {"+", AST_ADD}, {"-", AST_SUBTRACT}, {"~", AST_CONCAT}};
    struct ast *node = parse_product(parser);
    const struct operator_row *row;
    while (node && (row = match_operator(parser, ROWS, 3)) != NULL) {
        struct token token = *parser_peek(parser);
        parser->has_peeked = false;
        node = binary(parser, row->op, node, parse_product(parser), &token);
    }
    return node;
}

static struct ast *parse_relation(struct parser *parser)
{
    static const struct operator_row ROWS[] = {
        {"<", AST_LESS}, {">", AST_GREATER}, {"<=", AST_LESS_EQUAL}, {">=", AST_GREATER_EQUAL}};
    struct ast *node = parse_sum(parser);
    const struct operator_row *row;
    while (node && (row = match_operator(parser, ROWS, 4)) != NULL) {
        struct token token = *parser_peek(parser);
        parser->has_peeked = false;
        node = binary(parser, row->op, node, parse_sum(parser), &token);
    }
    return node;
}

static struct ast *parse_compare(struct parser *parser)
{
    static const struct operator_row ROWS[] = {{"==", AST_EQUAL},
                                               {"===", AST_STRICT_EQUAL},
                                               {"!=", AST_NOT_EQUAL},
                                               {"!==", AST_NOT_STRICT_EQUAL}};
    struct ast *node = parse_relation(parser);
    const struct operator_row *row;
    while (node && (row = match_operator(parser, ROWS, 4)) != NULL) {
        struct token token = *parser_peek(parser);
        parser->has_peeked = false;
        node = binary(parser, row->op, node, parse_relation(parser), &token);
    }
    return node;
}

// The name of a test: `is odd`, `is divisibleby(3)`, `is none`. Nunjucks takes anything else for
// the test called "undefined" (`x is defined == true`), and a filter for the test of its name with
// the filter's input as argument.
static bool name_test(struct parser *parser, struct ast *node, struct ast *right,
                      const struct token *token)
{
    if (right->kind == AST_FUN_CALL || right->kind == AST_FILTER) {
        node->items = right->items;
        node->count = right->count;
        node->text = right->text;
        if (right->kind == AST_FILTER)
            return true;
        right = right->a;
    }
    if (right->kind == AST_NAME)
        node->text = right->text;
    else if (right->kind == AST_LITERAL && value_is(right->value, VALUE_STRING))
        node->text = value_text(right->value);
    else if (right->kind == AST_LITERAL && value_is(right->value, VALUE_NULL))
        node->text = SLICE("null");
    else if (right->kind == AST_LITERAL && value_is(right->value, VALUE_BOOLEAN))
        node->text = right->value.number != 0 ? SLICE("true") : SLICE("false");
    else if (right->kind == AST_LITERAL || right->kind == AST_REGEXP)
        return parser_fail(parser, token, "expected the name of a test after `is`");
    else
        node->text = SLICE("undefined");
    return true;
}

static struct ast *parse_is(struct parser *parser)
{
    struct ast *node = parse_compare(parser);
    struct token token = *parser_peek(parser);
    if (!node || !parser_skip_symbol(parser, "is"))
        return node;
    struct ast *test = parser_node(parser, AST_TEST, &token);
    bool inverted = parser_skip_symbol(parser, "not");
    struct token name = *parser_peek(parser);
    struct ast *right = test ? parse_compare(parser) : NULL;
    if (!right || !name_test(parser, test, right, &name))
        return NULL;
    test->a = node;
    test->flag = inverted;
    test->line = right->line;
    test->column = right->column;
    return test;
}

static struct ast *parse_in(struct parser *parser)
{
    struct ast *node = parse_is(parser);
    while (node) {
        struct token token = *parser_peek(parser);
        bool inverted = parser_skip_symbol(parser, "not");
        if (!parser_skip_symbol(parser, "in")) {
            if (!inverted)
                return node;
            parser_fail(parser, &token, "expected `in` after `not`");
            return NULL;
        }
        struct ast *in = parser_node(parser, AST_IN, &token);
        struct ast *right = in ? parse_is(parser) : NULL;
        if (!right)
            return NULL;
        in->a = node;
        in->b = right;
        in->flag = inverted;
        node = in;
    }
    return NULL;
}

static bool is_written_without_parentheses(const struct ast *node)
{
    return node->kind == AST_BINARY && node->op != AST_POWER && node->op != AST_FLOOR_DIVIDE &&
           node->op != AST_AND && node->op != AST_OR;
}

// `!` binds to the leftmost operand of what Nunjucks writes after it.
static struct ast *negate(struct parser *parser, struct ast *node, const struct token *token)
{
    if (!node || !is_written_without_parentheses(node))
        return unary(parser, AST_NOT, node, token);
    struct ast *leftmost = node;
    while (is_written_without_parentheses(leftmost->a))
        leftmost = leftmost->a;
    leftmost->a = unary(parser, AST_NOT, leftmost->a, token);
    return leftmost->a ? node : NULL;
}

static struct ast *parse_not(struct parser *parser)
{
    struct token token = *parser_peek(parser);
    if (!parser_skip_symbol(parser, "not"))
        return parse_in(parser);
    if (!parser_enter(parser))
        return NULL;
    struct ast *node = parse_not(parser);
    parser_leave(parser);
    return negate(parser, node, &token);
}

static struct ast *parse_and(struct parser *parser)
{
    struct ast *node = parse_not(parser);
    struct token token = *parser_peek(parser);
    while (node && parser_skip_symbol(parser, "and")) {
        node = binary(parser, AST_AND, node, parse_not(parser), &token);
        token = *parser_peek(parser);
    }
    return node;
}

static struct ast *parse_or(struct parser *parser)
{
    struct ast *node = parse_and(parser);
    struct token token = *parser_peek(parser);
    while (node && parser_skip_symbol(parser, "or")) {
        node = binary(parser, AST_OR, node, parse_and(parser), &token);
        token = *parser_peek(parser);
    }
    return node;
}

static struct ast *parse_inline_if(struct parser *parser)
{
    struct ast *value = parse_or(parser);
    struct token token = *parser_peek(parser);
    if (!value || !parser_skip_symbol(parser, "if"))
        return value;
    struct ast *node = parser_node(parser, AST_INLINE_IF, &token);
    if (!node)
        return NULL;
    node->a = value;
    node->b = parse_or(parser);
    if (node->b && parser_skip_symbol(parser, "else")) {
        node->c = parse_or(parser);
        return node->c ? node : NULL;
    }
    return node->b ? node : NULL;
}

struct ast *parser_expression(struct parser *parser)
{
    if (!parser_enter(parser))
        return NULL;
    struct ast *node = parse_inline_if(parser);
    parser_leave(parser);
    return node;
}
