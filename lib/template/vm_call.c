// SPDX-License-Identifier: MIT
//
// Calls: of macros and call bodies (Nunjucks: makeMacro), of functions and methods, of filters,
// tests and shortcodes; and looking up members.
#include "vm.h"

#include <stdio.h>

enum { ABSENT = 255 }; // type of a keyword argument that was not passed

// ---- members ----

static struct value bound_call(struct value_call *call)
{
    const struct value *pair = call->data;
    return value_invoke(call->realm, pair[0], pair[1], call->args, call->argc, call->error);
}

// A method that is looked up without a call keeps its object (Nunjucks: memberLookup).
static struct value bind(struct vm *vm, struct value function, struct value self)
{
    struct value *pair = arena_alloc(vm->realm->arena, 2 * sizeof *pair);
    if (!pair) {
        error_memory(vm->error);
        return value_undefined();
    }
    pair[0] = function;
    pair[1] = self;
    return value_function(vm->realm->arena, function.function->name, bound_call, pair);
}

static struct value method_or(struct vm *vm, struct value object, struct value v)
{
    bool method = v.type == VALUE_FUNCTION && !v.function->instance.ptr;
    return method && object.type != VALUE_FUNCTION ? bind(vm, v, object) : v;
}

static struct value name_key(const struct name *name)
{
    return value_string(name->text);
}

// A getter's value instead of the getter.
static struct value resolve_callee(struct vm *vm, struct value object, struct value v)
{
    if (v.type == VALUE_FUNCTION && (v.flags & VALUE_GETTER))
        return value_invoke(vm->realm, v, object, NULL, 0, vm->error);
    return v;
}

// The plain member, with methods unbound.
static struct value raw_member(struct vm *vm, struct value object, struct name *key, bool *own)
{
    if (object.type == VALUE_OBJECT) {
        struct value v = value_get_hashed(vm->realm, object, key->text, key->hash);
        *own = true;
        vm->realm->impure |= value_impurity(v);
        if (v.type != VALUE_UNDEFINED || !key->inherited)
            return resolve_callee(vm, object, v);
    }
    *own = false;
    return value_is_nullish(object) ? value_undefined()
                                    : value_property(vm->realm, object, name_key(key));
}

struct value vm_member_slow(struct vm *vm, struct value object, struct name *key)
{
    bool own;
    struct value v = raw_member(vm, object, key, &own);
    return own ? v : method_or(vm, object, v);
}

static struct value raw_index(struct vm *vm, struct value object, struct value key)
{
    if (value_is_nullish(object))
        return value_undefined();
    struct value v = value_property(vm->realm, object, key);
    vm->realm->impure |= value_impurity(v);
    return resolve_callee(vm, object, v);
}

struct value vm_index(struct vm *vm, struct value object, struct value key)
{
    struct value v = raw_index(vm, object, key);
    if (v.type != VALUE_FUNCTION || object.type == VALUE_OBJECT)
        return v;
    return method_or(vm, object, v);
}

// ---- macros ----

struct value vm_closure(struct vm *vm, const struct function *function,
                        struct activation *activation, struct locals *locals)
{
    struct both {
        struct value_function function;
        struct closure closure;
    } *both = arena_alloc(vm->realm->arena, sizeof *both);
    if (!both) {
        error_memory(vm->error);
        return value_undefined();
    }
    both->closure = (struct closure){function, activation, locals};
    both->function = (struct value_function){
        .call = vm_macro_call, .data = &both->closure, .name = function->name->text};
    return (struct value){.type = VALUE_FUNCTION, .function = &both->function};
}

struct arguments {
    const struct value *positional;
    uint32_t count;
    const struct value *keywords; // NULL: none
};

static struct arguments split_arguments(const struct value *args, uint32_t argc)
{
    struct arguments a = {.positional = args, .count = argc};
    if (argc && args[argc - 1].type == VALUE_OBJECT && (args[argc - 1].flags & VALUE_KEYWORDS)) {
        a.keywords = &args[argc - 1];
        a.count--;
    }
    return a;
}

