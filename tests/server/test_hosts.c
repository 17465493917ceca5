// SPDX-License-Identifier: MIT
//
// The names of `sites`: which are refused and where, which lead to one site, and what stays when
// the settings change.
#include "server/hosts.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct hosts *hosts;
    char directory[64];
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture.arena = arena_create(0, 0);
    fixture.hosts = hosts_create();
    strcpy(fixture.directory, "/tmp/guidanced-hosts-XXXXXX");
    *state = &fixture;
    return fixture.arena && fixture.hosts && mkdtemp(fixture.directory) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    file_remove_directory(fixture->directory);
    hosts_destroy(fixture->hosts);
    arena_destroy(fixture->arena);
    return 0;
}

static bool read_names(struct fixture *fixture, const char *yaml, struct hosts_change *change,
                       struct error *error)
{
    char name[96];
    snprintf(name, sizeof name, "%s/guidance.yaml", fixture->directory);
    if (!file_replace(name, slice_from_cstr(yaml), error))
        fail_msg("%s", error->message);
    const struct settings *settings =
        settings_load(fixture->arena, fixture->directory, NULL, false, NULL, 0, NULL, error);
    if (!settings)
        fail_msg("%s", error->message);
    return hosts_read(fixture->hosts, settings, change, error);
}

// The site of the name, which must be there.
static struct host *named(const struct fixture *fixture, const char *name)
{
    struct host *host = hosts_find(fixture->hosts, slice_from_cstr(name));
    if (!host)
        fail_msg("%s", name);
    return host;
}

static void assert_change(struct fixture *fixture, const char *yaml, size_t added, size_t removed)
{
    struct hosts_change change = {99, 99};
    struct error error = {0};
    if (!read_names(fixture, yaml, &change, &error))
        fail_msg("%s: %s", yaml, error.message);
    assert_int_equal(change.added, added);
    assert_int_equal(change.removed, removed);
}

