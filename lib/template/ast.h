// SPDX-License-Identifier: MIT
//
// The abstract syntax tree between parser and compiler. One struct for all nodes: `kind` says which
// members are used; each kind's row below is the contract. All of it is in the parser's arena,
// which is discarded after compiling, except texts, which point into the source (or, where escapes
// were resolved, into the set's arena).
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_AST_H
#define GUIDANCED_TEMPLATE_AST_H

#include "template.h"

enum ast_kind {
    // ---- statements: a body is a list in `items` ----
    AST_ROOT,         // items: the template
    AST_BODY,         // items: a sequence of statements (body of if, for, macro, …); flag: it had
                      // text that white-space control emptied
    AST_TEXT,         // text: static output, white-space control and trimBlocks already applied
    AST_OUTPUT,       // a: expression of {{ … }}
    AST_IF,           // a: condition, b: body, c: else branch (AST_BODY or AST_IF) or NULL
    AST_FOR,          // a: iterated expression, items: target names (AST_NAME), b: body,
                      // c: else body or NULL; flag: asyncEach, asyncAll
    AST_SET,          // items: target names (AST_NAME), a: expression; or b: body of a block set
    AST_BLOCK,        // text: name, b: body
    AST_EXTENDS,      // a: template expression
    AST_INCLUDE,      // a: template expression, flag: ignore missing
    AST_IMPORT,       // a: template expression, text: target name, flag: with context
    AST_FROM_IMPORT,  // a: template expression, items: AST_NAME, or AST_PAIR (name, alias);
                      // flag: with context
    AST_MACRO,        // text: name, items: parameters: AST_NAME, then AST_PAIR (name, default);
                      // b: body
    AST_CALL,         // {% call(params) f(args) %}: items: parameters as in AST_MACRO,
                      // a: AST_FUN_CALL, b: body
    AST_FILTER_BLOCK, // a: AST_FILTER whose first argument is NULL (to be the body), b: body
    AST_SWITCH,       // a: expression, items: AST_CASE, c: default body or NULL
    AST_CASE,         // a: value, b: body; an empty body falls through to the next case
    AST_DO,           // a: expression, evaluated for its effect
    AST_SHORTCODE,    // text: name, items: arguments, b: body of a paired one or NULL

    // ---- expressions ----
    AST_LITERAL,   // value: undefined never, null, boolean, number, string
    AST_REGEXP,    // text: source, value: the flags as a string
    AST_NAME,      // text
    AST_ARRAY,     // items
    AST_DICT,      // items: AST_PAIR (key expression, value)
    AST_PAIR,      // a, b
    AST_GROUP,     // items: a parenthesised sequence; its value is the last one's
    AST_LOOKUP,    // a: object, b: key (a.b has a string literal)
    AST_FUN_CALL,  // a: callee, items: arguments; AST_KEYWORDS last, if any
    AST_FILTER,    // text: name ("a.b" allowed), items: input first, then arguments
    AST_KEYWORDS,  // items: AST_PAIR (AST_LITERAL string, value)
    AST_INLINE_IF, // a: value, b: condition, c: else or NULL
    AST_TEST,      // `a is name(args)`: a: value, text: name, items: arguments; flag: `is not`
    AST_IN,        // a in b; flag: `not in`
    AST_UNARY,     // op, a
    AST_BINARY,    // op, a, b
    AST_SUPER,     // super() inside a block; text: the block's name (set by the parser)
};

enum ast_operator {
    AST_OR,
    AST_AND,
    AST_NOT,
    AST_EQUAL,            // ==
    AST_STRICT_EQUAL,     // ===
    AST_NOT_EQUAL,        // !=
    AST_NOT_STRICT_EQUAL, // !==
    AST_LESS,
    AST_LESS_EQUAL,
    AST_GREATER,
    AST_GREATER_EQUAL,
    AST_ADD,
    AST_SUBTRACT,
    AST_CONCAT, // ~
    AST_MULTIPLY,
    AST_DIVIDE,
    AST_FLOOR_DIVIDE, // //
    AST_MODULO,
    AST_POWER, // **
    AST_NEGATE,
    AST_PLUS,
};

struct ast {
    uint8_t kind; // enum ast_kind
    uint8_t op;   // enum ast_operator
    bool flag;
    unsigned line, column; // of its first token, from 1
    struct slice text;
    struct value value;
    struct ast *a, *b, *c;
    struct ast **items;
    size_t count;
};

// What the parser needs to know about the set.
struct parser_input {
    struct slice file;
    struct slice source;
    unsigned first_line;
    bool trim_blocks;
    bool lstrip_blocks;
    struct template_tags tags;
    // Tells whether a tag name is a shortcode, and whether it is paired.
    bool (*shortcode)(void *state, struct slice name, bool *paired);
    void *state;
};

// Parses a template. NULL and error (with place, source line and hint) when it is not well formed.
// Nesting is bounded (PARSER_DEPTH_MAX), so no input overflows the stack.
enum { PARSER_DEPTH_MAX = 200 };
struct ast *template_parse(struct arena *arena, const struct parser_input *input,
                           struct error *error);
// Parses one expression; it must be the whole text.
struct ast *template_parse_expression(struct arena *arena, const struct parser_input *input,
                                      struct error *error);

#endif
