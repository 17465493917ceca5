// SPDX-License-Identifier: MIT
//
// YAML and JSON: meanings as js-yaml 3 gives them, limits, and errors that name their place.
#include "value/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

// What both versions read alike.
#define BOTH(yaml, json)                                                                           \
    {                                                                                              \
        yaml, json, NULL                                                                           \
    }

struct meaning {
    const char *yaml;
    const char *json;  // by js-yaml 3, as Eleventy 1 and 2 have it
    const char *newer; // by js-yaml 4, where that is another. "" is a refusal
};

static const struct meaning MEANINGS[] = {
    BOTH("", "null"),
    BOTH("\n# only a comment\n", "null"),
    BOTH("just text", "\"just text\""),
    BOTH("[yes, no, on, Off, y]", "[\"yes\",\"no\",\"on\",\"Off\",\"y\"]"),
    BOTH("[true, True, TRUE, tRUE, false]", "[true,true,true,\"tRUE\",false]"),
    BOTH("[~, null, Null, NULL, nil, '']", "[null,null,null,null,\"nil\",\"\"]"),
    {"[1, -1, +1, 0x1F, 017, 0b101, 1_000, 0o17, 08, 00, -0]",
     "[1,-1,1,31,15,5,1000,\"0o17\",\"08\",0,0]", "[1,-1,1,31,17,5,\"1_000\",15,8,0,0]"},
    {"[1:30, '1:30', 1:99, 01:30, 1:30.5, -1:30]", "[90,\"1:30\",\"1:99\",\"01:30\",90.5,-90]",
     "[\"1:30\",\"1:30\",\"1:99\",\"01:30\",\"1:30.5\",\"-1:30\"]"},
    {"[1.5, .5, 1., 1e3, +.5, 1_0.5, 1.2.3, _1, 1_]",
     "[1.5,0.5,1,1000,\"+.5\",10.5,\"1.2.3\",\"_1\",\"1_\"]",
     "[1.5,0.5,1,1000,\"+.5\",\"1_0.5\",\"1.2.3\",\"_1\",\"1_\"]"},
    BOTH("[2024-05-23, 2024-5-3, 2024-05-23T10:11:12Z, 2024-05-23 10:11:12.5 -5]",
         "[\"2024-05-23T00:00:00.000Z\",\"2024-5-3\",\"2024-05-23T10:11:12.000Z\","
         "\"2024-05-23T15:11:12.500Z\"]"),
    BOTH("[2024-13-45, 2024-02-30, 2024-05-23x]",
         "[\"2025-02-14T00:00:00.000Z\",\"2024-03-01T00:00:00.000Z\",\"2024-05-23x\"]"),
    BOTH("a: &x {k: 1, m: 2}\nb:\n  <<: *x\n  k: 3\nc: *x",
         "{\"a\":{\"k\":1,\"m\":2},\"b\":{\"k\":3,"
         "\"m\":2},\"c\":{\"k\":1,\"m\":2}}"),
    BOTH("a: &x {k: 1}\nb: &y {k: 2, n: 3}\nc: {<<: [*x, *y], z: 0}",
         "{\"a\":{\"k\":1},\"b\":{\"k\":2,\"n\":3},\"c\":{\"k\":1,\"n\":3,\"z\":0}}"),
    BOTH("? [a, b]\n: c\n2: d\n1: e\nnull: f",
         "{\"1\":\"e\",\"2\":\"d\",\"a,b\":\"c\",\"null\":\"f\"}"),
    BOTH("parent.url: /x/", "{\"parent.url\":\"/x/\"}"),
    {"a: !!str 1\nb: !!int \"2\"\nc: !!set {x, y}\nd: !!binary aGk=\ne: !!float 3",
     "{\"a\":\"1\",\"b\":2,\"c\":{\"x\":null,\"y\":null},\"d\":\"hi\",\"e\":3}",
     "{\"a\":\"1\",\"b\":2,\"c\":{\"x\":null,\"y\":null},\"d\":[104,105],\"e\":3}"},
    BOTH("!!pairs [a: 1, a: 2]", "[[\"a\",1],[\"a\",2]]"),
    BOTH("__proto__: {x: 1}\nconstructor: y", "{\"constructor\":\"y\"}"),
    BOTH("a: x\u2028y\xc2\x85"
         "z\u2029",
         "{\"a\":\"x\u2028y\xc2\x85"
         "z\u2029\"}"),
    {"[-017, -0x1F, 1e1_0, 1:_30]", "[-15,-31,\"1e1_0\",\"1:_30\"]",
     "[-17,-31,\"1e1_0\",\"1:_30\"]"},
    BOTH("a: |\n  no line break at the end", "{\"a\":\"no line break at the end\\n\"}"),
    BOTH("d: <<", "{\"d\":\"<<\"}"),
    BOTH("\"\\ud83d\\ude00\\ud83d x\"", "\"\xf0\x9f\x98\x80\xef\xbf\xbd x\""),
    {"[a,, b]", "[\"a\",null,\"b\"]", ""},
    BOTH("[[a:, z], [:x, z]]", "[[{\"a\":null},\"z\"],[\":x\",\"z\"]]"),
    BOTH("a: &a-b.c x\nb: *a-b.c", "{\"a\":\"x\",\"b\":\"x\"}"),
    BOTH("? x", "{\"x\":null}"),
    {"a:\n\tb: 1", "{\"a\":null,\"b\":1}", ""},
    {"a: &x\nb: *x", "{\"a\":null,\"b\":[]}", "{\"a\":null,\"b\":null}"},
};

