// SPDX-License-Identifier: MIT
//
// Templates that use templates: extends, blocks, super, include. Also captures, which most of these
// need.
#include "vm.h"

bool vm_enter(struct vm *vm)
{
    vm->depth++;
    if (vm->depth > vm->deepest)
        vm->deepest = vm->depth;
    if (vm->depth <= vm->set->options.limits.recursion)
        return true;
    error_set(vm->error, ERROR_LIMIT, "templates nested too deeply (more than %u levels)",
              vm->set->options.limits.recursion);
    error_hint(vm->error, "does a template include, or a macro call, itself?");
    return false;
}

// ---- captures ----

bool vm_divert(struct vm *vm, enum output_kind kind)
{
    struct output *out = vm_stack(vm, sizeof *out);
    if (!out)
        return false;
    *out = output_create(vm->realm->arena, kind, vm->set->options.limits.output_bytes);
    out->previous = vm->out;
    vm->out = out;
    return true;
}

bool vm_capture(struct vm *vm)
{
    return vm_divert(vm, OUTPUT_STRING);
}

struct value vm_capture_end(struct vm *vm)
{
    struct output *out = vm->out;
    if (out->failed)
        vm_output_failed(vm);
    vm->out = out->previous;
    return value_string(slice_of(out->start, (size_t)(out->at - out->start)));
}

// ---- finding templates ----

static bool name_of_template(struct vm *vm, struct value v, struct slice *name)
{
    if (v.type == VALUE_STRING) {
        *name = value_text(v);
        return true;
    }
    struct slice text = value_to_text(vm->realm, v);
    return error_set(vm->error, ERROR_RUNTIME, "template names must be a string: %.*s",
                     (int)(text.len > 100 ? 100 : text.len), text.ptr ? text.ptr : "");
}

static const struct template *loaded(struct vm *vm, const struct template *template)
{
    if (template && vm->base->on_template)
        vm->base->on_template(vm->base->state, template);
    return template;
}

// The template an instruction refers to; NULL with the error unset if it is missing and may be.
const struct template *vm_find(struct vm *vm, const struct template *from, struct instruction in,
                               struct value v, bool ignore_missing)
{
    struct slice name;
    const struct template *template = NULL;
    if (in.b)
        name = from->references[in.c].name;
    else if (name_of_template(vm, v, &name))
        name = set_resolve(vm->set, vm->realm->arena, from, name);
    else
        return NULL;
    if (!set_find(vm->set, name, &template, vm->error) && !vm_failed(vm) && !ignore_missing)
        set_not_found(vm->set, name, vm->error);
    return loaded(vm, template);
}

// ---- running a function that is not a macro ----

static bool run_function(struct vm *vm, const struct function *f, struct activation *activation,
                         struct value *result)
{
    struct room room;
    if (!vm_room(vm, f, f->captured, &room))
        return false;
    for (uint32_t i = 0; i < f->locals; i++)
        room.locals->values[i] = value_undefined();
    room.locals->outer = NULL;
    return vm_tick(vm, f->count) &&
           vm->run(vm, f, activation, room.locals, room.stack, room.loops, result);
}

// In the arena if a macro or call body may refer to it.
static struct activation *activate(struct vm *vm, const struct template *template,
                                   struct context *context, struct frame *frame)
{
    struct activation *activation = template->function_count
                                        ? arena_alloc(vm->realm->arena, sizeof *activation)
                                        : vm_stack(vm, sizeof *activation);
    if (!activation || !frame) {
        error_memory(vm->error);
        return NULL;
    }
    *activation = (struct activation){
        .template = template, .context = context, .frame = frame, .number = ++vm->activations};
    return activation;
}

// ---- roots ----

bool vm_chain(struct vm *vm, struct context *context, const struct template *template)
{
    if (context->chain_count == CONTEXT_CHAIN_MAX) {
        error_set(vm->error, ERROR_LIMIT, "more than %d levels of extends", CONTEXT_CHAIN_MAX);
        error_hint(vm->error, "does a template extend itself?");
        return false;
    }
    context->chain[context->chain_count++] = template;
    return true;
}

// The parent's root runs in the frame of its child: one frame in two parts, each with its layout.
static struct frame *parent_root_frame(struct vm *vm, const struct template *template,
                                       struct frame *frame)
{
    if (template->root->layout.count == 0)
        return frame;
    struct frame *alias = vm_frame(vm, &template->root->layout, frame, true);
    if (!alias)
        return NULL;
    alias->alias = true;
    alias->isolate = frame->isolate;
    alias->top_level = frame->top_level;
    return alias;
}

// The parent of a template that only extends it: the template itself need not run then. NULL: it
// must.
static const struct template *known_parent(struct vm *vm, const struct template *template,
                                           struct context *context)
{
    uint32_t reference = template->root->only_extends;
    if (!reference || context->chain_count == CONTEXT_CHAIN_MAX)
        return NULL;
    struct error ignored = {0}; // the template itself fails at its place
    const struct template *parent;
    if (!set_find(vm->set, template->references[reference - 1].name, &parent, &ignored) ||
        !vm_tick(vm, 1))
        return NULL;
    context->chain[context->chain_count++] = parent;
    return loaded(vm, parent);
}

