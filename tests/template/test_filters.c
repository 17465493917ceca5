// SPDX-License-Identifier: MIT
//
// The built-ins as a template sees them. What Nunjucks has is tested by the recorded cases of
// tests/conformance; here stands what it has not (dates, slugs), what goes wrong and how that
// reads, what is bounded, and that the documentation names every built-in.
#include "template/template.h"

#include "base/file.h"
#include "processor_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct template_set *set;
    struct value_realm realm;
    struct error error;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.arena = arena_create(0, (size_t)512 << 20)};
    fixture.set = template_set_create(&(struct template_options){0}, &fixture.error);
    fixture.realm = value_realm_create(fixture.arena);
    *state = &fixture;
    return fixture.arena && fixture.set ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    template_set_destroy(fixture->set);
    arena_destroy(fixture->arena);
    return 0;
}

static struct value evaluate(struct fixture *f, const char *expression)
{
    struct template_context context = {.layers = {value_object(f->arena)}, .count = 1};
    memset(&f->error, 0, sizeof f->error);
    return template_evaluate(f->set, slice_from_cstr(expression), &context, &f->realm, &f->error);
}

static void check(struct fixture *f, const char *expression, const char *expected)
{
    struct value v = evaluate(f, expression);
    if (error_is_set(&f->error))
        fail_msg("%s: %s", expression, f->error.message);
    char *text = arena_cstr(f->arena, value_to_text(&f->realm, v));
    if (strcmp(text, expected) != 0)
        fail_msg("%s: expected %s, got %s", expression, expected, text);
}

// The expression fails with that text in its message or hint.
static void check_error(struct fixture *f, const char *expression, enum error_code code,
                        const char *text)
{
    evaluate(f, expression);
    if (f->error.code != code)
        fail_msg("%s: error code %d, not %d", expression, (int)f->error.code, (int)code);
    if (!strstr(f->error.message, text) && !strstr(f->error.hint, text))
        fail_msg("%s: \"%s\" (%s)", expression, f->error.message, f->error.hint);
}

static void test_date(void **state)
{
    struct fixture *f = *state;
    check(f, "'2024-05-23' | date", "Invalid DateTime");
    check(f, "true | date", "Invalid DateTime");
    check(f, "'2024-05-23' | strftime", "23 May 2024");
    check(f, "'2024-05-23T09:05:00Z' | date('%A %-d %B %Y, %-I:%M %p')",
          "Thursday 23 May 2024, 9:05 AM");
    check(f, "'2024-05-23' | date('%-d/%-m/%y')", "23/5/24");
    check(f, "'2024-05-23' | strftime", "23 May 2024");
    check(f, "0 | date('%Y-%m-%d')", "1970-01-01");
    check(f, "'2024-05-03' | strftime('%e.%m.')", " 3.05.");
    assert_false(f->realm.impure);
    check(f, "'now' | date('yyyy')", "1970");
    assert_true(f->realm.impure);
}

static void test_date_errors(void **state)
{
    struct fixture *f = *state;
    check_error(f, "'tomorrow' | strftime", ERROR_RUNTIME, "\"tomorrow\"");
    check_error(f, "'tomorrow' | strftime", ERROR_RUNTIME, "2024-05-23");
    check_error(f, "missing | strftime", ERROR_RUNTIME, "undefined");
    check_error(f, "'now' | date([])", ERROR_RUNTIME, "an array");
}

static void test_slugify(void **state)
{
    struct fixture *f = *state;
    check(f, "'Hello, World!' | slugify", "hello-world");
    check(f, "'  Don\\'t  stop & go ' | slugify", "dont-stop-and-go");
    check(f, "'Crème Brûlée – Übergröße' | slugify", "creme-brulee-uebergroesse");
    check(f, "'fooBar APIs' | slugify", "foobar-apis");
    check(f, "'fooBar HTMLPage' | slugify({decamelize: true})", "foo-bar-html-page");
    check(f, "'---' | slugify", "");
    check(f, "42 | slugify", "42");
    check(f, "'v1.2_beta' | slugify", "v1-2-beta");
}

static void test_slug(void **state)
{
    struct fixture *f = *state;
    check(f, "'Hello  World & Co' | slug", "hello-world-and-co");
    check(f, "'a_b.c' | slug", "a_b.c");
    check(f, "'Über 50% off' | slug", "uber-50percent-off");
}

static void test_errors_name_the_filter_and_what_it_got(void **state)
{
    struct fixture *f = *state;
    check_error(f, "5 | upper", ERROR_RUNTIME, "upper needs a text, but got a number");
    check_error(f, "5 | upper", ERROR_RUNTIME, "value | string | upper");
    check_error(f, "none | first", ERROR_RUNTIME, "null");
    check_error(f, "'x' | join", ERROR_RUNTIME, "join needs an array, but got a text");
    check_error(f, "[1] | dictsort", ERROR_RUNTIME, "must be an object");
    check_error(f, "[1] | select('nosuch')", ERROR_RUNTIME, "test not found: nosuch");
    check_error(f, "none is iterable", ERROR_RUNTIME, "null");
}

