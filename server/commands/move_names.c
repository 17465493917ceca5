// SPDX-License-Identifier: MIT
//
// `guidanced move`: names of files before and after, and the list of edits.
#include "move.h"

#include "base/file.h"

struct slice move_stem(struct slice name)
{
    size_t dot = slice_find_byte(name, '.', 0);
    return slice_sub(name, 0, dot);
}

// "a/b.yaml" belongs to the page a/b.md, "a/a.yaml" to everything below the folder a.
static bool belongs(const struct move *move, struct slice path)
{
    struct slice stem = move_stem(path_base(move->from));
    return slice_equal(path_directory(path), path_directory(move->from)) &&
           slice_equal(move_stem(path_base(path)), stem) &&
           !slice_equal(stem, path_base(path_directory(move->from)));
}

struct slice move_path(const struct move *move, struct slice path)
{
    struct slice old_name = path_base(move->from), new_name = path_base(move->to);
    if (!move->folder) {
        if (slice_equal(path, move->from))
            return move->to;
        if (!belongs(move, path))
            return path;
        struct slice stem = move_stem(old_name), name = path_base(path);
        struct slice tail = slice_sub(name, stem.len, name.len);
        return path_join(move->arena, path_directory(move->to),
                         ARENA_JOIN(move->arena, move_stem(new_name), tail));
    }
    if (!slice_starts_with(path, move->from) || path.len <= move->from.len ||
        path.ptr[move->from.len] != '/')
        return path;
    struct slice rest = slice_sub(path, move->from.len + 1, path.len);
    // The folder's own page and data may have its name.
    if (slice_find_byte(rest, '/', 0) == SIZE_MAX && slice_equal(move_stem(rest), old_name))
        rest = ARENA_JOIN(move->arena, new_name, slice_sub(rest, old_name.len, rest.len));
    return path_join(move->arena, move->to, rest);
}

bool move_add_edit(struct move *move, struct slice file, struct slice source, size_t offset,
                   struct slice before, struct slice after)
{
    if (!arena_room(move->arena, &move->edits, move->edit_count, &move->edit_capacity,
                    sizeof *move->edits))
        return error_memory(&move->error);
    unsigned line, column;
    error_locate(source, offset, &line, &column);
    move->edits[move->edit_count++] = (struct move_edit){file, line, offset, before, after};
    return true;
}

struct slice move_prefixed(const struct move *move, struct slice url)
{
    struct slice prefix = settings_prefix(move->settings);
    return ARENA_JOIN(move->arena, prefix, url);
}
