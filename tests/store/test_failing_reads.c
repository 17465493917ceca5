// SPDX-License-Identifier: MIT
//
// A step of SQLite fails, each in turn. What goes on says so, or it is done; done again without a
// fault, nothing is there twice, left over or lost.
#include "store/store.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

// How many steps until one fails; 0: none. The linker has all steps come here (--wrap).
static atomic_int until_failure;

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement)
{
    if (until_failure > 0 && atomic_fetch_sub(&until_failure, 1) == 1)
        return SQLITE_IOERR;
    return __real_sqlite3_step(statement);
}

// The next of the steps to fail. False: all have, since the last one was not reached.
static bool next_failure(int *step)
{
    bool more = *step == 0 || until_failure == 0;
    until_failure = more ? ++*step : 0;
    return more;
}

// What an operation says after a fault: whether it is done.
static bool is_done(bool ok, const struct error *error)
{
    int left = until_failure;
    assert_true(ok || error_is_set(error));
    assert_true(ok || left == 0);
    return ok;
}

// ---- search ----

static bool put(struct store_index *index, const char *url, const char *body, struct error *error)
{
    const struct search_document document = {.url = slice_from_cstr(url),
                                             .title = slice_from_cstr(url),
                                             .body = slice_from_cstr(body),
                                             .visible_from = -INFINITY,
                                             .visible_until = INFINITY};
    return store_index_put(index, &document, error);
}

static bool index_before(struct store *store, struct error *error)
{
    struct store_index *index = store_index_open(store, false, error);
    bool ok = index && put(index, "/risk/", "hazards of suppliers", error) &&
              put(index, "/help/", "writing a page", error) &&
              store_index_finish(index, SLICE(""), error);
    store_index_close(index);
    return ok;
}

static bool index_all(struct store *store, struct error *error)
{
    struct store_index *index = store_index_open(store, false, error);
    bool ok = index && put(index, "/risk/", "hazards of buyers", error) &&
              put(index, "/new/", "another hazard", error) &&
              store_index_finish(index, SLICE(""), error);
    store_index_close(index);
    return ok;
}

static bool index_changes(struct store *store, struct error *error)
{
    struct store_index *index = store_index_open(store, true, error);
    bool ok = index && put(index, "/risk/", "hazards of buyers", error) &&
              put(index, "/new/", "another hazard", error) &&
              store_index_forget(index, SLICE("/help/"), error) &&
              store_index_finish(index, SLICE(""), error);
    store_index_close(index);
    return ok;
}

static void assert_found(struct store *store, const char *text, size_t total, bool corrected)
{
    struct arena *arena = arena_create(0, 0);
    struct error error = {0};
    struct search_result result;
    struct store_reader *reader = store_reader_open(store_uri(store), &error);
    const struct search_request request = {
        .text = slice_from_cstr(text), .now_ms = 1000, .limit = 10};
    assert_non_null(reader);
    if (!search_query(reader, arena, &request, &result, &error))
        fail_msg("%s: %s", text, error.message);
    if (result.total != total || result.corrected != corrected)
        fail_msg("%s: %zu found, %s", text, (size_t)result.total,
                 result.corrected ? "corrected" : "as written");
    store_reader_close(reader);
    arena_destroy(arena);
}

static void assert_index_survives(bool (*change)(struct store *store, struct error *error))
{
    for (int step = 0; next_failure(&step);) {
        int failing = until_failure;
        until_failure = 0;
        struct error error = {0};
        struct store *store = store_open(":memory:", SLICE("v1"), NULL, &error);
        assert_non_null(store);
        assert_true(index_before(store, &error));
        until_failure = failing;
        bool done = is_done(change(store, &error), &error);
        failing = until_failure;
        until_failure = 0;
        error = (struct error){0};
        assert_true(done || change(store, &error));
        assert_found(store, "hazard", 2, false);
        assert_found(store, "buyers", 1, false);
        assert_found(store, "suppliers", 0, false);
        assert_found(store, "supplierz", 0, false); // not a word any more
        assert_found(store, "buyerz", 1, true);
        assert_found(store, "writing", 0, false);
        store_close(store);
        until_failure = failing;
    }
}

static void test_whole_index(void **state)
{
    (void)state;
    assert_index_survives(index_all);
}

static void test_changes_of_the_index(void **state)
{
    (void)state;
    assert_index_survives(index_changes);
}

// ---- pages ----

static bool keep_one(struct store *store, struct error *error)
{
    const struct slice paths[] = {SLICE("b.md")};
    return store_begin(store, error) && store_keep_only(store, paths, 1, error) &&
           store_commit(store, 2, error);
}

static void test_pages_that_are_gone(void **state)
{
    (void)state;
    for (int step = 0; next_failure(&step);) {
        int failing = until_failure;
        until_failure = 0;
        struct error error = {0};
        struct arena *arena = arena_create(0, 0);
        struct store *store = store_open(":memory:", SLICE("v1"), NULL, &error);
        assert_true(store_begin(store, &error));
        for (const char *name = "abc"; *name; name++) {
            const char path[] = {*name, '.', 'm', 'd', '\0'};
            struct store_page page = {.path = slice_from_cstr(path)};
            assert_true(store_put_page(store, &page, &error));
        }
        assert_true(store_commit(store, 1, &error));
        until_failure = failing;
        if (!is_done(keep_one(store, &error), &error))
            store_rollback(store);
        else
            for (const char *name = "abc"; *name; name++) {
                const char path[] = {*name, '.', 'm', 'd', '\0'};
                struct store_page page;
                int left = until_failure;
                until_failure = 0;
                assert_true(store_get_page(store, arena, slice_from_cstr(path), &page, &error) ==
                            (*name == 'b'));
                until_failure = left;
            }
        failing = until_failure;
        until_failure = 0;
        store_close(store);
        until_failure = failing;
        arena_destroy(arena);
    }
}

// ---- usage ----

static bool sum(void *state, const struct usage_row *row)
{
    uint32_t *total = state;
    *total += row->weeks[0];
    return true;
}

static void test_usage(void **state)
{
    (void)state;
    char directory[] = "/tmp/guidanced-reads-XXXXXX", path[64], command[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/usage.db", directory);
    struct error error = {0};
    struct usage *usage = usage_open(path, true, &error);
    assert_non_null(usage);
    uint32_t expected = 0;
    for (int step = 0; next_failure(&step);) {
        const struct usage_count count = {USAGE_VISIT, SLICE("/a/"), SLICE(""), 3};
        size_t dropped = 0;
        uint32_t total = 0;
        error = (struct error){0};
        bool done = is_done(usage_add(usage, &count, 1, 20000, &dropped, &error), &error);
        assert_true(dropped == 0 || dropped == 3);
        expected += done && !dropped ? 3 : 0;
        int failing = until_failure;
        until_failure = 0;
        assert_true(usage_each(usage, 20000, sum, &total, &error));
        assert_int_equal(total, expected);
        until_failure = failing;
    }
    assert_true(expected > 0);
    usage_close(usage);
    snprintf(command, sizeof command, "rm -r '%s'", directory);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_index),
        cmocka_unit_test(test_changes_of_the_index),
        cmocka_unit_test(test_pages_that_are_gone),
        cmocka_unit_test(test_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