static void assert_meaning(struct arena *arena, unsigned version, const char *yaml,
                           const char *json)
{
    struct error error = {.code = ERROR_NONE};
    struct value_realm realm = value_realm_create(arena);
    struct buffer out = buffer_create(arena, 0);
    struct yaml_reading how = {.version = version};
    struct value v = value_from_yaml(arena, SLICE("t"), slice_from_cstr(yaml), &how, &error);
    assert_int_equal(error_is_set(&error), !*json);
    if (*json)
        value_to_json(&realm, &out, v, 0, &error);
    assert_string_equal(buffer_cstr(&out), json);
}

static void test_meanings(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    for (size_t i = 0; i < sizeof MEANINGS / sizeof *MEANINGS; i++) {
        const struct meaning *m = &MEANINGS[i];
        assert_meaning(arena, 3, m->yaml, m->json);
        assert_meaning(arena, 4, m->yaml, m->newer ? m->newer : m->json);
    }
    arena_destroy(arena);
}

struct failure {
    const char *text;
    unsigned line, column;
    const char *message; // its beginning
    const char *hint;    // a part of it, or NULL
};

// Front matter starts on line 2.
static const struct failure YAML_FAILURES[] = {
    {"%TAG !e x\n---\na", 2, 1, "a directive", "quotes"},
    {"%YAML 1.2\na: 1", 3, 1, "the directives have no end", "---"},
    {"a: !<x 1", 2, 4, "unknown tag", "quotes"},
    {"a: !<[x]> 1", 2, 4, "unknown tag", "quotes"},
    {"a: !x!y z", 2, 4, "unknown tag", "quotes"},
    {"a: |0\n  y", 2, 5, "", "one digit of 1 to 9"},
    {"a: |+-\n  y", 2, 6, "", "one digit of 1 to 9"},
    {"a: \"\\xg\"", 2, 5, "", "single quotes"},
    {"a: \"x\n---\nb\"", 2, 4, "", NULL},
    {"a: \x7f", 2, 4, "a control character", NULL},
    {"a: \"b\x01\"", 2, 6, "a control character", NULL},
    {"a: \xef\xbf\xbe", 2, 4, "a control character", NULL},
    {"a: \xc2\x80", 2, 4, "a control character", NULL},
    {"a: &", 2, 4, "", "quotes"},
    {"a: *", 2, 4, "", "quotes"},
    {"a: b: c", 2, 5, "a colon followed by a space", "quotes"},
    {"a: 1\nb:\n\tc: 1", 4, 1, "a tab", "spaces"},
    {"a: 1\nb: 2\na: 3", 4, 1, "the key \"a\" appears twice", "line 2"},
    {"x:\n  a: 1\n  a: 3", 4, 3, "the key \"a\" appears twice", "line 3"},
    {"a: @x", 2, 4, "an unquoted value cannot start with @", "quotes"},
    {"a: %x", 2, 4, "an unquoted value cannot start with %", "quotes"},
    {"a: *x", 2, 4, "no anchor &x", "quotes"},
    {"a: **x**", 2, 4, "an unquoted value cannot start with *", "quotes"},
    {"é: \"x\nb: c\n", 2, 4, "the quote opened here", "close it"},
    {"a: !foo 1", 2, 4, "unknown tag \"!foo\"", "quotes"},
    {"a: !!js/function x", 2, 4, "the tag !!js/function is unknown", NULL},
    {"a: !!int x", 2, 4, "the tag !!int is unknown or", NULL},
    {"a: [1, 2\nb: 3", 2, 4, "the list opened with [", "]"},
    {"a: {x: 1", 2, 4, "the mapping opened with {", "}"},
    {"a: 1\nbody\n", 3, 1, "a key without a colon", NULL},
    {"a: -", 2, 4, "a list item", NULL},
    {"a: \"\\d\"", 2, 5, "unknown escape", "single quotes"},
    {"a: 1\n---\nb: 2", 3, 1, "a second document", NULL},
    {"a: 1\n  b: 2", 3, 4, "a colon followed by a space", "indentation"},
    {"a: \x01", 2, 4, "a control character", NULL},
    {"a: \xff", 2, 4, "the text is not valid UTF-8", NULL},
    {"a: &x [*x]", 2, 8, "the alias is within its own anchor", NULL},
    {"a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
     "c: &c [*b, *b, *b, *b, *b, *b]\nd: [*c, *c]",
     5, 5, "with its aliases expanded, more than 1000 values", "write the values out"},
    {"<<: 3", 2, 5, "<< can only merge mappings", NULL},
    {"a: [a,, b]", 2, 7, "a value is missing before this comma", "null"},
    {"a: \"x\" y", 2, 8, "a key is expected here", "quotes"},
    {"\"a\":b", 2, 5, "a space is missing after the colon", "space"},
    {"a: |x\n  y", 2, 5, "text after the mark of a block text", "next line"},
    {"a:\n  - b\n    - c: d", 4, 8, "a colon followed by a space", "indentation"},
    {"a: &x &y z", 2, 7, "a second anchor", NULL},
    {"a: !!str !!int z", 2, 10, "a second tag", NULL},
    {"%YAML 3\n---\na", 2, 1, "a directive", "quotes"},
    {"? [[a]]\n: b", 2, 2, "a list of lists as a key", "quotes"},
};

