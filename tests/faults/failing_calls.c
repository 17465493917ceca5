// SPDX-License-Identifier: MIT
//
// I/O that fails on demand: preloaded, a call named in the file $FAILING_CALLS fails.
//
// The file is mapped when the program starts, so that the sandbox does not matter, and holds one
// line that the test writes while the program runs (see struct order):
//
//     NUMBER CALL PATH SKIP TIMES CODE
//
// CALL fails with the errno CODE where its file's name contains PATH ("-": any), after it was made
// SKIP times, TIMES times (0: for ever). With CODE -1 it does half of what it should, where calls
// may. CALL "any" makes each call of the list fail once in SKIP times, at random. A new NUMBER
// starts the counts anew; NUMBER 0 ends the faults. How many calls failed since is a number in the
// file from byte 256 on.
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LINE_BYTES = 256, FILE_BYTES = 4096, HALF = -1 };

struct order {
    unsigned long number;
    char call[32], path[64];
    unsigned long skip, times;
    int code;
};

static char *file; // NULL: no faults
static atomic_ulong current, made;
static _Thread_local bool within; // our own calls do not fail
static _Thread_local uint64_t randomness;

__attribute__((constructor)) static void map_file(void)
{
    const char *name = getenv("FAILING_CALLS");
    int fd = name ? (int)syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *mapped =
        (void *)syscall(SYS_mmap, NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    file = mapped == MAP_FAILED ? NULL : mapped;
}

static bool read_order(struct order *order)
{
    char line[LINE_BYTES];
    memcpy(line, file, sizeof line);
    line[sizeof line - 1] = '\0';
    return sscanf(line, "%lu %31s %63s %lu %lu %d", &order->number, order->call, order->path,
                  &order->skip, &order->times, &order->code) == 6 &&
           order->number != 0;
}

static bool is_named(const struct order *order, int fd, const char *path)
{
    char link[64], name[4096];
    if (strcmp(order->path, "-") == 0)
        return true;
    if (!path) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, name, sizeof name - 1);
        name[length > 0 ? length : 0] = '\0';
        path = name;
    }
    return strstr(path, order->path) != NULL;
}

static bool by_chance(unsigned long of)
{
    if (!randomness)
        randomness = (uint64_t)(uintptr_t)&randomness * 2654435761u ^ (uint64_t)getpid();
    randomness ^= randomness << 13;
    randomness ^= randomness >> 7;
    randomness ^= randomness << 17;
    return of > 0 && randomness % of == 0;
}

static bool is_due(const struct order *order)
{
    if (strcmp(order->call, "any") == 0)
        return by_chance(order->skip);
    if (atomic_exchange(&current, order->number) != order->number)
        atomic_store(&made, 0);
    unsigned long count = atomic_fetch_add(&made, 1);
    return count >= order->skip && (!order->times || count < order->skip + order->times);
}

// Whether the call is to fail: 0 no, HALF, or errno's value, which is set.
static int fault(const char *call, int code, int fd, const char *path)
{
    struct order order;
    if (!file || file[0] == '0' || !file[0] || within)
        return 0;
    int before = errno, result = 0;
    within = true;
    if (read_order(&order) && (strcmp(order.call, call) == 0 || strcmp(order.call, "any") == 0) &&
        is_named(&order, fd, path) && is_due(&order)) {
        atomic_fetch_add((atomic_ulong *)(void *)(file + LINE_BYTES), 1);
        result = order.code ? order.code : code;
    }
    within = false;
    errno = result > 0 ? result : before;
    return result;
}

// A pointer to the function that ours hides.
#define REAL(name)                                                                                 \
    static __typeof__(name) *real;                                                                 \
    if (!real)                                                                                     \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

// ---- by path ----

static unsigned mode_of(int flags, va_list list)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(list, unsigned) : 0;
}
#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        REAL(name);                                                                                \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        unsigned mode = mode_of(flags, list);                                                      \
        va_end(list);                                                                              \
        return fault("open", EMFILE, -1, path) > 0 ? -1 : real(path, flags, mode);                 \
    }
