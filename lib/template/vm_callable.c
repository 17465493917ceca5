// SPDX-License-Identifier: MIT
//
// Filters, tests and shortcodes: functions in C, functions of the site, and macros of a template
// that is imported when one of them is first called.
#include "vm.h"

// The exports of a template of macros, made once a render.
static struct value macro_exports(struct vm *vm, struct slice name)
{
    struct value *known = map_get(&vm->macro_files, name);
    if (known)
        return *known;
    const struct template *template = template_get(vm->set, name, vm->error);
    struct value *exports = arena_zalloc(vm->realm->arena, 1, sizeof *exports);
    if (!template || !exports)
        return value_undefined();
    if (vm_import_template(vm, template, NULL, exports))
        map_put(&vm->macro_files, name, exports);
    return *exports;
}

static struct value callable_function(struct vm *vm, const struct callable *callable)
{
    if (!callable->macro)
        return callable->function;
    struct value exports = macro_exports(vm, callable->macro_source);
    return value_get_hashed(vm->realm, exports, callable->macro->text, callable->macro->hash);
}

struct value vm_callable(struct vm *vm, const struct callable *callable, const struct value *args,
                         uint32_t argc, bool keywords)
{
    struct value result = value_undefined();
    vm->realm->impure |= callable->impure ? VALUE_READ_CLOCK : 0;
    if (callable->call) {
        if (keywords)
            vm_show_keywords(vm, args, argc);
        struct value_call call = {.realm = vm->realm,
                                  .args = args,
                                  .argc = argc,
                                  .error = vm->error,
                                  .data = callable->data};
        result = callable->call(&call);
        if (!vm_failed(vm))
            vm_tick(vm, (argc ? vm_weight(args[0]) : 0) + vm_weight(result));
        return result;
    }
    struct value function = callable_function(vm, callable);
    if (!vm_failed(vm))
        vm_call(vm, function, value_undefined(), args, argc, 0, &result);
    return result;
}

struct value template_lookup(struct value_call *call, struct slice name)
{
    struct vm *vm = call->realm->host;
    uint64_t hash = slice_hash(name);
    if (!vm)
        return value_undefined();
    vm_spoil(vm);
    for (uint32_t i = 0; vm->context && i < vm->context->count; i++)
        if (slice_equal(vm->context->variables[i].name->text, name))
            return vm->context->variables[i].value;
    for (size_t i = 0; i < vm->base->count; i++) {
        struct value v = value_get_hashed(vm->realm, vm->base->layers[i], name, hash);
        if (v.type == VALUE_UNDEFINED)
            continue;
        v.flags |= vm->base->layers[i].flags & VALUE_IMPURE;
        vm->realm->impure |= value_impurity(v);
        return v;
    }
    return value_undefined();
}

struct value template_call_filter(struct value_call *call, struct slice name,
                                  const struct value *args, uint32_t argc)
{
    struct vm *vm = call->realm->host;
    const struct callable *filter = vm ? set_filter(vm->set, name) : NULL;
    if (!filter) {
        error_set(call->error, ERROR_RUNTIME, "filter not found: %.*s", SLICE_ARG(name));
        return value_undefined();
    }
    return vm_callable(vm, filter, args, argc, true);
}
