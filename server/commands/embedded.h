// SPDX-License-Identifier: MIT
//
// Files that are part of the program: the starter site of `guidanced init` (server/starter).
#ifndef GUIDANCED_SERVER_COMMANDS_EMBEDDED_H
#define GUIDANCED_SERVER_COMMANDS_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *path; // "data/index.md"; a name "gitignore" stands for ".gitignore"
    const unsigned char *bytes;
    size_t length;
};

// Ended by a row with path NULL.
extern const struct embedded_file STARTER_FILES[];

#endif
