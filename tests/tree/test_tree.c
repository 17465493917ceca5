// SPDX-License-Identifier: MIT
//
// Reading a file while another program writes it in place; links, also those without an end. All of
// it once more where the kernel has no openat2.
#include "base/file.h"
#include "tree/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { EMPTY = 100 };

static char root[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(root, "/tmp/guidanced-tree-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static void path_of(int number, char path[128])
{
    snprintf(path, 128, "%s/%d.md", root, number);
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < EMPTY; i++) {
        char path[128];
        path_of(i, path);
        unlink(path);
    }
    return rmdir(root);
}

// Writes the file, which is open and empty, a moment later.
static void *write_slowly(void *state)
{
    int fd = *(int *)state;
    usleep(30000);
    assert_int_equal(pwrite(fd, "new", 3, 0), 3);
    return NULL;
}

static bool says(struct tree *tree, const char *name, const char *expected)
{
    struct arena *arena = arena_create(0, 0);
    struct slice text;
    assert_true(tree_read(tree, arena, slice_from_cstr(name), SIZE_MAX / 4, &text, NULL, NULL));
    bool same = slice_equal(text, slice_from_cstr(expected));
    arena_destroy(arena);
    return same;
}

static bool reads(struct tree *tree, int number, const char *expected)
{
    char name[16];
    snprintf(name, sizeof name, "%d.md", number);
    return says(tree, name, expected);
}

static bool reads_what_comes(int fd)
{
    pthread_t writer;
    struct tree *tree = tree_open_directory(root, NULL);
    assert_non_null(tree);
    assert_int_equal(pwrite(fd, "the old text", 12, 0), 12);
    assert_true(reads(tree, 0, "the old text"));
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(pthread_create(&writer, NULL, write_slowly, &fd), 0);
    bool came = reads(tree, 0, "new");
    pthread_join(writer, NULL);
    tree_close(tree);
    return came;
}

// On a busy machine the writer may be later than anybody waits for.
static void test_emptied(void **state)
{
    (void)state;
    char path[128];
    path_of(0, path);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    bool came = false;
    for (int i = 0; !came && i < 50; i++)
        came = reads_what_comes(fd);
    assert_true(came);
    close(fd);
}

// What stays empty is read as that, by a load and by those that read after it.
static void test_empty(void **state)
{
    (void)state;
    for (int i = 0; i < EMPTY; i++) {
        char path[128];
        path_of(i, path);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    struct tree *tree = tree_open_directory(root, NULL);
    assert_non_null(tree);
    for (int i = 0; i < EMPTY; i++)
        assert_true(reads(tree, i, ""));
    tree_settle(tree);
    assert_true(reads(tree, 0, ""));
    tree_close(tree);
}

static bool count_row(void *state, struct slice relative, const struct file_info *info)
{
    (void)relative, (void)info;
    ++*(size_t *)state;
    return true;
}

static void put_link(const char *target, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(symlink(target, path), 0);
}

static void put_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool can_read(struct tree *tree, const char *name)
{
    struct arena *arena = arena_create(0, 0);
    struct slice text;
    bool can = tree_read(tree, arena, slice_from_cstr(name), SIZE_MAX / 4, &text, NULL, NULL);
    arena_destroy(arena);
    return can;
}

// Links to files and directories, on the way and at its end; the one that leads outside is refused.
static void test_links(void **state)
{
    char path[128];
    struct error error = {0};
    size_t rows = 0, refused = 0;
    snprintf(path, sizeof path, "%s/folder", root);
    assert_int_equal(mkdir(path, 0755), 0);
    put_file("folder/page.md", "page");
    put_file("top.md", "top");
    put_link("folder", "also");
    put_link("also", "again");
    put_link("../top.md", "folder/up.md");
    put_link("/etc", "outside");
    put_link("/etc/passwd", "passwd.md");
    put_link("itself", "itself");
    struct tree *tree = tree_open_directory(root, NULL);
    assert_non_null(tree);
    assert_true(says(tree, "folder/page.md", "page"));
    assert_true(says(tree, "also/page.md", "page"));
    assert_true(says(tree, "again/up.md", "top"));
    assert_false(can_read(tree, "outside/passwd") || can_read(tree, "passwd.md"));
    assert_false(can_read(tree, "folder/../../etc/passwd"));
    assert_true(tree_list(tree, SLICE(""), count_row, &rows, &error));
    assert_int_equal(rows, 7); // top.md, and two in each of three
    tree_refusals(tree, &refused);
    assert_int_equal(refused, 4); // outside/passwd besides
    tree_close(tree);
    assert_true(file_remove_directory(root));
    *state = NULL;
}

// Directories with two links each to the next one: 2^30 ways. A list says so instead of walking
// them all, and what watches them watches each directory once.
static void test_endless_links(void **state)
{
    enum { LEVELS = 30 };
    char path[128], target[16];
    struct error error = {0};
    size_t rows = 0;
    for (int i = 0; i < LEVELS; i++) {
        snprintf(path, sizeof path, "%s/f%d", root, i);
        snprintf(target, sizeof target, "../f%d", i + 1);
        assert_int_equal(mkdir(path, 0755), 0);
        for (const char *name = "ab"; *name; name++) {
            snprintf(path, sizeof path, "%s/f%d/%c", root, i, *name);
            assert_int_equal(symlink(target, path), 0);
        }
    }
    struct tree *tree = tree_open_directory(root, NULL);
    assert_non_null(tree);
    assert_false(tree_list(tree, SLICE(""), count_row, &rows, &error));
    assert_true(error.code == ERROR_LIMIT || error.code == ERROR_AWAY); // or out of descriptors
    tree_close(tree);
    struct slice all = slice_from_cstr(root);
    struct tree_source source = {
        .kind = &TREE_DIRECTORY, .root = all, .given = all, .places = &all, .place_count = 1};
    struct watch *watch = watch_create(&source, NULL);
    assert_non_null(watch);
    assert_int_equal(watch_how(watch), WATCH_EVENTS);
    watch_destroy(watch);
    assert_true(file_remove_directory(root));
    *state = NULL;
}

static bool without_openat2(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter &&
              seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) == 0 &&
              seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_emptied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_empty, set_up, tear_down),
        cmocka_unit_test_setup(test_links, set_up),
        cmocka_unit_test_setup(test_endless_links, set_up),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    // qemu passes on no filter, and has no openat2 in the first place.
    return failed || !without_openat2() ? failed : cmocka_run_group_tests(tests, NULL, NULL);
}
