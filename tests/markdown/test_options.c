// SPDX-License-Identifier: MIT
//
// The options under `markdown:`: each is read, and a wrong one is an error that names it.
#include "markdown/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static bool read_options(struct arena *arena, const char *yaml, struct markdown_options *options,
                         struct error *error)
{
    struct slice source = slice_from_cstr(yaml);
    struct value v = value_from_yaml(arena, SLICE("guidance.yaml"), source, NULL, error);
    assert_true(value_is(v, VALUE_OBJECT));
    *options = markdown_defaults();
    return markdown_options_from_value(options, v, error);
}

static void wrong_ones_are_named(void **state)
{
    static const char *const CASES[][2] = {
        {"breaks: 1", "markdown.breaks must be true or false"},
        {"html: 'true'", "markdown.html must be true or false"},
        {"indented_code: 4", "markdown.indented_code must be true or false"},
        {"markdown_it: 11", "markdown.markdown_it must be 12, 13 or 14"},
        {"markdown_it: '14'", "markdown.markdown_it must be 12, 13 or 14"},
        {"attributes: 3", "markdown.attributes must be true, false, 4 or 5"},
        {"attributes: all", "markdown.attributes must be true, false, 4 or 5"},
        {"heading_ids: all", "markdown.heading_ids must be true, false or an object of options"},
        {"heading_ids: 2", "markdown.heading_ids must be true, false or an object of options"},
        {"heading_ids: {levels: two}",
         "markdown.heading_ids.levels is unknown or has a wrong value"},
        {"heading_ids: {levels: .nan}",
         "markdown.heading_ids.levels is unknown or has a wrong value"},
        {"heading_ids: {levels: [0]}",
         "markdown.heading_ids.levels is unknown or has a wrong value"},
        {"heading_ids: {levels: [7]}",
         "markdown.heading_ids.levels is unknown or has a wrong value"},
        {"heading_ids: {levels: [2.5]}",
         "markdown.heading_ids.levels is unknown or has a wrong value"},
        {"heading_ids: {levels: [.nan]}",
         "markdown.heading_ids.levels is unknown or has a wrong value"},
        {"heading_ids: {levels: ['2']}",
         "markdown.heading_ids.levels is unknown or has a wrong value"},
        {"heading_ids: {tabindex: 'no'}",
         "markdown.heading_ids.tabindex is unknown or has a wrong value"},
        {"heading_ids: {tabindex: 1e300}",
         "markdown.heading_ids.tabindex is unknown or has a wrong value"},
        {"heading_ids: {tabindex: .nan}",
         "markdown.heading_ids.tabindex is unknown or has a wrong value"},
        {"heading_ids: {slug: none}", "markdown.heading_ids.slug is unknown or has a wrong value"},
        {"heading_ids: {slug: true}", "markdown.heading_ids.slug is unknown or has a wrong value"},
        {"heading_ids: {level_: 2}", "markdown.heading_ids.level_ is unknown or has a wrong value"},
        {"heading_ids: {permalink: over}",
         "markdown.heading_ids.permalink is unknown or has a wrong value"},
        {"heading_ids: {permalink: 5}",
         "markdown.heading_ids.permalink is unknown or has a wrong value"},
        {"heading_ids: {permalink_class: 1}",
         "markdown.heading_ids.permalink_class is unknown or has a wrong value"},
        {"heading_ids: {permalink_placement: above}",
         "markdown.heading_ids.permalink_placement is unknown or has a wrong value"},
        {"heading_ids: {permalink_placement: 1}",
         "markdown.heading_ids.permalink_placement is unknown or has a wrong value"},
        {"heading_ids: {permalink_space: 1}",
         "markdown.heading_ids.permalink_space is unknown or has a wrong value"},
        {"heading_ids: {permalink_aria_hidden: 1}",
         "markdown.heading_ids.permalink_aria_hidden is unknown or has a wrong value"},
        {"heading_ids: {permalink_style: aria}",
         "markdown.heading_ids.permalink_style is unknown or has a wrong value"},
        {"heading_ids: {permalink_wrapper: <div>}",
         "markdown.heading_ids.permalink_wrapper is unknown or has a wrong value"},
        {"heading_ids: {permalink_wrapper: [<div>]}",
         "markdown.heading_ids.permalink_wrapper is unknown or has a wrong value"},
        {"heading_ids: {permalink: linkAfterHeader}",
         "markdown.heading_ids.permalink_text must say what the link is, as `Link to {title}`"},
        {"heading_ids: {permalink: linkAfterHeader, permalink_style: aria-label}",
         "markdown.heading_ids.permalink_text must say what the link is, as `Link to {title}`"},
        {"heading_ids: {permalink: linkAfterHeader, permalink_text: x}",
         "markdown.heading_ids.permalink_visually_hidden_class must name a class"},
        {"footnotes: 1", "markdown.footnotes must be true or false"},
        {"marks: {a: 1}", "markdown.marks must be true or false"},
        {"containers: [1]", "markdown.containers must be true or false, a list of names, or names "
                            "with their classes"},
        {"definition_lists: 5", "markdown.definition_lists must be true or false, 3 or 4"},
        {"alerts: x", "markdown.alerts must be true or false or an object of options"},
        {"alerts: {class_prefix: 1}",
         "markdown.alerts.class_prefix is unknown or has a wrong value"},
        {"alerts: {titles: x}", "markdown.alerts.titles is unknown or has a wrong value"},
        {"alerts: {titles: {note: 1}}", "markdown.alerts.titles is unknown or has a wrong value"},
        {"alerts: {colour: red}", "markdown.alerts.colour is unknown or has a wrong value"},
        {"figures: {lazy: 1}", "markdown.figures.lazy is unknown or has a wrong value"},
        {"table_of_contents: {levels: 2}",
         "markdown.table_of_contents.levels is unknown or has a wrong value"},
        {"table_of_contents: {levels: [two]}",
         "markdown.table_of_contents.levels is unknown or has a wrong value"},
        {"notes: true", "unknown setting: markdown.notes"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct markdown_options options;
        struct error error = {0};
        assert_false(read_options(*state, CASES[i][0], &options, &error));
        assert_int_equal(error.code, ERROR_CONFIG);
        assert_string_equal(error.message, CASES[i][1]);
    }
}

static void misspelt_ones_have_a_hint(void **state)
{
    static const char *const CASES[][2] = {
        {"break: true", "did you mean `breaks`?"},
        {"typografer: true", "did you mean `typographer`?"},
        {"footnote: true", "did you mean `footnotes`?"},
        {"completely_different: true", ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct markdown_options options;
        struct error error = {0};
        assert_false(read_options(*state, CASES[i][0], &options, &error));
        assert_string_equal(error.hint, CASES[i][1]);
    }
}

// What a heading becomes: most options of headings show there.
static void those_of_headings_are_heeded(void **state)
{
    static const char *const CASES[][2] = {
        {"heading_ids: true", "<h2 id=\"a-b\">A b</h2>\n"},
        {"heading_ids: false", "<h2>A b</h2>\n"},
        {"heading_ids:", "<h2>A b</h2>\n"},
        {"heading_ids: {}", "<h2 id=\"a-b\">A b</h2>\n"},
        {"heading_ids: {levels: [1, 3]}", "<h2>A b</h2>\n"},
        {"heading_ids: {levels: 2}", "<h2 id=\"a-b\">A b</h2>\n"},
        {"heading_ids: {level: 3}", "<h2>A b</h2>\n"},
        {"heading_ids: {tabindex: -1}", "<h2 id=\"a-b\" tabindex=\"-1\">A b</h2>\n"},
        {"heading_ids: {tabIndex: 0}", "<h2 id=\"a-b\" tabindex=\"0\">A b</h2>\n"},
        {"heading_ids: {tabindex: false}", "<h2 id=\"a-b\">A b</h2>\n"},
        {"heading_ids: {permalink: false}", "<h2 id=\"a-b\">A b</h2>\n"},
        {"heading_ids: {permalink: none}", "<h2 id=\"a-b\">A b</h2>\n"},
        {"heading_ids: {permalink: headerLink}",
         "<h2 id=\"a-b\"><a class=\"header-anchor\" href=\"#a-b\">A b</a></h2>\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct markdown_options options;
        struct error error = {0};
        struct buffer html = buffer_create(*state, 0);
        assert_true(read_options(*state, CASES[i][0], &options, &error));
        assert_true(markdown_render(*state, &options, SLICE("page.md"), SLICE("## A b\n"), &html,
                                    NULL, &error));
        assert_string_equal(arena_cstr(*state, buffer_slice(&html)), CASES[i][1]);
    }
}

static void plugins_are_known_by_their_packages(void **state)
{
    size_t toc = markdown_extension_of(SLICE("markdown-it-table-of-contents"));
    (void)state;
    assert_string_equal(markdown_extension(toc)->name, "table_of_contents");
    assert_string_equal(markdown_extension_option(toc, SLICE("includeLevel")), "levels");
    assert_null(markdown_extension_option(toc, SLICE("levels")));
    assert_null(markdown_extension_option(toc, SLICE("format")));
    assert_int_equal(markdown_extension_of(SLICE("markdown-it-emoji")), MARKDOWN_EXTENSIONS);
    assert_null(markdown_extension(MARKDOWN_EXTENSIONS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wrong_ones_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(misspelt_ones_have_a_hint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(those_of_headings_are_heeded, set_up, tear_down),
        cmocka_unit_test(plugins_are_known_by_their_packages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
