// SPDX-License-Identifier: MIT
//
// Variables at run time: the stack's memory, frames, contexts and the search for a name.
//
// A frame variable that is undefined counts as absent, so that the search goes on outwards
// (Nunjucks: Frame.lookup).
#include "vm.h"

enum { CHUNK_SIZE = 32 * 1024 };

// Continues in the next chunk, which is kept for the next time the stack grows that far.
void *vm_stack_slow(struct vm *vm, size_t size)
{
    struct stack_chunk *next = vm->chunk ? vm->chunk->next : NULL;
    if (!next || next->size < size) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        struct stack_chunk *chunk = arena_alloc(vm->realm->arena, sizeof *chunk + room);
        if (!chunk) {
            error_memory(vm->error);
            return NULL;
        }
        chunk->size = room;
        chunk->next = next;
        if (vm->chunk)
            vm->chunk->next = chunk;
        next = chunk;
    }
    vm->chunk = next;
    vm->stack_at = next->data + size;
    vm->stack_end = next->data + next->size;
    return next->data;
}

struct frame *vm_frame(struct vm *vm, const struct frame_layout *layout, struct frame *parent,
                       bool keep)
{
    size_t size = sizeof(struct frame) + layout->count * sizeof(struct value);
    struct frame *frame = keep ? arena_alloc(vm->realm->arena, size) : vm_stack(vm, size);
    if (!frame) {
        error_memory(vm->error);
        return NULL;
    }
    vm->found_name = NULL;
    *frame = (struct frame){.parent = parent, .layout = layout};
    for (uint32_t i = 0; i < layout->count; i++)
        frame->values[i] = value_undefined();
    return frame;
}

static struct value *frame_slot(struct frame *frame, const struct name *name)
{
    const struct frame_layout *layout = frame->layout;
    if (!(layout->mask & name->bit))
        return NULL;
    for (uint32_t i = 0; i < layout->count; i++)
        if (layout->names[i] == name)
            return &frame->values[i];
    return NULL;
}

// The variable, if the frame has it.
static struct value *frame_find(struct frame *frame, const struct name *name)
{
    struct value *slot = frame_slot(frame, name);
    return slot && slot->type != VALUE_UNDEFINED ? slot : NULL;
}

void vm_frame_set(struct vm *vm, struct frame *frame, const struct name *name, struct value v)
{
    vm->found_name = NULL;
    struct value *slot = frame_slot(frame, name);
    if (slot)
        *slot = v;
}

static struct value search_base(struct vm *vm, const struct name *name)
{
    struct value found = name->global;
    for (size_t i = 0; i < vm->base->count; i++) {
        struct value v = value_get_hashed(vm->realm, vm->base->layers[i], name->text, name->hash);
        // What comes from an impure layer (the request) is impure.
        v.flags |= vm->base->layers[i].flags & VALUE_IMPURE;
        if (v.type != VALUE_UNDEFINED)
            return v;
        // So is a member that is missing this time.
        found.flags |= v.flags & VALUE_IMPURE;
    }
    return found;
}

// The layers do not change during a render, so they are asked once per name.
static __attribute__((noinline)) struct value base_lookup(struct vm *vm, struct name *name,
                                                          bool bare)
{
    size_t row = (name->hash >> 7) % VM_CACHE_SIZE;
    struct value v = vm->cached_values[row];
    if (bare) {
        v = name->global;
    } else if (vm->cached_names[row] != name) {
        vm->cached_names[row] = name;
        vm->cached_values[row] = v = search_base(vm, name);
    }
    vm->realm->impure |= value_impurity(v);
    return v;
}

struct value vm_context_lookup(struct vm *vm, struct context *context, struct name *name)
{
    if (context->mask & name->bit)
        for (uint32_t i = 0; i < context->count; i++)
            if (context->variables[i].name == name)
                return context->variables[i].value;
    return base_lookup(vm, name, context->bare);
}

