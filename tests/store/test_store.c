// SPDX-License-Identifier: MIT
//
// The cache may be damaged; feedback must not be lost.
#include "store/store.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[64], path[128];

static int make_directory(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/guidanced-store-XXXXXX");
    return mkdtemp(directory) && snprintf(path, sizeof path, "%s/x.db", directory) > 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"x.db",         "x.db-wal",     "x.db-shm", "x.db.old",
                                        "x.db.old-wal", "x.db.old-shm", "x.log"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char name[160];
        snprintf(name, sizeof name, "%s/%s", directory, NAMES[i]);
        unlink(name);
    }
    return rmdir(directory);
}

static struct store *open_store(void)
{
    struct error error = {0};
    struct store *store = store_open(path, SLICE("v1"), NULL, &error);
    assert_non_null(store);
    return store;
}

static void put(struct store *store, const char *name)
{
    struct store_page page = {.path = slice_from_cstr(name), .reading = SLICE("abc")};
    struct error error = {0};
    assert_true(store_begin(store, &error) &&
                store_put_text(store, SLICE("text"), &page.text, &error) &&
                store_put_page(store, &page, &error) && store_commit(store, 1, &error));
}

static bool has(struct store *store, const char *name)
{
    struct arena *arena = arena_create(0, 0);
    struct store_page page;
    struct error error = {0};
    bool found = store_get_page(store, arena, slice_from_cstr(name), &page, &error);
    assert_false(error_is_set(&error));
    arena_destroy(arena);
    return found;
}

static void test_reuse(void **state)
{
    (void)state;
    struct store *store = open_store();
    put(store, "a");
    put(store, "b");
    store_close(store);
    store = open_store();
    assert_true(has(store, "a") && has(store, "b") && !has(store, "c"));
    struct slice keep[] = {SLICE("b"), SLICE("c")};
    assert_true(store_keep_only(store, keep, 2, NULL));
    assert_true(!has(store, "a") && has(store, "b"));
    store_close(store);
    store = store_open(path, SLICE("v2"), NULL, NULL);
    assert_false(has(store, "b")); // another configuration
    store_close(store);
}

// A file that is no cache of this program and site is moved aside, with a line that says why.
static void test_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *text; // of the file; NULL: the cache of another configuration
        const char *reason;
    } ROWS[] = {{NULL, "is rebuilt: another version or configuration made it\n"},
                {"no database, but a text\n", "is rebuilt: it cannot be opened\n"}};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char name[160], line[400] = "";
        snprintf(name, sizeof name, "%s/x.log", directory);
        store_close(open_store());
        FILE *file = ROWS[i].text ? fopen(path, "wb") : NULL;
        if (file) {
            fputs(ROWS[i].text, file);
            fclose(file);
        }
        struct log *log = log_create(name, LOG_WARNING, LOG_TEXT, NULL);
        struct store *store = store_open(path, SLICE("v2"), log, NULL);
        assert_non_null(store);
        put(store, "a");
        store_close(store);
        log_destroy(log);
        file = fopen(name, "rb");
        assert_non_null(file);
        assert_non_null(fgets(line, sizeof line, file));
        fclose(file);
        unlink(name);
        assert_non_null(strstr(line, ROWS[i].reason));
    }
}

static void test_damage(void **state)
{
    (void)state;
    unsigned damaged = 0;
    for (long at = 0; at < 40000; at += 1777) {
        struct store *store = open_store();
        put(store, "a");
        store_close(store);
        FILE *file = fopen(path, "r+b");
        assert_non_null(file);
        fseek(file, at, SEEK_SET);
        for (int i = 0; i < 600; i++)
            fputc((i * 7 + (int)at) & 0xff, file);
        fclose(file);
        store = open_store(); // whatever was hit, it opens
        if (!store_is_sound(store)) {
            assert_true(store_rebuild(store, SLICE("v1"), NULL));
            damaged++;
        }
        assert_true(store_is_sound(store));
        put(store, "b");
        assert_true(has(store, "b"));
        store_close(store);
        assert_int_equal(truncate(path, at), 0);
        store = open_store();
        if (!store_is_sound(store))
            assert_true(store_rebuild(store, SLICE("v1"), NULL));
        put(store, "c");
        assert_true(has(store, "c"));
        store_close(store);
    }
    assert_true(damaged > 0);
}

