// SPDX-License-Identifier: MIT
//
// The compiler's workbench: pools of constants and names, instructions, scopes.
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
    if (!arena_room(c->scratch, &t->constants, t->constant_count, &c->constants_capacity,
                    sizeof *t->constants))
        return 0;
    if (v.type == VALUE_STRING) {
        struct value kept = value_string(compile_keep(c, value_text(v)));
        kept.flags = v.flags;
        v = kept;
    }
    t->constants[t->constant_count] = v;
    return t->constant_count++;
}

uint32_t compile_text(struct compiler *c, struct slice text)
{
    struct template *t = c->template;
    if (!arena_room(c->scratch, &t->texts, t->text_count, &c->texts_capacity, sizeof *t->texts))
        return 0;
    t->texts[t->text_count] = compile_keep(c, text);
    return t->text_count++;
}

struct name *compile_intern(struct compiler *c, struct slice text)
{
    struct name *name = set_intern(c->set, text);
    return name ? name : &c->nameless;
}

uint32_t compile_name(struct compiler *c, struct name *name)
{
    struct template *t = c->template;
    if (!name)
        return 0;
    struct map_entry *known = map_find(&c->name_numbers, name->text);
    if (known)
        return (uint32_t)(uintptr_t)known->value;
    if (!arena_room(c->scratch, &t->names, t->name_count, &c->names_capacity, sizeof *t->names) ||
        !map_put(&c->name_numbers, name->text, (void *)(uintptr_t)t->name_count))
        return 0;
    t->names[t->name_count] = name;
    return t->name_count++;
}

uint32_t compile_callable(struct compiler *c, const struct callable *callable)
{
    struct template *t = c->template;
    if (!arena_room(c->scratch, &t->callables, t->callable_count, &c->callables_capacity,
                    sizeof *t->callables))
        return 0;
    t->callables[t->callable_count] = callable;
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
    if (!arena_room(c->scratch, &b->code, b->count, &b->capacity, sizeof *b->code) ||
        !arena_room(c->scratch, &b->positions, b->count, &b->positions_capacity,
                    sizeof *b->positions))
        return 0;
    b->code[b->count] = instruction;
    b->positions[b->count] = (struct position){node ? node->line : 0, node ? node->column : 0};
    // Nothing pops what was not pushed, except after a failure to compile.
    invariant((int)b->depth + delta >= 0 || !compile_ok(c));
    b->depth = (uint32_t)((int)b->depth + delta);
    // One more than the depth: some instructions push before they pop.
    if (b->depth + 1 > b->function->stack)
        b->function->stack = b->depth + 1;
    return b->count++;
}

void compile_patch(struct compiler *c, uint32_t at)
{
    invariant(at < c->builder->count || !compile_ok(c));
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
    // Grows at powers of two; layouts are small.
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

uint8_t compile_emit_mode(const struct compiler *c)
{
    return c->set->options.no_autoescape ? 2 : 1;
}

void compile_emit_value(struct compiler *c, const struct ast *node)
{
    if (c->set->options.throw_on_undefined)
        compile_emit(c, node, 0, (struct instruction){.op = OP_ENSURE_DEFINED});
    compile_emit(c, node, -1, (struct instruction){.op = OP_EMIT, .a = compile_emit_mode(c) == 1});
}
