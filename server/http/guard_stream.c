// SPDX-License-Identifier: MIT
//
// The guard's connection: reads what comes, and gives libmicrohttpd one message at a time.
//
// libmicrohttpd waits for an epoll edge after each recv that did not fill its buffer. If there is
// more than the message, in the reader or perhaps in the socket, no edge will come: so the buffer
// is filled up with empty lines, which libmicrohttpd skips before a request line.
#include "guard.h"

#include "base/clock.h"
#include "guard_bytes.h"
#include "guard_head.h"
#include "guard_slots.h"
#include "tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    OUT_MAX = 256,       // bytes of a head or chunk of ours
    CHUNK_MIN = 24,      // room for a chunk: its size, line ends, and data
    SMALL_CHUNK = 128,   // data of one that is written without room
    EMPTY_LINES_MAX = 8, // before a request line (RFC 9112 §2.2: at least one)
    EARLY_READS_MAX = 100,
    READ_MIN = 8192, // room for what follows a head not yet taken
};

// Bytes received but not parsed, and parsed but not yet passed on. A worker has one for its current
// connection; only one with content stays with its connection.
struct guard_reader {
    size_t at, filled, capacity; // in[at, filled) is not yet parsed
    size_t head_at;              // where the head begins
    bool head_waits;             // passed on but not yet taken
    uint16_t head_status;        // to refuse it with; 0: none
    uint16_t out_at, out_filled;
    char out[OUT_MAX];
    struct guard_head head;
    char in[];
};

// ---- readers ----

static _Thread_local struct guard_reader *spare;
static pthread_key_t spare_key; // frees it at the thread's end
static pthread_once_t spare_once = PTHREAD_ONCE_INIT;

static void make_key(void)
{
    pthread_key_create(&spare_key, free);
}

// A head, and after it the longest line of a body.
static size_t capacity_for(const struct http_limits *limits)
{
    return limits->target_bytes + 2 * limits->header_bytes + READ_MIN;
}

static struct guard_reader *hold_reader(struct connection *c)
{
    size_t capacity = capacity_for(c->limits);
    if (c->reader)
        return c->reader;
    struct guard_reader *reader = spare;
    if (reader && reader->capacity < capacity) {
        free(reader);
        reader = NULL;
    }
    if (spare) {
        spare = NULL;
        pthread_setspecific(spare_key, NULL);
    }
    if (!reader) {
        pthread_once(&spare_once, make_key);
        reader = malloc(sizeof *reader + capacity);
        if (!reader)
            return NULL;
        reader->capacity = capacity;
    }
    reader->at = reader->filled = reader->out_at = reader->out_filled = 0;
    reader->head_waits = false;
    return c->reader = reader;
}

static void give_back_bytes(struct connection *c)
{
    if (spare)
        free(c->reader);
    else {
        spare = c->reader;
        pthread_setspecific(spare_key, spare);
    }
    c->reader = NULL;
}

static void let_go(struct connection *c)
{
    const struct guard_reader *reader = c->reader;
    if (reader && reader->at == reader->filled && reader->out_at == reader->out_filled &&
        !reader->head_waits)
        give_back_bytes(c);
}

// ---- times ----

// 0 ms means no limit.
static void set_deadline(struct connection *c, uint64_t from_ns, unsigned ms)
{
    atomic_store_explicit(&c->deadline_ns, ms ? from_ns + (uint64_t)ms * 1000000 : 0,
                          memory_order_relaxed);
}

static void begin_head(struct connection *c)
{
    invariant(c->limits && c->state == HEAD);
    guard_head_begin(&c->reader->head);
    c->started_ns = clock_monotonic_ns();
    set_deadline(c, c->started_ns, c->limits->header_timeout_ms);
}

// Its last byte has come; the response is next.
static void end_message(struct connection *c, enum state state)
{
    c->state = (uint8_t)state;
    c->started_ns = 0;
    atomic_store_explicit(&c->deadline_ns, 0, memory_order_relaxed);
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
    // Until the next request begins; one that came with the last has already begun.
    set_deadline(c, clock_monotonic_ns(),
                 c->reader ? c->limits->header_timeout_ms : c->limits->idle_timeout_ms);
    if (c->state == OVER)
        c->state = HEAD;
    c->empty_lines = c->early_reads = 0;
    if (atomic_load_explicit(&c->answers, memory_order_relaxed) & 1)
        atomic_fetch_add_explicit(&c->answers, 1, memory_order_release);
}

// A head that trickles in (slowloris) and a request that never ends.
static bool is_late_connection(const struct connection *c)
{
    unsigned limit =
        c->state == HEAD ? c->limits->header_timeout_ms : c->limits->request_timeout_ms;
    return c->started_ns && limit &&
           clock_monotonic_ns() - c->started_ns > (uint64_t)limit * 1000000;
}

