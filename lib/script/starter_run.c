// SPDX-License-Identifier: MIT
//
// The starter's main loop: waits for an order or the time to check the hosts. It holds only one
// socket of the daemon, and ends when that closes.
#include "jail.h"
#include "program.h"
#include "starter.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// HOSTS_MAX: as many as questions may nest, plus those that are ending.
enum { HOSTS_MAX = 8, THREADS_MAX = 128, LOOK_MS = 50, LOOK_IDLE_MS = 500, END_MS = 3000 };

struct watched {
    pid_t pid; // 0: none
    bool reaped;
    enum starter_end end;
    int status;
    uint64_t idle_at; // when to end it for idleness, in ns; 0: it has a question
};

struct starter_state {
    int control;
    const struct script_options *options;
    struct watched hosts[HOSTS_MAX];
};

// ---- starting ----

// What the child reports before it becomes node; the pipe closes when it has.
struct outcome {
    struct jail_result jail;
    int failed; // errno
};

static void take_descriptors(int socket, int output, int outcome)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    // Out of the way of their final numbers.
    socket = fcntl(socket, F_DUPFD, 10);
    output = fcntl(output, F_DUPFD, 10);
    dup2(null, 0);
    dup2(output, 1);
    dup2(output, 2);
    dup2(outcome, 4);
    dup2(socket, 3);
    fcntl(4, F_SETFD, FD_CLOEXEC);
    file_close_from(5);
}

static void set_signals(void)
{
    sigset_t set;
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    // Signals that a service manager sends to all processes of a service: the daemon decides when a
    // host ends.
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static _Noreturn void become_host(const struct script_options *options, const struct jail *jail,
                                  const struct program *program, const int fds[3], pid_t starter)
{
    struct outcome outcome = {0};
    take_descriptors(fds[0], fds[1], fds[2]);
    set_signals();
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bool ok = getppid() == starter && chdir(options->root) == 0 && jail_enter(jail, &outcome.jail);
    outcome.failed = ok ? 0 : errno;
    (void)!write(4, &outcome, sizeof outcome);
    if (ok) {
        execve(jail->program, (char *const *)program->arguments,
               (char *const *)program->environment);
        outcome.failed = errno;
        (void)!write(4, &outcome, sizeof outcome);
    }
    _exit(127);
}

// False: it did not become node.
static bool await_host(int fd, struct outcome *outcome)
{
    struct outcome further;
    bool begun = read(fd, outcome, sizeof *outcome) == sizeof *outcome && outcome->failed == 0;
    if (!begun || read(fd, &further, sizeof further) == 0)
        return begun;
    outcome->failed = further.failed;
    return false;
}

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
}

// One end for the daemon, the other for the host.
struct ends {
    int socket[2], output[2], outcome[2];
};

static bool open_ends(struct ends *ends)
{
    *ends = (struct ends){{-1, -1}, {-1, -1}, {-1, -1}};
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends->socket) == 0 &&
           pipe2(ends->output, O_CLOEXEC) == 0 && pipe2(ends->outcome, O_CLOEXEC) == 0;
}

static void close_ends(struct ends *ends)
{
    close_pair(ends->socket);
    close_pair(ends->output);
    close_pair(ends->outcome);
}

static struct watched *find_watched(struct starter_state *state, pid_t pid)
{
    for (size_t i = 0; i < HOSTS_MAX; i++)
        if (state->hosts[i].pid == pid)
            return &state->hosts[i];
    return NULL;
}

static void spawn(struct starter_state *state, const struct jail *jail,
                  const struct program *program, struct ends *ends, struct starter_report *report)
{
    struct outcome outcome = {0};
    struct watched *host = find_watched(state, 0);
    pid_t self = getpid();
    pid_t pid = host ? fork() : -1;
    if (pid == 0) {
        const int fds[3] = {ends->socket[1], ends->output[1], ends->outcome[1]};
        become_host(state->options, jail, program, fds, self);
    }
    close(ends->outcome[1]);
    ends->outcome[1] = -1;
    if (pid > 0 && await_host(ends->outcome[0], &outcome)) {
        *host = (struct watched){.pid = pid, .end = STARTER_RUNS};
        report->pid = pid;
        report->landlock_abi = outcome.jail.landlock_abi;
        report->confined = outcome.jail.confined;
        return;
    }
    int code = pid < 0 ? errno : outcome.failed ? outcome.failed : ECHILD;
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    error_set(&report->error, ERROR_IO, "%s cannot be started: %s", jail->program, strerror(code));
}

static void send_report(int control, const struct starter_report *report, const int *fds)
{
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(2 * sizeof(int))] = {0};
    struct iovec part = {(void *)(uintptr_t)report, sizeof *report};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fds) {
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        *head = (struct cmsghdr){.cmsg_len = CMSG_LEN(2 * sizeof(int)),
                                 .cmsg_level = SOL_SOCKET,
                                 .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(head), fds, 2 * sizeof(int));
    }
    sendmsg(control, &message, MSG_NOSIGNAL);
}

