// SPDX-License-Identifier: MIT
//
// Real attempts of JavaScript to get out of its jail (hosts/escape.mjs): each must be refused, and
// what the site's JavaScript needs must work. The files it must not reach are looked at afterwards.
#include "site.h"

#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

enum { SKIPPED = 77 }; // as tests/script/CMakeLists.txt says

static struct test_site *site;
static struct value places;
static int listener = -1, local = -1, abstract = -1;

static void put(const char *name, struct value v)
{
    value_set(NULL, site->arena, places, slice_from_cstr(name), v);
}

// What it could connect to, if it could connect.
static int listen_on(const struct sockaddr *address, socklen_t length)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, address, length), 0);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

static void open_listeners(void)
{
    struct sockaddr_in inet = {.sin_family = AF_INET};
    struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
    socklen_t length = sizeof inet;
    inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = listen_on((const struct sockaddr *)&inet, length);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&inet, &length), 0);
    put("port", value_number(ntohs(inet.sin_port)));
    snprintf(unix_address.sun_path, sizeof unix_address.sun_path, "%s/socket", site->root);
    local = listen_on((const struct sockaddr *)&unix_address, sizeof unix_address);
    put("socket", value_string(arena_copy(site->arena, slice_from_cstr(unix_address.sun_path))));
    char name[64];
    int n = snprintf(name, sizeof name, "guidanced-test-%d", (int)getpid());
    memset(unix_address.sun_path, 0, sizeof unix_address.sun_path);
    memcpy(unix_address.sun_path + 1, name, (size_t)n);
    abstract = listen_on((const struct sockaddr *)&unix_address,
                         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n));
    put("abstract", value_string(arena_copy(site->arena, slice_from_cstr(name))));
}

static int make_site(void **state)
{
    (void)state;
    char link[128];
    site = site_make("escape.mjs");
    places = value_object(site->arena);
    snprintf(link, sizeof link, "%s/link", site->root);
    assert_int_equal(symlink(site->home, link), 0);
    put("root", value_string(slice_from_cstr(site->root)));
    put("home", value_string(slice_from_cstr(site->home)));
    open_listeners();
    setenv("SECRET", "secret", 1);
    setenv("ALLOWED", "yes", 1);
    setenv("NODE_OPTIONS", "--no-warnings", 1);
    struct script_options options = site_options(site);
    options.environment = (const char *const[]){"ALLOWED", "NODE_OPTIONS", "LD_PRELOAD", NULL};
    options.timeout_ms = 20000;
    site_start(site, &options);
    return 0;
}

static int remove_site(void **state)
{
    (void)state;
    close(listener);
    close(local);
    close(abstract);
    site_remove(site);
    return 0;
}

static struct slice attempt(const char *operation, const char *name)
{
    struct value answer;
    if (!site_ask_scope(site, operation, name, &places, 1, NULL, &answer))
        fail_msg("%s: %s", name, site->error.message);
    return site_text(site, answer);
}

static const char *const REFUSED[] = {
    "fetch",
    "fetch_out",
    "connect",
    "connect_6",
    "connect_unix",
    "connect_abstract",
    "listen",
    "listen_unix",
    "udp",
    "dns",
    "dns_resolve",
    "execute",
    "execute_shell",
    "execute_node",
    "fork",
    "signal_parent",
    "signal_all",
    "signal_group",
    "priority",
    "become_root",
    "read_passwd",
    "read_home",
    "list_home",
    "list_root",
    "list_processes",
    "read_parent",
    "read_by_proc",
    "read_by_link",
    "read_by_climbing",
    "read_async",
    "write_site",
    "write_page",
    "cut_page",
    "remove_page",
    "rename_page",
    "make_directory",
    "write_program",
    "write_by_link",
    "link_page",
    "chmod_page",
    "chmod_home",
    "chown_page",
    "touch_page",
    "fchmod_page",
    "make_pipe",
    "worker_fetch",
    "worker_net",
    "worker_execute",
    "worker_read",
    "worker_write",
    "binding",
    "environment",
    "descriptors",
    "read_daemon_files",
};
static const char *const ALLOWED[] = {
    "read_site",      "list_site", "read_modules", "write_scratch", "write_home",
    "rename_scratch", "copy_page", "copy_async",   "worker",        "intl",
    "crypto",         "zip",       "memory",       "module",
};

static bool kernel_has_landlock(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(landlock_enter(NULL, 0, 0) > 0 ? 0 : 1);
    return waitpid(child, &status, 0) == child && status == 0;
}