static void assert_failure(const struct error *error, const struct failure *wanted)
{
    bool begins = strncmp(error->message, wanted->message, strlen(wanted->message)) == 0;
    bool hinted = !wanted->hint || strstr(error->hint, wanted->hint);
    if (!begins || !hinted || error->place.line != wanted->line ||
        error->place.column != wanted->column)
        fail_msg("%s\ngives %u:%u: %s (%s)", wanted->text, error->place.line, error->place.column,
                 error->message, error->hint);
}

static void test_yaml_errors_name_their_place(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    for (size_t i = 0; i < sizeof YAML_FAILURES / sizeof *YAML_FAILURES; i++) {
        struct error error = {.code = ERROR_NONE};
        struct value_places places = {.rows = NULL};
        struct yaml_reading how = {.first_line = 2, .places = &places};
        value_from_yaml(arena, SLICE("t"), slice_from_cstr(YAML_FAILURES[i].text), &how, &error);
        assert_failure(&error, &YAML_FAILURES[i]);
    }
    arena_destroy(arena);
}

static const struct failure JSON_FAILURES[] = {
    {"{\"a\": 1,}", 1, 9, "a key in double quotes", "comma"},
    {"[1, 2,]", 1, 7, "a JSON value is expected", "comma"},
    {"{'a': 1}", 1, 2, "a key in double quotes", "double quotes"},
    {"{a: 1}", 1, 2, "a key in double quotes", NULL},
    {"{\"a\": 1\n \"b\": 2}", 2, 2, "a comma or }", NULL},
    {"// x\n{}", 1, 1, "a JSON value is expected", "no comments"},
    {"[1, 2", 1, 1, "the list opened here is not closed", NULL},
    {"{\"é\": \"x", 1, 7, "the string opened here is not closed", NULL},
    {"[01]", 1, 2, "this is not a JSON number", NULL},
    {"\"\\x\"", 1, 2, "unknown escape", NULL},
    {"\"a\nb\"", 1, 3, "a line break", "\\n"},
    {"{} x", 1, 4, "something follows", NULL},
    {"", 1, 1, "the JSON ends", NULL},
    {"[1 2]", 1, 4, "a comma or ]", NULL},
    {"{\"a\" 1}", 1, 6, "a colon is expected", NULL},
    {"{\"a\": 1 ", 1, 1, "the object opened here is not closed", NULL},
    {"{\"a\": ", 1, 7, "the JSON ends", NULL},
    {"\"\\u12g4\"", 1, 2, "\\u needs four hexadecimal digits", NULL},
    {"\"\\u12", 1, 2, "\\u needs four hexadecimal digits", NULL},
    {"\"\\", 1, 2, "unknown escape", NULL},
    {"[1.]", 1, 2, "this is not a JSON number", NULL},
    {"[1e]", 1, 2, "this is not a JSON number", NULL},
    {"[1e+]", 1, 2, "this is not a JSON number", NULL},
    {"[-]", 1, 2, "this is not a JSON number", NULL},
    {"[.5]", 1, 2, "a JSON value is expected", NULL},
    {"[tru]", 1, 2, "a JSON value is expected", NULL},
    {"[\xff]", 1, 2, "the text is not valid UTF-8", "UTF-8"},
};

