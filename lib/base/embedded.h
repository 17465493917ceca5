// SPDX-License-Identifier: MIT
//
// Files that are part of the program; cmake/Embed.cmake makes the list.
#ifndef GUIDANCED_BASE_EMBEDDED_H
#define GUIDANCED_BASE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *path; // "data/index.md"
    const unsigned char *bytes;
    size_t length;
};

#endif
