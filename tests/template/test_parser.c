// SPDX-License-Identifier: MIT
//
// The lexer and parser alone: what is accepted and refused, where errors point and what they hint,
// and that long or deep sources neither take long nor overflow the stack.
#include "template/ast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ast *parse(struct arena *arena, struct slice source, struct error *error)
{
    const struct parser_input input = {.file = SLICE("t.njk"), .source = source, .first_line = 1};
    return template_parse(arena, &input, error);
}

static void accepts(void **state)
{
    static const char *const SOURCES[] = {
        "",
        "{{ a.b if c }}",
        "{{ -a | abs }}",
        "{{ not x in y }}",
        "{{ x not in y and z is not odd }}",
        "{% set x, y = 1 %}",
        "{% set x %}block{% endset %}",
        "{{ {a: 1, 'b': [1, 2.5], c: none} }}",
        "{{ r/a\\/b/gi.test(x) }}",
        "{% if a %}{% elif b %}{% elseif c %}{% else %}{% endif %}",
        "{% for k, v in o %}{% else %}{% endfor %}",
        "{% asyncEach x in y %}{% endeach %}{% asyncAll x in y %}{% endall %}",
        "{% switch a %}{% case 1 %}{% case 2 %}x{% default %}{% endswitch %}",
        "{% include 'a' ignore missing %}{% from 'a' import b as c, d with context %}",
        "{% macro m(a, b=1) %}{% endmacro %}{% call(x) m(1, b=2) %}{% endcall %}",
        "{% raw %}{% raw %}{{ {% endraw %}{% endraw %}",
        "{%- if a -%}{{- b -}}{#- c -#}{%- endif -%}",
        "{% block a %}{{ super() }}{% endblock a %}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof SOURCES / sizeof *SOURCES; i++) {
        struct arena *arena = arena_create(0, 0);
        struct error error = {0};
        if (!parse(arena, slice_from_cstr(SOURCES[i]), &error))
            fail_msg("%s: %s", SOURCES[i], error.message);
        arena_destroy(arena);
    }
}

static void refuses_with_a_place(void **state)
{
    static const struct {
        const char *source;
        unsigned line, column;
        const char *hint; // part of it; NULL: any
    } CASES[] = {
        {"one\n{{ a b }}", 2, 6, "}}"},
        {"{% fro x in y %}", 1, 4, "did you mean"},
        {"{% endif %}", 1, 4, "no open block"},
        {"\n\n{% do x %}", 3, 4, NULL},
        {"{# never closed", 1, 1, "#}"},
        {"{{ {1: 2} }}", 1, 5, "quotes"},
        {"{{ a. }}", 1, 7, NULL},
        {"{{ f(a b) }}", 1, 8, NULL},
        {"{{ f(5=1) }}", 1, 6, NULL},
        {"{{ a[1, 2] }}", 1, 5, NULL},
        {"{{ a is 5 }}", 1, 9, NULL},
        {"{{ a not 5 }}", 1, 6, NULL},
        {"{{ a | 5 }}", 1, 8, NULL},
        {"{{ a | b.5 }}", 1, 10, NULL},
        {"{{ () }", 1, 7, NULL},
        {"{% import 'a' as 'b' %}", 1, 18, NULL},
        {"{% import 'a' as 5 %}", 1, 18, NULL},
        {"{% import 'a' %}", 1, 15, NULL},
        {"{% from 'a' import 'b' %}", 1, 20, NULL},
        {"{% from 'a' import _b %}", 1, 20, NULL},
        {"{% from 'a' import b as 'c' %}", 1, 25, NULL},
        {"{% macro 'm'() %}{% endmacro %}", 1, 10, NULL},
        {"{% block a %}{% endblock b c %}", 1, 26, NULL},
        {"{% if a %}{% else b %}{% endif %}", 1, 19, NULL},
        {"{% switch a %}{% default b %}{% endswitch %}", 1, 26, NULL},
        {"{% for 'x' in y %}{% endfor %}", 1, 8, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena *arena = arena_create(0, 0);
        struct error error = {0};
        assert_null(parse(arena, slice_from_cstr(CASES[i].source), &error));
        assert_int_equal(error.code, ERROR_SYNTAX);
        if (error.place.line != CASES[i].line || error.place.column != CASES[i].column ||
            (CASES[i].hint && !strstr(error.hint, CASES[i].hint)))
            fail_msg("%s: %u:%u: %s (%s)", CASES[i].source, error.place.line, error.place.column,
                     error.message, error.hint);
        arena_destroy(arena);
    }
}

static void strings_have_their_escapes(void **state)
{
    struct arena *arena = arena_create(0, 0);
    struct error error = {0};
    (void)state;
    struct ast *root = parse(arena, SLICE("{{ 'a\\n\\t\\'\\\\b\\q' }}"), &error);
    assert_non_null(root);
    assert_int_equal(root->count, 1);
    assert_true(slice_equal(value_text(root->items[0]->a->value), SLICE("a\n\t'\\bq")));
    arena_destroy(arena);
}

static void deep_sources_are_refused(void **state)
{
    static const char *const UNITS[] = {"(",    "[",      "{a:",           "-",
                                        "not ", "a if ",  "{% if a %}",    "f(",
                                        "a[",   "x | f(", "{% block b %}", "a and not "};
    (void)state;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        struct arena *arena = arena_create(0, 0);
        struct buffer source = buffer_create(arena, 0);
        struct error error = {0};
        buffer_append_cstr(&source, UNITS[i][0] == '{' && UNITS[i][1] == '%' ? "" : "{{ ");
        for (unsigned n = 0; n < 20000; n++)
            buffer_append_cstr(&source, UNITS[i]);
        assert_null(parse(arena, buffer_slice(&source), &error));
        assert_true(error_is_set(&error));
        arena_destroy(arena);
    }
}

