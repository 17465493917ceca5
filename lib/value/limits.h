// SPDX-License-Identifier: MIT
//
// Private to lib/value: the limits of the parsers.
#ifndef GUIDANCED_VALUE_LIMITS_H
#define GUIDANCED_VALUE_LIMITS_H

#include "value/value.h"

// The limits with defaults instead of zeros. NULL: all defaults. Depth is never above
// VALUE_DEPTH_MAX, which the parsers' recursion relies on.
struct value_limits limits_in_force(const struct value_limits *limits);

#endif
