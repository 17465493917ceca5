// SPDX-License-Identifier: MIT
//
// The daemon's side of the starter: orders and reports go over a socket that preserves message
// boundaries; a report of a start carries the host's two descriptors (SCM_RIGHTS).
#include "starter.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// The starter answers at once, unless the machine is overloaded.
enum { PATIENCE_MS = 10000, CONTROL = 3 };

struct starter {
    int control;
    pid_t pid;
    pthread_mutex_t lock;
};

static struct starter *starter_fail(struct starter *starter, const char *what, struct error *error)
{
    error_set(error, ERROR_IO, "cannot make the process that starts JavaScript: %s: %s", what,
              strerror(errno));
    free(starter);
    return NULL;
}

struct starter *starter_fork(const struct script_options *options, struct error *error)
{
    int ends[2];
    struct starter *starter = calloc(1, sizeof *starter);
    if (!starter || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return starter_fail(starter, "socketpair", error);
    pid_t pid = fork();
    if (pid == 0) {
        // It must not keep the daemon's descriptors (listeners).
        dup2(ends[1], CONTROL);
        fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
        file_close_from(CONTROL + 1);
        starter_run(CONTROL, options);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return starter_fail(starter, "fork", error);
    }
    starter->control = ends[0];
    starter->pid = pid;
    pthread_mutex_init(&starter->lock, NULL);
    return starter;
}

void starter_destroy(struct starter *starter)
{
    if (!starter)
        return;
    close(starter->control);
    while (waitpid(starter->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    pthread_mutex_destroy(&starter->lock);
    free(starter);
}

// ---- orders ----

static bool give(struct starter *starter, const struct starter_order *order)
{
    return send(starter->control, order, sizeof *order, MSG_NOSIGNAL | MSG_DONTWAIT) ==
           (ssize_t)sizeof *order;
}

static void take_ends(struct msghdr *message, int ends[2])
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(2 * sizeof(int)))
        memcpy(ends, CMSG_DATA(head), 2 * sizeof(int));
}

static bool take_host(struct starter *starter, struct starter_report *report, int ends[2])
{
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(2 * sizeof(int))];
    struct iovec part = {report, sizeof *report};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct pollfd wait = {.fd = starter->control, .events = POLLIN};
    while (poll(&wait, 1, PATIENCE_MS) < 0 && errno == EINTR)
        ;
    ssize_t n = recvmsg(starter->control, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n > 0)
        take_ends(&message, ends);
    return n == (ssize_t)sizeof *report;
}

// No more orders or reports after this: a late report would be mistaken for the next one.
static void give_up(struct starter *starter)
{
    shutdown(starter->control, SHUT_RDWR);
}

static bool order(struct starter *starter, struct starter_order order,
                  struct starter_report *report, int ends[2])
{
    pthread_mutex_lock(&starter->lock);
    bool ok = give(starter, &order) && take_host(starter, report, ends);
    if (!ok)
        give_up(starter);
    pthread_mutex_unlock(&starter->lock);
    return ok;
}

bool starter_start(struct starter *starter, struct starter_host *host, struct error *error)
{
    struct starter_report report = {0};
    int ends[2] = {-1, -1};
    if (!order(starter, (struct starter_order){.kind = STARTER_START}, &report, ends)) {
        error_set(error, ERROR_IO, "the process that starts JavaScript is gone");
        error_hint(error, "the server continues with the answers it has; restart it");
        return false;
    }
    if (error_is_set(&report.error) || ends[0] < 0) {
        *error = report.error;
        return error_set(error, ERROR_IO, "the host was not started");
    }
    *host =
        (struct starter_host){report.pid, ends[0], ends[1], report.landlock_abi, report.confined};
    return true;
}

void starter_idle(struct starter *starter, int pid, unsigned idle_ms)
{
    pthread_mutex_lock(&starter->lock);
    give(starter, &(struct starter_order){STARTER_TOUCH, pid, idle_ms});
    pthread_mutex_unlock(&starter->lock);
}

enum starter_end starter_end(struct starter *starter, int pid, int *status)
{
    struct starter_report report = {0};
    int none[2] = {-1, -1};
    *status = 0;
    if (!order(starter, (struct starter_order){.kind = STARTER_END, .pid = pid}, &report, none))
        return STARTER_ITSELF; // together with the starter
    *status = report.status;
    return report.end;
}
