// SPDX-License-Identifier: MIT
//
// Power is lost at each sync of a run, in many ways (power.h), and again while the files are being
// mended; the real code opens what is left. Feedback: every confirmed post is there exactly once,
// and of the one being written, all or nothing. The cache: one of the loads, whole, or it is thrown
// away. A disk that lies about syncs shows that the tests would notice.
#include "database.h"
#include "power.h"
#include "store/store.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SEEN = 1 << 16, POSTS_MAX = 64, LOADS = 6, PAGES = 16 };

static char base[64], disk[96], left[96], left_again[96];

// What a run has written, as far as it knows.
static struct run {
    struct power *power, *again;
    bool (*is_right)(const char *directory, bool again);
    int confirmed, begun; // posts, or loads
    bool control;         // the disk lies: the first wrong state is enough
    unsigned again_every; // power is lost again in one state of so many
    unsigned states, moments, states_again, wrong, thrown_away;
    char wrong_as[256];
    size_t seen_count;
    uint64_t seen[SEEN];
} run;

// ---- moments ----

static void empty_directory(const char *name)
{
    DIR *entries = opendir(name);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", name, entry->d_name);
        if (entry->d_name[0] != '.')
            assert_int_equal(unlink(path), 0);
    }
    closedir(entries);
}

// Whether the same has been opened before, with the same promises.
static bool has_seen(void *state, uint64_t hash)
{
    (void)state;
    hash = (hash ^ (uint64_t)(run.confirmed * 1000 + run.begun)) * 0x9e3779b97f4a7c15u;
    size_t at = (size_t)(hash % SEEN);
    while (run.seen[at] && run.seen[at] != hash)
        at = (at + 1) % SEEN;
    if (run.seen[at])
        return true;
    assert_true(++run.seen_count < SEEN / 2);
    run.seen[at] = hash;
    return false;
}

static void note_wrong(unsigned state, bool again)
{
    if (!run.wrong++)
        snprintf(run.wrong_as, sizeof run.wrong_as,
                 "the first at moment %u, state %u%s: %d confirmed, %d begun", run.moments, state,
                 again ? " (power lost again)" : "", run.confirmed, run.begun);
}

// While what is left is being mended, power is lost once more.
static void lose_again(void *state)
{
    (void)state;
    for (unsigned n = 0;; n++) {
        size_t seen = run.seen_count;
        empty_directory(left_again);
        if (!power_leave(run.again, n, left_again, has_seen, NULL))
            return;
        if (run.seen_count == seen)
            continue;
        run.states_again++;
        if (!run.is_right(left_again, true))
            note_wrong(n, true);
    }
}

static void lose(void *state)
{
    (void)state;
    if (run.control && run.wrong + run.thrown_away)
        return;
    run.moments++;
    for (unsigned n = 0;; n++) {
        size_t seen = run.seen_count;
        empty_directory(left);
        if (!power_leave(run.power, n, left, has_seen, NULL))
            return;
        if (run.seen_count == seen)
            continue;
        if (run.states++ % run.again_every == 0)
            run.again = power_watch(left, lose_again, NULL);
        if (!run.is_right(left, false))
            note_wrong(n, false);
        if (run.again)
            power_unwatch(run.again);
        run.again = NULL;
    }
}

static void begin(bool (*is_right)(const char *directory, bool again), unsigned again_every)
{
    memset(&run, 0, sizeof run);
    run.is_right = is_right;
    run.again_every = again_every;
    run.power = power_watch(disk, lose, NULL);
    assert_non_null(run.power);
}

static void lie(void)
{
    power_lie(run.power);
    run.control = true;
}

static void end(const char *what)
{
    lose(NULL);
    power_unwatch(run.power);
    print_message("%s: %u states at %u moments, %u more while mending; %u wrong, %u thrown away\n",
                  what, run.states, run.moments, run.states_again, run.wrong, run.thrown_away);
}

static int make_directories(void **state)
{
    (void)state;
    char *const names[] = {disk, left, left_again};
    snprintf(base, sizeof base, "/tmp/guidanced-power-XXXXXX");
    assert_non_null(mkdtemp(base));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(names[i], sizeof disk, "%s/%zu", base, i);
        assert_true(file_make_directories(names[i], NULL));
    }
    return 0;
}

static int remove_directories(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", base);
    return system(command);
}

