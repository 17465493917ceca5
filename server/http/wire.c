// SPDX-License-Identifier: MIT
//
// Replaces stand-ins with the real body. libmicrohttpd is linked statically, and its sending
// functions are wrapped.
//
// Why this is fast: libmicrohttpd wants a body as one buffer. A page is a list of slices (text of
// templates, of the site, of the render), and copying 40 kB of them costs more than the render. So
// libmicrohttpd gets a buffer that does not exist: an address range without memory, of the body's
// length. It never reads the range; it only passes parts of it to send, and the offset of a part
// within the range is how much of the body went before. The wrapped functions send the slices that
// belong there.
//
// The bound: ADDRESSES is the size of the range, and no body is longer. The range is PROT_NONE, so
// that any read of it, by us or by a later libmicrohttpd, ends the process at once instead of
// sending foreign memory. One range serves all connections: the socket identifies the body.
//
// A call sends all it can: if it sends less than it got, libmicrohttpd assumes that the socket is
// full, and waits.
#include "wire.h"

#include "guard_slots.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#define ADDRESSES ((size_t)1 << 32) // no memory: more than any limit for bodies
enum {
    VECTOR_MAX = 64,    // parts in one call
    RECORD_MAX = 16384, // bytes of a TLS record (RFC 8446 §5.1)
    PAGES_MIN = 16384,  // below this, a copy costs less than a call of sendfile
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

bool wire_body(int fd, const struct slice *parts, size_t count, const struct memory_file *file)
{
    struct connection *c = guard_connection(fd);
    if (!c)
        return false;
    c->parts = parts;
    c->part_count = count;
    c->file = file;
    return true;
}

static bool is_stand_in(const void *bytes)
{
    return stand_in && (uintptr_t)bytes - (uintptr_t)stand_in < ADDRESSES;
}

// ---- a piece of a body, from part to part ----

struct piece {
    const struct slice *part, *end;
    size_t before; // bytes of the part that are not in the piece
    size_t left;   // of the piece
    const struct memory_file *file;
};

static struct piece find_piece(int fd, const char *bytes, size_t length)
{
    const struct connection *c = guard_connection(fd);
    invariant(is_stand_in(bytes) && length <= ADDRESSES - (size_t)(bytes - stand_in));
    struct piece piece = {.before = (size_t)(bytes - stand_in)};
    if (!c || !c->part_count)
        return piece;
    piece.part = c->parts;
    piece.end = c->parts + c->part_count;
    piece.left = length;
    piece.file = c->file;
    return piece;
}

// The next contiguous bytes, empty at the end; does not advance.
static struct slice look_at_piece(struct piece *piece)
{
    while (piece->part != piece->end && piece->before >= piece->part->len)
        piece->before -= piece->part++->len;
    return piece->part == piece->end || !piece->left
               ? SLICE_EMPTY
               : slice_sub(*piece->part, piece->before, piece->before + piece->left);
}

static void go_on(struct piece *piece, size_t count)
{
    invariant(count <= piece->left);
    piece->before += count;
    piece->left -= count;
}

// ---- sending ----

ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __real_gnutls_record_send(gnutls_session_t session, const void *bytes, size_t length);
ssize_t __wrap_gnutls_record_send(gnutls_session_t session, const void *bytes, size_t length);

struct batch {
    struct iovec vector[VECTOR_MAX];
    size_t count, bytes;
};

static void add_slice(struct batch *batch, struct slice text)
{
    invariant(batch->count < VECTOR_MAX);
    batch->vector[batch->count++] =
        (struct iovec){.iov_base = (void *)(uintptr_t)text.ptr, .iov_len = text.len};
    batch->bytes += text.len;
}

static bool is_in_file(const struct piece *piece, struct slice text, int *file, off_t *offset)
{
    return text.len >= PAGES_MIN && memory_file_find(piece->file, text.ptr, file, offset);
}

// Sends up to the next text that is better sent from the file. Sends the batch even if there is
// nothing to add.
static ssize_t send_copied(int fd, struct batch *batch, struct piece *piece, int flags)
{
    struct slice text;
    int file;
    off_t offset;
    while (batch->count < VECTOR_MAX && (text = look_at_piece(piece)).len &&
           !is_in_file(piece, text, &file, &offset)) {
        add_slice(batch, text);
        go_on(piece, text.len);
    }
    struct msghdr message = {.msg_iov = batch->vector, .msg_iovlen = batch->count};
    return __real_sendmsg(fd, &message, look_at_piece(piece).len ? flags | MSG_MORE : flags);
}

// One batch: the head, if it is still to be sent, and what follows it, or a text in the file.
static ssize_t send_next(int fd, struct batch *batch, struct piece *piece, int flags)
{
    struct slice text = look_at_piece(piece);
    int file;
    off_t offset;
    if (batch->count || !is_in_file(piece, text, &file, &offset))
        return send_copied(fd, batch, piece, flags);
    batch->bytes = text.len;
    go_on(piece, text.len);
    return sendfile(fd, file, &offset, text.len);
}

static ssize_t send_piece(int fd, struct slice head, const struct iovec *of, int flags)
{
    struct piece piece = find_piece(fd, of->iov_base, of->iov_len);
    struct batch batch = {.count = 0};
    size_t sent = 0;
    if (head.len)
        add_slice(&batch, head);
    if (!look_at_piece(&piece).len) { // cannot happen: the body is shorter than announced
        errno = ECONNRESET;
        return -1;
    }
    for (bool all = true; all && (batch.count || look_at_piece(&piece).len);) {
        ssize_t n = send_next(fd, &batch, &piece, flags);
        if (n < 0)
            return sent ? (ssize_t)sent : n;
        sent += (size_t)n;
        all = (size_t)n == batch.bytes;
        batch.count = batch.bytes = 0;
    }
    return (ssize_t)sent;
}

// ---- the wraps (linked with --wrap) ----

// A head and the body after it.
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    const struct iovec *vector = message->msg_iov;
    return message->msg_iovlen == 2 && is_stand_in(vector[1].iov_base)
               ? send_piece(fd, slice_of(vector[0].iov_base, vector[0].iov_len), &vector[1], flags)
               : __real_sendmsg(fd, message, flags);
}

// A head alone, or the rest of a body.
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
    struct iovec piece = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    return is_stand_in(bytes) ? send_piece(fd, SLICE_EMPTY, &piece, flags)
                              : __real_send(fd, bytes, length, flags);
}

// A record is made from bytes in one place, and again from the same when it could not be sent.
ssize_t __wrap_gnutls_record_send(gnutls_session_t session, const void *bytes, size_t length)
{
    char record[RECORD_MAX];
    size_t filled = 0;
    struct slice text;
    if (!is_stand_in(bytes))
        return __real_gnutls_record_send(session, bytes, length);
    struct piece piece = find_piece(gnutls_transport_get_int(session), bytes,
                                    length < RECORD_MAX ? length : RECORD_MAX);
    while ((text = look_at_piece(&piece)).len) {
        invariant(text.len <= sizeof record - filled);
        memcpy(record + filled, text.ptr, text.len);
        filled += text.len;
        go_on(&piece, text.len);
    }
    return __real_gnutls_record_send(session, record, filled);
}
