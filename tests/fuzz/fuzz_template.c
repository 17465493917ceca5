// SPDX-License-Identifier: MIT
//
// Any bytes as a template: lexer, parser, compiler and VM, within small limits. Parts after a
// record separator (0x1e) are further templates, which it may extend, include and import: a line
// with the name, then the text. It is rendered as it is and, three times, remembering what pieces
// and macros print: the same comes out.
#include "template/template.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool load(void *state, struct arena *arena, struct slice name, struct slice *source,
                 struct slice *file, struct error *error)
{
    (void)arena;
    (void)error;
    struct slice rest = *(const struct slice *)state, part, line;
    while (slice_split(&rest, '\x1e', &part)) {
        if (!slice_next_line(&part, &line) || !slice_equal(line, name))
            continue;
        *source = part;
        *file = name;
        return true;
    }
    return false;
}

struct result {
    struct slice text;
    bool ok, pure;
    struct error error;
};

static struct result render(const struct template *template, struct value data, bool remember,
                            struct arena *arena)
{
    struct result result = {.ok = false};
    struct value_realm realm = value_realm_create(arena);
    struct template_context context = {.layers = {data}, .count = 1, .remember = remember};
    struct template_output output;
    realm.text_max = 1 << 20;
    result.ok = template_render(template, &context, &realm, &output, &result.error);
    result.pure = output.pure;
    result.text = result.ok ? template_output_text(arena, &output) : SLICE_EMPTY;
    return result;
}

// Where a limit is met, or memory is at its end, may differ.
static bool may_differ(const struct result *r)
{
    return !r->ok && (r->error.code == ERROR_LIMIT || r->error.code == ERROR_MEMORY);
}

static void compare(const struct result *plain, const struct result *remembering)
{
    if (may_differ(plain) || may_differ(remembering))
        return;
    bool same = plain->ok == remembering->ok && plain->error.code == remembering->error.code &&
                (!plain->ok || plain->pure == remembering->pure) &&
                slice_equal(plain->text, remembering->text);
    if (!same)
        abort();
}

static void render_all(const struct template *template)
{
    struct error error = {0};
    struct arena *kept = arena_create(0, 0);
    struct value data = value_from_json(
        kept, SLICE("context"),
        SLICE("{\"a\":[1,2,{\"b\":\"x\"}],\"s\":\"text & <b>\",\"n\":3,\"items\":[\"x\",\"y\"],"
              "\"o\":{\"k\":\"v\",\"2\":[null,true,-0.5]},\"u\":\"\xf0\x9f\x98\x80\xc3\xa9\"}"),
        NULL, &error);
    value_freeze(data);
    struct arena *arena = arena_create(0, 64 << 20);
    struct result plain = render(template, data, false, arena);
    for (unsigned round = 0; round < 3; round++) {
        struct arena *another = arena_create(0, 64 << 20);
        struct result remembering = render(template, data, true, another);
        compare(&plain, &remembering);
        arena_destroy(another);
    }
    arena_destroy(arena);
    arena_destroy(kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = slice_of((const char *)data, size), rest = all, text = SLICE_EMPTY;
    struct template_options options = {
        .trim_blocks = size % 2,
        .lstrip_blocks = size % 3 == 0,
        .no_autoescape = size % 7 == 0,
        .throw_on_undefined = size % 11 == 0,
        .loader = load,
        .loader_state = &all,
        .limits = {.instructions = 100000, .output_bytes = 1 << 20, .milliseconds = 1000}};
    struct error error = {0};
    struct template_set *set = template_set_create(&options, &error);
    slice_split(&rest, '\x1e', &text);
    const struct template *template =
        template_compile(set, SLICE("fuzz"), SLICE("fuzz.njk"), text, 1, SLICE_EMPTY, &error);
    if (template)
        render_all(template);
    template_set_destroy(set);
    return 0;
}
