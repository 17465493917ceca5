// SPDX-License-Identifier: MIT
//
// systemd's protocols, with the test in systemd's place.
#include "server/systemd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

// A datagram socket that NOTIFY_SOCKET names; abstract when the name begins with '@'.
static int listen_for_notes(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    memcpy(address.sun_path, name, length);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void expect_note(int fd, const char *text)
{
    char note[64] = "";
    ssize_t got = recv(fd, note, sizeof note - 1, 0);
    if (!text) {
        assert_true(got < 0);
        return;
    }
    assert_string_equal(note, text);
}

static void test_notify(void **state)
{
    (void)state;
    char file[64], abstract[64];
    snprintf(file, sizeof file, "/tmp/guidanced-notify-%d", (int)getpid());
    snprintf(abstract, sizeof abstract, "@guidanced-notify-%d", (int)getpid());
    const char *const names[] = {file, abstract};
    for (size_t i = 0; i < 2; i++) {
        int fd = listen_for_notes(names[i]);
        systemd_notify("READY=1");
        expect_note(fd, "READY=1");
        systemd_notify("STOPPING=1");
        expect_note(fd, "STOPPING=1");
        close(fd);
    }
    unlink(file);
    systemd_notify("READY=1"); // nobody listens any more
    unsetenv("NOTIFY_SOCKET");
    systemd_notify("READY=1");
}

static void test_watchdog(void **state)
{
    (void)state;
    char name[64], pid[16];
    snprintf(name, sizeof name, "@guidanced-watchdog-%d", (int)getpid());
    int fd = listen_for_notes(name);
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(systemd_watchdog(), 1000);
    expect_note(fd, NULL);
    setenv("WATCHDOG_USEC", "15000000", 1);
    assert_int_equal(systemd_watchdog(), 1000);
    expect_note(fd, "WATCHDOG=1");
    setenv("WATCHDOG_USEC", "500000", 1);
    assert_int_equal(systemd_watchdog(), 250);
    expect_note(fd, "WATCHDOG=1");
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    systemd_watchdog();
    expect_note(fd, "WATCHDOG=1");
    setenv("WATCHDOG_PID", "1", 1); // meant for another
    systemd_watchdog();
    expect_note(fd, NULL);
    close(fd);
}

static void test_sockets(void **state)
{
    (void)state;
    char pid[16];
    assert_int_equal(systemd_socket(NULL), -1);
    setenv("LISTEN_FDS", "1", 1);
    assert_int_equal(systemd_socket(NULL), -1);
    setenv("LISTEN_PID", "1", 1); // meant for another
    assert_int_equal(systemd_socket(NULL), -1);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("LISTEN_PID", pid, 1);
    assert_int_equal(systemd_socket(NULL), 3);
    assert_int_equal(systemd_socket("admin"), -1);
    setenv("LISTEN_FDS", "2", 1);
    setenv("LISTEN_FDNAMES", "admin:http", 1);
    assert_int_equal(systemd_socket(NULL), 4);
    assert_int_equal(systemd_socket("admin"), 3);
    setenv("LISTEN_FDNAMES", "http:admins", 1);
    assert_int_equal(systemd_socket("admin"), -1);
    setenv("LISTEN_FDS", "x", 1);
    assert_int_equal(systemd_socket(NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notify),
        cmocka_unit_test(test_watchdog),
        cmocka_unit_test(test_sockets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
