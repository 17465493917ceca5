// SPDX-License-Identifier: MIT
//
// One stream of bytes through the guard alone, in pieces and rooms of several sizes, and through
// the guard with libmicrohttpd after it, over a socket. All of them must find the same messages,
// with the same bodies; what libmicrohttpd is given must be a head of the guard's and counted
// bytes; and what comes back over the socket must be responses of ours, and nothing else.
#include "server/http/guard.h"

#include "base/ascii.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FD = 900, ROOM = 4096, MESSAGES_MAX = 64 };

static const struct http_limits LIMITS = {.threads = 1,
                                          .connections = 8,
                                          .target_bytes = 256,
                                          .header_bytes = 1024,
                                          .body_bytes = 4096,
                                          .fields_bytes = 4096,
                                          .arena_keep_bytes = 65536,
                                          .arena_limit_bytes = 1 << 20};

static void check_at(bool holds, int line)
{
    if (holds)
        return;
    fprintf(stderr, "line %d does not hold (%s)\n", line, strerror(errno));
    abort();
}
#define check(holds) check_at((holds), __LINE__)

struct message {
    int status; // it is refused with; 0: it is not
    uint64_t target, fields, body;
};

struct messages {
    struct message list[MESSAGES_MAX];
    size_t count;
};

static void add(struct messages *messages, int status, const struct request *request)
{
    if (messages->count == MESSAGES_MAX)
        return;
    struct message *message = &messages->list[messages->count++];
    *message = (struct message){.status = status};
    if (status)
        return;
    message->target = slice_hash(request->target) ^ slice_hash(request->method_text);
    message->body = slice_hash(request->body);
    for (size_t i = 0; i < request->header_count; i++)
        message->fields = message->fields * 31 + slice_hash(request->headers[i].name) * 7 +
                          slice_hash(request->headers[i].value);
}

// ---- the guard alone ----

struct stream {
    struct slice left;
    size_t piece;
    bool waits; // the next read finds nothing yet
};

static ssize_t read_stream(void *state, char *bytes, size_t room)
{
    struct stream *stream = state;
    stream->waits = !stream->waits && stream->piece < 64;
    if (stream->waits) {
        errno = EAGAIN;
        return -1;
    }
    size_t n = stream->piece < room ? stream->piece : room;
    n = n < stream->left.len ? n : stream->left.len;
    if (n)
        memcpy(bytes, stream->left.ptr, n);
    stream->left = slice_sub(stream->left, n, stream->left.len);
    return (ssize_t)n;
}

// What libmicrohttpd would have received.
struct received {
    struct buffer bytes;
    size_t at;
    int fd;
    struct guard_source source;
    size_t room;
    bool ended;
};

static bool receive(struct received *in)
{
    char room[ROOM];
    ssize_t n = guard_receive(in->fd, &in->source, room, in->room);
    check(n <= (ssize_t)in->room);
    if (n > 0)
        buffer_append(&in->bytes, slice_of(room, (size_t)n));
    in->ended = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
    return n > 0;
}

// The next line; ptr NULL at the end.
static struct slice next_line(struct received *in)
{
    for (;;) {
        struct slice text = buffer_slice(&in->bytes);
        size_t end = slice_find(text, SLICE("\r\n"), in->at);
        if (end != SIZE_MAX) {
            struct slice line = slice_sub(text, in->at, end);
            in->at = end + 2;
            return line;
        }
        while (!receive(in))
            if (in->ended)
                return SLICE_EMPTY;
    }
}

// A body of counted bytes; false when it is cut short.
static bool next_bytes(struct received *in, size_t count, struct buffer *body)
{
    while (in->bytes.len - in->at < count)
        while (!receive(in))
            if (in->ended)
                return false;
    buffer_append(body, slice_sub(buffer_slice(&in->bytes), in->at, in->at + count));
    in->at += count;
    return true;
}

static size_t number(struct slice digits, unsigned base)
{
    size_t n = 0;
    check(digits.len > 0 && digits.len < 9);
    for (size_t i = 0; i < digits.len; i++) {
        int digit = ascii_hex_value(digits.ptr[i]);
        check(digit >= 0 && digit < (int)base);
        n = n * base + (size_t)digit;
    }
    return n;
}

