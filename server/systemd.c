// SPDX-License-Identifier: MIT
//
// Notifying systemd, by a datagram that needs no connection.
#include "systemd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_SOCKET = 3, TICK_MS = 1000 };

void systemd_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || !*path || strlen(path) >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, strlen(path));
    if (path[0] == '@') // an abstract socket
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    // sendto needs no connect, so the sandbox allows it.
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
    close(fd);
}

// Meant for this process, and not inherited from one that systemd started.
static bool is_for_this_process(const char *variable)
{
    const char *pid = getenv(variable);
    return !pid || atoi(pid) == (int)getpid();
}

unsigned systemd_watchdog(void)
{
    const char *limit = getenv("WATCHDOG_USEC");
    long half_ms = limit ? atol(limit) / 2000 : 0;
    if (half_ms <= 0 || !is_for_this_process("WATCHDOG_PID"))
        return TICK_MS;
    systemd_notify("WATCHDOG=1");
    return half_ms < TICK_MS ? (unsigned)half_ms : TICK_MS;
}

// The name of each, separated by colons.
static bool is_named_socket(const char *names, int index, const char *name)
{
    for (; names && index > 0; index--) {
        names = strchr(names, ':');
        names = names ? names + 1 : NULL;
    }
    size_t length = names ? strcspn(names, ":") : 0;
    return names && length == strlen(name) && strncmp(names, name, length) == 0;
}

int systemd_socket(const char *name)
{
    const char *count = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
    if (!count || !getenv("LISTEN_PID") || !is_for_this_process("LISTEN_PID"))
        return -1;
    for (int i = 0; i < atoi(count); i++)
        if (name ? is_named_socket(names, i, name) : !is_named_socket(names, i, "admin"))
            return FIRST_SOCKET + i;
    return -1;
}
