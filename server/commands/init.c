// SPDX-License-Identifier: MIT
//
// `guidanced init`: makes a site that passes `check`, in a directory that has none of its files
// yet; or, with --from-eleventy, a guidance.yaml for an Eleventy project (init_eleventy.c).
#include "init.h"

#include "embedded.h"

#include <unistd.h>

enum { FILES_MAX = 64 };

// The files to write, and where.
struct starter {
    struct arena *arena;
    const char *directory;
    const struct embedded_file *files[FILES_MAX];
    size_t count;
    bool govuk;
};

static void add_file(struct starter *starter, const struct embedded_file *file)
{
    for (size_t i = 0; i < starter->count; i++)
        if (strcmp(starter->files[i]->path, file->path) == 0) {
            starter->files[i] = file;
            return;
        }
    invariant(starter->count < FILES_MAX);
    starter->files[starter->count++] = file;
}

// A directory in which npm has installed govuk-frontend, in a version with the components that the
// layouts use, gets a site that looks like GOV.UK's services.
static void choose_files(struct starter *starter)
{
    struct slice sign = path_join(
        starter->arena, slice_from_cstr(starter->directory),
        SLICE("node_modules/govuk-frontend/dist/govuk/components/service-navigation/template.njk"));
    starter->govuk = sign.ptr && access(sign.ptr, F_OK) == 0;
    for (const struct embedded_file *file = STARTER_FILES; file->path; file++)
        add_file(starter, file);
    for (const struct embedded_file *file = STARTER_GOVUK_FILES; starter->govuk && file->path;
         file++)
        add_file(starter, file);
}

static struct slice target(const struct starter *starter, const struct embedded_file *file)
{
    bool hidden = strcmp(file->path, "gitignore") == 0;
    return path_join(starter->arena, slice_from_cstr(starter->directory),
                     slice_from_cstr(hidden ? ".gitignore" : file->path));
}

// Whether nothing is in the way; prints what is.
static bool is_free(const struct starter *starter)
{
    bool ok = true;
    for (size_t i = 0; i < starter->count; i++) {
        struct slice path = target(starter, starter->files[i]);
        if (path.ptr && access(path.ptr, F_OK) != 0)
            continue;
        fprintf(stderr, "guidanced init: %.*s already exists\n", SLICE_ARG(path));
        ok = false;
    }
    if (!ok)
        fputs("nothing was written\n", stderr);
    return ok;
}

static bool write_one(const struct starter *starter, const struct embedded_file *file,
                      struct error *error)
{
    struct slice path = target(starter, file);
    struct slice parent = arena_copy(starter->arena, path_directory(path));
    struct slice content = slice_of((const char *)file->bytes, file->length);
    if (!path.ptr || !parent.ptr)
        return error_memory(error);
    return file_make_directories(parent.ptr, error) && file_write(path.ptr, content, error);
}

static int write_starter(struct arena *arena, const char *directory)
{
    struct error error = {0};
    struct starter starter = {.arena = arena, .directory = directory};
    choose_files(&starter);
    if (!is_free(&starter))
        return COMMAND_BAD;
    for (size_t i = 0; i < starter.count; i++)
        if (!write_one(&starter, starter.files[i], &error)) {
            command_print_error(&error);
            return COMMAND_BAD;
        }
    printf("a site was made in %s%s; see it with\n\n    guidanced serve --site %s --dev\n",
           directory, starter.govuk ? ", with the govuk-frontend that is installed there" : "",
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
