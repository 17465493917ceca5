// SPDX-License-Identifier: MIT
//
// Private to lib/value: ToPrimitive.
#ifndef GUIDANCED_VALUE_CONVERT_H
#define GUIDANCED_VALUE_CONVERT_H

#include "value/value.h"

// ToPrimitive, ECMA-262 §7.1.1. number_hint tells a date compared from a date added.
struct value convert_to_primitive(struct value_realm *realm, struct value v, bool number_hint);

// Array.prototype.join of an array: an array inside itself gives nothing.
void convert_append_joined(struct value_realm *realm, struct buffer *out, struct value array,
                           struct slice separator);

#endif