static void test_json_errors_name_their_place(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    for (size_t i = 0; i < sizeof JSON_FAILURES / sizeof *JSON_FAILURES; i++) {
        struct error error = {.code = ERROR_NONE};
        value_from_json(arena, SLICE("t"), slice_from_cstr(JSON_FAILURES[i].text), NULL, &error);
        assert_failure(&error, &JSON_FAILURES[i]);
    }
    arena_destroy(arena);
}

// What JSON.stringify makes of what JSON.parse reads, with lone halves of pairs replaced
// (toWellFormed).
static const struct {
    const char *text, *json;
} JSON_MEANINGS[] = {
    {" [ 1 , -0.5e+2 , 1E2 , 0 , true , null ] ", "[1,-50,100,0,true,null]"},
    {"{\"b\": 1, \"a\": {}, \"b\": [2]}", "{\"b\":[2],\"a\":{}}"},
    {"{\"2\": 0, \"a\": 0, \"1\": 0}", "{\"1\":0,\"2\":0,\"a\":0}"},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
    {"\"\\u007f\\u0080\\u07ff\\u0800\\uFFFD\"", "\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbd\""},
    {"\"\\ud800\\udc00 \\udbff\\udfff\"", "\"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\""},
    {"\"\\ud7ff\\udc00\"", "\"\xed\x9f\xbf\xef\xbf\xbd\""},
    {"\"\\ud800\\ue000\"", "\"\xef\xbf\xbd\xee\x80\x80\""},
    {"\"\\ud800\\udbff\"", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\"\\udc00\\udc00\"", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\"\\ud83dx\"", "\"\xef\xbf\xbdx\""},
    {"\"\\ud83d\\n\\ude00\"", "\"\xef\xbf\xbd\\n\xef\xbf\xbd\""},
    {"\xef\xbb\xbf[1]", "[1]"},
    {"[-0,12e-1,false,[],{}]", "[0,1.2,false,[],{}]"},
};

