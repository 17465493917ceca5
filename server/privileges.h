// SPDX-License-Identifier: MIT
//
// Giving up root: when started as root, to bind a port below 1024 or to read a key, the process
// becomes the user of the settings and keeps no capability.
#ifndef GUIDANCED_SERVER_PRIVILEGES_H
#define GUIDANCED_SERVER_PRIVILEGES_H

#include "base/error.h"

// Becomes `user`: "name", "name:group", "1000" or "1000:1000"; "" stays who it is. Whoever it is
// then, it has no capability, and no way to gain one. False and error when there is no such user,
// or when somebody else than root asks for another. To be called before any thread starts.
bool privileges_drop(struct slice user, struct error *error);

#endif
