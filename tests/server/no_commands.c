// SPDX-License-Identifier: MIT
//
// The program's table of commands stands beside main; tests of the server need none.
#include "server/commands/command.h"

const struct command COMMANDS[] = {{0}};
