// SPDX-License-Identifier: MIT
//
// Template sets: loading, caching, threads, extension tables, evaluation, references.
#include "files.h"
#include "template/template.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct file FILES[] = {
    {"page", "{% from 'forms' import field %}{{ field('a') }}{% include 'part' %}"},
    {"part", "part"},
    {"forms", "{% macro field(n, t='text') %}[{{ n }}:{{ t }}]{% endmacro %}"},
    {"broken", "one\n{% if %}"},
    {"filters", "{% macro shout(text, mark='!') %}{{ text | upper }}{{ mark }}{% endmacro %}"
                "{% macro _private() %}{% endmacro %}"},
    {"boxes", "{% macro box(title) %}<{{ title }}>{{ caller() }}</>{% endmacro %}"},
};

static atomic_int loads;

static bool load(void *state, struct arena *arena, struct slice name, struct slice *source,
                 struct slice *file, struct error *error)
{
    (void)state, (void)arena, (void)error;
    atomic_fetch_add(&loads, 1);
    return find_file(FILES, sizeof FILES / sizeof *FILES, name, source, file);
}

static struct template_set *make_set(void)
{
    struct template_options options = {.loader = load};
    struct error error = {.code = ERROR_NONE};
    struct template_set *set = template_set_create(&options, &error);
    assert_non_null(set);
    return set;
}

static void expect(struct template_set *set, const char *source, const char *expected)
{
    struct arena *arena = arena_create(0, 0);
    struct value_realm realm = value_realm_create(arena);
    struct error error = {.code = ERROR_NONE};
    struct template_output output;
    const struct template *t = template_compile(set, SLICE("main"), SLICE("main.njk"),
                                                slice_from_cstr(source), 1, SLICE_EMPTY, &error);
    if (!t || !template_render(t, NULL, &realm, &output, &error))
        fail_msg("%s: %s", source, error.message);
    struct slice text = template_output_text(arena, &output);
    if (!slice_equal(text, slice_from_cstr(expected)))
        fail_msg("%s: expected %s, got %.*s", source, expected, SLICE_ARG(text));
    arena_destroy(arena);
}

static void test_loads_once(void **state)
{
    (void)state;
    struct template_set *set = make_set();
    struct error error = {.code = ERROR_NONE};
    atomic_store(&loads, 0);
    const struct template *first = template_get(set, SLICE("part"), &error);
    assert_non_null(first);
    assert_ptr_equal(first, template_get(set, SLICE("part"), &error));
    assert_int_equal(atomic_load(&loads), 1);
    assert_true(slice_equal(template_name(first), SLICE("part")));
    template_set_destroy(set);
}

