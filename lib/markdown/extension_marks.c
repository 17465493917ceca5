// SPDX-License-Identifier: MIT
//
// "==marked==" is <mark>, as markdown-it-mark 4 has it.
#include "extension.h"

static const struct tree_element MARK = {.name = "mark"};

const struct extension EXTENSION_marks = {.doubled = {'=', &MARK, true}};
