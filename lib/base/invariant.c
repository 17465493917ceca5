// SPDX-License-Identifier: MIT
//
// The end of a program with a bug.
#include "invariant.h"

#include <stdio.h>
#include <stdlib.h>

void invariant_broken(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
    abort();
}
