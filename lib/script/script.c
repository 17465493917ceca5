// SPDX-License-Identifier: MIT
//
// The life of a script: settings, the starter, answers, and status.
#include "host.h"

#include "program.h"

#include "base/clock.h"

#include <stdlib.h>

// Version of the kept records: changing it changes all keys.
enum { RECORD_VERSION = 2 };

// ---- settings ----

static const char *copy_text(struct script *script, const char *text)
{
    return text ? arena_cstr(script->arena, slice_from_cstr(text)) : NULL;
}

static const char *const *copy_list(struct script *script, const char *const *list)
{
    size_t count = 0;
    while (list && list[count])
        count++;
    const char **copy = arena_zalloc(script->arena, count + 1, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++)
        copy[i] = copy_text(script, list[i]);
    return copy;
}

static void copy_options(struct script *script, const struct script_options *options)
{
    struct script_options *own = &script->options;
    *own = *options;
    own->command = copy_text(script, options->command);
    own->root = copy_text(script, options->root);
    own->config = copy_text(script, options->config);
    own->input = copy_text(script, options->input);
    own->output = copy_text(script, options->output);
    own->path_prefix = copy_text(script, options->path_prefix);
    own->scratch = copy_text(script, options->scratch);
    own->host = copy_text(script, options->host);
    own->environment = copy_list(script, options->environment);
    own->readable = copy_list(script, options->readable);
    own->fresh = copy_list(script, options->fresh);
    script->reads_of.root = slice_from_cstr(own->root);
    script->reads_of.own[0] = slice_from_cstr(own->scratch);
    script->reads_of.own[1] = arena_printf(script->arena, "%s.host", own->scratch);
}

static void make_lock(struct script *script)
{
    pthread_condattr_t monotonic;
    pthread_mutex_init(&script->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&script->turn, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static bool fill_script(struct script *script, const struct script_options *options,
                        struct error *error)
{
    script->arena = arena_create(0, 0);
    if (!script->arena)
        return error_memory(error);
    copy_options(script, options);
    script->log = options->log;
    script->asker.call = call_function;
    script->written_arena = arena_create(0, 0);
    if (!script->written_arena)
        return error_memory(error);
    script->written = map_create(script->written_arena);
    script->answers = answers_create(options->root);
    script->program = program_hash(&script->options) + RECORD_VERSION;
    atomic_store(&script->generation, 1);
    // Hosts distinguish questions by it, including those of earlier processes that records name.
    atomic_store(&script->number, (uint64_t)clock_wall_ms() * 1000 % (UINT64_C(1) << 52));
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        script->hosts[i].channel.fd = script->hosts[i].channel.output = -1;
        script->hosts[i].arena = arena_create(0, 0);
        if (!script->hosts[i].arena)
            return error_memory(error);
    }
    if (arena_failed(script->arena) || !script->answers)
        return error_memory(error);
    script->starter = options->prepared ? NULL : starter_fork(&script->options, error);
    return options->prepared || script->starter;
}

struct script *script_create(const struct script_options *options, struct error *error)
{
    struct script *script = calloc(1, sizeof *script);
    if (!script) {
        error_memory(error);
        return NULL;
    }
    make_lock(script);
    if (fill_script(script, options, error))
        return script;
    script_destroy(script);
    return NULL;
}

void script_stop(struct script *script)
{
    int status;
    if (!script || !script->starter)
        return;
    atomic_store(&script->stopped, true);
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        int pid = script->hosts[i].pid;
        if (pid)
            starter_end(script->starter, pid, &status);
    }
    pthread_mutex_lock(&script->lock);
    pthread_cond_broadcast(&script->turn);
    pthread_mutex_unlock(&script->lock);
}

void script_destroy(struct script *script)
{
    if (!script)
        return;
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        if (script->hosts[i].arena)
            host_end(script, &script->hosts[i]);
        arena_destroy(script->hosts[i].arena);
    }
    starter_destroy(script->starter);
    answers_destroy(script->answers);
    pthread_cond_destroy(&script->turn);
    pthread_mutex_destroy(&script->lock);
    arena_destroy(script->written_arena);
    arena_destroy(script->arena);
    free(script);
}

void script_remember(struct script *script, const struct script_memory *memory)
{
    answers_remember(script->answers, memory);
}

void script_each_file(struct script *script, void (*fn)(void *state, struct slice path),
                      void *state)
{
    files_each(answers_files(script->answers), fn, state);
}

struct script_edition script_edition(struct script *script)
{
    pthread_mutex_lock(&script->lock);
    struct script_edition edition = {script->config.place, script->config.check};
    pthread_mutex_unlock(&script->lock);
    return edition;
}

void script_renew(struct script *script)
{
    atomic_fetch_add(&script->generation, 1);
    files_renew(answers_files(script->answers));
}

void script_restart(struct script *script)
{
    atomic_fetch_add(&script->restarts, 1);
    script_renew(script);
}

bool script_each_state(struct script *script, script_state_fn fn, void *state)
{
    return files_each_state(answers_files(script->answers), fn, state);
}

uint64_t script_file(struct script *script, struct slice path)
{
    return files_state(answers_files(script->answers), path);
}

struct script_status script_status(struct script *script)
{
    struct answers_count count = answers_count(script->answers);
    pthread_mutex_lock(&script->lock);
    struct script_status status = script->status;
    uint64_t now = clock_monotonic_ns();
    if (script->failures > 1 && script->retry_at > now)
        status.rests_ms = (script->retry_at - now) / 1000000 + 1;
    pthread_mutex_unlock(&script->lock);
    status.pid = script->hosts[0].pid;
    status.running = status.pid != 0;
    status.answers = count.records;
    status.answer_bytes = count.bytes;
    return status;
}
