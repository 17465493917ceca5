// SPDX-License-Identifier: MIT
//
// What the cache remembers about pages that rendered: a second start renders none of them again,
// and a change to anything that a page is made of makes them all render again.
#include "base/file.h"
#include "site/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const FILES[][2] = {
    {"guidance.yaml", "name: Site\nurl: https://example.gov.uk\n"},
    {"data/one.md", "---\nlayout: page.njk\n---\n{% include 'part.njk' %}\n"},
    {"data/two.md", "---\nlayout: page.njk\n---\n"
                    "{% include 'none.njk' ignore missing %}{{ facts.text }}\n"},
    {"data/bad.md", "---\nlayout: page.njk\n---\n{{ 'a' | nothing }}\n"},
    {"data/_data/facts.json", "{\"text\": \"words\"}"},
    {"templates/page.njk", "<main>{{ content | safe }}</main>"},
    {"templates/part.njk", "part"},
};
enum { FILE_COUNT = sizeof FILES / sizeof *FILES, PAGE_COUNT = 3 };

struct fixture {
    struct arena *arena;
    char directory[64];
    struct store *store;
};

static const char *full_path(struct fixture *fixture, const char *path)
{
    return path_join(fixture->arena, slice_from_cstr(fixture->directory), slice_from_cstr(path))
        .ptr;
}

static void put(struct fixture *fixture, const char *path, const char *text)
{
    struct error error = {0};
    const char *full = full_path(fixture, path);
    struct slice directory = arena_copy(fixture->arena, path_directory(slice_from_cstr(full)));
    assert_true(file_make_directories(directory.ptr, &error));
    assert_true(file_write(full, slice_from_cstr(text), &error));
}

static void open_store(struct fixture *fixture)
{
    struct error error = {0};
    fixture->store = store_open(full_path(fixture, "cache.db"), SLICE("a program"), NULL, &error);
    assert_non_null(fixture->store);
    assert_false(store_is_memory(fixture->store));
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (!fixture)
        return -1;
    fixture->arena = arena_create(0, 0);
    snprintf(fixture->directory, sizeof fixture->directory, "/tmp/guidanced-verified-XXXXXX");
    if (!mkdtemp(fixture->directory))
        return -1;
    for (size_t i = 0; i < FILE_COUNT; i++)
        put(fixture, FILES[i][0], FILES[i][1]);
    open_store(fixture);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const OTHERS[] = {
        "templates/none.njk", "cache.db", "cache.db-wal", "cache.db-shm",
        "data/_data",         "data",     "templates",    ""};
    struct fixture *fixture = *state;
    store_close(fixture->store);
    for (size_t i = 0; i < FILE_COUNT; i++)
        remove(full_path(fixture, FILES[i][0]));
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        remove(full_path(fixture, OTHERS[i]));
    arena_destroy(fixture->arena);
    free(fixture);
    return 0;
}

static bool count_one(void *count)
{
    ++*(unsigned *)count;
    return false;
}

// Like a start: loads the site, renders what is not known to render, and stores the result. Returns
// how many pages were rendered.
static unsigned start(struct fixture *fixture)
{
    struct error error = {0};
    unsigned rendered = 0;
    size_t next = 0;
    struct settings *settings =
        settings_load(fixture->arena, fixture->directory, NULL, false, NULL, 0, NULL, &error);
    assert_non_null(settings);
    struct site_load_options options = {.settings = settings, .store = fixture->store};
    struct site *site = site_load(&options, &error);
    assert_non_null(site);
    struct site_verified *known = site_verified_read(site, fixture->store);
    struct site_failures *failures = site_failures_create();
    assert_true(site_verify(site, &next, SIZE_MAX, known, failures, count_one, &rendered));
    assert_int_equal(site_failures_count(failures), 1);
    assert_true(site_verified_write(site, fixture->store, failures, &error));
    site_failures_destroy(failures);
    site_verified_destroy(known);
    site_release(site);
    return rendered;
}

static void an_unchanged_site_is_rendered_once(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(start(fixture), PAGE_COUNT);
    store_close(fixture->store);
    open_store(fixture);
    assert_int_equal(start(fixture), 1); // the one that fails
    assert_int_equal(start(fixture), 1);
}

static void assert_is_rendered_after(struct fixture *fixture, const char *path, const char *text)
{
    start(fixture);
    assert_int_equal(start(fixture), 1);
    put(fixture, path, text);
    assert_int_equal(start(fixture), PAGE_COUNT);
}

static void a_changed_site_is_rendered_again(void **state)
{
    struct fixture *fixture = *state;
    assert_is_rendered_after(fixture, "data/one.md",
                             "---\nlayout: page.njk\n---\nOther\n"
                             "{% include 'part.njk' %}");
    assert_is_rendered_after(fixture, "templates/page.njk", "<main>{{ content }}</main>");
    assert_is_rendered_after(fixture, "data/_data/facts.json", "{\"text\": \"other words\"}");
    assert_is_rendered_after(fixture, "guidance.yaml",
                             "name: Other\nurl: https://example.gov.uk\n");
}

// Something that no load reads, since only a render looks for it.
static void what_rendering_looks_for_counts(void **state)
{
    struct fixture *fixture = *state;
    assert_is_rendered_after(fixture, "templates/part.njk", "another part");
    assert_is_rendered_after(fixture, "templates/none.njk", "there is one now");
    assert_int_equal(remove(full_path(fixture, "templates/none.njk")), 0);
    assert_int_equal(start(fixture), PAGE_COUNT);
}

// Switching to a branch and back.
static void a_site_of_before_is_known(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    put(fixture, "data/_data/facts.json", "{\"text\": \"for a while\"}");
    assert_int_equal(start(fixture), PAGE_COUNT);
    put(fixture, "data/_data/facts.json", FILES[4][1]);
    assert_int_equal(start(fixture), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_unchanged_site_is_rendered_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_site_is_rendered_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_rendering_looks_for_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_site_of_before_is_known, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
