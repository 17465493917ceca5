// SPDX-License-Identifier: MIT
//
// Answers in the cache file: available at once, after a restart and during a load that writes; lost
// or left alone when the file is damaged or read-only.
#include "store/store.h"

#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[64], path[128];
static struct arena *arena;

static int make_directory(void **state)
{
    (void)state;
    arena = arena_create(0, 0);
    snprintf(directory, sizeof directory, "/tmp/guidanced-answers-XXXXXX");
    return mkdtemp(directory) && snprintf(path, sizeof path, "%s/x.db", directory) > 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    char command[128];
    arena_destroy(arena);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static struct store *open_store(void)
{
    struct error error = {0};
    struct store *store = store_open(path, SLICE("v1"), NULL, &error);
    assert_non_null(store);
    return store;
}

static void assert_answer(struct store *store, uint64_t key, const char *expected)
{
    struct slice record;
    bool found = store_answers_get(store_answers(store), key, arena, &record);
    assert_true(found == (expected != NULL));
    if (found)
        assert_true(slice_equal(record, slice_from_cstr(expected)));
}

static void put(struct store *store, uint64_t key, const char *record)
{
    assert_true(store_answers_put(store_answers(store), key, slice_from_cstr(record)));
}

static void test_after_a_restart(void **state)
{
    (void)state;
    struct store *store = open_store();
    assert_answer(store, 1, NULL);
    put(store, 1, "one");
    put(store, UINT64_MAX, "last");
    put(store, 2, "");
    put(store, 3, "three");
    put(store, 1, "uno");
    store_answers_remove(store_answers(store), 3);
    for (int i = 0; i < 2; i++) {
        assert_answer(store, 1, "uno");
        assert_answer(store, UINT64_MAX, "last");
        assert_answer(store, 2, "");
        assert_answer(store, 3, NULL);
        store_close(store);
        store = open_store();
    }
    assert_int_equal(store_answers_count(store_answers(store)), 3);
    store_close(store);
}

// A load holds the file until it ends: what is put meanwhile is available, and is written when the
// load ends.
static void test_beside_a_load(void **state)
{
    (void)state;
    struct store *store = open_store();
    struct error error = {0};
    put(store, 1, "before");
    assert_true(store_begin(store, &error));
    for (uint64_t key = 10; key < 1010; key++)
        put(store, key, "during");
    assert_answer(store, 1, "before");
    assert_answer(store, 500, "during");
    assert_false(store_answers_flush(store_answers(store)));
    assert_true(store_commit(store, 1, &error));
    assert_true(store_answers_flush(store_answers(store)));
    assert_int_equal(store_answers_count(store_answers(store)), 1001);
    store_close(store);
}

static void change(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_damaged(void **state)
{
    (void)state;
    struct store *store = open_store();
    put(store, 1, "one");
    put(store, 2, "two");
    store_close(store);
    change("UPDATE answers SET record = x'6f6e66' WHERE key = 1");
    store = open_store();
    assert_answer(store, 1, NULL);
    assert_answer(store, 2, "two");
    put(store, 1, "again");
    assert_answer(store, 1, "again");
    store_close(store);
}

static int64_t number(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return found;
}

// What is used is among the last to go.
static void test_used(void **state)
{
    (void)state;
    struct store *store = open_store();
    put(store, 1, "one");
    put(store, 2, "two");
    store_close(store);
    int64_t today = number("SELECT max(used) FROM answers");
    change("UPDATE answers SET used = used - 40");
    store = open_store();
    assert_answer(store, 1, "one");
    assert_answer(store, 1, "one");
    assert_true(store_answers_flush(store_answers(store)));
    assert_true(number("SELECT used FROM answers WHERE key = 1") >= today);
    assert_int_equal(number("SELECT used FROM answers WHERE key = 2"), today - 40);
    store_close(store);
}

// The file has 512 MiB of answers at most, however often it gets there.
static void test_bounded(void **state)
{
    (void)state;
    struct store *store = open_store();
    store_close(store);
    change(
        "PRAGMA synchronous = OFF;"
        "INSERT INTO answers VALUES (1, 1, 0, zeroblob(108000000)), (2, 2, 0, zeroblob(108000000)),"
        "(3, 3, 0, zeroblob(108000000)), (4, 4, 0, zeroblob(108000000)),"
        "(5, 5, 0, zeroblob(108000000))");
    store = open_store();
    put(store, 10, "small");
    assert_true(store_answers_flush(store_answers(store)));
    assert_int_equal(number("SELECT min(key) FROM answers"), 2);
    const size_t large = 55 << 20;
    char *bytes = calloc(1, large);
    for (uint64_t key = 11; key < 13; key++) {
        store_answers_put(store_answers(store), key, slice_of(bytes, large));
        assert_true(store_answers_flush(store_answers(store)));
    }
    assert_int_equal(number("SELECT min(key) FROM answers"), 2);
    put(store, 13, "small");
    assert_true(store_answers_flush(store_answers(store)));
    assert_int_equal(number("SELECT min(key) FROM answers"), 3);
    assert_answer(store, 10, "small");
    assert_answer(store, 13, "small");
    free(bytes);
    store_close(store);
}

static void test_another_configuration_forgets(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = open_store();
    put(store, 1, "one");
    store_close(store);
    store = store_open(path, SLICE("v2"), NULL, &error);
    assert_answer(store, 1, NULL);
    // Rebuilt while it is open.
    put(store, 1, "two");
    assert_true(store_answers_flush(store_answers(store)));
    assert_true(store_rebuild(store, SLICE("v2"), &error));
    assert_answer(store, 1, NULL);
    put(store, 1, "three");
    assert_answer(store, 1, "three");
    store_close(store);
}

static void test_in_memory(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = store_open(":memory:", SLICE("v1"), NULL, &error);
    assert_false(store_answers_put(store_answers(store), 1, SLICE("one")));
    assert_answer(store, 1, NULL);
    store_close(store);
}

enum { THREADS = 4, EACH = 500 };

static void *put_and_get(void *data)
{
    struct store *store = data;
    struct arena *own = arena_create(0, 0);
    size_t found = 0;
    for (uint64_t key = 0; key < EACH; key++) {
        struct slice record;
        store_answers_put(store_answers(store), key, SLICE("record"));
        found += store_answers_get(store_answers(store), key, own, &record) && record.len == 6;
    }
    arena_destroy(own);
    return (void *)found;
}

static void test_threads(void **state)
{
    (void)state;
    struct store *store = open_store();
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, put_and_get, store);
    for (size_t i = 0; i < THREADS; i++) {
        void *found;
        pthread_join(threads[i], &found);
        assert_int_equal((size_t)found, EACH);
    }
    store_close(store);
    store = open_store();
    assert_int_equal(store_answers_count(store_answers(store)), EACH);
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_after_a_restart),
        TEST(test_beside_a_load),
        TEST(test_damaged),
        TEST(test_another_configuration_forgets),
        TEST(test_in_memory),
        TEST(test_threads),
        TEST(test_used),
        TEST(test_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
