// SPDX-License-Identifier: MIT
//
// The compiler's workbench: pools of constants and names, builders, scopes, and the functions of a
// template (its root, blocks, macros and call bodies).
#include "compiler.h"

#include <stdio.h>

bool compile_ok(const struct compiler *c)
{
    return !error_is_set(c->error) && !arena_failed(c->arena) && !arena_failed(c->scratch);
}

bool compile_error(struct compiler *c, const struct ast *node, const char *format, ...)
{
    if (error_is_set(c->error))
        return false;
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set(c->error, ERROR_SYNTAX, "%s", message);
    if (node)
        compile_locate_error(c, node);
    return false;
}

void compile_locate_error(struct compiler *c, const struct ast *node)
{
    unsigned first = c->input->first_line;
    error_at(c->error, c->input->file, node->line < first ? 1 : node->line - first + 1,
             node->column);
    error_source(c->error, c->input->source);
    c->error->place.line = node->line;
}

void *compile_room(struct compiler *c, void *items, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    uint32_t wanted = *capacity ? *capacity * 2 : 16;
    void *grown = arena_alloc(c->scratch, wanted * size);
    if (!grown)
        return NULL;
    if (count)
        memcpy(grown, items, count * size);
    *capacity = wanted;
    return grown;
}

struct slice compile_keep(struct compiler *c, struct slice text)
{
    const struct slice source = c->input->source;
    if (text.len == 0)
        return SLICE("");
    if (source.ptr && text.ptr >= source.ptr && text.ptr + text.len <= source.ptr + source.len)
        return text;
    return arena_copy(c->arena, text);
}

uint32_t compile_constant(struct compiler *c, struct value v)
{
    struct template *t = c->template;
    struct value *items =
        compile_room(c, t->constants, t->constant_count, &c->constants_capacity, sizeof *items);
    if (!items)
        return 0;
    if (v.type == VALUE_STRING) {
        struct value kept = value_string(compile_keep(c, value_text(v)));
        kept.flags = v.flags;
        v = kept;
    }
    t->constants = items;
    items[t->constant_count] = v;
    return t->constant_count++;
}

uint32_t compile_text(struct compiler *c, struct slice text)
{
    struct template *t = c->template;
    struct slice *items =
        compile_room(c, t->texts, t->text_count, &c->texts_capacity, sizeof *items);
    if (!items)
        return 0;
    t->texts = items;
    items[t->text_count] = compile_keep(c, text);
    return t->text_count++;
}

struct name *compile_intern(struct compiler *c, struct slice text)
{
    return set_intern(c->set, text);
}

uint32_t compile_name(struct compiler *c, struct name *name)
{
    struct template *t = c->template;
    if (!name)
        return 0;
    struct map_entry *known = map_find(&c->name_numbers, name->text);
    if (known)
        return (uint32_t)(uintptr_t)known->value;
    struct name **items =
        compile_room(c, t->names, t->name_count, &c->names_capacity, sizeof *items);
    if (!items || !map_put(&c->name_numbers, name->text, (void *)(uintptr_t)t->name_count))
        return 0;
    t->names = items;
    items[t->name_count] = name;
    return t->name_count++;
}

uint32_t compile_callable(struct compiler *c, const struct callable *callable)
{
    struct template *t = c->template;
    const struct callable **items =
        compile_room(c, t->callables, t->callable_count, &c->callables_capacity, sizeof *items);
    if (!items)
        return 0;
    t->callables = items;
    items[t->callable_count] = callable;
    return t->callable_count++;
}

uint32_t compile_local(struct compiler *c)
{
    return c->builder->function->locals++;
}

uint32_t compile_emit(struct compiler *c, const struct ast *node, int delta,
                      struct instruction instruction)
{
    struct builder *b = c->builder;
    struct instruction *code = compile_room(c, b->code, b->count, &b->capacity, sizeof *code);
    struct position *positions =
        compile_room(c, b->positions, b->count, &b->positions_capacity, sizeof *positions);
    if (!code || !positions)
        return 0;
    b->code = code;
    b->positions = positions;
    code[b->count] = instruction;
    positions[b->count] = (struct position){node ? node->line : 0, node ? node->column : 0};
    b->depth = (uint32_t)((int)b->depth + delta);
    // One more than the depth: some instructions push before they pop.
    if (b->depth + 1 > b->function->stack)
        b->function->stack = b->depth + 1;
    return b->count++;
}

