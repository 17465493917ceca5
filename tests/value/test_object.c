// SPDX-License-Identifier: MIT
//
// Arrays and objects: order of keys, the hash index, and one render's changes hidden from others.
#include "value/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

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

static struct value parse(struct arena *arena, const char *json)
{
    struct error error;
    error_clear(&error);
    struct value v =
        value_from_json(arena, SLICE("test"), slice_from_cstr(json), &VALUE_DATA_LIMITS, &error);
    assert_false(error_is_set(&error));
    return v;
}

static void assert_json(struct value_realm *realm, struct value v, const char *wanted)
{
    struct buffer out = buffer_create(realm->arena, 0);
    assert_true(value_to_json(realm, &out, v, 0, NULL));
    assert_string_equal(buffer_cstr(&out), wanted);
}

static void test_index_keys_come_first(void **state)
{
    struct value_realm realm = value_realm_create(*state);
    struct value v = parse(*state, "{\"b\":1,\"10\":2,\"a\":3,\"9\":4,\"01\":5,\"4294967295\":6}");
    assert_json(&realm, v, "{\"9\":4,\"10\":2,\"b\":1,\"a\":3,\"01\":5,\"4294967295\":6}");
    assert_true(value_set(&realm, NULL, v, SLICE("0"), value_number(7)));
    assert_true(value_set(&realm, NULL, v, SLICE("b"), value_null()));
    assert_json(&realm, v,
                "{\"0\":7,\"9\":4,\"10\":2,\"b\":null,\"a\":3,\"01\":5,\"4294967295\":6}");
}

static void test_index_survives_growth_and_deletion(void **state)
{
    struct arena *arena = *state;
    struct value v = value_object(arena);
    for (int i = 0; i < 1000; i++) {
        struct slice key = arena_printf(arena, i % 3 ? "k%d" : "%d", 1000 - i);
        assert_true(value_set(NULL, arena, v, key, value_number(i)));
    }
    assert_true(value_delete(NULL, v, SLICE("k501")));
    assert_false(value_delete(NULL, v, SLICE("k501")));
    assert_int_equal(v.object->count, 999);
    for (int i = 0; i < 1000; i++) {
        struct slice key = arena_printf(arena, i % 3 ? "k%d" : "%d", 1000 - i);
        assert_int_equal(value_has(NULL, v, key), i != 499);
        if (i != 499)
            assert_true(value_get(NULL, v, key).number == i);
    }
}

static void test_many_falling_index_keys_are_linear(void **state)
{
    struct buffer json = buffer_create(*state, 0);
    buffer_append_byte(&json, '{');
    for (int i = 200000; i > 0; i--)
        buffer_printf(&json, "\"%d\":0%s", i, i > 1 ? "," : "}");
    struct value v = parse(*state, buffer_cstr(&json));
    assert_int_equal(v.object->count, 200000);
    assert_true(slice_equal(v.object->keys[0].text, SLICE("1")));
}

static void test_frozen_is_read_only_without_a_realm(void **state)
{
    struct value v = parse(*state, "{\"list\":[1]}");
    value_freeze(v);
    assert_false(value_set(NULL, *state, v, SLICE("a"), value_null()));
    assert_false(value_push(NULL, *state, value_get(NULL, v, SLICE("list")), value_null()));
    assert_null(value_object_own(NULL, v));
}

static void test_renders_do_not_see_each_others_changes(void **state)
{
    struct value v = parse(*state, "{\"list\":[1,[2]],\"n\":{\"x\":1}}");
    struct arena *arenas[2] = {arena_create(0, 0), arena_create(0, 0)};
    struct value_realm one = value_realm_create(arenas[0]), two = value_realm_create(arenas[1]);
    value_freeze(v);
    struct value list = value_get(&one, v, SLICE("list"));
    assert_true(value_push(&one, NULL, list, value_number(3)));
    assert_true(value_push(&one, NULL, value_item(&one, list, 1), value_number(9)));
    assert_true(value_set(&one, NULL, value_get(&one, v, SLICE("n")), SLICE("y"), list));
    assert_true(value_set_item(&two, list, 3, value_boolean(true)));
    assert_json(&one, v, "{\"list\":[1,[2,9],3],\"n\":{\"x\":1,\"y\":[1,[2,9],3]}}");
    assert_json(&two, v, "{\"list\":[1,[2],null,true],\"n\":{\"x\":1}}");
    // The identity of what was copied stays.
    assert_true(value_strict_equal(list, value_get(&one, v, SLICE("list"))));
    arena_destroy(arenas[0]);
    arena_destroy(arenas[1]);
    struct value_realm three = value_realm_create(*state);
    assert_json(&three, v, "{\"list\":[1,[2]],\"n\":{\"x\":1}}");
}

static void test_clone_shares_nothing_but_keeps_shape(void **state)
{
    struct value_realm realm = value_realm_create(*state);
    struct value v = parse(*state, "{\"a\":[\"text\"]}");
    struct value a = value_get(NULL, v, SLICE("a"));
    value_set(NULL, *state, v, SLICE("b"), a);
    value_set(NULL, *state, v, SLICE("self"), v);
    value_freeze(v);
    struct value copy = value_clone(&realm, *state, v);
    struct value copied = value_get(NULL, copy, SLICE("a"));
    assert_true(copied.array != a.array);
    assert_ptr_equal(copied.array, value_get(NULL, copy, SLICE("b")).array);
    assert_ptr_equal(copy.object, value_get(NULL, copy, SLICE("self")).object);
    assert_ptr_not_equal(copied.array->items[0].text, a.array->items[0].text);
    assert_false(copy.object->frozen);
    assert_true(value_push(NULL, *state, copied, value_null()));
    assert_int_equal(value_length(NULL, a), 1);
}

