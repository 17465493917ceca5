// SPDX-License-Identifier: MIT
//
// Sending feedback to the store that replicas have in common.
//
// Thread-safety: for the main thread.
#ifndef GUIDANCED_SERVER_COMMANDS_FEEDBACK_SHIP_H
#define GUIDANCED_SERVER_COMMANDS_FEEDBACK_SHIP_H

#include "command.h"

// Sends what waits in the feedback file `path` to `to`: postgresql://…, a file, or "-". follows:
// goes on until SIGTERM or SIGINT, trying again after failures, and sends what is left then. Says
// on standard error what was sent and what is left; returns an exit code.
int feedback_ship(const char *path, const char *to, bool follows);

#endif
