// SPDX-License-Identifier: MIT
//
// Shared by the files of `guidanced init`.
#ifndef GUIDANCED_SERVER_COMMANDS_INIT_H
#define GUIDANCED_SERVER_COMMANDS_INIT_H

#include "command.h"

// Writes a guidance.yaml for the Eleventy project in the directory. Returns an exit code.
int init_from_eleventy(struct arena *arena, const char *directory);

#endif
