// SPDX-License-Identifier: MIT
//
// Identifiers that can be made anywhere without clashing and sort by time.
//
// Thread-safety: may be called from any thread.
// Source: RFC 9562 §5.7 (UUID version 7).
#ifndef GUIDANCED_BASE_UUID_H
#define GUIDANCED_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

enum { UUID_LENGTH = 36 }; // "01890a5d-ac96-774b-bcce-b302099a8057"

// Writes an identifier for the moment `ms`, in milliseconds since the epoch, NUL-terminated. False
// when the kernel gives no randomness; out is "" then.
bool uuid_make(int64_t ms, char out[UUID_LENGTH + 1]);

#endif
