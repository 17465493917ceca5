// SPDX-License-Identifier: MIT
//
// JavaScript modules that are one literal, and those that only look like it. What the values must
// be is what `node` makes of the same texts.
#include "base/buffer.h"
#include "script/literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
    const char *text;
    const char *json; // NULL: not a literal
};

static const struct row MODULES[] = {
    {"module.exports = {};", "{}"},
    {"module.exports = []", "[]"},
    {"export default { a: 1 }", "{\"a\":1}"},
    {"'use strict';\nmodule.exports = { a: 'b', };\n", "{\"a\":\"b\"}"},
    {"\xef\xbb\xbf// head\nmodule.exports = /* the list */ [1, -2, .5, 1e3, 0x1F, 0b11, 0o17,];\n",
     "[1,-2,0.5,1000,31,3,15]"},
    {"export default [true, false, null];", "[true,false,null]"},
    {"module.exports = { 'a-b': 1, \"c\": [ { d: `e\nf` } ], 2: 'x', 1: 'y', $_: 0 }",
     "{\"1\":\"y\",\"2\":\"x\",\"a-b\":1,\"c\":[{\"d\":\"e\\nf\"}],\"$_\":0}"},
    {"module.exports = ['\\n\\t\\'\\\"\\\\\\x41\\u00e9\\u{1F600}\\ud83d\\ude00\\\n.\\q']",
     "[\"\\n\\t'\\\"\\\\A\u00e9\U0001F600\U0001F600.q\"]"},
    {"module.exports = { a: 1, a: 2 }", "{\"a\":2}"},
    {"module.exports = { a: undefined, b: 1 }", "{\"b\":1}"},
    {"export default { default: true, class: 'x' } // end", "{\"default\":true,\"class\":\"x\"}"},
    {"module.exports = { \u00e9t\u00e9: 1 }", "{\"\u00e9t\u00e9\":1}"},
    {"module.exports = ['a\\\r\nb', 'c\\\rd', '\\0', '\\u{0}.'];",
     "[\"ab\",\"cd\",\"\\u0000\",\"\\u0000.\"]"},
    {"module.exports = [1e+2, 1E-2, 5., 0xABCDEF, 9007199254740993, 0B1, 0O7, 0Xf, - 1, -.5]",
     "[100,0.01,5,11259375,9007199254740992,1,7,15,-1,-0.5]"},
    {"module.exports = {0x10: 1, 1.50: 2, 1e3: 3, async: 4, get: 5}",
     "{\"16\":1,\"1000\":3,\"1.5\":2,\"async\":4,\"get\":5}"},
    {"module.exports = [\n// a\r\n1 /* b\n */ , /* c */ undefined]", "[1,null]"},
    {"module.exports = [`\\``, `$`, `$$`, `$a{`, '\u2028']",
     "[\"`\",\"$\",\"$$\",\"$a{\",\"\u2028\"]"},
    {"\"use strict\"; module.exports = {};", "{}"},
    // What is more than a literal.
    {"", NULL},
    {"module.exports = a;", NULL},
    {"module.exports = { a };", NULL},
    {"module.exports = { ...a };", NULL},
    {"module.exports = { a() { return 1 } };", NULL},
    {"module.exports = { [a]: 1 };", NULL},
    {"module.exports = { a: 1 + 1 };", NULL},
    {"module.exports = { a: f(1) };", NULL},
    {"module.exports = { __proto__: {} };", NULL},
    {"module.exports = [1,,2];", NULL},
    {"module.exports = [`a${1}`];", NULL},
    {"module.exports = [`a\r\nb`];", NULL},
    {"module.exports = ['a\nb'];", NULL},
    {"module.exports = [017];", NULL},
    {"module.exports = [1n];", NULL},
    {"module.exports = [0b12];", NULL},
    {"module.exports = [0o78];", NULL},
    {"module.exports = [1\u00e9];", NULL},
    {"module.exports = [1$];", NULL},
    {"module.exports = [/x/];", NULL},
    {"module.exports = ['\\ud83d'];", NULL},
    {"module.exports = ['\\8'];", NULL},
    {"module.exports = [trueish];", NULL},
    {"module.exports = 'text';", NULL},
    {"module.exports = {}; console.log(1);", NULL},
    {"const a = 1;\nmodule.exports = {};", NULL},
    {"module.exports = {}.x;", NULL},
    {"module.exports = { a: 1", NULL},
    {"module.exports = { a: 'x", NULL},
    {"module.exports = { a: 1 /* }", NULL},
    {"module.exportsx = {};", NULL},
    {"exports = {};", NULL},
    {"module.exports = [08];", NULL},
    {"module.exports = [0x];", NULL},
    {"module.exports = [0b2];", NULL},
    {"module.exports = [0o8];", NULL},
    {"module.exports = [1e];", NULL},
    {"module.exports = [.];", NULL},
    {"module.exports = [1.2.3];", NULL},
    {"module.exports = [1_000];", NULL},
    {"module.exports = [1\u00a0];", NULL},
    {"module.exports = [0x20000000000001];", NULL}, // it would be rounded
    {"module.exports = [-'1'];", NULL},
    {"module.exports = [+1];", NULL},
    {"module.exports = [- -1];", NULL},
    {"module.exports = [1 2];", NULL},
    {"module.exports = ['\\x4'];", NULL},
    {"module.exports = ['\\u{110000}'];", NULL},
    {"module.exports = ['\\u{1100000000}'];", NULL},
    {"module.exports = ['\\u{4g}'];", NULL},
    {"module.exports = ['\\u{41'];", NULL},
    {"module.exports = ['\\ud83d\\u0041'];", NULL},
    {"module.exports = ['\\ud83d\\ue000'];", NULL},
    {"module.exports = ['\\ud83dx'];", NULL},
    {"module.exports = ['\\ude00'];", NULL},
    {"module.exports = ['\\01'];", NULL},
    {"module.exports = {1n: 1};", NULL},
    {"module.exports = {'__proto__': 1};", NULL},
    {"module.exports = {a: 1,,};", NULL},
    {"module.exports = {a: 1 b: 2};", NULL},
    {"module.exports = {: 1};", NULL},
    {"module.exports = {a 1};", NULL},
    {"module.exports = {get a() { return 1 }};", NULL},
    {"'use strict' module.exports = {};", NULL},
    {"module.exports = {};'x'", NULL},
    // Spaces and line ends that only JavaScript has: these are {a: 1}, {a: 1, b: 2} and ["ab"].
    {"module.exports = {a\u00a0: 1}", NULL},
    {"module.exports = {\u202fa: 1}", NULL},
    {"module.exports = { // c\r a: 1,\n b: 2}", NULL},
    {"module.exports = { // c\u2028 a: 1,\n b: 2}", NULL},
    {"module.exports = { // c\u2029 a: 1 }", NULL},
    {"module.exports = ['a\\\u2028b']", NULL},
    {"module.exports = [99999999999999999999.5e999];", "[null]"}, // Infinity
};

