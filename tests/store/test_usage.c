// SPDX-License-Identifier: MIT
//
// How a site is used: numbers are added to their week, weeks pass, old ones go, and a file never
// gets more rows than it may have.
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MONDAY = 20003 * 7 - 3 }; // some Monday, in days since the epoch

static char directory[] = "/tmp/guidanced-usage-XXXXXX";
static char path[128];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory + sizeof directory - 7, "XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/deep/usage.db", directory);
    return 0;
}

static int remove_directory(void **state)
{
    char command[160];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command);
}

static struct usage *open_usage(bool create)
{
    struct error error = {0};
    struct usage *usage = usage_open(path, create, &error);
    assert_non_null(usage);
    return usage;
}

static size_t add(struct usage *usage, enum usage_kind kind, const char *subject, uint32_t number,
                  int64_t day)
{
    struct error error = {0};
    size_t dropped = 0;
    struct usage_count count = {kind, slice_from_cstr(subject), SLICE("/from/"), number};
    assert_true(usage_add(usage, &count, 1, day, &dropped, &error));
    return dropped;
}

struct found {
    const char *subject;
    uint32_t weeks[USAGE_WEEKS];
    size_t rows;
};

static bool find_row(void *state, const struct usage_row *row)
{
    struct found *found = state;
    found->rows++;
    if (slice_equal(row->subject, slice_from_cstr(found->subject))) {
        assert_true(slice_equal(row->source, SLICE("/from/")));
        memcpy(found->weeks, row->weeks, sizeof found->weeks);
    }
    return true;
}

static struct found look(struct usage *usage, const char *subject, int64_t day)
{
    struct found found = {.subject = subject};
    struct error error = {0};
    assert_true(usage_each(usage, day, find_row, &found, &error));
    return found;
}

static void test_weeks_pass(void **state)
{
    (void)state;
    struct usage *usage = open_usage(true);
    assert_int_equal(usage_since(usage), 0);
    add(usage, USAGE_VISIT, "/a/", 2, MONDAY);
    add(usage, USAGE_VISIT, "/a/", 3, MONDAY + 6);
    add(usage, USAGE_VISIT, "/a/", 5, MONDAY + 7);
    struct found found = look(usage, "/a/", MONDAY + 7);
    assert_int_equal(found.weeks[0], 5);
    assert_int_equal(found.weeks[1], 5);
    assert_int_equal(usage_since(usage), MONDAY);
    add(usage, USAGE_VISIT, "/a/", 7, MONDAY); // the clock was put back
    found = look(usage, "/a/", MONDAY + 14);
    assert_int_equal(found.weeks[0], 0);
    assert_int_equal(found.weeks[1], 5);
    assert_int_equal(found.weeks[2], 12);
    found = look(usage, "/a/", MONDAY); // and what is still to come is not shown
    assert_int_equal(found.weeks[0], 12);
    assert_int_equal(found.weeks[1], 0);
    add(usage, USAGE_VISIT, "/a/", 1, MONDAY + 7 * (USAGE_WEEKS + 3));
    found = look(usage, "/a/", MONDAY + 7 * (USAGE_WEEKS + 3));
    assert_int_equal(found.weeks[0], 1);
    for (size_t i = 1; i < USAGE_WEEKS; i++)
        assert_int_equal(found.weeks[i], 0);
    usage_close(usage);
}

static void test_numbers_do_not_wrap(void **state)
{
    (void)state;
    struct usage *usage = open_usage(true);
    add(usage, USAGE_VISIT, "/a/", UINT32_MAX - 1, MONDAY);
    add(usage, USAGE_VISIT, "/a/", 5, MONDAY);
    assert_int_equal(look(usage, "/a/", MONDAY).weeks[0], UINT32_MAX);
    usage_close(usage);
}

static void test_old_weeks_go(void **state)
{
    (void)state;
    struct error error = {0};
    struct usage *usage = open_usage(true);
    add(usage, USAGE_SEARCH, "old", 1, MONDAY);
    add(usage, USAGE_SEARCH, "kept", 2, MONDAY);
    add(usage, USAGE_SEARCH, "kept", 3, MONDAY + 35);
    assert_true(usage_retain(usage, 28, MONDAY + 27, &error));
    assert_int_equal(look(usage, "old", MONDAY + 27).weeks[3], 1);
    assert_true(usage_retain(usage, 28, MONDAY + 35, &error));
    struct found found = look(usage, "kept", MONDAY + 35);
    assert_int_equal(found.rows, 1);
    assert_int_equal(found.weeks[0], 3);
    assert_int_equal(found.weeks[5], 0);
    assert_int_equal(usage_since(usage), MONDAY + 7);
    usage_close(usage);
}

static void test_rows_are_limited(void **state)
{
    (void)state;
    enum { SOME = 50 };
    static struct usage_count counts[USAGE_ROWS_MAX + SOME];
    static char names[USAGE_ROWS_MAX + SOME][16];
    struct error error = {0};
    size_t dropped = 0;
    struct usage *usage = open_usage(true);
    for (size_t i = 0; i < USAGE_ROWS_MAX + SOME; i++) {
        snprintf(names[i], sizeof names[i], "word %zu", i);
        counts[i] = (struct usage_count){USAGE_SEARCH, slice_from_cstr(names[i]), SLICE_EMPTY, 2};
    }
    assert_true(usage_add(usage, counts, USAGE_ROWS_MAX + SOME, MONDAY, &dropped, &error));
    assert_int_equal(dropped, 2 * SOME);
    assert_int_equal(add(usage, USAGE_SEARCH, "", 1, MONDAY), 0);           // the sum has room
    assert_int_equal(add(usage, USAGE_NOTHING, "word", 1, MONDAY), 0);      // another kind too
    assert_true(usage_add(usage, counts, 1, MONDAY + 7, &dropped, &error)); // and a row there is
    assert_int_equal(dropped, 0);
    assert_true(usage_retain(usage, 365, MONDAY + 7, &error));
    assert_int_equal(add(usage, USAGE_SEARCH, "new", 1, MONDAY + 7), 0); // room was made
    struct found found = {.subject = "-"};
    assert_true(usage_each(usage, MONDAY + 7, find_row, &found, &error));
    assert_true(found.rows <= USAGE_ROWS_MAX * 9 / 10 + 3);
    usage_close(usage);
    usage = open_usage(false);
    assert_non_null(usage);
    usage_close(usage);
}

static void test_other_files_are_left_alone(void **state)
{
    (void)state;
    struct error error = {0};
    snprintf(path, sizeof path, "%s/other.db", directory);
    struct feedback *feedback = feedback_open(path, &error);
    assert_non_null(feedback);
    feedback_close(feedback);
    assert_null(usage_open(path, true, &error));
    assert_non_null(strstr(error.message, "is not a usage file"));
    snprintf(path, sizeof path, "%s/none.db", directory);
    error = (struct error){0};
    assert_null(usage_open(path, false, &error));
    assert_int_equal(access(path, F_OK), -1);
}

static void test_a_moved_file_is_noticed(void **state)
{
    (void)state;
    struct usage *usage = open_usage(true);
    assert_true(usage_is_there(usage));
    unlink(path);
    assert_false(usage_is_there(usage));
    usage_close(usage);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_weeks_pass),
        TEST(test_numbers_do_not_wrap),
        TEST(test_old_weeks_go),
        TEST(test_rows_are_limited),
        TEST(test_a_moved_file_is_noticed),
        TEST(test_other_files_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