// Most lookups end here, so rare work is done by tail calls: no register need be saved.
__attribute__((noinline)) struct value vm_lookup(struct vm *vm, struct activation *activation,
                                                 struct name *name)
{
    for (struct frame *frame = activation->frame; frame; frame = frame->parent) {
        const struct frame_layout *layout = frame->layout;
        if (layout->mask & name->bit)
            for (uint32_t i = 0; i < layout->count; i++)
                if (layout->names[i] == name && frame->values[i].type != VALUE_UNDEFINED) {
                    vm->found_name = name;
                    vm->found_from = activation->frame;
                    vm->found = &frame->values[i];
                    return frame->values[i];
                }
        if (name->loop && frame->loop)
            return vm_loop_object(vm, frame->loop);
    }
    return vm_context_lookup(vm, activation->context, name);
}

// The frame variable that an assignment changes: where it is already set, searching outwards unless
// the first frame isolates. Only the first frame is asked; Nunjucks' resolve forgets to pass the
// question on, so a loop within an include writes through.
static struct value *resolve_name(struct frame *frame, const struct name *name)
{
    struct value *v = frame_find(frame, name);
    while (!v && frame->alias) {
        frame = frame->parent;
        v = frame_find(frame, name);
    }
    if (v || frame->isolate)
        return v;
    for (frame = frame->parent; frame && !v; frame = frame->parent)
        v = frame_find(frame, name);
    return v;
}

bool vm_assign(struct vm *vm, struct activation *activation, struct name *name, uint32_t hint,
               struct value v)
{
    vm->found_name = NULL;
    struct frame *frame = activation->frame;
    invariant(!hint || hint <= frame->layout->count);
    struct value *here = hint ? &frame->values[hint - 1] : NULL;
    // Where the frame isolates, that is where it goes: a shortcut.
    bool known = here && (here->type != VALUE_UNDEFINED || (frame->isolate && !frame->alias));
    struct value *slot = known ? here : resolve_name(frame, name);
    if (slot)
        *slot = v;
    else
        vm_frame_set(vm, frame, name, v);
    return !frame->top_level ||
           vm_context_set(vm, activation->context, name, v, name->text.ptr[0] != '_');
}

// ---- contexts ----

struct context *vm_context(struct vm *vm, struct context *from)
{
    struct context *context = arena_alloc(vm->realm->arena, sizeof *context);
    if (!context) {
        error_memory(vm->error);
        return NULL;
    }
    bool variables = from && from->count;
    context->variables = variables ? from->variables : NULL;
    context->count = variables ? from->count : 0;
    context->mask = variables ? from->mask : 0;
    context->capacity = 0;
    context->shared = context->borrowed = variables;
    context->bare = from && from->bare;
    context->export_count = context->chain_count = 0; // the chain is read only up to its count
    if (variables)
        from->shared = true;
    return context;
}

// Makes room for one more variable, in the context's own array.
static __attribute__((noinline)) bool own_variables(struct vm *vm, struct context *context)
{
    uint32_t wanted =
        context->count + 16 > context->count * 2 ? context->count + 16 : context->count * 2;
    struct variable *copy = arena_alloc(vm->realm->arena, wanted * sizeof *copy);
    if (!copy)
        return error_memory(vm->error);
    if (context->count)
        memcpy(copy, context->variables, context->count * sizeof *copy);
    for (uint32_t i = 0; context->borrowed && i < context->count; i++)
        copy[i].exported = 0;
    context->variables = copy;
    context->capacity = wanted;
    context->shared = context->borrowed = false;
    return true;
}

bool vm_context_set(struct vm *vm, struct context *context, struct name *name, struct value v,
                    bool export)
{
    uint32_t i = context->mask & name->bit ? 0 : context->count;
    while (i < context->count && context->variables[i].name != name)
        i++;
    context->mask |= name->bit;
    bool own = !context->shared && context->count < context->capacity;
    if (!own && !own_variables(vm, context))
        return false;
    struct variable *variable = &context->variables[i];
    if (i == context->count) {
        context->count++;
        *variable = (struct variable){.name = name};
    }
    invariant(context->count <= context->capacity && variable->name == name);
    variable->value = v;
    if (export && !variable->exported)
        variable->exported = ++context->export_count;
    return true;
}
