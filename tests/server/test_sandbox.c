// SPDX-License-Identifier: MIT
//
// A process that has entered the sandbox tries what an intruder would: each attempt must be
// refused, and what the server needs must still work. In children, as there is no way out again.
#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/guidanced-sandbox-XXXXXX";
static char readable[64], writable[64], outside[64];

static bool may_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool may_open_in(const char *directory, const char *name, int flags)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return may_open(path, flags);
}

// ---- attempts: true when they get through ----

// The exit code of a child; -1: a signal has ended it.
static int ended_with(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool execute(void)
{
    char *const arguments[] = {"/bin/true", NULL};
    execv("/bin/true", arguments); // when it works, the child ends well, which is a failure
    return false;
}
static bool read_secrets(void)
{
    return may_open("/etc/passwd", O_RDONLY);
}
static bool read_outside(void)
{
    return may_open_in(outside, "file", O_RDONLY);
}
static bool list_outside(void)
{
    return may_open(outside, O_RDONLY | O_DIRECTORY);
}
static bool write_outside(void)
{
    return may_open_in(outside, "new", O_CREAT | O_WRONLY);
}
static bool write_site(void)
{
    return may_open_in(readable, "file", O_WRONLY) ||
           may_open_in(readable, "new", O_CREAT | O_WRONLY);
}
static bool cut_outside(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/file", outside);
    return truncate(path, 0) == 0;
}
static bool climb_out(void)
{
    return may_open_in(readable, "../outside/file", O_RDONLY);
}
static bool remove_outside(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/file", outside);
    return unlink(path) == 0;
}
static bool socket_of(int domain, int type)
{
    int fd = socket(domain, type | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}
static bool tcp_socket(void)
{
    return socket_of(AF_INET, SOCK_STREAM) || socket_of(AF_INET6, SOCK_STREAM);
}
static bool udp_socket(void)
{
    return socket_of(AF_INET, SOCK_DGRAM);
}
static int kept_socket = -1; // made before the sandbox was entered
static bool connect_out(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(kept_socket, (struct sockaddr *)&address, sizeof address) == 0 ||
           (errno != EPERM && errno != ENOSYS); // ECONNREFUSED: it got out
}
static bool trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}
static bool become_root(void)
{
    return setuid(0) == 0;
}
static bool leave_root(void)
{
    return chroot("/") == 0;
}
static bool fork_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child >= 0;
}
static bool make_machine_code(void)
{
    long page = sysconf(_SC_PAGESIZE);
    void *data =
        mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data == MAP_FAILED || mprotect(data, (size_t)page, PROT_READ | PROT_EXEC) == 0 ||
           mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0) != MAP_FAILED;
}
static bool become_dumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}
static bool raise_limits(void)
{
    struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
    return setrlimit(RLIMIT_CORE, &limit) == 0;
}
static bool signal_parent(void)
{
    return kill(getppid(), 0) == 0;
}
// Rings do everything else past every filter. Number 9999 is a call of the future.
static bool use_other_calls(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != ENOSYS || syscall(9999) >= 0 ||
           errno != ENOSYS || mount("none", "/", "tmpfs", 0, NULL) == 0 || unshare(0) == 0 ||
           ioctl(kept_socket, SIOCGIFCONF, NULL) == 0 || fcntl(kept_socket, F_SETOWN, 1) == 0;
}

// ---- what the server does all the time ----

