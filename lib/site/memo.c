// SPDX-License-Identifier: MIT
//
// Remembered output of pure pages: text that the next render would produce again. The first worker
// fills a slot, once; it is emptied when the snapshot goes. All slots of a kind share a limit of
// bytes. Not in the arena, which belongs to the loader's thread. A long text is in a memory file,
// if there is one, from which the kernel sends it best.
#include "snapshot.h"

#include <stdlib.h>

enum { LONG_BYTES = 16 << 10 }; // below this, copying costs less than sending pages

struct memo {
    bool in_file; // and freed with it
    size_t len;
    char text[];
};

struct slice memo_get(memo_slot *slot)
{
    const struct memo *memo = atomic_load_explicit(slot, memory_order_acquire);
    return memo ? slice_of(memo->text, memo->len) : SLICE_EMPTY;
}

static struct memo *make_memo(struct memory_file *file, struct slice text)
{
    size_t size = sizeof(struct memo) + text.len;
    struct memo *memo = text.len < LONG_BYTES ? NULL : memory_file_take(file, size);
    bool in_file = memo;
    if (!memo && !(memo = malloc(size)))
        return NULL;
    *memo = (struct memo){.in_file = in_file, .len = text.len};
    if (text.len)
        memcpy(memo->text, text.ptr, text.len);
    return memo;
}

static void discard(struct memo *memo)
{
    if (memo && !memo->in_file)
        free(memo);
}

void memo_put(memo_slot *slot, atomic_size_t *used, size_t limit, struct memory_file *file,
              struct slice text)
{
    if (!limit || atomic_load(slot) || text.len > limit)
        return;
    if (atomic_fetch_add(used, text.len) + text.len > limit) {
        atomic_fetch_sub(used, text.len);
        return;
    }
    invariant(atomic_load(used) >= text.len);
    struct memo *memo = make_memo(file, text), *empty = NULL;
    if (!memo || !atomic_compare_exchange_strong(slot, &empty, memo)) {
        discard(memo);
        atomic_fetch_sub(used, text.len);
    }
}

void memo_clear(memo_slot *slot)
{
    discard(atomic_exchange(slot, NULL));
}
