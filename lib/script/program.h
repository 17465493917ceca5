// SPDX-License-Identifier: MIT
//
// What is run as a host: node, the host's own program (host/*.mjs, built into the binary), and its
// environment.
//
// Thread-safety: for the starter.
#ifndef GUIDANCED_SCRIPT_PROGRAM_H
#define GUIDANCED_SCRIPT_PROGRAM_H

#include "base/embedded.h"
#include "script.h"

#include <limits.h>

// Ended by a row with path NULL.
extern const struct embedded_file HOST_FILES[];

enum { PROGRAM_ARGUMENTS_MAX = 8, PROGRAM_NAMES_MAX = 64, PROGRAM_TEXT = 65536 };

struct program {
    char directory[PATH_MAX]; // of the host's own files
    const char *arguments[PROGRAM_ARGUMENTS_MAX];
    const char *environment[PROGRAM_NAMES_MAX];
    char text[PROGRAM_TEXT]; // storage for those two
    size_t used;
};

// Makes the scratch directory, and writes the host's program beside it, where the host itself
// cannot write. False and error on failure.
bool program_write(struct program *program, const struct script_options *options,
                   struct error *error);

// A hash of the program and its environment, on which answers depend besides the site.
uint64_t program_hash(const struct script_options *options);
// Whether a host may get the variable: none that would make node or the loader run something else.
bool program_allows(const char *name);

#endif
