// SPDX-License-Identifier: MIT
//
// Results come in the list's order, each is made once, and what is not taken is given up.
#include "base/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <time.h>

#include <cmocka.h>

enum { MANY = 3000 };

struct work {
    atomic_uint made[MANY];
    atomic_size_t total;
    size_t slow;   // each number that it divides takes longer; 0: none
    size_t failed; // this one has no memory; SIZE_MAX: none
};

static void *make_number(void *state, size_t number, struct arena *arena)
{
    struct work *work = state;
    const struct timespec pause = {.tv_nsec = 300000};
    assert_true(number < MANY);
    atomic_fetch_add(&work->made[number], 1);
    atomic_fetch_add(&work->total, 1);
    if (work->slow && number % work->slow == 0)
        nanosleep(&pause, NULL);
    size_t *result = number == work->failed ? NULL : arena_alloc(arena, sizeof *result);
    if (result)
        *result = number;
    return result;
}

static void take_all(struct work *work, size_t count, bool slowly)
{
    const struct timespec pause = {.tv_nsec = 100000};
    struct pipeline *pipeline = pipeline_start(count, make_number, work);
    assert_non_null(pipeline);
    for (size_t i = 0; i < count; i++) {
        const size_t *result = pipeline_take(pipeline);
        if (slowly && i % 7 == 0)
            nanosleep(&pause, NULL);
        // Still there, whatever has been made meanwhile.
        assert_non_null(result);
        assert_int_equal(*result, i);
    }
    assert_null(pipeline_take(pipeline));
    assert_null(pipeline_take(pipeline));
    pipeline_end(pipeline);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(work->made[i], 1);
    assert_int_equal(work->total, count);
}

static void test_order(void **state)
{
    (void)state;
    static const size_t COUNTS[] = {0, 1, 15, 16, 31, 32, 33, 64, 65, 1000, MANY};
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++)
        for (int slowly = 0; slowly < 2; slowly++) {
            struct work work = {.failed = SIZE_MAX};
            take_all(&work, COUNTS[i], slowly);
        }
}

// Whoever is slower, the threads or the caller.
static void test_slow(void **state)
{
    (void)state;
    static const size_t EVERY[] = {1, 3, 31, 33};
    for (size_t i = 0; i < sizeof EVERY / sizeof *EVERY; i++)
        for (int slowly = 0; slowly < 2; slowly++) {
            struct work work = {.slow = EVERY[i], .failed = SIZE_MAX};
            take_all(&work, 500, slowly);
        }
}

static void test_no_memory(void **state)
{
    (void)state;
    struct work work = {.failed = 70};
    struct pipeline *pipeline = pipeline_start(100, make_number, &work);
    for (size_t i = 0; i < 100; i++) {
        const size_t *result = pipeline_take(pipeline);
        assert_true(i == 70 ? !result : result && *result == i);
    }
    pipeline_end(pipeline);
}

// At most a window is made in vain.
static void test_end(void **state)
{
    (void)state;
    for (size_t taken = 0; taken < 100; taken += 9) {
        struct work work = {.failed = SIZE_MAX};
        struct pipeline *pipeline = pipeline_start(MANY, make_number, &work);
        for (size_t i = 0; i < taken; i++)
            pipeline_take(pipeline);
        pipeline_end(pipeline);
        assert_in_range(work.total, taken, taken + 32);
    }
    pipeline_end(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_slow),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