// ---- one call of recv ----

struct take {
    struct connection *c;
    struct guard_reader *reader;
    const struct guard_source *source;
    char *bytes;
    size_t room, filled;
    ssize_t last; // source.read's result when it gave nothing
    int code;     // errno then
    bool empty;   // there was no more to be read
    bool failed;  // and read failed
};

// What does not fit waits.
static void emit(struct take *take, const char *text, size_t length)
{
    struct guard_reader *reader = take->reader;
    size_t fits = take->room - take->filled;
    invariant(reader->out_at == reader->out_filled || !fits);
    fits = fits < length ? fits : length;
    memcpy(take->bytes + take->filled, text, fits);
    take->filled += fits;
    if (fits == length)
        return;
    if (reader->out_at == reader->out_filled)
        reader->out_at = reader->out_filled = 0;
    invariant(length - fits <= (size_t)(OUT_MAX - reader->out_filled));
    memcpy(reader->out + reader->out_filled, text + fits, length - fits);
    reader->out_filled = (uint16_t)(reader->out_filled + (length - fits));
}

static void emit_text(struct take *take, const char *text)
{
    emit(take, text, strlen(text));
}

static void flush(struct take *take)
{
    struct guard_reader *reader = take->reader;
    size_t left = (size_t)(reader->out_filled - reader->out_at);
    size_t fits = take->room - take->filled < left ? take->room - take->filled : left;
    memcpy(take->bytes + take->filled, reader->out + reader->out_at, fits);
    take->filled += fits;
    reader->out_at = (uint16_t)(reader->out_at + fits);
}

static struct slice unread(const struct guard_reader *reader)
{
    return slice_of(reader->in + reader->at, reader->filled - reader->at);
}

// Only what libmicrohttpd has to know. The method it sees decides whether a response has a body.
static void emit_head(struct take *take, bool is_head, int verdict)
{
    const struct guard_head *head = &take->reader->head;
    char text[OUT_MAX];
    bool body = !verdict && (head->length || head->chunked);
    bool old = !verdict && head->http_1_0;
    int n = snprintf(text, sizeof text, "%s / HTTP/1.%c\r\n",
                     is_head ? "HEAD"
                     : body  ? "POST"
                             : "GET",
                     old ? '0' : '1');
    invariant(n > 0 && n < OUT_MAX / 2);
    take->reader->head_status = (uint16_t)verdict;
    emit(take, text, (size_t)n);
    if (verdict || head->close)
        emit_text(take, "Connection: close\r\n");
    else if (old && head->keep_alive)
        emit_text(take, "Connection: keep-alive\r\n");
    if (body && head->expects)
        emit_text(take, "Expect: 100-continue\r\n");
    if (body && head->chunked)
        emit_text(take, "Transfer-Encoding: chunked\r\n");
    else if (body) {
        n = snprintf(text, sizeof text, "Content-Length: %llu\r\n",
                     (unsigned long long)head->length);
        emit(take, text, (size_t)n);
    }
    emit_text(take, "\r\n");
}

// ---- steps: 0: go on, GUARD_MORE: needs more bytes, or the status to refuse with ----

static int skip_empty_lines(struct take *take)
{
    struct slice text = unread(take->reader);
    size_t at = 0;
    int status = 0;
    while (!status && at < text.len && text.ptr[at] == '\r') {
        status = guard_line_end(text, at);
        if (!status && ++take->c->empty_lines > EMPTY_LINES_MAX)
            status = 400;
        if (!status)
            at += 2;
    }
    take->reader->at += at;
    return status;
}

static bool is_head_request(const struct guard_reader *reader)
{
    const struct guard_span *method = &reader->head.method;
    return method->length == 4 && memcmp(reader->in + reader->head_at, "HEAD", 4) == 0;
}

static int read_head(struct take *take)
{
    struct connection *c = take->c;
    struct guard_reader *reader = take->reader;
    int status = c->started_ns ? 0 : skip_empty_lines(take);
    if (status)
        return status;
    if (!unread(reader).len)
        return GUARD_MORE;
    if (!c->started_ns)
        begin_head(c);
    reader->head_at = reader->at;
    status = guard_head_read(&reader->head, unread(reader), c->limits);
    if (status)
        return status;
    reader->at += reader->head.end;
    reader->head_waits = true;
    c->left = reader->head.length;
    c->chunks = (struct guard_chunks){0};
    emit_head(take, is_head_request(reader), 0);
    c->state = reader->head.chunked ? CHUNKS : BODY;
    if (!reader->head.chunked && !c->left)
        end_message(c, OVER);
    else
        set_deadline(c, c->started_ns, c->limits->request_timeout_ms);
    return 0;
}

