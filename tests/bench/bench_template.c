// SPDX-License-Identifier: MIT
//
// Renders each case of a JSON file repeatedly and prints a JSON line for each, with its output and
// the nanoseconds of one render: `bench_template cases.json seconds`. Time is processor time of
// this thread, so that other work on the machine matters less. tests/bench/template.mjs makes the
// file and compares. Templates are compiled and warm, the context is frozen like a snapshot's, and
// the arena is reset between renders, like a worker's between requests.
#include "base/file.h"
#include "template/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FILE_LIMIT = 16 << 20 };

static bool load(void *state, struct arena *arena, struct slice name, struct slice *source,
                 struct slice *file, struct error *error)
{
    const struct value *row = state;
    struct value text = value_get(NULL, value_get(NULL, *row, SLICE("templates")), name);
    *file = name;
    if (value_is(text, VALUE_STRING)) {
        *source = value_text(text);
        return true;
    }
    struct value paths = value_get(NULL, *row, SLICE("paths"));
    for (uint32_t i = 0; i < value_length(NULL, paths); i++) {
        *file = path_join(arena, value_text(value_item(NULL, paths, i)), name);
        if (file->ptr && file_exists(file->ptr))
            return file_read(arena, file->ptr, FILE_LIMIT, source, error);
    }
    return false;
}

struct bench {
    const struct template *template;
    struct template_context context;
    struct arena *arena;
    struct error error;
};

static bool render(struct bench *bench, struct slice *text)
{
    struct template_output output;
    arena_reset(bench->arena, SIZE_MAX);
    struct value_realm realm = value_realm_create(bench->arena);
    if (!template_render(bench->template, &bench->context, &realm, &output, &bench->error))
        return false;
    *text = template_output_text(bench->arena, &output);
    return text->ptr != NULL;
}

static double processor_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

// Nanoseconds per render, over `seconds`.
static double measure(struct bench *bench, double seconds)
{
    struct slice text;
    double start = processor_ns(), until = start + seconds * 1e9;
    double count = 0;
    do {
        for (int i = 0; i < 20; i++)
            if (!render(bench, &text))
                return -1;
        count += 20;
    } while (processor_ns() < until);
    return (processor_ns() - start) / count;
}

static void print_result(double ns, struct slice text)
{
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    buffer_printf(&out, "{\"ns\":%.1f,\"output\":", ns);
    buffer_append_json_string(&out, text);
    buffer_append_cstr(&out, "}\n");
    if (fwrite(out.ptr, 1, out.len, stdout) != out.len)
        fputs("bench_template: cannot write\n", stderr);
    arena_destroy(arena);
}

static bool run(struct bench *bench, struct value row, double seconds)
{
    struct value option = value_get(NULL, row, SLICE("options"));
    struct template_options options = {
        .trim_blocks = value_truthy(value_get(NULL, option, SLICE("trimBlocks"))),
        .lstrip_blocks = value_truthy(value_get(NULL, option, SLICE("lstripBlocks"))),
        .loader = load,
        .loader_state = &row,
    };
    struct template_set *set = template_set_create(&options, &bench->error);
    if (!set)
        return false;
    struct value source = value_get(NULL, row, SLICE("template"));
    bench->template = template_compile(set, SLICE("bench.njk"), SLICE("bench.njk"),
                                       value_text(source), 1, SLICE_EMPTY, &bench->error);
    bench->context.layers[0] = value_get(NULL, row, SLICE("context"));
    bench->context.count = 1;
    struct slice text;
    bool ok = bench->template && measure(bench, seconds / 4) > 0;
    double ns = ok ? measure(bench, seconds) : -1;
    ok = ns > 0 && render(bench, &text);
    if (ok)
        print_result(ns, text);
    template_set_destroy(set);
    return ok;
}

static bool run_all(struct bench *bench, struct arena *arena, const char *file, double seconds)
{
    struct slice text;
    if (!file_read(arena, file, FILE_LIMIT, &text, &bench->error))
        return false;
    struct value rows =
        value_from_json(arena, slice_from_cstr(file), text, &VALUE_DATA_LIMITS, &bench->error);
    value_freeze(rows);
    for (uint32_t i = 0; i < value_length(NULL, rows); i++)
        if (!run(bench, value_item(NULL, rows, i), seconds))
            return false;
    return !error_is_set(&bench->error);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_create(0, 0);
    struct bench bench = {.arena = arena_create(0, 0)};
    if (argc != 3 || !arena || !bench.arena) {
        fputs("usage: bench_template CASES.json SECONDS\n", stderr);
        return 2;
    }
    bool ok = run_all(&bench, arena, argv[1], strtod(argv[2], NULL));
    if (!ok)
        fprintf(stderr, "%s: %s\n", argv[1], bench.error.message);
    arena_destroy(bench.arena);
    arena_destroy(arena);
    return ok ? 0 : 1;
}
