// SPDX-License-Identifier: MIT
//
// What is planned for a host, without starting one: which paths it may read, its environment, and
// that a plan which lacks a part is an error.
#include "script/jail.h"
#include "script/program.h"
#include "site.h"

#include <sys/stat.h>

static struct test_site *site;
static struct jail jail;
static struct program program;
static char self[PATH_MAX]; // a program that is no script

static int make_site(void **state)
{
    (void)state;
    site = site_make("fake.mjs");
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    return site && length > 0 ? 0 : -1;
}

static int remove_site(void **state)
{
    (void)state;
    site_remove(site);
    return 0;
}

static struct script_options plan_options(void)
{
    struct script_options options = site_options(site);
    options.command = self;
    options.host = NULL;
    return options;
}

// The rights to a path below the site's folder; 0: none of its own.
static int rights_to(const char *name)
{
    char path[PATH_MAX];
    int rights = 0;
    snprintf(path, sizeof path, "%s%s", site->folder, name);
    for (size_t i = 0; i < jail.count; i++)
        if (strcmp(jail.paths[i].path, path) == 0)
            rights |= jail.paths[i].rights;
    return rights;
}

static bool plans(const struct script_options *options, enum error_code code, const char *says)
{
    struct error error = {0};
    bool ok = jail_plan(&jail, options, "/usr", &error);
    assert_int_equal(error.code, code);
    if (says)
        assert_non_null(strstr(error.message, says));
    return ok;
}

// ---- paths ----

static void test_site_paths(void **state)
{
    (void)state;
    const char *const more[] = {"/usr/share/more", NULL};
    struct script_options options = plan_options();
    options.readable = more;
    assert_true(plans(&options, ERROR_NONE, NULL));
    // Beside the scratch directory there are readers' feedback and the cache.
    assert_int_equal(rights_to("/site"), LANDLOCK_LIST);
    assert_int_equal(rights_to("/site/.guidanced"), 0);
    assert_true(rights_to("/site/page.md") & LANDLOCK_READ);
    assert_int_equal(rights_to("/site/.guidanced/script"), LANDLOCK_READ | LANDLOCK_WRITE);
    assert_string_equal(jail.program, self);
    char scratch[PATH_MAX];
    snprintf(scratch, sizeof scratch, "%s/elsewhere", site->folder);
    options.scratch = scratch;
    assert_true(plans(&options, ERROR_NONE, NULL));
    assert_int_equal(rights_to("/site"), LANDLOCK_READ);
}

// Links that anybody who writes the site can make lead to packages at most.
static void test_links_to_modules(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        bool read;
    } LINKS[] = {{"home", false}, {"home/node_modules", true}, {"nowhere/node_modules", false}};
    struct script_options options = plan_options();
    char link[PATH_MAX], target[PATH_MAX];
    site_write(site, "home/node_modules/a.js", "");
    snprintf(link, sizeof link, "%s/node_modules", site->root);
    assert_true(file_remove_directory(link));
    for (size_t i = 0; i < sizeof LINKS / sizeof *LINKS; i++) {
        snprintf(target, sizeof target, "%s/%s", site->folder, LINKS[i].target);
        assert_int_equal(symlink(target, link), 0);
        assert_true(plans(&options, ERROR_NONE, NULL));
        snprintf(target, sizeof target, "/%s", LINKS[i].target);
        assert_int_equal(rights_to(target) & LANDLOCK_READ, LINKS[i].read ? LANDLOCK_READ : 0);
        assert_int_equal(unlink(link), 0);
    }
}

// Not the whole site where its entries cannot be listed: the daemon's own files are among them.
static void test_unreadable_site(void **state)
{
    (void)state;
    struct script_options options = plan_options();
    char root[PATH_MAX], scratch[PATH_MAX];
    snprintf(root, sizeof root, "%s/gone", site->folder);
    snprintf(scratch, sizeof scratch, "%s/gone/.guidanced/script", site->folder);
    options.root = root;
    options.scratch = scratch;
    assert_false(plans(&options, ERROR_IO, root));
    assert_int_equal(rights_to("/gone") & LANDLOCK_READ, 0);
}

static void test_many_entries(void **state)
{
    (void)state;
    struct script_options options = plan_options();
    char name[128];
    for (int i = 0; i < JAIL_PATHS_MAX; i++) {
        snprintf(name, sizeof name, "%s/%d", site->root, i);
        assert_int_equal(mkdir(name, 0755), 0);
        if (i == 2000)
            assert_true(plans(&options, ERROR_NONE, NULL) &&
                        rights_to("/site/1999") & LANDLOCK_READ);
    }
    assert_false(plans(&options, ERROR_LIMIT, "too many entries"));
}