static void start_ordered(struct starter_state *state)
{
    static struct jail jail; // large
    static struct program program;
    struct starter_report report = {0};
    struct ends ends = {{-1, -1}, {-1, -1}, {-1, -1}};
    if (program_write(&program, state->options, &report.error) &&
        jail_plan(&jail, state->options, program.directory, &report.error)) {
        if (open_ends(&ends))
            spawn(state, &jail, &program, &ends, &report);
        else
            error_set(&report.error, ERROR_IO, "cannot make a socket for the host: %s",
                      strerror(errno));
    }
    const int fds[2] = {ends.socket[0], ends.output[0]};
    send_report(state->control, &report, error_is_set(&report.error) ? NULL : fds);
    close_ends(&ends);
}

// ---- watching ----

static void reap(struct watched *host)
{
    if (host->reaped || waitpid(host->pid, &host->status, WNOHANG) != host->pid)
        return;
    host->reaped = true;
    if (host->end == STARTER_RUNS)
        host->end = STARTER_ITSELF;
}

static void finish_host(struct watched *host, enum starter_end why)
{
    if (host->end == STARTER_RUNS) {
        host->end = why;
        kill(host->pid, SIGKILL);
    }
}

// The process's current memory pages and threads.
static bool read_usage(pid_t pid, unsigned long *resident, long *threads)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, line, sizeof line - 1) : -1;
    if (fd >= 0)
        close(fd);
    line[n > 0 ? n : 0] = '\0';
    // The name, in parentheses, may contain anything. Fields 20 and 24 of proc(5).
    const char *rest = strrchr(line, ')');
    return rest && sscanf(rest,
                          ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d"
                          " %*d %ld %*d %*u %*u %lu",
                          threads, resident) == 2;
}

static void look_at_host(struct watched *host, size_t memory_bytes)
{
    static size_t page_size;
    unsigned long resident = 0;
    long threads = 0;
    page_size = page_size ? page_size : (size_t)sysconf(_SC_PAGESIZE);
    if (host->end != STARTER_RUNS)
        return;
    if (host->idle_at && clock_monotonic_ns() >= host->idle_at)
        finish_host(host, STARTER_IDLE);
    else if (read_usage(host->pid, &resident, &threads) && resident * page_size > memory_bytes)
        finish_host(host, STARTER_MEMORY);
    else if (threads > THREADS_MAX)
        finish_host(host, STARTER_THREADS);
}

static int look_at_hosts(struct starter_state *state)
{
    int wait = -1;
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        struct watched *host = &state->hosts[i];
        if (!host->pid)
            continue;
        reap(host);
        look_at_host(host, state->options->memory_bytes);
        if (host->end == STARTER_RUNS && !host->idle_at)
            wait = LOOK_MS;
        else if (wait < 0)
            wait = LOOK_IDLE_MS;
    }
    return wait;
}

// ---- orders ----

static void touch(struct starter_state *state, const struct starter_order *order)
{
    struct watched *host = order->pid > 0 ? find_watched(state, order->pid) : NULL;
    if (host)
        host->idle_at =
            order->idle_ms ? clock_monotonic_ns() + order->idle_ms * UINT64_C(1000000) : 0;
}

// Does not wait for ever for a process that hangs in the kernel.
static void await_end(struct watched *host)
{
    for (unsigned waited = 0; waited < END_MS && !host->reaped; waited++) {
        reap(host);
        if (!host->reaped)
            usleep(1000);
    }
}

static void end_ordered(struct starter_state *state, const struct starter_order *order)
{
    struct starter_report report = {.end = STARTER_ITSELF};
    struct watched *host = order->pid > 0 ? find_watched(state, order->pid) : NULL;
    if (host) {
        reap(host);
        finish_host(host, STARTER_TOLD);
        await_end(host);
        report.end = host->end;
        report.status = host->status;
        *host = (struct watched){0};
    }
    send_report(state->control, &report, NULL);
}

static bool obey(struct starter_state *state)
{
    struct starter_order order;
    ssize_t n = recv(state->control, &order, sizeof order, 0);
    if (n < 0 && errno == EINTR)
        return true;
    if (n != (ssize_t)sizeof order)
        return false; // the daemon is gone
    if (order.kind == STARTER_START)
        start_ordered(state);
    else if (order.kind == STARTER_END)
        end_ordered(state, &order);
    else
        touch(state, &order);
    return true;
}

_Noreturn void starter_run(int control, const struct script_options *options)
{
    static struct starter_state state;
    state = (struct starter_state){.control = control, .options = options};
    prctl(PR_SET_NAME, "guidanced-start");
    setsid();
    for (int i = 1; i < NSIG; i++)
        signal(i, i == SIGCHLD ? SIG_DFL : SIG_IGN);
    struct pollfd wait = {.fd = control, .events = POLLIN};
    for (;;) {
        int ready = poll(&wait, 1, look_at_hosts(&state));
        if (ready > 0 && !obey(&state))
            break;
    }
    for (size_t i = 0; i < HOSTS_MAX; i++)
        if (state.hosts[i].pid && !state.hosts[i].reaped)
            kill(state.hosts[i].pid, SIGKILL);
    _exit(0);
}