static void test_refused(void **state)
{
    (void)state;
    unsigned done = 0;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        struct slice outcome = attempt("filter", REFUSED[i]);
        if (slice_starts_with(outcome, SLICE("refused: ")))
            continue;
        print_error("%s: %.*s\n", REFUSED[i], SLICE_ARG(outcome));
        done++;
    }
    assert_int_equal(done, 0);
    assert_int_equal(script_status(site->script).deaths, 0);
    assert_true(script_status(site->script).confined);
}

static void test_allowed(void **state)
{
    (void)state;
    unsigned refused = 0;
    for (size_t i = 0; i < sizeof ALLOWED / sizeof *ALLOWED; i++) {
        struct slice outcome = attempt("allowed", ALLOWED[i]);
        if (slice_equal(outcome, SLICE("done")))
            continue;
        print_error("%s: %.*s\n", ALLOWED[i], SLICE_ARG(outcome));
        refused++;
    }
    assert_int_equal(refused, 0);
}

// Whatever the host was told: nothing outside of its directory is as it was not.
static void test_nothing_changed(void **state)
{
    (void)state;
    struct stat page, home;
    char path[128];
    snprintf(path, sizeof path, "%s/page.md", site->root);
    struct slice content;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        attempt("filter", REFUSED[i]);
    assert_int_equal(stat(path, &page), 0);
    assert_int_equal(stat(site->home, &home), 0);
    assert_int_equal(page.st_mode & 0777, 0644);
    assert_int_equal(page.st_nlink, 1);
    assert_true(page.st_mtime > 1000);
    assert_int_equal(home.st_mode & 0777, 0755);
    assert_true(file_read(site->arena, path, 100, &content, NULL));
    assert_text(content, "# A page\n");
    snprintf(path, sizeof path, "%s/new.md", site->root);
    assert_false(file_exists(path));
}

// With the network allowed there are connections, but none to programs of this machine's own kind.
static void test_network(void **state)
{
    (void)state;
    struct script_options options = site_options(site);
    options.network = true;
    site_start(site, &options);
    assert_text(attempt("filter", "connect"), "done");
    static const char *const STILL[] = {"connect_unix", "connect_abstract", "execute", "read_home",
                                        "write_site"};
    for (size_t i = 0; i < sizeof STILL / sizeof *STILL; i++) {
        struct slice outcome = attempt("filter", STILL[i]);
        if (!slice_starts_with(outcome, SLICE("refused: ")))
            fail_msg("%s: %.*s", STILL[i], SLICE_ARG(outcome));
    }
}

// A kernel without Landlock, or a container that refuses it: calls are filtered still, and what
// does not hold is told.
static bool forbid_landlock(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter &&
              seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset),
                               0) == 0 &&
              seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

static bool log_says(const char *path, struct slice words)
{
    struct slice text;
    return file_read(site->arena, path, 1 << 20, &text, NULL) &&
           slice_find(text, words, 0) != SIZE_MAX;
}

static int run_without_landlock(const char *path)
{
    struct script_options options = site_options(site);
    struct value answer = value_undefined();
    if (!forbid_landlock())
        return SKIPPED;
    options.log = log_create(path, LOG_INFO, LOG_TEXT, NULL);
    options.timeout_ms = 20000;
    struct script *script = script_create(&options, &site->error);
    const struct script_question question = {
        .operation = "filter", .name = SLICE("connect"), .args = &places, .argc = 1};
    bool ok = script && script_ask(script, &question, NULL, site->arena, &answer, &site->error) &&
              slice_starts_with(value_text(answer), SLICE("refused: ")) &&
              script_status(script).landlock_abi == 0 && script_status(script).confined;
    script_destroy(script);
    log_destroy(options.log);
    return ok && log_says(path, SLICE("the kernel has no Landlock")) ? 42 : 1;
}

static void test_without_landlock(void **state)
{
    (void)state;
    char path[128];
    int status = 0;
    snprintf(path, sizeof path, "%s/log", site->folder);
    pid_t child = fork();
    if (child == 0)
        _exit(run_without_landlock(path));
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 42);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, remove_site)

int main(void)
{
    if (!kernel_has_landlock()) {
        fputs("skipped: without Landlock the attempts would succeed, and do harm\n", stderr);
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        TEST(test_refused), TEST(test_allowed),          TEST(test_nothing_changed),
        TEST(test_network), TEST(test_without_landlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
