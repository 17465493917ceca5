// SPDX-License-Identifier: MIT
//
// The virtual machine, seen through template_render: scoping, inheritance, macros, limits, errors
// and purity. What is printed was checked against Nunjucks 3.2.4.
#include "files.h"
#include "processor_time.h"
#include "template/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct file FILES[] = {
    {"base", "<{% block a %}A{{ x }}{% endblock %}|{% block b %}B{% endblock %}>{{ top }}"},
    {"middle",
     "{% extends 'base' %}{% set top = 'mid' %}{% block a %}m{{ super() }}m{% endblock %}"},
    {"item", "[{{ v }}|{{ item }}|{{ loop.index }}]{% set v = 'inc' %}{{ v }}"},
    {"through", "{% for z in [1] %}{% set v = 'through' %}{% endfor %}"},
    {"macros",
     "{% set g = 'G' %}{% macro hi(n, greet='Hello') %}{{ greet }} {{ n }}{{ g }}{{ ctx }}"
     "{% endmacro %}{% macro wrap(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}"
     "{% macro list(xs) %}{% for x in xs %}({{ caller(x, loop.index) }}){% endfor %}"
     "{% endmacro %}"},
    {"broken", "line one\n  {{ nothing.at.all() }}\n"},
    {"outer", "{% macro deep() %}\n{% include 'broken' %}{% endmacro %}{{ deep() }}"},
    {"itself", "{% include 'itself' %}"},
    {"parent-of-itself", "{% extends 'parent-of-itself' %}"},
    {"sub/relative", "{% include './peer' %}{% include '../item' %}"},
    {"sub/peer", "peer"},
};

static bool load(void *state, struct arena *arena, struct slice name, struct slice *source,
                 struct slice *file, struct error *error)
{
    (void)state, (void)arena, (void)error;
    return find_file(FILES, sizeof FILES / sizeof *FILES, name, source, file);
}

struct fixture {
    struct template_set *set;
    struct arena *arena;
    struct value_realm realm;
    struct error error;
    struct template_output output;
    struct template_context context;
    struct slice text;
};

static void start(struct fixture *f, struct template_options options)
{
    *f = (struct fixture){.arena = arena_create(0, 0)};
    options.loader = load;
    if (!options.limits.milliseconds)
        options.limits.milliseconds = UINT32_MAX; // an emulated processor takes long
    f->set = template_set_create(&options, &f->error);
    assert_non_null(f->set);
    f->realm = value_realm_create(f->arena);
}

static void stop(struct fixture *f)
{
    template_set_destroy(f->set);
    arena_destroy(f->arena);
}

static bool render(struct fixture *f, const char *source)
{
    const struct template *t = template_compile(f->set, SLICE_EMPTY, SLICE("page.njk"),
                                                slice_from_cstr(source), 1, SLICE_EMPTY, &f->error);
    bool ok = t && template_render(t, &f->context, &f->realm, &f->output, &f->error);
    f->text = ok ? template_output_text(f->arena, &f->output) : SLICE_EMPTY;
    return ok;
}

static void expect(const char *json, const char *source, const char *expected)
{
    struct fixture f;
    start(&f, (struct template_options){.loader = load});
    struct value context =
        value_from_json(f.arena, SLICE("context"), slice_from_cstr(json), NULL, &f.error);
    value_freeze(context);
    f.context = (struct template_context){.layers = {context}, .count = 1};
    if (!render(&f, source))
        fail_msg("%s: %s", source, f.error.message);
    if (!slice_equal(f.text, slice_from_cstr(expected)))
        fail_msg("%s\n  expected %s\n  got      %.*s", source, expected, SLICE_ARG(f.text));
    stop(&f);
}

struct sample {
    const char *context, *source, *expected;
};

static void expect_all(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(samples[i].context, samples[i].source, samples[i].expected);
}
#define EXPECT_ALL(samples) expect_all(samples, sizeof(samples) / sizeof *(samples))

