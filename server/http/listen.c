// SPDX-License-Identifier: MIT
//
// Listening sockets: TCP over IPv4 and IPv6, and Unix domain.
#include "http.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static int fail(int fd, struct error *error, const char *text)
{
    error_set(error, ERROR_IO, "cannot listen on %s: %s", text, strerror(errno));
    if (errno == EADDRINUSE)
        error_hint(error, "another program listens there; choose another port with --listen");
    if (errno == EACCES)
        error_hint(error, "ports below 1024 need CAP_NET_BIND_SERVICE");
    if (fd >= 0)
        close(fd);
    return -1;
}

static int listen_unix(const char *text, struct http_socket *out, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = text + strlen("unix:");
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return fail(-1, error, text);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0)
        return fail(fd, error, text);
    memcpy(out->unix_path, path, strlen(path) + 1);
    snprintf(out->address, sizeof out->address, "%s", text);
    return fd;
}

// "host:port" with the host in brackets when it is an IPv6 address; host "" means every address.
static bool split(const char *text, char host[256], char port[8])
{
    const char *colon = strrchr(text, ':');
    if (!colon || strlen(colon + 1) > 5 || !colon[1])
        return false;
    snprintf(port, 8, "%s", colon + 1);
    size_t length = (size_t)(colon - text);
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    if (length >= 256)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    return true;
}

static void describe(int fd, char *bound, size_t room)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[64], port[8];
    if (getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        snprintf(bound, room, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static int open_tcp(const struct addrinfo *address)
{
    int one = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

static int listen_tcp(const char *text, struct http_socket *out, struct error *error)
{
    char host[256], port[8];
    if (!split(text, host, port)) {
        error_set(error, ERROR_CONFIG, "not an address to listen on: %s", text);
        error_hint(error, "write it as 127.0.0.1:8080, [::]:8080 or unix:/path");
        return -1;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int code = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
    if (code != 0) {
        error_set(error, ERROR_CONFIG, "cannot listen on %s: %s", text, gai_strerror(code));
        return -1;
    }
    int fd = -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
        fd = open_tcp(a);
    freeaddrinfo(found);
    if (fd < 0)
        return fail(-1, error, text);
    describe(fd, out->address, sizeof out->address);
    return fd;
}

bool http_listen(const char *text, struct http_socket *out, struct error *error)
{
    *out = (struct http_socket){.fd = -1};
    out->fd = strncmp(text, "unix:", 5) == 0 ? listen_unix(text, out, error)
                                             : listen_tcp(text, out, error);
    return out->fd >= 0;
}

void http_adopt(int fd, struct http_socket *out)
{
    *out = (struct http_socket){.fd = fd};
    // Whoever made it may have left it blocking, and a worker must never wait in accept.
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    snprintf(out->address, sizeof out->address, "socket %d", fd);
    describe(fd, out->address, sizeof out->address);
}

void http_close(struct http_socket *socket)
{
    if (socket->fd < 0)
        return;
    close(socket->fd);
    socket->fd = -1;
    if (socket->unix_path[0])
        unlink(socket->unix_path);
}