static void modules_are_read_to_the_letter(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MODULES / sizeof *MODULES; i++) {
        struct arena *arena = arena_create(0, 0);
        struct buffer json = buffer_create(arena, 0);
        struct value v;
        struct error error = {0};
        bool literal = script_literal_module(arena, slice_from_cstr(MODULES[i].text), &v);
        if (literal != (MODULES[i].json != NULL))
            fail_msg("%s: %s", MODULES[i].text, literal ? "was read" : "was not read");
        if (literal) {
            assert_true(value_to_json(NULL, &json, v, 0, &error));
            buffer_append_byte(&json, '\0');
            assert_string_equal(json.ptr, MODULES[i].json);
        }
        arena_destroy(arena);
    }
}

// However it is cut off, nothing is read beyond its end.
static void cut_texts_are_no_modules(void **state)
{
    static const char TEXT[] =
        "module.exports = { a: [1, 'x\\u{41}', `y`, -0x1F, null], /* c */ b: 2 }";
    (void)state;
    for (size_t length = 0; length < sizeof TEXT - 1; length++) {
        struct arena *arena = arena_create(0, 0);
        char *copy = arena_alloc(arena, length + 1);
        struct value v;
        memcpy(copy, TEXT, length);
        assert_false(script_literal_module(arena, slice_of(copy, length), &v));
        arena_destroy(arena);
    }
}

static void deep_literals_are_refused(void **state)
{
    struct arena *arena = arena_create(0, 0);
    struct buffer text = buffer_create(arena, 0);
    struct value v;
    (void)state;
    buffer_append_cstr(&text, "module.exports = ");
    for (int i = 0; i < 100000; i++)
        buffer_append_byte(&text, '[');
    assert_false(script_literal_module(arena, buffer_slice(&text), &v));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modules_are_read_to_the_letter),
        cmocka_unit_test(cut_texts_are_no_modules),
        cmocka_unit_test(deep_literals_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
