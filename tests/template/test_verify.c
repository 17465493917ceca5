// SPDX-License-Identifier: MIT
//
// The verifier, which builds with invariants run on all bytecode: it accepts what the compiler
// makes, and no instruction with an operand beyond its table. And the disassembler's listing.
#include "files.h"
#include "template/set.h"
#include "template/vm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char SOURCE[] =
    "{% extends 'base' %}{% set x = 1 %}{% import 'base' as m %}{% macro f(a, b=2) %}{{ a }}"
    "{{ b }}{{ x }}{{ caller() }}{% endmacro %}{% block c %}{{ super() }}{% for k, v in o %}"
    "{{ loop.index }}{{ k | upper }}{% else %}none{% endfor %}{% call(y) f(1, b=3) %}{{ y }}"
    "{% endcall %}{{ m.f(x, {k: 1, l: 'a long text, which is cut where it has sixty characters, as "
    "this "
    "one has'}) }}"
    "{% include 'base' ignore missing %}{% if x and o or not x %}text{% endif %}{% endblock %}"
    "{% filter lower %}{{ x.y.z }}{{ x ~ 'b' ~ 2 }}{% endfilter %}{% switch x %}{% case 1 %}a"
    "{% endswitch %}{{ [1, x][0] }}{{ x is odd }}{{ none }}{{ true }}";

static bool load(void *state, struct arena *arena, struct slice name, struct slice *source,
                 struct slice *file, struct error *error)
{
    static const struct file FILES[] = {{"base", "{% block c %}base{% endblock %}"}};
    (void)state, (void)arena, (void)error;
    return find_file(FILES, 1, name, source, file);
}

struct compiled {
    struct template_set *set;
    struct template *template;
};

static struct compiled compile(const char *source)
{
    struct error error = {0};
    const struct template_options options = {.loader = load};
    struct compiled c = {.set = template_set_create(&options, &error)};
    assert_non_null(c.set);
    c.template = (struct template *)template_compile(
        c.set, SLICE("page"), SLICE("page.njk"), slice_from_cstr(source), 1, SLICE_EMPTY, &error);
    if (!c.template)
        fail_msg("%s", error.message);
    return c;
}

static bool is_checked(enum opcode op)
{
    static const uint8_t OPERANDS[] = {
#define OP(name, operands, doc) OPERAND_##operands,
#include "template/opcodes.def"
#undef OP
    };
    return OPERANDS[op] != OPERAND_none && OPERANDS[op] != OPERAND_number && op != OP_LOCAL_OUTER &&
           op != OP_KEEP_OUTER;
}

// Returns how many instructions were tried.
static unsigned break_each(const struct template *t, const struct function *f)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        struct instruction *in = &f->code[i], saved = *in;
        in->op = OP_COUNT;
        assert_false(template_verify(t));
        *in = saved;
        bool optional = saved.op == OP_INCLUDE || saved.op == OP_EXTENDS || saved.op == OP_IMPORT;
        if (!is_checked(saved.op) || (optional && !saved.b))
            continue;
        in->c = UINT32_MAX - 1;
        if (template_verify(t))
            fail_msg("instruction %u of %.*s, opcode %u", i,
                     SLICE_ARG(f->name ? f->name->text : SLICE("root")), saved.op);
        *in = saved;
        count++;
    }
    return count;
}

static void test_operands_are_in_their_tables(void **state)
{
    (void)state;
    struct compiled c = compile(SOURCE);
    struct template *t = c.template;
    assert_true(template_verify(t));
    unsigned count = break_each(t, t->root);
    for (uint32_t i = 0; i < t->block_count; i++)
        count += break_each(t, t->blocks[i]);
    for (uint32_t i = 0; i < t->function_count; i++)
        count += break_each(t, t->functions[i]);
    assert_true(count > 50);
    assert_true(template_verify(t));
    template_set_destroy(c.set);
}

static void test_functions_are_whole(void **state)
{
    (void)state;
    struct compiled c = compile(SOURCE);
    struct template *t = c.template;
    struct function *root = t->root, saved = *root;
    t->root = NULL;
    assert_false(template_verify(t));
    t->root = root;
    root->count = 0;
    assert_false(template_verify(t));
    root->count = saved.count - 1; // its last instruction does not return
    assert_false(template_verify(t));
    *root = saved;
    root->template = NULL;
    assert_false(template_verify(t));
    *root = saved;
    root->positional = root->locals + 1;
    assert_false(template_verify(t));
    *root = saved;
    for (uint32_t i = 0; i < t->for_count; i++) {
        struct for_site *site = &t->for_sites[i], kept = *site;
        site->exit = UINT32_MAX;
        assert_false(template_verify(t));
        *site = kept;
        site->loop = UINT16_MAX;
        assert_false(template_verify(t));
        *site = kept;
    }
    assert_true(t->for_count > 0 && t->shape_count > 0);
    uint32_t keys = t->shapes[0].count;
    t->shapes[0].count = SHAPE_KEYS_MAX + 1;
    assert_false(template_verify(t));
    t->shapes[0].count = keys;
    assert_true(template_verify(t));
    template_set_destroy(c.set);
}

static void test_listing(void **state)
{
    static const char *const PARTS[] = {
        "root : ",  "block c: ",      "macro f: ", "caller caller: ", "OBJECT_LITERAL",
        "k, l",     "\"\xe2\x80\xa6", "\"none\"",  "upper",           "exit ",
        "m[\"f\"]", "null",           "true",      "    1:28 ",
    };
    (void)state;
    struct compiled c = compile(SOURCE);
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    template_disassemble(c.template, &out);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        if (!strstr(buffer_cstr(&out), PARTS[i]))
            fail_msg("%s is not in\n%s", PARTS[i], buffer_cstr(&out));
    arena_destroy(arena);
    template_set_destroy(c.set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operands_are_in_their_tables),
        cmocka_unit_test(test_functions_are_whole),
        cmocka_unit_test(test_listing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
