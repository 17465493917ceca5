// SPDX-License-Identifier: MIT
//
// The public tables of built-in filters, tests and globals, made from the rows of the .def files.
#include "builtins.h"

#define FILTER(name, function, impure, usage, doc) {name, function, usage, doc, impure, NULL},
#define TEST(name, function, usage, doc)           {name, function, usage, doc, false, NULL},
#define GLOBAL(name, function, usage, doc)         {name, function, usage, doc, false, NULL},
#define ALIAS                                      FILTER

static const struct template_builtin filters[] = {
#include "builtins_filters.def"
    {NULL, NULL, NULL, NULL, false, NULL}};

static const struct template_builtin tests[] = {
#include "builtins_tests.def"
    {NULL, NULL, NULL, NULL, false, NULL}};

static const struct template_builtin globals[] = {
#include "builtins_globals.def"
    {NULL, NULL, NULL, NULL, false, NULL}};

const struct template_builtin *template_builtin_filters(void)
{
    return filters;
}

const struct template_builtin *template_builtin_tests(void)
{
    return tests;
}

const struct template_builtin *template_builtin_globals(void)
{
    return globals;
}
