// SPDX-License-Identifier: MIT
//
// One path in a tree, without reading what lies beside it; and the repository around a directory.
#include "repository.h"

struct step {
    struct slice name;
    struct repository_entry entry;
    bool found;
};

static bool look_for(void *state, const struct repository_entry *entry)
{
    struct step *step = state;
    if (slice_equal(entry->name, step->name)) {
        step->entry = *entry;
        step->found = true;
    }
    return true;
}

bool repository_find(struct repository *repository, const struct object_id *tree, struct slice path,
                     struct repository_entry *entry, struct error *error)
{
    struct slice rest = path, part;
    *entry = (struct repository_entry){.id = *tree, .kind = ENTRY_FOLDER};
    while (slice_split(&rest, '/', &part)) {
        struct step step = {.name = part};
        if (!part.len || slice_equal(part, SLICE(".")))
            continue;
        if (entry->kind == ENTRY_FOLDER &&
            !repository_each_entry(repository, &entry->id, look_for, &step, error))
            return false;
        if (!step.found)
            return error_set(error, ERROR_NOT_FOUND, "the commit has no %.*s", SLICE_ARG(path));
        *entry = step.entry;
        entry->name = part;
    }
    return true;
}

struct repository *repository_around(const char *directory, struct arena *arena,
                                     struct slice *below, struct error *error)
{
    struct slice full = arena_copy(arena, slice_from_cstr(directory)), top = full;
    while (top.len > 1) {
        struct slice name = ARENA_JOIN(arena, top, SLICE("/.git"), slice_of("", 1));
        char *path = arena_cstr(arena, top);
        if (!name.ptr || !path) {
            error_memory(error);
            return NULL;
        }
        if (file_exists(name.ptr)) {
            *below = slice_sub(full, top.len == full.len ? full.len : top.len + 1, full.len);
            return repository_open(path, error);
        }
        top = path_directory(top);
    }
    if (!full.ptr)
        error_memory(error);
    return NULL;
}
