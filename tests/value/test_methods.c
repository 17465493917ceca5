// SPDX-License-Identifier: MIT
//
// What the oracle cannot ask: methods that call back, limits, safe strings, tables in order.
#include "value/methods.h"
#include "value/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct value_realm realm;
    struct error error;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture.arena = arena_create(0, 0);
    fixture.realm = value_realm_create(fixture.arena);
    error_clear(&fixture.error);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_destroy(f->arena);
    return 0;
}

static struct value parse(struct fixture *f, const char *json)
{
    return value_from_json(f->arena, SLICE("test"), slice_from_cstr(json), NULL, &f->error);
}

static struct value call(struct fixture *f, struct value self, const char *name,
                         const struct value *args, uint32_t argc)
{
    struct value method = value_property(&f->realm, self, value_string(slice_from_cstr(name)));
    return value_invoke(&f->realm, method, self, args, argc, &f->error);
}

static void assert_json(struct fixture *f, struct value v, const char *wanted)
{
    struct buffer out = buffer_create(f->arena, 0);
    assert_false(error_is_set(&f->error));
    assert_true(value_to_json(&f->realm, &out, v, 0, NULL));
    assert_string_equal(buffer_cstr(&out), wanted);
}

static struct value is_even(struct value_call *c)
{
    return value_boolean((int64_t)value_arg(c, 0).number % 2 == 0);
}

static struct value describe(struct value_call *c)
{
    struct slice parts[] = {value_to_text(c->realm, value_arg(c, 0)), SLICE("@"),
                            value_to_text(c->realm, value_arg(c, 1))};
    return value_concat(c->realm, parts, 3, c->error);
}

static struct value sum(struct value_call *c)
{
    return value_add(c->realm, value_arg(c, 0), value_arg(c, 1), c->error);
}

static struct value descending(struct value_call *c)
{
    return value_number(value_arg(c, 1).number - value_arg(c, 0).number);
}

static struct value failing(struct value_call *c)
{
    error_set(c->error, ERROR_RUNTIME, "no");
    return value_undefined();
}

static struct value native(struct fixture *f, value_native function)
{
    return value_function(f->arena, SLICE("f"), function, NULL);
}

static void test_array_callbacks(void **state)
{
    struct fixture *f = *state;
    struct value list = parse(f, "[3,4,5,6]");
    struct value even = native(f, is_even), text = native(f, describe), add = native(f, sum);
    assert_json(f, call(f, list, "filter", &even, 1), "[4,6]");
    assert_json(f, call(f, list, "find", &even, 1), "4");
    assert_json(f, call(f, list, "findLast", &even, 1), "6");
    assert_json(f, call(f, list, "findIndex", &even, 1), "1");
    assert_json(f, call(f, list, "some", &even, 1), "true");
    assert_json(f, call(f, list, "every", &even, 1), "false");
    assert_json(f, call(f, list, "map", &text, 1), "[\"3@0\",\"4@1\",\"5@2\",\"6@3\"]");
    assert_json(f, call(f, list, "reduce", &add, 1), "18");
    assert_json(f, call(f, parse(f, "[1,[2,3],[]]"), "flatMap", &text, 1),
                "[\"1@0\",\"2,3@1\",\"@2\"]");
    struct value order = native(f, descending);
    assert_json(f, call(f, list, "sort", &order, 1), "[6,5,4,3]");
}

static void test_callback_failure_stops(void **state)
{
    struct fixture *f = *state;
    struct value no = native(f, failing);
    call(f, parse(f, "[1,2,3]"), "sort", &no, 1);
    assert_string_equal(f->error.message, "no");
}

static void test_not_a_function(void **state)
{
    struct fixture *f = *state;
    struct value text = VALUE_LITERAL("x");
    call(f, parse(f, "[1]"), "map", &text, 1);
    assert_string_equal(f->error.message, "cannot call a string: it is not a function");
}

static struct value upper(struct value_call *c)
{
    struct value method = value_property(c->realm, c->args[0], VALUE_LITERAL("toUpperCase"));
    return value_invoke(c->realm, method, c->args[0], NULL, 0, c->error);
}

static void test_replace_with_a_function(void **state)
{
    struct fixture *f = *state;
    struct value words = value_regexp(f->arena, SLICE("\\b\\w"), SLICE("g"), &f->error);
    struct value args[] = {words, native(f, upper)};
    assert_json(f, call(f, VALUE_LITERAL("two words"), "replace", args, 2), "\"Two Words\"");
}

static void test_match_has_index_and_groups(void **state)
{
    struct fixture *f = *state;
    struct value pattern =
        value_regexp(f->arena, SLICE("(?<y>\\d{4})-(\\d\\d)"), SLICE_EMPTY, &f->error);
    struct value m = call(f, VALUE_LITERAL("é 2024-05"), "match", &pattern, 1);
    assert_json(f, m, "[\"2024-05\",\"2024\",\"05\"]");
    assert_json(f, value_property(&f->realm, m, VALUE_LITERAL("index")), "2");
    assert_json(f, value_property(&f->realm, m, VALUE_LITERAL("groups")), "{\"y\":\"2024\"}");
}

