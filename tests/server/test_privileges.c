// SPDX-License-Identifier: MIT
//
// `user`: who the process becomes, and that no part of the setting is without effect. Each case is
// a process of its own, since there is no way back. As root, all of them; otherwise the refusals.
#include "server/privileges.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { KEEPS = -1, MESSAGE_MAX = 512 };

struct outcome {
    char message[MESSAGE_MAX]; // "": it has become who it should
    int uid, gid, groups;
};

// In a process that begins as `uid` and `gid`.
static struct outcome become(int uid, int gid, const char *user)
{
    struct outcome outcome = {.uid = KEEPS};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct error error = {0};
        bool began = uid == KEEPS || (setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid) == 0 &&
                                      setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) == 0);
        bool ok = began && privileges_drop(slice_from_cstr(user), &error);
        snprintf(outcome.message, sizeof outcome.message, "%s", ok ? "" : error.message);
        outcome.uid = (int)geteuid();
        outcome.gid = (int)getegid();
        outcome.groups = getgroups(0, NULL);
        _exit(write(ends[1], &outcome, sizeof outcome) == (ssize_t)sizeof outcome ? 0 : 1);
    }
    close(ends[1]);
    assert_true(pid > 0 && read(ends[0], &outcome, sizeof outcome) == (ssize_t)sizeof outcome);
    close(ends[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return outcome;
}

static void test_names_that_are_refused(void **state)
{
    char name[200] = "";
    memset(name, 'a', sizeof name - 1);
    const struct {
        const char *user, *message;
    } CASES[] = {
        {"no-such-user", "there is no user no-such-user"},
        {"0x", "there is no user 0x"},
        {"-1", "there is no user -1"},
        {"4294967295", "there is no user 4294967295"}, // which means: none
        {"4294967296", "there is no user"},
        {"99999999999999999999999", "there is no user"},
        {":0", "there is no user "},
        {"0:no-such-group", "there is no group no-such-group"},
        {"0:", "there is no group "},
        {"0:4294967295", "there is no group 4294967295"},
        {"0:1:2", "there is no group 1:2"},
        {name, "the name is too long"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct outcome outcome = become(KEEPS, KEEPS, CASES[i].user);
        if (!strstr(outcome.message, CASES[i].message) || !strstr(outcome.message, "user: "))
            fail_msg("%s: %s", CASES[i].user, outcome.message);
    }
}

static void test_who_it_becomes(void **state)
{
    static const struct {
        int uid, gid; // at first
        const char *user;
        int then_uid, then_gid; // KEEPS: refused
    } CASES[] = {
        {0, 0, "", 0, 0},
        {0, 0, "root", 0, 0},
        {0, 0, "54321", 54321, 54321},
        {0, 0, "54321:12345", 54321, 12345},
        {0, 0, "0:12345", 0, 12345},
        {0, 0, "root:root", 0, 0},
        {0, 12345, "root", 0, 12345}, // as it was started
        {54321, 12345, "", 54321, 12345},
        {54321, 12345, "54321", 54321, 12345},
        {54321, 12345, "54321:12345", 54321, 12345},
        {54321, 12345, "54321:54321", KEEPS, KEEPS},
        {54321, 12345, "54322", KEEPS, KEEPS},
        {54321, 12345, "root", KEEPS, KEEPS},
    };
    (void)state;
    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct outcome outcome = become(CASES[i].uid, CASES[i].gid, CASES[i].user);
        bool refused = CASES[i].then_uid == KEEPS;
        if (refused ? !strstr(outcome.message, "only root can")
                    : outcome.message[0] || outcome.uid != CASES[i].then_uid ||
                          outcome.gid != CASES[i].then_gid)
            fail_msg("%zu: %s %d %d", i, outcome.message, outcome.uid, outcome.gid);
        bool other = outcome.uid != CASES[i].uid || outcome.gid != CASES[i].gid;
        if (other)
            assert_int_equal(outcome.groups, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_that_are_refused),
        cmocka_unit_test(test_who_it_becomes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
