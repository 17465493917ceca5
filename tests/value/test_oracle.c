// SPDX-License-Identifier: MIT
//
// Replays what Node answered (oracle.jsonl, written by oracle.mjs) and counts the differences. Then
// asks the same in arenas too small for the answers.
#include "base/file.h"
#include "value/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct slice member_text(struct value v, const char *key)
{
    return value_text(value_get(NULL, v, slice_from_cstr(key)));
}

static double from_bits(struct value v)
{
    uint64_t bits = strtoull(v.text, NULL, 16); // arena copies end with a NUL
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static struct value decode(struct arena *arena, struct value v);

static struct value decode_array(struct arena *arena, struct value v)
{
    struct value array = value_array(arena, v.array->count);
    for (uint32_t i = 0; i < v.array->count; i++)
        value_push(NULL, arena, array, decode(arena, v.array->items[i]));
    return array;
}

static struct value decode_members(struct arena *arena, struct value v)
{
    struct value object = value_object(arena);
    for (uint32_t i = 0; i < v.object->count; i++)
        value_set(NULL, arena, object, v.object->keys[i].text, decode(arena, v.object->values[i]));
    return object;
}

static struct value decode(struct arena *arena, struct value v)
{
    if (v.type == VALUE_ARRAY)
        return decode_array(arena, v);
    if (v.type != VALUE_OBJECT)
        return v;
    struct value inner = v.object->values[0];
    switch (v.object->keys[0].text.ptr[0]) {
    case 'n':
        return value_number(from_bits(inner));
    case 'd':
        return value_date(from_bits(inner));
    case 'r':
        return value_regexp(arena, value_text(inner.array->items[0]),
                            value_text(inner.array->items[1]), NULL);
    case 'o':
        return decode_members(arena, inner);
    default:
        return value_undefined();
    }
}

static bool same(struct value a, struct value b)
{
    if (a.type != b.type)
        return false;
    if (a.type == VALUE_NUMBER || a.type == VALUE_DATE)
        return (a.number != a.number && b.number != b.number) ||
               (a.number == b.number && signbit(a.number) == signbit(b.number));
    if (a.type == VALUE_STRING)
        return slice_equal(value_text(a), value_text(b));
    if (a.type == VALUE_ARRAY) {
        for (uint32_t i = 0; i < a.array->count && i < b.array->count; i++) {
            if (!same(a.array->items[i], b.array->items[i]))
                return false;
        }
        return a.array->count == b.array->count;
    }
    return a.type == VALUE_BOOLEAN ? a.number == b.number : true;
}

static struct value call_method(struct value_realm *realm, const struct value *args, uint32_t argc,
                                struct error *error)
{
    struct value method = value_property(realm, args[0], args[1]);
    return value_invoke(realm, method, args[0], args + 2, argc - 2, error);
}

static struct value ask_mutate(struct value_realm *realm, const struct value *args, uint32_t argc,
                               struct error *error)
{
    struct value pair = value_array(realm->arena, 2);
    struct value answer;
    value_freeze(args[0]); // so that the realm's copy is what changes
    struct value before = value_clone(NULL, realm->arena, args[0]);
    answer = call_method(realm, args, argc, error);
    assert_true(same(before, (struct value){.type = VALUE_ARRAY, .array = args[0].array}));
    bool self = answer.type == VALUE_ARRAY && answer.array == args[0].array;
    value_push(realm, NULL, pair, self ? VALUE_LITERAL("self") : answer);
    struct value after = args[0];
    after.array = value_array_own(realm, args[0]);
    value_push(realm, NULL, pair, after);
    return pair;
}

static struct value text_of(struct value_realm *realm, struct value v)
{
    return value_string(value_to_text(realm, v));
}

static struct value ask_json(struct value_realm *realm, struct value v, unsigned indent)
{
    struct buffer out = buffer_create(realm->arena, 0);
    assert_true(value_to_json(realm, &out, v, indent, NULL));
    return v.type == VALUE_UNDEFINED ? v : value_string(buffer_slice(&out));
}

static struct value ask_radix(struct value_realm *realm, const struct value *args)
{
    struct buffer out = buffer_create(realm->arena, 0);
    value_append_number_radix(&out, args[0].number, (int)args[1].number);
    return value_string(buffer_slice(&out));
}

static struct value ask(struct value_realm *realm, struct slice kind, const struct value *args,
                        uint32_t argc, struct error *error)
{
#define KIND(name) slice_equal(kind, SLICE(name))
    if (KIND("text"))
        return text_of(realm, args[0]);
    if (KIND("radix"))
        return ask_radix(realm, args);
    if (KIND("number"))
        return value_number(value_to_number(realm, args[0]));
    if (KIND("float"))
        return value_number(value_parse_float(value_text(args[0])));
    if (KIND("int"))
        return value_number(value_parse_int(value_text(args[0]), (int)args[1].number));
    if (KIND("truthy"))
        return value_boolean(value_truthy(args[0]));
    if (KIND("typeof"))
        return value_string(value_typeof(args[0]));
    if (KIND("json"))
        return ask_json(realm, args[0], 0);
    if (KIND("json2"))
        return ask_json(realm, args[0], 2);
    if (KIND("loose"))
        return value_boolean(value_loose_equal(realm, args[0], args[1]));
    if (KIND("strict"))
        return value_boolean(value_strict_equal(args[0], args[1]));
    if (KIND("less"))
        return value_boolean(value_compare(realm, args[0], args[1]) == -1);
    if (KIND("least"))
        return value_boolean(value_compare(realm, args[0], args[1]) <= 0);
    if (KIND("add"))
        return value_add(realm, args[0], args[1], error);
    if (KIND("mutate"))
        return ask_mutate(realm, args, argc, error);
    return call_method(realm, args, argc, error);
}

static bool replay(struct arena *arena, struct slice line)
{
    struct error error;
    error_clear(&error);
    struct value question =
        value_from_json(arena, SLICE("oracle"), line, &VALUE_DATA_LIMITS, &error);
    assert_int_equal(error.code, ERROR_NONE);
    struct value_realm realm = value_realm_create(arena);
    struct value args = decode(arena, value_get(NULL, question, SLICE("with")));
    struct value wanted = decode(arena, value_get(NULL, question, SLICE("answer")));
    struct value got =
        ask(&realm, member_text(question, "ask"), args.array->items, args.array->count, &error);
    if (!error_is_set(&error) && same(got, wanted))
        return true;
    struct slice text =
        error_is_set(&error) ? slice_from_cstr(error.message) : value_text(text_of(&realm, got));
    print_error("%.*s\n  got: %.*s\n", SLICE_ARG(line), SLICE_ARG(text));
    return false;
}

static void test_node_agrees(void **state)
{
    (void)state;
    struct arena *kept = arena_create(0, 0), *arena = arena_create(0, 0);
    struct slice rest, line;
    size_t different = 0, count = 0;
    assert_true(file_read(kept, "tests/value/oracle.jsonl", (size_t)64 << 20, &rest, NULL));
    while (slice_next_line(&rest, &line)) {
        count++;
        different += !replay(arena, line);
        arena_reset(arena, (size_t)1 << 20);
    }
    arena_destroy(arena);
    arena_destroy(kept);
    assert_true(count > 5000);
    assert_int_equal(different, 0);
}

// ---- in little memory ----

// A question with its arguments frozen, as a site's data is, so that it can be asked again.
struct question {
    struct slice kind;
    struct value args, answer;
};

static struct question read_question(struct arena *arena, struct slice line)
{
    struct error error = {0};
    struct value v = value_from_json(arena, SLICE("oracle"), line, &VALUE_DATA_LIMITS, &error);
    struct question q = {member_text(v, "ask"), decode(arena, value_get(NULL, v, SLICE("with"))),
                         decode(arena, value_get(NULL, v, SLICE("answer")))};
    value_freeze(q.args);
    return q;
}

static bool allocates(const struct question *q)
{
    return slice_equal(q->kind, SLICE("method")) || slice_equal(q->kind, SLICE("mutate")) ||
           slice_equal(q->kind, SLICE("text")) || slice_equal(q->kind, SLICE("add"));
}

// With a chunk for each allocation, so that each is once the first to fail. False: it did fail.
static bool ask_within(const struct question *q, size_t limit)
{
    struct error error = {0};
    struct arena *arena = arena_create(1, limit);
    struct value_realm realm = value_realm_create(arena);
    bool mutates = slice_equal(q->kind, SLICE("mutate"));
    struct slice kind = mutates ? SLICE("method") : q->kind;
    struct value got = ask(&realm, kind, q->args.array->items, q->args.array->count, &error);
    bool failed = arena_failed(arena);
    if (error_is_set(&error) && error.code != ERROR_MEMORY)
        fail_msg("%.*s within %zu bytes: %s", SLICE_ARG(q->kind), limit, error.message);
    if (!failed && !mutates)
        assert_true(!error_is_set(&error) && same(got, q->answer));
    arena_destroy(arena);
    return !failed;
}

// What fails says so: by the error, or by the arena where a function has none to set.
static void test_little_memory(void **state)
{
    (void)state;
    struct arena *kept = arena_create(0, 0), *arena = arena_create(0, 0);
    struct slice rest, line;
    size_t count = 0, failures = 0;
    assert_true(file_read(kept, "tests/value/oracle.jsonl", (size_t)64 << 20, &rest, NULL));
    while (slice_next_line(&rest, &line)) {
        struct question q = read_question(arena, line);
        for (size_t limit = 16; allocates(&q) && !ask_within(&q, limit); limit += 32)
            failures++;
        count++;
        arena_reset(arena, (size_t)1 << 20);
    }
    arena_destroy(arena);
    arena_destroy(kept);
    assert_true(failures > count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node_agrees),
        cmocka_unit_test(test_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
