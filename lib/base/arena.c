// SPDX-License-Identifier: MIT
//
// The arena: chunks from malloc, filled from the front. A reset keeps the chunks, so that a warm
// worker runs without malloc. Under AddressSanitizer the unused part of a chunk is poisoned.
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(ptr, size)   ASAN_POISON_MEMORY_REGION(ptr, size)
#define UNPOISON(ptr, size) ASAN_UNPOISON_MEMORY_REGION(ptr, size)
#else
#define POISON(ptr, size)   ((void)(ptr), (void)(size))
#define UNPOISON(ptr, size) ((void)(ptr), (void)(size))
#endif

enum { DEFAULT_CHUNK = 64 << 10, ALIGNMENT = 16 };

struct chunk {
    struct chunk *next;
    size_t size; // bytes of data
    size_t used;
    _Alignas(ALIGNMENT) char data[];
};

struct hook {
    struct hook *next;
    void (*fn)(void *ptr);
    void *ptr;
};

struct arena {
    struct chunk *first;
    struct chunk *current; // chunks behind it are empty
    struct hook *hooks;
    size_t chunk_size;
    size_t limit;
    size_t held;
    size_t used;
    bool failed;
};

struct arena *arena_create(size_t chunk_size, size_t limit)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        return NULL;
    arena->chunk_size = chunk_size ? chunk_size : DEFAULT_CHUNK;
    arena->limit = limit ? limit : SIZE_MAX / 2;
    return arena;
}

static void run_hooks(struct arena *arena, const struct hook *until)
{
    while (arena->hooks != until) {
        struct hook *hook = arena->hooks;
        arena->hooks = hook->next;
        hook->fn(hook->ptr);
    }
}

static void free_chunks(struct arena *arena, struct chunk *chunk)
{
    while (chunk) {
        struct chunk *next = chunk->next;
        arena->held -= sizeof *chunk + chunk->size;
        UNPOISON(chunk->data, chunk->size);
        free(chunk);
        chunk = next;
    }
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    run_hooks(arena, NULL);
    free_chunks(arena, arena->first);
    free(arena);
}

void arena_reset(struct arena *arena, size_t keep)
{
    run_hooks(arena, NULL);
    size_t kept = 0;
    struct chunk **link = &arena->first;
    while (*link && kept + (*link)->size <= keep) {
        struct chunk *chunk = *link;
        kept += chunk->size;
        chunk->used = 0;
        POISON(chunk->data, chunk->size);
        link = &chunk->next;
    }
    free_chunks(arena, *link);
    *link = NULL;
    arena->current = arena->first;
    arena->used = 0;
    arena->failed = false;
}

static void *fail(struct arena *arena)
{
    arena->failed = true;
    return NULL;
}

// A chunk behind the current one with room for `size` bytes: a kept one, or a new one.
static struct chunk *next_chunk(struct arena *arena, size_t size)
{
    struct chunk **link = arena->current ? &arena->current->next : &arena->first;
    if (*link && (*link)->size >= size)
        return *link;
    size_t room = size > arena->chunk_size ? size : arena->chunk_size;
    if (room > SIZE_MAX / 4 || arena->held + sizeof(struct chunk) + room > arena->limit)
        return NULL;
    struct chunk *chunk = malloc(sizeof *chunk + room);
    if (!chunk)
        return NULL;
    *chunk = (struct chunk){.next = *link, .size = room};
    POISON(chunk->data, room);
    *link = chunk;
    arena->held += sizeof *chunk + room;
    return chunk;
}

static void *take(struct arena *arena, size_t size, size_t alignment)
{
    struct chunk *chunk = arena->current;
    size_t at = chunk ? (chunk->used + alignment - 1) & ~(alignment - 1) : 0;
    if (!chunk || size > chunk->size || at > chunk->size - size) {
        chunk = next_chunk(arena, size);
        if (!chunk)
            return fail(arena);
        chunk->used = at = 0;
        arena->current = chunk;
    }
    arena->used += at + size - chunk->used;
    chunk->used = at + size;
    UNPOISON(chunk->data + at, size);
    return chunk->data + at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return take(arena, size, ALIGNMENT);
}

char *arena_alloc_text(struct arena *arena, size_t size)
{
    return take(arena, size, 1);
}

void *arena_zalloc(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return fail(arena);
    void *ptr = arena_alloc(arena, total);
    return ptr ? memset(ptr, 0, total) : NULL;
}

void *arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size)
{
    struct chunk *chunk = arena->current;
    if (ptr && chunk && new_size >= old_size &&
        (char *)ptr + old_size == chunk->data + chunk->used &&
        new_size - old_size <= chunk->size - chunk->used) {
        chunk->used += new_size - old_size;
        arena->used += new_size - old_size;
        UNPOISON(ptr, new_size);
        return ptr;
    }
    void *grown = arena_alloc(arena, new_size);
    if (grown && ptr && old_size)
        memcpy(grown, ptr, old_size < new_size ? old_size : new_size);
    return grown;
}

char *arena_cstr(struct arena *arena, struct slice text)
{
    char *copy = arena_alloc_text(arena, text.len + 1);
    if (!copy)
        return NULL;
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

struct slice arena_copy(struct arena *arena, struct slice text)
{
    char *copy = arena_cstr(arena, text);
    return copy ? slice_of(copy, text.len) : SLICE_EMPTY;
}

struct slice arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = length >= 0 ? arena_alloc_text(arena, (size_t)length + 1) : NULL;
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text ? slice_of(text, (size_t)length) : SLICE_EMPTY;
}

struct slice arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct slice text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

bool arena_on_free(struct arena *arena, void (*fn)(void *ptr), void *ptr)
{
    struct hook *hook = arena_alloc(arena, sizeof *hook);
    if (!hook) {
        fn(ptr);
        return false;
    }
    *hook = (struct hook){arena->hooks, fn, ptr};
    arena->hooks = hook;
    return true;
}

bool arena_failed(const struct arena *arena)
{
    return arena->failed;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

size_t arena_held(const struct arena *arena)
{
    return arena->held;
}

struct arena_mark arena_mark(struct arena *arena)
{
    return (struct arena_mark){arena->current, arena->current ? arena->current->used : 0,
                               arena->hooks, arena->used};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    run_hooks(arena, mark.hooks);
    struct chunk *chunk = mark.chunk ? mark.chunk : arena->first;
    size_t used = mark.chunk ? mark.used : 0;
    for (struct chunk *c = chunk; c; c = c->next, used = 0) {
        POISON(c->data + used, c->size - used);
        c->used = used;
    }
    arena->current = chunk;
    arena->used = mark.total;
}