static void test_json_meanings(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    for (size_t i = 0; i < sizeof JSON_MEANINGS / sizeof *JSON_MEANINGS; i++) {
        struct error error = {.code = ERROR_NONE};
        struct buffer out = buffer_create(arena, 0);
        struct value v = value_from_json(arena, SLICE("t"), slice_from_cstr(JSON_MEANINGS[i].text),
                                         NULL, &error);
        assert_int_equal(error.code, ERROR_NONE);
        assert_true(value_to_json(NULL, &out, v, 0, &error));
        assert_string_equal(arena_cstr(arena, buffer_slice(&out)), JSON_MEANINGS[i].json);
    }
    arena_destroy(arena);
}

static void test_places(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct value_places places = {.rows = NULL};
    value_from_yaml(arena, SLICE("t"),
                    SLICE("title: x\nnav:\n  key: y\n  parent.url: z\ntags:\n  - a\n  - b: 1\n"),
                    &(struct yaml_reading){.first_line = 2, .places = &places}, NULL);
    static const struct {
        const char *path;
        unsigned line, column, value_line, value_column;
    } wanted[] = {{"title", 2, 1, 2, 8},   {"nav", 3, 1, 4, 3},
                  {"nav.key", 4, 3, 4, 8}, {"nav.parent.url", 5, 3, 5, 15},
                  {"tags.0", 7, 5, 7, 5},  {"tags.1.b", 8, 5, 8, 8}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct value_place *p = value_place_find(&places, slice_from_cstr(wanted[i].path));
        assert_non_null(p);
        assert_int_equal(p->line, wanted[i].line);
        assert_int_equal(p->column, wanted[i].column);
        assert_int_equal(p->value_line, wanted[i].value_line);
        assert_int_equal(p->value_column, wanted[i].value_column);
    }
    assert_null(value_place_find(&places, SLICE("tags.2")));
    arena_destroy(arena);
}

static struct slice repeated(struct arena *arena, const char *text, size_t times)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < times; i++)
        buffer_append_cstr(&out, text);
    return buffer_slice(&out);
}

static enum error_code yaml_code(struct arena *arena, struct slice text,
                                 const struct value_limits *limits)
{
    struct error error = {.code = ERROR_NONE};
    value_from_yaml(arena, SLICE("t"), text, &(struct yaml_reading){.limits = limits}, &error);
    return error.code;
}

static void test_limits(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    assert_int_equal(yaml_code(arena, repeated(arena, "a", 16385), NULL), ERROR_LIMIT);
    assert_int_equal(yaml_code(arena, repeated(arena, "a", 16384), NULL), ERROR_NONE);
    assert_int_equal(yaml_code(arena, SLICE("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"), NULL),
                     ERROR_NONE);
    assert_int_equal(yaml_code(arena, SLICE("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"), NULL),
                     ERROR_LIMIT);
    assert_int_equal(yaml_code(arena, repeated(arena, "- a\n", 999), NULL), ERROR_NONE);
    assert_int_equal(yaml_code(arena, repeated(arena, "- a\n", 1000), NULL), ERROR_LIMIT);
    assert_int_equal(yaml_code(arena, repeated(arena, "- &a x\n- *a\n", 65), NULL), ERROR_LIMIT);
    struct error error = {.code = ERROR_NONE};
    value_from_json(arena, SLICE("t"), SLICE("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"), NULL, &error);
    assert_int_equal(error.code, ERROR_NONE);
    value_from_json(arena, SLICE("t"), SLICE("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"), NULL, &error);
    assert_int_equal(error.code, ERROR_LIMIT);
    error_clear(&error);
    struct slice long_text = repeated(arena, " ", 16385);
    value_from_json(arena, SLICE("t"), long_text, NULL, &error);
    assert_string_equal(error.message, "the JSON is larger than 16384 bytes");
    error_clear(&error);
    struct slice many = repeated(arena, "1,", 1001), all[] = {SLICE("["), many, SLICE("1]")};
    value_from_json(arena, SLICE("t"), arena_join(arena, all, 3), NULL, &error);
    assert_string_equal(error.message, "the JSON has more than 1000 values");
    arena_destroy(arena);
}

