// SPDX-License-Identifier: MIT
//
// The guard below libmicrohttpd: follows the bytes of each connection as MHD receives them.
//
// MHD is linked statically with recv (and gnutls_record_recv) wrapped, so that every byte passes
// here first. The guard keeps just enough state to know where it is: in a request line, a field
// line, a body, a chunk. What MHD would silently accept (a NUL, a bare LF, two spaces, an empty
// field name, folded lines, loose chunk framing) ends the connection: a malformed head is replaced
// by a minimal complete one, whose verdict the handler asks for; malformed framing of a body
// closes.
#include "base/clock.h"
#include "guard_bytes.h"
#include "guard_slots.h"

#include <errno.h>
#include <gnutls/gnutls.h>

int guard_verdict(int fd)
{
    struct connection *c = guard_connection(fd);
    if (!c)
        return 503; // a descriptor the guard has no room for is not served unguarded
    c->asked++;
    return c->verdict && c->asked >= c->refused ? c->verdict : 0;
}

// ---- lines; each returns 0 or the status to refuse with ----

// An empty line before a request line is allowed (§2.2).
static int end_request_line(struct connection *c)
{
    if (c->line_length)
        c->state = FIELD_LINE;
    return 0;
}

static bool line_is(const struct connection *c, const char *name, struct slice *value)
{
    size_t length = strlen(name);
    size_t kept = c->line_length < LINE_KEEP ? c->line_length : LINE_KEEP;
    if (kept <= length || c->line[length] != ':' ||
        !slice_equal_ignore_case(slice_of(c->line, length), slice_from_cstr(name)))
        return false;
    *value = slice_trim(slice_of(c->line + length + 1, kept - length - 1));
    return true;
}

// How many bytes the body has. What is contradictory here is refused above (guard_head.c); then
// the connection ends, and it does not matter what is read behind it.
static int read_field(struct connection *c)
{
    struct slice value;
    if (line_is(c, "content-length", &value)) {
        c->left = 0;
        for (size_t i = 0; i < value.len; i++) {
            if (value.ptr[i] < '0' || value.ptr[i] > '9' || i >= 18)
                return 400;
            c->left = c->left * 10 + (uint64_t)(value.ptr[i] - '0');
        }
    }
    if (line_is(c, "transfer-encoding", &value))
        c->chunked = true;
    return 0;
}

// 0 ms is no limit.
static void set_deadline(struct connection *c, uint64_t from_ns, unsigned ms)
{
    atomic_store_explicit(&c->deadline_ns, ms ? from_ns + (uint64_t)ms * 1000000 : 0,
                          memory_order_relaxed);
}

// The last byte of it is here; what comes next is the answer.
static void end_request(struct connection *c)
{
    invariant(c->state != CLOSED && c->state != REFUSED);
    c->state = REQUEST_LINE;
    c->started_ns = 0;
    atomic_store_explicit(&c->deadline_ns, 0, memory_order_relaxed);
}

static void end_head(struct connection *c)
{
    c->state = c->chunked ? CHUNK_SIZE : c->left ? BODY : REQUEST_LINE;
    c->head_length = 0;
    if (c->state == REQUEST_LINE)
        end_request(c);
    else
        set_deadline(c, c->started_ns, c->limits->request_timeout_ms);
}

static int end_field_line(struct connection *c)
{
    if (c->line_length == 0) {
        end_head(c);
        return 0;
    }
    struct slice kept = slice_of(c->line, c->line_length < LINE_KEEP ? c->line_length : LINE_KEEP);
    size_t colon = slice_find_byte(kept, ':', 0);
    // §5.1: no empty name, no space before the colon; §5.2: no folded line.
    if (colon == 0 || colon == SIZE_MAX)
        return 400;
    for (size_t i = 0; i < colon && i < kept.len; i++)
        if (!guard_is_token_byte((unsigned char)kept.ptr[i]))
            return 400;
    return read_field(c);
}

