// SPDX-License-Identifier: MIT
//
// What is run as a host: node, the host's own program (host/*.mjs, built into the binary), and what
// it finds in its environment.
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
    char text[PROGRAM_TEXT]; // what those two point at
    size_t used;
};

// Makes the scratch directory, and writes the host's program beside it, where the host itself
// cannot write. False and error on failure.
bool program_write(struct program *program, const struct script_options *options,
                   struct error *error);

// Of the program and the environment it is to get: what answers depend on beside the site.
uint64_t program_hash(const struct script_options *options);
// Whether a host may be given the variable at all: none that would have node or the loader run
// something else.
bool program_allows(const char *name);

#endif
