// SPDX-License-Identifier: MIT
//
// Values outside the daemon: what a host writes is read, kept as a record, read from it again and
// written to a host, and means the same (lib/script/README.md). Whatever is not in the protocol is
// refused with its reason; a record that is cut or damaged gives nothing outside itself.
#include "base/buffer.h"
#include "script/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;
static struct value_realm realm;

static struct value never(const struct asker *asker, struct value function, struct value_call *call)
{
    (void)asker, (void)function;
    error_set(call->error, ERROR_RUNTIME, "nothing is called here");
    return value_undefined();
}
static const struct asker ASKER = {never};

// ---- a site with one of each kind of reference ----

enum { KINDS = SCRIPT_FROZEN + 1, ID = 5 };
static struct value named[KINDS];

static struct value resolve(void *state, enum script_reference_kind kind, uint32_t id)
{
    (void)state;
    return id == (kind == SCRIPT_COLLECTIONS ? 0 : ID) ? named[kind] : value_undefined();
}

static bool refer(void *state, struct value v, struct script_reference *reference)
{
    (void)state;
    for (unsigned kind = 0; kind < KINDS; kind++)
        if (v.type == VALUE_OBJECT && v.object == named[kind].object) {
            *reference = (struct script_reference){kind, ID, 100 + kind};
            return true;
        }
    return false;
}

static bool find(void *state, enum script_reference_kind kind, uint64_t hash, uint32_t *id)
{
    (void)state;
    *id = kind == SCRIPT_COLLECTIONS ? 0 : ID;
    return hash == 100 + (uint64_t)kind;
}

static const struct script_scope SCOPE = {.resolve = resolve, .refer = refer, .find = find};

