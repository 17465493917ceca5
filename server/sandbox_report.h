// SPDX-License-Identifier: MIT
//
// Names refused system calls, for a row that sandbox_calls.def lacks.
#ifndef GUIDANCED_SERVER_SANDBOX_REPORT_H
#define GUIDANCED_SERVER_SANDBOX_REPORT_H

#include <stdbool.h>

// Once per process, before a filter with SCMP_ACT_TRAP. Each trapped call is named in a line
// appended to fd, once, and fails with ENOSYS. False on a processor that this is not written for.
bool sandbox_report_to(int fd);

#endif
