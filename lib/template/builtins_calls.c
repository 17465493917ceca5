// SPDX-License-Identifier: MIT
//
// What filters ask of the running template's set: its tests, and how strict it is.
#include "builtins.h"

#include "set.h"

bool template_throws_on_undefined(struct value_call *call)
{
    struct template_set *set = template_current_set(call);
    return set && set->options.throw_on_undefined;
}

bool template_has_test(struct value_call *call, struct slice name)
{
    struct template_set *set = template_current_set(call);
    if (set && set_test(set, name))
        return true;
    return error_set(call->error, ERROR_RUNTIME, "test not found: %.*s", SLICE_ARG(name));
}

struct value template_call_test(struct value_call *call, struct slice name,
                                const struct value *args, uint32_t argc)
{
    struct template_set *set = template_current_set(call);
    const struct callable *test = set ? set_test(set, name) : NULL;
    if (!test || !test->call)
        return builtin_fail(call, "test not found: %.*s", SLICE_ARG(name));
    call->realm->impure |= test->impure ? VALUE_READ_CLOCK : 0;
    struct value_call inner = {
        .realm = call->realm, .args = args, .argc = argc, .error = call->error, .data = test->data};
    return test->call(&inner);
}