static void test_programs(void **state)
{
    (void)state;
    static const char SCRIPT[] = "#!/bin/sh\nexec node\n";
    struct script_options options = plan_options();
    char script[PATH_MAX], old[PATH_MAX];
    site_write(site, "home/node", SCRIPT);
    snprintf(script, sizeof script, "%s/home/node", site->folder);
    options.command = script;
    assert_false(plans(&options, ERROR_CONFIG, "no program")); // it may not be executed
    assert_int_equal(chmod(script, 0755), 0);
    assert_false(plans(&options, ERROR_CONFIG, "is not node itself"));
    options.command = "no-such-program-at-all";
    assert_false(plans(&options, ERROR_CONFIG, "no program \"no-such-program-at-all\""));
    options.command = "node";
    snprintf(old, sizeof old, "%s", getenv("PATH"));
    snprintf(script, sizeof script, ":/nowhere:%s/home", site->folder);
    assert_int_equal(setenv("PATH", script, 1), 0);
    assert_false(plans(&options, ERROR_CONFIG, "home/node is not node itself"));
    assert_int_equal(setenv("PATH", old, 1), 0);
}

// ---- the environment ----

static const char *variable(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; program.environment[i]; i++)
        if (strncmp(program.environment[i], name, length) == 0 &&
            program.environment[i][length] == '=')
            return program.environment[i] + length + 1;
    return NULL;
}

static void test_environment(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"COVERED", "HOME", "NODE_OPTIONS", "LD_PRELOAD", "TZ",
                                        "",        "A=B",  "NOT_SET",      NULL};
    struct script_options options = plan_options();
    struct error error = {0};
    options.environment = NAMES;
    setenv("COVERED", "yes", 1);
    setenv("NODE_OPTIONS", "--inspect", 1);
    setenv("TZ", "Europe/London", 1);
    assert_true(program_write(&program, &options, &error));
    assert_string_equal(variable("COVERED"), "yes");
    assert_string_equal(variable("HOME"), options.scratch);
    assert_string_equal(variable("TMPDIR"), options.scratch);
    assert_string_equal(variable("TZ"), "Europe/London");
    assert_null(variable("NODE_OPTIONS"));
    assert_null(program.environment[4]);
    uint64_t hash = program_hash(&options);
    setenv("NODE_OPTIONS", "--other", 1);
    assert_true(program_hash(&options) == hash);
    setenv("COVERED", "no", 1);
    assert_true(program_hash(&options) != hash);
    unsetenv("NODE_OPTIONS");
    unsetenv("TZ");
}

// One that is set and wanted is there, or the host does not start.
static void test_large_environment(void **state)
{
    enum { COUNT = PROGRAM_NAMES_MAX };
    (void)state;
    static char names[COUNT][16], large[PROGRAM_TEXT];
    const char *list[COUNT + 1] = {"COVERED", NULL};
    struct script_options options = plan_options();
    struct error error = {0};
    options.environment = list;
    memset(large, 'x', sizeof large - 1);
    setenv("COVERED", large, 1);
    assert_false(program_write(&program, &options, &error));
    assert_int_equal(error.code, ERROR_LIMIT);
    assert_non_null(strstr(error.message, "COVERED"));
    unsetenv("COVERED");
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "COVERED_%zu", i);
        setenv(names[i], "1", 1);
        list[i] = names[i];
    }
    error_clear(&error);
    assert_false(program_write(&program, &options, &error));
    assert_int_equal(error.code, ERROR_LIMIT);
    list[COUNT - 4] = NULL;
    error_clear(&error);
    assert_true(program_write(&program, &options, &error));
    assert_string_equal(variable(names[COUNT - 5]), "1");
    for (size_t i = 0; i < COUNT; i++)
        unsetenv(names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_site_paths, make_site, remove_site),
        cmocka_unit_test_setup_teardown(test_links_to_modules, make_site, remove_site),
        cmocka_unit_test_setup_teardown(test_unreadable_site, make_site, remove_site),
        cmocka_unit_test_setup_teardown(test_many_entries, make_site, remove_site),
        cmocka_unit_test_setup_teardown(test_programs, make_site, remove_site),
        cmocka_unit_test_setup_teardown(test_environment, make_site, remove_site),
        cmocka_unit_test_setup_teardown(test_large_environment, make_site, remove_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
