// SPDX-License-Identifier: MIT
//
// The steps between handler and wire that are pure functions: paths, codings, conditions, ranges.
#include "server/http/http.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *normal(struct arena *arena, const char *raw)
{
    struct slice path;
    return http_normalise_path(arena, slice_from_cstr(raw), &path) ? path.ptr : NULL;
}

static void test_paths(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    assert_string_equal(normal(arena, "/"), "/");
    assert_string_equal(normal(arena, "/a/./b//../c/"), "/a/c/");
    assert_string_equal(normal(arena, "/%c3%a9"), "/\xc3\xa9");
    assert_string_equal(normal(arena, "/%252e"), "/%2e"); // decoded once
    static const char *const BAD[] = {"",   "a",   "/..",  "/a/../..", "/%2e%2e", "/%00", "/%0a",
                                      "/%", "/%2", "/%zz", "/%80",     "/%c0%af", "/%5c"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        assert_null(normal(arena, BAD[i]));
    arena_destroy(arena);
}

static enum http_coding negotiate(const char *accept, bool *acceptable)
{
    return http_negotiate_coding(slice_from_cstr(accept), 7, acceptable);
}

static void test_codings(void **state)
{
    (void)state;
    bool ok;
    assert_int_equal(negotiate("gzip", &ok), HTTP_GZIP);
    assert_int_equal(negotiate("gzip, br", &ok), HTTP_BROTLI);
    assert_int_equal(negotiate("gzip;q=1, br;q=0.5", &ok), HTTP_GZIP);
    assert_int_equal(negotiate("*", &ok), HTTP_ZSTD);
    assert_int_equal(negotiate("zstd;q=0, *;q=0.1", &ok), HTTP_BROTLI);
    assert_int_equal(negotiate("identity, gzip;q=0.5", &ok), HTTP_IDENTITY);
    assert_int_equal(negotiate("gzip;q=x", &ok), HTTP_IDENTITY);
    assert_true(ok);
    assert_int_equal(http_negotiate_coding(SLICE("identity;q=0"), 0, &ok), HTTP_IDENTITY);
    assert_false(ok);
    http_negotiate_coding(SLICE("*;q=0"), 0, &ok);
    assert_false(ok);
    http_negotiate_coding(SLICE("*;q=0, identity;q=0.1"), 0, &ok);
    assert_true(ok);
}

static void test_conditions(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        enum http_method method;
        int status;
    } ROWS[] = {
        {"If-None-Match", "\"a\"", HTTP_GET, 304},
        {"If-None-Match", "W/\"a\"", HTTP_GET, 304},
        {"If-None-Match", "\"b\", \"a\"", HTTP_HEAD, 304},
        {"If-None-Match", "\"b\"", HTTP_GET, 200},
        {"If-None-Match", "a", HTTP_GET, 200},
        {"If-None-Match", "*", HTTP_POST, 412},
        {"If-Match", "\"a\"", HTTP_GET, 200},
        {"If-Match", "W/\"a\"", HTTP_GET, 412},
        {"If-Match", "*", HTTP_GET, 200},
        {"If-Modified-Since", "Thu, 01 Jan 1970 00:16:40 GMT", HTTP_GET, 304},
        {"If-Modified-Since", "Thu, 01 Jan 1970 00:16:39 GMT", HTTP_GET, 200},
        {"If-Unmodified-Since", "Thu, 01 Jan 1970 00:16:39 GMT", HTTP_GET, 412},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct request request = {.method = ROWS[i].method, .header_count = 1};
        request.headers[0] =
            (struct http_header){slice_from_cstr(ROWS[i].name), slice_from_cstr(ROWS[i].value)};
        assert_int_equal(http_evaluate_conditions(&request, SLICE("a"), 1000), ROWS[i].status);
    }
}