static bool is_intact(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    bool intact =
        sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW &&
        slice_equal(database_text(statement, 0), SLICE("ok"));
    sqlite3_finalize(statement);
    return intact;
}

// ---- feedback ----

// How often each post is there, by the number that its comment begins with.
static bool count_posts(sqlite3 *db, int counts[POSTS_MAX])
{
    static const char SQL[] = "SELECT CAST(comment AS INTEGER) FROM entries UNION ALL"
                              " SELECT CAST(comment AS INTEGER) FROM removed";
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, SQL, -1, &statement, NULL);
    while (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
        int number = sqlite3_column_int(statement, 0);
        if (number < 0 || number >= POSTS_MAX)
            code = SQLITE_CORRUPT;
        else
            counts[number]++;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_OK;
}

static bool has_every_post(const char *directory, bool again)
{
    char path[128];
    int counts[POSTS_MAX] = {0};
    (void)again;
    snprintf(path, sizeof path, "%s/feedback.db", directory);
    struct feedback *feedback = feedback_open(path, NULL);
    bool right = feedback && is_intact(feedback_database(feedback)) &&
                 count_posts(feedback_database(feedback), counts);
    for (int i = 0; right && i < POSTS_MAX; i++)
        right = i < run.confirmed ? counts[i] == 1
                : i < run.begun   ? counts[i] <= 1 && counts[i] == counts[run.confirmed]
                                  : counts[i] == 0;
    feedback_close(feedback);
    return right;
}

static void post(struct feedback *feedback, int count)
{
    enum { LONGEST = 20000 };
    static char comments[3][LONGEST];
    struct feedback_entry entries[3];
    for (int i = 0; i < count; i++) {
        int number = run.confirmed + i, length = snprintf(comments[i], LONGEST, "%d ", number);
        int wanted = number % 5 == 4 ? LONGEST - 1 : number % 3 * 900;
        for (; length < wanted; length++)
            comments[i][length] = (char)('a' + (length * 7 + number) % 26);
        entries[i] = (struct feedback_entry){.at = 1700000000 + number * 86400,
                                             .page = SLICE("/"),
                                             .useful = SLICE("no"),
                                             .comment = slice_of(comments[i], (size_t)length)};
    }
    run.begun = run.confirmed + count;
    assert_true(feedback_add(feedback, entries, (size_t)count, NULL));
    run.confirmed = run.begun;
}

static void post_all(void)
{
    enum { FILES = 2, BATCHES = 5 };
    char path[128];
    snprintf(path, sizeof path, "%s/feedback.db", disk);
    for (int file = 0; file < FILES; file++) {
        struct feedback_retained done;
        struct feedback *feedback = feedback_open(path, NULL);
        assert_non_null(feedback);
        for (int batch = 0; batch < BATCHES; batch++)
            post(feedback, 1 + batch % 3);
        lose(NULL);
        // Posts of the first days become too old.
        for (int day = 0; day < 2; day++)
            assert_true(feedback_retain(feedback, 5, 1700000000 + (run.confirmed + day) * 86400,
                                        &done, NULL));
        feedback_close(feedback);
    }
}

static void test_feedback(void **state)
{
    (void)state;
    begin(has_every_post, 32);
    post_all();
    end("feedback");
    if (run.wrong)
        fail_msg("%s", run.wrong_as);
    assert_true(run.states > 500 && run.states_again > 50);
}

static void test_feedback_lying_disk(void **state)
{
    (void)state;
    begin(has_every_post, 32);
    lie();
    post_all();
    end("feedback, and a disk that lies");
    assert_true(run.wrong > 0);
}

// ---- the cache ----

// The load whose text page `page` has after load `load`; 0: there is no such page. Each load
// changes a third, and a seventh is missing.
static int text_of(int load, int page)
{
    if (!load || (load + page) % 7 == 0)
        return 0;
    int since = load;
    while (since > 1 && (since + page) % 3 && (since - 1 + page) % 7)
        since--;
    return since;
}

static struct slice page_text(char text[4000], int load, int page)
{
    int length = snprintf(text, 4000, "load %d of page %d: ", load, page);
    for (; length < 200 + page * 150; length++)
        text[length] = (char)('a' + (length + load) % 26);
    return slice_of(text, (size_t)length);
}

