// SPDX-License-Identifier: MIT
//
// A template set's tables: filters, tests, globals and shortcodes, and the names its templates use.
// Templates come from loader.c; set_create.c makes a set.
#include "set.h"

#include "base/file.h"

// Members that every object inherits from its prototype.
static const char *const INHERITED[] = {
    "constructor",    "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
    "toLocaleString", "toString",       "valueOf",       "__proto__",
};

struct name *set_intern(struct template_set *set, struct slice text)
{
    struct name *name = map_get(&set->names, text);
    if (name)
        return name;
    name = arena_zalloc(set->arena, 1, sizeof *name);
    struct slice copy = arena_copy(set->arena, text);
    if (!name || (!copy.ptr && text.len))
        return NULL;
    name->text = copy;
    name->hash = slice_hash(copy);
    name->bit = UINT64_C(1) << (name->hash >> 20 & 63);
    name->loop = slice_equal(copy, SLICE("loop"));
    for (size_t i = 0; i < sizeof INHERITED / sizeof *INHERITED; i++)
        name->inherited |= slice_equal(copy, slice_from_cstr(INHERITED[i]));
    return map_put(&set->names, copy, name) ? name : NULL;
}

void set_tell_memory(const struct arena *arena, struct error *error)
{
    bool known = error_is_set(error) && (error->code == ERROR_MEMORY || !arena_failed(arena));
    if (known)
        return;
    error_clear(error);
    error_memory(error);
}

bool set_add_callable(struct template_set *set, struct map *map, const struct callable *row)
{
    struct callable *copy = arena_zalloc(set->arena, 1, sizeof *copy);
    if (!copy)
        return false;
    *copy = *row;
    return map_put(map, copy->name, copy);
}

static bool add_builtin_rows(struct template_set *set, struct map *map,
                             const struct template_builtin *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct callable callable = {.name = slice_from_cstr(rows[i].name),
                                    .call = rows[i].call,
                                    .data = rows[i].data,
                                    .impure = rows[i].impure};
        if (!set_add_callable(set, map, &callable))
            return false;
    }
    return true;
}

struct arena *template_set_arena(struct template_set *set)
{
    return set->arena;
}

bool template_set_add_filters(struct template_set *set, const struct template_builtin *rows,
                              size_t count)
{
    return add_builtin_rows(set, &set->filters, rows, count);
}

bool template_set_add_tests(struct template_set *set, const struct template_builtin *rows,
                            size_t count)
{
    return add_builtin_rows(set, &set->tests, rows, count);
}

bool template_set_add_global(struct template_set *set, struct slice name, struct value value)
{
    struct name *interned = set_intern(set, name);
    if (!interned)
        return false;
    interned->global = value;
    interned->has_global = true;
    return !arena_failed(set->arena);
}

bool template_set_add_shortcode(struct template_set *set, struct slice name, struct value function,
                                bool paired)
{
    struct callable row = {
        .name = arena_copy(set->arena, name), .function = function, .paired = paired};
    return row.name.ptr && set_add_callable(set, &set->shortcodes, &row);
}

const struct callable *set_filter(const struct template_set *set, struct slice name)
{
    return map_get(&set->filters, name);
}

const struct callable *set_test(const struct template_set *set, struct slice name)
{
    return map_get(&set->tests, name);
}

const struct callable *set_shortcode(const struct template_set *set, struct slice name)
{
    return map_get(&set->shortcodes, name);
}

struct slice set_resolve(const struct template_set *set, struct arena *arena,
                         const struct template *parent, struct slice name)
{
    bool relative = slice_starts_with(name, SLICE("./")) || slice_starts_with(name, SLICE("../"));
    if (!relative || parent->name.len == 0)
        return name;
    if (set->options.resolver)
        return set->options.resolver(set->options.loader_state, arena, parent->name, parent->file,
                                     name);
    return path_normalise(arena, path_join(arena, path_directory(parent->name), name));
}
