// SPDX-License-Identifier: MIT
//
// Feedback that is shipped to a common store: files of an older program are upgraded, each entry is
// offered until it is marked as sent, and a backup is restored whole, once.
#include "base/uuid.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>

static char directory[] = "/tmp/guidanced-feedback-XXXXXX";
static char path[128], backup[128];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory + sizeof directory - 7, "XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/feedback.db", directory);
    snprintf(backup, sizeof backup, "%s/backup.db", directory);
    return 0;
}

static int remove_directory(void **state)
{
    char command[160];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command);
}

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int64_t ask_sql(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static struct feedback *open_it(void)
{
    struct error error = {0};
    struct feedback *feedback = feedback_open(path, &error);
    if (!feedback)
        fail_msg("%s", error.message);
    return feedback;
}

static void add(struct feedback *feedback, int64_t at, int count)
{
    struct feedback_entry entry = {.at = at,
                                   .page = SLICE("/"),
                                   .useful = SLICE("yes"),
                                   .site = SLICE("https://a.example"),
                                   .replica = SLICE("a-1")};
    for (int i = 0; i < count; i++)
        assert_true(feedback_add(feedback, &entry, 1, NULL));
}

// As version 0.1 wrote it.
static const char OLD[] =
    "CREATE TABLE entries(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " page TEXT NOT NULL, useful TEXT NOT NULL, comment TEXT NOT NULL);"
    "CREATE INDEX entries_at ON entries(at);"
    "CREATE TABLE removed(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, page TEXT NOT NULL,"
    " useful TEXT NOT NULL, comment TEXT NOT NULL, removed_at INTEGER NOT NULL);"
    "CREATE TABLE clock(seen INTEGER NOT NULL, doubt INTEGER NOT NULL);"
    "PRAGMA application_id=1196770884;"
    "INSERT INTO entries(at, page, useful, comment) VALUES(1700000000, '/a/', 'yes', 'old');"
    "INSERT INTO entries(at, page, useful, comment) VALUES(1700000001, '/b/', 'no', '');";

static bool check_uid(void *state, const struct feedback_entry *entry)
{
    char uid[UUID_LENGTH + 1];
    assert_int_equal(entry->uid.len, UUID_LENGTH);
    assert_int_equal(entry->uid.ptr[14], '7'); // its version
    assert_non_null(strchr("89ab", entry->uid.ptr[19]));
    // Its first twelve digits are the moment.
    assert_true(uuid_make(entry->at * 1000, uid));
    assert_memory_equal(uid, entry->uid.ptr, 13);
    ++*(int *)state;
    return true;
}

static void test_older_file(void **state)
{
    (void)state;
    int count = 0;
    run_sql(OLD);
    struct feedback *feedback = open_it();
    assert_true(feedback_each(feedback, check_uid, &count, NULL));
    assert_int_equal(count, 2);
    feedback_close(feedback);
    assert_int_equal(ask_sql("SELECT count(DISTINCT uid) FROM entries"), 2);
    assert_int_equal(ask_sql("PRAGMA user_version"), 1);
    // The older program again, and this one after it: entries have kept theirs, new ones have one.
    run_sql("CREATE TABLE before AS SELECT id, uid FROM entries;"
            "INSERT INTO entries(at, page, useful, comment) VALUES(1700000002, '/', 'no', '');");
    feedback = open_it();
    count = 0;
    assert_true(feedback_each(feedback, check_uid, &count, NULL));
    assert_int_equal(count, 3);
    feedback_close(feedback);
    assert_int_equal(ask_sql("SELECT count(*) FROM before JOIN entries USING(id, uid)"), 2);
}

struct taken {
    size_t count, calls;
    bool refuses;
    char first[UUID_LENGTH + 1];
    int64_t last_at;
};