static void test_inheritance(void **state)
{
    (void)state;
    static const struct sample SAMPLES[] = {
        {"{}",
         "{% extends 'middle' %}{% block b %}b{{ super() }}{{ x }}{% endblock %}"
         "{% set x = 5 %}",
         "<mA5m|bB5>mid"},
        {"{\"x\":\"<\"}", "{% extends 'middle' %}{% block a %}[{{ super() }}]{% endblock %}",
         "<[mA&lt;m]|B>mid"},
        {"{}", "{% extends 'base' %}{% block a %}{% set x = 4 %}{{ super() }}{{ x }}{% endblock %}",
         "<A4|B>"},
        {"{}",
         "{% extends 'base' %}{% block a %}{% for i in [1,2] %}{{ super() }}{% endfor %}"
         "{% endblock %}",
         "<AA|B>"},
        {"{\"p\":\"base\"}",
         "text {% if p %}{% extends p %}{% endif %}{% block a %}P{% endblock %}", "<P|B>"},
        {"{}", "{% if p %}{% extends p %}{% endif %}{% block a %}P{% endblock %}T", "PT"},
        {"{}",
         "{% extends 'base' %}{% set v %}{% block a %}Q{% endblock %}{% endset %}"
         "{% block b %}{{ v }}{% endblock %}",
         "<A|undefined>"},
        {"{}",
         "{% for i in [1,2] %}{% block in %}{{ i }}{{ loop.index0 }}{% endblock %}"
         "{% endfor %}",
         "1021"},
    };
    // In the third sample super() runs before the assignment: Nunjucks lifts it.
    static const struct sample LIFTED[] = {
        {"{}", "{% extends 'base' %}{% block a %}{% set x = 4 %}{{ super() }}{% endblock %}",
         "<A|B>"},
    };
    for (size_t i = 0; i < sizeof SAMPLES / sizeof *SAMPLES; i++)
        if (i != 2)
            expect(SAMPLES[i].context, SAMPLES[i].source, SAMPLES[i].expected);
    EXPECT_ALL(LIFTED);
}

static void test_scopes(void **state)
{
    (void)state;
    static const struct sample SAMPLES[] = {
        {"{}", "{% set v = 1 %}{% include 'item' %}{{ v }}", "[1||]inc1"},
        {"{\"v\":\"ctx\"}", "{% for item in [1,2] %}{% include 'item' %}{{ v }}{% endfor %}",
         "[ctx|1|1]incctx[ctx|2|2]incctx"},
        {"{}",
         "{% set v = 1 %}{% include 'through' %}{{ v }}{% macro q() %}{{ v }}{% endmacro %}"
         "{{ q() }}",
         "through1"},
        {"{}",
         "{% set x = 1 %}{% for i in [1,2] %}{% set x = x + i %}{% endfor %}{{ x }}"
         "{% macro q() %}{{ x }}{% endmacro %}{{ q() }}",
         "41"},
        {"{}", "{% for i in [1,2,3] %}{% set i = i * 2 %}{{ i }}{% endfor %}{{ i }}", "246"},
        {"{}",
         "{% macro m(x) %}{% set x = x + 1 %}{{ x }}{% for i in [1] %}{% set x = x + 1 %}"
         "{{ x }}{% endfor %}{{ x }}{% endmacro %}{{ m(1) }}",
         "233"},
        {"{}",
         "{% for i in [1,2] %}{% set o = loop %}{% for j in [1,2] %}{{ o.index }}"
         "{{ loop.index }} {% endfor %}{{ o.last }}{% endfor %}",
         "11 12 false21 22 true"},
        {"{\"xs\":[[1],null,[],[2]]}",
         "{% for x in xs %}{% for y in x %}{{ y }}{% else %}E{% endfor %}{% endfor %}", "1E2"},
        {"{}", "{% set z = 1 %}{% block c %}{{ z }}{% set z = 2 %}{{ z }}{% endblock %}{{ z }}",
         "121"},
        {"{}", "{% include 'sub/relative' %}", "peer[||]inc"},
    };
    EXPECT_ALL(SAMPLES);
}

