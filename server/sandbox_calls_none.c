// SPDX-License-Identifier: MIT
//
// No filter of calls, for kernels and C libraries that this was not built for: the log warns.
#include "sandbox_calls.h"

bool sandbox_calls_enter(int report)
{
    (void)report;
    return false;
}

void sandbox_calls_write_reference(struct buffer *out)
{
    buffer_append_cstr(out, "Built with `GUIDANCED_SECCOMP=none`: there is no list.\n");
}
