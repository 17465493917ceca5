// SPDX-License-Identifier: MIT
//
// Listening sockets: TCP over IPv4 and IPv6, and Unix domain.
#include "base/address.h"
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

static int listen_fail(int fd, struct error *error, const char *text)
{
    error_set(error, ERROR_IO, "cannot listen on %s: %s", text, strerror(errno));
    if (errno == EADDRINUSE)
        error_hint(error, "another program listens there, or a file has that name; choose another "
                          "with --listen");
    if (errno == EACCES)
        error_hint(error,
                   "ports below 1024 need CAP_NET_BIND_SERVICE, a socket needs a writable folder");
    if (errno == EADDRNOTAVAIL)
        error_hint(error, "this machine has no such address");
    if (errno == ENOENT)
        error_hint(error, "the socket's folder does not exist");
    if (fd >= 0)
        close(fd);
    return -1;
}

static int listen_unix(const char *text, const char *path, struct http_socket *out,
                       struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct stat st;
    // Removes a socket left by an earlier run, but not a file named by mistake.
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0)
        return listen_fail(fd, error, text);
    out->unix_file = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (out->unix_file < 0)
        return listen_fail(fd, error, text);
    memcpy(out->unix_path, path, strlen(path) + 1);
    snprintf(out->address, sizeof out->address, "%s", text);
    return fd;
}

static void describe_socket(int fd, char *bound, size_t room)
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

static int listen_tcp(const char *text, const struct address *address, struct http_socket *out,
                      struct error *error)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int code = getaddrinfo(address->host[0] ? address->host : NULL, address->port, &hints, &found);
    if (code != 0) {
        error_set(error, ERROR_CONFIG, "cannot listen on %s: %s", text, gai_strerror(code));
        error_hint(error, "this machine must have the address \"%s\"", address->host);
        return -1;
    }
    int fd = -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
        fd = open_tcp(a);
    freeaddrinfo(found);
    if (fd < 0)
        return listen_fail(-1, error, text);
    describe_socket(fd, out->address, sizeof out->address);
    return fd;
}

bool http_listen(const char *text, struct http_socket *out, struct error *error)
{
    struct address address;
    *out = (struct http_socket){.fd = -1};
    if (!address_parse(slice_from_cstr(text ? text : ""), &address, error))
        return false;
    out->fd = address.path[0] ? listen_unix(text, address.path, out, error)
                              : listen_tcp(text, &address, out, error);
    return out->fd >= 0;
}

void http_adopt(int fd, struct http_socket *out)
{
    *out = (struct http_socket){.fd = fd};
    // Its creator may have left it blocking, and a worker must never wait in accept.
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    snprintf(out->address, sizeof out->address, "socket %d", fd);
    describe_socket(fd, out->address, sizeof out->address);
}

// Its file is held open, or another could have its number.
static bool has_its_name(const struct http_socket *socket)
{
    struct stat own, named;
    return fstat(socket->unix_file, &own) == 0 && lstat(socket->unix_path, &named) == 0 &&
           own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

void http_close(struct http_socket *socket)
{
    if (socket->fd < 0)
        return;
    close(socket->fd);
    socket->fd = -1;
    if (!socket->unix_path[0])
        return;
    if (has_its_name(socket))
        unlink(socket->unix_path);
    close(socket->unix_file);
}