static int read_body(struct take *take)
{
    struct connection *c = take->c;
    struct slice text = unread(take->reader);
    if (!text.len)
        return GUARD_MORE;
    text = slice_sub(text, 0, take->room - take->filled);
    text = slice_sub(text, 0, c->left < text.len ? (size_t)c->left : text.len);
    emit(take, text.ptr, text.len);
    take->reader->at += text.len;
    c->left -= text.len;
    if (!c->left)
        end_message(c, OVER);
    return 0;
}

static int read_chunks(struct take *take)
{
    struct connection *c = take->c;
    struct slice data;
    size_t taken, room = take->room - take->filled;
    int status = guard_chunks_read(&c->chunks, unread(take->reader),
                                   room > CHUNK_MIN ? room - CHUNK_MIN : SMALL_CHUNK, c->limits,
                                   &taken, &data);
    if (status)
        return status;
    take->reader->at += taken;
    if (data.len) {
        char size[CHUNK_MIN];
        snprintf(size, sizeof size, "%zx\r\n", data.len);
        emit_text(take, size);
        emit(take, data.ptr, data.len);
        emit_text(take, "\r\n");
    }
    if (c->chunks.over) {
        emit_text(take, "0\r\n\r\n");
        end_message(c, OVER);
    }
    return 0;
}

static int go_on(struct take *take)
{
    switch (take->c->state) {
    case HEAD:
        return read_head(take);
    case BODY:
        return read_body(take);
    default:
        return read_chunks(take);
    }
}

// libmicrohttpd gets the end of a message, and the handler the verdict. A late body of counted
// bytes can only end with the connection.
static bool refuse_stream(struct take *take, int status)
{
    struct connection *c = take->c;
    struct guard_reader *reader = take->reader;
    if (c->state == BODY) {
        c->state = REFUSED;
        return false;
    }
    c->verdict = (uint16_t)status;
    if (c->state == HEAD) {
        if (!c->started_ns) { // the fault is before the head
            begin_head(c);
            reader->head_at = reader->at;
        }
        emit_head(take, is_head_request(reader), status);
        reader->head_waits = true;
    } else {
        emit_text(take, "0\r\n\r\n");
        reader->at = reader->filled;
    }
    end_message(c, REFUSED);
    return true;
}

// False when there is nothing now.
static bool read_more(struct take *take)
{
    struct guard_reader *reader = take->reader;
    // A head that waits stays where it is.
    size_t floor = reader->head_waits ? reader->head_at + reader->head.end : 0;
    if (reader->at == reader->filled || reader->capacity - reader->filled < READ_MIN) {
        memmove(reader->in + floor, reader->in + reader->at, reader->filled - reader->at);
        reader->filled -= reader->at - floor;
        reader->at = floor;
    }
    size_t room = reader->capacity - reader->filled;
    invariant(room > 0);
    ssize_t n = take->source->read(take->source->state, reader->in + reader->filled, room);
    if (n <= 0) {
        take->last = n;
        take->code = errno;
        take->failed = true;
        return false;
    }
    reader->filled += (size_t)n;
    take->empty = (size_t)n < room;
    return true;
}

// See the head of this file. Until a failure, libmicrohttpd reads again by itself.
static void fill_up(struct take *take)
{
    bool more = !take->empty || unread(take->reader).len;
    if (!more || take->source->until_failure)
        return;
    if ((take->room - take->filled) % 2)
        take->bytes[take->filled++] = '\n';
    while (take->filled < take->room) {
        take->bytes[take->filled++] = '\r';
        take->bytes[take->filled++] = '\n';
    }
}

static void run_take(struct take *take)
{
    struct connection *c = take->c;
    int status = is_late_connection(c) ? 408 : 0;
    for (;;) {
        flush(take);
        if (take->filled == take->room || c->state == REFUSED)
            return;
        if (c->state == OVER) {
            fill_up(take);
            return;
        }
        status = status ? status : go_on(take);
        if (status > 0 && !refuse_stream(take, status))
            return;
        if (status == GUARD_MORE && !read_more(take))
            return;
        status = 0;
    }
}

static ssize_t cut_off(struct connection *c)
{
    c->state = REFUSED;
    errno = ECONNRESET;
    return -1;
}

// libmicrohttpd has the whole message but reads anyway: a resumed connection is read first. After
// EINTR it still considers the socket readable, as it may be. If it waited for more of the message
// than there is, it would have parsed it differently: then the connection ends.
static ssize_t ask_later(struct connection *c)
{
    if (++c->early_reads == EARLY_READS_MAX)
        return cut_off(c);
    errno = EINTR;
    return -1;
}

