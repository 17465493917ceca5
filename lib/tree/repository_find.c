// SPDX-License-Identifier: MIT
//
// One path in a tree, without reading what lies beside it.
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
