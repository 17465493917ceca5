// SPDX-License-Identifier: MIT
//
// Changing the case of a copy.
#include "ascii.h"

#include "arena.h"

struct slice ascii_lower(struct arena *arena, struct slice text)
{
    char *copy = arena_cstr(arena, text);
    for (size_t i = 0; copy && i < text.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] | 0x20);
    return copy ? slice_of(copy, text.len) : SLICE_EMPTY;
}
