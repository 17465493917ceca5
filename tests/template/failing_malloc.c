// SPDX-License-Identifier: MIT
#include "failing_malloc.h"

#include <limits.h>
#include <stddef.h>

static unsigned until_failure = UINT_MAX; // calls that still succeed
static bool only_once, refused;
static unsigned refusals;

static bool refuse(void)
{
    if (until_failure == UINT_MAX)
        return false;
    if (until_failure > 0) {
        until_failure--;
        return false;
    }
    if (only_once)
        until_failure = UINT_MAX;
    refused = true;
    refusals++;
    return true;
}

void failing_malloc_begin(unsigned calls, bool once)
{
    until_failure = calls;
    only_once = once;
    refused = false;
}

bool failing_malloc_end(void)
{
    until_failure = UINT_MAX;
    return refused;
}

unsigned failing_malloc_refusals(void)
{
    return refusals;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
    return refuse() ? NULL : __real_realloc(ptr, size);
}