static void test_missing_and_broken(void **state)
{
    (void)state;
    struct template_set *set = make_set();
    struct error error = {.code = ERROR_NONE};
    assert_non_null(template_get(set, SLICE("forms"), &error));
    assert_null(template_get(set, SLICE("form"), &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(error.hint, "`forms`"));
    for (int i = 0; i < 2; i++) {
        struct error broken = {.code = ERROR_NONE};
        assert_null(template_get(set, SLICE("broken"), &broken));
        assert_int_equal(broken.code, ERROR_SYNTAX);
        assert_int_equal(broken.place.line, 2);
        assert_string_equal(broken.place.file, "broken");
    }
    template_set_destroy(set);
}

struct worker {
    struct template_set *set;
    bool ok;
};

static void *render_many(void *data)
{
    struct worker *worker = data;
    struct arena *arena = arena_create(0, 0);
    struct error error = {.code = ERROR_NONE};
    worker->ok = true;
    for (int i = 0; i < 200; i++) {
        struct value_realm realm = value_realm_create(arena);
        struct template_output output;
        const struct template *t = template_get(worker->set, SLICE("page"), &error);
        worker->ok &= t && template_render(t, NULL, &realm, &output, &error);
        worker->ok &= slice_equal(template_output_text(arena, &output), SLICE("[a:text]part"));
        arena_reset(arena, SIZE_MAX);
    }
    arena_destroy(arena);
    return NULL;
}

static void test_threads_share_a_set(void **state)
{
    (void)state;
    struct template_set *set = make_set();
    struct worker workers[4];
    pthread_t threads[4];
    atomic_store(&loads, 0);
    for (int i = 0; i < 4; i++) {
        workers[i] = (struct worker){.set = set};
        assert_int_equal(pthread_create(&threads[i], NULL, render_many, &workers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(workers[i].ok);
    }
    assert_int_equal(atomic_load(&loads), 3);
    template_set_destroy(set);
}

static struct value double_it(struct value_call *call)
{
    return value_number(2 * value_to_number(call->realm, value_arg(call, 0)));
}

static struct value is_big(struct value_call *call)
{
    return value_boolean(value_to_number(call->realm, value_arg(call, 0)) > 100);
}

static struct value bracket(struct value_call *call)
{
    struct slice text = value_to_text(call->realm, value_arg(call, 0));
    return value_string(arena_printf(call->realm->arena, "<%.*s>", SLICE_ARG(text)));
}

static void test_extension_tables(void **state)
{
    (void)state;
    static const struct template_builtin FILTERS[] = {{.name = "double", .call = double_it}};
    static const struct template_builtin TESTS[] = {{.name = "big", .call = is_big}};
    struct template_set *set = make_set();
    struct arena *arena = template_set_arena(set);
    assert_true(template_set_add_filters(set, FILTERS, 1));
    assert_true(template_set_add_tests(set, TESTS, 1));
    assert_true(template_set_add_global(set, SLICE("answer"), value_number(42)));
    struct value function = value_function(arena, SLICE("bracket"), bracket, NULL);
    assert_true(template_set_add_shortcode(set, SLICE("tag"), function, false));
    assert_true(template_set_add_shortcode(set, SLICE("wrap"), function, true));
    expect(set, "{{ 21 | double }}{{ 101 is big }}{{ answer }}", "42true42");
    expect(set, "{% tag 'x' %}{% wrap %}a{{ 1 }}{% endwrap %}", "<x><a1>");
    template_set_destroy(set);
}

static void test_macros_as_filters_and_shortcodes(void **state)
{
    (void)state;
    struct template_set *set = make_set();
    struct error error = {.code = ERROR_NONE};
    assert_true(template_set_add_macros(set, SLICE("filters"), 'f', &error));
    assert_true(template_set_add_macros(set, SLICE("forms"), 's', &error));
    assert_true(template_set_add_macros(set, SLICE("boxes"), 'p', &error));
    assert_false(template_set_add_macros(set, SLICE("none"), 'f', &error));
    expect(set, "{{ 'a' | shout }}{{ 'b' | shout(mark='?') }}", "A!B?");
    expect(set, "{% field 'x' %}{% field 'y', t='z' %}", "[x:text][y:z]");
    expect(set, "{% for i in [1,2] %}{% box 'h' %}{{ i }}{% endbox %}{% endfor %}",
           "<h>1</><h>2</>");
    template_set_destroy(set);
}

static void test_evaluate(void **state)
{
    (void)state;
    struct template_set *set = make_set();
    struct arena *arena = arena_create(0, 0);
    struct value_realm realm = value_realm_create(arena);
    struct error error = {.code = ERROR_NONE};
    struct value data = value_object(arena);
    value_set(NULL, arena, data, SLICE("n"), value_number(4));
    struct template_context context = {.layers = {data}, .count = 1};
    struct value v =
        template_evaluate(set, SLICE("[n + 1, 'x' ~ n][0] * 2"), &context, &realm, &error);
    assert_int_equal(v.type, VALUE_NUMBER);
    assert_true(v.number == 10);
    template_evaluate(set, SLICE("n +"), &context, &realm, &error);
    assert_int_equal(error.code, ERROR_SYNTAX);
    arena_destroy(arena);
    template_set_destroy(set);
}

static void test_references(void **state)
{
    (void)state;
    struct template_set *set = make_set();
    struct error error = {.code = ERROR_NONE};
    const struct template *t = template_compile(
        set, SLICE("dir/page"), SLICE("page.njk"),
        SLICE("{% extends 'base' %}{% include './x' ignore missing %}\n{% import m as n %}"), 5,
        SLICE_EMPTY, &error);
    size_t count = 0;
    bool computed = false;
    assert_non_null(t);
    const struct template_reference *rows = template_references(t, &count, &computed);
    assert_int_equal(count, 2);
    assert_true(computed);
    assert_true(slice_equal(rows[0].name, SLICE("base")) && rows[0].kind == 'e');
    assert_true(slice_equal(rows[1].name, SLICE("dir/x")) && rows[1].ignore_missing);
    assert_int_equal(rows[1].line, 5);
    template_set_destroy(set);
}

static void test_prelude_leaves_line_numbers_alone(void **state)
{
    (void)state;
    struct template_set *set = make_set();
    struct arena *arena = arena_create(0, 0);
    struct value_realm realm = value_realm_create(arena);
    struct error error = {.code = ERROR_NONE};
    struct template_output output;
    const struct template *t =
        template_compile(set, SLICE("p"), SLICE("p.md"), SLICE("{{ field('x') }}\n{{ f() }}"), 8,
                         SLICE("{% from 'forms' import field %}"), &error);
    assert_non_null(t);
    assert_false(template_render(t, NULL, &realm, &output, &error));
    assert_int_equal(error.place.line, 9);
    assert_string_equal(error.source_line, "{{ f() }}");
    arena_destroy(arena);
    template_set_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loads_once),
        cmocka_unit_test(test_missing_and_broken),
        cmocka_unit_test(test_threads_share_a_set),
        cmocka_unit_test(test_extension_tables),
        cmocka_unit_test(test_macros_as_filters_and_shortcodes),
        cmocka_unit_test(test_evaluate),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_prelude_leaves_line_numbers_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
