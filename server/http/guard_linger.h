// SPDX-License-Identifier: MIT
//
// The end of a connection whose client may still be sending. Private to the guard's files.
//
// Thread-safety: from any thread.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_LINGER_H
#define GUIDANCED_SERVER_HTTP_GUARD_LINGER_H

#include <stdbool.h>
#include <stdint.h>

// Call it before closing the descriptor. Drops what has come; with `stays`, also what comes in the
// next two seconds or so. Does less if there are too many such.
void guard_linger(int fd, bool stays);
// Call it about once a second.
void guard_linger_on(uint64_t now_ns);

#endif