static bool next_chunks(struct received *in, struct buffer *body)
{
    for (;;) {
        struct slice line = next_line(in);
        if (!line.ptr)
            return false;
        size_t size = number(line, 16);
        if (size && !next_bytes(in, size, body))
            return false;
        line = next_line(in);
        check(!line.len);
        if (!line.ptr || !size)
            return line.ptr;
    }
}

// The fields of a head of the guard's, in their order and in no other form. False when it is cut.
static bool read_fields(struct received *in, size_t *length, bool *chunked, bool *stays)
{
    struct slice line = next_line(in);
    bool expects = false;
    if (slice_equal(line, SLICE("Connection: close")) ||
        slice_equal(line, SLICE("Connection: keep-alive"))) {
        *stays = slice_ends_with(line, SLICE("keep-alive"));
        line = next_line(in);
    }
    if (slice_equal(line, SLICE("Expect: 100-continue"))) {
        expects = true;
        line = next_line(in);
    }
    if (slice_equal(line, SLICE("Transfer-Encoding: chunked"))) {
        *chunked = true;
        line = next_line(in);
    } else if (slice_starts_with(line, SLICE("Content-Length: "))) {
        *length = number(slice_sub(line, 16, line.len), 10);
        check(*length > 0 && *length <= LIMITS.body_bytes);
        line = next_line(in);
    }
    check(!line.len && (!expects || *chunked || *length));
    return line.ptr;
}

// One message. False when there is no other after it.
static bool next_message(struct received *in, struct arena *arena, struct messages *messages)
{
    struct request request = {.arena = arena};
    struct slice line;
    do { // what it fills up with: empty lines, and a bare LF that makes the count even
        line = next_line(in);
        if (line.len && line.ptr[0] == '\n')
            line = slice_sub(line, 1, line.len);
    } while (line.ptr && !line.len);
    if (!line.ptr)
        return false;
    bool old = slice_ends_with(line, SLICE(" / HTTP/1.0"));
    check(old || slice_ends_with(line, SLICE(" / HTTP/1.1")));
    struct slice method = slice_sub(line, 0, line.len - 11);
    bool post = slice_equal(method, SLICE("POST"));
    check(post || slice_equal(method, SLICE("GET")) || slice_equal(method, SLICE("HEAD")));
    int status = guard_take_head(in->fd, &request);
    size_t length = 0;
    bool chunked = false, stays = !old;
    if (!read_fields(in, &length, &chunked, &stays))
        return false;
    check(!status || !stays);
    bool misled = !status && !http_normalise_path(arena, request.path, &request.path);
    struct buffer body = buffer_create(arena, 0);
    if (!(chunked ? next_chunks(in, &body) : next_bytes(in, length, &body)))
        return false;
    if (misled) { // http.c finds it before the body comes
        add(messages, 400, &request);
        return false;
    }
    request.body = buffer_slice(&body);
    status = status ? status : guard_verdict(in->fd);
    add(messages, status, &request);
    guard_answered(in->fd);
    return stays && !status;
}

static void read_alone(struct arena *arena, struct slice input, size_t piece, size_t room,
                       struct messages *messages)
{
    struct stream stream = {.left = input, .piece = piece};
    struct received in = {.bytes = buffer_create(arena, 0),
                          .fd = FD,
                          .source = {.read = read_stream, .state = &stream},
                          .room = room};
    in.source.until_failure = piece == 7;
    guard_open(FD, &LIMITS);
    while (next_message(&in, arena, messages))
        continue;
    guard_close(FD);
}

// ---- with libmicrohttpd ----

static struct http_server *server;
static struct log *log_to; // standard error
static struct http_socket listener;
static struct messages heard;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void dress(void *state, struct request *request, struct response *response)
{
    (void)state, (void)request;
    response_header(response, SLICE("X-Ours"), SLICE("yes"));
}

static void hear(struct request *request, int status)
{
    pthread_mutex_lock(&lock);
    add(&heard, status, request);
    pthread_mutex_unlock(&lock);
}

static void handle(void *state, struct request *request, struct response *response)
{
    hear(request, 0);
    response_text(request, response, 200, SLICE("text/plain"), SLICE("ok\n"));
    dress(state, request, response);
}

