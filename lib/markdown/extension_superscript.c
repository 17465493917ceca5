// SPDX-License-Identifier: MIT
//
// "29^th^", as in markdown-it-sup 2.
#include "extension.h"

static const struct tree_element SUPERSCRIPT = {.name = "sup"};

static bool superscript(struct inlines *s, bool silent)
{
    return !silent && inline_word(s, &SUPERSCRIPT);
}

const struct extension EXTENSION_superscript = {.inlines = {{'^', superscript}}};
