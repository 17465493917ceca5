// SPDX-License-Identifier: MIT
//
// A client of the server whose calls fail: one request a connection.
#ifndef GUIDANCED_FAULTS_EACH_CALL_CLIENT_H
#define GUIDANCED_FAULTS_EACH_CALL_CLIENT_H

#include "base/arena.h"

// `name` is that of a socket in "copy".
bool each_call_reaches(const char *name);
// The whole answer, as far as it came within ten seconds; empty if there is none.
struct slice each_call_ask(struct arena *arena, const char *name, const char *request, bool tls);

#endif
