// SPDX-License-Identifier: MIT
//
// What the files of `guidanced init` share.
#ifndef GUIDANCED_SERVER_COMMANDS_INIT_H
#define GUIDANCED_SERVER_COMMANDS_INIT_H

#include "command.h"

// A guidance.yaml for the Eleventy project in the directory. Returns an exit code.
int init_from_eleventy(struct arena *arena, const char *directory);

#endif
