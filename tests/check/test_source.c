// SPDX-License-Identifier: MIT
//
// The source map and the HTML tokens that check uses.
#include "check/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = arena_create(0, 0);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_destroy(*state);
    return 0;
}

static struct source_map map_of(void **state, const char *text)
{
    struct source_map map;
    source_map_read(&map, *state, slice_from_cstr(text), 0);
    return map;
}

static void assert_text(struct slice text, const char *expected)
{
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.ptr ? text.ptr : "", expected, text.len);
}

// The whole of row n, its label and its value.
static void assert_row(const struct source_map *map, size_t n, enum reference_kind kind,
                       const char *whole, const char *label, const char *value)
{
    assert_true(n < map->count);
    const struct reference *row = &map->rows[n];
    assert_int_equal(row->kind, kind);
    assert_text(slice_sub(map->text, row->at, row->end), whole);
    assert_text(row->label, label);
    assert_text(row->value, value);
}

static void links_and_images(void **state)
{
    struct source_map map = map_of(state, "a [b **c**](/d/ \"e\") ![f](<g h>) [i](j(k)l) [m]()");
    assert_int_equal(map.count, 4);
    assert_row(&map, 0, REFERENCE_LINK, "[b **c**](/d/ \"e\")", "b **c**", "/d/");
    assert_row(&map, 1, REFERENCE_IMAGE, "![f](<g h>)", "f", "g h");
    assert_row(&map, 2, REFERENCE_LINK, "[i](j(k)l)", "i", "j(k)l");
    assert_row(&map, 3, REFERENCE_LINK, "[m]()", "m", "");
}

// An address in angle brackets has a scheme; without one it is a tag.
static void autolinks(void **state)
{
    struct source_map map = map_of(state, "<https://a/b> <c+d.e:f> <g h:i> <j:k");
    assert_int_equal(map.count, 3);
    assert_row(&map, 0, REFERENCE_LINK, "<https://a/b>", "", "https://a/b");
    assert_row(&map, 1, REFERENCE_LINK, "<c+d.e:f>", "", "c+d.e:f");
    assert_int_equal(map.rows[2].kind, REFERENCE_TAG);
}

static void parameters_and_attributes(void **state)
{
    struct source_map map =
        map_of(state, "{{ c('x', {url: '', \"html\": '<a href=\"/y/\">z</a>'}) }}<img src=w>");
    assert_row(&map, 0, REFERENCE_PARAMETER, "'x'", "", "x");
    assert_row(&map, 1, REFERENCE_PARAMETER, "url: ''", "url", "");
    // A quoted key is a text too.
    assert_row(&map, 2, REFERENCE_PARAMETER, "\"html\"", "", "html");
    assert_text(map.rows[3].label, "html");
    assert_row(&map, 4, REFERENCE_TAG, "<a href=\"/y/\">", "", "a");
    assert_row(&map, 5, REFERENCE_ATTRIBUTE, "<a href=\"/y/\">", "href", "/y/");
    assert_row(&map, 6, REFERENCE_TAG, "<img src=w>", "", "img");
    assert_row(&map, 7, REFERENCE_ATTRIBUTE, "<img src=w>", "src", "w");
}

static void variables_are_no_parameters(void **state)
{
    struct source_map map = map_of(state, "{% set url = '' %}{{ f(url='') }}");
    assert_text(map.rows[0].label, "");
    assert_text(map.rows[1].label, "url");
}

static void code_and_comments_are_hidden(void **state)
{
    const char *text = "`[a]()` ``b` ``\n\n```\n[c]()\n```\n<!-- [d]() --> {# [e]() #} \\[f]()";
    struct source_map map = map_of(state, text);
    assert_int_equal(map.count, 0);
    assert_true(source_map_hidden(&map, 1)->code);
    assert_false(source_map_hidden(&map, slice_find(map.text, SLICE("[d]"), 0))->code);
    assert_null(source_map_hidden(&map, slice_find(map.text, SLICE("[f]"), 0)));
    assert_null(source_map_hidden(&map, map.text.len));
}

static void headings_and_tables(void **state)
{
    struct source_map map = map_of(state, "# One {.x}\n\nTwo\n---\n\n|a|\n|-|\n|b|\n\n#no\n");
    assert_int_equal(map.count, 3);
    assert_text(map.rows[0].value, "One");
    assert_int_equal(map.rows[0].level, 1);
    assert_text(slice_trim(map.rows[1].value), "Two");
    assert_int_equal(map.rows[1].level, 2);
    assert_row(&map, 2, REFERENCE_TABLE, "|a|", "", "|a|");
}

static void rows_of_a_value_in_their_order(void **state)
{
    struct source_map map = map_of(state, "[a](/x%20y/) [b](/z/) [c](</x y/>)");
    struct reference *row = source_map_first(&map, SLICE("/x y/"));
    assert_text(row->label, "a");
    row = source_map_next(&map, row);
    assert_text(row->label, "c");
    assert_null(source_map_next(&map, row));
    assert_null(source_map_first(&map, SLICE("/none/")));
}

// Wherever a text is cut, nothing outside it is read.
static void every_beginning_of_a_text(void **state)
{
    struct slice whole =
        SLICE("[a](<b>) `c` ```\n<a x='{{ \"d\" }}' <!-- {# {% set e='f' %} \\# g\n|-|\n===\n");
    for (size_t length = 0; length <= whole.len; length++) {
        struct source_map map;
        // A copy of exactly that length, so that the sanitizer sees a read past it.
        source_map_read(&map, *state, arena_copy(*state, slice_sub(whole, 0, length)), 0);
        for (size_t i = 0; i < map.count; i++)
            assert_true(map.rows[i].at <= length && map.rows[i].value_end <= length);
    }
}

static void words(void **state)
{
    (void)state;
    assert_true(same_words(SLICE("One **two**"), SLICE("one <b>TWO</b>!")));
    assert_true(
        same_words(SLICE("\"a\" -- b..."), SLICE("\xe2\x80\x9c"
                                                 "a\xe2\x80\x9d \xe2\x80\x93 b\xe2\x80\xa6")));
    assert_false(same_words(SLICE("one"), SLICE("one two")));
}

static void tokens_of_html(void **state)
{
    struct slice html =
        SLICE("a<!-- <b> --><img alt='>' src = \"x\" hidden>< c<script>if (a<b)</script>");
    struct html_token token;
    size_t at = 0;
    (void)state;
    assert_true(html_next(html, &at, &token));
    assert_int_equal(token.kind, HTML_TEXT);
    assert_true(html_next(html, &at, &token));
    assert_true(html_is(&token, "IMG"));
    assert_text(html_attribute(token.text, "alt"), ">");
    assert_text(html_attribute(token.text, "src"), "x");
    assert_non_null(html_attribute(token.text, "hidden").ptr);
    assert_null(html_attribute(token.text, "sr").ptr);
    assert_true(html_next(html, &at, &token));
    assert_text(token.text, "< c");
    assert_true(html_next(html, &at, &token));
    assert_true(html_is(&token, "script"));
    assert_false(html_next(html, &at, &token));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(links_and_images, set_up, tear_down),
        cmocka_unit_test_setup_teardown(autolinks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parameters_and_attributes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(variables_are_no_parameters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(code_and_comments_are_hidden, set_up, tear_down),
        cmocka_unit_test_setup_teardown(headings_and_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_of_a_value_in_their_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_beginning_of_a_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tokens_of_html, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
