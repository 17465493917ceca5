// SPDX-License-Identifier: MIT
//
// "H~2~O", as in markdown-it-sub 2.
#include "extension.h"

static const struct tree_element SUBSCRIPT = {.name = "sub"};

static bool subscript(struct inlines *s, bool silent)
{
    return !silent && inline_word(s, &SUBSCRIPT);
}

const struct extension EXTENSION_subscript = {.inlines = {{'~', subscript}}};