static void test_names_that_are_refused(void **state)
{
    static const struct {
        const char *right, *wrong, *message;
    } CASES[] = {
        {"a.example: a", "A.example: a", "\"A.example\" is not a host name"},
        {"a_b.example: a", "http://a: a", "\"http://a\" is not a host name"},
        {"a-1.example: a", "a.example.: a", "\"a.example.\" is not a host name"},
        {"'1': a", "'': a", "\"\" is not a host name"},
        {"'[::1]': a", "'::1': a", "\"::1\" is not a host name"},
        {"'[2001:db8::7]': a", "'[2001:DB8::7]': a", "\"[2001:DB8::7]\" is not a host name"},
        {"'[::]': a", "'[2001:db8:0:0::7]': a", "\"[2001:db8:0:0::7]\" is not a host name"},
        {"a: a", "'[::1': a", "\"[::1\" is not a host name"},
        {"a: a", "'[': a", "\"[\" is not a host name"},
        {"a: a", "'[]': a", "\"[]\" is not a host name"},
        {"a: a", "'[::1]:80': a", "\"[::1]:80\" is not a host name"},
        {"a: a", "'[a.example]': a", "\"[a.example]\" is not a host name"},
        {"a: a", "'a:80': a", "\"a:80\" is not a host name"},
        {"a: a", "a/b: a", "\"a/b\" is not a host name"},
        {"a: a", "\u00e4: a", "\"\u00e4\" is not a host name"},
        {"a: a", "a: ''", "\"a\" has no directory"},
        {"a: '1'", "a: 1", "\"a\" has no directory"},
        {"a: a", "a: ~", "\"a\" has no directory"},
        {"a: a", "a: [a]", "\"a\" has no directory"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct error error = {0};
        struct hosts_change change;
        char yaml[200];
        snprintf(yaml, sizeof yaml, "sites:\n  before: before\n  %s\n", CASES[i].right);
        if (!read_names(fixture, yaml, &change, &error))
            fail_msg("%s: %s", CASES[i].right, error.message);
        snprintf(yaml, sizeof yaml, "sites:\n  other: other\n  %s\n", CASES[i].wrong);
        if (read_names(fixture, yaml, &change, &error))
            fail_msg("%s", CASES[i].wrong);
        assert_non_null(strstr(error.message, CASES[i].message));
        assert_int_equal(error.place.line, 3);
        assert_true(error.hint[0]);
        // All or none of them.
        assert_null(hosts_find(fixture->hosts, SLICE("other")));
        assert_int_equal(hosts_count(fixture->hosts), 2);
        named(fixture, "before");
    }
}

static void test_length_of_a_name(void **state)
{
    struct hosts_change change;
    struct error error = {0};
    char yaml[400], name[HOST_NAME_MAX + 2];
    memset(name, 'a', sizeof name);
    snprintf(yaml, sizeof yaml, "sites: {%.*s: a}\n", HOST_NAME_MAX, name);
    assert_true(read_names(*state, yaml, &change, &error));
    snprintf(yaml, sizeof yaml, "sites: {%.*s: a}\n", HOST_NAME_MAX + 1, name);
    assert_false(read_names(*state, yaml, &change, &error));
}

static void test_names_of_one_directory_are_one_site(void **state)
{
    struct fixture *fixture = *state;
    assert_change(fixture, "sites: {b: red, a: blue, www.b: red, c: blue, d: red}\n", 2, 0);
    assert_ptr_equal(named(fixture, "b"), named(fixture, "www.b"));
    assert_ptr_equal(named(fixture, "b"), named(fixture, "d"));
    assert_ptr_equal(named(fixture, "a"), named(fixture, "c"));
    assert_string_equal(named(fixture, "d")->name.ptr, "b");
    assert_string_equal(named(fixture, "c")->name.ptr, "a");
    assert_int_equal(hosts_count(fixture->hosts), 2);
}

static void test_a_site_stays_with_its_directory_and_first_name(void **state)
{
    struct fixture *fixture = *state;
    assert_change(fixture, "sites: {a: red, b: blue}\n", 2, 0);
    const struct host *red = named(fixture, "a"), *blue = named(fixture, "b");

    assert_change(fixture, "sites: {b: blue, a: red, www.a: red}\n", 0, 0);
    assert_ptr_equal(named(fixture, "a"), red);
    assert_ptr_equal(named(fixture, "www.a"), red);

    // Another first name: another site of the same directory.
    assert_change(fixture, "sites: {www.a: red, a: red}\n", 1, 2);
    assert_ptr_not_equal(named(fixture, "a"), red);
    assert_false(red->listed || blue->listed);
    assert_null(hosts_find(fixture->hosts, SLICE("b")));

    // Both as they were, with what their logs and counters hold.
    assert_change(fixture, "sites: {a: red, b: blue}\n", 2, 1);
    assert_ptr_equal(named(fixture, "a"), red);
    assert_ptr_equal(named(fixture, "b"), blue);
}

// What the sandbox was told of at the start, and what is below `site_roots`.
static void test_sites_that_the_sandbox_knows(void **state)
{
    struct fixture *fixture = *state;
    assert_change(fixture, "site_roots: [new]\nsites: {a: red}\n", 1, 0);
    assert_change(fixture,
                  "site_roots: [new]\n"
                  "sites: {first: red, late: green, below: new/one, beside: newer/one, "
                  "above: new/../green, root: new}\n",
                  6, 1);
    assert_true(named(fixture, "first")->reachable);
    assert_true(named(fixture, "below")->reachable);
    assert_false(named(fixture, "late")->reachable);
    assert_false(named(fixture, "beside")->reachable);
    assert_false(named(fixture, "above")->reachable);

    assert_change(fixture, "sandbox: false\nsites: {a: red, later: yellow}\n", 2, 6);
    assert_true(named(fixture, "later")->reachable);
}

int main(void)
{
    unsetenv("GUIDANCED_SANDBOX"); // false where sanitizers run, and then every site is reachable
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names_that_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_length_of_a_name, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_of_one_directory_are_one_site, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_site_stays_with_its_directory_and_first_name, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_sites_that_the_sandbox_knows, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
