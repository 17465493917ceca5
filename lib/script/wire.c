// SPDX-License-Identifier: MIT
//
// Frames of 4 bytes of length and that many bytes. While one is sent, what comes in is read, else
// two ends that write to each other would wait for ever.
#include "wire.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD = 4, CHUNK = 64 << 10, KEPT = 1 << 20 };

void wire_open(struct wire *wire, int fd, int output, struct log *log)
{
    *wire = (struct wire){.fd = fd, .output = output, .log = log};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(output, F_SETFL, O_NONBLOCK);
}

void wire_close(struct wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    if (wire->output >= 0)
        close(wire->output);
    free(wire->in);
    *wire = (struct wire){.fd = -1, .output = -1};
}

bool wire_is_open(const struct wire *wire)
{
    struct pollfd state = {.fd = wire->fd};
    return wire->fd >= 0 && poll(&state, 1, 0) >= 0 && !(state.revents & (POLLHUP | POLLERR));
}

// ---- receiving ----

static size_t length_of(const struct wire *wire)
{
    const unsigned char *head = (const unsigned char *)wire->in;
    return (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
}

static bool has_message(const struct wire *wire)
{
    return wire->held >= HEAD && wire->held - HEAD >= length_of(wire);
}

// Room for what is known to come, and no more than that ahead.
static bool make_room(struct wire *wire)
{
    size_t want = wire->held + CHUNK;
    if (wire->held >= HEAD && length_of(wire) + HEAD > want)
        want = wire->room * 2 > want ? wire->room * 2 : want;
    if (want <= wire->room)
        return true;
    char *in = realloc(wire->in, want);
    if (!in)
        return false;
    wire->in = in;
    wire->room = want;
    return true;
}

static enum wire_outcome read_some(struct wire *wire)
{
    if (!make_room(wire))
        return WIRE_MEMORY;
    ssize_t n = recv(wire->fd, wire->in + wire->held, wire->room - wire->held, MSG_DONTWAIT);
    if (n > 0)
        wire->held += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        return WIRE_CLOSED;
    return WIRE_OK;
}

static bool is_too_long(const struct wire *wire)
{
    return wire->held >= HEAD && length_of(wire) > WIRE_MESSAGE_MAX;
}

// ---- waiting ----

// Rounded up: at the deadline it is past.
static int milliseconds_until(uint64_t deadline)
{
    uint64_t now = clock_monotonic_ns();
    uint64_t left = deadline > now ? (deadline - now + 999999) / 1000000 : 0;
    return left > 60000 ? 60000 : (int)left;
}

// Waits until the socket is ready for one of the events, reading what is printed meanwhile.
static enum wire_outcome await(struct wire *wire, short events, short *ready, uint64_t deadline)
{
    struct pollfd fds[2] = {{.fd = wire->fd, .events = events},
                            {.fd = wire->output, .events = POLLIN}};
    *ready = 0;
    while (!*ready) {
        int wait = milliseconds_until(deadline);
        if (wait == 0)
            return WIRE_LATE;
        int n = poll(fds, 2, wait);
        if (n < 0 && errno != EINTR)
            return WIRE_CLOSED;
        if (n > 0 && fds[1].revents && !wire_drain(wire))
            fds[1].fd = -1;
        *ready = n > 0 ? fds[0].revents : 0;
    }
    return WIRE_OK;
}

enum wire_outcome wire_receive(struct wire *wire, struct slice *message, uint64_t deadline)
{
    enum wire_outcome outcome = WIRE_OK;
    short ready;
    while (outcome == WIRE_OK && !has_message(wire)) {
        if (is_too_long(wire))
            return WIRE_TOO_LONG;
        outcome = await(wire, POLLIN, &ready, deadline);
        if (outcome == WIRE_OK)
            outcome = read_some(wire);
    }
    if (outcome == WIRE_OK)
        *message = slice_of(wire->in + HEAD, length_of(wire));
    return outcome;
}

// Makes way for the next message.
static void drop_message(struct wire *wire)
{
    size_t whole = HEAD + length_of(wire);
    wire->held -= whole;
    memmove(wire->in, wire->in + whole, wire->held);
    if (wire->room > KEPT && wire->held < CHUNK) {
        char *in = realloc(wire->in, KEPT);
        wire->in = in ? in : wire->in;
        wire->room = in ? KEPT : wire->room;
    }
}

void wire_taken(struct wire *wire)
{
    if (has_message(wire))
        drop_message(wire);
}

// ---- sending ----

static enum wire_outcome send_bytes(struct wire *wire, const char *bytes, size_t length,
                                    uint64_t deadline)
{
    enum wire_outcome outcome = WIRE_OK;
    short ready;
    while (outcome == WIRE_OK && length) {
        ssize_t n = send(wire->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return WIRE_CLOSED;
        // Who sends more than a message ahead does not keep to the protocol.
        if (wire->held > WIRE_MESSAGE_MAX)
            return WIRE_TOO_LONG;
        outcome = await(wire, POLLOUT | POLLIN, &ready, deadline);
        if (outcome == WIRE_OK && ready & POLLIN)
            outcome = read_some(wire);
        else if (outcome == WIRE_OK && !(ready & POLLOUT))
            outcome = WIRE_CLOSED;
    }
    return outcome;
}

enum wire_outcome wire_send(struct wire *wire, struct slice message, uint64_t deadline)
{
    size_t n = message.len;
    const char head[HEAD] = {(char)(n & 255), (char)(n >> 8 & 255), (char)(n >> 16 & 255),
                             (char)(n >> 24 & 255)};
    if (n > WIRE_MESSAGE_MAX)
        return WIRE_TOO_LONG;
    enum wire_outcome outcome = send_bytes(wire, head, HEAD, deadline);
    return outcome == WIRE_OK ? send_bytes(wire, message.ptr, n, deadline) : outcome;
}
