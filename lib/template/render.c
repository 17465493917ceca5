// SPDX-License-Identifier: MIT
//
// Rendering: sets up the VM for one template and one realm, and takes the output from it.
#include "vm.h"

static const struct frame_layout NO_NAMES = {.count = 0};

static bool vm_start(struct vm *vm, const struct template *template,
                     const struct template_context *context, struct value_realm *realm,
                     struct error *error)
{
    static const struct template_context NOTHING = {.count = 0};
    vm->run = vm_run;
    vm->macro_call = vm_macro_call;
    vm->depth = vm->deepest = 0;
    vm->recording = NULL;
    vm->activations = 0;
    vm->chunk = NULL;
    vm->stack_at = vm->stack_end = NULL;
    vm->context = NULL;
    vm->module_count = 0;
    vm->via[0] = 0;
    memset(vm->cached_names, 0, sizeof vm->cached_names);
    vm->set = template->set;
    vm->realm = realm;
    vm->error = error;
    vm->base = context ? context : &NOTHING;
    vm->remembers = vm->base->remember && !vm->base->on_template;
    vm->deadline_ns = 0;
    vm->fuel = 1000; // a first check soon, then every slice
    vm->found_name = NULL;
    vm->spent = 0;
    vm->macro_files = map_create(realm->arena);
    vm->outer_host = realm->host;
    realm->host = vm;
    if (!vm_stack_slow(vm, 16))
        return false;
    vm->empty = vm_frame(vm, &NO_NAMES, NULL, true);
    return vm->empty != NULL;
}

static bool run_template(struct vm *vm, const struct template *template, struct value *result)
{
    struct context *context = vm_context(vm, NULL);
    if (!context)
        return false;
    if (vm->base->on_template)
        vm->base->on_template(vm->base->state, template);
    return vm_render(vm, template, context, NULL, false, template->root, result);
}

bool template_render(const struct template *template, const struct template_context *context,
                     struct value_realm *realm, struct template_output *output, struct error *error)
{
    struct error local = {.code = ERROR_NONE};
    struct vm vm; // vm_start initialises what is read; the caches are large
    if (!error)
        error = &local;
    *output = (struct template_output){.parts = NULL};
    struct output out =
        output_create(realm->arena, OUTPUT_PARTS, template->set->options.limits.output_bytes);
    bool ok = vm_start(&vm, template, context, realm, error);
    vm.out = &out;
    ok = ok && run_template(&vm, template, NULL);
    // Conversions deep below may have run out of memory unnoticed.
    ok = ok && !arena_failed(realm->arena);
    if (ok && !output_finish(&out)) {
        vm_output_failed(&vm);
        error_at(error, template->file, 0, 0);
        ok = false;
    }
    realm->host = vm.outer_host;
    if (ok)
        *output = (struct template_output){
            .parts = out.parts, .count = out.count, .length = out.closed, .pure = !realm->impure};
    else
        set_tell_memory(realm->arena, error);
    return ok;
}

struct slice template_output_text(struct arena *arena, const struct template_output *output)
{
    if (output->count == 1)
        return output->parts[0];
    char *text = arena_alloc_text(arena, output->length + 1);
    if (!text)
        return SLICE_EMPTY;
    size_t at = 0;
    for (size_t i = 0; i < output->count; i++) {
        memcpy(text + at, output->parts[i].ptr, output->parts[i].len);
        at += output->parts[i].len;
    }
    text[at] = 0;
    return slice_of(text, at);
}

static struct template *compile_expression_text(struct template_set *set, struct slice expression,
                                                struct arena *arena, struct error *error)
{
    struct compile_input input = {.set = set,
                                  .arena = arena,
                                  .file = SLICE("expression"),
                                  .source = expression,
                                  .first_line = 1,
                                  .expression = true};
    struct parser_input text = set_parser_input(set, input.file, expression, 1);
    struct template *template = NULL;
    input.scratch = arena_create(0, 0);
    if (!input.scratch) {
        error_memory(error);
        return NULL;
    }
    pthread_mutex_lock(&set->mutex);
    input.root = template_parse_expression(input.scratch, &text, error);
    if (input.root)
        template = compiler_run(&input, error);
    pthread_mutex_unlock(&set->mutex);
    arena_destroy(input.scratch);
    return template;
}

struct value template_evaluate(struct template_set *set, struct slice expression,
                               const struct template_context *context, struct value_realm *realm,
                               struct error *error)
{
    struct error local = {.code = ERROR_NONE};
    struct vm vm; // vm_start initialises what is read; the caches are large
    struct value result = value_undefined();
    if (!error)
        error = &local;
    struct template *template = compile_expression_text(set, expression, realm->arena, error);
    if (!template)
        return result;
    struct output out = output_create(realm->arena, OUTPUT_DISCARD, SIZE_MAX / 2);
    bool ok = vm_start(&vm, template, context, realm, error);
    vm.out = &out;
    ok = ok && run_template(&vm, template, &result);
    realm->host = vm.outer_host;
    if (!ok)
        set_tell_memory(realm->arena, error);
    return ok ? result : value_undefined();
}
