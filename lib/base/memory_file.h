// SPDX-License-Identifier: MIT
//
// Memory that is a file as well, so that the kernel can send what lies in it by its pages, without
// copying them. It is filled from the front and freed whole: what has been given to a socket is
// read until the client has it, so nothing may ever be written over.
//
// Thread-safety: any number of threads take and find at once.
#ifndef GUIDANCED_BASE_MEMORY_FILE_H
#define GUIDANCED_BASE_MEMORY_FILE_H

#include "slice.h"

#include <sys/types.h>

struct memory_file;

// Room for `size` bytes, which cost memory as they are written. NULL: the system has none to give.
struct memory_file *memory_file_create(size_t size);
// What is on its way to clients still gets there. NULL allowed.
void memory_file_destroy(struct memory_file *file);
// Bytes, aligned for any type; NULL when they do not fit any more, or file is NULL.
void *memory_file_take(struct memory_file *file, size_t size);
// Whether the bytes lie in the file; then its descriptor and where. file NULL: they do not.
bool memory_file_find(const struct memory_file *file, const void *bytes, int *fd, off_t *offset);

#endif
