// SPDX-License-Identifier: MIT
//
// Compiling a template: its root, its blocks, and facts about the whole.
#include "compiler.h"

// A block evaluates super() once, before everything else, as in Nunjucks. If only text precedes its
// only use, super() is printed in place, which makes no visible difference.
static bool super_in_place(const struct ast *body)
{
    size_t i = 0;
    while (i < body->count && body->items[i]->kind == AST_TEXT)
        i++;
    return i < body->count && body->items[i]->kind == AST_OUTPUT &&
           body->items[i]->a->kind == AST_SUPER && scan_supers(body) == 1;
}

static void hoist_super(struct compiler *c, const struct ast *block)
{
    struct builder *b = c->builder;
    b->super_local = NO_SLOT;
    if (!(scan(block->b) & SCAN_SUPER) || super_in_place(block->b))
        return;
    b->super_local = compile_local(c);
    compile_emit(c, block, 1, (struct instruction){.op = OP_SUPER, .c = compile_name(c, b->block)});
    compile_emit(c, block, -1, (struct instruction){.op = OP_STORE, .c = b->super_local});
}

// super() in a block within a block belongs to the outer one, which alone evaluates it; within the
// inner block it is nothing. (Nunjucks: liftSuper.)
static struct function *compile_block(struct compiler *c, struct found_block found)
{
    const struct ast *block = found.node;
    struct function *f = compile_new_function(c, FUNCTION_BLOCK);
    if (!f)
        return NULL;
    struct builder builder = {.function = f, .super_local = NO_SLOT};
    struct scope scope = {.builder = &builder, .layout = &f->layout};
    builder.block = f->name = compile_intern(c, block->text);
    c->builder = &builder;
    c->scope = &scope;
    c->in_block = true;
    c->conditional = true;
    if (found.nested)
        builder.block = NULL;
    else
        hoist_super(c, block);
    compile_body(c, block->b);
    compile_emit(c, block, 0, (struct instruction){.op = OP_RETURN});
    compile_finish_function(c, &builder);
    return f;
}

static void compile_blocks(struct compiler *c)
{
    struct template *t = c->template;
    size_t capacity = 0;
    // Blocks are found while compiling root and blocks alike: those within a block follow later.
    for (uint32_t i = 0; i < c->block_count && compile_ok(c); i++) {
        struct function *f = compile_block(c, c->blocks[i]);
        if (!f || !arena_room(c->scratch, &t->blocks, t->block_count, &capacity, sizeof *t->blocks))
            return;
        t->blocks[t->block_count++] = f;
    }
    t->blocks = compile_keep_array(c, t->blocks, t->block_count, sizeof *t->blocks);
}

static void compile_root(struct compiler *c)
{
    const struct compile_input *input = c->input;
    struct function *f = compile_new_function(c, FUNCTION_ROOT);
    if (!f)
        return;
    struct builder builder = {.function = f, .super_local = NO_SLOT};
    struct scope scope = {.builder = &builder, .layout = &f->layout};
    c->builder = &builder;
    c->scope = &scope;
    c->template->root = f;
    if (input->expression) {
        compile_expression(c, input->root);
    } else {
        if (input->prelude)
            compile_list(c, input->prelude->items, input->prelude->count);
        compile_list(c, input->root->items, input->root->count);
    }
    compile_emit(c, input->root, 0, (struct instruction){.op = OP_RETURN});
    compile_finish_function(c, &builder);
}

// ---- macros ----

// ---- the whole ----

static bool is_constant_root(const struct function *root)
{
    for (uint32_t i = 0; i < root->count; i++) {
        switch (root->code[i].op) {
        case OP_MACRO:
        case OP_CONSTANT:
        case OP_DUPLICATE:
        case OP_KEEP:
        case OP_SET:
        case OP_SET_CONTEXT:
        case OP_TEXT:
        case OP_RETURN:
            break;
        default:
            return false;
        }
    }
    return true;
}

static bool sets_context(const struct function *f)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (f->code[i].op == OP_SET_CONTEXT)
            return true;
    return false;
}

// The reference of the root's extends, plus one, if the root does nothing else of consequence.
static uint32_t only_extends(const struct function *root)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < root->count; i++) {
        struct instruction in = root->code[i];
        bool extends = in.op == OP_EXTENDS && in.b && !found;
        if (!extends && in.op != OP_TEXT && in.op != OP_RETURN)
            return 0;
        found = extends ? in.c + 1 : found;
    }
    return root->layout.count ? 0 : found;
}

// Whether one run of its root can serve all imports in a render: no macro can change what the
// template exports, and no call body looks at the frames of its activation.
static bool is_module(const struct compiler *c)
{
    const struct template *t = c->template;
    if (!compile_ok(c) || (c->flags & SCAN_CALL_BLOCK) || !is_constant_root(t->root))
        return false;
    for (uint32_t i = 0; i < t->function_count; i++)
        if (sets_context(t->functions[i]))
            return false;
    return true;
}

static void finish_template(struct compiler *c)
{
    struct template *t = c->template;
    t->constants = compile_keep_array(c, t->constants, t->constant_count, sizeof *t->constants);
    t->names = compile_keep_array(c, t->names, t->name_count, sizeof *t->names);
    t->texts = compile_keep_array(c, t->texts, t->text_count, sizeof *t->texts);
    t->for_sites = compile_keep_array(c, t->for_sites, t->for_count, sizeof *t->for_sites);
    t->call_sites = compile_keep_array(c, t->call_sites, t->call_count, sizeof *t->call_sites);
    t->shapes = compile_keep_array(c, t->shapes, t->shape_count, sizeof *t->shapes);
    t->callables = compile_keep_array(c, t->callables, t->callable_count, sizeof *t->callables);
    t->pieces = compile_keep_array(c, t->pieces, t->piece_count, sizeof *t->pieces);
    t->functions = compile_keep_array(c, t->functions, t->function_count, sizeof *t->functions);
    t->references = compile_keep_array(c, t->references, t->reference_count, sizeof *t->references);
}

struct template *compiler_run(const struct compile_input *input, struct error *error)
{
    struct error local = {.code = ERROR_NONE};
    struct template *t = arena_zalloc(input->arena, 1, sizeof *t);
    struct compiler c = {.input = input,
                         .set = input->set,
                         .arena = input->arena,
                         .scratch = input->scratch,
                         .template = t,
                         .error = error ? error : &local,
                         .body = compile_body,
                         .expression = compile_expression,
                         .name_numbers = map_create(input->scratch)};
    if (t) {
        t->set = input->set;
        t->name = input->name;
        t->file = input->file;
        t->source = input->source;
        t->first_line = input->first_line;
        c.flags = scan(input->root) | (input->prelude ? scan(input->prelude) : 0u);
        compile_root(&c);
        compile_blocks(&c);
        finish_template(&c);
        t->module = is_module(&c);
        if (compile_ok(&c))
            t->root->only_extends = only_extends(t->root);
    }
    if (compile_ok(&c)) {
        invariant(template_verify(t));
        return t;
    }
    if (!error_is_set(c.error))
        error_memory(c.error);
    return NULL;
}
