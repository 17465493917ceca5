// SPDX-License-Identifier: MIT
//
// Looking ahead: what a part of a template does, so that the compiler can omit frames that nothing
// will look into. Unsure means "does it".
#include "compiler.h"

struct scanner {
    unsigned flags;
    unsigned supers;
    unsigned depth;
};

enum { SCAN_ALL = 127 };

static unsigned own_flags(const struct ast *node)
{
    switch (node->kind) {
    case AST_INCLUDE:
    case AST_BLOCK:
    case AST_EXTENDS:
        return SCAN_DYNAMIC;
    case AST_CALL:
        return SCAN_DYNAMIC | SCAN_CALL_BLOCK | SCAN_CALL;
    case AST_SHORTCODE:
        return node->b ? SCAN_DYNAMIC | SCAN_CALL_BLOCK | SCAN_CALL : SCAN_CALL;
    case AST_IMPORT:
    case AST_FROM_IMPORT:
        return SCAN_SET | (node->flag ? SCAN_DYNAMIC : 0u);
    case AST_SET:
    case AST_MACRO:
        return SCAN_SET;
    case AST_FUN_CALL:
        return SCAN_CALL;
    case AST_SUPER:
        return SCAN_SUPER;
    case AST_NAME:
        return slice_equal(node->text, SLICE("loop"))     ? SCAN_LOOP
               : slice_equal(node->text, SLICE("caller")) ? SCAN_CALLER
                                                          : 0u;
    default:
        return 0;
    }
}

static bool is_loop_field(const struct ast *node)
{
    return node->kind == AST_LOOKUP && node->a->kind == AST_NAME &&
           slice_equal(node->a->text, SLICE("loop")) && node->b->kind == AST_LITERAL &&
           node->b->value.type == VALUE_STRING;
}

static void walk_nodes(struct scanner *s, const struct ast *node)
{
    if (!node || is_loop_field(node))
        return;
    if (++s->depth > COMPILER_DEPTH_MAX) {
        s->flags = SCAN_ALL;
        s->depth--;
        return;
    }
    s->flags |= own_flags(node);
    s->supers += node->kind == AST_SUPER;
    walk_nodes(s, node->a);
    walk_nodes(s, node->b);
    walk_nodes(s, node->c);
    for (size_t i = 0; i < node->count; i++)
        walk_nodes(s, node->items[i]);
    s->depth--;
}

unsigned scan(const struct ast *node)
{
    struct scanner s = {0};
    walk_nodes(&s, node);
    return s.flags;
}

unsigned scan_list(struct ast *const *items, size_t count)
{
    struct scanner s = {0};
    for (size_t i = 0; i < count; i++)
        walk_nodes(&s, items[i]);
    return s.flags;
}

unsigned scan_supers(const struct ast *node)
{
    struct scanner s = {0};
    walk_nodes(&s, node);
    return s.supers;
}
