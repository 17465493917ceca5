// SPDX-License-Identifier: MIT
//
// `guidanced init --from-eleventy DIR`: writes a guidance.yaml for an Eleventy project, and lists
// what could not be carried over.
#include "init.h"

#include "eleventy/eleventy.h"

#include <unistd.h>

static bool is_free(const struct project *project)
{
    struct slice path =
        path_join(project->arena, slice_from_cstr(project->directory), SLICE("guidance.yaml"));
    if (path.ptr && access(path.ptr, F_OK) != 0)
        return true;
    fprintf(stderr, "guidanced init: %.*s is there already; nothing was written\n",
            SLICE_ARG(path));
    return false;
}

static void print_notes(const struct project *project)
{
    printf("guidance.yaml was written to %s\n", project->directory);
    if (!project->note_count) {
        puts("everything was carried over");
        return;
    }
    printf("\nnot carried over:\n");
    for (size_t i = 0; i < project->note_count; i++) {
        const struct note *note = &project->notes[i];
        printf("%.*s:%u: %.*s\n  %.*s\n", SLICE_ARG(note->file), note->line, SLICE_ARG(note->what),
               SLICE_ARG(note->instead));
    }
    printf("\n%zu thing%s; then `guidanced check --site %s` says what is left to do\n",
           project->note_count, project->note_count == 1 ? "" : "s", project->directory);
}

int init_from_eleventy(struct arena *arena, const char *directory)
{
    struct project project;
    struct error error = {0};
    if (!project_read(&project, arena, directory, &error)) {
        fprintf(stderr, "guidanced init: %s\n", error.message);
        return error.code == ERROR_NOT_FOUND ? COMMAND_USAGE : COMMAND_FAILED;
    }
    if (!is_free(&project))
        return COMMAND_BAD;
    if (!project_write(&project, &error)) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    print_notes(&project);
    return COMMAND_OK;
}
