// SPDX-License-Identifier: MIT
//
// Messages to and from a host, each with a deadline and a greatest length. Nothing here trusts the
// other end: it may write half a message, none, or for ever, and print at the same time. Whatever
// is not a whole message in time is an error, and the owner ends the host.
//
// Thread-safety: a wire belongs to who has the host's turn.
#ifndef GUIDANCED_SCRIPT_WIRE_H
#define GUIDANCED_SCRIPT_WIRE_H

#include "base/log.h"

enum { WIRE_MESSAGE_MAX = 64 << 20, WIRE_PRINTED_MAX = 64 << 10, WIRE_LINE_MAX = 1000 };

enum wire_outcome {
    WIRE_OK,
    WIRE_CLOSED, // the other end is gone
    WIRE_LATE,
    WIRE_TOO_LONG,
    WIRE_MEMORY,
};

struct wire {
    int fd;     // a stream socket; the wire's to close
    int output; // what the host prints; -1: none
    char *in;   // received, not yet taken
    size_t held, room;
    struct log *log;
    // Of the question that runs: what was printed and logged, and is dropped by now.
    size_t printed, dropped;
    char line[WIRE_LINE_MAX]; // not ended yet
    size_t line_length;
};

void wire_open(struct wire *wire, int fd, int output, struct log *log);
void wire_close(struct wire *wire); // also one that is not open (zeroed with fd -1)

// `deadline` by clock_monotonic_ns.
enum wire_outcome wire_send(struct wire *wire, struct slice message, uint64_t deadline);
// The next message, which lies in the wire until wire_taken.
enum wire_outcome wire_receive(struct wire *wire, struct slice *message, uint64_t deadline);
void wire_taken(struct wire *wire);
// Whether the other end is still there, as far as it has not been read.
bool wire_is_open(const struct wire *wire);

// wire_output.c: a new question: it may print again. The end of one: what was dropped is told.
void wire_begin(struct wire *wire);
void wire_end(struct wire *wire);
// A line of the host, into the log, within what a question may print.
void wire_log(struct wire *wire, enum log_level level, struct slice text);
// Reads what has been printed. False: the pipe has ended.
bool wire_drain(struct wire *wire);
// The host is no more: what is left in the pipe, which may be held open by nobody.
void wire_finish(struct wire *wire);

#endif
