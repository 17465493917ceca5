// SPDX-License-Identifier: MIT
//
// `guidanced healthcheck`: one GET over a plain socket, for container health checks, so that the
// image needs no other client. Ready is a 200.
#include "command.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { TIMEOUT_SECONDS = 5 };

struct target {
    char host[256];
    char port[8];
    char path[512];
};

static bool copy(char *out, size_t size, struct slice text)
{
    if (text.len >= size)
        return false;
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

// "http://host:port/path"; the port is 80 and the path /readyz when they are left out.
static bool parse_url(struct slice url, struct target *target)
{
    if (slice_starts_with(url, SLICE("http://")))
        url = slice_sub(url, 7, SIZE_MAX);
    size_t slash = slice_find_byte(url, '/', 0);
    struct slice authority = slice_sub(url, 0, slash);
    struct slice path = slash == SIZE_MAX ? SLICE("/readyz") : slice_sub(url, slash, SIZE_MAX);
    struct slice host = authority, port = SLICE("80");
    size_t bracket = slice_find_byte(authority, ']', 0);
    size_t colon = slice_find_byte(authority, ':', bracket == SIZE_MAX ? 0 : bracket);
    if (colon != SIZE_MAX) {
        host = slice_sub(authority, 0, colon);
        port = slice_sub(authority, colon + 1, SIZE_MAX);
    }
    if (host.len > 2 && host.ptr[0] == '[')
        host = slice_sub(host, 1, host.len - 1);
    return host.len && copy(target->host, sizeof target->host, host) &&
           copy(target->port, sizeof target->port, port) &&
           copy(target->path, sizeof target->path, path);
}

static int connect_to(const struct target *target)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(target->host, target->port, &hints, &found) != 0)
        return -1;
    int fd = -1;
    struct timeval timeout = {.tv_sec = TIMEOUT_SECONDS};
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
        if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

// The status code, or -1.
static int ask(int fd, const struct target *target)
{
    char text[1024];
    int length = snprintf(text, sizeof text,
                          "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: guidanced-healthcheck\r\n"
                          "Connection: close\r\n\r\n",
                          target->path, target->host);
    if (length < 0 || (size_t)length >= sizeof text ||
        send(fd, text, (size_t)length, MSG_NOSIGNAL) != length)
        return -1;
    size_t got = 0;
    while (got < 12) {
        ssize_t n = recv(fd, text + got, sizeof text - 1 - got, 0);
        if (n <= 0)
            return -1;
        got += (size_t)n;
    }
    text[got] = '\0';
    int status = -1;
    return sscanf(text, "HTTP/1.%*1[01] %3d", &status) == 1 ? status : -1;
}

// The URL asked when none is given: that of the settings, so that a container needs no argument.
static struct slice default_url(const struct command_line *line)
{
    struct buffer others = buffer_create(line->arena, 0);
    struct error error = {0};
    const char *site = command_option(line, "site");
    struct settings *settings =
        settings_load(line->arena, site ? site : ".", command_option(line, "config"), true,
                      line->flags, line->flag_count, &others, &error);
    struct slice listen = settings ? settings->listen : SLICE_EMPTY;
    if (!listen.len)
        listen = SLICE("127.0.0.1:8080");
    size_t colon = listen.len;
    while (colon > 0 && listen.ptr[colon - 1] != ':')
        colon--;
    // Listening on every address includes loopback.
    return arena_printf(line->arena, "http://127.0.0.1:%.*s/readyz",
                        SLICE_ARG(slice_sub(listen, colon, SIZE_MAX)));
}

int command_healthcheck(const struct command_line *line)
{
    struct slice url =
        line->argument_count ? slice_from_cstr(line->arguments[0]) : default_url(line);
    struct target target;
    if (!parse_url(url, &target)) {
        fprintf(stderr, "guidanced healthcheck: not an http URL: %.*s\n", SLICE_ARG(url));
        return COMMAND_USAGE;
    }
    int fd = connect_to(&target);
    if (fd < 0) {
        fprintf(stderr, "guidanced healthcheck: no answer from %s port %s\n", target.host,
                target.port);
        return COMMAND_BAD;
    }
    int status = ask(fd, &target);
    close(fd);
    if (status != 200)
        fprintf(stderr, "guidanced healthcheck: %s answered %d\n", target.path, status);
    return status == 200 ? COMMAND_OK : COMMAND_BAD;
}