// The keyword argument; of type ABSENT if not passed (undefined can be passed).
static struct value keyword(struct vm *vm, const struct arguments *a, const struct name *name)
{
    struct value v = {.type = ABSENT};
    if (!a->keywords)
        return v;
    if (a->keywords->reserved == KEYWORDS_INTERNED) {
        const struct value_object *object = a->keywords->object;
        for (uint32_t i = 0; i < object->count; i++)
            if (object->keys[i].text.ptr == name->text.ptr)
                return object->values[i];
        return v;
    }
    struct value found = value_get_hashed(vm->realm, *a->keywords, name->text, name->hash);
    if (found.type != VALUE_UNDEFINED || value_has(vm->realm, *a->keywords, name->text))
        return found;
    return v;
}

// Missing positional arguments are taken from the keywords; surplus positional ones set the keyword
// parameters in order.
static void pass_arguments(struct vm *vm, const struct function *f, const struct arguments *a,
                           struct value *locals)
{
    uint32_t positional = f->positional;
    for (uint32_t i = 0; i < positional; i++) {
        if (i < a->count) {
            value_move(&locals[i], &a->positional[i]);
        } else {
            locals[i] = keyword(vm, a, f->positional_names[i]);
            if (locals[i].type == ABSENT)
                locals[i] = value_undefined();
        }
    }
    for (uint32_t i = 0; i < f->keywords; i++)
        locals[positional + i] = positional + i < a->count ? a->positional[positional + i]
                                                           : keyword(vm, a, f->keyword_names[i]);
    for (uint32_t i = positional + f->keywords; i < f->locals; i++)
        locals[i] = value_undefined();
}

static struct frame *macro_frame(struct vm *vm, const struct closure *closure,
                                 const struct arguments *a, const struct value *locals)
{
    const struct function *f = closure->function;
    bool caller = f->kind == FUNCTION_CALLER;
    if (!f->own_frame)
        return vm->empty;
    struct frame *frame =
        vm_frame(vm, &f->layout, caller ? closure->activation->frame : NULL, false);
    if (!frame)
        return NULL;
    frame->isolate = caller;
    for (uint32_t i = 0; i < f->positional; i++)
        if (f->positional_slots[i] != UINT32_MAX)
            value_move(&frame->values[f->positional_slots[i]], &locals[i]);
    if (f->caller_slot != UINT32_MAX && a->keywords) {
        struct value v = keyword(vm, a, vm->set->name_caller);
        if (v.type != ABSENT)
            frame->values[f->caller_slot] = v;
    }
    return frame;
}

static bool run_closure(struct vm *vm, const struct closure *closure, const struct arguments *a)
{
    const struct function *f = closure->function;
    struct activation *activation = closure->activation;
    struct room room;
    if (!activation->module && vm->recording)
        vm_spoil_since(vm, activation);
    if (!vm_room(vm, f, f->captured || f->kind == FUNCTION_CALLER, &room))
        return false;
    room.locals->outer = closure->locals;
    pass_arguments(vm, f, a, room.locals->values);
    struct frame *frame = macro_frame(vm, closure, a, room.locals->values);
    if (!frame)
        return false;
    struct frame *saved = activation->frame;
    activation->frame = frame;
    bool ok = vm->run(vm, f, activation, room.locals, room.stack, room.loops, NULL);
    activation->frame = saved;
    return ok;
}

static void closure_failed(struct vm *vm, const struct function *f)
{
    if (f->kind == FUNCTION_CALLER)
        vm_via(vm, "in a call body, called from");
    else
        vm_via(vm, "in macro %.40s, called from", f->name->text.ptr);
}

