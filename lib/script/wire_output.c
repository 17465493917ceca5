// SPDX-License-Identifier: MIT
//
// What a host prints, line by line into the log. A question has only so much to say: a gigabyte is
// read, so that the host goes on, and dropped.
#include "wire.h"

#include <errno.h>
#include <unistd.h>

void wire_begin(struct wire *wire)
{
    wire->printed = wire->dropped = 0;
}

void wire_end(struct wire *wire)
{
    if (wire->dropped)
        log_write(wire->log, LOG_WARNING, "JavaScript: %zu bytes more were printed and dropped",
                  wire->dropped);
    wire->dropped = 0;
}

// Escape sequences must not reach the terminal of who reads the log.
static void make_plain(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            text[i] = ' ';
}

void wire_log(struct wire *wire, enum log_level level, struct slice text)
{
    char line[WIRE_LINE_MAX];
    struct slice rest = text, part;
    while (slice_next_line(&rest, &part)) {
        size_t length = part.len < sizeof line ? part.len : sizeof line;
        if (wire->printed + length > WIRE_PRINTED_MAX) {
            wire->printed = WIRE_PRINTED_MAX;
            wire->dropped += part.len;
            continue;
        }
        wire->printed += length + 1;
        memcpy(line, part.ptr, length);
        make_plain(line, length);
        if (length)
            log_write(wire->log, level, "JavaScript: %.*s", (int)length, line);
    }
}

static void end_line(struct wire *wire)
{
    wire_log(wire, LOG_INFO, slice_of(wire->line, wire->line_length));
    wire->line_length = 0;
}

static void take(struct wire *wire, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n' || wire->line_length == sizeof wire->line)
            end_line(wire);
        if (bytes[i] != '\n')
            wire->line[wire->line_length++] = bytes[i];
    }
}

bool wire_drain(struct wire *wire)
{
    char bytes[16384];
    ssize_t n = wire->output >= 0 ? read(wire->output, bytes, sizeof bytes) : 0;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    // Past what is logged, not even the lines are looked for.
    if (wire->printed >= WIRE_PRINTED_MAX)
        wire->dropped += (size_t)n;
    else
        take(wire, bytes, (size_t)n);
    if (n == 0 && wire->line_length)
        end_line(wire);
    return n > 0;
}

void wire_finish(struct wire *wire)
{
    // As much as a pipe holds at most.
    for (int i = 0; i < 64 && wire_drain(wire); i++)
        ;
    if (wire->line_length)
        end_line(wire);
    wire_end(wire);
}
