// SPDX-License-Identifier: MIT
//
// The starter site of `guidanced init` (server/commands/starter).
#ifndef GUIDANCED_SERVER_COMMANDS_EMBEDDED_H
#define GUIDANCED_SERVER_COMMANDS_EMBEDDED_H

#include "base/embedded.h"

// Ended by a row with path NULL. The name "gitignore" means ".gitignore".
extern const struct embedded_file STARTER_FILES[];
// What replaces or joins these in a directory that has npm's govuk-frontend
// (server/commands/starter-govuk).
extern const struct embedded_file STARTER_GOVUK_FILES[];

#endif
