// SPDX-License-Identifier: MIT
//
// What the oracle cannot ask: methods that call back, limits, safe strings, tables in order.
#include "value/methods.h"
#include "value/value.h"

#include <math.h>
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

static struct value twice(struct value_call *c)
{
    struct value pair = value_array(c->realm->arena, 2);
    value_push(c->realm, c->realm->arena, pair, value_arg(c, 0));
    value_push(c->realm, c->realm->arena, pair, value_arg(c, 0));
    return pair;
}

static struct value note(struct value_call *c)
{
    *(double *)c->data += value_arg(c, 0).number;
    return value_undefined();
}

static void test_more_array_callbacks(void **state)
{
    struct fixture *f = *state;
    double sum_of = 0;
    struct value list = parse(f, "[3,4,5,6]"), even = native(f, is_even);
    struct value text = native(f, describe), pair = native(f, twice), add = native(f, sum);
    struct value noting = value_function(f->arena, SLICE("note"), note, &sum_of);
    assert_json(f, call(f, list, "findLastIndex", &even, 1), "3");
    assert_json(f, call(f, parse(f, "[1]"), "findLastIndex", &even, 1), "-1");
    assert_json(f, call(f, parse(f, "[1]"), "findIndex", &even, 1), "-1");
    assert_int_equal(call(f, parse(f, "[1]"), "find", &even, 1).type, VALUE_UNDEFINED);
    assert_json(f, call(f, list, "flatMap", &pair, 1), "[3,3,4,4,5,5,6,6]");
    assert_json(f, call(f, list, "reduceRight", &text, 1), "\"6@5@4@3\"");
    assert_int_equal(call(f, list, "forEach", &noting, 1).type, VALUE_UNDEFINED);
    assert_true(sum_of == 18);
    struct value with[] = {add, value_number(100)};
    assert_json(f, call(f, list, "reduce", with, 2), "118");
    assert_json(f, call(f, parse(f, "[]"), "reduce", with, 2), "100");
    assert_json(f, call(f, parse(f, "[]"), "some", &even, 1), "false");
    assert_json(f, call(f, parse(f, "[]"), "every", &even, 1), "true");
}

static void test_callback_failure_stops(void **state)
{
    static const char *const NAMES[] = {
        "sort",     "map",     "filter", "find",          "some",        "every",   "findIndex",
        "findLast", "forEach", "reduce", "findLastIndex", "reduceRight", "flatMap", "toSorted"};
    struct fixture *f = *state;
    struct value no = native(f, failing);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        error_clear(&f->error);
        call(f, parse(f, "[1,2,3]"), NAMES[i], &no, 1);
        assert_string_equal(f->error.message, "no");
    }
}

// A function's own methods, with this and arguments apart.
static struct value self_and_sum(struct value_call *c)
{
    struct slice parts[] = {value_to_text(c->realm, c->self), SLICE(":"),
                            value_to_text(c->realm, sum(c))};
    return value_concat(c->realm, parts, 3, c->error);
}

static void test_call_and_apply(void **state)
{
    struct fixture *f = *state;
    struct value function = native(f, self_and_sum);
    struct value args[] = {VALUE_LITERAL("me"), value_number(1), value_number(2)};
    struct value applied[] = {VALUE_LITERAL("me"), parse(f, "[3,4]")};
    assert_json(f, call(f, function, "call", args, 3), "\"me:3\"");
    assert_json(f, call(f, function, "call", args, 1), "\"me:NaN\"");
    assert_json(f, call(f, function, "apply", applied, 2), "\"me:7\"");
    assert_json(f, call(f, function, "apply", applied, 1), "\"me:NaN\"");
    assert_json(f, value_property(&f->realm, function, VALUE_LITERAL("name")), "\"f\"");
    assert_json(f, value_property(&f->realm, function, VALUE_LITERAL("length")), "0");
}