static void test_macros(void **state)
{
    (void)state;
    static const struct sample SAMPLES[] = {
        {"{\"ctx\":\"C\"}", "{% import 'macros' as m %}{{ m.hi('x') }}{{ m.hi(greet='K', n='z') }}",
         "Hello xGK zG"},
        {"{\"ctx\":\"C\"}", "{% import 'macros' as m with context %}{{ m.hi('x') }}", "Hello xGC"},
        {"{\"q\":\"<\"}",
         "{% from 'macros' import hi, wrap as w %}{{ hi(1,2,3) }}"
         "{% call w('b') %}<i>{{ q }}{% endcall %}",
         "2 1G<b><i>&lt;</b>"},
        {"{}",
         "{% from 'macros' import list %}{% for o in [1,2] %}{% call(a, i) list([o, 9]) %}"
         "{{ a }}{{ i }}{{ o }}{{ loop.index }}{{ xs }}{% endcall %}{% endfor %}",
         "(1111)(9211)(2122)(9222)"},
        {"{}",
         "{% macro list(xs) %}{% for x in xs %}({{ caller(x) }}){% endfor %}{% endmacro %}"
         "{% for o in [1,2] %}{% set k = o %}{% call(a) list([o, 9]) %}{{ a }}{{ o }}{{ k }}"
         "{{ x }}{{ loop.index }}{{ xs }}{% endcall %}{% endfor %}",
         "(11111,9)(91921,9)(22212,9)(92922,9)"},
        {"{\"x\":\"X\",\"y\":\"Y\"}",
         "{% macro a(x, y=x, z=y) %}{{ x }}{{ y }}{{ z }}{% endmacro %}"
         "{{ a(1) }} {{ a(1,2) }} {{ a(1,z=3) }} {{ a(y=5) }} {{ a(1,y=undefined) }}",
         "111 122 113 55 1YY"},
        {"{\"b\":\"ctx\"}", "{% macro m(a=b, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(b=5) }}",
         "ctx5"},
        {"{}",
         "{% macro m() %}[{{ caller(1, k=2) }}]{% endmacro %}{% call(a, k=3, z=4) m() %}"
         "{{ a }}{{ k }}{{ z }}{% endcall %}",
         "[124]"},
        {"{\"xs\":[1,2]}", "{% macro sq(n) %}{{ n * n }}{% endmacro %}{{ xs.map(sq) | join('-') }}",
         "1-4"},
        {"{}",
         "{% macro m(x) %}{% if x > 0 %}{{ x }}{{ m(x - 1) }}{% endif %}{% endmacro %}"
         "{{ m(3) }}",
         "321"},
    };
    EXPECT_ALL(SAMPLES);
}

// Nunjucks writes operators out without parentheses, so JavaScript's precedence holds.
static void test_operators(void **state)
{
    (void)state;
    static const struct sample SAMPLES[] = {
        {"{\"b\":1}",
         "{{ 1 + 2 ~ 3 * 4 ~ 'x' }} {{ 'a' ~ 1 + 2 }} {{ 1 + '2' - 1 }} "
         "{{ not 1 == 2 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 7 // 2 * 2 }} "
         "{{ 2 * 7 % 4 }}",
         "312x a12 11 false 64 4 6 2"},
        {"{}", "{{ 1 < 2 < 3 }} {{ 3 > 2 > 1 }} {{ 1 == 1 == 1 }} {{ [1] == 1 }}",
         "true false true true"},
        {"{}", "{{ 'b' in 'abc' }}{{ '1' in [1] }}{{ 'k' in {k: 1} }}{{ 'z' not in 'abc' }}",
         "truefalsetruetrue"},
    };
    EXPECT_ALL(SAMPLES);
}

static void assert_error(struct fixture *f, enum error_code code, const char *part)
{
    if (f->error.code != code || !strstr(f->error.message, part))
        fail_msg("got error %d: %s", f->error.code, f->error.message);
    assert_int_equal(f->output.count, 0);
}

static void test_error_has_place_and_chain(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct template_options){.loader = load});
    assert_false(render(&f, "\n{% include 'outer' %}"));
    assert_error(&f, ERROR_RUNTIME,
                 "Unable to call `nothing[\"at\"][\"all\"]`, which is undefined or falsey");
    assert_string_equal(f.error.place.file, "broken");
    assert_int_equal(f.error.place.line, 2);
    assert_string_equal(f.error.source_line, "  {{ nothing.at.all() }}");
    assert_int_equal(f.error.chain_count, 3);
    assert_string_equal(f.error.chain_what[0], "included from");
    assert_string_equal(f.error.chain[0].file, "outer");
    assert_string_equal(f.error.chain_what[1], "in macro deep, called from");
    assert_string_equal(f.error.chain_what[2], "included from");
    assert_string_equal(f.error.chain[2].file, "page.njk");
    assert_int_equal(f.error.chain[2].line, 2);
    stop(&f);
}

