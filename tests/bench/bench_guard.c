// SPDX-License-Identifier: MIT
//
// What the request guard costs a request: the head of a browser's request through the part below
// libmicrohttpd, and the parsed head through the part above it. Prints nanoseconds a request, the
// best of several rounds, as other programs only ever add.
//
//   build/release/tests/bench/bench_guard
#include "base/clock.h"
#include "server/http/guard.h"

#include <stdio.h>

enum { FD = 7, ROUNDS = 50, REQUESTS = 20000 };

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

static double below(char *room)
{
    uint64_t start = clock_monotonic_ns();
    for (int i = 0; i < REQUESTS; i++)
        if (guard_received(FD, room, sizeof HEAD - 1, sizeof HEAD) != sizeof HEAD - 1)
            return 0;
    return (double)(clock_monotonic_ns() - start) / REQUESTS;
}

// The fields as libmicrohttpd hands them over.
static void parse(struct request *request)
{
    struct slice rest = slice_from_cstr(HEAD), line;
    slice_next_line(&rest, &line);
    size_t first = slice_find_byte(line, ' ', 0), second = slice_find_byte(line, ' ', first + 1);
    request->target = slice_sub(line, first + 1, second);
    while (slice_next_line(&rest, &line) && slice_trim(line).len) {
        size_t colon = slice_find_byte(line, ':', 0);
        request->headers[request->header_count++] = (struct http_header){
            slice_sub(line, 0, colon), slice_trim(slice_sub(line, colon + 1, line.len))};
    }
}

static double above(struct request *request)
{
    uint64_t start = clock_monotonic_ns();
    for (int i = 0; i < REQUESTS; i++) {
        if (guard_check_head(request, &LIMITS) != 0)
            return 0;
        arena_reset(request->arena, 65536);
    }
    return (double)(clock_monotonic_ns() - start) / REQUESTS;
}

int main(void)
{
    char room[sizeof HEAD];
    struct request request = {.arena = arena_create(65536, 0),
                              .method = HTTP_GET,
                              .method_text = SLICE("GET"),
                              .version = SLICE("HTTP/1.1")};
    double best[2] = {1e9, 1e9};
    memcpy(room, HEAD, sizeof HEAD);
    parse(&request);
    guard_open(FD, &LIMITS);
    for (int round = 0; round < ROUNDS; round++) {
        double times[2] = {below(room), above(&request)};
        for (int i = 0; i < 2; i++)
            best[i] = times[i] < best[i] ? times[i] : best[i];
    }
    guard_close(FD);
    arena_destroy(request.arena);
    printf("a head of %zu bytes and %zu fields: below %.0f ns, above %.0f ns a request\n",
           sizeof HEAD - 1, request.header_count, best[0], best[1]);
    return best[0] > 0 && best[1] > 0 ? 0 : 1;
}
