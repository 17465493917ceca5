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
// A body in a file is sent likewise: libmicrohttpd would send its head alone, hold back packets
// with two calls for each response, and allocate forty times.
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
#include <unistd.h>

#define ADDRESSES ((size_t)1 << 32) // no memory: more than any limit for bodies and files
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
    c->of_file = false;
    return true;
}

bool wire_file(int fd, int file, uint64_t from)
{
    struct connection *c = guard_connection(fd);
    if (!c)
        return false;
    c->part_count = 0;
    c->of_file = true;
    c->body_file = file;
    c->body_from = from;
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
struct MHD_Connection;
ssize_t __real_MHD_send_hdr_and_body_(struct MHD_Connection *connection, const char *head,
                                      size_t head_size, bool hold, const char *body,
                                      size_t body_size, bool complete);
ssize_t __wrap_MHD_send_hdr_and_body_(struct MHD_Connection *connection, const char *head,
                                      size_t head_size, bool hold, const char *body,
                                      size_t body_size, bool complete);

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

// The body is shorter than was announced.
static ssize_t reset_connection(void)
{
    errno = ECONNRESET;
    return -1;
}

static ssize_t send_parts(int fd, struct slice head, const struct iovec *of, int flags)
{
    struct piece piece = find_piece(fd, of->iov_base, of->iov_len);
    struct batch batch = {.count = 0};
    size_t sent = 0;
    if (head.len)
        add_slice(&batch, head);
    if (!look_at_piece(&piece).len) // cannot happen
        return reset_connection();
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

// ---- a piece of a file ----

static off_t find_offset(const struct connection *c, const struct iovec *of)
{
    return (off_t)(c->body_from + (uint64_t)((const char *)of->iov_base - stand_in));
}

// The head waits for the beginning of the file, so that both can be one packet.
static ssize_t send_of_file(int fd, const struct connection *c, struct slice head,
                            const struct iovec *of, int flags)
{
    off_t offset = find_offset(c, of);
    ssize_t sent = head.len ? __real_send(fd, head.ptr, head.len, flags | MSG_MORE) : 0;
    if (sent < (ssize_t)head.len)
        return sent;
    ssize_t n = sendfile(fd, c->body_file, &offset, of->iov_len);
    if (n > 0 || sent)
        return sent + (n > 0 ? n : 0);
    return n == 0 ? reset_connection() : n;
}

static ssize_t send_piece(int fd, struct slice head, const struct iovec *of, int flags)
{
    const struct connection *c = guard_connection(fd);
    return c && c->of_file ? send_of_file(fd, c, head, of, flags) : send_parts(fd, head, of, flags);
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

// ---- TLS: the head and the beginning of the body in one record ----
//
// libmicrohttpd sends the head, and if that has gone, the body. A process that is killed in between
// leaves half an answer, which a proxy cannot ask for again since it has passed on the head. So the
// head's record takes as much of the body as it has room for; the call for the body finds it sent.

static _Thread_local struct {
    struct iovec body; // that follows the head which is being sent; no bytes: none
    size_t sent;       // of it, with the head
} after_head;

static size_t fill_from_parts(int fd, const struct iovec *body, char *record, size_t room)
{
    struct piece piece = find_piece(fd, body->iov_base, room);
    size_t filled = 0;
    struct slice text;
    while ((text = look_at_piece(&piece)).len) {
        invariant(text.len <= room - filled);
        memcpy(record + filled, text.ptr, text.len);
        filled += text.len;
        go_on(&piece, text.len);
    }
    return filled;
}

// A record is made from bytes in one place, and again from the same when it could not be sent.
static size_t fill_record(gnutls_session_t session, const struct iovec *body, char *record,
                          size_t filled)
{
    int fd = gnutls_transport_get_int(session);
    const struct connection *c = guard_connection(fd);
    size_t room = RECORD_MAX - filled;
    if (body->iov_len < room)
        room = body->iov_len;
    if (!c || !c->of_file)
        return filled + fill_from_parts(fd, body, record + filled, room);
    ssize_t n = pread(c->body_file, record + filled, room, find_offset(c, body));
    return filled + (n > 0 ? (size_t)n : 0);
}

static ssize_t send_head(gnutls_session_t session, struct slice head)
{
    char record[RECORD_MAX];
    memcpy(record, head.ptr, head.len);
    size_t filled = fill_record(session, &after_head.body, record, head.len);
    ssize_t n = __real_gnutls_record_send(session, record, filled);
    if (n <= (ssize_t)head.len)
        return n;
    after_head.sent = (size_t)n - head.len;
    return (ssize_t)head.len;
}

static ssize_t send_body(gnutls_session_t session, const struct iovec *body)
{
    char record[RECORD_MAX];
    size_t sent = after_head.sent;
    after_head.sent = 0;
    if (sent)
        return (ssize_t)sent;
    size_t filled = fill_record(session, body, record, 0);
    return filled ? __real_gnutls_record_send(session, record, filled) : GNUTLS_E_PUSH_ERROR;
}

ssize_t __wrap_gnutls_record_send(gnutls_session_t session, const void *bytes, size_t length)
{
    struct iovec body = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    if (is_stand_in(bytes))
        return send_body(session, &body);
    if (after_head.body.iov_len && length < RECORD_MAX)
        return send_head(session, slice_of(bytes, length));
    return __real_gnutls_record_send(session, bytes, length);
}

// Without TLS it makes one call of sendmsg for both. A body follows in the same call or not at all:
// not for HEAD, and not after "100 Continue", which is sent in another way.
ssize_t __wrap_MHD_send_hdr_and_body_(struct MHD_Connection *connection, const char *head,
                                      size_t head_size, bool hold, const char *body,
                                      size_t body_size, bool complete)
{
    if (body_size && is_stand_in(body))
        after_head.body = (struct iovec){.iov_base = (void *)(uintptr_t)body, .iov_len = body_size};
    ssize_t n =
        __real_MHD_send_hdr_and_body_(connection, head, head_size, hold, body, body_size, complete);
    invariant(!after_head.sent);
    after_head.body.iov_len = 0;
    return n;
}
