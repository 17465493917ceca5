// SPDX-License-Identifier: MIT
//
// A queue of what readers did, from one worker to the tally's thread: a ring of bytes with one
// writer and one reader. Neither ever waits for the other: when it is full, what does not fit is
// dropped and counted.
#ifndef GUIDANCED_SERVER_TALLY_QUEUE_H
#define GUIDANCED_SERVER_TALLY_QUEUE_H

#include "store/store.h"

#include <stdatomic.h>

// TALLY_QUEUE_BYTES: a power of two; some 5,000 visits, far more than a worker answers between two
// readings.
enum { TALLY_QUEUE_BYTES = 1 << 18 };

struct tally_event {
    enum usage_kind kind;
    struct slice subject, source; // at most USAGE_TEXT_MAX bytes each
};

struct tally_queue {
    _Alignas(64) atomic_size_t written; // bytes ever; of the writer
    _Alignas(64) atomic_size_t read;    // bytes ever; of the reader
    _Alignas(64) atomic_uint_fast64_t dropped;
    char bytes[TALLY_QUEUE_BYTES];
};

// Of the writer.
void tally_queue_put(struct tally_queue *queue, const struct tally_event *event);
// Of the reader: copies the oldest event's texts into `texts`. False: there is none.
bool tally_queue_take(struct tally_queue *queue, struct tally_event *event,
                      char texts[2 * USAGE_TEXT_MAX]);

#endif
