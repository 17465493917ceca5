// SPDX-License-Identifier: MIT
//
// Frames: 4 bytes of length, then that many bytes. Incoming data is read while sending; otherwise
// two ends that write to each other would wait for ever.
#include "channel.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD = 4, CHUNK = 64 << 10, KEPT = 1 << 20 };

void channel_open(struct channel *channel, int fd, int output, struct log *log)
{
    *channel = (struct channel){.fd = fd, .output = output, .log = log};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(output, F_SETFL, O_NONBLOCK);
}

void channel_close(struct channel *channel)
{
    if (channel->fd >= 0)
        close(channel->fd);
    if (channel->output >= 0)
        close(channel->output);
    free(channel->in);
    *channel = (struct channel){.fd = -1, .output = -1};
}

bool channel_is_open(const struct channel *channel)
{
    struct pollfd state = {.fd = channel->fd};
    return channel->fd >= 0 && poll(&state, 1, 0) >= 0 && !(state.revents & (POLLHUP | POLLERR));
}

// ---- receiving ----

static size_t length_of(const struct channel *channel)
{
    const unsigned char *head = (const unsigned char *)channel->in;
    return (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
}

static bool has_message(const struct channel *channel)
{
    return channel->held >= HEAD && channel->held - HEAD >= length_of(channel);
}

// Makes room for another chunk by doubling, up to the announced length.
static bool make_room(struct channel *channel)
{
    size_t want = channel->held + CHUNK;
    if (want <= channel->room)
        return true;
    size_t whole = channel->held >= HEAD ? HEAD + length_of(channel) + CHUNK : want;
    size_t doubled = channel->room * 2 < whole ? channel->room * 2 : whole;
    want = doubled > want ? doubled : want;
    char *in = realloc(channel->in, want);
    if (!in)
        return false;
    channel->in = in;
    channel->room = want;
    return true;
}

static enum channel_outcome read_some(struct channel *channel)
{
    if (!make_room(channel))
        return CHANNEL_MEMORY;
    // Not recv: the server's is wrapped for clients' data.
    ssize_t n = recvfrom(channel->fd, channel->in + channel->held, channel->room - channel->held,
                         MSG_DONTWAIT, NULL, NULL);
    if (n > 0)
        channel->held += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        return CHANNEL_CLOSED;
    return CHANNEL_OK;
}

static bool is_too_long(const struct channel *channel)
{
    return channel->held >= HEAD && length_of(channel) > CHANNEL_MESSAGE_MAX;
}

// ---- waiting ----

// Rounded up, so that the deadline has passed when it ends.
static int milliseconds_until(uint64_t deadline)
{
    uint64_t now = clock_monotonic_ns();
    uint64_t left = deadline > now ? (deadline - now + 999999) / 1000000 : 0;
    return left > 60000 ? 60000 : (int)left;
}

// Waits until the socket is ready for one of the events, reading what is printed meanwhile.
static enum channel_outcome await(struct channel *channel, short events, short *ready,
                                  uint64_t deadline)
{
    struct pollfd fds[2] = {{.fd = channel->fd, .events = events},
                            {.fd = channel->output, .events = POLLIN}};
    *ready = 0;
    while (!*ready) {
        int wait = milliseconds_until(deadline);
        if (wait == 0)
            return CHANNEL_LATE;
        int n = poll(fds, 2, wait);
        if (n < 0 && errno != EINTR)
            return CHANNEL_CLOSED;
        if (n > 0 && fds[1].revents && !channel_drain(channel))
            fds[1].fd = -1;
        *ready = n > 0 ? fds[0].revents : 0;
    }
    return CHANNEL_OK;
}

enum channel_outcome channel_receive(struct channel *channel, struct slice *message,
                                     uint64_t deadline)
{
    enum channel_outcome outcome = CHANNEL_OK;
    short ready;
    while (outcome == CHANNEL_OK && !has_message(channel)) {
        if (is_too_long(channel))
            return CHANNEL_TOO_LONG;
        outcome = await(channel, POLLIN, &ready, deadline);
        if (outcome == CHANNEL_OK)
            outcome = read_some(channel);
    }
    if (outcome == CHANNEL_OK)
        *message = slice_of(channel->in + HEAD, length_of(channel));
    return outcome;
}

// Drops the message, for the next one.
static void drop_message(struct channel *channel)
{
    size_t whole = HEAD + length_of(channel);
    channel->held -= whole;
    memmove(channel->in, channel->in + whole, channel->held);
    if (channel->room > KEPT && channel->held < CHUNK) {
        char *in = realloc(channel->in, KEPT);
        channel->in = in ? in : channel->in;
        channel->room = in ? KEPT : channel->room;
    }
}

void channel_taken(struct channel *channel)
{
    if (has_message(channel))
        drop_message(channel);
}

// ---- sending ----

static enum channel_outcome send_bytes(struct channel *channel, const char *bytes, size_t length,
                                       uint64_t deadline)
{
    enum channel_outcome outcome = CHANNEL_OK;
    short ready;
    while (outcome == CHANNEL_OK && length) {
        ssize_t n = sendto(channel->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return CHANNEL_CLOSED;
        // Sending more than one message ahead violates the protocol.
        if (channel->held > CHANNEL_MESSAGE_MAX)
            return CHANNEL_TOO_LONG;
        outcome = await(channel, POLLOUT | POLLIN, &ready, deadline);
        if (outcome == CHANNEL_OK && ready & POLLIN)
            outcome = read_some(channel);
        else if (outcome == CHANNEL_OK && !(ready & POLLOUT))
            outcome = CHANNEL_CLOSED;
    }
    return outcome;
}

enum channel_outcome channel_send(struct channel *channel, struct slice message, uint64_t deadline)
{
    size_t n = message.len;
    const char head[HEAD] = {(char)(n & 255), (char)(n >> 8 & 255), (char)(n >> 16 & 255),
                             (char)(n >> 24 & 255)};
    if (n > CHANNEL_MESSAGE_MAX)
        return CHANNEL_TOO_LONG;
    enum channel_outcome outcome = send_bytes(channel, head, HEAD, deadline);
    return outcome == CHANNEL_OK ? send_bytes(channel, message.ptr, n, deadline) : outcome;
}
