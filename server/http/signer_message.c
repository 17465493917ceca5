// SPDX-License-Identifier: MIT
//
// How the server and the signer write to each other: a message of either is whole or none.
#include "signer.h"

#include <errno.h>
#include <sys/socket.h>

bool signer_send(int fd, struct iovec *parts, size_t count)
{
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

ssize_t signer_receive(int fd, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t got;
    do
        got = recvmsg(fd, &message, 0);
    while (got < 0 && errno == EINTR);
    return message.msg_flags & MSG_TRUNC ? -1 : got;
}