static bool take(void *state, const struct feedback_entry *entries, size_t count,
                 struct error *error)
{
    struct taken *taken = state;
    taken->calls++;
    taken->count += count;
    snprintf(taken->first, sizeof taken->first, "%.*s", SLICE_ARG(entries[0].uid));
    assert_true(slice_equal(entries[0].site, SLICE("https://a.example")));
    assert_true(slice_equal(entries[0].replica, SLICE("a-1")));
    for (size_t i = 0; i < count; i++) {
        assert_true(entries[i].at >= taken->last_at); // the oldest first
        taken->last_at = entries[i].at;
    }
    return !taken->refuses || error_set(error, ERROR_STORE, "not now");
}

static void test_outbox(void **state)
{
    (void)state;
    struct feedback_outbox outbox;
    struct error error = {0};
    struct taken taken = {.refuses = true};
    size_t count = 99;
    struct feedback *feedback = open_it();
    assert_true(feedback_outbox(feedback, &outbox, NULL) && !outbox.unsent && !outbox.oldest_at);
    assert_true(feedback_send(feedback, take, &taken, &count, NULL) && !count && !taken.calls);
    add(feedback, 1700000900, 1);
    add(feedback, 1700000100, 600);
    assert_true(feedback_outbox(feedback, &outbox, NULL));
    assert_true(outbox.unsent == 601 && outbox.oldest_at == 1700000100);
    // Refused: nothing is marked, and the same come again.
    assert_false(feedback_send(feedback, take, &taken, &count, &error));
    assert_string_equal(error.message, "not now");
    assert_true(feedback_outbox(feedback, &outbox, NULL) && outbox.unsent == 601);
    struct taken again = {0};
    assert_true(feedback_send(feedback, take, &again, &count, NULL) && count == FEEDBACK_BATCH);
    assert_string_equal(taken.first, again.first);
    assert_true(feedback_send(feedback, take, &again, &count, NULL) && count == 101);
    assert_true(feedback_send(feedback, take, &again, &count, NULL) && count == 0);
    assert_true(again.count == 601 && again.calls == 2);
    assert_true(feedback_outbox(feedback, &outbox, NULL) && !outbox.unsent && !outbox.oldest_at);
    feedback_close(feedback);
    assert_int_equal(ask_sql("SELECT count(*) FROM entries WHERE sent_at > 1700000000"), 601);
}

// What retention removes keeps its uid and whether it was sent.
static void test_removed(void **state)
{
    (void)state;
    enum { NOW = 1700000000 };
    struct feedback_retained done;
    struct taken taken = {0};
    size_t count;
    struct feedback *feedback = open_it();
    add(feedback, NOW - 40 * 86400, 3);
    assert_true(feedback_send(feedback, take, &taken, &count, NULL) && count == 3);
    add(feedback, NOW - 40 * 86400, 2);
    assert_true(feedback_retain(feedback, 60, NOW - 39 * 86400, &done, NULL) && !done.removed);
    for (int day = -38; day <= 0; day++)
        assert_true(feedback_retain(feedback, 30, NOW + (int64_t)day * 86400, &done, NULL));
    feedback_close(feedback);
    assert_int_equal(ask_sql("SELECT count(*) FROM entries"), 0);
    assert_int_equal(ask_sql("SELECT count(DISTINCT uid) FROM removed WHERE site <> ''"), 5);
    assert_int_equal(ask_sql("SELECT count(sent_at) FROM removed"), 3);
}

static int64_t restore(const char *from, struct error *error)
{
    int64_t added = -1;
    struct feedback *feedback = open_it();
    if (!feedback_restore(feedback, from, &added, error))
        added = -1;
    feedback_close(feedback);
    return added;
}