// RFC 9112 §7.1: 1*HEXDIG, then extensions or nothing.
static int end_chunk_size(struct connection *c)
{
    enum { DIGITS_MAX = 17 }; // one more than fit into 64 bits
    _Static_assert((int)DIGITS_MAX < (int)LINE_KEEP, "they are in what is kept of the line");
    size_t digits = 0;
    c->left = 0;
    for (; digits < c->line_length && digits < DIGITS_MAX; digits++) {
        char byte = c->line[digits];
        int digit = byte >= '0' && byte <= '9'                     ? byte - '0'
                    : (byte | 0x20) >= 'a' && (byte | 0x20) <= 'f' ? (byte | 0x20) - 'a' + 10
                                                                   : -1;
        if (digit < 0)
            break;
        c->left = c->left << 4 | (uint64_t)digit;
    }
    if (!digits || digits > 15 || (digits < c->line_length && c->line[digits] != ';'))
        return 400;
    c->state = c->left ? CHUNK_DATA : TRAILER;
    return 0;
}

static int end_line(struct connection *c)
{
    int status = 0;
    switch (c->state) {
    case REQUEST_LINE:
        status = end_request_line(c);
        break;
    case FIELD_LINE:
        status = end_field_line(c);
        break;
    case CHUNK_SIZE:
        status = end_chunk_size(c);
        break;
    case CHUNK_END:
        status = c->line_length ? 400 : 0;
        c->state = CHUNK_SIZE;
        break;
    case TRAILER:
        if (!c->line_length)
            end_request(c);
        break;
    default:
        break;
    }
    c->line_length = 0;
    return status;
}

static void begin_head(struct connection *c)
{
    invariant(c->limits && c->state == REQUEST_LINE);
    c->heads++;
    c->chunked = false;
    c->left = 0;
    c->head_length = 0;
    c->started_ns = clock_monotonic_ns();
    set_deadline(c, c->started_ns, c->limits->header_timeout_ms);
}

// A byte of a request line: exactly one space between three parts.
static int check_request_byte(const struct connection *c, char byte)
{
    if (byte == '\t' || (byte == ' ' && (c->last == ' ' || !c->line_length)))
        return 400;
    return c->line_length > c->limits->target_bytes + 64 ? 414 : 0;
}

static int take_byte(struct connection *c, char byte)
{
    if (c->state == REQUEST_LINE && !c->line_length && byte != '\r' && !c->after_cr)
        begin_head(c);
    if (c->after_cr) {
        c->after_cr = false;
        return byte == '\n' ? end_line(c) : 400; // §2.2: a bare CR
    }
    if (byte == '\r') {
        c->after_cr = true;
        return 0;
    }
    unsigned char u = (unsigned char)byte;
    if ((u < 0x20 && u != '\t') || u == 0x7f) // a bare LF among them
        return 400;
    int status = c->state == REQUEST_LINE ? check_request_byte(c, byte) : 0;
    if (c->state == FIELD_LINE && !c->line_length && (byte == ' ' || byte == '\t'))
        return 400;
    if (c->line_length < LINE_KEEP)
        c->line[c->line_length] = byte;
    c->line_length++;
    c->last = byte;
    if ((c->state == REQUEST_LINE || c->state == FIELD_LINE) &&
        ++c->head_length > c->limits->header_bytes + c->limits->target_bytes)
        return 431;
    return status;
}

// The bytes in the middle of a line, which most of a request is: those that nothing happens at, up
// to the next that something may. As take_byte would take them one by one; how many they are.
static size_t take_run(struct connection *c, const char *bytes, size_t count)
{
    bool field = c->state == FIELD_LINE;
    size_t most = c->limits->header_bytes + c->limits->target_bytes - c->head_length;
    if (!field && most > c->limits->target_bytes + 64 - c->line_length)
        most = c->limits->target_bytes + 64 - c->line_length;
    size_t n = 0;
    most = most < count ? most : count;
    while (n < most && (field ? guard_is_field_byte((unsigned char)bytes[n])
                              : (unsigned char)bytes[n] > 0x20 && bytes[n] != 0x7f))
        n++;
    if (!n)
        return 0;
    if (c->line_length < LINE_KEEP) {
        size_t kept = LINE_KEEP - c->line_length;
        memcpy(c->line + c->line_length, bytes, n < kept ? n : kept);
    }
    c->line_length += (uint32_t)n;
    c->head_length += (uint32_t)n;
    c->last = bytes[n - 1];
    return n;
}

// ---- what recv gave ----

