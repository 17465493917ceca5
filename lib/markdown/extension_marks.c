// SPDX-License-Identifier: MIT
//
// "==marked==" is <mark>, as in markdown-it-mark 4.
#include "extension.h"

static const struct tree_element MARK = {.name = "mark"};

const struct extension EXTENSION_marks = {.doubled = {'=', &MARK, true}};
