// SPDX-License-Identifier: MIT
//
// Where stand-ins are replaced by what is sent. libmicrohttpd is linked statically, with what it
// sends by wrapped; a piece of a stand-in tells by its address how much of the body is before it.
#include "wire.h"

#include "guard_slots.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/uio.h>

#define ADDRESSES ((size_t)1 << 32) // no memory: more than any limit of a body
enum {
    VECTOR_MAX = 64,    // parts in one call
    RECORD_MAX = 16384, // bytes of a TLS record (RFC 8446 §5.1)
};

static char *stand_in;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_aside(void)
{
    void *made =
        mmap(NULL, ADDRESSES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    stand_in = made == MAP_FAILED ? NULL : made;
}

bool wire_open(void)
{
    pthread_once(&once, set_aside);
    return stand_in;
}

void *wire_stand_in(uint64_t length)
{
    return length < ADDRESSES ? stand_in : NULL;
}

bool wire_body(int fd, const struct slice *parts, size_t count)
{
    struct connection *c = guard_connection(fd);
    if (!c)
        return false;
    c->parts = parts;
    c->part_count = count;
    return true;
}

static bool is_stand_in(const void *bytes)
{
    return stand_in && (uintptr_t)bytes - (uintptr_t)stand_in < ADDRESSES;
}

// Bytes of a body, to be put behind what a vector has already.
struct gathering {
    struct iovec *vector;
    size_t used, room;
    size_t left; // bytes that did not fit
};

static void gather(struct gathering *to, int fd, const char *piece, size_t length)
{
    const struct connection *c = guard_connection(fd);
    size_t before = (size_t)(piece - stand_in);
    to->left = length;
    for (size_t i = 0; c && i < c->part_count && to->left && to->used < to->room; i++) {
        struct slice part = c->parts[i];
        if (before >= part.len) {
            before -= part.len;
            continue;
        }
        size_t n = part.len - before < to->left ? part.len - before : to->left;
        to->vector[to->used++] =
            (struct iovec){.iov_base = (void *)(uintptr_t)(part.ptr + before), .iov_len = n};
        to->left -= n;
        before = 0;
    }
}

// ---- the wraps (linked with --wrap) ----

ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __real_gnutls_record_send(gnutls_session_t session, const void *bytes, size_t length);
ssize_t __wrap_gnutls_record_send(gnutls_session_t session, const void *bytes, size_t length);

static ssize_t send_piece(int fd, const struct iovec *head, const struct iovec *piece, int flags)
{
    struct iovec vector[VECTOR_MAX];
    struct gathering to = {.vector = vector, .room = VECTOR_MAX};
    if (head)
        vector[to.used++] = *head;
    gather(&to, fd, piece->iov_base, piece->iov_len);
    if (!to.used) { // cannot be: there is less of the body than was said
        errno = ECONNRESET;
        return -1;
    }
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = to.used};
    return __real_sendmsg(fd, &message, to.left ? flags | MSG_MORE : flags);
}

// A head and the body behind it.
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    const struct iovec *vector = message->msg_iov;
    return message->msg_iovlen == 2 && is_stand_in(vector[1].iov_base)
               ? send_piece(fd, &vector[0], &vector[1], flags)
               : __real_sendmsg(fd, message, flags);
}

// A head alone, or the rest of a body.
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
    struct iovec piece = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    return is_stand_in(bytes) ? send_piece(fd, NULL, &piece, flags)
                              : __real_send(fd, bytes, length, flags);
}

// A record is made from bytes in one place, and again from the same when it could not be sent.
ssize_t __wrap_gnutls_record_send(gnutls_session_t session, const void *bytes, size_t length)
{
    char record[RECORD_MAX];
    struct iovec vector[VECTOR_MAX];
    struct gathering from = {.vector = vector, .room = VECTOR_MAX};
    size_t filled = 0;
    if (!is_stand_in(bytes))
        return __real_gnutls_record_send(session, bytes, length);
    gather(&from, gnutls_transport_get_int(session), bytes,
           length < RECORD_MAX ? length : RECORD_MAX);
    for (size_t i = 0; i < from.used; i++) {
        memcpy(record + filled, vector[i].iov_base, vector[i].iov_len);
        filled += vector[i].iov_len;
    }
    return __real_gnutls_record_send(session, record, filled);
}
