// SPDX-License-Identifier: MIT
//
// A directory that is filled repeatedly: an unchanged file is left alone, so that its time says
// when it changed; files that only an earlier run wrote are deleted; foreign files are neither
// overwritten nor deleted. A manifest in the directory lists our files, with hashes of their
// content.
//
// Thread-safety: output_write may be called from several threads, for different files; the rest
// belongs to one.
#ifndef GUIDANCED_SERVER_COMMANDS_OUTPUT_H
#define GUIDANCED_SERVER_COMMANDS_OUTPUT_H

#include "base/file.h"
#include "base/map.h"

#include <stdatomic.h>

struct output_file {
    struct slice path; // relative to the directory
    uint64_t hash;     // of the written content
    bool written;
};

struct output {
    struct arena *arena;
    struct slice directory;
    bool fresh;       // it was empty: nothing to compare
    struct map old;   // path → its hash as text in the manifest
    struct map files; // path → struct output_file
    atomic_size_t changed, refused;
};

// Creates the directory and reads its manifest. The arena must outlive the output.
bool output_open(struct output *output, struct arena *arena, const char *directory,
                 struct error *error);
// Claims the path for this run. NULL if already claimed, or out of memory.
struct output_file *output_claim(struct output *output, struct slice path);
// Writes one file, using scratch. A foreign file is refused: counted, and an error.
bool output_write(struct output *output, struct output_file *file, struct arena *scratch,
                  struct slice content, struct error *error);
// Deletes what only an earlier run wrote, with directories left empty, and writes the manifest. A
// file that was changed since is no longer ours.
bool output_close(struct output *output, struct error *error);

#endif
