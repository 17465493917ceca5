// SPDX-License-Identifier: MIT
//
// Any bytes as a template: lexer, parser, compiler and VM, within small limits.
#include "template/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct template_options options = {
        .trim_blocks = size % 2,
        .lstrip_blocks = size % 3 == 0,
        .limits = {.instructions = 100000, .output_bytes = 1 << 20, .milliseconds = 1000}};
    struct error error = {0};
    struct arena *arena = arena_create(0, 64 << 20);
    struct template_set *set = template_set_create(&options, &error);
    const struct template *template =
        template_compile(set, SLICE("fuzz"), SLICE("fuzz.njk"), slice_of((const char *)data, size),
                         1, SLICE_EMPTY, &error);
    if (template) {
        struct value_realm realm = value_realm_create(arena);
        struct value data_object = value_from_json(
            arena, SLICE("context"),
            SLICE("{\"a\":[1,2,{\"b\":\"x\"}],\"s\":\"text & <b>\",\"n\":3}"), NULL, &error);
        struct template_context context = {.layers = {data_object}, .count = 1};
        struct template_output output;
        realm.text_max = 1 << 20;
        template_render(template, &context, &realm, &output, &error);
    }
    template_set_destroy(set);
    arena_destroy(arena);
    return 0;
}
