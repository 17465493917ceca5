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
    own->root = copy_text(script, script->trees ? trees_root(script->trees) : options->root);
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
    pthread_mutex_init(&script->lock, NULL);
    pthread_cond_init(&script->turn, NULL);
}

// What answers depend on besides the site's files.
static uint64_t hash_program(const struct script *script)
{
    uint64_t hash = program_hash(&script->options) + RECORD_VERSION;
    // Which of the processes this is: JavaScript sees the path.
    return script->trees ? slice_hash_mix(hash ^ slice_hash(script->reads_of.root), SLICE_HASH_STEP)
                         : hash;
}

static bool open_trees(struct script *script, const struct script_options *options,
                       struct error *error)
{
    if (!options->trees)
        return true;
    script->trees = trees_open(options->trees, error);
    return script->trees != NULL;
}

static bool make_directory(struct script *script, const struct script_options *options)
{
    const struct script_commit texts = {.config = options->config,
                                        .input = options->input,
                                        .output = options->output,
                                        .path_prefix = options->path_prefix};
    if (!script->trees)
        script->directory =
            trees_of_directory(script->arena, options->root, &texts, script->program);
    return script->trees || script->directory;
}

static bool fill_script(struct script *script, const struct script_options *options,
                        struct error *error)
{
    script->arena = arena_create(0, 0);
    if (!script->arena)
        return error_memory(error);
    if (!open_trees(script, options, error))
        return false;
    copy_options(script, options);
    script->log = options->log;
    script->asker.call = call_function;
    script->written_arena = arena_create(0, 0);
    if (!script->written_arena)
        return error_memory(error);
    script->written = map_create(script->written_arena);
    script->answers = answers_create();
    script->program = hash_program(script);
    atomic_store(&script->generation, 1);
    // Hosts distinguish questions by it, including those of earlier processes that records name.
    atomic_store(&script->number, (uint64_t)clock_wall_ms() * 1000 % (UINT64_C(1) << 52));
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        script->hosts[i].channel.fd = script->hosts[i].channel.output = -1;
        script->hosts[i].arena = arena_create(0, 0);
        if (!script->hosts[i].arena)
            return error_memory(error);
    }
    if (!make_directory(script, options) || arena_failed(script->arena) || !script->answers)
        return error_memory(error);
    file_make_directories(script->options.scratch, NULL); // otherwise the next start says why
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
    if (script->directory)
        files_destroy(script->directory->files);
    trees_close(script->trees);
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

// ---- trees ----

const char *script_root(const struct script *script)
{
    return script->options.root;
}

const char *script_scratch(const struct script *script)
{
    return script->options.scratch;
}

struct script_tree *script_directory(struct script *script)
{
    return script->directory;
}

struct script_tree *script_commit(struct script *script, const struct script_commit *commit,
                                  struct error *error)
{
    script_sweep(script);
    return trees_take(script->trees, commit, script->program, error);
}

void script_sweep(struct script *script)
{
    if (script && script->trees)
        trees_sweep(script->trees);
}

void script_each_file(struct script_tree *tree, void (*fn)(void *state, struct slice path),
                      void *state)
{
    files_each(tree->files, fn, state);
}

bool script_each_state(struct script_tree *tree, script_state_fn fn, void *state)
{
    return files_each_state(tree->files, fn, state);
}

uint64_t script_file(struct script_tree *tree, struct slice path)
{
    return files_state(tree->files, path);
}

struct script_edition script_edition(struct script *script, struct script_tree *tree)
{
    pthread_mutex_lock(&script->lock);
    struct script_edition edition = {tree->edition.place, tree->edition.check};
    pthread_mutex_unlock(&script->lock);
    return edition;
}

void script_renew(struct script *script)
{
    atomic_fetch_add(&script->generation, 1);
    if (script->trees)
        trees_renew(script->trees);
    else
        files_renew(script->directory->files);
}

void script_restart(struct script *script)
{
    atomic_fetch_add(&script->restarts, 1);
    script_renew(script);
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
