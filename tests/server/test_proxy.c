// SPDX-License-Identifier: MIT
//
// What trusted proxies say of the client, however many there are and however they write it: their
// fields are lists that each appends to, on the same line or on one of its own, and what is left of
// them is the client's claim.
#include "server/access.h"
#include "server/proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { LINES_MAX = 8 };

// "Name: value" each.
static void add_lines(struct request *request, const char *const *lines)
{
    for (size_t i = 0; i < LINES_MAX && lines[i]; i++) {
        struct slice line = slice_from_cstr(lines[i]);
        size_t colon = slice_find_byte(line, ':', 0);
        request->headers[request->header_count++] = (struct http_header){
            slice_sub(line, 0, colon), slice_trim(slice_sub(line, colon + 1, line.len))};
    }
}

static void add_network(struct networks *networks, const char *text)
{
    struct arena *arena = arena_create(0, 0);
    struct value list = value_array(arena, 1);
    struct error error = {0};
    value_push(NULL, arena, list, value_string(slice_from_cstr(text)));
    if (!networks_read(networks, list, "trusted_proxies", &error))
        fail_msg("%s", error.message);
    arena_destroy(arena);
}

static struct request apply(bool forwarded, const char *const *lines)
{
    struct proxies proxies = {.forwarded = forwarded};
    struct request request = {.client = "10.0.0.1", .obscured = true, .secure = true};
    add_network(&proxies.trusted, "10.0.0.0/24");
    add_lines(&request, lines);
    proxies_apply(&proxies, &request);
    return request;
}