// Nesting is refused before it unfolds: these take milliseconds.
static void test_nesting_is_refused_early(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    static const char *const openers[] = {"[", "{a: ", "- ", "? ", "{? [", "[{"};
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
        struct slice text = repeated(arena, openers[i], 1000000);
        assert_int_not_equal(yaml_code(arena, text, &VALUE_DATA_LIMITS), ERROR_NONE);
    }
    arena_destroy(arena);
}

// What reading in an arena of that limit comes to, with a chunk for each allocation.
static enum error_code read_within(size_t limit, const char *text, unsigned version, bool json)
{
    struct arena *arena = arena_create(1, limit);
    struct error error = {.code = ERROR_NONE};
    struct value_places places = {.rows = NULL};
    struct yaml_reading how = {.places = &places, .version = version};
    struct slice source = slice_from_cstr(text);
    struct value v = json ? value_from_json(arena, SLICE("t"), source, NULL, &error)
                          : value_from_yaml(arena, SLICE("t"), source, &how, &error);
    if (error_is_set(&error))
        assert_int_equal(v.type, VALUE_UNDEFINED);
    arena_destroy(arena);
    return error.code;
}

// Every allocation of ours is once the first to fail: told as such, and nothing leaks.
static void test_out_of_memory(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool json;
    } TEXTS[] = {
        {"a: &x {k: [1, 2], m: \"é\"}\nb:\n  <<: *x\n  k: a\u2028b\n? [1]\n: 2\n"
         "c: !!binary aGVsbG8=\nd: !!set {a, b}\ne: !!omap [a: 1]\nf: !!pairs [a: 1]\n"
         "g: |\n  a\n  b\nh: !<tag:yaml.org,2002:str> i\n",
         false},
        {"%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1\nb: !!seq\nc: !!map\nd: !!str\n"
         "e: !!s%74r x\nf: [a, b: c, ? d]\ng: 'it''s'\nh: >-\n  a\n  b\n\n  c\n"
         "i: \"\\U0001F600\\\n  z\"\nj: 2024-05-23\nk: a\n  b\n",
         false},
        {"- &z 1: a\n  2001-01-01: b\n- - x\n  -\n    y: [*z]\n- <<: [{a: 1}, {b: 2}]\n"
         "- !!pairs\n- !!omap\n- !!set\n- !!int 3\n- !!null\n- &q !!binary aGk=\n- *q\n",
         false},
        {"{\"a\":[1,\"\\u00e9\\n\",{\"10\":1,\"2\":null,\"c\":{}}],\"d\":[[]],\"\":true}", true},
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        for (unsigned version = 3; version <= 4; version++) {
            enum error_code wanted = read_within(0, TEXTS[i].text, version, TEXTS[i].json);
            enum error_code code = ERROR_MEMORY;
            for (size_t limit = 16; limit < 65536 && code == ERROR_MEMORY; limit += 32)
                code = read_within(limit, TEXTS[i].text, version, TEXTS[i].json);
            if (code != wanted)
                fail_msg("%s\nversion %u: %d, not %d", TEXTS[i].text, version, (int)code,
                         (int)wanted);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meanings),
        cmocka_unit_test(test_yaml_errors_name_their_place),
        cmocka_unit_test(test_json_errors_name_their_place),
        cmocka_unit_test(test_json_meanings),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_nesting_is_refused_early),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