ssize_t guard_receive(int fd, const struct guard_source *source, char *bytes, size_t room)
{
    struct connection *c = guard_connection(fd);
    if (!c) { // one without a slot is not served unguarded
        errno = ECONNRESET;
        return -1;
    }
    if (c->state == CLOSED) // a socket of our own
        return source->read(source->state, bytes, room);
    if (c->state == OVER && !(c->reader && c->reader->out_at < c->reader->out_filled))
        return ask_later(c);
    struct take take = {.c = c, .source = source, .bytes = bytes, .room = room, .last = -1};
    take.code = EAGAIN;
    take.reader = hold_reader(c);
    if (!take.reader) {
        errno = ENOMEM;
        return -1;
    }
    run_take(&take);
    let_go(c);
    // The client has gone in the middle of a message: no further edge would report it.
    bool gone = take.failed && take.last == 0;
    if (take.filled && !gone)
        return (ssize_t)take.filled;
    if (c->state == REFUSED)
        return c->verdict ? 0 : cut_off(c);
    errno = take.code;
    return take.last;
}

// ---- for the handler ----

static struct slice copied(struct slice head, struct guard_span at)
{
    return slice_sub(head, at.at, (size_t)at.at + at.length);
}

// The part of a refused head that was parsed.
static size_t known_bytes(const struct guard_head *head)
{
    size_t line = head->end ? head->end : head->line;
    size_t version = (size_t)head->version.at + head->version.length;
    size_t target = (size_t)head->target.at + head->target.length;
    size_t known = line > version ? line : version;
    known = known > target ? known : target;
    return known > head->method.length ? known : head->method.length;
}

static void copy_fields(const struct guard_head *head, struct slice text, struct request *request)
{
    for (size_t i = 0; i < head->field_count; i++) {
        struct http_header *field = &request->headers[i];
        field->name = copied(text, head->fields[i].name);
        field->value = copied(text, head->fields[i].value);
        if (head->absolute && slice_equal_ignore_case(field->name, SLICE("Host")))
            field->value = copied(text, head->host);
    }
    request->header_count = head->field_count;
}

int guard_take_head(int fd, struct request *request)
{
    struct connection *c = guard_connection(fd);
    struct guard_reader *reader = c ? c->reader : NULL;
    if (!reader || !reader->head_waits)
        return 503;
    const struct guard_head *head = &reader->head;
    struct slice text = slice_of(reader->in + reader->head_at, known_bytes(head));
    struct slice copy = text.len ? arena_copy(request->arena, text) : text;
    int status = text.len && !copy.ptr ? 503 : reader->head_status;
    if (copy.ptr) {
        request->method_text = copied(copy, head->method);
        request->target = copied(copy, head->target);
        request->version = copied(copy, head->version);
        request->path = head->path.length ? copied(copy, head->path) : SLICE("/");
        request->query = copied(copy, head->query);
        copy_fields(head, copy, request);
    }
    reader->head_waits = false;
    if (c->state == REFUSED)
        reader->at = reader->filled;
    let_go(c);
    return status;
}

int guard_verdict(int fd)
{
    const struct connection *c = guard_connection(fd);
    return c ? c->verdict : 503;
}

// ---- the wraps (linked with --wrap) ----

struct socket_read {
    int fd, flags;
};

ssize_t __real_recv(int fd, void *bytes, size_t room, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t room, int flags);
static ssize_t read_socket(void *state, char *bytes, size_t room)
{
    const struct socket_read *from = state;
    return __real_recv(from->fd, bytes, room, from->flags);
}

ssize_t __wrap_recv(int fd, void *bytes, size_t room, int flags)
{
    struct socket_read from = {fd, flags};
    struct guard_source source = {.read = read_socket, .state = &from};
    return guard_receive(fd, &source, bytes, room);
}

ssize_t __real_gnutls_record_recv(gnutls_session_t session, void *bytes, size_t room);
ssize_t __wrap_gnutls_record_recv(gnutls_session_t session, void *bytes, size_t room);
static ssize_t read_records(void *session, char *bytes, size_t room)
{
    ssize_t n = __real_gnutls_record_recv(session, bytes, room);
    if (n == GNUTLS_E_REHANDSHAKE)
        return tls_refuse_handshake(session);
    return n == GNUTLS_E_INTERRUPTED ? GNUTLS_E_AGAIN : n;
}

ssize_t __wrap_gnutls_record_recv(gnutls_session_t session, void *bytes, size_t room)
{
    struct guard_source source = {.read = read_records, .state = session, .until_failure = true};
    ssize_t n = guard_receive(gnutls_transport_get_int(session), &source, bytes, room);
    if (n == -1)
        return errno == EINTR ? GNUTLS_E_INTERRUPTED : GNUTLS_E_PULL_ERROR;
    return n;
}
