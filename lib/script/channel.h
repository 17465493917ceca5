// SPDX-License-Identifier: MIT
//
// Messages to and from a host, each with a deadline and a greatest length. The other end is not
// trusted: it may write half a message, none, or endlessly, and print at the same time. Anything
// but a whole message in time is an error, and the owner ends the host.
//
// Thread-safety: a channel belongs to the thread that has the host's turn.
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
    // For the current question: bytes printed, and dropped.
    size_t printed, dropped;
    char last[CHANNEL_LAST_MAX]; // the beginning of the last line; says why a host ended
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
// Whether the other end is still there, as far as is known without reading.
bool channel_is_open(const struct channel *channel);

// channel_output.c: Begins a question, which may print anew; ends one and logs how much was
// dropped.
void channel_begin(struct channel *channel);
void channel_end(struct channel *channel);
// Logs a line of the host, within the limit for a question.
void channel_log(struct channel *channel, enum log_level level, struct slice text);
// Reads what has been printed. False: the pipe has ended.
bool channel_drain(struct channel *channel);
// The host has ended: reads the rest of the pipe without waiting for its end.
void channel_finish(struct channel *channel);

#endif
