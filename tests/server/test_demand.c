// SPDX-License-Identifier: MIT
//
// Things made on demand: each once, however many ask; never two of one at a time; dropped when too
// many or idle, but not while somebody has one; a failure is remembered for some seconds.
#include "server/demand.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { THINGS = 16, FAILING = 15 };

struct thing {
    atomic_int alive, made, held; // alive: how many there are, at most one
};

static struct thing things[THINGS];
static atomic_bool doubled;

static void *make_numbered(void *state, const void *key, struct error *error)
{
    unsigned number;
    (void)state;
    memcpy(&number, key, sizeof number);
    struct thing *thing = &things[number];
    usleep(2000);
    atomic_fetch_add(&thing->made, 1);
    if (number == FAILING) {
        error_set(error, ERROR_IO, "cannot make %u", number);
        return NULL;
    }
    if (atomic_fetch_add(&thing->alive, 1) != 0)
        atomic_store(&doubled, true);
    return thing;
}

static void release_numbered(void *what)
{
    struct thing *thing = what;
    usleep(2000);
    atomic_fetch_sub(&thing->alive, 1);
}

static void retain_numbered(void *what)
{
    struct thing *thing = what;
    atomic_fetch_add(&thing->held, 1);
}

static bool is_numbered_used(void *what)
{
    struct thing *thing = what;
    return atomic_load(&thing->held) > 0;
}

static size_t numbered_bytes(void *what)
{
    (void)what;
    return 100;
}

static struct demand *begin_demand(size_t count_max, size_t bytes_max, uint64_t idle_ms)
{
    const struct demand_options options = {.make = make_numbered,
                                           .release = release_numbered,
                                           .retain = retain_numbered,
                                           .in_use = is_numbered_used,
                                           .bytes = numbered_bytes,
                                           .key_bytes = sizeof(unsigned),
                                           .count_max = count_max,
                                           .bytes_max = bytes_max,
                                           .waiting_max = 100,
                                           .idle_ns = idle_ms * UINT64_C(1000000),
                                           .threads = 3,
                                           .what = "a test"};
    struct error error = {0};
    memset(things, 0, sizeof things);
    atomic_store(&doubled, false);
    struct demand *demand = demand_create(&options);
    assert_non_null(demand);
    assert_true(demand_start(demand, &error));
    return demand;
}

// Asks until it is there or has failed.
static enum demand_state ask_for(struct demand *demand, unsigned number)
{
    void *thing = NULL;
    struct error error = {0};
    enum demand_state state;
    while ((state = demand_find(demand, &number, &thing, &error)) == DEMAND_WAITING)
        usleep(500);
    if (state == DEMAND_READY)
        assert_ptr_equal(thing, &things[number]);
    return state;
}

static void give_back(unsigned number)
{
    atomic_fetch_sub(&things[number].held, 1);
}

static int count_alive(void)
{
    int count = 0;
    for (size_t i = 0; i < THINGS; i++)
        count += atomic_load(&things[i].alive);
    return count;
}

static bool settles_at(int count)
{
    for (int i = 0; i < 3000 && count_alive() != count; i++)
        usleep(1000);
    return count_alive() == count;
}

static void test_each_is_made_once(void **state)
{
    (void)state;
    struct demand *demand = begin_demand(8, 10000, 60000);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < 5; i++) {
            assert_int_equal(ask_for(demand, i), DEMAND_READY);
            give_back(i);
        }
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(atomic_load(&things[i].made), 1);
    assert_int_equal(demand_counts(demand).count, 5);
    assert_int_equal(demand_counts(demand).bytes, 500);
    demand_destroy(demand);
    assert_int_equal(count_alive(), 0);
}

static void test_no_more_than_allowed(void **state)
{
    (void)state;
    struct demand *demand = begin_demand(3, 10000, 60000);
    for (unsigned round = 0; round < 4; round++)
        for (unsigned i = 0; i < 10; i++) {
            assert_int_equal(ask_for(demand, i), DEMAND_READY);
            give_back(i);
        }
    assert_true(settles_at(3));
    assert_false(atomic_load(&doubled));
    assert_int_equal(atomic_load(&things[0].made), 4);
    demand_destroy(demand);
    // By memory: 100 each.
    demand = begin_demand(8, 250, 60000);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(ask_for(demand, i), DEMAND_READY);
        give_back(i);
    }
    assert_true(settles_at(2));
    demand_destroy(demand);
}

static void test_used_ones_stay(void **state)
{
    (void)state;
    struct demand *demand = begin_demand(2, 10000, 60000);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(ask_for(demand, i), DEMAND_READY);
    assert_int_equal(count_alive(), 6);
    for (unsigned i = 0; i < 6; i++)
        give_back(i);
    assert_int_equal(ask_for(demand, 7), DEMAND_READY); // which makes room
    give_back(7);
    assert_true(settles_at(2));
    assert_int_equal(atomic_load(&things[7].alive), 1); // the latest is not the one to go
    demand_destroy(demand);
}

static void test_idle_ones_go(void **state)
{
    (void)state;
    struct demand *demand = begin_demand(8, 10000, 100);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(ask_for(demand, i), DEMAND_READY);
    give_back(0);
    give_back(1);
    assert_true(settles_at(1)); // number 2 is held
    assert_int_equal(atomic_load(&things[2].alive), 1);
    give_back(2);
    assert_true(settles_at(0));
    assert_int_equal(ask_for(demand, 0), DEMAND_READY);
    give_back(0);
    assert_int_equal(atomic_load(&things[0].made), 2);
    demand_destroy(demand);
}

static void test_failures_are_remembered(void **state)
{
    (void)state;
    struct demand *demand = begin_demand(8, 10000, 60000);
    for (int i = 0; i < 50; i++)
        assert_int_equal(ask_for(demand, FAILING), DEMAND_FAILED);
    assert_int_equal(atomic_load(&things[FAILING].made), 1);
    unsigned number = FAILING;
    void *thing = NULL;
    struct error error = {0};
    demand_find(demand, &number, &thing, &error);
    assert_string_equal(error.message, "cannot make 15");
    demand_close(demand);
    number = 3;
    assert_int_equal(demand_find(demand, &number, &thing, &error), DEMAND_BUSY);
    demand_destroy(demand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_made_once),       cmocka_unit_test(test_no_more_than_allowed),
        cmocka_unit_test(test_used_ones_stay),          cmocka_unit_test(test_idle_ones_go),
        cmocka_unit_test(test_failures_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