static void refused(void *state, struct request *request, struct response *response)
{
    hear(request, response->status);
    dress(state, request, response);
}

static void stop(void)
{
    http_stop(server);
    log_destroy(log_to);
    unlink(listener.unix_path);
}

static void serve(void)
{
    char name[64];
    struct error error = {0};
    snprintf(name, sizeof name, "unix:/tmp/fuzz-guard-%d", (int)getpid());
    check(http_listen(name, &listener, &error));
    struct http_options options = {
        .socket = &listener, .limits = LIMITS, .handler = handle, .refused = refused};
    options.log = log_to = log_create(NULL, LOG_ERROR, LOG_TEXT, &error);
    server = http_start(&options, &error);
    check(server);
    atexit(stop);
}

// All that comes back over a socket.
static struct slice ask(struct arena *arena, struct slice input)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval most = {.tv_sec = 20};
    struct buffer out = buffer_create(arena, 0);
    char piece[ROOM];
    memcpy(address.sun_path, listener.unix_path, strlen(listener.unix_path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    size_t half = input.len / 2;
    for (size_t at = 0; at < input.len; at = half ? half : input.len, half = 0) {
        size_t end = half ? half : input.len;
        if (send(fd, input.ptr + at, end - at, MSG_NOSIGNAL) < 0)
            break; // it has been refused and closed
    }
    shutdown(fd, SHUT_WR);
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR))
        buffer_append(&out, slice_of(piece, n > 0 ? (size_t)n : 0));
    check(n == 0); // never a reset: the response would be lost
    close(fd);
    guard_reap();
    return buffer_slice(&out);
}

// Responses of ours from the first byte to the last; how many there are.
static size_t count_responses(struct slice text)
{
    size_t count = 0;
    while (text.len) {
        if (slice_starts_with(text, SLICE("HTTP/1.1 100 Continue\r\n\r\n"))) {
            text = slice_sub(text, 25, text.len);
            continue;
        }
        size_t end = slice_find(text, SLICE("\r\n\r\n"), 0);
        struct slice head = slice_sub(text, 0, end);
        check(end != SIZE_MAX && slice_starts_with(head, SLICE("HTTP/1.1 ")) &&
              slice_find(head, SLICE("\r\nX-Ours: yes"), 0) != SIZE_MAX);
        size_t digits = slice_find(head, SLICE("Content-Length: "), 0);
        check(digits != SIZE_MAX);
        struct slice length = slice_sub(head, digits + 16, head.len);
        length = slice_sub(length, 0, slice_find(length, SLICE("\r\n"), 0));
        text = slice_sub(text, end + 4, text.len);
        // To HEAD there is no body.
        if (!slice_starts_with(text, SLICE("HTTP/1.1 ")))
            text = slice_sub(text, number(length, 10), text.len);
        count++;
    }
    return count;
}

// Of a message that the client cuts short, http.c sees the head or not, as the bytes come: a path
// that is refused before the body may be one message more.
static void compare(const struct messages *a, const struct messages *b, bool heard_by_http)
{
    bool cut = heard_by_http && b->count == a->count + 1 && b->list[a->count].status == 400;
    check(a->count == b->count || cut);
    for (size_t i = 0; i < a->count; i++)
        check(memcmp(&a->list[i], &b->list[i], sizeof a->list[i]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        size_t piece, room;
    } WAYS[] = {{1, 4096}, {7, 4096}, {4096, 1}, {33, 30}, {1500, 200}};
    if (!server)
        serve();
    struct arena *arena = arena_create(0, 64 << 20);
    struct slice input = slice_of((const char *)data, size);
    struct messages whole = {.count = 0};
    read_alone(arena, input, 1 << 20, ROOM, &whole);
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
        struct messages messages = {.count = 0};
        read_alone(arena, input, WAYS[i].piece, WAYS[i].room, &messages);
        compare(&whole, &messages, false);
    }
    heard.count = 0;
    size_t responses = count_responses(ask(arena, input));
    pthread_mutex_lock(&lock);
    check(responses >= whole.count || whole.count == MESSAGES_MAX);
    compare(&whole, &heard, true);
    pthread_mutex_unlock(&lock);
    arena_destroy(arena);
    return 0;
}
