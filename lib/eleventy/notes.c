// SPDX-License-Identifier: MIT
//
// Findings about a project: its files, values for its settings, and notes of what was not carried
// over.
#include "eleventy.h"

bool project_has(struct project *project, const char *name, struct slice *path)
{
    struct error error = {0};
    struct file_info info;
    *path = path_join(project->arena, slice_from_cstr(project->directory), slice_from_cstr(name));
    if (path->ptr && file_stat(path->ptr, &info, &error))
        return true;
    if (error.code != ERROR_NOT_FOUND && !error_is_set(&project->unread))
        project->unread = error;
    return false;
}

static struct note *add_note(struct project *project)
{
    if (!arena_room(project->arena, &project->notes, project->note_count, &project->note_capacity,
                    sizeof *project->notes))
        return NULL;
    return &project->notes[project->note_count++];
}

void project_note(struct project *project, size_t token, struct slice what, const char *instead,
                  ...)
{
    struct note *note = add_note(project);
    va_list args;
    if (!note)
        return;
    va_start(args, instead);
    *note = (struct note){.file = project->config,
                          .line = js_line(&project->script, token),
                          .what = arena_copy(project->arena, what),
                          .instead = arena_vprintf(project->arena, instead, args)};
    va_end(args);
}

void project_note_file(struct project *project, struct slice file, struct slice what,
                       struct slice instead)
{
    struct note *note = add_note(project);
    if (note)
        *note = (struct note){.file = file, .line = 1, .what = what, .instead = instead};
}

void project_set(struct project *project, struct value *object, struct slice key, struct value v)
{
    if (!value_is(*object, VALUE_OBJECT))
        *object = value_object(project->arena);
    if (value_is(*object, VALUE_OBJECT))
        value_set(NULL, project->arena, *object, key, v);
}

void project_push(struct project *project, struct value *list, struct value v)
{
    if (!value_is(*list, VALUE_ARRAY))
        *list = value_array(project->arena, 8);
    for (uint32_t i = 0; i < value_length(NULL, *list); i++)
        if (value_strict_equal(value_item(NULL, *list, i), v))
            return;
    if (value_is(*list, VALUE_ARRAY))
        value_push(NULL, project->arena, *list, v);
}
