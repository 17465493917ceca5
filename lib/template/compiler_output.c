// SPDX-License-Identifier: MIT
//
// Printing: what `{{ … }}` compiles to. Constants become escaped text; a conditional prints in each
// of its branches; a macro writes straight to the output; names and members are printed by the
// instruction that looks them up.
#include "compiler.h"

#include "builtins.h"

static struct instruction output_code(enum opcode op, uint32_t c)
{
    return (struct instruction){.op = (uint8_t)op, .c = c};
}

static void output_literal(struct compiler *c, const struct ast *node)
{
    struct buffer text = buffer_create(c->scratch, 0);
    value_append_text(NULL, &text, node->value, false);
    struct slice printed = buffer_slice(&text);
    if (compile_emit_mode(c) == 1 && node->value.type == VALUE_STRING) {
        struct buffer escaped = buffer_create(c->scratch, 0);
        template_append_escaped(&escaped, printed);
        printed = buffer_slice(&escaped);
    }
    if (printed.len)
        compile_emit(c, node, 0,
                     output_code(OP_TEXT, compile_text(c, arena_copy(c->arena, printed))));
}

static bool is_builtin_safe(const struct compiler *c, const struct ast *node)
{
    if (node->kind != AST_FILTER || node->count != 1 || !slice_equal(node->text, SLICE("safe")))
        return false;
    const struct callable *callable = set_filter(c->set, node->text);
    for (const struct template_builtin *row = template_builtin_filters(); row->name; row++)
        if (strcmp(row->name, "safe") == 0)
            return callable && callable->call == row->call;
    return false;
}

static void output_if(struct compiler *c, const struct ast *node)
{
    compile_expression(c, node->b);
    uint32_t otherwise = compile_emit(c, node, -1, output_code(OP_JUMP_FALSE, 0));
    compile_output(c, node->a);
    if (!node->c) {
        compile_patch(c, otherwise);
        return;
    }
    uint32_t end = compile_emit(c, node, 0, output_code(OP_JUMP, 0));
    compile_patch(c, otherwise);
    compile_output(c, node->c);
    compile_patch(c, end);
}

static void output_super(struct compiler *c, const struct ast *node)
{
    struct builder *b = c->builder;
    if (b->block && b->super_local == NO_SLOT && !b->outer) {
        struct instruction in = output_code(OP_SUPER, compile_name(c, b->block));
        in.a = 2;
        compile_emit(c, node, 0, in);
        return;
    }
    compile_expression(c, node);
    compile_emit_value(c, node);
}

// Fuses the last instruction with printing its value.
static void fuse(struct compiler *c, const struct ast *node)
{
    static const uint8_t FUSED[OP_COUNT] = {
        [OP_LOCAL] = OP_EMIT_LOCAL,
        [OP_NAME] = OP_EMIT_NAME,
        [OP_MEMBER] = OP_EMIT_MEMBER,
        [OP_LOCAL_MEMBER] = OP_EMIT_LOCAL_MEMBER,
        [OP_NAME_MEMBER] = OP_EMIT_NAME_MEMBER,
    };
    struct builder *b = c->builder;
    bool simple = node->kind == AST_NAME || node->kind == AST_LOOKUP;
    if (simple && b->count && FUSED[b->code[b->count - 1].op]) {
        struct instruction *last = &b->code[b->count - 1];
        last->op = FUSED[last->op];
        last->a |= compile_emit_mode(c) == 1;
        b->depth--;
    } else {
        compile_emit_value(c, node);
    }
}

void compile_output(struct compiler *c, const struct ast *node)
{
    bool ensure = c->set->options.throw_on_undefined;
    while (node->kind == AST_GROUP && node->count == 1)
        node = node->items[0];
    if (node->kind == AST_LITERAL && node->value.type != VALUE_NULL) {
        output_literal(c, node);
    } else if (node->kind == AST_SUPER) {
        output_super(c, node);
    } else if (node->kind == AST_INLINE_IF) {
        output_if(c, node);
    } else if (node->kind == AST_FUN_CALL && !ensure) {
        compile_call(c, node, true);
    } else if (is_builtin_safe(c, node)) {
        compile_expression(c, node->items[0]);
        compile_emit(c, node, -1, (struct instruction){.op = OP_EMIT});
    } else {
        compile_expression(c, node);
        if (!compile_ok(c))
            return;
        ensure ? compile_emit_value(c, node) : fuse(c, node);
    }
}