// What Node throws a TypeError or RangeError for.
static void test_calls_that_are_refused(void **state)
{
    struct fixture *f = *state;
    struct value pattern = value_regexp(f->arena, SLICE("a"), SLICE_EMPTY, &f->error);
    struct value text = VALUE_LITERAL("abc"), list = parse(f, "[1,2]"), add = native(f, sum);
    struct value big = value_number(1000), minus = value_number(-3);
    const struct {
        struct value self;
        const char *method;
        struct value arg;
        const char *message;
    } CASES[] = {
        {text, "includes", pattern, "includes: expected a text, not a regular expression"},
        {text, "startsWith", pattern, "startsWith: expected a text, not a regular expression"},
        {text, "endsWith", pattern, "endsWith: expected a text, not a regular expression"},
        {text, "matchAll", pattern, "matchAll"},
        {text, "replaceAll", pattern, "replaceAll"},
        {text, "normalize", text, "normalize"},
        {text, "repeat", value_number(-1), "repeat"},
        {list, "with", value_number(2), "with: there is no item at that index"},
        {list, "with", minus, "with: there is no item at that index"},
        {list, "sort", text, "sort: the comparison is not a function"},
        {parse(f, "[]"), "reduce", add, "reduce"},
        {parse(f, "[]"), "reduceRight", add, "reduce"},
        {value_number(1.5), "toFixed", big, "toFixed"},
        {value_number(1.5), "toPrecision", big, "toPrecision"},
        {value_number(1.5), "toPrecision", value_number(0), "toPrecision"},
        {value_number(1.5), "toExponential", big, "toExponential"},
        {value_number(1.5), "toString", big, "toString"},
        {value_date(NAN), "toISOString", big, "toISOString: the date is not valid"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        error_clear(&f->error);
        struct value v = call(f, CASES[i].self, CASES[i].method, &CASES[i].arg, 1);
        if (v.type != VALUE_UNDEFINED || !error_is_set(&f->error) ||
            !strstr(f->error.message, CASES[i].message))
            fail_msg("%s: %s", CASES[i].method, error_is_set(&f->error) ? f->error.message : "");
    }
}

// Methods of one type, called on a value of another.
static void test_methods_of_patterns_need_one(void **state)
{
    struct fixture *f = *state;
    struct value pattern = value_regexp(f->arena, SLICE("a"), SLICE_EMPTY, &f->error);
    struct value text = VALUE_LITERAL("a");
    static const char *const NAMES[] = {"test", "exec"};
    for (size_t i = 0; i < 2; i++) {
        struct value name = value_string(slice_from_cstr(NAMES[i]));
        struct value method = value_property(&f->realm, pattern, name);
        error_clear(&f->error);
        value_invoke(&f->realm, method, text, &text, 1, &f->error);
        assert_non_null(strstr(f->error.message, "is not called on a regular expression"));
    }
}

static struct value count_arguments(struct value_call *c)
{
    return value_number(c->argc);
}

// As many groups as a match holds, named, and a function that is given all of them.
static void test_replace_gives_all_groups(void **state)
{
    struct fixture *f = *state;
    struct value most =
        value_regexp(f->arena, SLICE("(?<g>a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)(l)(m)(n)(o)(p)"),
                     SLICE("y"), &f->error);
    struct value args[] = {most, native(f, count_arguments)};
    assert_json(f, call(f, VALUE_LITERAL("abcdefghijklmnop!"), "replace", args, 2), "\"20!\"");
    assert_json(f, call(f, VALUE_LITERAL("!abcdefghijklmnop"), "replace", args, 2),
                "\"!abcdefghijklmnop\""); // y: only at the start
    struct value pattern = value_regexp(f->arena, SLICE("(a)|(z)"), SLICE("g"), &f->error);
    struct value plain[] = {pattern, native(f, describe)};
    assert_json(f, call(f, VALUE_LITERAL("aba"), "replace", plain, 2), "\"a@aba@a\"");
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
    static const char *const bad[] = {"(",  "[a",  "a++", "(?>a)", "(*ACCEPT)",     "(?i)a",
                                      "\\", "a**", "(?",  "a?+",   "(?<n>a)(?<n>b)"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        error_clear(&f->error);
        struct value v = value_regexp(f->arena, slice_from_cstr(bad[i]), SLICE_EMPTY, &f->error);
        assert_int_equal(v.type, VALUE_UNDEFINED);
        assert_int_equal(f->error.code, ERROR_SYNTAX);
    }
    error_clear(&f->error);
    value_regexp(f->arena, SLICE("a"), SLICE("gg"), &f->error);
    assert_int_equal(f->error.code, ERROR_SYNTAX);
    error_clear(&f->error);
    value_regexp(f->arena, SLICE("a"), SLICE("q"), &f->error);
    assert_int_equal(f->error.code, ERROR_SYNTAX);
    static char long_pattern[100001];
    memset(long_pattern, 'a', sizeof long_pattern - 1);
    error_clear(&f->error);
    struct value v = value_regexp(f->arena, slice_from_cstr(long_pattern), SLICE_EMPTY, &f->error);
    assert_int_equal(v.type, VALUE_UNDEFINED);
    assert_int_equal(f->error.code, ERROR_LIMIT);
    error_clear(&f->error);
    struct value pattern = value_regexp(f->arena, SLICE("a"), SLICE_EMPTY, &f->error);
    struct value_match match;
    assert_false(value_regexp_match(&f->realm, pattern, SLICE("\xff"), 0, &match, &f->error));
    assert_non_null(strstr(f->error.message, "not valid UTF-8"));
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
        TEST(test_more_array_callbacks),
        TEST(test_callback_failure_stops),
        TEST(test_call_and_apply),
        TEST(test_calls_that_are_refused),
        TEST(test_methods_of_patterns_need_one),
        TEST(test_replace_gives_all_groups),
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
