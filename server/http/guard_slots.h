// SPDX-License-Identifier: MIT
//
// What is kept of each connection below libmicrohttpd, found by its descriptor. Private to
// guard_stream.c, which reads what comes, guard_time.c, which follows the clock, and wire.c, which
// sends.
//
// Thread-safety: a connection belongs to the worker that reads it; the atomics are read by the
// thread that reaps, under the slot's lock, so that the descriptor stays this connection's.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_SLOTS_H
#define GUIDANCED_SERVER_HTTP_GUARD_SLOTS_H

#include "guard.h"
#include "guard_body.h"

#include <stdatomic.h>

enum { GUARD_FDS_MAX = 65536 };

enum state {
    CLOSED,  // not a connection of ours
    HEAD,    // of the next message, or nothing yet
    BODY,    // `left` bytes of Content-Length
    CHUNKS,  // a chunked body
    OVER,    // libmicrohttpd has the whole message; the next is read once it has been answered
    REFUSED, // nothing more is read
};

struct connection {
    const struct http_limits *limits;
    struct guard_reader *reader; // from malloc; NULL: nothing is kept
    uint8_t state;
    uint8_t empty_lines; // before the head
    uint8_t early_reads; // while the message is OVER
    uint16_t verdict;    // status to refuse the message with; 0: none
    uint64_t left;       // of the body
    struct guard_chunks chunks;
    uint64_t started_ns;              // of the current head; 0 between requests
    atomic_uint_fast64_t deadline_ns; // by when what is awaited must be there; 0: none
    atomic_uint answers;              // begun and ended: odd while a response is being sent
    const struct slice *parts;        // of the body that is sent
    size_t part_count;
    const struct memory_file *file; // in which they may lie
};

// NULL for a descriptor that there is no room for.
struct connection *guard_connection(int fd);

#endif
