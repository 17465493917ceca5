// SPDX-License-Identifier: MIT
//
// Patterns for paths. Where picomatch, which Eleventy uses, and a shell agree, so do we.
#include "site/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NO, YES, DOTS }; // DOTS: only by the rules for ignored files

static const struct row {
    const char *pattern, *path;
    int matches;
} ROWS[] = {
    {"a/*.md", "a/b.md", YES},
    {"a/*.md", "a/c/b.md", NO},
    {"*.md", "a/b.md", NO},
    {"A.md", "a.md", NO},
    {"./a/*.md", "a/b.md", YES},
    {"a/*.md", "./a/b.md", YES},
    {"a/b*c*d", "a/bxcxd", YES},
    {"a/b*c*d", "a/bd", NO},
    {"a/*/", "a/b", NO},
    {"a/?.md", "a/b.md", YES},
    {"a/?.md", "a/bb.md", NO},
    {"a?b", "a/b", NO},
    // any number of parts
    {"a/**/*.md", "a/b.md", YES},
    {"a/**/*.md", "a/c/d/b.md", YES},
    {"a/**", "a/b/c", YES},
    {"a/**", "b/a/c", NO},
    {"**/b.md", "b.md", YES},
    {"**/b.md", "a/b.md", YES},
    {"**/", "a", NO},
    {"a/**/b/**/c", "a/b/c", YES},
    {"a/**/b/**/c", "a/x/b/y/z/c", YES},
    {"a/**/b/**/c", "a/x/c", NO},
    {"a**b", "axb", YES},
    {"a**b", "a/b", NO},
    // one character of several
    {"[a-c].md", "b.md", YES},
    {"[a-c].md", "d.md", NO},
    {"[!a-c].md", "d.md", YES},
    {"[!a-c].md", "b.md", NO},
    {"[^a-c].md", "d.md", YES},
    {"[^a-c].md", "a.md", NO},
    {"[!a]b", "/b", NO},
    {"[]a].md", "].md", YES},
    {"[]a].md", "a.md", YES},
    {"[]a].md", "b.md", NO},
    {"[a-].md", "-.md", YES},
    {"[a-].md", "b.md", NO},
    {"[a", "[a", YES},
    {"[a", "a", NO},
    {"a[", "a[", YES},
    // choices
    {"{a,b}.md", "a.md", YES},
    {"{a,b}.md", "b.md", YES},
    {"{a,b}.md", "c.md", NO},
    {"{a,b}", "b", YES},
    {"{a,b/{c,d}}.md", "b/d.md", YES},
    {"{a,b/{c,d}}.md", "b/e.md", NO},
    {"{a/**,b}/c", "a/x/y/c", YES},
    {"x{,y}.md", "x.md", YES},
    {"x{,y}.md", "xy.md", YES},
    {"{a}.md", "{a}.md", YES},
    {"{a}.md", "a.md", NO},
    {"{a", "{a", YES},
    {"a}", "a}", YES},
    // a backslash takes the meaning of what follows
    {"\\*.md", "*.md", YES},
    {"\\*.md", "a.md", NO},
    {"a\\", "a\\", YES},
    // names that begin with a dot
    {"*", "a", YES},
    {"*", ".a", DOTS},
    {"?a", ".a", DOTS},
    {".*", ".a", YES},
    {"**/*.md", ".a/b.md", DOTS},
    {"**/*.md", "a/.b.md", DOTS},
    {"**/.a/*", "b/.a/c", YES},
    // "a/**" is the folder, too
    {"a/**", "a", DOTS},
    {"a/**", "ab", NO},
};

static void patterns_match_as_in_a_shell(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct slice pattern = slice_from_cstr(ROWS[i].pattern);
        struct slice path = slice_from_cstr(ROWS[i].path);
        bool plain = glob_matches(pattern, path), any = glob_matches_any(pattern, path);
        if (plain != (ROWS[i].matches == YES) || any != (ROWS[i].matches != NO))
            fail_msg("%s and %s: %d, ignored %d", ROWS[i].pattern, ROWS[i].path, plain, any);
    }
}

// What a pattern of pages and one of ignored files make of what is given up: a page must not be
// published because it was too much to find out that it is ignored.
static void assert_unknown(const char *pattern, const char *path)
{
    assert_false(glob_matches(slice_from_cstr(pattern), slice_from_cstr(path)));
    assert_true(glob_matches_any(slice_from_cstr(pattern), slice_from_cstr(path)));
}

// None takes long: the first of these would be tried in more ways than there are atoms.
static void what_asks_for_too_much_is_of_no_collection_and_ignored(void **state)
{
    enum { STARS = 40, NESTED = 100, LONG = 600 };
    char stars[2 * STARS + 2] = "", braces[5 * NESTED + 1] = "", path[4 * STARS + 1];
    char wide[LONG + 8] = "{b,";
    (void)state;
    for (size_t i = 0; i < STARS; i++)
        memcpy(stars + 2 * i, "*a", 3);
    stars[2 * STARS] = 'b';
    stars[2 * STARS + 1] = '\0';
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_unknown(stars, path);
    for (size_t i = 0; i < NESTED; i++)
        memcpy(braces + 5 * i, "{a,b}", 6);
    memset(path, 'a', NESTED);
    path[NESTED] = '\0';
    path[NESTED] = '\0';
    assert_unknown(braces, path);
    memset(wide + 3, 'a', LONG);
    memcpy(wide + 3 + LONG, "}", 2);
    assert_unknown(wide, "c");
    assert_true(glob_matches(slice_from_cstr(wide), SLICE("b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_in_a_shell),
        cmocka_unit_test(what_asks_for_too_much_is_of_no_collection_and_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