static bool run_roots(struct vm *vm, const struct template *template, struct context *context,
                      struct frame *frame, const struct function *root, struct value *result)
{
    struct output_mark mark = output_mark(vm->out);
    for (const struct template *parent; (parent = known_parent(vm, template, context));) {
        template = parent;
        root = parent->root;
        frame = parent_root_frame(vm, parent, frame);
    }
    struct activation *activation = activate(vm, template, context, frame);
    while (activation && run_function(vm, root, activation, result)) {
        const struct template *parent = activation->parent;
        if (!parent)
            return true;
        // What the child printed outside blocks is dropped.
        output_rewind(vm->out, mark);
        frame = parent_root_frame(vm, parent, frame);
        activation = activate(vm, parent, context, frame);
        root = parent->root;
    }
    return false;
}

bool vm_render(struct vm *vm, const struct template *template, struct context *context,
               struct frame *parent_frame, bool isolate, const struct function *root,
               struct value *result)
{
    struct stack_mark mark = vm_stack_mark(vm);
    struct context *saved = vm->context;
    bool ok = vm_enter(vm) && vm_chain(vm, context, template);
    struct frame *frame = vm_frame(vm, &root->layout, parent_frame, true);
    ok = ok && frame;
    if (ok) {
        frame->isolate = isolate;
        frame->top_level = true;
        ok = run_roots(vm, template, context, frame, root, result);
    }
    // A macro kept from here may outlive the outer frames.
    if (frame)
        frame->parent = NULL;
    vm->context = saved;
    vm->depth--;
    vm_stack_release(vm, mark);
    return ok;
}

bool vm_extends(struct vm *vm, struct activation *activation, const struct template *from,
                struct instruction in, struct value name)
{
    const struct template *parent = vm_find(vm, from, in, name, false);
    if (!parent) {
        vm_via(vm, "extended from");
        return false;
    }
    activation->parent = parent;
    return vm_chain(vm, activation->context, parent);
}

bool vm_include(struct vm *vm, struct activation *activation, const struct template *from,
                struct instruction in, struct value name)
{
    const struct template *template = vm_find(vm, from, in, name, in.a);
    if (!template) {
        vm_via(vm, "included from"); // for a template that does not compile
        return !vm_failed(vm);
    }
    struct context *context = vm_context(vm, activation->context);
    bool ok =
        context && vm_render(vm, template, context, activation->frame, true, template->root, NULL);
    if (!ok)
        vm_via(vm, "included from");
    return ok;
}

// ---- blocks ----

static const struct function *block_of(const struct template *template, const struct name *name)
{
    for (uint32_t i = 0; i < template->block_count; i++)
        if (template->blocks[i]->name == name)
            return template->blocks[i];
    return NULL;
}

// The first block of that name at or after level *from of the chain, and its level.
static const struct function *find_block(const struct context *context, const struct name *name,
                                         uint32_t *from)
{
    for (; *from < context->chain_count; ++*from) {
        const struct function *block = block_of(context->chain[*from], name);
        if (block)
            return block;
    }
    return NULL;
}

// A block that sets nothing needs no frame.
static struct frame *block_frame(struct vm *vm, const struct function *block, struct frame *outside)
{
    if (block->layout.count == 0)
        return outside;
    struct frame *frame = vm_frame(vm, &block->layout, outside, false);
    if (frame)
        frame->isolate = true;
    return frame;
}

static bool run_block(struct vm *vm, const struct function *block, uint32_t level,
                      struct activation *caller)
{
    struct stack_mark mark = vm_stack_mark(vm);
    struct frame *frame = block_frame(vm, block, caller->frame);
    struct activation *activation = activate(vm, block->template, caller->context, frame);
    bool ok = vm_enter(vm) && activation;
    if (ok) {
        activation->level = level;
        ok = run_function(vm, block, activation, NULL);
        activation->frame = vm->empty; // a macro kept from the block must not see the block's frame
    }
    if (!ok)
        vm_via(vm, "in block %.40s, called from", block->name->text.ptr);
    vm->depth--;
    vm_stack_release(vm, mark);
    return ok;
}

bool vm_block(struct vm *vm, struct activation *activation, struct name *name)
{
    uint32_t level = 0;
    const struct function *block = find_block(activation->context, name, &level);
    if (block)
        return run_block(vm, block, level, activation);
    return error_set(vm->error, ERROR_RUNTIME, "unknown block \"%.*s\"", SLICE_ARG(name->text));
}

bool vm_super(struct vm *vm, struct activation *activation, struct name *name, bool print,
              struct value *result)
{
    uint32_t level = activation->level + 1;
    const struct function *next = find_block(activation->context, name, &level);
    if (!next)
        return error_set(vm->error, ERROR_RUNTIME, "no super block available for \"%.*s\"",
                         SLICE_ARG(name->text));
    if (print)
        return run_block(vm, next, level, activation);
    struct stack_mark mark = vm_stack_mark(vm);
    if (!vm_capture(vm))
        return false;
    bool ok = run_block(vm, next, level, activation);
    *result = vm_capture_end(vm);
    result->flags |= VALUE_SAFE;
    vm_stack_release(vm, mark);
    return ok && !vm_failed(vm);
}
