// SPDX-License-Identifier: MIT
//
// Feeds any text to what reads an Eleventy configuration as JavaScript, and what follows its NUL as
// package.json. Each note is at a line of its file; what is written is YAML that is read again, and
// nothing is left behind by half.
#include "eleventy/eleventy.h"
#include "settings/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[] = "/tmp/guidanced-fuzz-eleventy-XXXXXX";
static const char *const FILES[] = {"eleventy.config.js", "package.json", "guidance.yaml"};
static char paths[3][sizeof directory + 24];

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void remove_project(void)
{
    file_remove_directory(directory);
}

static void make_project(void)
{
    if (paths[0][0])
        return;
    check(mkdtemp(directory) != NULL);
    for (size_t i = 0; i < 3; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", directory, FILES[i]);
    atexit(remove_project);
}

static void write_file(const char *path, struct slice text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len && close(fd) == 0);
}

static void check_notes(const struct project *project, struct slice script)
{
    unsigned lines = 1;
    for (size_t i = 0; i < script.len; i++)
        lines += script.ptr[i] == '\n';
    for (size_t i = 0; i < project->note_count; i++) {
        const struct note *note = &project->notes[i];
        check(note->file.len && note->what.len && note->instead.len);
        if (slice_equal(note->file, slice_from_cstr(FILES[0])))
            check(note->line >= 1 && note->line <= lines);
    }
}

// A path may be refused; the text itself may not.
static void check_written(struct arena *arena)
{
    struct error error = {0};
    struct slice text;
    check(file_read(arena, paths[2], 1 << 20, &text, &error));
    value_from_yaml(arena, SLICE("guidance.yaml"), text, NULL, &error);
    check(!error_is_set(&error));
    if (!settings_load(arena, directory, NULL, false, NULL, 0, NULL, &error))
        check(error.message[0] && error.place.line > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = slice_of((const char *)data, size);
    size_t end = slice_find_byte(all, '\0', 0);
    struct slice script = slice_sub(all, 0, end < size ? end : size);
    struct slice package = end < size ? slice_sub(all, end + 1, size) : SLICE("{}");
    struct arena *arena = arena_create(0, 256 << 20);
    struct project *project = arena_zalloc(arena, 1, sizeof *project);
    struct error error = {0};
    make_project();
    write_file(paths[0], script);
    write_file(paths[1], package);
    unlink(paths[2]);
    if (!project_read(project, arena, directory, &error)) {
        check(error.message[0] != '\0');
    } else {
        check_notes(project, script);
        if (project_write(project, &error))
            check_written(arena);
        else
            check(error.message[0] != '\0');
    }
    arena_destroy(arena);
    return 0;
}
