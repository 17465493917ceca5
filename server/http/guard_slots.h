// SPDX-License-Identifier: MIT
//
// The state of each connection below libmicrohttpd, by descriptor. Private to guard_stream.c, which
// reads, guard_time.c, which watches the clock, and wire.c, which sends.
//
// Thread-safety: a connection belongs to the worker that reads it; the atomics are read by the
// thread that reaps, under the slot's lock, so that the descriptor still belongs to this
// connection.
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
    OVER,    // libmicrohttpd has the whole message; the next is read once it is answered
    REFUSED, // nothing more is read
};

struct connection {
    const struct http_limits *limits;
    struct guard_reader *reader; // from malloc; NULL: nothing kept
    uint8_t state;
    uint8_t empty_lines; // before the head
    uint8_t early_reads; // while the message is OVER
    uint16_t verdict;    // status to refuse the message with; 0: none
    uint64_t left;       // of the body
    struct guard_chunks chunks;
    uint64_t started_ns;              // of the current head; 0 between requests
    atomic_uint_fast64_t deadline_ns; // deadline for what is awaited; 0: none
    atomic_uint answers;              // begun and ended: odd while a response is being sent
    const struct slice *parts;        // of the body being sent
    size_t part_count;
    const struct memory_file *file; // which may contain them
    bool of_file;                   // the body is in `body_file`, from `body_from`, instead
    int body_file;
    uint64_t body_from;
};

// NULL for a descriptor without a slot.
struct connection *guard_connection(int fd);

#endif
