// SPDX-License-Identifier: MIT
//
// `guidanced init --from-eleventy DIR`: writes a guidance.yaml for an Eleventy project, and lists
// what could not be carried over.
#include "init.h"

#include "base/clock.h"

#include "eleventy/eleventy.h"

#include <unistd.h>

static bool is_free(const struct project *project)
{
    struct slice path =
        path_join(project->arena, slice_from_cstr(project->directory), SLICE("guidance.yaml"));
    if (path.ptr && access(path.ptr, F_OK) != 0)
        return true;
    fprintf(stderr, "guidanced init: %.*s already exists; nothing was written\n", SLICE_ARG(path));
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

// ---- for an installed project: what will be served ----

static void print_broken(struct error *error, const struct site_page *page)
{
    error_chain(error, "page", page->input_path, 0, 0);
    command_print_error(error);
}

static size_t render_all(const struct site *site, size_t *broken)
{
    size_t count, rendered = 0;
    const struct site_page *pages = site_pages(site, &count);
    struct arena *arena = arena_create(0, 0);
    for (size_t i = 0; arena && i < count; i++) {
        struct error error = {0};
        struct site_request request = {.now_ms = clock_wall_ms()};
        struct site_output output;
        arena_reset(arena, 1 << 20);
        if (!pages[i].url.len && !pages[i].broken)
            continue;
        if (site_render(site, &pages[i], &request, arena, &output, &error))
            rendered++;
        else {
            ++*broken;
            print_broken(&error, &pages[i]);
        }
    }
    arena_destroy(arena);
    return rendered;
}

// Renders every page, so that the summary is true.
static int try_all(struct arena *arena, const char *directory)
{
    struct error error = {0};
    size_t broken = 0;
    struct settings *settings = settings_load(arena, directory, NULL, false, NULL, 0, NULL, &error);
    struct site_load_options options = {.settings = settings};
    struct site *site = settings ? command_load(&options, arena, &error) : NULL;
    printf("guidance.yaml was written to %s\n", directory);
    fflush(stdout);
    if (!site) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    size_t rendered = render_all(site, &broken);
    site_release(site);
    printf("%zu pages will be served", rendered);
    if (broken)
        printf(", %zu will not, as long as they have the errors above", broken);
    puts("");
    return broken ? COMMAND_BAD : COMMAND_OK;
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
    if (project.installed)
        return try_all(arena, directory);
    print_notes(&project);
    return COMMAND_OK;
}