static void test_the_client(void **state)
{
    static const struct {
        const char *lines[LINES_MAX];
        const char *client;
        bool obscured;
    } CASES[] = {
        {{"X-Forwarded-For: 203.0.113.9"}, "203.0.113.9", false},
        {{"x-forwarded-for: 203.0.113.9"}, "203.0.113.9", false},
        {{"X-Forwarded-For: 192.0.2.1, 203.0.113.9"}, "203.0.113.9", false},
        {{"X-Forwarded-For: 203.0.113.9, 10.0.0.2"}, "203.0.113.9", false},
        {{"X-Forwarded-For: 203.0.113.9, 10.0.0.2,10.0.0.3"}, "203.0.113.9", false},
        {{"X-Forwarded-For: 10.0.0.7, 10.0.0.2"}, "10.0.0.7", false},
        // A line of its own is a part of the list.
        {{"X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 203.0.113.9"}, "203.0.113.9", false},
        {{"X-Forwarded-For: 192.0.2.1, 203.0.113.9", "Accept: a", "x-forwarded-for: 10.0.0.2"},
         "203.0.113.9",
         false},
        {{"X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 203.0.113.9, 10.0.0.3",
          "X-Forwarded-For: 10.0.0.2"},
         "203.0.113.9",
         false},
        {{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-For:"}, "203.0.113.9", false},
        {{"X-Forwarded-For: 203.0.113.9, , 10.0.0.2,"}, "203.0.113.9", false},
        // The proxy itself asks.
        {{NULL}, "10.0.0.1", false},
        {{"X-Forwarded-For:"}, "10.0.0.1", false},
        {{"X-Forwarded-For: ,"}, "10.0.0.1", false},
        {{"Forwarded: for=203.0.113.9"}, "10.0.0.1", false},
        // A client without an address.
        {{"X-Forwarded-For: unknown"}, "10.0.0.1", true},
        {{"X-Forwarded-For: 10.0.0.1, unknown"}, "10.0.0.1", true},
        {{"X-Forwarded-For: unknown, 203.0.113.9"}, "203.0.113.9", false},
        {{"X-Forwarded-For: unknown, 10.0.0.2"}, "10.0.0.2", true},
        {{"X-Forwarded-For: 203.0.113.9, \"x"}, "10.0.0.1", true},
        {{"X-Forwarded-For: 2001:DB8:0::9"}, "2001:db8::9", false},
        {{"X-Forwarded-For: [2001:db8::9]:80"}, "2001:db8::9", false},
        {{"X-Forwarded-For: ::ffff:203.0.113.9"}, "203.0.113.9", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct request request = apply(false, CASES[i].lines);
        if (strcmp(request.client, CASES[i].client) != 0 || request.obscured != CASES[i].obscured)
            fail_msg("%zu: %s %d", i, request.client, request.obscured);
        assert_true(request.proxied);
        assert_false(request.secure);
    }
}

static void test_forwarded(void **state)
{
    static const struct {
        const char *lines[LINES_MAX];
        const char *client, *host;
        bool secure, obscured;
    } CASES[] = {
        {{"Forwarded: for=203.0.113.9;proto=https;host=a.example"},
         "203.0.113.9",
         "a.example",
         true,
         false},
        {{"Forwarded: For=\"203.0.113.9:80\" ; PROTO=HTTPS ;Host=\"a.example:80\""},
         "203.0.113.9",
         "a.example:80",
         true,
         false},
        {{"Forwarded: for=192.0.2.1;host=evil.example;proto=https, for=203.0.113.9"},
         "203.0.113.9",
         "x",
         false,
         false},
        {{"Forwarded: for=192.0.2.1;host=evil.example", "Forwarded: for=203.0.113.9;proto=https"},
         "203.0.113.9",
         "x",
         true,
         false},
        // What the proxy before the last says comes from nearer the client.
        {{"Forwarded: for=203.0.113.9;proto=https;host=a.example, for=10.0.0.2;proto=http;host=b"},
         "203.0.113.9",
         "a.example",
         true,
         false},
        {{"Forwarded: for=203.0.113.9;proto=https;host=a.example",
          "Forwarded: for=10.0.0.2;proto=http;host=b"},
         "203.0.113.9",
         "a.example",
         true,
         false},
        {{"Forwarded: for=203.0.113.9;by=\"a,b\";host=a.example"},
         "203.0.113.9",
         "a.example",
         false,
         false},
        {{"Forwarded: for=203.0.113.9;proto=ftp;host=\"a/b\""}, "203.0.113.9", "x", false, false},
        {{"Forwarded: for=_hidden;host=a.example"}, "10.0.0.1", "a.example", false, true},
        {{"Forwarded: host=a.example;proto=https"}, "10.0.0.1", "a.example", true, true},
        {{"Forwarded: for"}, "10.0.0.1", "x", false, true},
        {{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"},
         "10.0.0.1",
         "x",
         false,
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *lines[LINES_MAX] = {"Host: x"};
        memcpy(lines + 1, CASES[i].lines, sizeof lines - sizeof *lines);
        struct request request = apply(true, lines);
        if (strcmp(request.client, CASES[i].client) != 0 ||
            !slice_equal(request.host, slice_from_cstr(CASES[i].host)) ||
            request.secure != CASES[i].secure || request.obscured != CASES[i].obscured)
            fail_msg("%zu: %s %.*s %d %d", i, request.client, SLICE_ARG(request.host),
                     request.secure, request.obscured);
    }
}

static void test_the_last_line_of_scheme_and_host(void **state)
{
    static const struct {
        const char *lines[LINES_MAX];
        const char *host;
        bool secure;
    } CASES[] = {
        {{"X-Forwarded-Host: a.example", "X-Forwarded-Proto: https"}, "a.example", true},
        {{"X-Forwarded-Host: evil.example, a.example", "X-Forwarded-Proto: https, HTTP"},
         "a.example",
         false},
        {{"X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https",
          "X-Forwarded-Host: a.example", "X-Forwarded-Proto: http"},
         "a.example",
         false},
        {{"X-Forwarded-Host: a@b", "X-Forwarded-Proto: gopher"}, "x", false},
        {{"X-Forwarded-Host: a b"}, "x", false},
        {{"X-Forwarded-Host: \"a\""}, "x", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *lines[LINES_MAX] = {"Host: x"};
        memcpy(lines + 1, CASES[i].lines, sizeof lines - sizeof *lines);
        struct request request = apply(false, lines);
        if (!slice_equal(request.host, slice_from_cstr(CASES[i].host)) ||
            request.secure != CASES[i].secure)
            fail_msg("%zu: %.*s %d", i, SLICE_ARG(request.host), request.secure);
    }
}

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN  "-00f067aa0ba902b7-01"

static const char PARENT[] = "traceparent: 00-" TRACE SPAN;

static void test_ids(void **state)
{
    static const struct {
        const char *lines[LINES_MAX];
        const char *id, *trace;
    } CASES[] = {
        {{"X-Request-Id: a-B_1.:+/=@", PARENT}, "a-B_1.:+/=@", TRACE},
        {{"X-Request-Id: a", "X-Request-Id: b"}, "", ""},
        {{"X-Request-Id: a b"}, "", ""},
        {{"X-Request-Id:"}, "", ""},
        {{"X-Request-Id: 0123456789012345678901234567890123456789012345678901234567890123"},
         "0123456789012345678901234567890123456789012345678901234567890123",
         ""},
        {{"X-Request-Id: 01234567890123456789012345678901234567890123456789012345678901234"},
         "",
         ""},
        {{PARENT, PARENT}, "", ""},
        {{"traceparent: 00-00000000000000000000000000000000" SPAN}, "", ""},
        {{"traceparent: 00-4BF92f3577b34da6a3ce929d0e0e4736" SPAN}, "", ""},
        {{"traceparent: 00-" TRACE "-00f067aa0ba902b7-0"}, "", ""},
        {{"traceparent: 000" TRACE SPAN}, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct request request = apply(false, CASES[i].lines);
        if (strcmp(request.id, CASES[i].id) != 0 ||
            !slice_equal(request.trace, slice_from_cstr(CASES[i].trace)))
            fail_msg("%zu: %s %.*s", i, request.id, SLICE_ARG(request.trace));
    }
}

// Only trusted proxies are believed, of whatever the connection's last request said.
static void test_anybody_else(void **state)
{
    static const char *const LINES[LINES_MAX] = {"Host: x ",
                                                 PARENT,
                                                 "X-Forwarded-For: 10.0.0.9",
                                                 "X-Forwarded-Proto: https",
                                                 "X-Forwarded-Host: a.example",
                                                 "X-Request-Id: a"};
    struct proxies proxies = {.forwarded = false};
    struct request request = {.client = "203.0.113.9",
                              .obscured = true,
                              .proxied = true,
                              .trace = SLICE("b"),
                              .tls = true};
    (void)state;
    add_network(&proxies.trusted, "10.0.0.0/24");
    add_lines(&request, LINES);
    proxies_apply(&proxies, &request);
    assert_false(request.proxied);
    assert_false(request.obscured);
    assert_true(request.secure);
    assert_int_equal(request.trace.len, 0);
    assert_string_equal(request.id, "");
    assert_string_equal(request.client, "203.0.113.9");
    assert_true(slice_equal(request.host, SLICE("x")));
}

// The proxy's own address must not let in a client that has none.
static void test_admission(void **state)
{
    static const struct {
        const char *lines[LINES_MAX];
        bool admits;
        const char *groups;
    } CASES[] = {
        {{"X-Forwarded-For: 10.0.0.7"}, true, ""},
        {{NULL}, true, ""},
        {{"X-Forwarded-For: 203.0.113.9"}, false, ""},
        {{"X-Forwarded-For: 10.0.0.7", "X-Forwarded-For: 203.0.113.9"}, false, ""},
        {{"X-Forwarded-For: unknown"}, false, ""},
        {{"X-Forwarded-For: 10.0.0.7, _hidden"}, false, ""},
        {{"X-Groups: board"}, true, "board"},
        {{"X-Groups: board", "x-groups: staff"}, true, ""},
    };
    struct access access = {.groups_header = SLICE("X-Groups")};
    (void)state;
    add_network(&access.networks, "10.0.0.0/8");
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct request request = apply(false, CASES[i].lines);
        if (access_admits(&access, &request) != CASES[i].admits ||
            !slice_equal(request.groups, slice_from_cstr(CASES[i].groups)))
            fail_msg("%zu", i);
        assert_int_equal(request.user.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_client),
        cmocka_unit_test(test_forwarded),
        cmocka_unit_test(test_the_last_line_of_scheme_and_host),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_anybody_else),
        cmocka_unit_test(test_admission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
