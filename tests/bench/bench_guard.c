// SPDX-License-Identifier: MIT
//
// What the request guard costs a request: from the bytes of a browser's head to a struct request
// and the head that libmicrohttpd gets. Prints nanoseconds a request, the best of several rounds,
// since other programs only ever add time.
//
//   build/release/tests/bench/bench_guard
#include "base/clock.h"
#include "server/http/guard.h"

#include <errno.h>
#include <stdio.h>

enum { FD = 7, ROUNDS = 50, REQUESTS = 20000, ROOM = 12288, FIELDS = 16 };

static const char HEAD[] =
    "GET /secure-by-design/manage-security-risks/?from=search HTTP/1.1\r\n"
    "Host: guidance.example\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36\r\n"
    "Accept: "
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-User: ?1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Referer: https://guidance.example/secure-by-design/\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "If-None-Match: \"0123456789abcdef-br\"\r\n"
    "\r\n";

static const struct http_limits LIMITS = {.target_bytes = 8192,
                                          .header_bytes = 16384,
                                          .body_bytes = 65536,
                                          .header_timeout_ms = 10000,
                                          .idle_timeout_ms = 60000,
                                          .request_timeout_ms = 30000};

struct stream {
    bool over;
};

static ssize_t read_stream(void *state, char *bytes, size_t room)
{
    struct stream *stream = state;
    if (stream->over || room < sizeof HEAD - 1) {
        errno = EAGAIN;
        return -1;
    }
    stream->over = true;
    memcpy(bytes, HEAD, sizeof HEAD - 1);
    return sizeof HEAD - 1;
}

// From the client's bytes to a request and the guard's head; false if it is refused.
static bool take(struct request *request, char *room)
{
    struct stream stream = {false};
    struct guard_source source = {.read = read_stream, .state = &stream};
    bool good = guard_receive(FD, &source, room, ROOM) > 0 && guard_take_head(FD, request) == 0 &&
                request->header_count == FIELDS;
    guard_answered(FD);
    arena_reset(request->arena, 65536);
    return good;
}

static double measure(struct request *request, char *room)
{
    uint64_t start = clock_monotonic_ns();
    for (int i = 0; i < REQUESTS; i++)
        if (!take(request, room))
            return 0;
    return (double)(clock_monotonic_ns() - start) / REQUESTS;
}

int main(void)
{
    static char room[ROOM];
    struct request request = {.arena = arena_create(65536, 0)};
    double best = 1e9;
    guard_open(FD, &LIMITS);
    for (int round = 0; round < ROUNDS; round++) {
        double time = measure(&request, room);
        best = time < best ? time : best;
    }
    guard_close(FD);
    arena_destroy(request.arena);
    printf("a head of %zu bytes and %d fields: %.0f ns a request\n", sizeof HEAD - 1, FIELDS, best);
    return best > 0 ? 0 : 1;
}