// A file that SQLite has mapped is truncated while in use: the process survives, nothing more is
// read from it, and a new cache works.
static void cut_and_use(off_t length)
{
    char name[160];
    struct store *store = open_store();
    struct arena *arena = arena_create(0, 0);
    struct slice text;
    put(store, "a");
    struct store_texts *texts = store_texts(store);
    assert_true(store_texts_read(texts, store_texts_epoch(texts), 1, arena, &text));
    snprintf(name, sizeof name, "%s-shm", path);
    assert_int_equal(truncate(name, length), 0);
    struct store_page page = {.path = SLICE("b")};
    if (store_begin(store, NULL))
        store_put_page(store, &page, NULL);
    store_rollback(store);
    store_texts_read(texts, store_texts_epoch(texts), 1, arena, &text);
    store_healthy(store);
    assert_true(store_was_cut(store));
    assert_false(store_healthy(store) || store_is_sound(store));
    assert_false(store_texts_read(texts, store_texts_epoch(texts), 1, arena, &text));
    assert_true(store_rebuild(store, SLICE("v1"), NULL));
    assert_true(store_healthy(store) && !store_was_cut(store));
    put(store, "c");
    assert_true(has(store, "c") && !has(store, "a"));
    store_close(store);
    arena_destroy(arena);
}

static void test_cut_index(void **state)
{
    (void)state;
    cut_and_use(0);
}

// ---- a fill ----

enum { FILLED = 3000, FILLED_BYTES = 2000 }; // several batches

static struct slice filled_text(char text[FILLED_BYTES], int number)
{
    memset(text, 'a' + number % 26, FILLED_BYTES);
    snprintf(text, 16, "%d", number);
    return slice_of(text, FILLED_BYTES);
}

// The names and texts may change as soon as they have been put.
static bool fill(struct store *store, bool *put_all)
{
    char name[16], text[FILLED_BYTES];
    struct error error = {0};
    assert_true(store_begin(store, &error) && store_is_empty(store));
    store_fill(store);
    *put_all = true;
    for (int i = 0; *put_all && i < FILLED; i++) {
        snprintf(name, sizeof name, "%05d", i);
        struct store_page page = {.path = slice_from_cstr(name), .reading = slice_from_cstr(name)};
        *put_all = store_put_text(store, filled_text(text, i), &page.text, &error) &&
                   store_put_page(store, &page, &error);
    }
    assert_true(*put_all != error_is_set(&error));
    memset(&error, 0, sizeof error);
    bool committed = store_commit(store, 1, &error);
    assert_true(committed != error_is_set(&error));
    return committed;
}

static bool is_filled(struct store *store)
{
    char name[16], text[FILLED_BYTES];
    struct arena *arena = arena_create(0, 0);
    struct error error = {0};
    struct store_page page;
    bool right = true;
    for (int i = 0; right && i < FILLED; i++) {
        struct slice got;
        snprintf(name, sizeof name, "%05d", i);
        right = store_get_page(store, arena, slice_from_cstr(name), &page, &error) &&
                slice_equal(page.reading, slice_from_cstr(name)) &&
                store_get_text(store, page.text, arena, &got) &&
                slice_equal(got, filled_text(text, i));
        arena_reset(arena, SIZE_MAX);
    }
    arena_destroy(arena);
    return right;
}

static void test_fill(void **state)
{
    (void)state;
    struct store *store = open_store();
    bool put_all;
    assert_true(fill(store, &put_all) && put_all && is_filled(store));
    assert_true(store_begin(store, NULL) && !store_is_empty(store));
    store_rollback(store);
    store_close(store);
    store = open_store();
    assert_true(is_filled(store) && store_is_sound(store));
    store_close(store);
}

