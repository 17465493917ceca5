// SPDX-License-Identifier: MIT
//
// The arena: chunks from malloc, filled from the front. A reset keeps the chunks, so that a warm
// worker runs without malloc.
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#define POISON(ptr, size)   ASAN_POISON_MEMORY_REGION(ptr, size)
#define UNPOISON(ptr, size) ASAN_UNPOISON_MEMORY_REGION(ptr, size)
#else
#define POISON(ptr, size)   ((void)(ptr), (void)(size))
#define UNPOISON(ptr, size) ((void)(ptr), (void)(size))
#endif

enum { DEFAULT_CHUNK = 64 << 10, ROOM_FIRST = 16 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; // bytes of data
    _Alignas(ARENA_ALIGNMENT) char data[];
};

_Static_assert((ARENA_ALIGNMENT & (ARENA_ALIGNMENT - 1)) == 0, "a power of two");
_Static_assert(ARENA_ALIGNMENT >= _Alignof(max_align_t), "aligned for any type");
_Static_assert(sizeof(struct arena_chunk) % ARENA_ALIGNMENT == 0, "data begins aligned");

struct arena_hook {
    struct arena_hook *next;
    void (*fn)(void *ptr);
    void *ptr;
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

static void run_hooks(struct arena *arena, const struct arena_hook *until)
{
    while (arena->hooks != until) {
        struct arena_hook *hook = arena->hooks;
        arena->hooks = hook->next;
        hook->fn(hook->ptr);
    }
}

static void free_chunks(struct arena *arena, struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *next = chunk->next;
        invariant(arena->held >= sizeof *chunk + chunk->size);
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
    invariant(arena->held == 0);
    free(arena);
}

// Continues at the start of a chunk, which may be NULL.
static void fill_chunk(struct arena *arena, struct arena_chunk *chunk)
{
    arena->current = chunk;
    arena->at = chunk ? chunk->data : NULL;
    arena->end = chunk ? chunk->data + chunk->size : NULL;
}

void arena_reset(struct arena *arena, size_t keep)
{
    run_hooks(arena, NULL);
    size_t kept = 0;
    struct arena_chunk **link = &arena->first;
    while (*link && kept + (*link)->size <= keep) {
        kept += (*link)->size;
        POISON((*link)->data, (*link)->size);
        link = &(*link)->next;
    }
    free_chunks(arena, *link);
    *link = NULL;
    fill_chunk(arena, arena->first);
    arena->used = 0;
    arena_forgive(arena);
}

static void *arena_fail(struct arena *arena)
{
    arena->failed = true;
    return NULL;
}

// A chunk after the current one with room for `size` bytes: a kept one, or a new one.
static struct arena_chunk *next_chunk(struct arena *arena, size_t size)
{
    struct arena_chunk **link = arena->current ? &arena->current->next : &arena->first;
    if (*link && (*link)->size >= size)
        return *link;
    if (size > SIZE_MAX / 4)
        return NULL;
    size_t room = size > arena->chunk_size ? size : arena->chunk_size;
    room = (room + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
    if (arena->held + sizeof(struct arena_chunk) + room > arena->limit)
        return NULL;
    struct arena_chunk *chunk = malloc(sizeof *chunk + room);
    if (!chunk)
        return NULL;
    *chunk = (struct arena_chunk){.next = *link, .size = room};
    POISON(chunk->data, room);
    *link = chunk;
    arena->held += sizeof *chunk + room;
    return chunk;
}

static size_t used_of_current(const struct arena *arena)
{
    return arena->current ? (size_t)(arena->at - arena->current->data) : 0;
}

void *arena_take(struct arena *arena, size_t size, size_t alignment)
{
    invariant(arena->at <= arena->end && (alignment == 1 || alignment == ARENA_ALIGNMENT));
    size_t gap = -(uintptr_t)arena->at & (alignment - 1);
    if (!arena->at || size > (size_t)(arena->end - arena->at) - gap) {
        struct arena_chunk *chunk = next_chunk(arena, size);
        if (!chunk)
            return arena_fail(arena);
        arena->used += used_of_current(arena);
        fill_chunk(arena, chunk);
        gap = 0;
    }
    char *ptr = arena->at + gap;
    arena->at = ptr + size;
    UNPOISON(ptr, size);
    invariant(arena->at <= arena->end && (uintptr_t)ptr % alignment == 0);
    return ptr;
}

void *arena_zalloc(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return arena_fail(arena);
    void *ptr = arena_alloc(arena, total);
    return ptr ? memset(ptr, 0, total) : NULL;
}

void *arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size)
{
    if (ptr && new_size >= old_size && (char *)ptr + old_size == arena->at &&
        new_size - old_size <= (size_t)(arena->end - arena->at)) {
        arena->at += new_size - old_size;
        UNPOISON(ptr, new_size);
        return ptr;
    }
    void *grown = arena_alloc(arena, new_size);
    if (grown && ptr && old_size)
        memcpy(grown, ptr, old_size < new_size ? old_size : new_size);
    return grown;
}

bool arena_room(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size)
{
    size_t wanted = *capacity ? *capacity : ROOM_FIRST / 2, bytes;
    void *items;
    if (count < *capacity)
        return true;
    if (__builtin_mul_overflow(wanted, (size_t)2, &wanted) ||
        __builtin_mul_overflow(wanted, size, &bytes))
        return arena_fail(arena);
    memcpy(&items, array, sizeof items);
    items = arena_grow(arena, items, *capacity * size, bytes);
    if (!items)
        return false;
    memcpy(array, &items, sizeof items);
    *capacity = wanted;
    invariant(count < *capacity);
    return true;
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

struct slice arena_join(struct arena *arena, const struct slice *parts, size_t count)
{
    size_t length = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        length += parts[i].len;
    char *text = arena_alloc_text(arena, length + 1);
    if (!text)
        return SLICE_EMPTY;
    for (size_t i = 0; i < count; at += parts[i++].len)
        if (parts[i].len)
            memcpy(text + at, parts[i].ptr, parts[i].len);
    text[length] = '\0';
    return slice_of(text, length);
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
    struct arena_hook *hook = arena_alloc(arena, sizeof *hook);
    if (!hook) {
        fn(ptr);
        return false;
    }
    *hook = (struct arena_hook){arena->hooks, fn, ptr};
    arena->hooks = hook;
    return true;
}

bool arena_failed(const struct arena *arena)
{
    return arena->failed;
}

void arena_forgive(struct arena *arena)
{
    arena->failed_before |= arena->failed;
    arena->failed = false;
}

bool arena_ever_failed(const struct arena *arena)
{
    return arena->failed || arena->failed_before;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used + used_of_current(arena);
}

size_t arena_held(const struct arena *arena)
{
    return arena->held;
}

struct arena_mark arena_mark(struct arena *arena)
{
    return (struct arena_mark){arena->current, arena->at, arena->hooks, arena->used};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    run_hooks(arena, mark.hooks);
    // The mark is of this arena, and nothing has rewound to before it since.
    invariant(!mark.chunk ||
              (mark.at >= mark.chunk->data && mark.at <= mark.chunk->data + mark.chunk->size));
    invariant(mark.used <= arena_used(arena));
    fill_chunk(arena, mark.chunk ? mark.chunk : arena->first);
    if (mark.chunk)
        arena->at = mark.at;
    for (struct arena_chunk *c = arena->current; c; c = c->next) {
        char *unused = c == arena->current ? arena->at : c->data;
        POISON(unused, (size_t)(c->data + c->size - unused));
    }
    arena->used = mark.used;
}
