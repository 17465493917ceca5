// SPDX-License-Identifier: MIT
//
// Which system calls remain: seccomp, in the form that the build chose (GUIDANCED_SECCOMP).
//
//   allow   only the calls of sandbox_calls.def; others fail as if the kernel did not have them
//   deny    all but those that a file server never needs; for a C library that needs others
//   none    all
#ifndef GUIDANCED_SERVER_SANDBOX_CALLS_H
#define GUIDANCED_SERVER_SANDBOX_CALLS_H

#include "base/buffer.h"

// For this thread and those started later. With a descriptor in report (otherwise -1), refused
// calls are named there, each once, and fail all the same. False if the kernel cannot, or the build
// has no filter.
bool sandbox_calls_enter(int report);

// The allowed calls as a table in Markdown.
void sandbox_calls_write_reference(struct buffer *out);

#endif