static void test_merge_as_eleventy(void **state)
{
    struct value_realm realm = value_realm_create(*state);
    struct value under =
        parse(*state, "{\"a\":1,\"tags\":[\"x\"],\"o\":{\"p\":1,\"q\":[1]},\"keep\":[1]}");
    struct value over = parse(*state, "{\"a\":2,\"tags\":[\"y\"],\"o\":{\"q\":[2],\"r\":3},"
                                      "\"override:keep\":[2]}");
    value_freeze(under);
    assert_json(&realm, value_merge(*state, under, over),
                "{\"a\":2,\"tags\":[\"x\",\"y\"],\"o\":{\"p\":1,\"q\":[1,2],\"r\":3},"
                "\"keep\":[2]}");
    assert_json(&realm, under, "{\"a\":1,\"tags\":[\"x\"],\"o\":{\"p\":1,\"q\":[1]},\"keep\":[1]}");
    assert_json(&realm, value_merge(*state, value_number(5), value_string(SLICE("x"))), "\"x\"");
    // An object stays one.
    assert_json(&realm,
                value_merge(*state, parse(*state, "{\"o\":{\"p\":1}}"),
                            parse(*state, "{\"o\":false,\"n\":null}")),
                "{\"o\":{\"p\":1},\"n\":null}");
}

static void test_get_path(void **state)
{
    struct value v = parse(*state, "{\"a\":{\"b\":[{\"c\":7}]}}");
    assert_true(value_get_path(NULL, v, SLICE("a.b.0.c")).number == 7);
    assert_int_equal(value_get_path(NULL, v, SLICE("a.b.1.c")).type, VALUE_UNDEFINED);
    assert_int_equal(value_get_path(NULL, v, SLICE("a.x.y")).type, VALUE_UNDEFINED);
}

// Every allocation fails in turn: no crash, and the failure is told.
static void test_out_of_memory(void **state)
{
    (void)state;
    bool succeeded = false;
    for (size_t limit = 256; limit < 65536 && !succeeded; limit += 256) {
        struct arena *arena = arena_create(256, limit);
        struct error error;
        error_clear(&error);
        struct value v = value_from_json(
            arena, SLICE("test"), SLICE("{\"a\":[1,2,3,4,5,\"x\\n\"],\"b\":{\"c\":{\"d\":[[]]}}}"),
            NULL, &error);
        struct value_realm realm = value_realm_create(arena);
        if (error.code == ERROR_NONE) {
            value_freeze(v);
            succeeded = value_set(&realm, NULL, v, SLICE("n"), value_null());
        } else {
            assert_int_equal(error.code, ERROR_MEMORY);
        }
        assert_true(succeeded || arena_failed(arena));
        arena_destroy(arena);
    }
    assert_true(succeeded);
}

static struct value make(struct arena *arena, struct arena *scratch, unsigned members)
{
    struct value v = value_object_within(arena, scratch, 4);
    for (unsigned i = 0; i < members; i++)
        assert_true(
            value_set(NULL, scratch, v, arena_printf(arena, "key-%u", i), value_number((double)i)));
    return v;
}

// Keys in common: whoever changes his has them to himself.
static void test_objects_alike_have_their_keys_in_common(void **state)
{
    struct arena *arena = *state, *scratch = arena_create(0, 0);
    struct value_shapes shapes = {arena, map_create(scratch)};
    struct value_realm realm = value_realm_create(arena);
    for (unsigned members = 0; members < 20; members += 3) {
        struct value a = make(arena, scratch, members), b = make(arena, scratch, members);
        struct value other = make(arena, scratch, members + 1);
        assert_true(value_settle(&shapes, a) && value_settle(&shapes, b));
        assert_true(value_settle(&shapes, other));
        assert_ptr_equal(a.object->keys, b.object->keys);
        assert_ptr_not_equal(a.object->keys, other.object->keys);
        struct value copy = value_copy(arena, a);
        assert_true(value_set(NULL, arena, a, SLICE("a"), value_null()));
        assert_true(value_set(NULL, arena, copy, SLICE("0"), value_null()));
        if (members)
            assert_true(value_delete(&realm, b, SLICE("key-0")));
        assert_int_equal(a.object->count, members + 1);
        assert_true(value_has(NULL, a, SLICE("a")) && !value_has(NULL, a, SLICE("0")));
        assert_true(value_has(NULL, copy, SLICE("0")) && !value_has(NULL, copy, SLICE("a")));
        assert_true(slice_equal(copy.object->keys[0].text, SLICE("0")));
        assert_false(value_has(NULL, b, SLICE("key-0")));
        for (unsigned i = 1; i < members; i++) {
            struct slice key = arena_printf(arena, "key-%u", i);
            assert_true(value_get(NULL, a, key).number == (double)i);
            assert_true(value_get(NULL, b, key).number == (double)i);
            assert_true(value_get(NULL, copy, key).number == (double)i);
            assert_true(value_get(NULL, other, key).number == (double)i);
        }
    }
    arena_destroy(scratch);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_index_keys_come_first),
        TEST(test_index_survives_growth_and_deletion),
        TEST(test_many_falling_index_keys_are_linear),
        TEST(test_frozen_is_read_only_without_a_realm),
        TEST(test_renders_do_not_see_each_others_changes),
        TEST(test_clone_shares_nothing_but_keeps_shape),
        TEST(test_merge_as_eleventy),
        TEST(test_get_path),
        TEST(test_objects_alike_have_their_keys_in_common),
        TEST(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