// Whatever asks for more than a put sees what was put; a rollback takes it back.
static void test_fill_asked(void **state)
{
    (void)state;
    struct store *store = open_store();
    assert_true(store_begin(store, NULL));
    store_fill(store);
    struct store_page page = {.path = SLICE("a")};
    assert_true(store_put_text(store, SLICE("text"), &page.text, NULL) &&
                store_put_page(store, &page, NULL) && has(store, "a"));
    page.path = SLICE("b");
    assert_true(store_put_page(store, &page, NULL) && has(store, "b"));
    store_rollback(store);
    assert_false(has(store, "a") || has(store, "b"));
    assert_true(store_begin(store, NULL));
    store_fill(store);
    assert_true(store_put_page(store, &page, NULL));
    store_close(store); // in the middle
    store = open_store();
    assert_true(store_is_empty(store));
    store_close(store);
}

// A row that cannot be written fails the load, whenever that is known.
static void test_fill_fails(void **state)
{
    (void)state;
    struct rlimit before, small;
    struct store *store = open_store();
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    small = before;
    for (rlim_t size = 256 << 10; size <= 4 << 20; size += 1536 << 10) {
        bool put_all;
        small.rlim_cur = size;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        assert_false(fill(store, &put_all));
        store_rollback(store);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_true(store_is_empty(store));
    }
    bool put_all;
    assert_true(fill(store, &put_all) && put_all && is_filled(store));
    store_close(store);
}

