// SPDX-License-Identifier: MIT
//
// Messages to and from a host, each with a deadline and a greatest length. Nothing here trusts the
// other end: it may write half a message, none, or for ever, and print at the same time. Whatever
// is not a whole message in time is an error, and the owner ends the host.
//
// Thread-safety: a channel belongs to who has the host's turn.
#ifndef GUIDANCED_SCRIPT_CHANNEL_H
#define GUIDANCED_SCRIPT_CHANNEL_H

#include "base/log.h"

enum {
    CHANNEL_MESSAGE_MAX = 64 << 20,
    CHANNEL_PRINTED_MAX = 64 << 10,
    CHANNEL_LINE_MAX = 1000,
    CHANNEL_LAST_MAX = 200
};

enum channel_outcome {
    CHANNEL_OK,
    CHANNEL_CLOSED, // the other end is gone
    CHANNEL_LATE,
    CHANNEL_TOO_LONG,
    CHANNEL_MEMORY,
};

struct channel {
    int fd;     // a stream socket; the channel's to close
    int output; // what the host prints; -1: none
    char *in;   // received, not yet taken
    size_t held, room;
    struct log *log;
    // Of the question that runs: what was printed and logged, and is dropped by now.
    size_t printed, dropped;
    char last[CHANNEL_LAST_MAX]; // the beginning of the last line of it; says why a host ended
    char line[CHANNEL_LINE_MAX]; // not ended yet
    size_t line_length;
};

void channel_open(struct channel *channel, int fd, int output, struct log *log);
void channel_close(struct channel *channel); // also one that is not open (zeroed with fd -1)

// `deadline` by clock_monotonic_ns.
enum channel_outcome channel_send(struct channel *channel, struct slice message, uint64_t deadline);
// The next message, which lies in the channel until channel_taken.
enum channel_outcome channel_receive(struct channel *channel, struct slice *message,
                                     uint64_t deadline);
void channel_taken(struct channel *channel);
// Whether the other end is still there, as far as it has not been read.
bool channel_is_open(const struct channel *channel);

// channel_output.c: a new question: it may print again. The end of one: what was dropped is told.
void channel_begin(struct channel *channel);
void channel_end(struct channel *channel);
// A line of the host, into the log, within what a question may print.
void channel_log(struct channel *channel, enum log_level level, struct slice text);
// Reads what has been printed. False: the pipe has ended.
bool channel_drain(struct channel *channel);
// The host is no more: what is left in the pipe, which may be held open by nobody.
void channel_finish(struct channel *channel);

#endif
