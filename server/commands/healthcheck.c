// SPDX-License-Identifier: MIT
//
// `guidanced healthcheck`: one GET, for container health checks, so that the image needs no other
// client. 200 means ready. Without a URL it asks at the address in the settings: the admin listener
// if there is one, by TCP, TLS or a Unix socket.
#include "command.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { TIMEOUT_SECONDS = 5 };

struct target {
    char host[256]; // or a socket's path
    char port[8];   // "" for a socket
    char path[512];
    bool tls;
};

struct connection {
    int fd;
    gnutls_session_t session; // NULL: plain
    gnutls_certificate_credentials_t credentials;
};

static bool copy_part(char *out, size_t size, struct slice text)
{
    if (text.len >= size)
        return false;
    memcpy(out, text.ptr ? text.ptr : "", text.len);
    out[text.len] = '\0';
    return true;
}

static bool split_authority(struct slice authority, struct target *target)
{
    struct slice host = authority, port = target->tls ? SLICE("443") : SLICE("80");
    size_t bracket = slice_find_byte(authority, ']', 0);
    size_t colon = slice_find_byte(authority, ':', bracket == SIZE_MAX ? 0 : bracket);
    if (colon != SIZE_MAX) {
        host = slice_sub(authority, 0, colon);
        port = slice_sub(authority, colon + 1, SIZE_MAX);
    }
    if (host.len > 2 && host.ptr[0] == '[')
        host = slice_sub(host, 1, host.len - 1);
    return host.len && port.len && copy_part(target->host, sizeof target->host, host) &&
           copy_part(target->port, sizeof target->port, port);
}

// "http://host:port/path" or "https://…"; port 80 or 443 and path /readyz if omitted;
// "unix:/path/of/socket".
static bool parse_url(struct slice url, struct target *target)
{
    *target = (struct target){0};
    if (slice_starts_with(url, SLICE("unix:")))
        return url.len > 5 &&
               copy_part(target->host, sizeof target->host, slice_sub(url, 5, SIZE_MAX)) &&
               copy_part(target->path, sizeof target->path, SLICE("/readyz"));
    if (slice_starts_with(url, SLICE("http://")))
        url = slice_sub(url, 7, SIZE_MAX);
    else if (slice_starts_with(url, SLICE("https://"))) {
        target->tls = true;
        url = slice_sub(url, 8, SIZE_MAX);
    }
    size_t slash = slice_find_byte(url, '/', 0);
    struct slice path = slash == SIZE_MAX ? SLICE("/readyz") : slice_sub(url, slash, SIZE_MAX);
    return split_authority(slice_sub(url, 0, slash), target) &&
           copy_part(target->path, sizeof target->path, path);
}

// ---- the connection ----

static int open_socket(int family, int type, int protocol, const struct sockaddr *address,
                       socklen_t length)
{
    struct timeval timeout = {.tv_sec = TIMEOUT_SECONDS};
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (connect(fd, address, length) == 0)
        return fd;
    close(fd);
    return -1;
}

static int connect_unix(const struct target *target)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!copy_part(address.sun_path, sizeof address.sun_path, slice_from_cstr(target->host)))
        return -1;
    return open_socket(AF_UNIX, SOCK_STREAM, 0, (const struct sockaddr *)&address, sizeof address);
}

static int connect_to(const struct target *target)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (!target->port[0])
        return connect_unix(target);
    if (getaddrinfo(target->host, target->port, &hints, &found) != 0)
        return -1;
    int fd = -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
        fd = open_socket(a->ai_family, a->ai_socktype, a->ai_protocol, a->ai_addr, a->ai_addrlen);
    freeaddrinfo(found);
    return fd;
}

// The certificate is not checked: nothing secret is sent. It is for the site's name, and the
// address is this machine's.
static bool start_tls(struct connection *connection)
{
    if (gnutls_certificate_allocate_credentials(&connection->credentials) != 0)
        return false;
    if (gnutls_init(&connection->session, GNUTLS_CLIENT) != 0) {
        connection->session = NULL;
        return false;
    }
    gnutls_session_t session = connection->session;
    if (gnutls_set_default_priority(session) != 0 ||
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, connection->credentials) != 0)
        return false;
    gnutls_transport_set_int(session, connection->fd);
    gnutls_handshake_set_timeout(session, TIMEOUT_SECONDS * 1000);
    int code;
    do
        code = gnutls_handshake(session);
    while (code < 0 && !gnutls_error_is_fatal(code));
    return code == 0;
}

static bool open_connection(const struct target *target, struct connection *connection)
{
    *connection = (struct connection){.fd = connect_to(target)};
    return connection->fd >= 0 && (!target->tls || start_tls(connection));
}

