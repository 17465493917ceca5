// SPDX-License-Identifier: MIT
//
// What all files of the VM need from a render: its limits, its failure, printing a value, and
// declaring that the current pieces must run again next time.
#include "vm.h"

#include "base/clock.h"

#include <stdio.h>

enum { FUEL_SLICE = 20000 }; // instructions between two reads of the clock

bool vm_refuel(struct vm *vm)
{
    const struct template_limits *limits = &vm->set->options.limits;
    vm->spent += (uint64_t)(FUEL_SLICE - vm->fuel);
    vm->fuel = FUEL_SLICE;
    if (vm->spent > limits->instructions)
        return error_set(vm->error, ERROR_LIMIT, "template ran for more than %llu instructions",
                         (unsigned long long)limits->instructions);
    uint64_t now = clock_monotonic_ns();
    if (!vm->deadline_ns) // the first check: renders that end before it need no clock
        vm->deadline_ns = now + (uint64_t)limits->milliseconds * 1000000;
    if (now > vm->deadline_ns)
        return error_set(vm->error, ERROR_TIME, "template ran for more than %u ms",
                         limits->milliseconds);
    return true;
}

void vm_via(struct vm *vm, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(vm->via, sizeof vm->via, format, args);
    va_end(args);
}

void vm_output_failed(struct vm *vm)
{
    if (vm->out->overflow)
        error_set(vm->error, ERROR_LIMIT, "template printed more than %zu bytes", vm->out->max);
    else
        error_memory(vm->error);
}

void vm_print_other(struct vm *vm, struct value v, bool escape)
{
    if (v.type == VALUE_NUMBER) {
        output_append_number(vm->out, v.number);
        return;
    }
    struct slice text = value_to_text(vm->realm, v);
    escape ? output_append_escaped(vm->out, text) : output_append(vm->out, text);
}

void vm_spoil_since(struct vm *vm, const struct activation *activation)
{
    for (struct recording *r = vm->recording; r && r->first > activation->number; r = r->outside)
        r->spoilt = true;
}

void vm_spoil(struct vm *vm)
{
    for (struct recording *r = vm->recording; r; r = r->outside)
        r->spoilt = true;
}

void template_note_effect(struct value_call *call)
{
    if (call->realm->host)
        vm_spoil(call->realm->host);
}

void template_note_wait(struct value_call *call, uint64_t ns)
{
    struct vm *vm = call->realm->host;
    if (vm && vm->deadline_ns)
        vm->deadline_ns += ns;
}

struct template_set *template_current_set(struct value_call *call)
{
    struct vm *vm = call->realm->host;
    return vm ? vm->set : NULL;
}

void vm_mark_keywords(struct vm *vm, const struct value *args, uint32_t argc)
{
    if (!value_set(vm->realm, vm->realm->arena, args[argc - 1], SLICE("__keywords"),
                   value_boolean(true)))
        error_memory(vm->error);
}
