// SPDX-License-Identifier: MIT
//
// Statements: one function per tag, each leaving the stack as it was.
#include "compiler.h"

static struct instruction statement_code(enum opcode op, uint32_t c)
{
    return (struct instruction){.op = (uint8_t)op, .c = c};
}

static void compile_text_node(struct compiler *c, const struct ast *node)
{
    if (node->text.len == 0 || (c->builder->discards && !c->in_capture))
        return;
    compile_emit(c, node, 0, statement_code(OP_TEXT, compile_text(c, node->text)));
}

static void output(struct compiler *c, const struct ast *node)
{
    compile_output(c, node->a);
}

// Compiles a body that may or may not run.
static void branch(struct compiler *c, const struct ast *node)
{
    bool saved = c->conditional;
    c->conditional = true;
    compile_body(c, node);
    c->conditional = saved;
}

// The parser nests a chain of elifs; here it is flat.
static void condition(struct compiler *c, const struct ast *node)
{
    uint32_t ends = NO_SLOT; // jumps to the end, linked through their c
    for (;;) {
        compile_expression(c, node->a);
        uint32_t otherwise = compile_emit(c, node, -1, statement_code(OP_JUMP_FALSE, 0));
        branch(c, node->b);
        if (!node->c) {
            compile_patch(c, otherwise);
            break;
        }
        ends = compile_emit(c, node, 0, statement_code(OP_JUMP, ends));
        compile_patch(c, otherwise);
        if (node->c->kind != AST_IF) {
            branch(c, node->c);
            break;
        }
        node = node->c;
    }
    while (ends != NO_SLOT && compile_ok(c)) {
        uint32_t before = c->builder->code[ends].c;
        compile_patch(c, ends);
        ends = before;
    }
}

// ---- for ----

static struct frame_layout *loop_layout(struct compiler *c, const struct ast *node)
{
    unsigned flags = scan(node->b) | scan(node->c);
    bool seen = (flags & (SCAN_DYNAMIC | SCAN_SET | SCAN_LOOP)) ||
                ((flags & SCAN_CALL) && (c->flags & SCAN_CALL_BLOCK));
    return seen ? arena_zalloc(c->arena, 1, sizeof(struct frame_layout)) : NULL;
}

static uint32_t for_site(struct compiler *c, const struct ast *node, struct scope *scope)
{
    struct template *t = c->template;
    if (!arena_room(c->scratch, &t->for_sites, t->for_count, &c->fors_capacity,
                    sizeof *t->for_sites))
        return NO_SLOT;
    struct for_site *site = &t->for_sites[t->for_count];
    *site = (struct for_site){.layout = scope->layout,
                              .targets = (uint16_t)node->count,
                              .loop = (uint16_t)scope->loop,
                              .first_local = c->builder->function->locals,
                              .length_local = NO_SLOT,
                              .calls = node->flag};
    for (size_t i = 0; i < node->count; i++) {
        struct name *name = compile_intern(c, node->items[i]->text);
        compile_bind(c, name, compile_local(c));
        site->slots[i] = scope->layout ? layout_slot(c, scope->layout, name) : NO_SLOT;
    }
    if (node->c)
        site->length_local = compile_local(c);
    site->body_local = c->builder->function->locals;
    return t->for_count++;
}

static void for_else(struct compiler *c, const struct ast *node, uint32_t length_local)
{
    compile_emit(c, node, 1, statement_code(OP_LOCAL, length_local));
    uint32_t end = compile_emit(c, node, -1, statement_code(OP_JUMP_TRUE, 0));
    // In the else, `loop` is an outer for's: this one had no iteration.
    c->scope->for_loop = false;
    branch(c, node->c);
    compile_patch(c, end);
}

