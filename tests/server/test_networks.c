// SPDX-License-Identifier: MIT
//
// Networks as settings have them, and who is in them: a mistake in one must be refused rather than
// trust more than was meant.
#include "server/networks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static bool read_list(const char *json, struct networks *networks, struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct value list = value_from_json(arena, SLICE("list"), slice_from_cstr(json), NULL, error);
    if (error_is_set(error))
        fail_msg("%s: %s", json, error->message);
    *networks = (struct networks){.count = 0};
    bool ok = networks_read(networks, list, "trusted_proxies", error);
    arena_destroy(arena);
    return ok;
}

static void test_who_is_in_a_network(void **state)
{
    static const struct {
        const char *list, *in, *out;
    } CASES[] = {
        {"[\"10.0.0.0/8\"]", "10.255.0.1", "11.0.0.0"},
        {"[\"10.1.2.3/8\"]", "10.0.0.0", "9.255.255.255"},
        {"[\"192.0.2.7\"]", "192.0.2.7", "192.0.2.8"},
        {"[\"192.0.2.7/32\"]", "192.0.2.7", "192.0.2.6"},
        {"[\"192.0.2.128/25\"]", "192.0.2.128", "192.0.2.127"},
        {"[\"192.0.2.0/31\"]", "192.0.2.1", "192.0.2.2"},
        {"[\"0.0.0.0/0\"]", "203.0.113.9", "2001:db8::1"},
        {"[\"::/0\"]", "2001:db8::1", "text"},
        {"[\"::/0\"]", "203.0.113.9", "unix:"},
        {"[\"2001:db8::/32\"]", "2001:db8:ffff::1", "2001:db9::"},
        {"[\"2001:db8::/33\"]", "2001:db8:7fff::1", "2001:db8:8000::"},
        {"[\"2001:db8::1\"]", "2001:DB8:0::0001", "2001:db8::2"},
        {"[\"::1/128\"]", "[::1]:8080", "::2"},
        // One machine, whichever way its address is written.
        {"[\"192.0.2.7\"]", "::ffff:192.0.2.7", "::192.0.2.7"},
        {"[\"::ffff:192.0.2.0/120\"]", "192.0.2.9", "192.0.3.0"},
        {"[\"192.0.2.7\"]", "192.0.2.7:443", "192.0.2.70:443"},
        {"[\"192.0.2.7\"]", " 192.0.2.7 ", "192.0.2.7.1"},
        {"[\" 192.0.2.7 \"]", "192.0.2.7", "_hidden"},
        {"[\"unix:\"]", "unix:", "127.0.0.1"},
        {"[\"127.0.0.1\"]", "127.0.0.1", "unix:"},
        {"[\"192.0.2.1\", \"unix:\", \"198.51.100.0/24\"]", "198.51.100.7", "192.0.2.2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct networks networks;
        struct error error = {0};
        if (!read_list(CASES[i].list, &networks, &error))
            fail_msg("%s: %s", CASES[i].list, error.message);
        if (!networks_have(&networks, slice_from_cstr(CASES[i].in)))
            fail_msg("%s lacks %s", CASES[i].list, CASES[i].in);
        if (networks_have(&networks, slice_from_cstr(CASES[i].out)))
            fail_msg("%s has %s", CASES[i].list, CASES[i].out);
    }
}

static void test_nobody_is_in_no_network(void **state)
{
    static const char *const NAMES[] = {"127.0.0.1", "::1", "unix:", "", "[", "[]", ":", "unknown"};
    struct networks networks;
    struct error error = {0};
    (void)state;
    assert_true(read_list("[]", &networks, &error));
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        assert_false(networks_have(&networks, slice_from_cstr(NAMES[i])));
}

static void test_what_is_no_network(void **state)
{
    static const char *const TEXTS[] = {
        "", " ", "/", "/8", "text", "example.org", "10.0.0", "10.0.0.0.0", "010.0.0.1x",
        "256.0.0.1", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/ 8", "10.0.0.0/+8",
        "10.0.0.0/255.0.0.0", "10.0.0.0/8x", "10.0.0.0/8.5", "10.0.0.0/8/9", "10.0.0.0/0x8",
        "10.0.0.0/1e1", "10.0.0.0/4294967304", "2001:db8::/129", "2001:db8::/", "2001:db8:::/32",
        // Those of a connection, which have a port.
        "10.0.0.1:80", "10.0.0.1:80/32", "[2001:db8::1]", "[2001:db8::1]:80/128",
        "unix:/run/socket", "unix", "UNIX:"};
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct networks networks;
        struct error error = {0};
        char list[100];
        snprintf(list, sizeof list, "[\"192.0.2.1\", \"%s\"]", TEXTS[i]);
        if (read_list(list, &networks, &error))
            fail_msg("%s", TEXTS[i]);
        assert_non_null(strstr(error.message, "trusted_proxies: "));
        assert_non_null(strstr(error.message, "is no network"));
        assert_non_null(strstr(error.hint, "10.0.0.0/8"));
    }
}

static void test_too_many_networks(void **state)
{
    struct networks networks;
    struct error error = {0};
    char list[NETWORKS_MAX * 16 + 64] = "[";
    (void)state;
    for (size_t i = 0; i < NETWORKS_MAX; i++)
        snprintf(list + strlen(list), 16, "%s\"10.0.0.%zu\"", i ? "," : "", i);
    size_t length = strlen(list);
    strcpy(list + length, "]");
    assert_true(read_list(list, &networks, &error));
    assert_true(networks_have(&networks, SLICE("10.0.0.63")));
    strcpy(list + length, ",\"10.0.1.0\"]");
    assert_false(read_list(list, &networks, &error));
    assert_non_null(strstr(error.hint, "at most 64"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_in_a_network),
        cmocka_unit_test(test_nobody_is_in_no_network),
        cmocka_unit_test(test_what_is_no_network),
        cmocka_unit_test(test_too_many_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
