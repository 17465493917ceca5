// SPDX-License-Identifier: MIT
//
// Operators on anything but two numbers, which the VM's loop handles itself.
#include "vm.h"

#include <math.h>

static bool contains(struct vm *vm, struct value array, struct value key)
{
    const struct value_array *view = value_array_view(vm->realm, array);
    for (uint32_t i = 0; i < view->count; i++)
        if (value_strict_equal(view->items[i], key))
            return true;
    return false;
}

// Nunjucks: lib.inOperator. It treats a SafeString as an object with its members as keys.
struct value vm_in(struct vm *vm, struct value key, struct value in)
{
    if (!vm_tick(vm, vm_weight(in)))
        return value_undefined();
    if (in.type == VALUE_ARRAY)
        return value_boolean(contains(vm, in, key));
    if (in.type == VALUE_STRING && !(in.flags & VALUE_SAFE))
        return value_boolean(slice_find(value_text(in), value_to_text(vm->realm, key), 0) !=
                             SIZE_MAX);
    if (in.type == VALUE_OBJECT && value_has(vm->realm, in, value_to_text(vm->realm, key)))
        return value_boolean(true);
    if (in.type == VALUE_OBJECT || in.type == VALUE_STRING)
        return value_boolean(value_property(vm->realm, in, key).type != VALUE_UNDEFINED);
    struct slice text = value_to_text(vm->realm, key);
    error_set(vm->error, ERROR_RUNTIME,
              "Cannot use \"in\" operator to search for \"%.*s\" in unexpected types.",
              (int)(text.len > 200 ? 200 : text.len), text.ptr ? text.ptr : "");
    error_hint(vm->error, "the right side is %.*s; it must be an array, a string or an object",
               SLICE_ARG(in.type == VALUE_NULL ? SLICE("null") : value_typeof(in)));
    return value_undefined();
}

enum { CONCAT_FEW = 16 };

struct value vm_concat(struct vm *vm, const struct value *parts, uint32_t count)
{
    struct slice few[CONCAT_FEW];
    struct slice *texts = few;
    if (count > CONCAT_FEW)
        texts = arena_alloc(vm->realm->arena, count * sizeof *texts);
    if (!texts) {
        error_memory(vm->error);
        return value_undefined();
    }
    for (uint32_t i = 0; i < count; i++)
        texts[i] = value_to_text(vm->realm, parts[i]);
    struct value whole = value_concat(vm->realm, texts, count, vm->error);
    vm_tick(vm, vm_weight(whole));
    return whole;
}

bool vm_compare(struct vm *vm, struct value a, struct value b, unsigned op)
{
    int order = value_compare(vm->realm, a, b);
    if (order == 2)
        return false;
    switch (op) {
    case OP_LESS:
        return order < 0;
    case OP_LESS_EQUAL:
        return order <= 0;
    case OP_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

// Math.pow differs from C's pow if the base is 1 or -1 and the exponent is not finite.
static double power(double a, double b)
{
    if (isnan(b) || ((a == 1 || a == -1) && isinf(b)))
        return NAN;
    return pow(a, b);
}

struct value vm_arithmetic(struct vm *vm, struct value a, struct value b, unsigned op)
{
    double x = value_to_number(vm->realm, a), y = value_to_number(vm->realm, b);
    switch (op) {
    case OP_SUBTRACT:
        return value_number(x - y);
    case OP_MULTIPLY:
        return value_number(x * y);
    case OP_DIVIDE:
        return value_number(x / y);
    case OP_MODULO:
        return value_number(fmod(x, y));
    default:
        return value_number(power(x, y));
    }
}
