// SPDX-License-Identifier: MIT
//
// The host's command line and environment. The environment is built, not inherited: HOME and TMPDIR
// are in the scratch directory, TZ is the daemon's, the rest is what the settings name.
#include "program.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

// ---- texts ----

static const char *keep_formatted(struct program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// NULL: no room.
static const char *keep_formatted(struct program *program, const char *format, ...)
{
    va_list args;
    size_t room = sizeof program->text - program->used;
    char *at = program->text + program->used;
    va_start(args, format);
    int n = vsnprintf(at, room, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= room)
        return NULL;
    program->used += (size_t)n + 1;
    return at;
}

// ---- the program ----

static bool write_file(const char *directory, const struct embedded_file *file, struct error *error)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", directory, file->path);
    if (n < 0 || (size_t)n >= sizeof path)
        return error_set(error, ERROR_IO, "the path is too long: %s", directory);
    return file_replace(path, slice_of((const char *)file->bytes, file->length), error);
}

static bool write_files(struct program *program, const struct script_options *options,
                        struct error *error)
{
    int n = snprintf(program->directory, sizeof program->directory, "%s.host", options->scratch);
    if (n < 0 || (size_t)n >= sizeof program->directory)
        return error_set(error, ERROR_IO, "the path is too long: %s", options->scratch);
    if (!file_make_directories(program->directory, error))
        return false;
    for (const struct embedded_file *file = HOST_FILES; file->path; file++)
        if (!write_file(program->directory, file, error))
            return false;
    return true;
}

static bool find_files(struct program *program, const char *host, struct error *error)
{
    struct slice directory = path_directory(slice_from_cstr(host));
    if (directory.len >= sizeof program->directory)
        return error_set(error, ERROR_IO, "the path is too long: %s", host);
    snprintf(program->directory, sizeof program->directory, "%.*s", SLICE_ARG(directory));
    return true;
}

static void set_arguments(struct program *program, const struct script_options *options)
{
    // In a well-behaved program only the heap grows; three quarters leave room for the rest.
    size_t heap = options->memory_bytes / 4 * 3 / (1 << 20);
    size_t count = 0;
    program->arguments[count++] = "node";
    program->arguments[count++] =
        keep_formatted(program, "--max-old-space-size=%zu", heap ? heap : 1);
    program->arguments[count++] = options->host
                                      ? keep_formatted(program, "%s", options->host)
                                      : keep_formatted(program, "%s/main.mjs", program->directory);
    program->arguments[count] = NULL;
}

// ---- the environment ----

bool program_allows(const char *name)
{
    return *name && !strchr(name, '=') && strcmp(name, "NODE_OPTIONS") != 0 &&
           strcmp(name, "NODE_PATH") != 0 && strncmp(name, "LD_", 3) != 0 &&
           strcmp(name, "HOME") != 0 && strcmp(name, "TMPDIR") != 0;
}

// False and error: there is no room for it. One that is not set is not handed on.
static bool hand_on(struct program *program, size_t *count, const char *name, struct error *error)
{
    const char *value = getenv(name);
    if (!value)
        return true;
    const char *text =
        *count < PROGRAM_NAMES_MAX - 1 ? keep_formatted(program, "%s=%s", name, value) : NULL;
    if (!text)
        return error_set(error, ERROR_LIMIT,
                         "script.env: no room for %s: at most %d variables of %d bytes in all",
                         name, PROGRAM_NAMES_MAX - 4, PROGRAM_TEXT);
    program->environment[(*count)++] = text;
    return true;
}

static bool set_environment(struct program *program, const struct script_options *options,
                            struct error *error)
{
    size_t count = 0;
    program->environment[count++] = keep_formatted(program, "HOME=%s", options->scratch);
    program->environment[count++] = keep_formatted(program, "TMPDIR=%s", options->scratch);
    bool ok = hand_on(program, &count, "TZ", error);
    for (size_t i = 0; ok && options->environment && options->environment[i]; i++)
        if (program_allows(options->environment[i]) && strcmp(options->environment[i], "TZ") != 0)
            ok = hand_on(program, &count, options->environment[i], error);
    program->environment[count] = NULL;
    return ok;
}

bool program_write(struct program *program, const struct script_options *options,
                   struct error *error)
{
    *program = (struct program){0};
    if (!file_make_directories(options->scratch, error))
        return false;
    if (!(options->host ? find_files(program, options->host, error)
                        : write_files(program, options, error)))
        return false;
    set_arguments(program, options);
    if (!set_environment(program, options, error))
        return false;
    return program->arguments[1] && program->arguments[2] && program->environment[0] &&
                   program->environment[1]
               ? true
               : error_set(error, ERROR_LIMIT, "the host's command line is too long");
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return slice_hash_mix(hash ^ slice_hash(slice_from_cstr(text)), SLICE_HASH_STEP);
}

static uint64_t add_variable(uint64_t hash, const char *name)
{
    const char *value = getenv(name);
    return hash_text(hash_text(hash, name), value ? value : "\1");
}

uint64_t program_hash(const struct script_options *options)
{
    uint64_t hash = add_variable(SLICE_HASH_START, "TZ");
    for (const struct embedded_file *file = HOST_FILES; file->path; file++)
        hash = slice_hash_mix(hash ^ file_hash(slice_of((const char *)file->bytes, file->length)),
                              SLICE_HASH_STEP);
    for (size_t i = 0; options->environment && options->environment[i]; i++)
        if (program_allows(options->environment[i]))
            hash = add_variable(hash, options->environment[i]);
    return hash;
}
