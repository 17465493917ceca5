// SPDX-License-Identifier: MIT
//
// The log: its three formats, levels, sites, the journal's priorities, and files that are renamed
// and opened again while it writes.
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    char directory[32], path[64], moved[64];
};

static int set_up(void **state)
{
    static struct fixture f;
    f.arena = arena_create(0, 0);
    strcpy(f.directory, "/tmp/guidanced-log-XXXXXX");
    if (!f.arena || !mkdtemp(f.directory))
        return -1;
    snprintf(f.path, sizeof f.path, "%s/log", f.directory);
    snprintf(f.moved, sizeof f.moved, "%s/log.1", f.directory);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    unlink(f->moved);
    rmdir(f->directory);
    arena_destroy(f->arena);
    return 0;
}

static const char *content(struct fixture *f, const char *path)
{
    struct slice text;
    struct error error = {0};
    if (!file_read(f->arena, path, 1 << 20, &text, &error))
        fail_msg("%s", error.message);
    return text.ptr;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("%s\nis not in\n%s", part, text);
}

static void write_lines(struct log *log)
{
    struct error error = {0};
    log_write(log, LOG_DEBUG, "hidden");
    log_write(log, LOG_INFO, "listening on %s\nand %d", "port", 80);
    error_set(&error, ERROR_RUNTIME, "it \"failed\"");
    error_hint(&error, "look there");
    error_at(&error, SLICE("a.njk"), 3, 7);
    error_chain(&error, "included from", SLICE("b.njk"), 1, 2);
    error_chain(&error, "called from", SLICE("c.njk"), 4, 5);
    log_request_error(log, LOG_ERROR, SLICE("r1"), &error);
    struct log *site = log_of_site(log, "a.example");
    log_write(site, LOG_WARNING, "of a site");
    log_destroy(site);
    log_line(log, SLICE("whole line\n"));
    log_line(log, SLICE(""));
}

static void test_formats(void **state)
{
    static const char *const PARTS[][5] = {
        [LOG_TEXT] = {"Z info listening on port and 80\n",
                      ("Z error a.njk:3:7: it \"failed\" (look there); included from "
                       "b.njk:1:2; called from c.njk:4:5 request_id=r1\n"),
                      "Z warning of a site site=a.example\n", "\nwhole line\n", ""},
        [LOG_JSON] = {"{\"time\":\"2",
                      "Z\",\"level\":\"info\",\"message\":\"listening on port\\nand 80\"}\n",
                      (",\"message\":\"it \\\"failed\\\"\",\"file\":\"a.njk\",\"line\":3,"
                       "\"column\":7,\"hint\":\"look there\",\"chain\":\"included from "
                       "b.njk:1:2; called from c.njk:4:5\",\"request_id\":\"r1\"}\n"),
                      "\"message\":\"of a site\",\"site\":\"a.example\"}\n", "\nwhole line\n"},
        [LOG_ECS] = {"{\"@timestamp\":\"2",
                     "Z\",\"log.level\":\"info\",\"ecs.version\":\"8.11.0\",",
                     (",\"log.origin.file.name\":\"a.njk\",\"log.origin.file.line\":3,"
                      "\"labels.column\":7,\"labels.hint\":\"look there\",\"labels.chain\":"),
                     "\"http.request.id\":\"r1\"}\n", "\"labels.site\":\"a.example\"}\n"},
    };
    struct fixture *f = *state;
    for (int format = LOG_TEXT; format <= LOG_ECS; format++) {
        struct error error = {0};
        struct log *log = log_create(f->path, LOG_INFO, (enum log_format)format, &error);
        assert_non_null(log);
        write_lines(log);
        log_destroy(log);
        const char *text = content(f, f->path);
        for (size_t i = 0; i < 5; i++)
            assert_has(text, PARTS[format][i]);
        assert_null(strstr(text, "hidden"));
        unlink(f->path);
    }
}

static void test_reopening(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    bool room;
    for (int threaded = 0; threaded < 2; threaded++) {
        struct log *log = log_create(f->path, LOG_INFO, LOG_TEXT, &error);
        assert_non_null(log);
        if (threaded)
            assert_true(log_start(log, &error));
        log_write(log, LOG_INFO, "before");
        log_flush(log);
        assert_int_equal(rename(f->path, f->moved), 0);
        assert_true(log_reopen(log, &error));
        log_write(log, LOG_INFO, "after");
        log_flush(log);
        assert_has(content(f, f->moved), "before");
        assert_has(content(f, f->path), "after");
        assert_null(strstr(content(f, f->moved), "after"));
        // A directory in its place: the open file is kept, and the reason told.
        unlink(f->path);
        assert_int_equal(mkdir(f->path, 0700), 0);
        assert_false(log_reopen(log, &error));
        assert_has(error.message, "cannot open the log ");
        error_clear(&error);
        log_write(log, LOG_INFO, "kept");
        assert_int_equal(log_dropped(log, &room), 0);
        assert_true(room);
        log_destroy(log);
        rmdir(f->path);
        unlink(f->moved);
    }
}

static void test_no_log(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    bool room;
    assert_null(log_create(f->directory, LOG_INFO, LOG_TEXT, &error));
    assert_int_equal(error.code, ERROR_IO);
    assert_true(log_start(NULL, &error));
    assert_true(log_reopen(NULL, &error));
    assert_null(log_of_site(NULL, "a"));
    assert_int_equal(log_dropped(NULL, &room), 0);
    log_write(NULL, LOG_ERROR, "dropped");
    log_error(NULL, LOG_ERROR, &error);
    log_line(NULL, SLICE("dropped"));
    log_flush(NULL);
    log_destroy(NULL);
}

// Standard error is the journal's stream if JOURNAL_STREAM says so (systemd.exec(5)).
static void test_journal(void **state)
{
    static const char *const LINES[] = {"<7>", " debug a\n<6>", " info b\n<4>", " warning c\n<3>",
                                        " error d\n"};
    struct fixture *f = *state;
    struct error error = {0};
    struct stat st;
    int saved = dup(STDERR_FILENO), fd = open(f->path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(saved >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) == STDERR_FILENO);
    assert_int_equal(fstat(fd, &st), 0);
    char stream[64];
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    struct log *log = log_create(NULL, LOG_DEBUG, LOG_TEXT, &error);
    setenv("JOURNAL_STREAM", "1:2", 1);
    struct log *other = log_create(NULL, LOG_DEBUG, LOG_TEXT, &error);
    unsetenv("JOURNAL_STREAM");
    log_write(log, LOG_DEBUG, "a");
    log_write(log, LOG_INFO, "b");
    log_write(log, LOG_WARNING, "c");
    log_write(log, LOG_ERROR, "d");
    log_write(other, LOG_ERROR, "plain");
    assert_true(log_reopen(log, &error)); // it has no file
    log_destroy(log);
    log_destroy(other);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(fd);
    const char *text = content(f, f->path);
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++)
        assert_has(text, LINES[i]);
    assert_has(text, "\n2"); // the other's begins with the year
}

static void test_levels(void **state)
{
    static const char *const NAMES[] = {"debug", "info", "warning", "error"};
    enum log_level level;
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_true(log_level_parse(slice_from_cstr(NAMES[i]), &level));
        assert_int_equal(level, i);
    }
    assert_false(log_level_parse(SLICE("loud"), &level));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_formats), TEST(test_reopening), TEST(test_no_log),
        TEST(test_journal), TEST(test_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
