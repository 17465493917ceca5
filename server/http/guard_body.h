// SPDX-License-Identifier: MIT
//
// A chunked body (RFC 9112 §7.1) in the guard. Private to the guard's files.
//
// Thread-safety: plain data.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_BODY_H
#define GUIDANCED_SERVER_HTTP_GUARD_BODY_H

#include "http.h"

enum guard_chunk_part { GUARD_CHUNK_SIZE, GUARD_CHUNK_DATA, GUARD_CHUNK_END, GUARD_TRAILER };

struct guard_chunks { // all zero before the first byte
    uint8_t part;     // enum guard_chunk_part: what comes next
    bool over;        // the empty line has been read
    uint16_t trailers;
    uint32_t extra; // bytes of extensions so far, and then of trailers
    uint64_t left;  // of the chunk's data
    uint64_t total; // of all chunks so far
};

// Reads one line, or at most `most` bytes of data into `data` (else empty); `taken` is the number
// of bytes read. Returns 0; GUARD_MORE if the text ends before the line; or the status to refuse
// the request with.
int guard_chunks_read(struct guard_chunks *chunks, struct slice text, size_t most,
                      const struct http_limits *limits, size_t *taken, struct slice *data);

#endif
