// SPDX-License-Identifier: MIT
//
// What is sent in place of a stand-in: the connection's parts, whatever piece of it is sent, by
// whichever call.
#include "server/http/wire.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

enum { PARTS = 200 }; // more than go out in one call

static int sockets[2];
static struct slice parts[PARTS];
static char whole[PARTS * 8];
static size_t length;

// "0,", "1,", … with empty ones between them.
static int set_up(void **state)
{
    (void)state;
    length = 0;
    for (int i = 0; i < PARTS; i++) {
        int n = i % 3 ? snprintf(whole + length, 8, "%d,", i) : 0;
        parts[i] = slice_of(whole + length, (size_t)n);
        length += (size_t)n;
    }
    return !wire_open() || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
}

static int tear_down(void **state)
{
    (void)state;
    return close(sockets[0]) || close(sockets[1]);
}

static void assert_received(const char *expected, size_t count)
{
    char bytes[sizeof whole];
    for (size_t got = 0; got < count;) {
        ssize_t n = read(sockets[1], bytes + got, count - got);
        assert_true(n > 0);
        got += (size_t)n;
    }
    assert_memory_equal(bytes, expected, count);
}

static void test_pieces(void **state)
{
    (void)state;
    char *body = wire_stand_in(length);
    assert_true(wire_body(sockets[0], parts, PARTS, NULL));
    for (size_t at = 0; at < length; at += 7) {
        size_t piece = length - at < 11 ? length - at : 11;
        assert_int_equal(send(sockets[0], body + at, piece, 0), piece);
        assert_received(whole + at, piece);
    }
}

static void test_head_and_body(void **state)
{
    (void)state;
    struct iovec vector[] = {{.iov_base = (void *)(uintptr_t) "head,", .iov_len = 5},
                             {.iov_base = wire_stand_in(length), .iov_len = length}};
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = 2};
    assert_true(wire_body(sockets[0], parts, PARTS, NULL));
    ssize_t sent = sendmsg(sockets[0], &message, 0);
    // All of it: less would be waited for.
    assert_int_equal(sent, 5 + length);
    assert_received("head,", 5);
    assert_received(whole, length);
}

static void test_each_connection_its_own(void **state)
{
    (void)state;
    const struct slice one = SLICE("one"), two = SLICE("two");
    assert_true(wire_body(sockets[0], &one, 1, NULL));
    assert_int_equal(send(sockets[0], wire_stand_in(3), 3, 0), 3);
    assert_received("one", 3);
    assert_true(wire_body(sockets[0], &two, 1, NULL));
    assert_int_equal(send(sockets[0], wire_stand_in(3), 3, 0), 3);
    assert_received("two", 3);
    assert_int_equal(send(sockets[0], "else", 4, 0), 4);
    assert_received("else", 4);
    assert_false(wire_body(-1, &one, 1, NULL));
}

// More than there is of the body: never the bytes after it.
static void test_beyond(void **state)
{
    (void)state;
    const struct slice one = SLICE("one");
    char *body = wire_stand_in(10);
    assert_true(wire_body(sockets[0], &one, 1, NULL));
    assert_int_equal(send(sockets[0], body, 10, 0), 3);
    assert_received("one", 3);
    assert_int_equal(send(sockets[0], body + 3, 7, 0), -1);
    assert_null(wire_stand_in(UINT64_MAX));
}

// A long part in a memory file is sent from there, between others that are not.
static void test_file(void **state)
{
    (void)state;
    enum { LONG = 50000 };
    static char expected[LONG + 10];
    struct memory_file *file = memory_file_create(LONG + 100);
    memory_file_take(file, 3);
    char *text = memory_file_take(file, LONG);
    for (int i = 0; i < LONG; i++)
        text[i] = (char)('a' + i % 23);
    const struct slice of[] = {SLICE("before"), slice_of(text, LONG), SLICE("after")};
    assert_true(wire_body(sockets[0], of, 3, file));
    memcpy(expected, "before", 6);
    memcpy(expected + 6, text, LONG);
    memcpy(expected + 6 + LONG, "afte", 4); // the last is not asked for
    for (size_t at = 0; at < sizeof expected; at += 20004) {
        size_t count = sizeof expected - at < 20004 ? sizeof expected - at : 20004;
        assert_int_equal(send(sockets[0], (char *)wire_stand_in(1) + at, count, 0), count);
        char bytes[20004];
        for (size_t got = 0; got < count;)
            got += (size_t)read(sockets[1], bytes + got, count - got);
        assert_memory_equal(bytes, expected + at, count);
    }
    memory_file_destroy(file);
}

// A body in a file: from an offset, after a head, and shorter than was announced.
static void test_body_in_file(void **state)
{
    (void)state;
    char name[] = "/tmp/guidanced-wire-XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0 && unlink(name) == 0 && write(file, "0123456789", 10) == 10);
    struct iovec vector[] = {{.iov_base = (void *)(uintptr_t) "head,", .iov_len = 5},
                             {.iov_base = wire_stand_in(8), .iov_len = 8}};
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = 2};
    assert_true(wire_file(sockets[0], file, 2));
    assert_int_equal(sendmsg(sockets[0], &message, 0), 13);
    assert_received("head,23456789", 13);
    char *body = wire_stand_in(8);
    assert_int_equal(send(sockets[0], body + 3, 5, 0), 5);
    assert_received("56789", 5);
    assert_int_equal(ftruncate(file, 4), 0);
    assert_int_equal(sendmsg(sockets[0], &message, 0), 7);
    assert_received("head,23", 7);
    errno = 0;
    assert_int_equal(send(sockets[0], body + 2, 6, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    // The next body is not in it.
    const struct slice one = SLICE("one");
    assert_true(wire_body(sockets[0], &one, 1, NULL));
    assert_int_equal(send(sockets[0], body, 3, 0), 3);
    assert_received("one", 3);
    assert_false(wire_file(-1, file, 0));
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_head_and_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_connection_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_body_in_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beyond, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
