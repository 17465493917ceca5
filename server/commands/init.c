// SPDX-License-Identifier: MIT
//
// `guidanced init`: makes a site that passes `check`, in a directory that has none of its files
// yet; or, with --from-eleventy, a guidance.yaml for an Eleventy project (init_eleventy.c).
#include "init.h"

#include "embedded.h"

#include <unistd.h>

static struct slice target(struct arena *arena, const char *directory,
                           const struct embedded_file *file)
{
    bool hidden = strcmp(file->path, "gitignore") == 0;
    return path_join(arena, slice_from_cstr(directory),
                     slice_from_cstr(hidden ? ".gitignore" : file->path));
}

// Whether nothing is in the way; prints what is.
static bool is_free(struct arena *arena, const char *directory)
{
    bool ok = true;
    for (const struct embedded_file *file = STARTER_FILES; file->path; file++) {
        struct slice path = target(arena, directory, file);
        if (path.ptr && access(path.ptr, F_OK) != 0)
            continue;
        fprintf(stderr, "guidanced init: %.*s already exists\n", SLICE_ARG(path));
        ok = false;
    }
    if (!ok)
        fputs("nothing was written\n", stderr);
    return ok;
}

static bool write_one(struct arena *arena, const char *directory, const struct embedded_file *file,
                      struct error *error)
{
    struct slice path = target(arena, directory, file);
    struct slice parent = arena_copy(arena, path_directory(path));
    struct slice content = slice_of((const char *)file->bytes, file->length);
    if (!path.ptr || !parent.ptr)
        return error_memory(error);
    return file_make_directories(parent.ptr, error) && file_write(path.ptr, content, error);
}

static int write_starter(struct arena *arena, const char *directory)
{
    struct error error = {0};
    if (!is_free(arena, directory))
        return COMMAND_BAD;
    for (const struct embedded_file *file = STARTER_FILES; file->path; file++)
        if (!write_one(arena, directory, file, &error)) {
            command_print_error(&error);
            return COMMAND_BAD;
        }
    printf("a site was made in %s; see it with\n\n    guidanced serve --site %s --dev\n", directory,
           directory);
    return COMMAND_OK;
}

int command_init(const struct command_line *line)
{
    const char *eleventy = command_option(line, "from-eleventy");
    const char *directory = line->argument_count ? line->arguments[0] : ".";
    if (!eleventy)
        return write_starter(line->arena, directory);
    if (!line->argument_count)
        return init_from_eleventy(line->arena, eleventy);
    fprintf(stderr,
            "guidanced init: --from-eleventy takes the project's directory, and writes "
            "there\nusage: guidanced %s\n",
            line->command->synopsis);
    return COMMAND_USAGE;
}
