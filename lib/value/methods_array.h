// SPDX-License-Identifier: MIT
//
// Private to lib/value: the array methods that call back (methods_array_callback.c) and sort.
#ifndef GUIDANCED_VALUE_METHODS_ARRAY_H
#define GUIDANCED_VALUE_METHODS_ARRAY_H

#include "value/value.h"

enum { ARRAY_FLAT_MAX = 1000000 }; // items that flat and flatMap may produce

struct value array_every(struct value_call *call);
struct value array_filter(struct value_call *call);
struct value array_find(struct value_call *call);
struct value array_find_index(struct value_call *call);
struct value array_find_last(struct value_call *call);
struct value array_find_last_index(struct value_call *call);
struct value array_flat_map(struct value_call *call);
struct value array_for_each(struct value_call *call);
struct value array_map(struct value_call *call);
struct value array_reduce(struct value_call *call);
struct value array_reduce_right(struct value_call *call);
struct value array_some(struct value_call *call);
struct value array_sort(struct value_call *call);

#endif
