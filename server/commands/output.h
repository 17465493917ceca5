// SPDX-License-Identifier: MIT
//
// A directory that is filled again and again: a file whose content is the same is left alone,
// so that its time says when it changed; what an earlier run wrote and this one did not is deleted;
// what is somebody else's is neither overwritten nor deleted. A manifest in the directory remembers
// what is ours, with a hash of what was written.
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
    uint64_t hash;     // of what was written
    bool written;
};

struct output {
    struct arena *arena;
    struct slice directory;
    bool fresh;       // it was empty: nothing needs to be compared
    struct map old;   // path → its hash as text in the manifest
    struct map files; // path → struct output_file
    atomic_size_t changed, refused;
};

// Creates the directory and reads its manifest. The arena must outlive the output.
bool output_open(struct output *output, struct arena *arena, const char *directory,
                 struct error *error);
// Makes the path part of this run. NULL when it is part of it already, or out of memory.
struct output_file *output_claim(struct output *output, struct slice path);
// Writes one file, using scratch. A file that is somebody else's is refused: counted, and an error.
bool output_write(struct output *output, struct output_file *file, struct arena *scratch,
                  struct slice content, struct error *error);
// Deletes what only an earlier run wrote, with the directories that are empty then, and remembers
// this one. A file that was changed since is not ours any more.
bool output_close(struct output *output, struct error *error);

#endif