static void test_patterns_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct value slow = value_regexp(f->arena, SLICE("(a+)+$"), SLICE_EMPTY, &f->error);
    struct value text = VALUE_LITERAL("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
    struct value_match match;
    assert_false(value_regexp_match(&f->realm, slow, value_text(text), 0, &match, &f->error));
    assert_int_equal(f->error.code, ERROR_LIMIT);
}

static void test_bad_patterns_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"(", "[a", "a++", "(?>a)", "(*ACCEPT)", "(?i)a", "\\"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        error_clear(&f->error);
        struct value v = value_regexp(f->arena, slice_from_cstr(bad[i]), SLICE_EMPTY, &f->error);
        assert_int_equal(v.type, VALUE_UNDEFINED);
        assert_int_equal(f->error.code, ERROR_SYNTAX);
    }
    error_clear(&f->error);
    value_regexp(f->arena, SLICE("a"), SLICE("gg"), &f->error);
    assert_int_equal(f->error.code, ERROR_SYNTAX);
}

static void test_texts_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct value times = value_number(1e9);
    f->realm.text_max = 1000;
    call(f, VALUE_LITERAL("abc"), "repeat", &times, 1);
    assert_int_equal(f->error.code, ERROR_LIMIT);
    error_clear(&f->error);
    call(f, VALUE_LITERAL("abc"), "padStart", &times, 1);
    assert_int_equal(f->error.code, ERROR_LIMIT);
}

static void test_cyclic_arrays_print_and_fail_as_json(void **state)
{
    struct fixture *f = *state;
    struct value list = parse(f, "[1]");
    value_push(&f->realm, NULL, list, list);
    value_push(&f->realm, NULL, list, list);
    assert_true(slice_equal(value_to_text(&f->realm, list), SLICE("1,,")));
    struct buffer out = buffer_create(f->arena, 1 << 20);
    assert_false(value_to_json(&f->realm, &out, list, 0, &f->error));
    assert_true(error_is_set(&f->error));
}

static void test_safe_strings(void **state)
{
    struct fixture *f = *state;
    struct value safe = value_safe_string(SLICE("<b>é"));
    assert_json(f, value_property(&f->realm, safe, VALUE_LITERAL("length")), "4");
    assert_int_equal(value_property(&f->realm, safe, value_number(0)).type, VALUE_UNDEFINED);
    assert_true(slice_equal(value_typeof(safe), SLICE("object")));
    assert_true(value_loose_equal(&f->realm, safe, VALUE_LITERAL("<b>é")));
    assert_false(value_strict_equal(safe, VALUE_LITERAL("<b>é")));
    assert_json(f, call(f, safe, "toUpperCase", NULL, 0), "\"<B>É\"");
    assert_int_equal(value_add(&f->realm, safe, VALUE_LITERAL("x"), &f->error).flags & VALUE_SAFE,
                     0);
}

static void test_named_arguments(void **state)
{
    struct fixture *f = *state;
    struct value keywords = parse(f, "{\"end\":\"!\"}");
    keywords.flags |= VALUE_KEYWORDS;
    struct value args[] = {value_number(1), value_number(2), keywords};
    struct value_call c = {.realm = &f->realm, .args = args, .argc = 3, .error = &f->error};
    assert_int_equal(value_arg_count(&c), 2);
    assert_json(f, value_arg_named(&c, 5, SLICE("end")), "\"!\"");
    assert_json(f, value_arg_named(&c, 1, SLICE("other")), "2");
    assert_int_equal(value_arg_named(&c, 2, SLICE("other")).type, VALUE_UNDEFINED);
}

static void test_tables_are_sorted(void **state)
{
    (void)state;
    const struct method_table *tables[] = {&METHODS_STRING,   &METHODS_ARRAY,  &METHODS_OBJECT,
                                           &METHODS_FUNCTION, &METHODS_REGEXP, &METHODS_DATE,
                                           &METHODS_NUMBER,   &METHODS_BOOLEAN};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (size_t i = 1; i < tables[t]->count; i++)
            assert_true(slice_compare(tables[t]->rows[i - 1].name, tables[t]->rows[i].name) < 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_array_callbacks),
        TEST(test_callback_failure_stops),
        TEST(test_not_a_function),
        TEST(test_replace_with_a_function),
        TEST(test_match_has_index_and_groups),
        TEST(test_patterns_are_bounded),
        TEST(test_bad_patterns_are_refused),
        TEST(test_texts_are_bounded),
        TEST(test_cyclic_arrays_print_and_fail_as_json),
        TEST(test_safe_strings),
        TEST(test_named_arguments),
        TEST(test_tables_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
