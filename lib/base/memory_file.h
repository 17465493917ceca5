// SPDX-License-Identifier: MIT
//
// Memory that is also a file, so that the kernel can send its pages without copying them. It is
// filled from the front and freed whole: a socket reads what it was given until the client has it,
// so nothing may ever be overwritten.
//
// Thread-safety: any number of threads take and find at once.
#ifndef GUIDANCED_BASE_MEMORY_FILE_H
#define GUIDANCED_BASE_MEMORY_FILE_H

#include "slice.h"

#include <sys/types.h>

struct memory_file;

// Room for `size` bytes, which use memory only once written. NULL: the system has none.
struct memory_file *memory_file_create(size_t size);
// What is on its way to clients still arrives. NULL allowed.
void memory_file_destroy(struct memory_file *file);
// Bytes, aligned for any type; NULL if they no longer fit, or file is NULL.
void *memory_file_take(struct memory_file *file, size_t size);
// Whether the bytes are in the file; if so, its descriptor and their offset. file NULL: they are
// not.
bool memory_file_find(const struct memory_file *file, const void *bytes, int *fd, off_t *offset);

#endif