static void test_backup(void **state)
{
    (void)state;
    struct error error = {0};
    struct feedback *feedback = open_it();
    add(feedback, 1700000000, 7);
    assert_true(feedback_backup(feedback, backup, NULL));
    add(feedback, 1700000001, 2);
    feedback_close(feedback);
    assert_int_equal(restore(backup, NULL), 0); // nothing is missing
    run_sql("DELETE FROM entries WHERE id <= 5");
    assert_int_equal(restore(backup, NULL), 5);
    assert_int_equal(restore(backup, NULL), 0);
    assert_int_equal(ask_sql("SELECT count(*) FROM entries"), 9);
    unlink(path);
    assert_int_equal(restore(backup, NULL), 7);
    // Files that are not backups.
    FILE *notes = fopen(backup, "w");
    assert_true(notes && fputs("my notes", notes) >= 0 && fclose(notes) == 0);
    assert_int_equal(restore(backup, &error), -1);
    assert_non_null(strstr(error.message, "not a"));
    assert_int_equal(restore("/nowhere/backup.db", NULL), -1);
    assert_int_equal(ask_sql("SELECT count(*) FROM entries"), 7);
    feedback = open_it();
    assert_false(feedback_backup(feedback, "/nowhere/backup.db", NULL));
    feedback_close(feedback);
}

// What is named by mistake stays as it is.
static void test_what_a_backup_replaces(void **state)
{
    static const char *const KEPT[] = {"---\ntitle: Home\n---\n", "SQLite format 3", "x"};
    (void)state;
    struct feedback *feedback = open_it();
    struct error error = {0};
    struct stat before, after;
    char text[64] = "";
    add(feedback, 1700000000, 2);
    for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++) {
        FILE *file = fopen(backup, "w");
        fputs(KEPT[i], file);
        fclose(file);
        error = (struct error){0};
        assert_false(feedback_backup(feedback, backup, &error));
        assert_non_null(strstr(error.message, "is not a feedback database"));
        file = fopen(backup, "r");
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        assert_string_equal(text, KEPT[i]);
    }
    error = (struct error){0};
    assert_false(feedback_backup(feedback, "/dev/null", &error));
    assert_int_equal(stat("/dev/null", &after), 0);
    assert_true(S_ISCHR(after.st_mode));

    error = (struct error){0};
    assert_int_equal(stat(path, &before), 0);
    assert_false(feedback_backup(feedback, path, &error));
    assert_non_null(strstr(error.message, "is the feedback itself"));
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);

    // An empty file, such as mktemp makes, and an older backup.
    assert_int_equal(truncate(backup, 0), 0);
    assert_true(feedback_backup(feedback, backup, NULL));
    add(feedback, 1700000001, 1);
    assert_true(feedback_backup(feedback, backup, NULL));
    feedback_close(feedback);
    unlink(path);
    assert_int_equal(restore(backup, NULL), 3);
}

static void test_damaged_backup(void **state)
{
    (void)state;
    struct error error = {0};
    struct feedback *feedback = open_it();
    add(feedback, 1700000000, 400);
    assert_true(feedback_backup(feedback, backup, NULL));
    feedback_close(feedback);
    FILE *file = fopen(backup, "r+");
    assert_non_null(file);
    for (long page = 12; page < 20; page++) {
        assert_int_equal(fseek(file, page * 4096, SEEK_SET), 0);
        assert_int_equal(fwrite("broken broken broken", 1, 20, file), 20);
    }
    fclose(file);
    run_sql("DELETE FROM entries");
    assert_int_equal(restore(backup, &error), -1);
    assert_int_equal(ask_sql("SELECT count(*) FROM entries"), 0);
}

static void test_uuids(void **state)
{
    (void)state;
    char a[UUID_LENGTH + 1], b[UUID_LENGTH + 1];
    assert_true(uuid_make(1000, a) && uuid_make(1000, b));
    assert_int_equal(strlen(a), UUID_LENGTH);
    assert_string_not_equal(a, b);
    assert_true(uuid_make(INT64_C(1700000000123), b));
    assert_memory_equal(b, "018bcfe5-687b-7", 15);
    assert_true(strcmp(a, b) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_older_file),
        TEST(test_outbox),
        TEST(test_removed),
        TEST(test_backup),
        TEST(test_what_a_backup_replaces),
        TEST(test_damaged_backup),
        TEST(test_uuids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