static int set_up(void **state)
{
    (void)state;
    arena = arena_create(0, 0);
    realm = value_realm_create(arena);
    for (unsigned kind = 0; kind < KINDS; kind++)
        named[kind] = value_object(arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

// ---- there and back ----

static const struct provenance OWN = {{"q", 1}, 7, {"question", 8}};
static const struct provenance OTHER = {{"other", 5}, 8, {"another", 7}};

static bool decode_parsed(struct value parsed, const struct script_scope *scope, struct value *out,
                          struct error *error)
{
    static const struct told TOLD = {&OTHER, NULL};
    struct decoding decoding = {
        .asker = &ASKER, .scope = scope, .arena = arena, .own = OWN, .told = &TOLD, .error = error};
    return decode_value(&decoding, parsed, out);
}

static bool decode(const char *wire, const struct script_scope *scope, struct value *out,
                   struct error *error)
{
    static const struct value_limits LIMITS = {.depth = CODEC_DEPTH_MAX};
    *error = (struct error){0};
    struct value parsed =
        value_from_json(arena, SLICE("host"), slice_from_cstr(wire), &LIMITS, error);
    if (error_is_set(error))
        fail_msg("%s: %s", wire, error->message);
    return decode_parsed(parsed, scope, out, error);
}

static const char *encode(struct value v, const struct script_scope *scope)
{
    struct error error = {0};
    struct buffer out = buffer_create(arena, 1 << 20);
    struct encoding encoding = {.scope = scope, .realm = &realm, .out = &out, .error = &error};
    if (!encode_value(&encoding, v, false)) {
        assert_true(error_is_set(&error));
        return error.message[0] ? arena_cstr(arena, slice_from_cstr(error.message)) : "";
    }
    return arena_cstr(arena, buffer_slice(&out));
}

static struct slice record(struct value v, const struct script_scope *scope)
{
    struct error error = {0};
    struct buffer out = buffer_create(arena, 1 << 20);
    struct recording recording = {.scope = scope,
                                  .realm = &realm,
                                  .out = &out,
                                  .own = OWN.q,
                                  .seen = map_create(arena),
                                  .error = &error};
    if (!record_value(&recording, v))
        fail_msg("%s", error.message);
    return buffer_slice(&out);
}

// The bytes have a place of their own, so that a read behind them is noticed.
static bool replay(struct slice bytes, const struct script_scope *scope, struct value *out)
{
    char *own = malloc(bytes.len + !bytes.len);
    memcpy(own, bytes.ptr, bytes.len);
    struct replaying replaying = {.asker = &ASKER,
                                  .scope = scope,
                                  .arena = arena,
                                  .own = OWN,
                                  .at = own,
                                  .end = own + bytes.len};
    bool ok = replay_value(&replaying, out) && replaying.at == replaying.end;
    free(own);
    return ok;
}

static const struct {
    const char *wire, *back; // NULL: the same
} THERE[] = {
    {"null", NULL},
    {"[true,false,-1.5,\"a\\n\u00e9\",[],{}]", NULL},
    {"{\"$\":\"u\"}", NULL},
    {"[{\"$\":\"n\",\"v\":\"NaN\"},{\"$\":\"n\",\"v\":\"Infinity\"}]", NULL},
    {"[{\"$\":\"n\",\"v\":\"-Infinity\"},{\"$\":\"n\",\"v\":\"-0\"}]", NULL},
    {"[{\"$\":\"d\",\"v\":86400000},{\"$\":\"d\",\"v\":null}]", NULL},
    // ECMA-262 TimeClip.
    {"[{\"$\":\"d\",\"v\":1.9},{\"$\":\"d\",\"v\":9e15}]",
     "[{\"$\":\"d\",\"v\":1},{\"$\":\"d\",\"v\":null}]"},
    {"{\"$\":\"s\",\"v\":\"<b>\"}", NULL},
    {"{\"$\":\"r\",\"v\":\"a/b\",\"f\":\"gi\"}", NULL},
    // Only JavaScript looks behind any length.
    {"{\"$\":\"r\",\"v\":\"(?<=a*)b\",\"f\":\"g\"}", "\"/(?<=a*)b/g\""},
    {"{\"a\":{\"b\":[1]},\"\":2}", NULL},
    {"{\"$\":\"o\",\"v\":[[\"$\",1],[\"a\",{\"$\":\"u\"}]]}", NULL},
    // JSON.parse of JavaScript would set the prototype.
    {"{\"__proto__\":1}", "{\"$\":\"o\",\"v\":[[\"__proto__\",1]]}"},
    {"{\"$\":\"o\",\"v\":[[\"a\",1]]}", "{\"a\":1}"},
    {"[[],{\"self\":{\"$\":\"b\",\"v\":2},\"all\":{\"$\":\"b\",\"v\":0}}]", NULL},
    {"{\"$\":\"o\",\"v\":[[\"$\",{\"$\":\"b\",\"v\":0}]]}", NULL},
    // What is only shared is written twice.
    {"{\"a\":[1],\"b\":{\"$\":\"b\",\"v\":1}}", "{\"a\":[1],\"b\":[1]}"},
    {"[{\"$\":\"p\",\"id\":5},{\"$\":\"p\",\"id\":5,\"m\":\"data\"}]", NULL},
    {"[{\"$\":\"p\",\"id\":5,\"m\":\"page\"},{\"$\":\"c\"},{\"$\":\"z\",\"id\":5}]", NULL},
    {"{\"$\":\"p\",\"id\":5,\"m\":\"item\"}", "{\"$\":\"p\",\"id\":5}"},
    {"{\"$\":\"f\",\"op\":\"filter\",\"name\":\"x\"}", NULL},
    {"[{\"$\":\"f\",\"q\":\"q\",\"name\":\"f\",\"p\":[\"a\",0]}]", NULL},
    {"{\"$\":\"f\",\"q\":\"q\",\"p\":[]}", "{\"$\":\"f\",\"q\":\"q\",\"name\":\"\",\"p\":[]}"},
    // Of a question before, which the host was told in this one.
    {"{\"$\":\"f\",\"q\":\"other\",\"name\":\"f\",\"p\":[]}", NULL},
    // An instance is known by its place; what is in it is counted, its list is not.
    {"[{\"$\":\"f\",\"q\":\"q\",\"p\":[0],\"name\":\"Map\",\"i\":true,\"t\":\"[object Map]\","
     "\"m\":{\"size\":1},\"l\":[[\"k\",{\"n\":1}]]},{\"$\":\"b\",\"v\":3},{\"$\":\"b\",\"v\":1}]",
     "[{\"$\":\"f\",\"q\":\"q\",\"name\":\"Map\",\"p\":[0]},{\"n\":1},"
     "{\"$\":\"f\",\"q\":\"q\",\"name\":\"Map\",\"p\":[0]}]"},
};

static void assert_wire(const char *wire, const char *how, const char *is, const char *expected)
{
    if (strcmp(is, expected) != 0)
        fail_msg("%s, %s: %s", wire, how, is);
}

static void test_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof THERE / sizeof *THERE; i++) {
        const char *wire = THERE[i].wire, *back = THERE[i].back ? THERE[i].back : wire;
        struct value v, again;
        struct error error;
        if (!decode(wire, &SCOPE, &v, &error))
            fail_msg("%s: %s", wire, error.message);
        assert_wire(wire, "decoded", encode(v, &SCOPE), back);
        if (!replay(record(v, &SCOPE), &SCOPE, &again))
            fail_msg("%s: its record is refused", wire);
        assert_wire(wire, "recorded", encode(again, &SCOPE), back);
        assert_true(slice_equal(record(again, &SCOPE), record(v, &SCOPE)));
    }
}

