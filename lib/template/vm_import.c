// SPDX-License-Identifier: MIT
//
// Imports: what a template exports, as an object. A template that only defines macros and constants
// (a *module*) always exports the same, so it is read once per render, and not run.
#include "vm.h"

static const struct variable *export_number(const struct context *context, uint32_t number)
{
    const struct variable *variable = context->variables;
    while (variable->exported != number)
        variable++;
    invariant(variable < context->variables + context->count);
    return variable;
}

// The few exports of most templates, in one allocation: names are distinct, their hashes known, and
// none is an array index.
static struct value small_exports(struct vm *vm, const struct context *context)
{
    uint32_t count = context->export_count;
    struct value_object *object =
        arena_alloc(vm->realm->arena,
                    sizeof *object + count * (sizeof(struct value) + sizeof(struct value_key)));
    if (!object) {
        error_memory(vm->error);
        return value_undefined();
    }
    struct value *values = (struct value *)(object + 1);
    struct value_key *keys = (struct value_key *)(void *)(values + count);
    *object =
        (struct value_object){.keys = keys, .values = values, .count = count, .capacity = count};
    for (uint32_t i = 0; i < count; i++) {
        const struct variable *variable = export_number(context, i + 1);
        keys[i] = (struct value_key){variable->name->text, variable->name->hash};
        values[i] = variable->value;
    }
    return (struct value){.type = VALUE_OBJECT, .object = object};
}

// In the order of export.
static bool collect_exports(struct vm *vm, const struct context *context, struct value *exports)
{
    if (context->export_count <= SHAPE_KEYS_MAX) {
        *exports = small_exports(vm, context);
        return !vm_failed(vm);
    }
    *exports = value_object(vm->realm->arena);
    for (uint32_t i = 1; i <= context->export_count; i++) {
        const struct variable *variable = export_number(context, i);
        if (!value_set(vm->realm, vm->realm->arena, *exports, variable->name->text,
                       variable->value))
            return error_memory(vm->error);
    }
    return true;
}

static bool run_import(struct vm *vm, const struct template *template, struct activation *with,
                       struct value *exports)
{
    struct stack_mark mark = vm_stack_mark(vm);
    struct context *context = vm_context(vm, with ? with->context : NULL);
    if (!context || !vm_divert(vm, OUTPUT_DISCARD))
        return false;
    context->bare |= !with;
    struct output *out = vm->out;
    bool ok =
        vm_render(vm, template, context, with ? with->frame : NULL, false, template->root, NULL) &&
        collect_exports(vm, context, exports);
    vm->out = out->previous;
    vm_stack_release(vm, mark);
    return ok;
}

// ---- modules ----

// What the root of a module would do: macros and constants become variables of a new context.
// Nothing looks at the locals and frame that it would have.
static bool define(struct vm *vm, const struct template *template, struct activation *activation)
{
    const struct function *root = template->root;
    struct context *context = activation->context;
    struct value top = value_undefined();
    for (uint32_t i = 0; i < root->count && !vm_failed(vm); i++) {
        struct instruction in = root->code[i];
        struct name *name =
            in.op == OP_SET || in.op == OP_SET_CONTEXT ? template->names[in.c] : NULL;
        if (in.op == OP_MACRO)
            top = vm_closure(vm, template->functions[in.c], activation, NULL);
        else if (in.op == OP_CONSTANT)
            top = template->constants[in.c];
        else if (name)
            vm_context_set(vm, context, name, top,
                           in.op == OP_SET ? name->text.ptr[0] != '_' : in.a);
    }
    return !vm_failed(vm);
}

static bool define_module(struct vm *vm, const struct template *template, struct value *exports)
{
    struct activation *activation = arena_alloc(vm->realm->arena, sizeof *activation);
    struct context *context = vm_context(vm, NULL);
    if (!activation || !context)
        return error_memory(vm->error);
    context->bare = true;
    context->chain[context->chain_count++] = template;
    *activation = (struct activation){
        .template = template, .context = context, .frame = vm->empty, .module = true};
    return vm_tick(vm, template->root->count) && define(vm, template, activation) &&
           collect_exports(vm, context, exports);
}

bool vm_import_template(struct vm *vm, const struct template *template, struct activation *with,
                        struct value *exports)
{
    if (with || !template->module)
        return run_import(vm, template, with, exports);
    for (uint32_t i = 0; i < vm->module_count; i++) {
        if (vm->modules[i].template == template) {
            *exports = vm->modules[i].exports;
            return true;
        }
    }
    if (!define_module(vm, template, exports))
        return false;
    if (vm->module_count < VM_MODULES_MAX)
        vm->modules[vm->module_count++] = (struct vm_module){template, *exports};
    return true;
}

bool vm_import(struct vm *vm, struct activation *activation, const struct template *from,
               struct instruction in, struct value name, struct value *exports)
{
    const struct template *template = vm_find(vm, from, in, name, false);
    if (template && vm_import_template(vm, template, in.a ? activation : NULL, exports))
        return true;
    vm_via(vm, "imported from");
    return false;
}