static void for_loop(struct compiler *c, const struct ast *node)
{
    if (node->count > FOR_TARGETS_MAX) {
        compile_error(c, node, "more than %d loop variables", FOR_TARGETS_MAX);
        return;
    }
    compile_expression(c, node->a);
    struct builder *b = c->builder;
    struct scope scope = {.parent = c->scope,
                          .builder = b,
                          .layout = loop_layout(c, node),
                          .for_loop = true,
                          .loop = b->loops++};
    if (b->loops > b->function->loops)
        b->function->loops = b->loops;
    c->scope = &scope;
    uint32_t number = for_site(c, node, &scope);
    if (number == NO_SLOT)
        return;
    compile_emit(c, node, -1, statement_code(OP_FOR_BEGIN, number));
    uint32_t top = compile_emit(c, node, 0, statement_code(OP_FOR_NEXT, number));
    branch(c, node->b);
    compile_emit(c, node, 0, statement_code(OP_JUMP, top));
    struct for_site *site = &c->template->for_sites[number];
    site->exit = b->count;
    site->cost = b->count - top;
    site->body_locals = site->calls ? b->function->locals - site->body_local : 0;
    if (node->c)
        for_else(c, node, site->length_local);
    compile_emit(c, node, 0, statement_code(OP_FOR_END, number));
    b->loops--;
    c->scope = scope.parent;
}

// ---- set ----

// Captures what the list prints as a string on the stack.
static void capture(struct compiler *c, const struct ast *node, const struct ast *body)
{
    bool saved = c->in_capture;
    c->in_capture = true;
    compile_emit(c, node, 0, statement_code(OP_CAPTURE, 0));
    compile_body(c, body);
    compile_emit(c, node, 1, statement_code(OP_CAPTURE_END, 0));
    c->in_capture = saved;
}

static void set_target(struct compiler *c, const struct ast *target)
{
    struct name *name = compile_intern(c, target->text);
    uint32_t hops = 0;
    uint32_t local = compile_find(c, name, &hops);
    if (local != NO_SLOT) {
        struct instruction in = statement_code(hops ? OP_KEEP_OUTER : OP_KEEP, local);
        in.b = (uint16_t)hops;
        compile_emit(c, target, 0, in);
    }
    uint32_t slot = compile_slot(c, name, true);
    struct instruction set = statement_code(OP_SET, compile_name(c, name));
    set.b = slot < UINT16_MAX ? (uint16_t)(slot + 1) : 0;
    compile_emit(c, target, -1, set);
}

static void compile_set(struct compiler *c, const struct ast *node)
{
    bool hidden = c->hidden;
    c->hidden |= node->b != NULL;
    if (node->a)
        compile_expression(c, node->a);
    else
        capture(c, node, node->b);
    for (size_t i = 0; i < node->count; i++) {
        if (i + 1 < node->count)
            compile_emit(c, node, 1, statement_code(OP_DUPLICATE, 0));
        set_target(c, node->items[i]);
    }
    c->hidden = hidden;
}

// ---- blocks and other templates ----

static void register_block(struct compiler *c, const struct ast *node)
{
    for (uint32_t i = 0; i < c->block_count; i++) {
        if (slice_equal(c->blocks[i].node->text, node->text)) {
            compile_error(c, node, "Block \"%.*s\" defined more than once.", SLICE_ARG(node->text));
            return;
        }
    }
    if (arena_room(c->scratch, &c->blocks, c->block_count, &c->blocks_capacity, sizeof *c->blocks))
        c->blocks[c->block_count++] = (struct found_block){node, c->in_block};
}

// A block in a block set or a case is not the template's own: only a child or parent can give it
// a body. (Nunjucks: Node.findAll does not reach these places.)
static void block(struct compiler *c, const struct ast *node)
{
    if (!c->hidden)
        register_block(c, node);
    if (c->builder->discards && !c->in_capture && !c->conditional)
        return;
    struct instruction in =
        statement_code(OP_BLOCK, compile_name(c, compile_intern(c, node->text)));
    in.a = !c->in_block;
    compile_emit(c, node, 0, in);
}

