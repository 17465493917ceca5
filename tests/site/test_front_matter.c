// SPDX-License-Identifier: MIT
//
// Front matter: where it begins and ends, what it may hold, what is said about the rest.
#include "site/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct settings *settings;
    struct site site;
    struct source source;
    struct error error;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct error error = {0};
    fixture = (struct fixture){.arena = arena_create(0, 0)};
    // A directory without guidance.yaml: the defaults.
    fixture.settings =
        settings_load(fixture.arena, "tests/site", NULL, true, NULL, 0, NULL, &error);
    *state = &fixture;
    return fixture.settings ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    arena_destroy(fixture->arena);
    return 0;
}

static bool read(struct fixture *fixture, const char *text)
{
    fixture->site = (struct site){.arena = fixture->arena, .settings = fixture->settings};
    fixture->error = (struct error){0};
    fixture->source = (struct source){.path = SLICE("data/x.md"), .text = slice_from_cstr(text)};
    return front_matter_read(&fixture->site, &fixture->source, &fixture->error);
}

static void assert_text(struct slice actual, const char *expected)
{
    assert_int_equal(actual.len, strlen(expected));
    if (actual.len)
        assert_memory_equal(actual.ptr, expected, actual.len);
}

struct split {
    const char *text;
    const char *title; // NULL: there is no such key
    const char *body;
    unsigned body_line;
};

static const struct split SPLITS[] = {
    {"---\ntitle: a\n---\nbody\n", "a", "body\n", 4},
    {"---\r\ntitle: a\r\n---\r\nbody\r\n", "a", "body\r\n", 4},
    {"\xef\xbb\xbf---\ntitle: a\n---\nbody\n", "a", "body\n", 4},
    {"---yaml\ntitle: a\n---\nbody\n", "a", "body\n", 4},
    {"---json\n{\"title\": \"a\"}\n---\nbody\n", "a", "body\n", 4},
    {"---  \ntitle: a\n---\nbody\n", "a", "body\n", 4},
    // Blank lines and later rules belong to the body.
    {"---\ntitle: a\n---\n\n\nbody\n\n---\n", "a", "\n\nbody\n\n---\n", 4},
    // What follows the closing dashes is body, on the same line.
    {"---\ntitle: a\n--- x\nbody\n", "a", " x\nbody\n", 3},
    {"---\ntitle: a\n----\nbody\n", "a", "-\nbody\n", 3},
    {"---\n---\nbody\n", NULL, "body\n", 3},
    {"---\n# only a comment\n---\nbody\n", NULL, "body\n", 4},
    {"body\n", NULL, "body\n", 1},
    {"", NULL, "", 1},
    {"\n---\ntitle: a\n---\n", NULL, "\n---\ntitle: a\n---\n", 1},
    {" ---\ntitle: a\n---\n", NULL, " ---\ntitle: a\n---\n", 1},
    {"----\ntitle: a\n----\n", NULL, "----\ntitle: a\n----\n", 1},
};

static struct slice body_of(const struct fixture *fixture)
{
    struct slice text = fixture->source.text;
    return slice_sub(text, fixture->source.front_length, text.len);
}

static void splits_as_gray_matter(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof SPLITS / sizeof *SPLITS; i++) {
        assert_true(read(fixture, SPLITS[i].text));
        assert_text(body_of(fixture), SPLITS[i].body);
        assert_int_equal(fixture->source.body_line, SPLITS[i].body_line);
        struct value title = value_get(NULL, fixture->source.front_matter, SLICE("title"));
        if (SPLITS[i].title)
            assert_text(value_text(title), SPLITS[i].title);
        else
            assert_true(value_is(title, VALUE_UNDEFINED));
    }
}

struct fault {
    const char *text;
    unsigned line;
};

static const struct fault FAULTS[] = {
    {"---\ntitle: a\ntitle: b\n---\n", 3},
    {"---\na: b: c\n---\n", 2},
    {"---\na: !js x\n---\n", 2},
    {"---\na: 1\n...\nb: 2\n---\n", 4},
    {"---js\nmodule.exports = { title: 1 }\n---\n", 1},
    {"---toml\ntitle = 1\n---\n", 1},
};

