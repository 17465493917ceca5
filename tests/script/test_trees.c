// SPDX-License-Identifier: MIT
//
// Several commits, one path: who sees which files, what is remembered across them, and what is left
// on the disk.
#include "site.h"

#include <dirent.h>

static struct test_site *site;
static char trees[96];

static struct script_options options_of_trees(void)
{
    struct script_options options = site_options(site);
    snprintf(trees, sizeof trees, "%s/trees", site->folder);
    options.root = options.config = NULL;
    options.trees = trees;
    return options;
}

static int make_trees(void **state)
{
    (void)state;
    site = site_make("fake.mjs");
    struct script_options options = options_of_trees();
    site_start(site, &options);
    return 0;
}

static int remove_trees(void **state)
{
    (void)state;
    site_remove(site);
    return 0;
}

// ---- commits ----

static bool write_text(const char *directory, const char *name, const char *text)
{
    char path[PATH_MAX + NAME_MAX + 2];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return file_write(path, slice_from_cstr(text), NULL);
}

// A file with the text, and a configuration that is the same in all.
static bool write_commit(void *state, const char *directory, struct error *error)
{
    const char *text = state;
    if (!text)
        return error_set(error, ERROR_IO, "on purpose");
    return write_text(directory, "eleventy.config.js", "same") &&
           write_text(directory, "x.txt", text);
}

static struct script_tree *take(const char *id, const char *text)
{
    const struct script_commit commit = {.id = id,
                                         .config = "eleventy.config.js",
                                         .write = write_commit,
                                         .state = (void *)(uintptr_t)text};
    return script_commit(site->script, &commit, &site->error);
}

// How often the host has been asked, and the text that it sees.
static void assert_reads(struct script_tree *tree, const char *file, const char *expected)
{
    const struct script_scope scope = {.tree = tree};
    const struct value argument = value_string(slice_from_cstr(file));
    struct value answer;
    if (!site_ask_scope(site, "filter", "file", &argument, 1, &scope, &answer))
        fail_msg("%s", site->error.message);
    assert_text(site_text(site, answer), expected);
}

static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 2;
}

static size_t count_trees(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/0", trees);
    return count_entries(path);
}

// ---- tests ----

static void test_turns(void **state)
{
    (void)state;
    struct script_tree *one = take("one", "1"), *two = take("two", "2");
    assert_reads(one, "x.txt", "2,1");
    assert_reads(two, "x.txt", "2,2"); // by another host
    assert_reads(one, "x.txt", "2,1"); // known
    assert_reads(one, "none.txt", "2,");
    assert_reads(two, "none.txt", "2,"); // the same, since neither has it
    assert_int_equal(script_status(site->script).starts, 3);
    assert_int_equal(count_trees(), 2);
    script_tree_release(one);
    script_tree_release(two);
}

// What another commit has answered holds for one that has the same files.
static void test_shared_answers(void **state)
{
    (void)state;
    struct script_tree *one = take("one", "1");
    assert_reads(one, "x.txt", "2,1");
    struct script_tree *same = take("three", "1");
    assert_ptr_not_equal(one, same);
    assert_reads(same, "x.txt", "2,1");
    assert_int_equal(script_status(site->script).starts, 1);
    script_tree_release(one);
    script_tree_release(same);
}

static void test_same_commit(void **state)
{
    (void)state;
    struct script_tree *one = take("one", "1"), *again = take("one", "not written");
    assert_ptr_equal(one, again);
    script_tree_release(again);
    script_sweep(site->script);
    assert_reads(one, "x.txt", "2,1");
    script_tree_release(one);
}

static void test_released(void **state)
{
    (void)state;
    struct script_tree *one = take("one", "1"), *two = take("two", "2");
    assert_reads(one, "x.txt", "2,1");
    script_tree_release(two);
    script_sweep(site->script);
    assert_int_equal(count_trees(), 1);
    script_tree_release(one); // whose turn it still is
    script_sweep(site->script);
    assert_int_equal(count_trees(), 1);
    two = take("two", "2 again");
    assert_reads(two, "x.txt", "2,2 again");
    script_sweep(site->script);
    assert_int_equal(count_trees(), 1);
    script_tree_release(two);
}

static void test_no_commit(void **state)
{
    (void)state;
    assert_null(take("bad", NULL));
    assert_string_equal(site->error.message, "on purpose");
    assert_int_equal(count_trees(), 0);
    struct value answer;
    assert_false(site_ask(site, "count", value_undefined(), &answer));
}

static void test_order_of_ends(void **state)
{
    (void)state;
    struct script_tree *one = take("one", "1");
    assert_reads(one, "x.txt", "2,1");
    script_destroy(site->script);
    site->script = NULL;
    script_tree_release(one);
    assert_int_equal(count_trees(), 0);
}

static void test_two_processes(void **state)
{
    (void)state;
    struct script_options options = options_of_trees();
    struct script *other = script_create(&options, &site->error);
    assert_non_null(other);
    assert_string_not_equal(script_root(other), script_root(site->script));
    struct script_tree *one = take("one", "1");
    script_destroy(other); // removes its own only
    assert_reads(one, "x.txt", "2,1");
    script_tree_release(one);
}

static void test_leftovers(void **state)
{
    (void)state;
    char path[PATH_MAX], link[PATH_MAX];
    script_destroy(site->script);
    site->script = NULL;
    snprintf(path, sizeof path, "%s/0/site/a/b", trees);
    assert_true(file_make_directories(path, NULL));
    assert_true(write_text(path, "c", "left by one that was killed"));
    snprintf(path, sizeof path, "%s/home", site->folder);
    snprintf(link, sizeof link, "%s/0/site/link", trees);
    assert_int_equal(symlink(path, link), 0);
    struct script_options options = options_of_trees();
    site_start(site, &options);
    assert_int_equal(count_trees(), 0);
    assert_int_equal(count_entries(path), 1); // the link's target is as it was
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_trees, remove_trees)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_turns),         TEST(test_shared_answers), TEST(test_same_commit),
        TEST(test_released),      TEST(test_no_commit),      TEST(test_order_of_ends),
        TEST(test_two_processes), TEST(test_leftovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
