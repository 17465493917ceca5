// SPDX-License-Identifier: MIT
//
// Where an HTML tag ends.
//
// Thread-safety: pure functions.
#ifndef GUIDANCED_BASE_TAG_H
#define GUIDANCED_BASE_TAG_H

#include "slice.h"

// The offset after the ">" of the tag that begins at `at`; SIZE_MAX: the tag is not closed. A
// quoted value may contain ">"; as in browsers, only a quote after "=" begins one.
size_t tag_end(struct slice html, size_t at);

#endif
