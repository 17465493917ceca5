// SPDX-License-Identifier: MIT
//
// Where the lines of a log go. At first, a line is written by whoever has it. Once started, a
// thread writes them, so that nobody waits for a slow disk, or for whoever should read the pipe and
// does not: lines that find no room are dropped, and counted. It gathers lines for some
// milliseconds, so that a busy server writes hundreds with one call.
//
// Thread-safety: every function but log_output_create and log_output_destroy may be called from any
// thread. Private to the log.
#ifndef GUIDANCED_BASE_LOG_OUTPUT_H
#define GUIDANCED_BASE_LOG_OUTPUT_H

#include "error.h"

struct log_output;

// NULL: out of memory. The descriptor is closed at the end, or when another takes its place, if it
// is `owned`.
struct log_output *log_output_create(int fd, bool owned);
// Waits a second for lines that are not written; what hangs in a system call is left behind.
void log_output_destroy(struct log_output *output); // NULL allowed
bool log_output_start(struct log_output *output, struct error *error);
// `soon`: it is not gathered.
void log_output_put(struct log_output *output, struct slice line, bool soon);
// Waits a second at most until all lines so far are written.
void log_output_flush(struct log_output *output);
// Further lines go there; it is owned. The one before is closed as soon as it is not written to.
void log_output_turn(struct log_output *output, int fd);
// Lines dropped so far, and whether there is room for more.
uint64_t log_output_dropped(struct log_output *output, bool *room);

#endif