static bool call_closure(struct vm *vm, const struct closure *closure, const struct value *args,
                         uint32_t argc)
{
    struct stack_mark mark = vm_stack_mark(vm);
    struct arguments a = split_arguments(args, argc);
    bool ok = vm_enter(vm) && vm_tick(vm, closure->function->count) && run_closure(vm, closure, &a);
    if (!ok)
        closure_failed(vm, closure->function);
    vm->depth--;
    vm_stack_release(vm, mark);
    return ok;
}

// The same, or what it printed before for equal arguments.
static bool print_closure(struct vm *vm, const struct closure *closure, const struct value *args,
                          uint32_t argc)
{
    bool known = vm_remembers(vm) && (!vm->recording || vm->recording->spoilt) &&
                 argc <= REMEMBER_INPUTS_MAX && vm_is_module_macro(closure);
    if (!known)
        return call_closure(vm, closure, args, argc);
    struct stack_mark mark = vm_stack_mark(vm);
    struct inputs inputs = {.values = args, .count = argc};
    enum vm_recalled recalled = vm_recall(vm, closure->function->place, &inputs);
    bool ok = recalled == VM_PRINTED ? !vm_failed(vm) : call_closure(vm, closure, args, argc);
    if (ok && recalled == VM_RECORDING)
        vm_recorded(vm);
    vm_stack_release(vm, mark);
    return ok;
}

static bool closure_value(struct vm *vm, const struct closure *closure, const struct value *args,
                          uint32_t argc, struct value *result)
{
    struct stack_mark mark = vm_stack_mark(vm);
    if (!vm_capture(vm))
        return false;
    bool ok = print_closure(vm, closure, args, argc);
    *result = vm_capture_end(vm);
    result->flags |= VALUE_SAFE;
    vm_stack_release(vm, mark);
    return ok && !vm_failed(vm);
}

struct value vm_macro_call(struct value_call *call)
{
    struct vm *vm = call->realm->host;
    struct value result = value_undefined();
    closure_value(vm, call->data, call->args, call->argc, &result);
    return result;
}

// ---- functions ----

bool vm_call(struct vm *vm, struct value function, struct value self, const struct value *args,
             uint32_t argc, unsigned print, struct value *result)
{
    if (function.type == VALUE_FUNCTION && function.function->call == vm_macro_call) {
        const struct closure *closure = function.function->data;
        return print ? print_closure(vm, closure, args, argc)
                     : closure_value(vm, closure, args, argc, result);
    }
    vm->realm->impure |= value_impurity(function);
    vm_show_keywords(vm, args, argc);
    *result = value_invoke(vm->realm, function, self, args, argc, vm->error);
    if (vm_failed(vm) || !vm_tick(vm, vm_weight(self) + vm_weight(*result)))
        return false;
    if (print)
        vm_print(vm, *result, print == 1);
    return true;
}

static bool not_callable(struct vm *vm, const struct call_site *site, struct value self,
                         struct value v)
{
    error_set(vm->error, ERROR_RUNTIME, "Unable to call `%.*s`, which is %s",
              SLICE_ARG(site->shown), value_truthy(v) ? "not a function" : "undefined or falsey");
    if (v.type != VALUE_UNDEFINED)
        return false;
    struct slice near =
        site->key ? value_nearest_property(vm->realm, self, site->key->text) : SLICE_EMPTY;
    if (near.len)
        error_hint(vm->error, "did you mean `%.*s`?", SLICE_ARG(near));
    else if (site->key && !value_is_nullish(self))
        error_hint(vm->error, "the value before the dot exists, but has no such method");
    else
        error_hint(vm->error, "is it defined, imported, and spelt right? A macro sees only its "
                              "parameters and what its own template defines at top level");
    return false;
}

bool vm_call_site(struct vm *vm, const struct call_site *site, struct value function,
                  struct value self, const struct value *args, uint32_t argc, unsigned print,
                  struct value *result)
{
    if (site->key) {
        bool own;
        function = raw_member(vm, self, site->key, &own);
    }
    if (function.type != VALUE_FUNCTION)
        return not_callable(vm, site, self, function);
    return vm_call(vm, function, self, args, argc, print, result);
}
