// SPDX-License-Identifier: MIT
//
// Suggests a name for a missing template. The name is followed through the search paths as far as
// folders exist; there, the entry with the most similar name is suggested. So `component('buton')`,
// which asks for govuk/components/buton/template.njk, gets the hint `button`.
#include "snapshot.h"

#include <dirent.h>
#include <stdio.h>

struct guess {
    size_t depth;    // folders that exist
    size_t distance; // SIZE_MAX: none
};

// The folder's entry most similar to the name, if better than the guess so far.
static void look_in(const char *folder, struct slice wanted, struct slice before, bool last,
                    size_t depth, struct guess *guess, char *out, size_t size)
{
    size_t limit = wanted.len / 3 + 1;
    DIR *directory = opendir(folder);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        struct slice name = slice_from_cstr(entry->d_name);
        size_t distance = slice_distance(wanted, name, limit);
        bool nearer = depth > guess->depth || distance < guess->distance;
        if (name.ptr[0] == '.' || !distance || distance > limit || !nearer)
            continue;
        *guess = (struct guess){depth, distance};
        if (last)
            snprintf(out, size, "%.*s%s", SLICE_ARG(before), entry->d_name);
        else
            snprintf(out, size, "%s", entry->d_name);
    }
    if (directory)
        closedir(directory);
}

static void follow_folder(struct arena *arena, struct slice folder, struct slice name,
                          struct guess *guess, char *out, size_t size)
{
    struct slice rest = name, part;
    for (size_t depth = 1; slice_split(&rest, '/', &part); depth++) {
        struct slice next = path_join(arena, folder, part);
        struct file_info info;
        if (!next.ptr || !folder.ptr)
            return;
        bool last = part.ptr + part.len == name.ptr + name.len;
        if (!last && file_stat(next.ptr, &info, NULL) && info.is_directory) {
            folder = next;
            continue;
        }
        if (depth >= guess->depth)
            look_in(folder.ptr, part, slice_of(name.ptr, (size_t)(part.ptr - name.ptr)), last,
                    depth, guess, out, size);
        return;
    }
}

bool nearest_file(const struct slice *folders, size_t count, struct slice name, char *out,
                  size_t size)
{
    struct arena *arena = arena_create(0, 0);
    struct guess guess = {0, SIZE_MAX};
    struct slice clean = arena ? path_normalise(arena, name) : SLICE_EMPTY;
    for (size_t i = 0; clean.len && i < count; i++)
        follow_folder(arena, folders[i], clean, &guess, out, size);
    arena_destroy(arena);
    return guess.distance != SIZE_MAX;
}
