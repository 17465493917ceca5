// SPDX-License-Identifier: MIT
//
// Connections that end while the client may still be sending (RFC 9112 §9.6). The kernel answers
// unread bytes with a reset, which can reach the client before the response. So received bytes are
// read and dropped; after a refused request, the socket is kept for a while, closed on our side,
// and whatever still comes is dropped too.
#include "guard_linger.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    KEPT_MAX = 64,
    KEPT_MS = 2000,
    READS_MAX = 64, // at a time, of PIECE bytes
    PIECE = 16384,
};

static struct {
    int fd;
    uint64_t until_ns;
} kept[KEPT_MAX];
static size_t kept_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

ssize_t __real_recv(int fd, void *bytes, size_t room, int flags);

// False once the client has closed its side, or is gone.
static bool drop(int fd)
{
    char piece[PIECE];
    ssize_t n = 1;
    for (unsigned i = 0; n > 0 && i < READS_MAX; i++)
        n = __real_recv(fd, piece, sizeof piece, MSG_DONTWAIT);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void guard_linger(int fd, bool stays)
{
    if (!drop(fd) || !stays)
        return;
    pthread_mutex_lock(&lock);
    int copy = kept_count < KEPT_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (copy >= 0) {
        shutdown(copy, SHUT_WR);
        kept[kept_count].fd = copy;
        kept[kept_count++].until_ns = clock_monotonic_ns() + (uint64_t)KEPT_MS * 1000000;
    }
    pthread_mutex_unlock(&lock);
}

void guard_linger_on(uint64_t now_ns)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < kept_count;) {
        if (drop(kept[i].fd) && now_ns < kept[i].until_ns) {
            i++;
            continue;
        }
        close(kept[i].fd);
        kept[i] = kept[--kept_count];
    }
    pthread_mutex_unlock(&lock);
}
