// SPDX-License-Identifier: MIT
//
// A pipeline makes the results of a numbered list on other threads, while its caller takes them one
// after the other, in the list's order: rendering every page, while the search index is written.
//
//   0 1 2 3 4 5 6 7 8 9 …
//   ─────▶│◀──────▶│
//    taken  window: made, or being made
//
// The threads run at a lower priority than those that answer requests. When the next result is not
// being made yet, the caller makes it, so a pipeline without threads (one processor, or none can be
// started) is a loop.
//
// Thread-safety: one thread starts a pipeline, takes from it and ends it.
#ifndef GUIDANCED_BASE_PIPELINE_H
#define GUIDANCED_BASE_PIPELINE_H

#include "arena.h"

struct pipeline;

// Makes the result of one item, on any thread. It is valid until the arena is reset, which happens
// after the result has been taken. NULL: out of memory.
typedef void *pipeline_make(void *state, size_t number, struct arena *arena);

// Begins to make results 0 to count - 1. `state` must outlive the pipeline; several threads read it
// at once. NULL: out of memory. The caller owns the pipeline: pipeline_end.
struct pipeline *pipeline_start(size_t count, pipeline_make *make, void *state);

// The next result, which is valid until the next call. NULL when out of memory, or after the last.
void *pipeline_take(struct pipeline *pipeline);

// Waits for the results that are being made, and gives up the others. NULL is allowed.
void pipeline_end(struct pipeline *pipeline);

#endif
