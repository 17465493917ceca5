// SPDX-License-Identifier: MIT
//
// The functions of a template: what all share, and macros with their parameters. Bodies and
// defaults may contain anything, so they are compiled through the compiler's hooks.
#include "compiler.h"

void *compile_keep_array(struct compiler *c, const void *items, size_t count, size_t size)
{
    if (count == 0)
        return NULL;
    void *copy = arena_alloc(c->arena, count * size);
    return copy ? memcpy(copy, items, count * size) : NULL;
}

struct function *compile_new_function(struct compiler *c, enum function_kind kind)
{
    struct function *f = arena_zalloc(c->arena, 1, sizeof *f);
    if (!f)
        return NULL;
    f->template = c->template;
    f->kind = (uint8_t)kind;
    f->caller_slot = NO_SLOT;
    f->own_frame = true;
    return f;
}

void compile_finish_function(struct compiler *c, struct builder *b)
{
    struct function *f = b->function;
    f->code = compile_keep_array(c, b->code, b->count, sizeof *b->code);
    f->positions = compile_keep_array(c, b->positions, b->count, sizeof *b->positions);
    f->count = b->count;
}

static struct name *parameter_name(struct compiler *c, const struct ast *item)
{
    return compile_intern(c, item->kind == AST_PAIR ? item->a->text : item->text);
}

static bool is_keyword(const struct ast *item)
{
    return item->kind == AST_PAIR;
}

static bool parameter_arrays(struct compiler *c, struct function *f, const struct ast *node)
{
    for (size_t i = 0; i < node->count; i++)
        is_keyword(node->items[i]) ? f->keywords++ : f->positional++;
    f->positional_names = arena_zalloc(c->arena, f->positional, sizeof *f->positional_names);
    f->positional_slots = arena_zalloc(c->arena, f->positional, sizeof *f->positional_slots);
    f->keyword_names = arena_zalloc(c->arena, f->keywords, sizeof *f->keyword_names);
    f->keyword_slots = arena_zalloc(c->arena, f->keywords, sizeof *f->keyword_slots);
    return f->positional_names && f->positional_slots && f->keyword_names && f->keyword_slots;
}

// Locals 0… are the positional parameters, then the values passed for the keyword ones.
static void declare_parameters(struct compiler *c, struct function *f, const struct ast *node,
                               bool visible)
{
    uint32_t positional = 0, keyword = 0;
    for (size_t i = 0; i < node->count; i++) {
        struct name *name = parameter_name(c, node->items[i]);
        if (is_keyword(node->items[i])) {
            f->keyword_names[keyword] = name;
            f->keyword_slots[keyword++] = layout_slot(c, &f->layout, name);
        } else {
            compile_bind(c, name, positional);
            f->positional_names[positional] = name;
            f->positional_slots[positional++] =
                visible ? layout_slot(c, &f->layout, name) : NO_SLOT;
        }
    }
    f->locals = f->positional + f->keywords;
}

static void compile_defaults(struct compiler *c, const struct ast *node)
{
    uint16_t keyword = 0;
    for (size_t i = 0; i < node->count; i++) {
        const struct ast *item = node->items[i];
        if (!is_keyword(item))
            continue;
        uint32_t given =
            compile_emit(c, item, 0, (struct instruction){.op = OP_KEYWORD, .b = keyword++});
        c->expression(c, item->b);
        uint32_t name = compile_name(c, parameter_name(c, item));
        compile_emit(c, item, -1, (struct instruction){.op = OP_SET_FRAME, .c = name});
        compile_patch(c, given);
    }
}

static uint32_t add_function(struct compiler *c, struct function *f)
{
    struct template *t = c->template;
    if (!arena_room(c->scratch, &t->functions, t->function_count, &c->functions_capacity,
                    sizeof *t->functions))
        return 0;
    t->functions[t->function_count] = f;
    return t->function_count++;
}

// Whether anything may look into the macro's frame at run time.
static unsigned macro_flags(const struct compiler *c, const struct ast *node)
{
    unsigned flags = scan(node->b) | scan_list(node->items, node->count);
    if ((flags & SCAN_CALL) && (c->flags & SCAN_CALL_BLOCK))
        flags |= SCAN_DYNAMIC;
    return flags;
}

uint32_t compile_macro(struct compiler *c, const struct ast *node, enum function_kind kind)
{
    struct function *f = compile_new_function(c, kind);
    if (!f || !parameter_arrays(c, f, node))
        return 0;
    struct compiler saved = *c;
    struct builder builder = {.function = f, .super_local = NO_SLOT};
    struct scope scope = {.builder = &builder, .layout = &f->layout};
    if (kind == FUNCTION_CALLER) {
        builder.outer = c->builder;
        builder.block = c->builder->block;
        scope.parent = c->scope;
        for (struct builder *b = c->builder; b; b = b->outer)
            b->function->captured = true;
    }
    if (kind == FUNCTION_MACRO)
        f->place = arena_zalloc(c->arena, 1, sizeof *f->place);
    unsigned flags = macro_flags(c, node);
    f->name = compile_intern(c, node->kind == AST_MACRO ? node->text : SLICE("caller"));
    c->builder = &builder;
    c->scope = &scope;
    c->in_capture = true;
    c->conditional = true;
    bool dynamic = kind == FUNCTION_CALLER || (flags & SCAN_DYNAMIC);
    declare_parameters(c, f, node, dynamic);
    if (dynamic || (flags & SCAN_CALLER))
        f->caller_slot = layout_slot(c, &f->layout, c->set->name_caller);
    compile_defaults(c, node);
    c->body(c, node->b);
    compile_emit(c, node, 0, (struct instruction){.op = OP_RETURN});
    compile_finish_function(c, &builder);
    f->own_frame = kind == FUNCTION_CALLER || f->layout.count > 0 || dynamic;
    c->builder = saved.builder;
    c->scope = saved.scope;
    c->in_capture = saved.in_capture;
    c->conditional = saved.conditional;
    return add_function(c, f);
}
