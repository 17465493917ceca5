// SPDX-License-Identifier: MIT
//
// "++inserted++" is <ins>, as in markdown-it-ins 4.
#include "extension.h"

static const struct tree_element INSERTION = {.name = "ins"};

const struct extension EXTENSION_insertions = {.doubled = {'+', &INSERTION, true}};