static uint32_t reference(struct compiler *c, const struct ast *node, char kind)
{
    struct template *t = c->template;
    if (!arena_room(c->scratch, &t->references, t->reference_count, &c->references_capacity,
                    sizeof *t->references))
        return 0;
    struct slice name = compile_keep(c, value_text(node->a->value));
    t->references[t->reference_count] = (struct template_reference){
        .name = set_resolve(c->set, c->arena, t, name),
        .kind = kind,
        .ignore_missing = kind == 'i' && node->flag,
        .line = node->line,
        .column = node->column,
    };
    return t->reference_count++;
}

static void refer(struct compiler *c, const struct ast *node, enum opcode op, char kind)
{
    struct instruction in = statement_code(op, 0);
    int pushed = op == OP_IMPORT;
    in.a = node->flag;
    if (node->a->kind == AST_LITERAL && node->a->value.type == VALUE_STRING) {
        in.b = 1;
        in.c = reference(c, node, kind);
        compile_emit(c, node, pushed, in);
        return;
    }
    c->template->computed_references = true;
    compile_expression(c, node->a);
    compile_emit(c, node, pushed - 1, in);
}

static void extends(struct compiler *c, const struct ast *node)
{
    refer(c, node, OP_EXTENDS, 'e');
    if (!c->conditional && c->builder->function->kind == FUNCTION_ROOT)
        c->builder->discards = true;
}

static void include(struct compiler *c, const struct ast *node)
{
    refer(c, node, OP_INCLUDE, 'i');
}

// Binds the value on the stack to the name, as a local and as a frame or context variable.
static void define(struct compiler *c, const struct ast *node, struct slice word, bool export)
{
    struct name *name = compile_intern(c, word);
    uint32_t local = compile_local(c);
    compile_bind(c, name, local);
    compile_emit(c, node, 0, statement_code(OP_KEEP, local));
    struct instruction in = statement_code(OP_SET_CONTEXT, compile_name(c, name));
    if (c->scope->parent) {
        compile_slot(c, name, true);
        in.op = OP_SET_FRAME;
    } else {
        in.a = export && !slice_starts_with(word, SLICE("_"));
    }
    compile_emit(c, node, -1, in);
}

static void import(struct compiler *c, const struct ast *node)
{
    refer(c, node, OP_IMPORT, 'm');
    define(c, node, node->text, false);
}

static void from_import(struct compiler *c, const struct ast *node)
{
    refer(c, node, OP_IMPORT, 'm');
    for (size_t i = 0; i < node->count; i++) {
        const struct ast *item = node->items[i];
        const struct ast *name = item->kind == AST_PAIR ? item->a : item;
        const struct ast *alias = item->kind == AST_PAIR ? item->b : item;
        compile_emit(
            c, item, 1,
            statement_code(OP_IMPORT_NAME, compile_name(c, compile_intern(c, name->text))));
        define(c, item, alias->text, false);
    }
    compile_emit(c, node, -1, statement_code(OP_POP, 0));
}

static void macro(struct compiler *c, const struct ast *node)
{
    uint32_t function = compile_macro(c, node, FUNCTION_MACRO);
    compile_emit(c, node, 1, statement_code(OP_MACRO, function));
    define(c, node, node->text, true);
}

// ---- the rest ----

static void filter_block(struct compiler *c, const struct ast *node)
{
    capture(c, node, node->b);
    compile_filter(c, node->a, true);
    compile_emit_value(c, node);
}

static void switch_cases(struct compiler *c, const struct ast *node, uint32_t *jumps)
{
    for (size_t i = 0; i < node->count; i++) {
        compile_expression(c, node->items[i]->a);
        jumps[i] = compile_emit(c, node->items[i], -1, statement_code(OP_CASE, 0));
    }
    jumps[node->count] = compile_emit(c, node, 0, statement_code(OP_JUMP, 0));
}

