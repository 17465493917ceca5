// SPDX-License-Identifier: MIT
//
// Operators as JavaScript sees them. Nunjucks parses `not a == b` as not (a == b), `2 * 7 % 4` as
// 2 * (7 % 4) and `1 ~ 2 + 3` as 1 ~ (2 + 3), but then writes the operands and operators out as
// JavaScript text without parentheses, so that JavaScript's own precedence decides: (!a) == b,
// (2 * 7) % 4, 1 + "" + 2 + 3. This file does the same: it lays the tree out flat and reads it
// again by JavaScript's precedence. What Nunjucks writes as a call (//, **, in, tests) or in
// parentheses stays whole.
#include "compiler.h"

struct token {
    const struct ast *operand; // NULL: an operator
    const struct ast *node;    // where the operator stands
    uint8_t op;
    bool prefix;
};

struct flat {
    struct compiler *c;
    struct token *tokens;
    uint32_t count, capacity;
    uint32_t next;
};

// JavaScript's precedence of binary operators; 0 marks those that are not written infix.
static const uint8_t PRECEDENCE[] = {
    [AST_OR] = 1,        [AST_AND] = 2,
    [AST_EQUAL] = 3,     [AST_STRICT_EQUAL] = 3,
    [AST_NOT_EQUAL] = 3, [AST_NOT_STRICT_EQUAL] = 3,
    [AST_LESS] = 4,      [AST_LESS_EQUAL] = 4,
    [AST_GREATER] = 4,   [AST_GREATER_EQUAL] = 4,
    [AST_ADD] = 5,       [AST_SUBTRACT] = 5,
    [AST_CONCAT] = 5,    [AST_MULTIPLY] = 6,
    [AST_DIVIDE] = 6,    [AST_MODULO] = 6,
    [AST_PLUS] = 0,
};
enum { PREFIX_PRECEDENCE = 7 };

static bool is_infix(const struct ast *node)
{
    return node->kind == AST_BINARY && PRECEDENCE[node->op] > 0 && !node->flag;
}

static void push(struct flat *f, struct token token)
{
    struct token *tokens = compile_room(f->c, f->tokens, f->count, &f->capacity, sizeof *tokens);
    if (!tokens)
        return;
    f->tokens = tokens;
    tokens[f->count++] = token;
}

static void flatten(struct flat *f, const struct ast *node)
{
    if (++f->c->depth > COMPILER_DEPTH_MAX) {
        compile_error(f->c, node, "expression too deeply nested");
    } else if (is_infix(node)) {
        flatten(f, node->a);
        push(f, (struct token){.node = node, .op = node->op});
        flatten(f, node->b);
    } else if (node->kind == AST_UNARY && !node->flag) {
        push(f, (struct token){.node = node, .op = node->op, .prefix = true});
        flatten(f, node->a);
    } else {
        push(f, (struct token){.operand = node});
    }
    f->c->depth--;
}

static struct ast *new_node(struct flat *f, struct token token, uint8_t kind)
{
    struct ast *node = arena_zalloc(f->c->scratch, 1, sizeof *node);
    if (!node)
        return NULL;
    node->kind = kind;
    node->op = token.op;
    node->flag = true; // read already
    node->line = token.node->line;
    node->column = token.node->column;
    return node;
}

static struct ast *read(struct flat *f, unsigned precedence);

static struct ast *read_prefix(struct flat *f)
{
    if (f->next >= f->count)
        return NULL;
    struct token token = f->tokens[f->next++];
    if (token.operand)
        return (struct ast *)(uintptr_t)token.operand;
    struct ast *node = new_node(f, token, AST_UNARY);
    if (node)
        node->a = read(f, PREFIX_PRECEDENCE);
    return node && node->a ? node : NULL;
}

// Left-associative precedence climbing.
static struct ast *read(struct flat *f, unsigned precedence)
{
    struct ast *left = read_prefix(f);
    while (left && f->next < f->count && PRECEDENCE[f->tokens[f->next].op] >= precedence) {
        struct token token = f->tokens[f->next++];
        struct ast *node = new_node(f, token, AST_BINARY);
        if (!node)
            return NULL;
        node->a = left;
        node->b = read(f, PRECEDENCE[token.op] + 1u);
        left = node->b ? node : NULL;
    }
    return left;
}

const struct ast *compile_reassociate(struct compiler *c, const struct ast *node)
{
    struct flat f = {.c = c};
    flatten(&f, node);
    if (!compile_ok(c))
        return NULL;
    return read(&f, 1);
}