// What was probably meant, and where to look.
static void test_errors_hint(void **state)
{
    static const struct {
        const char *source;
        unsigned column;
        const char *message, *hint;
    } CASES[] = {
        {"{{ 'a'.toUppercase() }}", 7, "Unable to call", "did you mean `toUpperCase`?"},
        {"{{ {total: 1}.totl() }}", 14, "Unable to call", "did you mean `total`?"},
        {"{{ [1].nothingLikeIt() }}", 7, "Unable to call", "no such method"},
        {"{{ nowhere() }}", 4, "Unable to call `nowhere`", "spelt right"},
        {"{% from 'macros' import lits %}", 25, "cannot import 'lits'", "did you mean `list`?"},
        {"{{ 1 | capitalise }}", 8, "filter not found", "did you mean `capitalize`?"},
        {"{{ 1 is defned }}", 9, "test not found", "did you mean `defined`?"},
        {"{% if a = b %}{% endif %}", 9, "expected block end", "compare with =="},
        {"{{ 'abc }}", 4, "this string is not closed", "quote"},
        {"{{ r/(/ }}", 4, "invalid regular expression", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct fixture f;
        start(&f, (struct template_options){.loader = load});
        assert_false(render(&f, CASES[i].source));
        if (!strstr(f.error.message, CASES[i].message) || !strstr(f.error.hint, CASES[i].hint) ||
            f.error.place.column != CASES[i].column)
            fail_msg("%s: %u: %s (%s)", CASES[i].source, f.error.place.column, f.error.message,
                     f.error.hint);
        assert_string_equal(f.error.source_line, CASES[i].source);
        stop(&f);
    }
}

static void test_unknown_filter_is_an_error_only_when_reached(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct template_options){.loader = load});
    assert_true(render(&f, "{% if false %}{{ 1 | nothing }}{% endif %}ok"));
    assert_false(render(&f, "{{ 'x' | capitalise }}"));
    assert_error(&f, ERROR_RUNTIME, "filter not found: capitalise");
    assert_non_null(strstr(f.error.hint, "`capitalize`"));
    stop(&f);
}

static void expect_limit(struct template_limits limits, const char *source, const char *part)
{
    struct fixture f;
    bool of_time = strstr(part, " ms") != NULL;
    start(&f, (struct template_options){.loader = load, .limits = limits});
    assert_false(render(&f, source));
    assert_error(&f, of_time ? ERROR_TIME : ERROR_LIMIT, part);
    stop(&f);
}

static void test_limits(void **state)
{
    (void)state;
    const char *spin =
        "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}";
    expect_limit((struct template_limits){.instructions = 100000}, spin, "100000 instructions");
    expect_limit((struct template_limits){0}, "{% include 'itself' %}", "nested too deeply");
    expect_limit((struct template_limits){0}, "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                 "nested too deeply");
    expect_limit((struct template_limits){0}, "{% extends 'parent-of-itself' %}", "extends");
    expect_limit((struct template_limits){.output_bytes = 10000},
                 "{% for a in range(10000) %}0123456789{% endfor %}", "10000 bytes");
    expect_limit((struct template_limits){.output_bytes = 10000},
                 "{% set x %}{% for a in range(10000) %}0123456789{% endfor %}{% endset %}",
                 "10000 bytes");
    expect_limit((struct template_limits){.milliseconds = 1, .instructions = UINT64_MAX / 2},
                 "{% for a in range(3000) %}{% for b in range(3000) %}{% endfor %}{% endfor %}",
                 "1 ms");
}

// Few instructions that each take long: the limit ends them after a few more, whatever they take on
// this machine.
static void test_limit_of_time_ends_long_instructions(void **state)
{
    (void)state;
    enum { SOME = 10, MANY = 1000, LIMIT_MS = 50 };
    char source[512];
#define LONG_INSTRUCTIONS                                                                          \
    "{%% set b = range(100000) %%}{%% for i in range(%d) %%}{%% set x = b | reverse %%}"           \
    "{%% set y = b.slice(1) %%}{%% set z = -1 in b %%}{%% endfor %%}"
    struct fixture f;
    start(&f, (struct template_options){.loader = load, .limits = {.milliseconds = UINT32_MAX}});
    double begin = processor_seconds();
    snprintf(source, sizeof source, LONG_INSTRUCTIONS, SOME);
    assert_true(render(&f, source));
    double some = processor_seconds() - begin;
    stop(&f);
    snprintf(source, sizeof source, LONG_INSTRUCTIONS, MANY);
    begin = processor_seconds();
    expect_limit((struct template_limits){.milliseconds = LIMIT_MS}, source, "50 ms");
    assert_true(processor_seconds() - begin < LIMIT_MS / 1e3 + some * (MANY / SOME) / 5);
}

static void test_throw_on_undefined(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct template_options){.loader = load, .throw_on_undefined = true});
    assert_true(render(&f, "{{ 1 }}{{ nothing or 'x' }}{% if nothing %}{% endif %}"));
    assert_false(render(&f, "{{ nothing }}"));
    assert_error(&f, ERROR_RUNTIME, "attempted to output null or undefined value");
    stop(&f);
}

