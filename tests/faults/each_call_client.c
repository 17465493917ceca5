// SPDX-License-Identifier: MIT
#include "each_call_client.h"

#include "base/buffer.h"
#include "each_call_site.h"

#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_S = 10, AGAIN_MAX = 4 };

static int reach(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval limit = {.tv_sec = ANSWER_S};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/copy/%s", each_call_place, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return fd;
    }
    close(fd);
    return -1;
}

bool each_call_reaches(const char *name)
{
    int fd = reach(name);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void ask_plainly(int fd, const char *request, struct buffer *answer)
{
    char block[4096];
    ssize_t got;
    if (send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
        while ((got = recv(fd, block, sizeof block, 0)) > 0)
            buffer_append(answer, slice_of(block, (size_t)got));
}

// A ticket, or other news that is no data, comes as "again", like the end of the time.
static ssize_t receive(gnutls_session_t session, char *block, size_t size)
{
    ssize_t got = GNUTLS_E_AGAIN;
    for (unsigned i = 0; i < AGAIN_MAX && got == GNUTLS_E_AGAIN; i++)
        got = gnutls_record_recv(session, block, size);
    return got;
}

// The certificate is its own authority, so it is not checked.
static void ask_by_tls(int fd, const char *request, struct buffer *answer)
{
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    char block[4096];
    ssize_t got;
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(session, fd);
    gnutls_handshake_set_timeout(session, ANSWER_S * 1000);
    if (gnutls_handshake(session) == GNUTLS_E_SUCCESS &&
        gnutls_record_send(session, request, strlen(request)) > 0)
        while ((got = receive(session, block, sizeof block)) > 0)
            buffer_append(answer, slice_of(block, (size_t)got));
    gnutls_deinit(session);
    gnutls_certificate_free_credentials(credentials);
}

struct slice each_call_ask(struct arena *arena, const char *name, const char *request, bool tls)
{
    struct buffer answer = buffer_create(arena, 0);
    int fd = reach(name);
    if (fd < 0)
        return SLICE_EMPTY;
    tls ? ask_by_tls(fd, request, &answer) : ask_plainly(fd, request, &answer);
    close(fd);
    return buffer_slice(&answer);
}
