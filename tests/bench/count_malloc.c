// SPDX-License-Identifier: MIT
//
// Counts the allocations of a program, with all its threads and libraries. Preloaded, it keeps the
// number in the file that COUNT_MALLOC names; tests/bench/budgets.mjs reads it meanwhile.
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);

static _Atomic(uint64_t) before; // until the file exists
static _Atomic(uint64_t) *asked = &before;

__attribute__((constructor)) static void open_file(void)
{
    const char *name = getenv("COUNT_MALLOC");
    int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    void *shared =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *asked, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (shared != MAP_FAILED)
        asked = shared;
}

void *malloc(size_t size)
{
    atomic_fetch_add_explicit(asked, 1, memory_order_relaxed);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    atomic_fetch_add_explicit(asked, 1, memory_order_relaxed);
    return __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
    atomic_fetch_add_explicit(asked, 1, memory_order_relaxed);
    return __libc_realloc(ptr, size);
}
