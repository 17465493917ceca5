// SPDX-License-Identifier: MIT
//
// The content hash of a value: the same for equal values, different for others, and quick however
// often parts are shared or contain each other.
#include "site/making.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PARTS = 700 };

static int set_up(void **state)
{
    *state = arena_create(0, 0);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_destroy(*state);
    return 0;
}

// A list that contains each part twice in the next, so that it stands for 2^40 words.
static struct value shared_parts(struct arena *arena, const char *word)
{
    struct value part = value_string(slice_from_cstr(word));
    for (int i = 0; i < 40; i++) {
        struct value list = value_array(arena, 2);
        assert_true(value_push(NULL, arena, list, part) && value_push(NULL, arena, list, part));
        part = list;
    }
    return part;
}

// Pages that all list all pages.
static struct value circles(struct arena *arena, uint32_t odd)
{
    struct value all = value_array(arena, PARTS);
    for (uint32_t i = 0; i < PARTS; i++) {
        struct value page = value_object(arena);
        double number = i == odd ? -1.0 : (double)i;
        assert_true(value_set(NULL, arena, page, SLICE("number"), value_number(number)) &&
                    value_set(NULL, arena, page, SLICE("all"), all) &&
                    value_push(NULL, arena, all, page));
    }
    return all;
}

static void parts_that_are_shared_are_hashed_once(void **state)
{
    struct value one = shared_parts(*state, "one"), same = shared_parts(*state, "one");
    assert_int_equal(content_hash(NULL, one), content_hash(NULL, same));
    assert_int_not_equal(content_hash(NULL, one), content_hash(NULL, shared_parts(*state, "two")));
}

static void circles_end(void **state)
{
    struct value one = circles(*state, PARTS), same = circles(*state, PARTS);
    assert_int_equal(content_hash(NULL, one), content_hash(NULL, same));
    assert_int_not_equal(content_hash(NULL, one), content_hash(NULL, circles(*state, PARTS - 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_that_are_shared_are_hashed_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(circles_end, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