// Until a cache can be made again there is none, and whatever is asked of it fails.
static void test_no_cache(void **state)
{
    (void)state;
    struct rlimit before, none;
    struct store *store = open_store();
    struct store_page page = {.path = SLICE("a")};
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    bool rebuilt = store_rebuild(store, SLICE("v1"), NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(rebuilt || store_begin(store, NULL) || store_is_empty(store));
    store_fill(store);
    store_put_page(store, &page, NULL);
    assert_false(store_commit(store, 1, NULL));
    store_rollback(store);
    assert_false(store_healthy(store) || store_is_sound(store));
    assert_true(store_rebuild(store, SLICE("v1"), NULL));
    put(store, "a");
    assert_true(has(store, "a"));
    store_close(store);
}

// ---- texts ----

static int64_t put_version(struct store *store, struct slice text, uint64_t generation)
{
    struct store_page page = {.path = SLICE("a")};
    assert_true(store_begin(store, NULL) && store_put_text(store, text, &page.text, NULL) &&
                store_put_page(store, &page, NULL) && store_commit(store, generation, NULL));
    return page.text;
}

static bool reads(struct store *store, unsigned epoch, int64_t id, const char *expected)
{
    struct arena *arena = arena_create(0, 0);
    struct slice text;
    bool found = store_texts_read(store_texts(store), epoch, id, arena, &text);
    assert_true(!found || slice_equal(text, slice_from_cstr(expected)));
    arena_destroy(arena);
    return found;
}

// A text that was saved over stays for as long as an older snapshot lives.
static void test_superseded(void **state)
{
    (void)state;
    struct store *store = open_store();
    unsigned epoch = store_texts_epoch(store_texts(store));
    struct store_lease *first = store_lease(store, 1);
    int64_t one = put_version(store, SLICE("one"), 1);
    struct store_lease *second = store_lease(store, 2);
    int64_t two = put_version(store, SLICE("two"), 2);
    put_version(store, SLICE("three"), 3);
    assert_true(reads(store, epoch, one, "one") && reads(store, epoch, two, "two"));
    store_lease_end(first);
    put_version(store, SLICE("four"), 4);
    assert_true(!reads(store, epoch, one, "one") && reads(store, epoch, two, "two"));
    store_lease_end(second);
    put_version(store, SLICE("five"), 5);
    assert_false(reads(store, epoch, two, "two"));
    struct store_lease *late = store_lease(store, 6);
    store_close(store);
    store_lease_end(late); // frees what the store has left to it
}

// A number of a cache that was rebuilt leads to nothing, though the new one has that number too.
static void test_epochs(void **state)
{
    (void)state;
    struct store *store = open_store();
    unsigned epoch = store_texts_epoch(store_texts(store));
    int64_t old = put_version(store, SLICE("old"), 1);
    assert_true(reads(store, epoch, old, "old"));
    assert_true(store_rebuild(store, SLICE("v1"), NULL));
    unsigned now = store_texts_epoch(store_texts(store));
    int64_t new = put_version(store, SLICE("new"), 2);
    assert_int_equal(old, new);
    assert_true(epoch != now && !reads(store, epoch, old, "old") && reads(store, now, new, "new"));
    store_close(store);
}

// Of a cache that was read and closed, one file is left.
static void test_closing(void **state)
{
    (void)state;
    char log[160];
    snprintf(log, sizeof log, "%s-wal", path);
    struct store *store = open_store();
    unsigned epoch = store_texts_epoch(store_texts(store));
    assert_true(reads(store, epoch, put_version(store, SLICE("text"), 1), "text"));
    assert_int_equal(access(log, F_OK), 0);
    store_close(store);
    assert_int_not_equal(access(log, F_OK), 0);
}

static void test_bodies(void **state)
{
    (void)state;
    struct store *store = open_store();
    struct arena *arena = arena_create(0, 0);
    struct store_texts *texts = store_texts(store);
    unsigned epoch = store_texts_epoch(texts);
    int64_t id = put_version(store, SLICE("*a*"), 1);
    struct store_index *index = store_index_open(store, false, NULL);
    struct slice html;
    assert_non_null(index);
    assert_true(store_index_body(index, id, 7, SLICE("<em>a</em>"), NULL));
    store_index_close(index);
    assert_true(store_texts_body(texts, epoch, id, 7, arena, &html));
    assert_true(slice_equal(html, SLICE("<em>a</em>")));
    assert_false(store_texts_body(texts, epoch, id, 8, arena, &html)); // of other options
    assert_false(store_texts_are_suspect(texts));
    arena_destroy(arena);
    store_close(store);
}

static void test_memory(void **state)
{
    (void)state;
    struct store *store = store_open("/proc/nowhere/x.db", SLICE("v1"), NULL, NULL);
    assert_non_null(store);
    assert_true(store_is_memory(store));
    put(store, "a");
    struct store_reader *reader = store_reader_open(store_uri(store), NULL);
    assert_non_null(reader);
    store_reader_close(reader);
    store_close(store);
}

static bool count_entry(void *state, const struct feedback_entry *entry)
{
    ++*(int *)state;
    return entry->page.len > 0;
}

// A child adds entries and tells each that was confirmed; it is killed in between.
static void test_feedback_survives(void **state)
{
    (void)state;
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t child = fork();
    if (child == 0) {
        struct feedback *feedback = feedback_open(path, NULL);
        struct feedback_entry entry = {.at = 1, .page = SLICE("/"), .useful = SLICE("yes")};
        while (feedback && feedback_add(feedback, &entry, 1, NULL))
            if (write(pipe_fds[1], "x", 1) != 1)
                _exit(1);
        _exit(1);
    }
    close(pipe_fds[1]);
    int confirmed = 0, stored = 0;
    char byte;
    while (confirmed < 40 && read(pipe_fds[0], &byte, 1) == 1)
        confirmed++;
    kill(child, SIGKILL);
    while (read(pipe_fds[0], &byte, 1) == 1)
        confirmed++;
    close(pipe_fds[0]);
    waitpid(child, NULL, 0);
    struct feedback *feedback = feedback_open(path, NULL);
    assert_non_null(feedback);
    assert_true(feedback_each(feedback, count_entry, &stored, NULL));
    assert_true(confirmed >= 40 && stored >= confirmed);
    feedback_close(feedback);
}

static int count_all(struct feedback *feedback)
{
    int stored = 0;
    assert_true(feedback_each(feedback, count_entry, &stored, NULL));
    return stored;
}

// An entry is confirmed only when it is in the file of the name.
static void test_feedback_moved(void **state)
{
    (void)state;
    static const char *const OTHERS[] = {"x.db.old", "x.db-journal"};
    struct error error = {0};
    struct feedback_entry entry = {.at = 1, .page = SLICE("/"), .useful = SLICE("yes")};
    struct feedback *feedback = feedback_open(path, NULL);
    assert_true(feedback_add(feedback, &entry, 1, NULL));
    char aside[160];
    snprintf(aside, sizeof aside, "%s/%s", directory, OTHERS[0]);
    assert_int_equal(rename(path, aside), 0);
    assert_false(feedback_is_there(feedback));
    assert_false(feedback_probe(feedback, NULL));
    assert_false(feedback_add(feedback, &entry, 1, &error));
    assert_int_equal(error.code, ERROR_STORE);
    // A new file under the old name is not the same file.
    struct feedback *second = feedback_open(path, NULL);
    assert_false(feedback_add(feedback, &entry, 1, NULL));
    assert_true(feedback_add(second, &entry, 1, NULL) && count_all(second) == 1);
    feedback_close(feedback);
    assert_int_equal(unlink(path), 0);
    assert_false(feedback_add(second, &entry, 1, NULL));
    feedback_close(second);
    for (size_t i = 0; i < 2; i++) {
        snprintf(aside, sizeof aside, "%s/%s", directory, OTHERS[i]);
        unlink(aside);
    }
}

// Nothing that is confirmed lies elsewhere than in the file, and no file of it is mapped.
static void test_feedback_alone(void **state)
{
    (void)state;
    char name[160];
    struct feedback_entry entry = {.at = 1, .page = SLICE("/"), .useful = SLICE("yes")};
    struct feedback *feedback = feedback_open(path, NULL);
    for (int i = 0; i < 5; i++) {
        assert_true(feedback_add(feedback, &entry, 1, NULL));
        static const char *const SUFFIXES[] = {"-wal", "-shm", "-journal"};
        for (size_t j = 0; j < 3; j++) {
            snprintf(name, sizeof name, "%s%s", path, SUFFIXES[j]);
            assert_int_not_equal(access(name, F_OK), 0);
        }
    }
    assert_int_equal(count_all(feedback), 5);
    feedback_close(feedback);
}

enum { DAY = 86400 };

static void add_at(struct feedback *feedback, int64_t at, int count)
{
    struct feedback_entry entry = {.at = at, .page = SLICE("/"), .useful = SLICE("yes")};
    for (int i = 0; i < count; i++)
        assert_true(feedback_add(feedback, &entry, 1, NULL));
}

static void test_feedback_retention(void **state)
{
    (void)state;
    const int64_t start = INT64_C(20000) * DAY;
    struct feedback_retained kept;
    struct feedback *feedback = feedback_open(path, NULL);
    add_at(feedback, start - 40 * DAY, 130);
    add_at(feedback, start, 20);
    assert_true(feedback_retain(feedback, 30, start, &kept, NULL));
    assert_int_equal(kept.removed, 100); // a share at once
    assert_int_equal(kept.kept, 100);
    assert_int_equal(kept.jump_days, 0);
    assert_true(feedback_retain(feedback, 30, start + DAY, &kept, NULL));
    assert_int_equal(kept.removed, 30);
    assert_int_equal(count_all(feedback), 20);
    // After a month what was removed is gone for good.
    for (int64_t day = 2; day <= 29; day++)
        assert_true(feedback_retain(feedback, 30, start + day * DAY, &kept, NULL));
    assert_int_equal(kept.kept, 130);
    assert_true(feedback_retain(feedback, 30, start + 32 * DAY, &kept, NULL));
    assert_int_equal(kept.kept, 20);
    feedback_close(feedback);
}

static void test_feedback_wrong_clock(void **state)
{
    (void)state;
    const int64_t start = INT64_C(20000) * DAY, wrong = start + INT64_C(3) * 365 * DAY;
    struct feedback_retained kept;
    struct feedback *feedback = feedback_open(path, NULL);
    add_at(feedback, start, 50);
    // Whether the file has been looked after or not.
    assert_true(feedback_retain(feedback, 365, wrong, &kept, NULL));
    assert_true(kept.removed == 0 && kept.jump_days == 3 * 365 && kept.doubt_days == 7);
    assert_true(feedback_retain(feedback, 365, start + DAY, &kept, NULL)); // set right
    assert_int_equal(kept.removed, 0);
    assert_true(feedback_retain(feedback, 365, wrong, &kept, NULL));
    assert_int_equal(kept.jump_days, 3 * 365 - 1);
    // Restarts on one day prove nothing; days do.
    for (int i = 0; i < 20; i++)
        assert_true(feedback_retain(feedback, 365, wrong + i * 60, &kept, NULL));
    assert_int_equal(count_all(feedback), 50);
    for (int day = 1; day < 7; day++) {
        assert_true(feedback_retain(feedback, 365, wrong + day * DAY, &kept, NULL));
        assert_int_equal(kept.removed, 0);
    }
    assert_true(feedback_retain(feedback, 365, wrong + 7 * DAY, &kept, NULL));
    assert_int_equal(kept.removed, 50);
    assert_int_equal(kept.kept, 50);
    feedback_close(feedback);
}

static void test_feedback_foreign(void **state)
{
    (void)state;
    struct error error = {0};
    store_close(open_store());
    assert_null(feedback_open(path, &error));
    assert_int_equal(error.code, ERROR_STORE);
    struct store *store = open_store();
    assert_false(store_is_memory(store));
    store_close(store);
}

// The cache has the feedback's name: the feedback stays, and memory is used instead.
static void test_cache_spares_feedback(void **state)
{
    (void)state;
    int stored = 0;
    struct feedback *feedback = feedback_open(path, NULL);
    struct feedback_entry entry = {.at = 1, .page = SLICE("/"), .useful = SLICE("yes")};
    assert_true(feedback && feedback_add(feedback, &entry, 1, NULL));
    feedback_close(feedback);
    struct store *store = open_store();
    assert_true(store_is_memory(store));
    put(store, "a");
    store_close(store);
    feedback = feedback_open(path, NULL);
    assert_non_null(feedback);
    assert_true(feedback_each(feedback, count_entry, &stored, NULL));
    assert_int_equal(stored, 1);
    feedback_close(feedback);
}

// A file that is no database at all is kept beside the new cache.
static void test_moved_aside(void **state)
{
    (void)state;
    char aside[160], text[16] = "";
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("my notes", file);
    fclose(file);
    store_close(open_store());
    snprintf(aside, sizeof aside, "%s.old", path);
    file = fopen(aside, "rb");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text - 1, file), 8);
    fclose(file);
    assert_string_equal(text, "my notes");
}

