// SPDX-License-Identifier: MIT
//
// An arena is a lifetime. Everything allocated from it is freed at once, by arena_reset or
// arena_destroy; nothing is freed alone. guidanced has two kinds: the snapshot's arena (lives as
// long as one load of the site) and the request's arena (lives as long as one request; a worker
// owns one and resets it after each, keeping its chunks, so that a warm worker never calls malloc).
//
// Failure: an allocation that malloc refuses or that would pass the limit returns NULL, and the
// arena remembers (arena_failed), so that a caller may check once at the end of a run of calls.
//
// Thread-safety: an arena belongs to one thread at a time.
#ifndef GUIDANCED_BASE_ARENA_H
#define GUIDANCED_BASE_ARENA_H

#include "slice.h"

#include <stdarg.h>

// Under AddressSanitizer the unused part of a chunk is poisoned, which only arena.c can undo.
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS
#endif
#endif

enum { ARENA_ALIGNMENT = 16 };

// The state that allocating reads and writes, and state that only arena.c uses. Visible so that an
// allocation that fits the current chunk is a few inline instructions.
struct arena {
    char *at;  // the next free byte of the current chunk
    char *end; // of the current chunk; a multiple of ARENA_ALIGNMENT
    struct arena_chunk *first;
    struct arena_chunk *current; // chunks after it are empty
    struct arena_hook *hooks;
    size_t chunk_size;
    size_t limit;
    size_t held;
    size_t used;                // in the chunks before the current one
    bool failed, failed_before; // since the last reset, and before it
};

// chunk_size: bytes asked of malloc at a time (0: 64 KiB). limit: most bytes ever held (0: none).
// NULL when out of memory. The caller owns the arena: arena_destroy.
struct arena *arena_create(size_t chunk_size, size_t limit);

// Runs the cleanup hooks and gives all memory back. NULL is allowed.
void arena_destroy(struct arena *arena);

// Runs the cleanup hooks and forgets all allocations and the failed state, keeping the chunks for
// reuse up to `keep` bytes (chunks beyond that are freed).
void arena_reset(struct arena *arena, size_t keep);

// arena_alloc without its fast path: an allocation that does not fit goes into the next chunk.
// `alignment` is 1 or ARENA_ALIGNMENT.
void *arena_take(struct arena *arena, size_t size, size_t alignment);

// `size` bytes aligned for any type, uninitialised. NULL on failure. A size of 0 gives a valid
// pointer that must not be dereferenced.
static inline void *arena_alloc(struct arena *arena, size_t size)
{
#if defined(__OPTIMIZE__) && !defined(ARENA_POISONS)
    char *at = arena->at + (-(uintptr_t)arena->at & (ARENA_ALIGNMENT - 1));
    if (at && size <= (size_t)(arena->end - at)) {
        arena->at = at + size;
        return at;
    }
#endif
    return arena_take(arena, size, ARENA_ALIGNMENT);
}

// Bytes without alignment, for text.
static inline char *arena_alloc_text(struct arena *arena, size_t size)
{
#if defined(__OPTIMIZE__) && !defined(ARENA_POISONS)
    char *at = arena->at;
    if (at && size <= (size_t)(arena->end - at)) {
        arena->at = at + size;
        return at;
    }
#endif
    return arena_take(arena, size, 1);
}

// `count` objects of `size` bytes, zeroed. NULL on failure or overflow of count * size.
void *arena_zalloc(struct arena *arena, size_t count, size_t size);

// Makes an allocation of old_size bytes new_size bytes long: in place if it was the last one and
// the chunk has room, otherwise by copying. NULL on failure; the old bytes stay valid.
void *arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size);

// Makes room for one more item in an array of `count` items of `size` bytes: a full one gets twice
// its *capacity. `array` is the address of the pointer to the items. It is stored here, not
// returned, so that pointer and *capacity agree whatever fails next. It is a void *, read and
// written by memcpy, since no type is a pointer to a pointer to anything. False on failure, with
// pointer, items and *capacity as they were.
bool arena_room(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size);

// A copy of the bytes with a NUL after them (not counted in len). On failure {NULL, 0}.
struct slice arena_copy(struct arena *arena, struct slice text);
// The same, as a C string; NULL on failure.
char *arena_cstr(struct arena *arena, struct slice text);
// The parts one after another, with a NUL after them. {NULL, 0} on failure.
struct slice arena_join(struct arena *arena, const struct slice *parts, size_t count);
#define ARENA_JOIN(arena, ...)                                                                     \
    arena_join((arena), (const struct slice[]){__VA_ARGS__},                                       \
               sizeof((const struct slice[]){__VA_ARGS__}) / sizeof(struct slice))
// printf into the arena; NUL-terminated. {NULL, 0} on failure.
struct slice arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct slice arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

// Calls fn(ptr) when the arena is reset or destroyed, last registered first: for library objects
// and references that must be released (a PCRE2 code, an SQLite statement, a snapshot).
// False when out of memory; fn has then been called already, so nothing leaks.
bool arena_on_free(struct arena *arena, void (*fn)(void *ptr), void *ptr);

// True when an allocation has failed since the last reset.
bool arena_failed(const struct arena *arena);
// Forgets it, where the arena lives on and what was to be made in it has been dropped.
void arena_forgive(struct arena *arena);
// True when one has failed since the arena was created, forgotten or not: for scratch work in steps
// that are resumed whatever became of them.
bool arena_ever_failed(const struct arena *arena);

// Bytes handed out since the last reset, and bytes held from malloc.
size_t arena_used(const struct arena *arena);
size_t arena_held(const struct arena *arena);

// A mark to roll back to: later allocations are forgotten, and hooks registered since are run. For
// scratch work in a long-lived arena.
struct arena_mark {
    struct arena_chunk *chunk;
    char *at;
    struct arena_hook *hooks;
    size_t used;
};
struct arena_mark arena_mark(struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

#endif
