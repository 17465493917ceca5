// SPDX-License-Identifier: MIT
//
// Packed data comes back exactly; damaged bytes do no harm.
#include "value/value.h"

#include "base/buffer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char YAML[] = "title: A page\n"
                           "empty: ''\n"
                           "nothing:\n"
                           "yes: true\n"
                           "numbers: [0, -0.0, 1.5, .inf, -.inf, .nan, 9007199254740993]\n"
                           "date: 2024-02-29\n"
                           "moment: 2024-02-29T10:11:12.345Z\n"
                           "text date: '2024-02-29'\n"
                           "eleventyNavigation: {key: k, parent: {a: [[], {}]}}\n"
                           "10: ten\n"
                           "2: two\n"
                           "shared: &s {k: [1, 2]}\n"
                           "again: *s\n"
                           "words: \"é\\0ü\\n\"\n";

static bool same(struct value a, struct value b)
{
    if (a.type != b.type || a.flags != b.flags)
        return false;
    switch (a.type) {
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
    case VALUE_DATE: // by bits, so that NaN is itself and zero has its sign
        return memcmp(&a.number, &b.number, sizeof a.number) == 0;
    case VALUE_STRING:
        return slice_equal(value_text(a), value_text(b));
    case VALUE_ARRAY:
        for (uint32_t i = 0; i < a.array->count; i++)
            if (i >= b.array->count || !same(a.array->items[i], b.array->items[i]))
                return false;
        return a.array->count == b.array->count;
    case VALUE_OBJECT:
        for (uint32_t i = 0; i < a.object->count; i++)
            if (i >= b.object->count ||
                !slice_equal(a.object->keys[i].text, b.object->keys[i].text) ||
                !same(a.object->values[i], b.object->values[i]))
                return false;
        return a.object->count == b.object->count;
    default:
        return true;
    }
}

static struct slice pack_yaml(struct arena *arena, struct value *v)
{
    struct error error = {0};
    struct buffer out = buffer_create(arena, 0);
    *v = value_from_yaml(arena, SLICE("t"), slice_from_cstr(YAML), NULL, &error);
    assert_false(error_is_set(&error));
    assert_true(value_pack(&out, *v));
    return buffer_slice(&out);
}

static bool unpack(struct arena *arena, struct slice packed, struct value *v)
{
    struct value_models models = {0};
    return value_unpack(arena, packed, &models, v);
}

static void test_comes_back_exactly(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct value before, after;
    struct slice packed = pack_yaml(arena, &before);
    assert_true(unpack(arena, packed, &after));
    assert_true(same(before, after));
    assert_true(value_is(value_get(NULL, after, SLICE("date")), VALUE_DATE));
    assert_true(value_is(value_get(NULL, after, SLICE("text date")), VALUE_STRING));
    arena_destroy(arena);
}

static void test_keys_in_common(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct value_models models = {0};
    struct value before, first, second;
    struct slice packed = pack_yaml(arena, &before);
    assert_true(value_unpack(arena, packed, &models, &first));
    assert_true(value_unpack(arena, packed, &models, &second));
    assert_ptr_equal(first.object->keys, second.object->keys);
    value_set(NULL, arena, first, SLICE("title"), value_null());
    value_set(NULL, arena, first, SLICE("more"), value_null());
    assert_true(same(before, second) && !same(before, first));
    arena_destroy(arena);
}

static void test_what_is_no_data(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    struct value v = value_object(arena);
    value_set(NULL, arena, v, SLICE("f"), value_function(arena, SLICE("f"), NULL, NULL));
    assert_false(value_pack(&out, v));
    struct buffer small = buffer_create(arena, 64);
    struct value large;
    pack_yaml(arena, &large);
    assert_false(value_pack(&small, large));
    arena_destroy(arena);
}

// Each level is a call: what is nested deeper than a limit is refused, not packed until the stack
// ends.
static void test_depth(void **state)
{
    (void)state;
    for (int list = 0; list < 2; list++) {
        struct arena *arena = arena_create(0, 0);
        struct value v = value_null(), after;
        for (int depth = 1; depth <= VALUE_DEPTH_MAX; depth++) {
            struct buffer out = buffer_create(arena, 0);
            struct value outer = list ? value_array(arena, 1) : value_object(arena);
            if (list)
                assert_true(value_push(NULL, arena, outer, v));
            else
                value_set(NULL, arena, outer, SLICE("a"), v);
            v = outer;
            bool ok = value_pack(&out, v);
            assert_int_equal(ok, depth < VALUE_DEPTH_MAX);
            if (ok)
                assert_true(unpack(arena, buffer_slice(&out), &after) && same(v, after));
        }
        arena_destroy(arena);
    }
}

// Cut anywhere, and with any byte changed: refused, or some other value, but nothing worse.
static void test_damaged_bytes(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0), *scratch = arena_create(0, 1 << 20);
    struct value before, after;
    struct slice packed = pack_yaml(arena, &before);
    for (size_t length = 0; length < packed.len; length++) {
        arena_reset(scratch, SIZE_MAX);
        assert_false(unpack(scratch, slice_sub(packed, 0, length), &after));
    }
    char *bytes = arena_cstr(arena, packed);
    for (size_t i = 0; i < packed.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            arena_reset(scratch, SIZE_MAX);
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
            unpack(scratch, slice_of(bytes, packed.len), &after);
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
        }
    assert_true(unpack(scratch, slice_of(bytes, packed.len), &after));
    arena_destroy(scratch);
    arena_destroy(arena);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct value before, after;
    struct slice packed = pack_yaml(arena, &before);
    bool succeeded = false;
    for (size_t limit = 128; limit < 16384 && !succeeded; limit += 64) {
        struct arena *small = arena_create(128, limit);
        succeeded = unpack(small, packed, &after);
        arena_destroy(small);
    }
    assert_true(succeeded);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comes_back_exactly), cmocka_unit_test(test_keys_in_common),
        cmocka_unit_test(test_what_is_no_data),    cmocka_unit_test(test_damaged_bytes),
        cmocka_unit_test(test_out_of_memory),      cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