void compile_patch(struct compiler *c, uint32_t at)
{
    if (at < c->builder->count)
        c->builder->code[at].c = c->builder->count;
}

void compile_fail_code(struct compiler *c, const struct ast *node, struct slice message,
                       struct slice hint)
{
    uint32_t at = compile_constant(c, value_string(message));
    compile_constant(c, value_string(hint));
    compile_emit(c, node, 1, (struct instruction){.op = OP_FAIL, .c = at});
}

// ---- scopes ----

void compile_bind(struct compiler *c, struct name *name, uint32_t local)
{
    struct binding *binding = arena_alloc(c->scratch, sizeof *binding);
    if (!binding)
        return;
    *binding = (struct binding){.name = name, .local = local, .next = c->scope->bindings};
    c->scope->bindings = binding;
}

static uint32_t hops_between(const struct builder *from, const struct builder *to)
{
    uint32_t hops = 0;
    for (; from && from != to; from = from->outer)
        hops++;
    return hops;
}

uint32_t compile_find(const struct compiler *c, const struct name *name, uint32_t *hops)
{
    for (const struct scope *scope = c->scope; scope; scope = scope->parent) {
        for (const struct binding *b = scope->bindings; b; b = b->next) {
            if (b->name != name)
                continue;
            *hops = hops_between(c->builder, scope->builder);
            return b->local;
        }
    }
    return NO_SLOT;
}

uint32_t layout_slot(struct compiler *c, struct frame_layout *layout, struct name *name)
{
    for (uint32_t i = 0; i < layout->count; i++)
        if (layout->names[i] == name)
            return i;
    // Doubles at powers of two; layouts are small.
    uint32_t n = layout->count;
    if ((n & (n - 1)) == 0) {
        struct name **grown = arena_alloc(c->arena, (n ? n * 2 : 1) * sizeof *grown);
        if (!grown)
            return 0;
        if (n)
            memcpy(grown, layout->names, n * sizeof *grown);
        layout->names = grown;
    }
    layout->names[n] = name;
    layout->mask |= name->bit;
    return layout->count++;
}

static struct scope *frame_scope(const struct compiler *c)
{
    for (struct scope *scope = c->scope; scope; scope = scope->parent)
        if (scope->builder == c->builder && scope->layout)
            return scope;
    return NULL;
}

uint32_t compile_slot(struct compiler *c, struct name *name, bool make)
{
    struct scope *scope = frame_scope(c);
    if (!scope)
        return NO_SLOT;
    if (make)
        return layout_slot(c, scope->layout, name);
    for (uint32_t i = 0; i < scope->layout->count; i++)
        if (scope->layout->names[i] == name)
            return i;
    return NO_SLOT;
}

// ---- functions ----

static void *keep_array(struct compiler *c, const void *items, size_t count, size_t size)
{
    if (count == 0)
        return NULL;
    void *copy = arena_alloc(c->arena, count * size);
    return copy ? memcpy(copy, items, count * size) : NULL;
}

static struct function *new_function(struct compiler *c, enum function_kind kind)
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

static void finish_function(struct compiler *c, struct builder *b)
{
    struct function *f = b->function;
    f->code = keep_array(c, b->code, b->count, sizeof *b->code);
    f->positions = keep_array(c, b->positions, b->count, sizeof *b->positions);
    f->count = b->count;
}

// A block has super() evaluated once, before all else, as Nunjucks does; where nothing but text
// comes before the only use, it is printed in place, which nobody can tell from outside.
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
    struct function *f = new_function(c, FUNCTION_BLOCK);
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
    finish_function(c, &builder);
    return f;
}