// RFC 9110 §5.3: lines of one field are one list.
static void test_conditions_on_several_lines(void **state)
{
    (void)state;
    static const struct {
        const char *name, *first, *second;
        enum http_method method;
        int status;
    } ROWS[] = {
        {"If-None-Match", "\"b\"", "\"a\"", HTTP_GET, 304},
        {"If-None-Match", "\"a\"", "\"b\"", HTTP_GET, 304},
        {"If-None-Match", "\"b\"", "\"c\"", HTTP_GET, 200},
        {"If-None-Match", "\"b\"", "W/\"a\"", HTTP_POST, 412},
        {"If-Match", "\"b\"", "\"a\"", HTTP_GET, 200},
        {"If-Match", "\"b\"", "W/\"a\"", HTTP_GET, 412},
        {"If-Match", "\"b\"", "*", HTTP_GET, 412},
        {"If-Match", "*", "\"b\"", HTTP_GET, 412},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct request request = {.method = ROWS[i].method, .header_count = 3};
        struct slice name = slice_from_cstr(ROWS[i].name);
        request.headers[0] = (struct http_header){name, slice_from_cstr(ROWS[i].first)};
        request.headers[1] = (struct http_header){SLICE("Accept"), SLICE("*/*")};
        request.headers[2] = (struct http_header){name, slice_from_cstr(ROWS[i].second)};
        assert_int_equal(http_evaluate_conditions(&request, SLICE("a"), 1000), ROWS[i].status);
    }
}

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *range;
        int status;
        uint64_t first, last;
    } ROWS[] = {
        {"bytes=0-9", 206, 0, 9},   {"bytes=90-200", 206, 90, 99},
        {"bytes=-10", 206, 90, 99}, {"bytes=-1000", 206, 0, 99},
        {"bytes=50-", 206, 50, 99}, {"bytes=100-", 416, 0, 0},
        {"bytes=-0", 416, 0, 0},    {"bytes=9-0", 200, 0, 0},
        {"bytes=a-b", 200, 0, 0},   {"bytes=0-1,3-4", 200, 0, 0},
        {"items=0-1", 200, 0, 0},   {"bytes=99999999999999999999-", 200, 0, 0},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct request request = {.method = HTTP_GET, .header_count = 1};
        struct response response = {.ranges = true, .length = 100};
        uint64_t first = 0, last = 0;
        request.headers[0] = (struct http_header){SLICE("Range"), slice_from_cstr(ROWS[i].range)};
        assert_int_equal(http_evaluate_range(&request, &response, &first, &last), ROWS[i].status);
        if (ROWS[i].status == 206)
            assert_true(first == ROWS[i].first && last == ROWS[i].last);
    }
}

// Neither Range nor If-Range is a list: said twice, they say nothing, and the whole is the answer.
static void test_ranges_on_several_lines(void **state)
{
    (void)state;
    const struct http_header ROWS[] = {
        {SLICE("Range"), SLICE("bytes=20-29")},
        {SLICE("If-Range"), SLICE("\"abc\"")},
        {SLICE("If-Range"), SLICE("\"x\"")},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct request request = {.method = HTTP_GET,
                                  .headers = {{SLICE("Range"), SLICE("bytes=0-9")},
                                              {SLICE("If-Range"), SLICE("\"abc\"")},
                                              ROWS[i]},
                                  .header_count = 3};
        struct response response = {.ranges = true, .length = 100, .etag = SLICE("abc")};
        uint64_t first, last;
        assert_int_equal(http_evaluate_range(&request, &response, &first, &last), 200);
    }
}

// Days of the week begin with the letters of tags.
static void test_if_range(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        int status;
    } ROWS[] = {
        {"Wed, 15 Nov 2023 22:13:20 GMT", 206},
        {"Wed, 15 Nov 2023 22:13:21 GMT", 200},
        {"\"abc\"", 206},
        {"W/\"abc\"", 200},
        {"\"x\"", 200},
        {"W", 200},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct request request = {
            .method = HTTP_GET,
            .headers = {{SLICE("Range"), SLICE("bytes=0-9")},
                        {SLICE("If-Range"), slice_from_cstr(ROWS[i].condition)}},
            .header_count = 2};
        struct response response = {
            .ranges = true, .length = 100, .etag = SLICE("abc"), .last_modified = 1700086400};
        uint64_t first, last;
        assert_int_equal(http_evaluate_range(&request, &response, &first, &last), ROWS[i].status);
    }
}

static void test_form(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct request request = {.arena = arena};
    struct slice form = SLICE("a=1&b=x+y%21&%63=%ff&d&e=");
    assert_true(slice_equal(request_parameter(&request, form, SLICE("b")), SLICE("x y!")));
    assert_true(slice_equal(request_parameter(&request, form, SLICE("c")), SLICE("\xef\xbf\xbd")));
    assert_int_equal(request_parameter(&request, form, SLICE("d")).len, 0);
    assert_null(request_parameter(&request, form, SLICE("f")).ptr);
    // A control character is no digit, whatever bit it has in common with one.
    struct slice odd = SLICE("a=%\x14\x11");
    assert_true(slice_equal(request_parameter(&request, odd, SLICE("a")), SLICE("%\x14\x11")));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),      cmocka_unit_test(test_codings),
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_conditions_on_several_lines),
        cmocka_unit_test(test_ranges),     cmocka_unit_test(test_ranges_on_several_lines),
        cmocka_unit_test(test_if_range),   cmocka_unit_test(test_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
