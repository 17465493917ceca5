// SPDX-License-Identifier: MIT
//
// What is kept of each connection below libmicrohttpd, found by its descriptor. Private to
// guard_stream.c, which follows the bytes that come, guard_time.c, which follows the clock, and
// wire.c, which sends.
//
// Thread-safety: a connection belongs to the worker that reads it; the atomics are read by the
// thread that reaps, under the slot's lock, so that the descriptor stays this connection's.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_SLOTS_H
#define GUIDANCED_SERVER_HTTP_GUARD_SLOTS_H

#include "guard.h"

#include <stdatomic.h>

enum { GUARD_FDS_MAX = 65536, LINE_KEEP = 128 };

enum state {
    CLOSED, // not a connection of ours
    REQUEST_LINE,
    FIELD_LINE,
    BODY, // `left` bytes of Content-Length
    CHUNK_SIZE,
    CHUNK_DATA, // `left` bytes
    CHUNK_END,  // the CRLF behind the data
    TRAILER,
    REFUSED, // nothing more is read
};

struct connection {
    const struct http_limits *limits;
    uint8_t state;
    bool after_cr; // the last byte was a CR
    bool chunked;
    uint16_t verdict; // status of the refused head
    uint32_t heads;   // begun
    uint32_t refused; // number of the refused head
    uint32_t asked;   // verdicts asked for
    uint32_t line_length;
    uint32_t head_length;
    uint64_t left;
    uint64_t started_ns;              // of the current head; 0 between requests
    atomic_uint_fast64_t deadline_ns; // by when what is awaited must be there; 0: none
    atomic_uint answers;              // begun and ended: odd while a response is being sent
    const struct slice *parts;        // of the body that is sent
    size_t part_count;
    const struct memory_file *file; // in which they may lie
    char last;                      // the byte before
    char line[LINE_KEEP];           // the beginning of the current line
};

// NULL for a descriptor that there is no room for.
struct connection *guard_connection(int fd);

#endif