static void names_the_place_of_a_fault(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
        assert_false(read(fixture, FAULTS[i].text));
        const struct error *error = &fixture->error;
        assert_string_equal(error->place.file, "data/x.md");
        assert_int_equal(error->place.line, FAULTS[i].line);
        assert_true(error->place.column > 0);
        assert_true(error->source_line[0] != '\0');
    }
}

// js-yaml's reading: the tab does not count, so that what is after it is at the line's own level.
static void passes_over_tabs_that_begin_a_line(void **state)
{
    struct fixture *fixture = *state;
    assert_true(read(fixture, "---\na:\n\tb: 1\n\t \tc: \"x\ty\"\n---\nbody\n"));
    struct value data = fixture->source.front_matter;
    assert_true(value_is(value_get(NULL, data, SLICE("a")), VALUE_NULL));
    assert_true(value_get(NULL, data, SLICE("b")).number == 1);
    assert_text(value_text(value_get(NULL, data, SLICE("c"))), "x\ty");
    assert_int_equal(fixture->site.problem_count, 1);
    assert_int_equal(fixture->site.problems[0].severity, SITE_WARNING);
    assert_int_equal(fixture->site.problems[0].error.place.line, 3);
}

static void serves_a_page_whose_front_matter_is_no_mapping(void **state)
{
    struct fixture *fixture = *state;
    static const char *const TEXTS[] = {"---\njust text\n---\nbody\n", "---\n- a\n---\nbody\n"};
    for (size_t i = 0; i < 2; i++) {
        assert_true(read(fixture, TEXTS[i]));
        assert_text(body_of(fixture), "body\n");
        assert_int_equal(fixture->site.problem_count, 1);
        assert_int_equal(fixture->site.problems[0].severity, SITE_WARNING);
        assert_int_equal(fixture->site.problems[0].error.place.line, 2);
    }
}

static void warns_of_marks_and_text_encoded_twice(void **state)
{
    struct fixture *fixture = *state;
    const char *text =
        "\xef\xbb\xbf---\ntitle: a\n---\n\neveryone\xc3\xa2\xe2\x82\xac\xe2\x84\xa2s\n";
    assert_true(read(fixture, text));
    front_matter_check_encoding(&fixture->site, &fixture->source);
    assert_int_equal(fixture->site.problem_count, 2);
    const struct site_problem *mark = &fixture->site.problems[0];
    const struct site_problem *twice = &fixture->site.problems[1];
    assert_string_equal(mark->rule, "byte-order-mark");
    assert_string_equal(twice->rule, "mojibake");
    assert_int_equal(twice->error.place.line, 5);
    assert_int_equal(twice->error.place.column, 9);
    assert_text(twice->fix, "\xe2\x80\x99");
}

static void refuses_what_passes_the_limits(void **state)
{
    struct fixture *fixture = *state;
    struct buffer text = buffer_create(fixture->arena, 0);
    buffer_append_cstr(&text, "---\na: ");
    for (int i = 0; i < 40; i++)
        buffer_append_byte(&text, '[');
    buffer_append_cstr(&text, "\n---\n");
    assert_false(read(fixture, buffer_cstr(&text)));
    text.len = 0;
    buffer_append_cstr(&text, "---\na: ");
    for (size_t i = 0; i <= fixture->site.settings->limits.front_matter_bytes; i++)
        buffer_append_byte(&text, 'x');
    buffer_append_cstr(&text, "\n---\n");
    assert_false(read(fixture, buffer_cstr(&text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_as_gray_matter),
        cmocka_unit_test(names_the_place_of_a_fault),
        cmocka_unit_test(passes_over_tabs_that_begin_a_line),
        cmocka_unit_test(serves_a_page_whose_front_matter_is_no_mapping),
        cmocka_unit_test(warns_of_marks_and_text_encoded_twice),
        cmocka_unit_test(refuses_what_passes_the_limits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
