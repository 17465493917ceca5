// SPDX-License-Identifier: MIT
//
// Finds the pieces of a template that may be remembered: a loop, or an expression printed with a
// call in it, whose output depends on a few variables. The tree of such a piece has only text,
// output, conditions, loops and expressions, so it reads from outside only the names in it that its
// own loops do not bind: its *inputs*. It sets no variable and uses no block, template or call
// body.
//
//     REMEMBER            what follows is for renders that remember; others go on at the body
//     NAME … LOCAL …      the inputs
//     RECALL              print what they gave before and skip the piece, or go on
//     … the piece …
//     REMEMBERED
//
// Macro bodies have no pieces: their arguments are mostly made for the call. The piece is where the
// macro is called.
#include "compiler.h"

struct bound {
    const struct ast *loop; // a for, whose targets are known inside it
    const struct bound *outside;
};

struct search {
    struct compiler *c;
    struct name *inputs[REMEMBER_INPUTS_MAX];
    uint32_t count;
    unsigned depth;
    bool worth; // it calls or loops
};

static bool find_bound(struct search *s, const struct ast *node, const struct bound *bound);

static bool is_bound(struct slice name, const struct bound *bound)
{
    for (; bound; bound = bound->outside)
        for (size_t i = 0; i < bound->loop->count; i++)
            if (slice_equal(bound->loop->items[i]->text, name))
                return true;
    return false;
}

static bool input(struct search *s, const struct ast *node, const struct bound *bound)
{
    if (slice_equal(node->text, SLICE("loop")))
        return bound != NULL;
    if (slice_equal(node->text, SLICE("caller")))
        return false;
    if (is_bound(node->text, bound))
        return true;
    struct name *name = compile_intern(s->c, node->text);
    for (uint32_t i = 0; i < s->count; i++)
        if (s->inputs[i] == name)
            return true;
    if (s->count == REMEMBER_INPUTS_MAX)
        return false;
    s->inputs[s->count++] = name;
    return true;
}

static bool look_all(struct search *s, const struct ast *node, const struct bound *bound)
{
    for (size_t i = 0; i < node->count; i++)
        if (!find_bound(s, node->items[i], bound))
            return false;
    return true;
}

// Literal keys are not variables.
static bool look_values(struct search *s, const struct ast *node, const struct bound *bound)
{
    for (size_t i = 0; i < node->count; i++)
        if (!find_bound(s, node->items[i]->b, bound))
            return false;
    return true;
}

static bool look_for(struct search *s, const struct ast *node, const struct bound *bound)
{
    struct bound inside = {node, bound};
    s->worth = true;
    return !node->flag && find_bound(s, node->a, bound) && find_bound(s, node->b, &inside) &&
           find_bound(s, node->c, &inside);
}

static bool look_into(struct search *s, const struct ast *node, const struct bound *bound)
{
    switch (node->kind) {
    case AST_TEXT:
    case AST_LITERAL:
        return true;
    case AST_NAME:
        return input(s, node, bound);
    case AST_FOR:
        return look_for(s, node, bound);
    case AST_DICT:
    case AST_KEYWORDS:
        return look_values(s, node, bound);
    case AST_FUN_CALL:
        s->worth = true;
        break;
    case AST_BODY:
    case AST_OUTPUT:
    case AST_IF:
    case AST_ARRAY:
    case AST_GROUP:
    case AST_LOOKUP:
    case AST_FILTER:
    case AST_INLINE_IF:
    case AST_TEST:
    case AST_IN:
    case AST_UNARY:
    case AST_BINARY:
        break;
    default:
        return false;
    }
    return find_bound(s, node->a, bound) && find_bound(s, node->b, bound) &&
           find_bound(s, node->c, bound) && look_all(s, node, bound);
}

static bool find_bound(struct search *s, const struct ast *node, const struct bound *bound)
{
    if (!node)
        return true;
    if (s->depth == COMPILER_DEPTH_MAX)
        return false;
    s->depth++;
    bool ok = look_into(s, node, bound);
    s->depth--;
    return ok;
}

static bool is_place(const struct compiler *c)
{
    for (const struct builder *b = c->builder; b; b = b->outer)
        if (b->function->kind == FUNCTION_MACRO)
            return false;
    return !c->in_remembered && (!c->builder->discards || c->in_capture);
}

static uint32_t add_piece(struct compiler *c, const struct search *s)
{
    struct template *t = c->template;
    struct name **inputs = arena_zalloc(c->arena, s->count + 1, sizeof *inputs);
    struct place *place = arena_zalloc(c->arena, 1, sizeof *place);
    if (!inputs || !place ||
        !arena_room(c->scratch, &t->pieces, t->piece_count, &c->pieces_capacity, sizeof *t->pieces))
        return NO_SLOT;
    for (uint32_t i = 0; i < s->count; i++)
        inputs[i] = s->inputs[i];
    t->pieces[t->piece_count] =
        (struct piece){.inputs = inputs, .input_count = s->count, .place = place};
    return t->piece_count++;
}

uint32_t compile_remember(struct compiler *c, const struct ast *node)
{
    struct search search = {.c = c};
    if ((node->kind != AST_FOR && node->kind != AST_OUTPUT) || !is_place(c) ||
        !find_bound(&search, node, NULL) || !search.worth)
        return NO_SLOT;
    uint32_t number = add_piece(c, &search);
    if (number == NO_SLOT)
        return NO_SLOT;
    struct instruction in = {.op = OP_REMEMBER, .c = number};
    compile_emit(c, node, 1, in);
    for (uint32_t i = 0; i < search.count; i++)
        compile_variable(c, node, search.inputs[i]);
    in.op = OP_RECALL;
    compile_emit(c, node, -(int)search.count, in);
    c->template->pieces[number].body = c->builder->count;
    c->in_remembered = true;
    return number;
}

void compile_remembered(struct compiler *c, const struct ast *node, uint32_t number)
{
    c->in_remembered = false;
    compile_emit(c, node, -1, (struct instruction){.op = OP_REMEMBERED, .c = number});
    c->template->pieces[number].end = c->builder->count;
}
