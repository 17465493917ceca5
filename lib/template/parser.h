// SPDX-License-Identifier: MIT
//
// The parser's state, shared by its two halves: statements (parser_statement.c) and expressions
// (parser_expression.c). Both are recursive descent with one token of lookahead; the first failure
// sets the error and every function then returns NULL or false up to the root.
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_PARSER_H
#define GUIDANCED_TEMPLATE_PARSER_H

#include "lexer.h"

struct parser {
    struct arena *arena;
    struct error *error;
    const struct parser_input *input;
    struct lexer lexer;
    struct token peeked;
    bool has_peeked;
    unsigned depth;
    bool drop_white_space;        // of the text that comes next
    const char *const *stop_tags; // tags that end the body being parsed; NULL: none
    struct slice block;           // name of the innermost block, for super()
    // Places are computed from the last one onwards, since they are asked for in order.
    size_t place_offset;
    unsigned place_line, place_column;
};

// ---- tokens ----
bool parser_next(struct parser *parser, struct token *token);
// The next token without taking it. A TOKEN_END when there is none or the lexer failed.
const struct token *parser_peek(struct parser *parser);
bool parser_skip(struct parser *parser, enum token_type type);
bool parser_skip_operator(struct parser *parser, const char *text);
bool parser_skip_symbol(struct parser *parser, const char *text);
bool parser_is_symbol(const struct token *token, const char *text);
// Always false; the place is that of the token.
bool parser_fail(struct parser *parser, const struct token *token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// False and error when nesting is too deep; parser_leave undoes it.
bool parser_enter(struct parser *parser);
void parser_leave(struct parser *parser);

// ---- nodes ----
struct ast *parser_node(struct parser *parser, enum ast_kind kind, const struct token *token);
bool parser_append(struct parser *parser, struct ast *node, struct ast *item);

// ---- expressions (parser_expression.c) ----
struct ast *parser_expression(struct parser *parser);
// A literal, name, group, array or dict, with or without calls and lookups after it.
struct ast *parser_primary(struct parser *parser, bool postfix);
// Appends the arguments of `(…)`, or without parentheses up to the block's end, to node->items,
// keyword arguments last. In macro signatures (keywords_apart false), AST_PAIRs stay in place.
bool parser_arguments(struct parser *parser, struct ast *node, bool parentheses, bool signature);
// The name of a filter, and its arguments if any, after `|` or `filter`.
bool parser_filter_tail(struct parser *parser, struct ast *filter);

// ---- statements (parser_statement.c) ----
struct ast *parser_body(struct parser *parser, enum ast_kind kind, const char *const *stop_tags);

#endif