static void test_everything_is_bounded(void **state)
{
    struct fixture *f = *state;
    f->realm.text_max = 1 << 20;
    check_error(f, "range(1000000000)", ERROR_LIMIT, "items");
    check_error(f, "range(0, 1, 0.000000001)", ERROR_LIMIT, "items");
    check_error(f, "range('1', '3')", ERROR_LIMIT, "");
    check_error(f, "'x' | center(1000000000000000)", ERROR_LIMIT, "bytes");
    check_error(f, "'x' | indent(1000000000000000, true)", ERROR_LIMIT, "bytes");
    check_error(f, "[1] | batch(1000000000000000, 'x')", ERROR_LIMIT, "items");
    check_error(f, "[1] | slice(1000000000000000)", ERROR_LIMIT, "items");
    check_error(f, "('x' | center(60000)) | replace('', ' ' | center(60000))", ERROR_LIMIT,
                "bytes");
}

// Scanners that a regular expression would run in quadratic time.
static double seconds_of(struct fixture *f, const char *text, int length, const char *filter)
{
    char expression[200];
    snprintf(expression, sizeof expression,
             "('%s' | center(%d) | replace(' ', '%s') | %s | length) > 1", text, length, text,
             filter);
    double begin = processor_seconds();
    check(f, expression, "true");
    return processor_seconds() - begin;
}

// Sixteen times the length takes sixteen times as long on any machine; 256 times if it is
// quadratic.
static void test_long_hostile_texts_are_linear(void **state)
{
    struct fixture *f = *state;
    static const char *const ROWS[][2] = {
        {"<", "striptags"}, {"<!--", "striptags"}, {"a@", "urlize"}};
    template_set_destroy(f->set);
    f->set = template_set_create(&(struct template_options){.limits = {.milliseconds = UINT32_MAX}},
                                 &f->error);
    check(f, "('<' | center(400000) | replace(' ', '<') | striptags | length)", "400000");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        double some = seconds_of(f, ROWS[i][0], 12500, ROWS[i][1]);
        assert_true(seconds_of(f, ROWS[i][0], 200000, ROWS[i][1]) < 100 * some);
    }
}

static void test_safety(void **state)
{
    struct fixture *f = *state;
    check(f, "('<' | safe | trim) is escaped", "true");
    check(f, "('<' | safe | upper) is escaped", "false");
    check(f, "('<' | trim) is escaped", "false");
    check(f, "'`\\\\' | e", "`&#92;");
    check(f, "('<' | e | e) ~ ('<' | e | forceescape)", "&lt;&amp;lt;");
}

static void test_sort_is_stable_and_long(void **state)
{
    struct fixture *f = *state;
    check(f, "range(200) | reverse | sort | join(' ') == (range(200) | join(' '))", "true");
    check(f, "[3, undefined, 1] | sort | join('-')", "1-3-");
    check(f,
          "[{a: 1, b: 'x'}, {a: 0, b: 'y'}, {a: 1, b: 'z'}] | sort(attribute='a') | join('', 'b')",
          "yxz");
}

static void test_moduk_class(void **state)
{
    struct fixture *f = *state;
    check(f, "({classes: 'a'} | addCustomMODUKClass('m')).classes", "m a");
    check(f, "({} | addCustomMODUKClass('m', {path: 'tag.classes'})).tag.classes", "m");
    check(f, "({classes: 'x-1 y'} | addCustomMODUKClass('m', {not: r/^x-/})).classes", "x-1 y");
}

// ---- the tables and their documentation ----

// A row of the manual's tables; a | within a cell has a backslash before it.
static struct slice manual_row(struct fixture *f, const struct template_builtin *row)
{
    struct buffer out = buffer_create(f->arena, 0);
    buffer_printf(&out, "| `%s` | `", row->name);
    for (const char *c = row->usage; *c; c++) {
        if (*c == '|')
            buffer_append_byte(&out, '\\');
        buffer_append_byte(&out, *c);
    }
    buffer_printf(&out, "` | %s |", row->doc);
    return buffer_slice(&out);
}

static void check_table(struct fixture *f, struct slice manual, const struct template_builtin *row)
{
    const char *before = "";
    for (; row->name; row++) {
        assert_non_null(row->call);
        if (strcmp(before, row->name) >= 0)
            fail_msg("%s does not come after %s", row->name, before);
        before = row->name;
        struct slice line = manual_row(f, row);
        if (slice_find(manual, line, 0) == SIZE_MAX)
            fail_msg("docs/nunjucks-compatibility.md lacks: %.*s", SLICE_ARG(line));
    }
}

static void test_manual_names_every_built_in(void **state)
{
    struct fixture *f = *state;
    struct slice manual;
    if (!file_read(f->arena, "docs/nunjucks-compatibility.md", 1 << 20, &manual, &f->error))
        fail_msg("%s", f->error.message);
    check_table(f, manual, template_builtin_filters());
    check_table(f, manual, template_builtin_tests());
    check_table(f, manual, template_builtin_globals());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_date),
        TEST(test_date_errors),
        TEST(test_slugify),
        TEST(test_slug),
        TEST(test_errors_name_the_filter_and_what_it_got),
        TEST(test_everything_is_bounded),
        TEST(test_long_hostile_texts_are_linear),
        TEST(test_safety),
        TEST(test_sort_is_stable_and_long),
        TEST(test_moduk_class),
        TEST(test_manual_names_every_built_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
