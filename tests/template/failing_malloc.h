// SPDX-License-Identifier: MIT
//
// A malloc that fails, for tests linked with --wrap=malloc, --wrap=calloc and --wrap=realloc.
#ifndef GUIDANCED_TESTS_TEMPLATE_FAILING_MALLOC_H
#define GUIDANCED_TESTS_TEMPLATE_FAILING_MALLOC_H

#include <stdbool.h>

// After `calls` more calls one fails, or, unless `once`, all do.
void failing_malloc_begin(unsigned calls, bool once);
// No call fails from now on. False if none did.
bool failing_malloc_end(void);
// How many calls have failed in all.
unsigned failing_malloc_refusals(void);

#endif