// A load cut off in the middle leaves the last whole one.
static void test_killed_load(void **state)
{
    (void)state;
    struct store *store = open_store();
    put(store, "a");
    store_close(store);
    pid_t child = fork();
    if (child == 0) {
        struct store_page page = {.path = SLICE("b"), .reading = SLICE("x")};
        store = store_open(path, SLICE("v1"), NULL, NULL);
        bool ok = store && store_begin(store, NULL) && store_put_page(store, &page, NULL);
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    store = open_store();
    assert_false(store_is_memory(store));
    assert_true(has(store, "a") && !has(store, "b"));
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reuse),
        TEST(test_reasons),
        TEST(test_damage),
        TEST(test_fill),
        TEST(test_fill_asked),
        TEST(test_fill_fails),
        TEST(test_no_cache),
        TEST(test_superseded),
        TEST(test_epochs),
        TEST(test_cut_index),
        TEST(test_closing),
        TEST(test_bodies),
        TEST(test_memory),
        TEST(test_feedback_survives),
        TEST(test_feedback_moved),
        TEST(test_feedback_alone),
        TEST(test_feedback_retention),
        TEST(test_feedback_wrong_clock),
        TEST(test_feedback_foreign),
        TEST(test_cache_spares_feedback),
        TEST(test_moved_aside),
        TEST(test_killed_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
