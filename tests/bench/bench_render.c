// SPDX-License-Identifier: MIT
//
// Renders pages of a site in process, like a worker that caches no finished page. For each page it
// prints the bytes, the nanoseconds of one render and the number of allocations:
//
//   bench_render SITE COUNT URL…
//
// It measures COUNT renders after ten to warm up. callgrind counts the instructions of the same
// program (tests/bench/budgets.mjs): their number depends only on the code.
#include "base/clock.h"
#include "site/site.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { WARM_UP = 10 };

// glibc's own names: the whole process allocates here, its libraries too.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
static atomic_size_t asked;

void *malloc(size_t size)
{
    atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed);
    return __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
    atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed);
    return __libc_realloc(ptr, size);
}

struct bench {
    struct arena *arena; // a request's
    struct site *site;
    const struct site_page *page;
    struct error error;
    size_t bytes;
};

static bool render(struct bench *bench)
{
    struct site_request request = {.now_ms = clock_wall_ms()};
    struct site_output output;
    arena_reset(bench->arena, SIZE_MAX);
    bool ok = site_render(bench->site, bench->page, &request, bench->arena, &output, &bench->error);
    bench->bytes = output.body.length;
    return ok;
}

static bool measure(struct bench *bench, struct slice url, unsigned long count)
{
    struct slice location;
    const struct site_route *route = site_find(bench->site, url, bench->arena, &location);
    if (!route || route->kind != SITE_ROUTE_PAGE)
        return error_set(&bench->error, ERROR_NOT_FOUND, "no page answers %.*s", SLICE_ARG(url));
    bench->page = route->page;
    for (unsigned i = 0; i < WARM_UP; i++)
        if (!render(bench))
            return false;
    size_t asked_before = atomic_load(&asked);
    uint64_t start = clock_monotonic_ns();
    for (unsigned long i = 0; i < count; i++)
        if (!render(bench))
            return false;
    double ns = (double)(clock_monotonic_ns() - start) / (double)count;
    printf("{\"url\":\"%.*s\",\"bytes\":%zu,\"ns\":%.0f,\"allocations\":%zu}\n", SLICE_ARG(url),
           bench->bytes, ns, atomic_load(&asked) - asked_before);
    return true;
}

int main(int argc, char **argv)
{
    struct bench bench = {.arena = arena_create(0, 0)};
    struct arena *arena = arena_create(0, 0);
    if (argc < 4 || !bench.arena || !arena) {
        fputs("usage: bench_render SITE COUNT URL…\n", stderr);
        return 2;
    }
    struct settings *settings =
        settings_load(arena, argv[1], NULL, true, NULL, 0, NULL, &bench.error);
    struct site_load_options options = {.settings = settings};
    if (settings)
        settings->render_cache = 0;
    bench.site = settings ? site_load(&options, &bench.error) : NULL;
    bool ok = bench.site != NULL;
    for (int i = 3; ok && i < argc; i++)
        ok = measure(&bench, slice_from_cstr(argv[i]), strtoul(argv[2], NULL, 10));
    if (!ok)
        fprintf(stderr, "bench_render: %s\n", bench.error.message);
    site_release(bench.site);
    arena_destroy(bench.arena);
    arena_destroy(arena);
    return ok ? 0 : 1;
}
