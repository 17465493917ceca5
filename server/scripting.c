// SPDX-License-Identifier: MIT
//
// The options of the script host, from the settings.
#include "scripting.h"

#include "base/file.h"

// A NULL-terminated C array of texts; each made a path below `directory`, if given.
static const char *const *list_of(struct arena *arena, struct value list, struct slice directory)
{
    uint32_t count = value_length(NULL, list);
    const char **texts = arena_zalloc(arena, count + 1, sizeof *texts);
    for (uint32_t i = 0; texts && i < count; i++) {
        struct slice text = value_text(value_item(NULL, list, i));
        text = directory.len ? path_join(arena, directory, text) : arena_copy(arena, text);
        if (!text.ptr)
            return NULL;
        texts[i] = text.ptr;
    }
    return texts;
}

static const char *terminated(struct arena *arena, struct slice text)
{
    return arena_copy(arena, text).ptr;
}

// The value in guidance.yaml that overrides the configuration; NULL: none.
static const char *written_file(const struct settings *settings, struct arena *arena,
                                const char *key, struct slice text)
{
    return settings_is_written(settings, key) ? terminated(arena, text) : NULL;
}

// How many times longer than readers commands wait.
enum { PATIENCE = 10 };

static struct script *start(const struct settings *settings, unsigned patience, struct arena *arena,
                            struct log *log, struct error *error)
{
    if (!settings->eleventy_config.len)
        return NULL;
    struct slice root = settings_directory(settings);
    struct script_options options = {
        .command = terminated(arena, settings->script.command),
        .root = root.ptr,
        .config = terminated(arena, settings->eleventy_config),
        .input = written_file(settings, arena, "input", settings->input.text),
        .output = written_file(settings, arena, "output", settings->output),
        .path_prefix = written_file(settings, arena, "path_prefix", settings->path_prefix),
        .scratch = settings->script.scratch.full.ptr,
        .network = settings->script.network,
        .prepared = settings->script.prepared,
        .memory_bytes = settings->script.memory,
        .timeout_ms = settings->script.timeout * patience,
        .idle_ms = settings->script.idle,
        .environment = list_of(arena, settings->script.env, SLICE_EMPTY),
        .readable = list_of(arena, settings->script.read, root),
        .fresh = list_of(arena, settings->script.fresh, SLICE_EMPTY),
        .log = log,
    };
    if (!options.command || !options.config || !options.environment || !options.readable ||
        !options.fresh) {
        error_memory(error);
        return NULL;
    }
    return script_create(&options, error);
}

struct script *scripting_start(const struct settings *settings, struct arena *arena,
                               struct log *log, struct error *error)
{
    return start(settings, 1, arena, log, error);
}

struct script *scripting_start_patient(const struct settings *settings, struct arena *arena,
                                       struct log *log, struct error *error)
{
    return start(settings, PATIENCE, arena, log, error);
}

void scripting_remember(struct script *script, struct store *store)
{
    struct script_memory memory = {
        .state = store ? store_answers(store) : NULL,
        .get = store_answers_get,
        .put = store_answers_put,
        .remove = store_answers_remove,
    };
    if (script)
        script_remember(script, memory.state ? &memory : NULL);
}
