// SPDX-License-Identifier: MIT
//
// Giving up root: if started as root, to bind a port below 1024 or to read a key, the process
// becomes the configured user without any capability.
#ifndef GUIDANCED_SERVER_PRIVILEGES_H
#define GUIDANCED_SERVER_PRIVILEGES_H

#include "base/error.h"

// Becomes `user`: "name", "name:group", "1000" or "1000:1000"; "" keeps the current one. In any
// case it then has no capability, and no way to gain one. False and error if there is no such user
// or group, or if anyone but root asks for another. Call it before any thread starts.
bool privileges_drop(struct slice user, struct error *error);

#endif