static void test_iterables(void **state)
{
    (void)state;
    struct value v, again;
    struct error error;
    assert_true(
        decode("{\"$\":\"f\",\"q\":\"q\",\"p\":[],\"name\":\"Set\",\"i\":true,\"t\":\"set\","
               "\"m\":{\"size\":2},\"l\":[1,\"b\"]}",
               &SCOPE, &v, &error));
    assert_true(replay(record(v, &SCOPE), &SCOPE, &again));
    assert_string_equal(encode(value_iterated(&realm, v), NULL), "[1,\"b\"]");
    assert_string_equal(encode(value_iterated(&realm, again), NULL), "[1,\"b\"]");
    assert_string_equal(encode(value_property(&realm, again, VALUE_LITERAL("size")), NULL), "2");
    // What has no list, and a function, yield nothing.
    assert_true(decode("[{\"$\":\"f\",\"q\":\"q\",\"p\":[],\"i\":true,\"t\":\"x\",\"m\":{}},"
                       "{\"$\":\"f\",\"q\":\"q\",\"p\":[]},{\"@@iterator\":[1]}]",
                       &SCOPE, &v, &error));
    for (uint32_t i = 0; i < 3; i++)
        assert_true(value_is(value_iterated(&realm, value_item(NULL, v, i)), VALUE_UNDEFINED));
}

// ---- what is refused ----

