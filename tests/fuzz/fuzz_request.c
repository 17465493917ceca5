// SPDX-License-Identifier: MIT
//
// The request layer above libmicrohttpd: the parts of a head, as the guard has found them: target,
// conditions, range, codings, form parameters. The guard itself: fuzz_guard.c.
#include "server/access.h"
#include "server/csp.h"
#include "server/http/http.h"
#include "server/proxy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
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
    int status = http_evaluate_conditions(&request, response.etag, 1700000000);
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
    read_head(arena, input);
    read_proxies(arena, input, false);
    read_proxies(arena, input, true);
    struct buffer hashes = buffer_create(arena, 65536);
    csp_append_hashes(&hashes, arena, input);
    arena_destroy(arena);
    return 0;
}
