// SPDX-License-Identifier: MIT
//
// The difference of two pages, word by word: what is a word, what is not seen, and what is marked.
#include "server/difference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

// Without the words for screen readers, and with spaces for line ends.
static void simplify(struct slice html, struct buffer *out)
{
    static const struct slice START = {" <span class=\"unseen\">", 22}, END = {"</span>", 7};
    for (size_t at = 0; at < html.len; at++) {
        struct slice rest = slice_sub(html, at, html.len);
        bool spaced = slice_starts_with(rest, START);
        if (spaced || slice_starts_with(rest, slice_sub(START, 1, START.len)))
            at = slice_find(html, END, at) + END.len - 1;
        else
            buffer_append_byte(out, html.ptr[at] == '\n' ? ' ' : html.ptr[at]);
    }
}

static struct slice difference(struct arena *arena, const char *before, const char *after)
{
    struct buffer out = buffer_create(arena, 0), plain = buffer_create(arena, 0);
    bool any = difference_write(&out, arena, slice_from_cstr(before), slice_from_cstr(after));
    assert_false(out.failed);
    assert_int_equal(any, buffer_slice(&out).len > 0);
    simplify(buffer_slice(&out), &plain);
    return slice_trim(buffer_slice(&plain));
}

static void test_what_differs(void **state)
{
    static const struct {
        const char *before, *after, *difference; // "": nothing
    } CASES[] = {
        {"", "", ""},
        {"<p>a b</p>", "<p>a b</p>", ""},
        {"<p>a b</p>", "<p> a\n b </p>", ""},
        {"<p>a</p>", "", "<p><del>a</del></p>"},
        {"", "<p>a</p>", "<p><ins>a</ins></p>"},
        {"<p>a b c</p>", "<p>a x c</p>", "<p>a <del>b</del> <ins>x</ins> c</p>"},
        {"<p>a b c d</p>", "<p>a x b y</p>", "<p>a <ins>x</ins> b <del>c d</del> <ins>y</ins></p>"},
        {"<p>a</p><p>b c</p>", "<p>a</p><p>b d</p>", "<p>…</p> <p>b <del>c</del> <ins>d</ins></p>"},
        {"<p>a b</p><p>c</p><p>d e</p>", "<p>a x</p><p>c</p><p>d y</p>",
         "<p>a <del>b</del> <ins>x</ins></p> <p>…</p> <p>d <del>e</del> <ins>y</ins></p>"},
        // Tags within a word do not end it.
        {"<p>ab c</p>", "<p>a<b>b</b> c</p>", ""},
        {"<p>ab</p>", "<p>a<small>b</small></p>", ""},
        {"<p>ab</p>", "<p>a<wbr>b</p>", ""},
        {"<p>ab</p>", "<p>a<!-- c -->b</p>", ""},
        {"<p>a b</p>", "<p>a <b>b</b></p>", ""},
        {"<p>a bc</p>", "<p>a b<br>c</p>",
         "<p>a <del>bc</del> <ins>b</ins></p> <p><ins>c</ins></p>"},
        {"<p>a b.</p>", "<p>a b<code>c</code>.</p>", "<p>a <del>b.</del> <ins>bc.</ins></p>"},
        // Attributes are not text, whatever is in them.
        {"<p><a href=\"/a\">a</a></p>", "<p><a href=\"/b>c\">a</a></p>", ""},
        {"<p>a &amp; b</p>", "<p>a &lt; b</p>", "<p>a <del>&amp;</del> <ins>&lt;</ins> b</p>"},
        {"<p>a</p>", "<p>a <img src=\"/a.png\" alt=\"b\"></p>", "<p>a <ins>[image]</ins></p>"},
        // What readers do not see.
        {"<p>a</p>", "<p>a</p><script>b < c</script>", ""},
        {"<p>a</p>", "<SCRIPT>b</SCRIPT><p>a</p>", ""},
        {"<p>a b</p>", "<script>c</SCRIPT ><p>a d</p>", "<p>a <del>b</del> <ins>d</ins></p>"},
        {"<p>a</p>", "<head><title>b</title><!--</header>c--></head><p>a</p>", ""},
        {"<p>a</p>", "<p>a</p><svg><text>b</text></svg><template>c</template><style>d</style>", ""},
        {"<p>a</p>", "<header>b</header><p>a</p>", "<p><ins>b</ins></p>"},
        // The content.
        {"<nav>a</nav><main>b</main>", "<nav>c</nav><main>b</main>d", ""},
        {"<nav>a</nav><MAIN class=\"x\">b c</MAIN>", "<nav>e</nav><main>b d</main>",
         "<p>b <del>c</del> <ins>d</ins></p>"},
        {"<nav>a</nav><main-menu>x</main-menu><main>b</main>", "<nav>a</nav><main>b</main>", ""},
        {"<p>a</p><main>b c", "<p>a</p><main>b d", "<p>…</p> <p>b <del>c</del> <ins>d</ins></p>"},
        // Half of a tag.
        {"<p>a</p>", "<p>a</p><", ""},
        {"<p>a</p>", "<p>a</p><b", ""},
        {"<p>a</p>", "<p>a</p></", ""},
        {"<p>a</p>", "<p>a</p><!-- b", ""},
        {"<p>a</p>", "<p>a</p><script>b", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena *arena = arena_create(0, 0);
        struct slice got = difference(arena, CASES[i].before, CASES[i].after);
        if (!slice_equal(got, slice_from_cstr(CASES[i].difference)))
            fail_msg("%s | %s: %.*s", CASES[i].before, CASES[i].after, SLICE_ARG(got));
        arena_destroy(arena);
    }
}

// Whoever does not see colours is told where a deletion or insertion begins and ends.
static void test_words_for_screen_readers(void **state)
{
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    (void)state;
    assert_true(difference_write(&out, arena, SLICE("<p>c a</p>"), SLICE("<p>c b</p>")));
    assert_true(slice_equal(
        buffer_slice(&out),
        SLICE("<p>c <del><span class=\"unseen\">deleted: </span>a <span class=\"unseen\">(end of "
              "deletion)</span></del> <ins><span class=\"unseen\">inserted: </span>b <span "
              "class=\"unseen\">(end of insertion)</span></ins></p>\n")));
    arena_destroy(arena);
}

// `words` different words, then `last`.
static const char *long_text(struct arena *arena, const char *word, size_t words, const char *last)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < words; i++)
        buffer_printf(&out, "<p>%s%zu</p>\n", word, i);
    buffer_append_cstr(&out, last);
    return arena_cstr(arena, buffer_slice(&out));
}

// Too much for the table: all of the middle differs. Too much for the list of words: what is not
// compared is not said to be the same.
static void test_long_texts(void **state)
{
    enum { MIDDLE = 3000, WHOLE = 60000 };
    struct arena *arena = arena_create(0, 0);
    (void)state;
    struct slice got =
        difference(arena, long_text(arena, "a", MIDDLE, "z"), long_text(arena, "b", MIDDLE, "z"));
    assert_true(slice_starts_with(got, SLICE("<p><del>a0</del></p>")));
    assert_true(slice_ends_with(got, SLICE("<ins>b2999</ins></p>")));

    const char *text = long_text(arena, "a", WHOLE, "the same");
    assert_int_equal(difference(arena, text, text).len, 0);
    got = difference(arena, text, long_text(arena, "a", WHOLE, "another"));
    assert_true(slice_equal(got, SLICE("<p>…</p> <p>The rest is too long to be compared.</p>")));
    got = difference(arena, text, long_text(arena, "a", WHOLE - 1, ""));
    assert_true(slice_ends_with(got, SLICE("<p>The rest is too long to be compared.</p>")));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_differs),
        cmocka_unit_test(test_words_for_screen_readers),
        cmocka_unit_test(test_long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
