// SPDX-License-Identifier: MIT
//
// The linker leads the calls of each_call.def here. A wrapper passes eight words on, whatever the
// call takes: arguments are pointers and integers, so they are in registers, and the two words
// beyond those are the caller's.
#include "each_call.h"

#include "base/arena.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SITES_MAX = 1 << 16, SLOTS = 1 << 18 };

struct shared {
    _Atomic uint64_t slots[SLOTS]; // hashes of the sites noted, by linear probing
    struct each_call_site sites[SITES_MAX];
    _Atomic size_t count;
    atomic_bool happened;
};

static struct shared *shared;
static enum { IDLE, NOTING, FAILING } mode;
static struct each_call_site target;

// What follows is called from within the wrappers, so it calls nothing that is wrapped.

// The end of this thread's stack, so that no frame is looked for beyond it.
static uintptr_t stack_end(void)
{
    static _Thread_local uintptr_t end;
    if (!end) {
        pthread_attr_t attributes;
        void *stack;
        size_t size;
        if (pthread_getattr_np(pthread_self(), &attributes) != 0)
            return 0;
        pthread_attr_getstack(&attributes, &stack, &size);
        pthread_attr_destroy(&attributes);
        end = (uintptr_t)stack + size;
    }
    return end;
}

// Follows the chain of frame pointers, which the libraries' functions may break.
static struct each_call_site find_site(const char *name, const void *frame)
{
    struct each_call_site site = {.name = name};
    const uintptr_t *at = frame;
    for (size_t i = 0; i < EACH_CALL_DEPTH; i++) {
        site.from[i] = at[1];
        const uintptr_t *next = (const uintptr_t *)at[0];
        if (next <= at || (uintptr_t)next % sizeof *next != 0 ||
            (uintptr_t)(next + 2) > stack_end())
            break;
        at = next;
    }
    return site;
}

static uint64_t hash_site(const struct each_call_site *site)
{
    uint64_t hash = (uintptr_t)site->name;
    for (size_t i = 0; i < EACH_CALL_DEPTH; i++)
        hash = (hash ^ site->from[i]) * 0x9e3779b97f4a7c15u;
    return hash | 1;
}

static void note(const struct each_call_site *site)
{
    uint64_t hash = hash_site(site);
    for (size_t i = hash >> 32;; i++) {
        _Atomic uint64_t *slot = &shared->slots[i % SLOTS];
        uint64_t empty = 0;
        if (atomic_compare_exchange_strong(slot, &empty, hash)) {
            size_t number = atomic_fetch_add(&shared->count, 1);
            if (number < SITES_MAX)
                shared->sites[number] = *site;
            return;
        }
        if (empty == hash)
            return;
    }
}

static bool fails(const char *name, const void *frame)
{
    if (mode == IDLE)
        return false;
    struct each_call_site site = find_site(name, frame);
    if (mode == NOTING) {
        note(&site);
        return false;
    }
    if (hash_site(&site) != hash_site(&target))
        return false;
    return !atomic_exchange(&shared->happened, true);
}

// ---- the wrappers ----

#define WORDS                                                                                      \
    uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d, uintptr_t e, uintptr_t f, uintptr_t g,     \
        uintptr_t h
#define FRAME __builtin_frame_address(0)

// The rest is what a call that fails does.
#define WRAP_IF(type, name, may_fail, ...)                                                         \
    __attribute__((weak)) type __real_##name(WORDS);                                               \
    type __wrap_##name(WORDS);                                                                     \
    type __wrap_##name(WORDS)                                                                      \
    {                                                                                              \
        if (!(may_fail) || !fails(#name, FRAME))                                                   \
            return __real_##name(a, b, c, d, e, f, g, h);                                          \
        __VA_ARGS__                                                                                \
    }
#define WRAP(type, name, ...)     WRAP_IF(type, name, true, __VA_ARGS__)
#define CALL(name, failure, code) WRAP(uintptr_t, name, errno = code; return (uintptr_t)failure;)
#define WRITE(failure, code)                                                                       \
    WRAP_IF(uintptr_t, write, c != sizeof(uint64_t), errno = code; return (uintptr_t)failure;)
#define MAKE(name, nth, failure)                                                                   \
    WRAP(uintptr_t, name, const uintptr_t words[] = {a, b, c, d, e}; *(void **)words[nth] = NULL;  \
         return (uintptr_t)failure;)
// A pair of words, which is how a struct slice is returned; a pointer or a bool is in the first.
#define ARENA(name)                                                                                \
    WRAP(struct slice, name, ((struct arena *)a)->failed = true; return SLICE_EMPTY;)
#include "each_call.def"

// It takes any arguments, so its wrapper is its own.
struct slice __wrap_arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct slice __wrap_arena_printf(struct arena *arena, const char *format, ...)
{
    if (fails("arena_printf", FRAME)) {
        arena->failed = true;
        return SLICE_EMPTY;
    }
    va_list args;
    va_start(args, format);
    struct slice text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

// ---- the test's side ----

bool each_call_prepare(void)
{
    void *mapped =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared = mapped == MAP_FAILED ? NULL : mapped;
    return shared != NULL;
}

void each_call_note(void)
{
    mode = NOTING;
}

void each_call_fail(size_t site)
{
    target = shared->sites[site];
    mode = FAILING;
}

void each_call_stop(void)
{
    mode = IDLE;
}

size_t each_call_count(void)
{
    return shared->count < SITES_MAX ? shared->count : SITES_MAX;
}

bool each_call_happened(void)
{
    return shared->happened;
}

void each_call_forget(void)
{
    shared->happened = false;
}

extern const char __executable_start;

void each_call_print(size_t site)
{
    char command[256], program[128] = "";
    int length = (int)readlink("/proc/self/exe", program, sizeof program - 1);
    printf("  %s fails, called from\n", shared->sites[site].name);
    fflush(stdout);
    for (size_t i = 0; i < EACH_CALL_DEPTH && shared->sites[site].from[i]; i++) {
        uintptr_t offset = shared->sites[site].from[i] - (uintptr_t)&__executable_start - 1;
        snprintf(command, sizeof command, "addr2line -sfpe %.*s %#zx", length, program, offset);
        if (system(command) != 0)
            printf("  %#zx\n", (size_t)offset);
        fflush(stdout);
    }
}
