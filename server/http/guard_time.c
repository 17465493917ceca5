// SPDX-License-Identifier: MIT
//
// The guard's clock. libmicrohttpd ends a connection on which nothing happens, but not one on which
// next to nothing happens: a head, a body or a TLS handshake that trickles in, a response that is
// read a byte at a time. Here each connection has a deadline for what is awaited, and each response
// a minimum rate.
#include "base/clock.h"
#include "guard_linger.h"
#include "guard_slots.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

// A descriptor passes between threads through the kernel, which is no synchronisation in C: the
// lock passes its slot on.
struct slot {
    atomic_flag lock;
    struct connection connection;
    // Only for guard_reap: when it last checked which response, and how many bytes had been
    // acknowledged.
    uint64_t looked_ns, acknowledged;
    unsigned looked_at;
};

static struct slot *slots;
static pthread_once_t slots_once = PTHREAD_ONCE_INIT;
static atomic_int highest; // highest descriptor in use so far

static void make_slots(void)
{
    // Zero pages: only those of used descriptors become resident.
    slots = calloc(GUARD_FDS_MAX, sizeof *slots);
}

static struct slot *slot_of(int fd)
{
    pthread_once(&slots_once, make_slots);
    return slots && fd >= 0 && fd < GUARD_FDS_MAX ? &slots[fd] : NULL;
}

struct connection *guard_connection(int fd)
{
    struct slot *slot = slot_of(fd);
    return slot ? &slot->connection : NULL;
}

static void lock(struct slot *slot)
{
    while (atomic_flag_test_and_set_explicit(&slot->lock, memory_order_acquire))
        sched_yield();
}

static void unlock(struct slot *slot)
{
    atomic_flag_clear_explicit(&slot->lock, memory_order_release);
}

void guard_open(int fd, const struct http_limits *limits)
{
    struct slot *slot = slot_of(fd);
    if (!slot)
        return;
    uint64_t idle_ns = (uint64_t)limits->idle_timeout_ms * 1000000;
    lock(slot);
    slot->connection = (struct connection){.limits = limits, .state = HEAD};
    atomic_store(&slot->connection.deadline_ns, idle_ns ? clock_monotonic_ns() + idle_ns : 0);
    slot->looked_ns = 0;
    unlock(slot);
    int before = atomic_load(&highest);
    while (before < fd && !atomic_compare_exchange_weak(&highest, &before, fd))
        continue;
}

void guard_close(int fd)
{
    struct slot *slot = slot_of(fd);
    if (!slot)
        return;
    const struct connection *c = &slot->connection;
    guard_linger(fd, c->state == REFUSED || c->state == BODY || c->state == CHUNKS);
    lock(slot);
    free(slot->connection.reader);
    slot->connection.reader = NULL;
    slot->connection.state = CLOSED;
    slot->connection.limits = NULL;
    unlock(slot);
}

// ---- overdue connections ----

// Bytes that the client's side has acknowledged. False if the kernel does not say (a local socket,
// whose proxy has its own limits).
static bool read_acknowledged(int fd, uint64_t *bytes)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        size < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked)
        return false;
    *bytes = info.tcpi_bytes_acked;
    return true;
}

// Over each request_timeout, a response must progress by send_rate.
static bool reads_too_slowly(struct slot *slot, int fd, unsigned answer, uint64_t now_ns)
{
    const struct http_limits *limits = slot->connection.limits;
    uint64_t window_ms = limits->request_timeout_ms, bytes;
    if (!window_ms || !limits->send_rate)
        return false;
    if (slot->looked_at != answer)
        slot->looked_ns = 0;
    if (slot->looked_ns && now_ns - slot->looked_ns < window_ms * 1000000)
        return false;
    if (!read_acknowledged(fd, &bytes))
        return false;
    bool slow =
        slot->looked_ns && bytes - slot->acknowledged < limits->send_rate * window_ms / 1000;
    slot->looked_at = answer;
    slot->looked_ns = now_ns;
    slot->acknowledged = bytes;
    return slow;
}

static bool is_over(struct slot *slot, int fd, uint64_t now_ns)
{
    struct connection *c = &slot->connection;
    if (!c->limits)
        return false;
    unsigned answer = atomic_load_explicit(&c->answers, memory_order_acquire);
    if (answer & 1)
        return reads_too_slowly(slot, fd, answer, now_ns);
    uint64_t deadline_ns = atomic_load_explicit(&c->deadline_ns, memory_order_relaxed);
    return deadline_ns && now_ns > deadline_ns;
}

void guard_reap(void)
{
    uint64_t now_ns = clock_monotonic_ns();
    int last = atomic_load(&highest);
    for (int fd = 0; fd <= last; fd++) {
        struct slot *slot = slot_of(fd);
        if (!slot)
            break;
        lock(slot);
        // Its worker sees the end, and closes.
        if (is_over(slot, fd, now_ns))
            shutdown(fd, SHUT_RDWR);
        unlock(slot);
    }
    guard_linger_on(now_ns);
}