// As JavaScript's switch: a case without a body falls through to the next one.
static void switch_(struct compiler *c, const struct ast *node)
{
    uint32_t *jumps = arena_zalloc(c->scratch, 2 * node->count + 1, sizeof *jumps);
    if (!jumps)
        return;
    uint32_t *ends = jumps + node->count + 1;
    size_t end_count = 0;
    compile_expression(c, node->a);
    switch_cases(c, node, jumps);
    for (size_t i = 0; i < node->count; i++) {
        const struct ast *body = node->items[i]->b;
        compile_patch(c, jumps[i]);
        if (!body || (body->count == 0 && !body->flag))
            continue;
        bool hidden = c->hidden;
        c->hidden = true;
        branch(c, body);
        c->hidden = hidden;
        ends[end_count++] = compile_emit(c, node, 0, statement_code(OP_JUMP, 0));
    }
    compile_patch(c, jumps[node->count]);
    if (node->c)
        branch(c, node->c);
    while (end_count > 0)
        compile_patch(c, ends[--end_count]);
    compile_emit(c, node, -1, statement_code(OP_POP, 0));
}

static void do_(struct compiler *c, const struct ast *node)
{
    compile_expression(c, node->a);
    compile_emit(c, node, -1, statement_code(OP_POP, 0));
}

// A macro gets the body as its caller, a function as the first argument.
static void shortcode_body(struct compiler *c, const struct ast *node,
                           const struct callable *callable, size_t *argc)
{
    ++*argc;
    if (!callable->macro) {
        capture(c, node, node->b);
        return;
    }
    struct ast body = *node; // a call body without parameters
    body.items = NULL;
    body.count = 0;
    compile_emit(c, node, 1, (struct instruction){.op = OP_OBJECT, .a = 1});
    uint32_t function = compile_macro(c, &body, FUNCTION_CALLER);
    compile_emit(c, node, 1, statement_code(OP_MACRO, function));
    compile_emit(c, node, -1, statement_code(OP_SET_MEMBER, compile_name(c, c->set->name_caller)));
}

static void shortcode(struct compiler *c, const struct ast *node)
{
    const struct callable *callable = set_shortcode(c->set, node->text);
    size_t argc = node->count;
    if (!callable) {
        compile_error(c, node, "unknown shortcode: %.*s", SLICE_ARG(node->text));
        return;
    }
    if (node->b && !callable->macro)
        shortcode_body(c, node, callable, &argc);
    for (size_t i = 0; i < node->count; i++)
        compile_expression(c, node->items[i]);
    if (node->b && callable->macro)
        shortcode_body(c, node, callable, &argc);
    struct instruction in = statement_code(OP_SHORTCODE, compile_callable(c, callable));
    in.b = (uint16_t)argc;
    compile_emit(c, node, -(int)argc, in);
}

typedef void (*statement_compiler)(struct compiler *c, const struct ast *node);
static const statement_compiler COMPILERS[] = {
    [AST_TEXT] = compile_text_node,
    [AST_OUTPUT] = output,
    [AST_IF] = condition,
    [AST_FOR] = for_loop,
    [AST_SET] = compile_set,
    [AST_BLOCK] = block,
    [AST_EXTENDS] = extends,
    [AST_INCLUDE] = include,
    [AST_IMPORT] = import,
    [AST_FROM_IMPORT] = from_import,
    [AST_MACRO] = macro,
    [AST_CALL] = compile_call_block,
    [AST_FILTER_BLOCK] = filter_block,
    [AST_SWITCH] = switch_,
    [AST_DO] = do_,
    [AST_SHORTCODE] = shortcode,
    [AST_BODY] = compile_body,
    [AST_ROOT] = compile_body,
};

void compile_statement(struct compiler *c, const struct ast *node)
{
    statement_compiler compile =
        node->kind < sizeof COMPILERS / sizeof *COMPILERS ? COMPILERS[node->kind] : NULL;
    if (!compile)
        compile_error(c, node, "this cannot be used as a statement");
    if (!compile || !compile_ok(c))
        return;
    uint32_t piece = compile_remember(c, node);
    compile(c, node);
    if (piece != NO_SLOT)
        compile_remembered(c, node, piece);
}

void compile_list(struct compiler *c, struct ast *const *items, size_t count)
{
    for (size_t i = 0; i < count && compile_ok(c); i++)
        compile_statement(c, items[i]);
}

void compile_body(struct compiler *c, const struct ast *node)
{
    if (node)
        compile_list(c, node->items, node->count);
}
