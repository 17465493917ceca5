// SPDX-License-Identifier: MIT
//
// A template set: its options, its tables of filters, tests, globals and shortcodes, and the names
// its templates use. Where templates come from is loader.c.
#include "set.h"

#include "builtins.h"

// Members every object has from its prototype: what is not an own member may still be one of them.
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

static bool add_callable(struct template_set *set, struct map *map, const struct callable *row)
{
    struct callable *copy = arena_zalloc(set->arena, 1, sizeof *copy);
    if (!copy)
        return false;
    *copy = *row;
    return map_put(map, copy->name, copy);
}

static bool add_rows(struct template_set *set, struct map *map, const struct template_builtin *rows,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct callable callable = {.name = slice_from_cstr(rows[i].name),
                                    .call = rows[i].call,
                                    .data = rows[i].data,
                                    .impure = rows[i].impure};
        if (!add_callable(set, map, &callable))
            return false;
    }
    return true;
}

static size_t table_length(const struct template_builtin *rows)
{
    size_t count = 0;
    while (rows[count].name)
        count++;
    return count;
}

static bool add_builtin_globals(struct template_set *set)
{
    for (const struct template_builtin *row = template_builtin_globals(); row->name; row++) {
        struct slice name = slice_from_cstr(row->name);
        struct value function = value_function(set->arena, name, row->call, row->data);
        if (row->impure)
            function.flags |= VALUE_IMPURE;
        if (!template_set_add_global(set, name, function))
            return false;
    }
    return true;
}

static bool add_builtins(struct template_set *set)
{
    const struct template_builtin *filters = template_builtin_filters();
    const struct template_builtin *tests = template_builtin_tests();
    set->name_loop = set_intern(set, SLICE("loop"));
    set->name_caller = set_intern(set, SLICE("caller"));
    return set->name_loop && set->name_caller &&
           add_rows(set, &set->filters, filters, table_length(filters)) &&
           add_rows(set, &set->tests, tests, table_length(tests)) && add_builtin_globals(set) &&
           template_add_builtin_shortcodes(set);
}

static void default_limits(struct template_limits *limits)
{
    if (!limits->instructions)
        limits->instructions = 50000000;
    if (!limits->recursion)
        limits->recursion = 128;
    if (limits->recursion > SET_RECURSION_MAX)
        limits->recursion = SET_RECURSION_MAX;
    if (!limits->output_bytes)
        limits->output_bytes = (size_t)16 << 20;
    if (!limits->milliseconds)
        limits->milliseconds = 5000;
}

struct template_set *template_set_create(const struct template_options *options,
                                         struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct template_set *set = arena ? arena_zalloc(arena, 1, sizeof *set) : NULL;
    if (!set) {
        arena_destroy(arena);
        error_memory(error);
        return NULL;
    }
    set->arena = arena;
    if (options)
        set->options = *options;
    default_limits(&set->options.limits);
    set->names = map_create(arena);
    set->filters = map_create(arena);
    set->tests = map_create(arena);
    set->shortcodes = map_create(arena);
    pthread_mutex_init(&set->mutex, NULL);
    if (add_builtins(set))
        return set;
    template_set_destroy(set);
    error_memory(error);
    return NULL;
}

void template_set_destroy(struct template_set *set)
{
    if (!set)
        return;
    pthread_mutex_destroy(&set->mutex);
    remembered_free(atomic_load(&set->remembered));
    arena_destroy(set->arena); // the set itself lies in it
}

struct arena *template_set_arena(struct template_set *set)
{
    return set->arena;
}

bool template_set_add_filters(struct template_set *set, const struct template_builtin *rows,
                              size_t count)
{
    return add_rows(set, &set->filters, rows, count);
}

bool template_set_add_tests(struct template_set *set, const struct template_builtin *rows,
                            size_t count)
{
    return add_rows(set, &set->tests, rows, count);
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
    return row.name.ptr && add_callable(set, &set->shortcodes, &row);
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

// ---- macros as filters and shortcodes ----

static bool add_macro(struct template_set *set, struct slice source, struct slice macro, char kind)
{
    struct callable row = {.name = arena_copy(set->arena, macro),
                           .paired = kind == 'p',
                           .macro_source = source,
                           .macro = set_intern(set, macro)};
    struct map *map = kind == 'f' ? &set->filters : &set->shortcodes;
    return row.name.ptr && row.macro && add_callable(set, map, &row);
}

static bool add_macros_of(struct template_set *set, const struct ast *root, struct slice source,
                          char kind)
{
    for (size_t i = 0; i < root->count; i++) {
        const struct ast *node = root->items[i];
        if (node->kind != AST_MACRO || slice_starts_with(node->text, SLICE("_")))
            continue;
        if (!add_macro(set, source, node->text, kind))
            return false;
    }
    return true;
}

// Only reads the names of the macros; the template is compiled when one is first called, when all
// filters are known.
bool template_set_add_macros(struct template_set *set, struct slice template_name, char kind,
                             struct error *error)
{
    struct slice source = SLICE_EMPTY, file = SLICE_EMPTY;
    struct slice name = arena_copy(set->arena, template_name);
    if (!set->options.loader ||
        !set->options.loader(set->options.loader_state, set->arena, name, &source, &file, error)) {
        if (!error_is_set(error))
            set_not_found(set, name, error);
        return false;
    }
    struct arena *scratch = arena_create(0, 0);
    if (!scratch)
        return error_memory(error);
    struct parser_input input = set_parser_input(set, file, source, 1);
    struct ast *root = template_parse(scratch, &input, error);
    bool ok = root && (add_macros_of(set, root, name, kind) || error_memory(error));
    arena_destroy(scratch);
    return ok;
}
