// SPDX-License-Identifier: MIT
//
// Digests that browsers check: of scripts and styles for the `integrity` attribute, of inline
// scripts for the Content-Security-Policy. (For change detection there is file_hash.)
//
// Thread-safety: pure.
#ifndef GUIDANCED_BASE_DIGEST_H
#define GUIDANCED_BASE_DIGEST_H

#include "arena.h"

enum digest { DIGEST_SHA256, DIGEST_SHA384 };

// "sha384-" and the digest in base 64, as W3C Subresource Integrity writes it. ptr NULL when out of
// memory.
struct slice digest_integrity(struct arena *arena, enum digest digest, struct slice text);

#endif
