// SPDX-License-Identifier: MIT
//
// The request layer above libmicrohttpd. First the bytes of a connection, in pieces of different
// sizes, through the guard below MHD; then the same bytes as the parts of a head: target,
// conditions, range, codings, form parameters.
#include "server/access.h"
#include "server/csp.h"
#include "server/http/guard_slots.h"
#include "server/proxy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FD = 7, ROOM = 512 };

static const struct http_limits LIMITS = {
    .target_bytes = 4096, .header_bytes = 16384, .body_bytes = 65536};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void read_stream(struct slice input)
{
    char room[ROOM];
    guard_open(FD, &LIMITS);
    for (size_t step = 1; input.len; step = step * 7 % 509) {
        size_t take = step < input.len ? step : input.len;
        memcpy(room, input.ptr, take);
        ssize_t count = guard_received(FD, room, (ssize_t)take, ROOM);
        check(count <= ROOM);
        int verdict = guard_verdict(FD);
        check(verdict == 0 || (verdict >= 400 && verdict < 600));
        input = slice_sub(input, take, input.len);
    }
    guard_close(FD);
}

// What the guard finds does not depend on the pieces that bytes come in.
static void compare_pieces(struct slice input)
{
    char whole[4096], piece[64];
    size_t length = input.len < sizeof whole - 64 ? input.len : sizeof whole - 64;
    if (length)
        memcpy(whole, input.ptr, length);
    guard_open(FD, &LIMITS);
    guard_open(FD + 1, &LIMITS);
    guard_received(FD, whole, (ssize_t)length, sizeof whole);
    for (size_t i = 0; i < length; i++) {
        piece[0] = input.ptr[i];
        guard_received(FD + 1, piece, 1, sizeof piece);
    }
    const struct connection *a = guard_connection(FD), *b = guard_connection(FD + 1);
    check(a->verdict == b->verdict && a->state == b->state && a->heads == b->heads);
    check(a->state == REFUSED || (a->left == b->left && a->line_length == b->line_length &&
                                  a->head_length == b->head_length));
    guard_close(FD);
    guard_close(FD + 1);
}

static void read_head(struct arena *arena, struct slice input)
{
    struct slice rest = input, line = SLICE_EMPTY, path;
    struct request request = {
        .arena = arena,
        .method = HTTP_GET,
        .method_text = SLICE("GET"),
        .version = SLICE("HTTP/1.1"),
        .headers = {{SLICE("If-None-Match"), SLICE_EMPTY},
                    {SLICE("If-Modified-Since"), SLICE_EMPTY},
                    {SLICE("Range"), SLICE_EMPTY},
                    {SLICE("Host"), SLICE("x")}},
        .header_count = 4,
    };
    struct response response = {.status = 200, .length = 1000, .etag = SLICE("abc")};
    slice_next_line(&rest, &request.target);
    for (size_t i = 0; i < 3 && slice_next_line(&rest, &line); i++)
        request.headers[i].value = line;
    if (http_normalise_path(arena, request.target, &path))
        check(path.len > 0 && path.ptr[0] == '/' &&
              slice_find(path, SLICE("/../"), 0) == SIZE_MAX &&
              slice_find_byte(path, '\0', 0) == SIZE_MAX);
    int status = guard_check_head(&request, &LIMITS);
    check(status == 0 || (status >= 400 && status < 600));
    status = http_evaluate_conditions(&request, response.etag, 1700000000);
    check(status == 200 || status == 304 || status == 412);
    uint64_t first = 0, last = 0;
    status = http_evaluate_range(&request, &response, &first, &last);
    check(status != 206 || (first <= last && last < 1000));
    bool acceptable;
    http_negotiate_coding(line, 7, &acceptable);
    request_parameter(&request, rest, SLICE("page"));
}

// What trusted proxies say, and who the user is. Whatever stands there, the client is an address
// and the host has nothing in it that ends a host.
static void read_proxies(struct arena *arena, struct slice input, bool forwarded)
{
    static const struct access ACCESS = {.user_header = {"X-User", 6},
                                         .groups_header = {"X-Groups", 8}};
    struct proxies proxies = {.forwarded = forwarded};
    struct slice rest = input, line = SLICE_EMPTY;
    static const char *const NAMES[] = {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
                                        "X-Forwarded-Proto", "X-User"};
    struct request request = {.arena = arena, .client = "127.0.0.1"};
    proxies.trusted.count = 1; // ::/0: everybody
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && slice_next_line(&rest, &line); i++)
        request.headers[request.header_count++] =
            (struct http_header){slice_from_cstr(NAMES[i]), line};
    proxies_apply(&proxies, &request);
    unsigned char address[16];
    check(networks_parse_address(slice_from_cstr(request.client), address));
    check(slice_find_byte(request.host, '/', 0) == SIZE_MAX);
    check(access_admits(&ACCESS, &request));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(0, 64 << 20);
    struct slice input = slice_of(arena_cstr(arena, slice_of((const char *)data, size)), size);
    read_stream(input);
    compare_pieces(input);
    read_head(arena, input);
    read_proxies(arena, input, false);
    read_proxies(arena, input, true);
    struct buffer hashes = buffer_create(arena, 65536);
    csp_append_hashes(&hashes, arena, input);
    arena_destroy(arena);
    return 0;
}