// A binary node is made after its right side, so its place lies before the last one asked for.
static void places_go_back(void **state)
{
    struct arena *arena = arena_create(0, 0);
    struct error error = {0};
    (void)state;
    struct ast *root = parse(arena, SLICE("é{{ a\n  + b\n.c\n}}"), &error);
    assert_non_null(root);
    struct ast *sum = root->items[1]->a;
    assert_int_equal(sum->kind, AST_BINARY);
    assert_int_equal(sum->line, 2);
    assert_int_equal(sum->column, 3);
    arena_destroy(arena);
}

// Nunjucks keeps what stands before the last tag of the same name where a raw block is not closed.
static void sources_are_utf8(void **state)
{
    (void)state;
    struct error error = {0};
    struct arena *arena = arena_create(0, 0);
    assert_null(parse(arena, SLICE("{{ a }}\nna\xefve"), &error));
    assert_string_equal(error.message, "the template is not UTF-8: byte 0xef");
    assert_int_equal(error.place.line, 2);
    assert_int_equal(error.place.column, 3);
    arena_destroy(arena);
}

static void raw_that_is_not_closed(void **state)
{
    struct arena *arena = arena_create(0, 0);
    struct error error = {0};
    (void)state;
    struct ast *root = parse(arena, SLICE("{% raw %}a{% raw %}b{% endraw %}c{{ 1 }}"), &error);
    assert_non_null(root);
    assert_int_equal(root->count, 3);
    assert_true(slice_equal(root->items[0]->text, SLICE("a{% raw %}b{% endraw %}")));
    assert_true(slice_equal(root->items[1]->text, SLICE("c")));
    struct buffer many = buffer_create(arena, 0);
    for (unsigned n = 0; n < 200000; n++) // would take minutes if it were quadratic
        buffer_append(&many, SLICE("{% raw %}"));
    assert_non_null(parse(arena, buffer_slice(&many), &error));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),
        cmocka_unit_test(refuses_with_a_place),
        cmocka_unit_test(strings_have_their_escapes),
        cmocka_unit_test(places_go_back),
        cmocka_unit_test(sources_are_utf8),
        cmocka_unit_test(raw_that_is_not_closed),
        cmocka_unit_test(deep_sources_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