static bool has_load(struct store *store, struct arena *arena, int load)
{
    for (int i = 0; i < PAGES; i++) {
        char name[16], expected[4000];
        struct store_page page;
        struct slice text;
        struct error error = {0};
        snprintf(name, sizeof name, "p%02d.md", i);
        bool there = store_get_page(store, arena, slice_from_cstr(name), &page, &error);
        int since = text_of(load, i);
        if (error_is_set(&error) || there != (since > 0))
            return false;
        if (there &&
            (page.identity != (uint64_t)since || !store_get_text(store, page.text, arena, &text) ||
             !slice_equal(text, page_text(expected, since, i))))
            return false;
    }
    return true;
}

static bool has_one_load(const char *directory, bool again)
{
    char path[128];
    (void)again;
    snprintf(path, sizeof path, "%s/cache.db", directory);
    struct store *store = store_open(path, SLICE("v1"), NULL, NULL);
    struct arena *arena = arena_create(0, 0);
    assert_true(store && arena);
    bool right = !store_is_memory(store);
    if (!store_is_sound(store)) {
        run.thrown_away++;
        right = right && store_rebuild(store, SLICE("v1"), NULL) && has_load(store, arena, 0);
    } else {
        int load = 0;
        while (load <= run.begun && !has_load(store, arena, load))
            load++;
        right =
            right && load <= run.begun && is_intact(store->db) &&
            database_run(store->db, "INSERT INTO search(search) VALUES('integrity-check')", NULL);
    }
    arena_destroy(arena);
    store_close(store);
    return right;
}

static void put_load(struct store *store, int load)
{
    struct slice kept[PAGES];
    char names[PAGES][16], text[4000];
    size_t count = 0;
    run.begun = load;
    assert_true(store_begin(store, NULL));
    if (store_is_empty(store))
        store_fill(store);
    for (int i = 0; i < PAGES; i++) {
        snprintf(names[i], sizeof names[i], "p%02d.md", i);
        struct store_page page = {
            .path = slice_from_cstr(names[i]), .identity = (uint64_t)load, .reading = SLICE("abc")};
        if (!text_of(load, i))
            continue;
        kept[count++] = page.path;
        if (text_of(load, i) == load)
            assert_true(store_put_text(store, page_text(text, load, i), &page.text, NULL) &&
                        store_put_page(store, &page, NULL));
    }
    assert_true(store_keep_only(store, kept, count, NULL) &&
                store_commit(store, (uint64_t)load, NULL));
    run.confirmed = load;
}

static void index_load(struct store *store, int load)
{
    char text[4000], url[16];
    struct store_index *index = store_index_open(store, false, NULL);
    assert_non_null(index);
    for (int i = 0; i < PAGES; i++) {
        snprintf(url, sizeof url, "/p%02d/", i);
        struct search_document document = {.url = slice_from_cstr(url),
                                           .title = SLICE("Page"),
                                           .body = page_text(text, text_of(load, i), i),
                                           .visible_from = -1.0 / 0.0,
                                           .visible_until = 1.0 / 0.0};
        if (text_of(load, i))
            assert_true(store_index_put(index, &document, NULL));
    }
    assert_true(store_index_finish(index, SLICE(""), NULL));
    store_index_close(index);
}

// Loads in several runs of the program, and in one where the log begins again at its start.
static void load_all(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/cache.db", disk);
    struct store *store = NULL;
    for (int load = 1; load <= LOADS; load++) {
        if (!store)
            store = store_open(path, SLICE("v1"), NULL, NULL);
        assert_true(store && !store_is_memory(store));
        put_load(store, load);
        index_load(store, load);
        if (load > 4)
            sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
        lose(NULL);
        if (load <= 4) {
            store_close(store);
            store = NULL;
        }
    }
    store_close(store);
}

static void test_cache(void **state)
{
    (void)state;
    begin(has_one_load, 128);
    load_all();
    end("cache");
    if (run.wrong)
        fail_msg("%s", run.wrong_as);
    assert_true(run.states > 200 && run.states_again > 20);
}

static void test_cache_lying_disk(void **state)
{
    (void)state;
    begin(has_one_load, 128);
    lie();
    load_all();
    end("cache, and a disk that lies");
    assert_true(run.wrong + run.thrown_away > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directories, remove_directories)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_feedback),
        TEST(test_feedback_lying_disk),
        TEST(test_cache),
        TEST(test_cache_lying_disk),
    };
    power_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