static void close_connection(struct connection *connection)
{
    if (connection->session)
        gnutls_deinit(connection->session);
    if (connection->credentials)
        gnutls_certificate_free_credentials(connection->credentials);
    if (connection->fd >= 0)
        close(connection->fd);
}

static ssize_t send_some(struct connection *connection, const char *text, size_t length)
{
    return connection->session ? gnutls_record_send(connection->session, text, length)
                               : send(connection->fd, text, length, MSG_NOSIGNAL);
}

static ssize_t receive_some(struct connection *connection, char *text, size_t room)
{
    if (!connection->session)
        return recv(connection->fd, text, room, 0);
    // A session ticket comes before the answer and is reported as GNUTLS_E_AGAIN. So is a timeout,
    // which is why there are few turns.
    enum { TURNS = 4 };
    ssize_t got = GNUTLS_E_AGAIN;
    for (int turn = 0; turn < TURNS && got < 0 && !gnutls_error_is_fatal((int)got); turn++)
        got = gnutls_record_recv(connection->session, text, room);
    return got;
}

// The status code, or -1.
static int ask(struct connection *connection, const struct target *target)
{
    char text[1024];
    bool unnamed = !target->port[0];
    bool ipv6 = strchr(target->host, ':') != NULL && !unnamed;
    int length = snprintf(text, sizeof text,
                          "GET %s HTTP/1.1\r\nHost: %s%s%s\r\nUser-Agent: guidanced-healthcheck\r\n"
                          "Connection: close\r\n\r\n",
                          target->path, ipv6 ? "[" : "", unnamed ? "localhost" : target->host,
                          ipv6 ? "]" : "");
    if (length < 0 || (size_t)length >= sizeof text ||
        send_some(connection, text, (size_t)length) != length)
        return -1;
    size_t got = 0;
    while (got < 12) {
        ssize_t n = receive_some(connection, text + got, sizeof text - 1 - got);
        if (n <= 0)
            return -1;
        got += (size_t)n;
    }
    text[got] = '\0';
    int status = -1;
    return sscanf(text, "HTTP/1.%*1[01] %3d", &status) == 1 ? status : -1;
}

// ---- the address ----

// Listening on every address includes loopback.
static struct slice reachable(struct slice host)
{
    if (!host.len || slice_equal(host, SLICE("0.0.0.0")))
        return SLICE("127.0.0.1");
    return slice_equal(host, SLICE("[::]")) ? SLICE("[::1]") : host;
}

// The settings' URL, so that a container needs no argument, and whether it is to be asked by TLS,
// which a socket's does not say. ptr NULL and error: the settings cannot be read.
static struct slice default_url(const struct command_line *line, bool *tls, struct error *error)
{
    struct buffer others = buffer_create(line->arena, 0);
    const struct settings *settings =
        command_read_settings(line, line->arena, true, &others, error);
    if (!settings)
        return SLICE_EMPTY;
    bool admin = settings->admin_listen.len > 0;
    struct slice listen = admin ? settings->admin_listen : settings->listen;
    *tls = !admin && settings->tls.certificate.full.len;
    if (slice_starts_with(listen, SLICE("unix:")))
        return listen;
    size_t colon = listen.len;
    while (colon > 0 && listen.ptr[colon - 1] != ':')
        colon--;
    struct slice host = slice_sub(listen, 0, colon ? colon - 1 : 0);
    return arena_printf(line->arena, "http%s://%.*s:%.*s/readyz", *tls ? "s" : "",
                        SLICE_ARG(reachable(host)), SLICE_ARG(slice_sub(listen, colon, SIZE_MAX)));
}

int command_healthcheck(const struct command_line *line)
{
    struct error error = {0};
    bool tls = false;
    struct slice url = line->argument_count ? slice_from_cstr(line->arguments[0])
                                            : default_url(line, &tls, &error);
    struct target target;
    if (error_is_set(&error)) {
        command_print_error(&error);
        return COMMAND_USAGE;
    }
    if (!parse_url(url, &target)) {
        fprintf(stderr, "guidanced healthcheck: not an http or https URL: %.*s\n", SLICE_ARG(url));
        return COMMAND_USAGE;
    }
    target.tls |= tls;
    struct connection connection;
    bool open = open_connection(&target, &connection);
    int status = open ? ask(&connection, &target) : -1;
    close_connection(&connection);
    if (!open)
        fprintf(stderr, "guidanced healthcheck: no answer from %.*s\n", SLICE_ARG(url));
    else if (status < 0)
        fprintf(stderr, "guidanced healthcheck: no HTTP from %.*s\n", SLICE_ARG(url));
    else if (status != 200)
        fprintf(stderr, "guidanced healthcheck: %s answered %d\n", target.path, status);
    return status == 200 ? COMMAND_OK : COMMAND_BAD;
}