#define OPENAT(name)                                                                               \
    int name(int directory, const char *path, int flags, ...)                                      \
    {                                                                                              \
        REAL(name);                                                                                \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        unsigned mode = mode_of(flags, list);                                                      \
        va_end(list);                                                                              \
        return fault("open", EMFILE, -1, path) > 0 ? -1 : real(directory, path, flags, mode);      \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

// openat2 has no function of its own.
long syscall(long number, ...)
{
    REAL(syscall);
    va_list list;
    long a[6];
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    const char *path = number == SYS_openat2 ? (const char *)a[1] : NULL;
    if (path && (fault("open", EMFILE, -1, path) > 0 || fault("openat2", ENOSYS, -1, path) > 0))
        return -1;
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// One line a function: its parameters, its arguments, and how its fault is described.
#define FAILS(type, bad, name, call, code, fd, path, parameters, arguments)                        \
    type name parameters                                                                           \
    {                                                                                              \
        REAL(name);                                                                                \
        return fault(call, code, fd, path) > 0 ? bad : real arguments;                             \
    }

FAILS(int, -1, rename, "rename", EACCES, -1, b, (const char *a, const char *b), (a, b))
FAILS(int, -1, unlink, "unlink", EACCES, -1, a, (const char *a), (a))
FAILS(int, -1, mkdir, "mkdir", EACCES, -1, a, (const char *a, mode_t m), (a, m))
FAILS(int, -1, stat, "stat", EIO, -1, a, (const char *a, struct stat *s), (a, s))
FAILS(int, -1, lstat, "stat", EIO, -1, a, (const char *a, struct stat *s), (a, s))
FAILS(int, -1, fstat, "stat", EIO, f, NULL, (int f, struct stat *s), (f, s))
FAILS(int, -1, fstatat, "stat", EIO, -1, a, (int f, const char *a, struct stat *s, int g),
      (f, a, s, g))
FAILS(int, -1, statx, "stat", EIO, f, *a ? a : NULL,
      (int f, const char *a, int g, unsigned m, struct statx *s), (f, a, g, m, s))
FAILS(DIR *, NULL, opendir, "opendir", EMFILE, -1, a, (const char *a), (a))
FAILS(DIR *, NULL, fdopendir, "opendir", ENOMEM, f, NULL, (int f), (f))
FAILS(struct dirent *, NULL, readdir, "readdir", EIO, dirfd(d), NULL, (DIR * d), (d))

// ---- by descriptor ----

FAILS(int, -1, fsync, "fsync", EIO, f, NULL, (int f), (f))
FAILS(int, -1, fdatasync, "fsync", EIO, f, NULL, (int f), (f))
FAILS(int, -1, ftruncate, "ftruncate", EIO, f, NULL, (int f, off_t n), (f, n))
FAILS(int, -1, ftruncate64, "ftruncate", EIO, f, NULL, (int f, off64_t n), (f, n))
FAILS(void *, MAP_FAILED, mmap, "mmap", ENOMEM, f, NULL,
      (void *a, size_t n, int p, int g, int f, off_t o), (a, n, p, g, f, o))
FAILS(void *, MAP_FAILED, mmap64, "mmap", ENOMEM, f, NULL,
      (void *a, size_t n, int p, int g, int f, off64_t o), (a, n, p, g, f, o))
FAILS(int, -1, memfd_create, "memfd_create", EMFILE, -1, n, (const char *n, unsigned g), (n, g))
FAILS(int, -1, inotify_init1, "inotify", EMFILE, -1, "", (int g), (g))
FAILS(int, -1, inotify_add_watch, "inotify", ENOSPC, -1, a, (int f, const char *a, uint32_t m),
      (f, a, m))
FAILS(int, -1, epoll_create1, "epoll", EMFILE, -1, "", (int g), (g))
// Only adding a descriptor needs memory and may reach a limit.
int epoll_ctl(int e, int o, int f, struct epoll_event *v)
{
    REAL(epoll_ctl);
    return o == EPOLL_CTL_ADD && fault("epoll", ENOSPC, -1, "") > 0 ? -1 : real(e, o, f, v);
}
FAILS(int, -1, epoll_wait, "epoll", EINTR, -1, "", (int e, struct epoll_event *v, int n, int t),
      (e, v, n, t))
FAILS(int, -1, eventfd, "eventfd", EMFILE, -1, "", (unsigned n, int g), (n, g))
FAILS(int, -1, pipe2, "eventfd", EMFILE, -1, "", (int f[2], int g), (f, g))
FAILS(int, -1, accept4, "accept", EMFILE, -1, "", (int f, struct sockaddr *a, socklen_t *n, int g),
      (f, a, n, g))
FAILS(int, EAGAIN, pthread_create, "pthread_create", EAGAIN, -1, "",
      (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *s), (t, a, f, s))

// Calls that may do less than they were asked to.
#define MOVES(name, call, code, parameters, arguments, half)                                       \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        REAL(name);                                                                                \
        int how = fault(call, code, f, NULL);                                                      \
        return how > 0 ? -1 : how == HALF ? real half : real arguments;                            \
    }
#define HALF_OF(n) ((n) > 1 ? (n) / 2 : (n))

MOVES(read, "read", EIO, (int f, void *b, size_t n), (f, b, n), (f, b, HALF_OF(n)))
MOVES(pread, "read", EIO, (int f, void *b, size_t n, off_t o), (f, b, n, o), (f, b, HALF_OF(n), o))
MOVES(pread64, "read", EIO, (int f, void *b, size_t n, off64_t o), (f, b, n, o),
      (f, b, HALF_OF(n), o))
MOVES(recv, "recv", ECONNRESET, (int f, void *b, size_t n, int g), (f, b, n, g),
      (f, b, HALF_OF(n), g))
MOVES(write, "write", ENOSPC, (int f, const void *b, size_t n), (f, b, n), (f, b, HALF_OF(n)))
MOVES(pwrite, "write", ENOSPC, (int f, const void *b, size_t n, off_t o), (f, b, n, o),
      (f, b, HALF_OF(n), o))
MOVES(pwrite64, "write", ENOSPC, (int f, const void *b, size_t n, off64_t o), (f, b, n, o),
      (f, b, HALF_OF(n), o))
MOVES(writev, "write", ENOSPC, (int f, const struct iovec *v, int n), (f, v, n), (f, v, HALF_OF(n)))
MOVES(send, "send", ECONNRESET, (int f, const void *b, size_t n, int g), (f, b, n, g),
      (f, b, HALF_OF(n), g))
MOVES(sendmsg, "send", ECONNRESET, (int f, const struct msghdr *m, int g), (f, m, g), (f, m, g))
