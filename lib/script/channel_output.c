// SPDX-License-Identifier: MIT
//
// What a host prints, line by line into the log. Each question has a limit; the rest is read, so
// that the host can go on, and dropped.
#include "channel.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

void channel_begin(struct channel *channel)
{
    channel->printed = channel->dropped = 0;
    channel->last[0] = '\0';
}

void channel_end(struct channel *channel)
{
    if (channel->dropped)
        log_write(channel->log, LOG_WARNING, "JavaScript: %zu bytes more were printed and dropped",
                  channel->dropped);
    channel->dropped = 0;
}

// Escape sequences must not reach a log reader's terminal.
static void make_plain(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            text[i] = ' ';
}

// node ends its output with a stack and its version; the reason comes before.
static bool says_why(struct slice line)
{
    line = slice_trim(line);
    return line.len && !slice_starts_with(line, SLICE("at ")) &&
           !slice_starts_with(line, SLICE("Node.js v"));
}

void channel_log(struct channel *channel, enum log_level level, struct slice text)
{
    char line[CHANNEL_LINE_MAX];
    struct slice rest = text, part;
    while (slice_next_line(&rest, &part)) {
        size_t length = part.len < sizeof line ? part.len : sizeof line;
        if (channel->printed + length > CHANNEL_PRINTED_MAX) {
            channel->printed = CHANNEL_PRINTED_MAX;
            channel->dropped += part.len;
            continue;
        }
        channel->printed += length + 1;
        memcpy(line, part.ptr, length);
        make_plain(line, length);
        if (says_why(slice_of(line, length)))
            snprintf(channel->last, sizeof channel->last, "%.*s", (int)length, line);
        if (length)
            log_write(channel->log, level, "JavaScript: %.*s", (int)length, line);
    }
}

static void end_line(struct channel *channel)
{
    channel_log(channel, LOG_INFO, slice_of(channel->line, channel->line_length));
    channel->line_length = 0;
}

static void take_output(struct channel *channel, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n' || channel->line_length == sizeof channel->line)
            end_line(channel);
        if (bytes[i] != '\n')
            channel->line[channel->line_length++] = bytes[i];
    }
}

bool channel_drain(struct channel *channel)
{
    char bytes[16384];
    ssize_t n = channel->output >= 0 ? read(channel->output, bytes, sizeof bytes) : 0;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    // Beyond the limit, not even lines are looked for.
    if (channel->printed >= CHANNEL_PRINTED_MAX)
        channel->dropped += (size_t)n;
    else
        take_output(channel, bytes, (size_t)n);
    if (n == 0 && channel->line_length)
        end_line(channel);
    return n > 0;
}

void channel_finish(struct channel *channel)
{
    // As much as a pipe holds at most.
    for (int i = 0; i < 64 && channel_drain(channel); i++)
        ;
    if (channel->line_length)
        end_line(channel);
    channel_end(channel);
}