// Replaces what begins at bytes[from] by the end of a head, so that MHD asks for the verdict.
static ssize_t refuse(struct connection *c, int status, char *bytes, ssize_t head, size_t room)
{
    static const char WHOLE[] = "GET / HTTP/1.0\r\n\r\n", REST[] = " HTTP/1.0\r\n\r\n";
    bool whole = head >= 0;
    size_t from = whole ? (size_t)head : 0;
    struct slice text = whole ? SLICE(WHOLE) : SLICE(REST);
    c->verdict = (uint16_t)status;
    c->refused = c->heads;
    c->state = REFUSED;
    if (from + text.len > room) {
        errno = ECONNRESET;
        return from ? (ssize_t)from : -1;
    }
    memcpy(bytes + from, text.ptr, text.len);
    return (ssize_t)(from + text.len);
}

static ssize_t cut_off(struct connection *c)
{
    c->state = REFUSED;
    errno = ECONNRESET;
    return -1;
}

static bool in_head(const struct connection *c)
{
    return c->state == REQUEST_LINE || c->state == FIELD_LINE;
}

void guard_answering(int fd)
{
    struct connection *c = guard_connection(fd);
    if (c && !(atomic_load_explicit(&c->answers, memory_order_relaxed) & 1))
        atomic_fetch_add_explicit(&c->answers, 1, memory_order_release);
}

void guard_answered(int fd)
{
    struct connection *c = guard_connection(fd);
    if (!c || c->state == CLOSED)
        return;
    // Until the next request begins; one that came with the last has begun already.
    set_deadline(c, clock_monotonic_ns(),
                 c->started_ns ? c->limits->header_timeout_ms : c->limits->idle_timeout_ms);
    if (atomic_load_explicit(&c->answers, memory_order_relaxed) & 1)
        atomic_fetch_add_explicit(&c->answers, 1, memory_order_release);
}

// A head that trickles in (slowloris) and a request that never ends.
static int check_time(const struct connection *c)
{
    if (!c->started_ns)
        return 0;
    uint64_t ms = (clock_monotonic_ns() - c->started_ns) / 1000000;
    unsigned limit = in_head(c) ? c->limits->header_timeout_ms : c->limits->request_timeout_ms;
    return limit && ms > limit ? 408 : 0;
}

// Skips the bytes of a body that begin at `at`; where the next line begins.
static size_t skip_data(struct connection *c, size_t at, size_t count)
{
    uint64_t there = count - at;
    uint64_t taken = c->left < there ? c->left : there;
    c->left -= taken;
    if (!c->left && c->state == CHUNK_DATA)
        c->state = CHUNK_END;
    else if (!c->left)
        end_request(c);
    return at + (size_t)taken;
}

ssize_t guard_received(int fd, char *bytes, ssize_t count, size_t room)
{
    struct connection *c = guard_connection(fd);
    if (count <= 0 || !c || c->state == CLOSED)
        return count;
    if (c->state == REFUSED)
        return 0;
    int status = check_time(c);
    ssize_t head = -1; // where the current head began in these bytes
    size_t at = 0;
    while (!status && at < (size_t)count) {
        if (c->state == BODY || c->state == CHUNK_DATA) {
            at = skip_data(c, at, (size_t)count);
            continue;
        }
        if (c->state == REQUEST_LINE && !c->line_length && !c->after_cr)
            head = (ssize_t)at;
        bool was_head = in_head(c);
        if (was_head && c->line_length && !c->after_cr) {
            size_t n = take_run(c, bytes + at, (size_t)count - at);
            at += n;
            if (n)
                continue;
        }
        status = take_byte(c, bytes[at++]);
        if (status && !was_head)
            return cut_off(c);
    }
    if (!status)
        return count;
    return in_head(c) || head >= 0 ? refuse(c, status, bytes, head, room) : cut_off(c);
}

// ---- the wraps (linked with --wrap) ----

ssize_t __real_recv(int fd, void *bytes, size_t room, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t room, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t room, int flags)
{
    return guard_received(fd, bytes, __real_recv(fd, bytes, room, flags), room);
}

ssize_t __real_gnutls_record_recv(gnutls_session_t session, void *bytes, size_t room);
ssize_t __wrap_gnutls_record_recv(gnutls_session_t session, void *bytes, size_t room);
ssize_t __wrap_gnutls_record_recv(gnutls_session_t session, void *bytes, size_t room)
{
    int fd = gnutls_transport_get_int(session);
    ssize_t count = __real_gnutls_record_recv(session, bytes, room);
    return count <= 0 ? count : guard_received(fd, bytes, count, room);
}
