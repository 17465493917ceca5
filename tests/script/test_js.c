// SPDX-License-Identifier: MIT
//
// JavaScript read as text: the module that a name comes from.
#include "script/js.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void modules_of_names(void **state)
{
    static const struct {
        const char *text, *name, *module; // "": none
    } CASES[] = {
        {"const a = require('m');", "a", "m"},
        {"const a = require('m');", "b", ""},
        {"const a = require('m').b;", "a", "m"},
        {"const a = require('m');", "a.b", "m"},
        {"let a = f('m');", "a", "m"},
        {"let a = 'm';", "a", ""},
        {"const a = require('m'), b = require('n');", "b", "n"},
        {"const { a } = require('m');", "a", "m"},
        {"const { a, b, c } = require('m');", "b", "m"},
        {"const { a, b, c } = require('m');", "c", "m"},
        {"const { a: b } = require('m');", "b", "m"},
        {"const { a: b } = require('m');", "a", ""},
        {"const { b, a: c } = require('m');", "a", ""},
        {"import a from 'm';", "a", "m"},
        {"import a from 'm';", "b", ""},
        {"import * as a from 'm';", "a", "m"},
        {"import { a } from 'm';", "a", "m"},
        {"import { a as b } from 'm';", "b", "m"},
        {"import { a as b } from 'm';", "a", ""},
        {"import a, { b } from 'm';", "b", "m"},
        {"import 'm'; const a = 1;", "a", ""},
        {"import('m');", "m", ""},
        {"const a = () => require('m');", "a", ""},
        {"const x = { a: require('m') };", "a", ""},
        {"", "a", ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct js_source script;
        (void)state;
        struct arena *arena = arena_create(0, 0);
        assert_true(js_read(&script, arena, slice_from_cstr(CASES[i].text)));
        struct slice module = js_module(&script, slice_from_cstr(CASES[i].name));
        if (!slice_equal(module, slice_from_cstr(CASES[i].module)))
            fail_msg("%s: %s is of \"%.*s\"", CASES[i].text, CASES[i].name, SLICE_ARG(module));
        arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(modules_of_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