static const struct {
    const char *wire, *why;
} REFUSED[] = {
    {"{\"$\":7}", "a tag is not a text"},
    {"{\"$\":\"\"}", "an unknown tag"},
    {"{\"$\":\"uu\"}", "an unknown tag"},
    {"{\"$\":\"x\"}", "an unknown tag"}, // only in a question
    {"{\"$\":\"n\"}", "no such number"},
    {"{\"$\":\"n\",\"v\":1}", "no such number"},
    {"{\"$\":\"d\"}", "a date is not a number"},
    {"{\"$\":\"s\"}", "a text is expected"},
    {"{\"$\":\"r\",\"f\":\"\"}", "a text is expected"},
    {"{\"$\":\"r\",\"v\":\"a\"}", "a text is expected"},
    {"{\"$\":\"o\"}", "an object has no list of members"},
    {"{\"$\":\"o\",\"v\":[{}]}", "a member is not a pair"},
    {"{\"$\":\"o\",\"v\":[[\"a\",1,2]]}", "a member is not a pair"},
    {"{\"$\":\"o\",\"v\":[[1,2]]}", "a text is expected"},
    {"{\"$\":\"o\",\"v\":[[\"a\",{\"$\":\"q\"}]]}", "an unknown tag"},
    {"[{\"$\":\"b\"}]", "it repeats a part that does not exist"},
    {"[{\"$\":\"b\",\"v\":0.5}]", "it repeats a part that does not exist"},
    {"[{\"$\":\"b\",\"v\":{\"$\":\"n\",\"v\":\"NaN\"}}]", "it repeats a part that does not exist"},
    {"[{\"$\":\"p\",\"id\":5},{\"$\":\"b\",\"v\":1}]", "it repeats a part that does not exist"},
    {"{\"$\":\"p\"}", "an id is not a number"},
    {"{\"$\":\"p\",\"id\":-1}", "an id is not a number"},
    {"{\"$\":\"p\",\"id\":5.5}", "an id is not a number"},
    {"{\"$\":\"z\",\"id\":4294967296}", "an id is not a number"},
    {"{\"$\":\"z\",\"id\":\"5\"}", "an id is not a number"},
    {"{\"$\":\"z\",\"id\":6}", "it names a page that does not exist"},
    {"{\"$\":\"p\",\"id\":5,\"m\":1}", "no such part of a page"},
    {"{\"$\":\"f\",\"op\":7}", "a function has no place"},
    {"{\"$\":\"f\",\"op\":\"filter\",\"q\":\"q\"}", "a function has no place"},
    {"{\"$\":\"f\",\"q\":\"q\",\"p\":[-1]}", "a function has no place"},
    {"{\"$\":\"f\",\"q\":\"q\",\"p\":[0.5]}", "a function has no place"},
    {"{\"$\":\"f\",\"q\":\"r\",\"p\":[]}", "it names a question that was not asked"},
    {"{\"$\":\"f\",\"op\":\"filter\",\"name\":3}", "a text is expected"},
    {"{\"$\":\"f\",\"q\":\"q\",\"p\":[],\"i\":true,\"m\":{}}", "a text is expected"},
    {"{\"$\":\"f\",\"q\":\"q\",\"p\":[],\"i\":true,\"t\":\"\"}", "an instance has no members"},
    {"{\"$\":\"f\",\"q\":\"q\",\"p\":[],\"i\":true,\"t\":\"\",\"m\":{\"a\":{\"$\":7}}}",
     "a tag is not a text"},
    {"{\"$\":\"f\",\"q\":\"q\",\"p\":[],\"i\":true,\"t\":\"\",\"m\":{},\"l\":1}",
     "what an instance yields is not a list"},
    {"{\"$\":\"f\",\"q\":\"q\",\"p\":[],\"i\":true,\"t\":\"\",\"m\":{},\"l\":[{\"$\":\"n\"}]}",
     "no such number"},
};

static void assert_refused(const char *wire, const struct script_scope *scope, const char *why)
{
    struct value v;
    struct error error;
    if (decode(wire, scope, &v, &error))
        fail_msg("%s is taken", wire);
    if (!strstr(error.message, "the host's answer is invalid: ") || !strstr(error.message, why))
        fail_msg("%s: %s", wire, error.message);
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        assert_refused(REFUSED[i].wire, &SCOPE, REFUSED[i].why);
    // Without a scope, there are no pages.
    assert_refused("{\"$\":\"p\",\"id\":5}", NULL, "it names a page that does not exist");
    assert_refused("{\"$\":\"c\"}", NULL, "it names a page that does not exist");
}

static struct value nested(unsigned depth)
{
    struct value v = value_array(arena, 1);
    for (unsigned i = 1; i < depth; i++) {
        struct value outer = value_array(arena, 1);
        assert_true(value_push(NULL, arena, outer, v));
        v = outer;
    }
    return v;
}