static void compile_blocks(struct compiler *c)
{
    struct template *t = c->template;
    uint32_t capacity = 0;
    // Blocks are found while compiling root and blocks alike: those within a block come later.
    for (uint32_t i = 0; i < c->block_count && compile_ok(c); i++) {
        struct function *f = compile_block(c, c->blocks[i]);
        struct function **grown =
            compile_room(c, t->blocks, t->block_count, &capacity, sizeof *grown);
        if (!f || !grown)
            return;
        t->blocks = grown;
        t->blocks[t->block_count++] = f;
    }
    t->blocks = keep_array(c, t->blocks, t->block_count, sizeof *t->blocks);
}

static void compile_root(struct compiler *c)
{
    const struct compile_input *input = c->input;
    struct function *f = new_function(c, FUNCTION_ROOT);
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
    finish_function(c, &builder);
}

// ---- macros ----

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

// Locals 0… are the positional parameters, then what was passed for the keyword ones.
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
        compile_expression(c, item->b);
        uint32_t name = compile_name(c, parameter_name(c, item));
        compile_emit(c, item, -1, (struct instruction){.op = OP_SET_FRAME, .c = name});
        compile_patch(c, given);
    }
}

static uint32_t add_function(struct compiler *c, struct function *f)
{
    struct template *t = c->template;
    struct function **items =
        compile_room(c, t->functions, t->function_count, &c->functions_capacity, sizeof *items);
    if (!items)
        return 0;
    t->functions = items;
    items[t->function_count] = f;
    return t->function_count++;
}

// Whether somebody may look into the macro's frame at run time.
static unsigned macro_flags(const struct compiler *c, const struct ast *node)
{
    unsigned flags = scan(node->b) | scan_list(node->items, node->count);
    if ((flags & SCAN_CALL) && (c->flags & SCAN_CALL_BLOCK))
        flags |= SCAN_DYNAMIC;
    return flags;
}

uint32_t compile_macro(struct compiler *c, const struct ast *node, enum function_kind kind)
{
    struct function *f = new_function(c, kind);
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
    compile_body(c, node->b);
    compile_emit(c, node, 0, (struct instruction){.op = OP_RETURN});
    finish_function(c, &builder);
    f->own_frame = kind == FUNCTION_CALLER || f->layout.count > 0 || dynamic;
    c->builder = saved.builder;
    c->scope = saved.scope;
    c->in_capture = saved.in_capture;
    c->conditional = saved.conditional;
    return add_function(c, f);
}

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

// The reference of the root's extends, plus one, when nothing else it does can be noticed.
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

// One run of its root may stand for all imports in a render: nothing a macro does can change what
// the template exports, and no call body looks at the frames of its activation.
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
    t->constants = keep_array(c, t->constants, t->constant_count, sizeof *t->constants);
    t->names = keep_array(c, t->names, t->name_count, sizeof *t->names);
    t->texts = keep_array(c, t->texts, t->text_count, sizeof *t->texts);
    t->for_sites = keep_array(c, t->for_sites, t->for_count, sizeof *t->for_sites);
    t->call_sites = keep_array(c, t->call_sites, t->call_count, sizeof *t->call_sites);
    t->shapes = keep_array(c, t->shapes, t->shape_count, sizeof *t->shapes);
    t->callables = keep_array(c, t->callables, t->callable_count, sizeof *t->callables);
    t->pieces = keep_array(c, t->pieces, t->piece_count, sizeof *t->pieces);
    t->remembered = arena_zalloc(c->arena, t->piece_count, sizeof *t->remembered);
    t->functions = keep_array(c, t->functions, t->function_count, sizeof *t->functions);
    t->references = keep_array(c, t->references, t->reference_count, sizeof *t->references);
    t->reference_caches = arena_zalloc(c->arena, t->reference_count, sizeof *t->reference_caches);
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
        if (t->root)
            t->root->only_extends = only_extends(t->root);
    }
    if (compile_ok(&c))
        return t;
    if (!error_is_set(c.error))
        error_memory(c.error);
    return NULL;
}
