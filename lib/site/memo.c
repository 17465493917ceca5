// SPDX-License-Identifier: MIT
//
// What is remembered of pure pages: a text that a render has made and that the next would make
// again. A slot is filled once, by whichever worker comes first, and emptied when the snapshot
// goes; all slots of a kind share a limit of bytes. Not in the arena, which belongs to the loader's
// thread.
#include "snapshot.h"

#include <stdlib.h>

struct memo {
    size_t len;
    char text[];
};

struct slice memo_get(memo_slot *slot)
{
    const struct memo *memo = atomic_load_explicit(slot, memory_order_acquire);
    return memo ? slice_of(memo->text, memo->len) : SLICE_EMPTY;
}

void memo_put(memo_slot *slot, atomic_size_t *used, size_t limit, struct slice text)
{
    if (!limit || atomic_load(slot) || text.len > limit)
        return;
    if (atomic_fetch_add(used, text.len) + text.len > limit) {
        atomic_fetch_sub(used, text.len);
        return;
    }
    struct memo *memo = malloc(sizeof *memo + text.len), *empty = NULL;
    if (memo) {
        memo->len = text.len;
        if (text.len)
            memcpy(memo->text, text.ptr, text.len);
    }
    if (!memo || !atomic_compare_exchange_strong(slot, &empty, memo)) {
        free(memo);
        atomic_fetch_sub(used, text.len);
    }
}

void memo_clear(memo_slot *slot)
{
    free(atomic_exchange(slot, NULL));
}