// As deep as all may be nested, and one more.
static void test_depth(void **state)
{
    (void)state;
    char wire[2 * CODEC_DEPTH_MAX + 1] = "";
    struct value v, again;
    struct error error = {0};
    assert_false(decode_parsed(nested(CODEC_DEPTH_MAX + 1), &SCOPE, &v, &error));
    assert_string_equal(error.message, "the host's answer is invalid: it is nested too deeply");
    memset(wire, '[', CODEC_DEPTH_MAX);
    memset(wire + CODEC_DEPTH_MAX, ']', CODEC_DEPTH_MAX);
    assert_true(decode(wire, &SCOPE, &v, &error));
    assert_string_equal(encode(v, &SCOPE), wire);
    assert_true(replay(record(v, &SCOPE), &SCOPE, &again));
    assert_string_equal(encode(again, &SCOPE), wire);
    assert_string_equal(encode(nested(CODEC_DEPTH_MAX + 1), NULL),
                        "data for JavaScript is nested more than 200 deep");
    struct buffer out = buffer_create(arena, 1 << 20);
    struct recording recording = {
        .realm = &realm, .out = &out, .seen = map_create(arena), .error = &error};
    assert_false(record_value(&recording, nested(CODEC_DEPTH_MAX + 1)));
    assert_string_equal(error.message, "an answer is nested more than 200 deep");
}

static void test_size(void **state)
{
    (void)state;
    struct error error = {0};
    struct buffer out = buffer_create(arena, 10);
    struct encoding encoding = {.realm = &realm, .out = &out, .error = &error};
    assert_false(encode_value(&encoding, VALUE_LITERAL("more than ten bytes"), false));
    assert_string_equal(error.message, "data for JavaScript has more than 10 bytes");
}

// ---- damaged records ----

static struct value all_of_it(void)
{
    struct value all = value_array(arena, 0), v;
    struct error error;
    for (size_t i = 0; i < sizeof THERE / sizeof *THERE; i++) {
        assert_true(decode(THERE[i].wire, &SCOPE, &v, &error));
        assert_true(value_push(NULL, arena, all, v));
    }
    assert_true(value_push(NULL, arena, all, script_context()));
    return all;
}

static void test_cut_records(void **state)
{
    (void)state;
    struct slice whole = record(all_of_it(), &SCOPE);
    struct value v;
    assert_true(replay(whole, &SCOPE, &v));
    assert_string_equal(encode(v, &SCOPE), encode(all_of_it(), &SCOPE));
    for (size_t length = 0; length < whole.len; length++)
        if (replay(slice_sub(whole, 0, length), &SCOPE, &v))
            fail_msg("%zu bytes of %zu are taken", length, whole.len);
}

// Each byte in turn is another. What is taken nevertheless is a value that can be written.
static void test_damaged_records(void **state)
{
    (void)state;
    static const unsigned char OTHERS[] = {0, 1, 2, 8, 31, 32, 33, 34, 35, 36, 127, 255};
    const struct slice whole = record(all_of_it(), &SCOPE);
    char *bytes = arena_cstr(arena, whole);
    for (size_t at = 0; at < whole.len; at++) {
        char before = bytes[at];
        for (size_t i = 0; i < sizeof OTHERS; i++) {
            struct arena *kept = arena;
            struct value v;
            arena = arena_create(0, 0);
            realm = value_realm_create(arena);
            bytes[at] = (char)OTHERS[i];
            if (replay(slice_of(bytes, whole.len), &SCOPE, &v))
                assert_non_null(encode(v, &SCOPE));
            arena_destroy(arena);
            arena = kept;
            realm = value_realm_create(arena);
        }
        bytes[at] = before;
    }
}

// The page is gone, or there is no site to ask.
static void test_gone(void **state)
{
    (void)state;
    struct script_scope blind = SCOPE;
    struct slice page = record(named[SCRIPT_PAGE], &SCOPE);
    struct value v;
    assert_true(replay(page, &SCOPE, &v));
    assert_ptr_equal(v.object, named[SCRIPT_PAGE].object);
    assert_false(replay(page, NULL, &v));
    blind.find = NULL;
    assert_false(replay(page, &blind, &v));
    blind = SCOPE;
    blind.resolve = NULL;
    assert_false(replay(page, &blind, &v));
    named[SCRIPT_PAGE] = value_undefined();
    assert_false(replay(page, &SCOPE, &v));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_there_and_back),  TEST(test_iterables), TEST(test_refused),
        TEST(test_depth),           TEST(test_size),      TEST(test_cut_records),
        TEST(test_damaged_records), TEST(test_gone),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
