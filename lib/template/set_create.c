// SPDX-License-Identifier: MIT
//
// Making a template set: its limits, the built-ins, and macros of the site as filters and
// shortcodes.
#include "set.h"

#include "builtins.h"

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

static bool add_builtin_shortcodes(struct template_set *set)
{
    for (const struct template_builtin *row = template_builtin_shortcodes(); row->name; row++) {
        struct slice name = slice_from_cstr(row->name);
        struct value function = value_function(set->arena, name, row->call, row->data);
        if (!template_set_add_shortcode(set, name, function, false))
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
           template_set_add_filters(set, filters, table_length(filters)) &&
           template_set_add_tests(set, tests, table_length(tests)) && add_builtin_globals(set) &&
           add_builtin_shortcodes(set);
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
    remembered_free(set);
    arena_destroy(set->arena); // the set itself is in it
}

// ---- macros as filters and shortcodes ----

static bool add_macro(struct template_set *set, struct slice source, struct slice macro, char kind)
{
    struct callable row = {.name = arena_copy(set->arena, macro),
                           .paired = kind == 'p',
                           .macro_source = source,
                           .macro = set_intern(set, macro)};
    struct map *map = kind == 'f' ? &set->filters : &set->shortcodes;
    row.replaced = map_get(map, macro);
    return row.name.ptr && row.macro && set_add_callable(set, map, &row);
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

// Only reads the names of the macros; the template is compiled when one is first called, since all
// filters are known by then.
bool template_set_add_macros(struct template_set *set, struct slice template_name, char kind,
                             struct error *error)
{
    struct slice source = SLICE_EMPTY, file = SLICE_EMPTY;
    struct slice name = arena_copy(set->arena, template_name);
    if (!name.ptr)
        return error_memory(error);
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