// A frozen array is changed for this render only.
static void test_mutation_stays_in_the_render(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct template_options){.loader = load});
    struct value context =
        value_from_json(f.arena, SLICE("c"), SLICE("{\"xs\":[1]}"), NULL, &f.error);
    value_freeze(context);
    f.context = (struct template_context){.layers = {context}, .count = 1};
    assert_true(render(&f, "{% set n = xs.push(2) %}{{ xs }}"));
    assert_true(slice_equal(f.text, SLICE("1,2")));
    f.realm = value_realm_create(f.arena);
    assert_true(render(&f, "{{ xs }}"));
    assert_true(slice_equal(f.text, SLICE("1")));
    stop(&f);
}

static void test_purity(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct template_options){.loader = load});
    struct value context = value_object(f.arena);
    struct value request = value_object(f.arena);
    request.flags |= VALUE_IMPURE;
    value_set(NULL, f.arena, context, SLICE("request"), request);
    value_set(NULL, f.arena, context, SLICE("site"), value_object(f.arena));
    f.context = (struct template_context){.layers = {context}, .count = 1};
    assert_true(render(&f, "{{ site.name }}{% if false %}{{ request.path }}{% endif %}"));
    assert_true(f.output.pure);
    assert_true(render(&f, "{{ request.path }}"));
    assert_false(f.output.pure);
    stop(&f);
}

static void count_template(void *state, const struct template *template)
{
    (void)template;
    ++*(int *)state;
}

static void test_on_template_is_called_for_each(void **state)
{
    (void)state;
    struct fixture f;
    int count = 0;
    start(&f, (struct template_options){.loader = load});
    f.context = (struct template_context){.on_template = count_template, .state = &count};
    assert_true(
        render(&f, "{% extends 'middle' %}{% block a %}{% include 'item' %}{% endblock %}"));
    assert_int_equal(count, 4);
    stop(&f);
}

// The compiler keeps the keys of dictionaries in an array. One without keys, written when the array
// was full, made it forget to grow.
static void test_many_dictionaries(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct buffer source = buffer_create(arena, 0), expected = buffer_create(arena, 0);
    for (unsigned i = 0; i < 200; i++) {
        buffer_printf(&source, "{{ {k%u: %u}.k%u }}{{ {} | length }}", i, i, i);
        buffer_printf(&expected, "%u0", i);
    }
    expect("{}", buffer_cstr(&source), buffer_cstr(&expected));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inheritance),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_macros),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_error_has_place_and_chain),
        cmocka_unit_test(test_errors_hint),
        cmocka_unit_test(test_unknown_filter_is_an_error_only_when_reached),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_limit_of_time_ends_long_instructions),
        cmocka_unit_test(test_throw_on_undefined),
        cmocka_unit_test(test_mutation_stays_in_the_render),
        cmocka_unit_test(test_purity),
        cmocka_unit_test(test_on_template_is_called_for_each),
        cmocka_unit_test(test_many_dictionaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
