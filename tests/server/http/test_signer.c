// SPDX-License-Identifier: MIT
//
// The process with the TLS keys when it gets fewer threads than it asks for: what it has must do.
#include "server/http/signer.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { CHANNELS = 4, ASKERS = 4, TURNS = 200 };

static pid_t test;           // this process; in the signer, threads are limited
static unsigned threads_max; // that the signer gets

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *state);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *state);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *state)
{
    static unsigned made;
    if (getpid() != test && made++ >= threads_max)
        return EAGAIN;
    return __real_pthread_create(thread, attributes, start, state);
}

static bool give_up(void *state, struct error *error)
{
    const bool *may = state;
    return *may || error_set(error, ERROR_IO, "it may not");
}

// NULL: each order was obeyed.
static void *ask(void *of)
{
    static const struct tls_files FILES = {.certificate = "/dev/null", .key = "/dev/null"};
    for (size_t i = 0; i < TURNS; i++)
        if (!signer_identify(of, &FILES))
            return of;
    return NULL;
}

static void test_fewer_threads(void **state)
{
    (void)state;
    for (threads_max = 0; threads_max < CHANNELS; threads_max++) {
        struct error error = {0};
        bool may = threads_max != 1;
        struct signer *signer = signer_fork(CHANNELS, give_up, &may, &error);
        if (!signer)
            fail_msg("%s", error.message);
        assert_null(ask(signer)); // by the only thread that it has at first
        assert_int_equal(signer_confine(signer, &error), may);
        assert_string_equal(error.message, may ? "" : "it may not");
        pthread_t threads[ASKERS];
        for (size_t i = 0; i < ASKERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, ask, signer), 0);
        for (size_t i = 0; i < ASKERS; i++) {
            void *failed;
            assert_int_equal(pthread_join(threads[i], &failed), 0);
            if (failed)
                fail_msg("with %u threads", threads_max);
        }
        assert_true(signer_is_there(signer, &error));
        signer_destroy(signer);
    }
}

// It goes on after what it cannot read, which is named.
static void test_files_that_are_missing(void **state)
{
    struct error error = {0};
    bool may = true;
    static const struct tls_files FILES = {.certificate = "/nowhere", .key = "/dev/null"};
    (void)state;
    threads_max = CHANNELS;
    struct signer *signer = signer_fork(CHANNELS, give_up, &may, &error);
    assert_non_null(signer);
    assert_true(signer_is_there(signer, &error));
    assert_int_equal(signer_identify(signer, &FILES), 0);
    assert_true(signer_confine(signer, &error));
    struct signer_reading reading;
    struct error warning = {0};
    struct arena *arena = arena_create(0, 0);
    assert_false(signer_read(signer, &FILES, arena, &reading, &error, &warning));
    assert_non_null(strstr(error.message, "/nowhere"));
    assert_true(signer_is_there(signer, &error));
    arena_destroy(arena);
    signer_destroy(signer);
}

int main(void)
{
    test = getpid();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fewer_threads),
        cmocka_unit_test(test_files_that_are_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
