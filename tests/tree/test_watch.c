// SPDX-License-Identifier: MIT
//
// What was written while a site was read: nothing, one file, or several.
#include "tree/tree.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char root[64];
    struct slice all;
    struct tree_source source;
    struct watch *watch;
};

static void path_in(const struct place *place, const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", place->root, name);
}

static void write_file(const struct place *place, const char *name)
{
    char path[128];
    path_in(place, name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("text", file);
    assert_int_equal(fclose(file), 0);
}

static void rename_file(const struct place *place, const char *from, const char *to)
{
    char old[128], new[128];
    path_in(place, from, old);
    path_in(place, to, new);
    assert_int_equal(rename(old, new), 0);
}

static void remove_file(const struct place *place, const char *name)
{
    char path[128];
    path_in(place, name, path);
    assert_int_equal(remove(path), 0);
}

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->root, "/tmp/guidanced-watch-XXXXXX");
    assert_non_null(mkdtemp(place->root));
    write_file(place, "a.md");
    write_file(place, "b.md");
    struct slice root = slice_from_cstr(place->root);
    place->source = (struct tree_source){.kind = &TREE_DIRECTORY,
                                         .root = root,
                                         .given = root,
                                         .places = &place->all,
                                         .place_count = 1};
    place->all = root;
    place->watch = watch_create(&place->source, NULL);
    assert_non_null(place->watch);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const NAMES[] = {"a.md", "b.md", "a.md.new", "c.md", "sub"};
    struct place *place = *state;
    watch_destroy(place->watch);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char path[128];
        path_in(place, NAMES[i], path);
        remove(path);
    }
    assert_int_equal(rmdir(place->root), 0);
    free(place);
    return 0;
}

static void test_nothing(void **state)
{
    struct place *place = *state;
    assert_int_equal(watch_how(place->watch), WATCH_EVENTS);
    assert_int_equal(watch_pending(place->watch), WATCH_NOTHING);
    assert_false(watch_wait(place->watch, 0));
    write_file(place, ".hidden.swp");
    assert_int_equal(watch_pending(place->watch), WATCH_NOTHING);
    remove_file(place, ".hidden.swp");
}

static void test_one(void **state)
{
    struct place *place = *state;
    write_file(place, "a.md");
    write_file(place, "a.md");
    assert_int_equal(watch_pending(place->watch), WATCH_ONE_FILE);
    assert_int_equal(watch_pending(place->watch), WATCH_NOTHING); // taken, but not forgotten:
    assert_true(watch_wait(place->watch, 0));
    assert_false(watch_wait(place->watch, 0));
    remove_file(place, "a.md");
    assert_int_equal(watch_pending(place->watch), WATCH_ONE_FILE);
    assert_true(watch_wait(place->watch, 0));
    write_file(place, "c.md");
    assert_int_equal(watch_pending(place->watch), WATCH_ONE_FILE);
}

// A site in which one file is replaced all the time is never read without it happening.
static void test_one_that_is_replaced(void **state)
{
    struct place *place = *state;
    for (int i = 0; i < 3; i++) {
        write_file(place, "a.md.new");
        rename_file(place, "a.md.new", "a.md");
    }
    assert_int_equal(watch_pending(place->watch), WATCH_ONE_FILE);
    write_file(place, "c.md");
    remove_file(place, "c.md");
    assert_int_equal(watch_pending(place->watch), WATCH_ONE_FILE);
    assert_true(watch_wait(place->watch, 0));
    write_file(place, "c.md");
    remove_file(place, "c.md");
    assert_int_equal(watch_pending(place->watch), WATCH_ONE_FILE);
}

static void expect_several(struct place *place)
{
    assert_int_equal(watch_pending(place->watch), WATCH_SEVERAL_FILES);
    assert_true(watch_wait(place->watch, 0));
    assert_int_equal(watch_pending(place->watch), WATCH_NOTHING);
}

static void test_several(void **state)
{
    struct place *place = *state;
    write_file(place, "a.md");
    write_file(place, "b.md");
    expect_several(place);
    // An old page that is renamed: both names, or neither, may have been read.
    rename_file(place, "a.md", "c.md");
    expect_several(place);
    rename_file(place, "c.md", "b.md");
    expect_several(place);
    // A temporary file that is still there, beside another that was written.
    write_file(place, "b.md");
    write_file(place, "a.md.new");
    expect_several(place);
    // One from before is an old file.
    rename_file(place, "a.md.new", "a.md");
    expect_several(place);
    // Two new ones.
    write_file(place, "a.md.new");
    write_file(place, "c.md");
    expect_several(place);
    char path[128];
    path_in(place, "sub", path);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_several(place);
}

// Of the repository itself, of a worktree, and of a worktree named relative to it.
static void test_busy(void **state)
{
    struct place *place = *state;
    enum { DIRECTORY, ABSOLUTE, RELATIVE, RUBBISH, FORMS };
    char path[128], lock[160];
    for (int form = 0; form < FORMS; form++) {
        path_in(place, form == DIRECTORY ? ".git" : "sub", path);
        assert_int_equal(mkdir(path, 0755), 0);
        snprintf(lock, sizeof lock, "%s/index.lock", path);
        path_in(place, ".git", path);
        FILE *file = form == DIRECTORY ? NULL : fopen(path, "w");
        assert_true(file || form == DIRECTORY);
        if (form == ABSOLUTE)
            fprintf(file, "gitdir: %s/sub\n", place->root);
        else if (file)
            fputs(form == RELATIVE ? "gitdir: sub\n" : "rubbish", file);
        if (file)
            fclose(file);
        struct watch *watch = watch_create(&place->source, NULL);
        assert_non_null(watch);
        assert_false(watch_is_busy(watch));
        file = fopen(lock, "w");
        assert_non_null(file);
        fclose(file);
        assert_int_equal(watch_is_busy(watch), form != RUBBISH);
        assert_int_equal(unlink(lock), 0);
        assert_false(watch_is_busy(watch));
        watch_destroy(watch);
        remove_file(place, ".git");
        if (form != DIRECTORY)
            remove_file(place, "sub");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_is_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_busy, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
