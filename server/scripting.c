// SPDX-License-Identifier: MIT
//
// The options of the script host, from the settings.
#include "scripting.h"

#include "base/file.h"

// A NULL-terminated C array of texts, with room for `more`; each made a path below `directory`, if
// given.
static const char **list_of(struct arena *arena, struct value list, struct slice directory,
                            size_t more)
{
    uint32_t count = value_length(NULL, list);
    const char **texts = arena_zalloc(arena, count + more + 1, sizeof *texts);
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

// Names next to script.scratch: directories of the server, in which hosts cannot write.
static const char TREES[] = ".trees", PREVIEWS[] = ".previews";

static const char *beside(struct arena *arena, const char *path, const char *suffix)
{
    return path ? arena_printf(arena, "%s%s", path, suffix).ptr : NULL;
}

const char *scripting_trees(const struct settings *settings, bool previews, struct arena *arena)
{
    return beside(arena, scripting_scratch(settings, previews, arena), TREES);
}

const char *scripting_scratch(const struct settings *settings, bool previews, struct arena *arena)
{
    return beside(arena, settings->script.scratch.full.ptr, previews ? PREVIEWS : "");
}

// `script.read`, and where the files of commits link to.
static const char *const *list_readable(const struct settings *settings, struct arena *arena)
{
    struct slice overlay = settings->git.overlay.full;
    uint32_t count = value_length(NULL, settings->script.read);
    const char **list = list_of(arena, settings->script.read, settings_directory(settings), 1);
    if (list && settings->repository && overlay.len)
        list[count] = overlay.ptr;
    return list;
}

static struct script *start(const struct settings *settings, bool previews, unsigned patience,
                            struct arena *arena, struct log *log, struct error *error)
{
    struct script_options options = {
        .command = terminated(arena, settings->script.command),
        .root = settings_directory(settings).ptr,
        .config = terminated(arena, settings->eleventy_config),
        .input = written_file(settings, arena, "input", settings->input.text),
        .output = written_file(settings, arena, "output", settings->output),
        .path_prefix = written_file(settings, arena, "path_prefix", settings->path_prefix),
        .trees = settings->repository ? scripting_trees(settings, previews, arena) : NULL,
        .scratch = scripting_scratch(settings, previews, arena),
        .network = settings->script.network,
        .prepared = settings->script.prepared && !previews,
        .memory_bytes = settings->script.memory,
        .timeout_ms = settings->script.timeout * patience,
        .idle_ms = settings->script.idle,
        .environment = list_of(arena, settings->script.env, SLICE_EMPTY, 0),
        .readable = list_readable(settings, arena),
        .fresh = list_of(arena, settings->script.fresh, SLICE_EMPTY, 0),
        .log = log,
    };
    if (!options.command || !options.config || !options.scratch || !options.environment ||
        !options.readable || !options.fresh || (settings->repository && !options.trees)) {
        error_memory(error);
        return NULL;
    }
    return script_create(&options, error);
}

struct script *scripting_start(const struct settings *settings, struct arena *arena,
                               struct log *log, struct error *error)
{
    return settings->eleventy_config.len ? start(settings, false, 1, arena, log, error) : NULL;
}

struct script *scripting_start_previews(const struct settings *settings, struct arena *arena,
                                        struct log *log, struct error *error)
{
    return settings->repository && settings->git.preview_scripts
               ? start(settings, true, 1, arena, log, error)
               : NULL;
}

struct script *scripting_start_patient(const struct settings *settings, struct arena *arena,
                                       struct log *log, struct error *error)
{
    return settings->eleventy_config.len ? start(settings, false, PATIENCE, arena, log, error)
                                         : NULL;
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