static void *do_nothing(void *state)
{
    return state;
}
static bool starts_threads(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, do_nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static bool works(void)
{
    return may_open_in(readable, "file", O_RDONLY) && may_open(readable, O_RDONLY | O_DIRECTORY) &&
           may_open_in(writable, "file", O_CREAT | O_RDWR | O_TRUNC) &&
           socket_of(AF_UNIX, SOCK_DGRAM) && starts_threads();
}

// How the child that enters the sandbox and makes the attempt ends: 0 nothing got through.
static int run_child(bool (*attempt)(void))
{
    pid_t child = fork();
    if (child == 0) {
        struct landlock_path paths[] = {{readable, LANDLOCK_READ},
                                        {writable, LANDLOCK_READ | LANDLOCK_WRITE}};
        struct sandbox_policy policy = {.paths = paths, .count = 2};
        kept_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sandbox_result result = sandbox_enter(&policy);
        if (!result.no_new_privileges || !result.landlock_abi || !result.seccomp)
            _exit(77);
        _exit(attempt() ? 1 : 42);
    }
    return ended_with(child);
}

static void test_attempts_are_refused(void **state)
{
    static const struct {
        const char *name;
        bool (*attempt)(void);
    } ROWS[] = {
        {"start a program", execute},
        {"read /etc/passwd", read_secrets},
        {"read a file outside", read_outside},
        {"list a directory outside", list_outside},
        {"write outside", write_outside},
        {"write to the site", write_site},
        {"cut a file outside", cut_outside},
        {"climb out of the site", climb_out},
        {"remove a file outside", remove_outside},
        {"make a TCP socket", tcp_socket},
        {"make a UDP socket", udp_socket},
        {"connect a socket kept from before", connect_out},
        {"trace a process", trace},
        {"become root", become_root},
        {"change the root directory", leave_root},
        {"start a process", fork_process},
        {"make machine code", make_machine_code},
        {"allow dumps again", become_dumpable},
        {"raise a limit", raise_limits},
        {"signal another process", signal_parent},
        {"use calls that are not in the list", use_other_calls},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        int ended = run_child(ROWS[i].attempt);
        if (ended == 77)
            skip(); // a kernel without landlock or seccomp
        if (ended != 42)
            fail_msg("got through: %s (%d)", ROWS[i].name, ended);
    }
}

static void test_the_server_can_work(void **state)
{
    (void)state;
    int ended = run_child(works);
    if (ended == 77)
        skip();
    assert_int_equal(ended, 1);
}

// A kernel that has no landlock, or one whose container refuses it: what is there holds, and what
// is not is told.
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

static void test_without_landlock(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct landlock_path paths[] = {{readable, LANDLOCK_READ}};
        struct sandbox_policy policy = {.paths = paths, .count = 1};
        if (!forbid_landlock())
            _exit(77);
        struct sandbox_result result = sandbox_enter(&policy);
        bool told = !result.landlock_abi && result.no_new_privileges && result.seccomp;
        _exit(told && !execute() && !trace() && read_outside() ? 42 : 1);
    }
    int ended = ended_with(child);
    if (ended == 77)
        skip();
    assert_int_equal(ended, 42);
}

// What lacks a row is named, once, and fails as it does without a report.
static void test_refused_calls_are_named(void **state)
{
    char path[80], line[256] = "";
    (void)state;
    snprintf(path, sizeof path, "%s/refused", writable);
    pid_t child = fork();
    if (child == 0) {
        struct landlock_path paths[] = {{writable, LANDLOCK_READ | LANDLOCK_WRITE}};
        struct sandbox_policy policy = {.paths = paths, .count = 1, .report = path};
        if (!sandbox_enter(&policy).seccomp)
            _exit(77);
        bool refused = chroot("/") != 0 && errno == ENOSYS && chroot("/") != 0 && starts_threads();
        _exit(refused ? 42 : 1);
    }
    int ended = ended_with(child);
    if (ended == 77)
        skip();
    assert_int_equal(ended, 42);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_ptr_equal(strstr(line, "chroot 0x"), line);
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
}

static void make(const char *directory)
{
    char path[128];
    assert_int_equal(mkdir(directory, 0700), 0);
    snprintf(path, sizeof path, "%s/file", directory);
    assert_true(may_open(path, O_CREAT | O_WRONLY));
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(readable, sizeof readable, "%s/site", folder);
    snprintf(writable, sizeof writable, "%s/cache", folder);
    snprintf(outside, sizeof outside, "%s/outside", folder);
    make(readable);
    make(writable);
    make(outside);
    return 0;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts_are_refused),
        cmocka_unit_test(test_the_server_can_work),
        cmocka_unit_test(test_without_landlock),
        cmocka_unit_test(test_refused_calls_are_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
