// SPDX-License-Identifier: MIT
//
// What keeps Markdown in bounds: the guard before the parser, and strict mode.
#include "markdown/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

static void assert_html(struct arena *arena, const struct markdown_options *options,
                        const char *text, const char *expected)
{
    struct error error = {0};
    struct buffer html = buffer_create(arena, 0);
    assert_true(markdown_render(arena, options, SLICE("page.md"), slice_from_cstr(text), &html,
                                NULL, &error));
    assert_string_equal(arena_cstr(arena, buffer_slice(&html)), expected);
}

// ---- strict mode ----

static struct markdown_options strict(void)
{
    struct markdown_options options = markdown_defaults();
    options.sanitise = true;
    options.attributes = 5;
    options.tables = true;
    return options;
}

static void tags_are_written_anew(void **state)
{
    struct markdown_options options = strict();
    static const char *const CASES[][2] = {
        {"a <b>c</b> <br/> <IMG SRC=/x.png alt='a\"b'>\n",
         "<p>a <b>c</b> <br> <IMG SRC=\"/x.png\" alt=\"a&quot;b\"></p>\n"},
        {"<SCRIPT>alert(1)</SCRIPT>\n", "&lt;SCRIPT&gt;alert(1)&lt;/SCRIPT&gt;\n"},
        {"<svg onload=1>x</svg>\n", "<p>&lt;svg onload=1&gt;x&lt;/svg&gt;</p>\n"},
        {"<math><mi>x</mi></math>\n", "<p>&lt;math&gt;&lt;mi&gt;x&lt;/mi&gt;&lt;/math&gt;</p>\n"},
        {"x <img src=x onerror=alert(1) srcset=y style=z> y\n", "<p>x <img src=\"x\"> y</p>\n"},
        {"x <b/onclick=alert(1)/title=t>y</b>\n", "<p>x &lt;b/onclick=alert(1)/title=t&gt;y</p>\n"},
        {"x <b\n onclick = alert(1) title = t >y</b>\n", "<p>x <b title=\"t\">y</b></p>\n"},
        {"x <!-- <script> --> y <?php ?> z\n", "<p>x  y  z</p>\n"},
        {"x &amp; &copy; &#x41; <b title='&lt;&#34;'>y</b>\n",
         "<p>x &amp; © A <b title=\"&lt;&#34;\">y</b></p>\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_html(*state, &options, CASES[i][0], CASES[i][1]);
}

static void urls_have_a_scheme_of_the_list_or_none(void **state)
{
    struct markdown_options options = strict();
    static const char *const REFUSED[] = {"javascript:alert(1)",
                                          " javascript:alert(1)",
                                          "JaVaScRiPt:alert(1)",
                                          "java\tscript:alert(1)",
                                          "java\nscript:alert(1)",
                                          "\x01javascript:alert(1)",
                                          "vbscript:x",
                                          "data:text/html,x",
                                          "data:image/svg+xml,x",
                                          "file:///etc/passwd",
                                          "blob:x",
                                          "x y:z"};
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        assert_html(*state, &options,
                    arena_printf(*state, "x <a href=\"%s\">y</a>\n", REFUSED[i]).ptr,
                    "<p>x <a>y</a></p>\n");
    // An entity could spell a scheme: it stays the text it is.
    assert_html(*state, &options, "x <a href=\"javascript&colon;y\">z</a>\n",
                "<p>x <a href=\"javascript&amp;colon;y\">z</a></p>\n");
    assert_html(*state, &options, "x <a href=\"jav&#x61;script:y\">z</a>\n",
                "<p>x <a href=\"jav&amp;#x61;script:y\">z</a></p>\n");
    assert_html(*state, &options, "x <a href=\"/a?b=1&amp;c=2#d:e\">z</a>\n",
                "<p>x <a href=\"/a?b=1&amp;c=2#d:e\">z</a></p>\n");
    assert_html(*state, &options, "[x](javascript:y) ![x](data:image/png;base64,AA)\n",
                "<p>[x](javascript:y) ![x](data:image/png;base64,AA)</p>\n");
}

static void attributes_in_braces_follow_the_same_list(void **state)
{
    struct markdown_options options = strict();
    assert_html(*state, &options,
                "[x](/a){onclick=alert(1) style=y href=javascript:1 .c target=_blank}\n",
                "<p><a href=\"/a\" class=\"c\" target=\"_blank\">x</a></p>\n");
    assert_html(*state, &options, "![x](/a){src=javascript:1 srcset=y}\n",
                "<p><img src=\"/a\" alt=\"x\"></p>\n");
    assert_html(*state, &options, "text {onmouseover=x #id aria-label=y}\n",
                "<p id=\"id\" aria-label=\"y\">text</p>\n");
}

// A page must not close what its layout has opened.
static void what_is_opened_is_closed_and_nothing_else(void **state)
{
    struct markdown_options options = strict();
    static const char *const CASES[][2] = {
        {"</div></div>\n\ntext\n", "\n<p>text</p>\n"},
        {"<div>\n\ntext\n\n</div>\n", "<div>\n<p>text</p>\n</div>\n"},
        {"<details><summary>s\n\ntext\n", "<details><summary>s\n<p>text</p>\n</summary></details>"},
        {"- <div>\n\n</div>\n", "<ul>\n<li>\n<div>\n</div></li>\n</ul>\n\n"},
        {"*<b>x* y</b>\n", "<p><em><b>x</b></em> y</p>\n"},
        {"| a |\n|---|\n| <b>x |\n\n</b>\n",
         "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><b>x</b></td>\n"
         "</tr>\n</tbody>\n</table>\n\n"},
        {"<b><i>x</b>\n", "<p><b><i>x</i></b></p>\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_html(*state, &options, CASES[i][0], CASES[i][1]);
}

// ---- texts that would take a parser very long ----

static struct slice repeat(struct arena *arena, const char *part, size_t count)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < count; i++)
        buffer_append_cstr(&out, part);
    return buffer_slice(&out);
}

static void assert_refused(struct arena *arena, struct slice text, unsigned line)
{
    struct markdown_options options = markdown_defaults();
    struct error error = {0};
    struct buffer html = buffer_create(arena, 0);
    assert_false(markdown_render(arena, &options, SLICE("page.md"), text, &html, NULL, &error));
    assert_int_equal(error.code, ERROR_LIMIT);
    assert_string_equal(error.place.file, "page.md");
    assert_int_equal(error.place.line, line);
}

static void containers_too_deep_are_refused_with_their_place(void **state)
{
    struct arena *arena = *state;
    assert_refused(arena, repeat(arena, "- ", 1000), 1);
    assert_refused(arena, repeat(arena, "> ", 1000), 1);
    assert_refused(arena, repeat(arena, "1. ", 1000), 1);
    assert_refused(
        arena, arena_printf(arena, "text\n\n%.*sx\n", SLICE_ARG(repeat(arena, "* > ", 200))), 3);
}

static void runs_of_brackets_are_refused_with_their_place(void **state)
{
    struct arena *arena = *state;
    assert_refused(arena, repeat(arena, "[", 50000), 1);
    assert_refused(arena, repeat(arena, "![[]()", 50000), 1);
    assert_refused(
        arena, arena_printf(arena, "one\n\n%.*s", SLICE_ARG(repeat(arena, "a [\n", 3000))), 2003);
}

static void texts_too_long_are_refused(void **state)
{
    struct arena *arena = *state;
    assert_refused(arena, repeat(arena, "a\n", (1 << 19) + 1), (1 << 19) + 1);
}

// What may be before an address, as in markdown-it 14.
static void addresses_begin_after_what_is_no_part_of_them(void **state)
{
    struct markdown_options options = markdown_defaults();
    options.linkify = true;
#define LINK "<a href=\"https://a.org\">https://a.org</a>"
    static const char *const CASES[][2] = {
        {"https://a.org", LINK},
        {"a https://a.org b", "a " LINK " b"},
        {"(https://a.org)", "(" LINK ")"},
        {"-https://a.org", "-" LINK},
        {"_https://a.org", "_" LINK},
        {"\xc3\xa4.https://a.org", "\xc3\xa4." LINK},
        {"**https://a.org**", "<strong>" LINK "</strong>"},
        {"xhttps://a.org", "xhttps://a.org"},
        {"1https://a.org", "1https://a.org"},
        {"xwww.a.org", "<a href=\"http://xwww.a.org\">xwww.a.org</a>"},
        {"_www.a.org_", "<em><a href=\"http://www.a.org\">www.a.org</a></em>"},
    };
#undef LINK
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_html(*state, &options, CASES[i][0],
                    arena_printf(*state, "<p>%s</p>\n", CASES[i][1]).ptr);
}

// The search for each is quadratic, so those beyond a number are left out, an id of ours as well.
static void attributes_have_a_number(void **state)
{
    enum { WRITTEN = 600, KEPT = 512 };
    struct markdown_options options = markdown_defaults();
    options.attributes = 5;
    options.heading_levels = 1 << 1;
    struct buffer text = buffer_create(*state, 0), html = buffer_create(*state, 0);
    buffer_append_cstr(&text, "# a {");
    buffer_append_cstr(&html, "<h1");
    for (int i = 0; i < WRITTEN; i++) {
        buffer_printf(&text, " a%d=b", i);
        if (i < KEPT)
            buffer_printf(&html, " a%d=\"b\"", i);
    }
    buffer_append_cstr(&text, "}\n");
    buffer_append_cstr(&html, ">a</h1>\n");
    assert_html(*state, &options, arena_cstr(*state, buffer_slice(&text)),
                arena_cstr(*state, buffer_slice(&html)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tags_are_written_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(urls_have_a_scheme_of_the_list_or_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(attributes_in_braces_follow_the_same_list, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(addresses_begin_after_what_is_no_part_of_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(attributes_have_a_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_opened_is_closed_and_nothing_else, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(containers_too_deep_are_refused_with_their_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(runs_of_brackets_are_refused_with_their_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(texts_too_long_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
