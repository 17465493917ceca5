// SPDX-License-Identifier: MIT
//
// The end of a connection whose client may still be sending. Private to the guard's files.
//
// Thread-safety: from any thread.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_LINGER_H
#define GUIDANCED_SERVER_HTTP_GUARD_LINGER_H

#include <stdbool.h>
#include <stdint.h>

// The descriptor is about to be closed. What has come is dropped; `stays`: what comes is as well,
// for about two seconds. Does less when there are too many such.
void guard_linger(int fd, bool stays);
// To be called about once a second.
void guard_linger_on(uint64_t now_ns);

#endif
