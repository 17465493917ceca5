// SPDX-License-Identifier: MIT
//
// cmark's memory. cmark aborts when an allocation fails; our hooks leave it by longjmp instead.
// That is safe because all its memory is in our arena and it keeps no state between calls.
#include "tree.h"

#include <setjmp.h>

struct memory {
    struct arena *arena;
    jmp_buf failed;
};
// cmark's hooks have no state argument, so the current call's is thread-local.
static _Thread_local struct memory *current;

enum { HEADER = 16 }; // the size, for realloc

static void *allocate(size_t size)
{
    char *block = size <= SIZE_MAX - HEADER ? arena_alloc(current->arena, size + HEADER) : NULL;
    if (!block)
        longjmp(current->failed, 1);
    memcpy(block, &size, sizeof size);
    return block + HEADER;
}

static void *hook_calloc(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        longjmp(current->failed, 1);
    return memset(allocate(total), 0, total);
}

static void *hook_realloc(void *old, size_t size)
{
    size_t had = 0;
    if (old)
        memcpy(&had, (char *)old - HEADER, sizeof had);
    if (size <= had)
        return old;
    void *block = allocate(size);
    if (had)
        memcpy(block, old, had);
    return block;
}

static void hook_free(void *block)
{
    (void)block; // the arena is freed whole
}

bool memory_run(struct arena *arena, void (*fn)(void *state, cmark_mem *mem), void *state)
{
    static cmark_mem mem = {hook_calloc, hook_realloc, hook_free};
    struct memory memory = {.arena = arena};
    struct memory *outer = current;
    bool ok = false;
    if (setjmp(memory.failed) == 0) {
        current = &memory;
        fn(state, &mem);
        ok = true;
    }
    current = outer;
    return ok;
}
