// SPDX-License-Identifier: MIT
//
// The file comes from memfd_create and is mapped whole.
#include "memory_file.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 16 };

struct memory_file {
    int fd;
    char *bytes;
    size_t size;
    atomic_size_t used;
};

static bool map(struct memory_file *file)
{
    if (file->fd < 0 || ftruncate(file->fd, (off_t)file->size) != 0)
        return false;
    void *bytes = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
    file->bytes = bytes == MAP_FAILED ? NULL : bytes;
    return file->bytes;
}

struct memory_file *memory_file_create(size_t size)
{
    struct memory_file *file = size && size < SIZE_MAX / 4 ? calloc(1, sizeof *file) : NULL;
    if (!file)
        return NULL;
    file->size = size;
    file->fd = memfd_create("guidanced", MFD_CLOEXEC);
    if (map(file))
        return file;
    memory_file_destroy(file);
    return NULL;
}

void memory_file_destroy(struct memory_file *file)
{
    if (!file)
        return;
    if (file->bytes)
        munmap(file->bytes, file->size);
    if (file->fd >= 0)
        close(file->fd);
    free(file);
}

void *memory_file_take(struct memory_file *file, size_t size)
{
    if (!file || size > file->size)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    size_t at = atomic_load_explicit(&file->used, memory_order_relaxed);
    do
        if (size > file->size - at)
            return NULL;
    while (!atomic_compare_exchange_weak_explicit(&file->used, &at, at + size, memory_order_relaxed,
                                                  memory_order_relaxed));
    invariant(at % ALIGNMENT == 0 && at + size <= file->size);
    return file->bytes + at;
}

bool memory_file_find(const struct memory_file *file, const void *bytes, int *fd, off_t *offset)
{
    if (!file || (uintptr_t)bytes - (uintptr_t)file->bytes >= file->size)
        return false;
    *fd = file->fd;
    *offset = (off_t)((uintptr_t)bytes - (uintptr_t)file->bytes);
    return true;
}
