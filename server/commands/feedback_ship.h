// SPDX-License-Identifier: MIT
//
// Sending feedback to the replicas' shared store.
//
// Thread-safety: for the main thread.
#ifndef GUIDANCED_SERVER_COMMANDS_FEEDBACK_SHIP_H
#define GUIDANCED_SERVER_COMMANDS_FEEDBACK_SHIP_H

#include "command.h"

// Sends waiting entries of the feedback file `path` to `to`: postgresql://…, a file, or "-".
// follows: continues until SIGTERM or SIGINT, retrying after failures, and then sends what is left.
// Reports on standard error what was sent and what is left; returns an exit code.
int feedback_ship(const char *path, const char *to, bool follows);

#endif
