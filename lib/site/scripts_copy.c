// SPDX-License-Identifier: MIT
//
// The files that an Eleventy configuration passes through, in the form of the setting
// `passthrough`: URL → paths. Patterns are expanded now, so that each file has its URL.
#include "scripts.h"

struct copying {
    struct site *site;
    struct value map;     // URL → list of paths
    struct slice root;    // the folder being walked, relative to the site directory
    struct slice pattern; // relative to the site directory
    struct slice to;      // ptr NULL: where the file is, below input
    struct error *error;
};

static struct slice clean(struct site *site, struct slice path)
{
    path = path_normalise(site->arena, path);
    while (path.len && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

static bool add_copy(struct copying *c, struct slice url, struct slice path)
{
    struct arena *arena = c->site->arena;
    struct slice key = ARENA_JOIN(arena, SLICE("/"), clean(c->site, url));
    struct value list = value_get(NULL, c->map, key);
    if (!value_is(list, VALUE_ARRAY)) {
        list = value_array(arena, 1);
        if (!value_set(NULL, arena, c->map, key, list))
            return false;
    }
    return value_push(NULL, arena, list, value_string(arena_copy(arena, path)));
}

// Eleventy leaves the input directory out of the address.
static struct slice below_input(const struct site *site, struct slice path)
{
    struct slice input = site->settings->input.text;
    if (slice_equal(input, SLICE(".")) || !slice_starts_with(path, input) ||
        path.len <= input.len || path.ptr[input.len] != '/')
        return path;
    return slice_sub(path, input.len + 1, path.len);
}

static bool copy_match(void *state, struct slice relative, const struct file_info *info)
{
    struct copying *c = state;
    struct slice path = path_join(c->site->arena, c->root, relative);
    (void)info;
    if (!glob_matches(c->pattern, path))
        return true;
    struct slice url =
        c->to.ptr ? path_join(c->site->arena, c->to, path_base(path)) : below_input(c->site, path);
    return add_copy(c, url, path) || error_memory(c->error);
}

static bool has_pattern(struct slice path)
{
    for (size_t i = 0; i < path.len; i++)
        if (strchr("*?[{", path.ptr[i]))
            return true;
    return false;
}

// The folder that contains all files of the pattern.
static struct slice fixed_part(struct slice pattern)
{
    size_t end = 0;
    for (size_t i = 0; i < pattern.len && !strchr("*?[{", pattern.ptr[i]); i++)
        if (pattern.ptr[i] == '/')
            end = i;
    return slice_sub(pattern, 0, end);
}

static bool copy_pattern(struct copying *c, struct slice pattern)
{
    c->pattern = pattern;
    c->root = fixed_part(pattern);
    return !tree_has(c->site->tree, c->root) ||
           tree_list(c->site->tree, c->root, copy_match, c, c->error);
}

static bool copy_one(struct copying *c, struct value from, struct value to)
{
    struct site *site = c->site;
    struct slice path = clean(site, value_text(from));
    c->to = value_is(to, VALUE_STRING) ? value_text(to) : SLICE_EMPTY;
    if (has_pattern(path))
        return copy_pattern(c, path);
    struct file_info info;
    // Eleventy ignores missing files.
    if (!tree_look(site->tree, path, &info, NULL))
        return true;
    bool into = c->to.ptr && info.is_regular && (!c->to.len || slice_ends_with(c->to, SLICE("/")));
    struct slice url = !c->to.ptr ? below_input(site, path)
                       : into     ? path_join(site->arena, c->to, path_base(path))
                                  : c->to;
    return add_copy(c, url, path) || error_memory(c->error);
}

// A format that is not a template language means files to copy.
static bool copy_formats(struct copying *c)
{
    static const char *const OURS[] = {"md", "njk", "html"};
    struct value formats = scripts_say(c->site, "templateFormats");
    c->to = SLICE_EMPTY;
    for (uint32_t i = 0; i < value_length(NULL, formats); i++) {
        struct slice engine, name = value_text(value_item(NULL, formats, i));
        struct slice file = ARENA_JOIN(c->site->arena, SLICE("x."), name);
        bool known = scripts_have_extension(c->site, file, &engine);
        for (size_t k = 0; k < sizeof OURS / sizeof *OURS; k++)
            known |= slice_equal(name, slice_from_cstr(OURS[k]));
        struct slice input = c->site->settings->input.text;
        struct slice pattern =
            arena_printf(c->site->arena, "%.*s/**/*.%.*s", SLICE_ARG(input), SLICE_ARG(name));
        if (!known && !copy_pattern(c, clean(c->site, pattern)))
            return false;
    }
    return true;
}

// Includes output files written by earlier questions; files written from now on come with the next
// load.
static bool copy_written(struct copying *c)
{
    struct slice written = site_written(c->site);
    struct file_info info;
    return !written.len || !file_stat(written.ptr, &info, NULL) || !info.is_directory ||
           add_copy(c, SLICE("/"), written) || error_memory(c->error);
}

// Eleventy copies what pages refer to, to where they refer; here a file stays where it is.
static bool note_mode(struct site *site, struct value row)
{
    struct error error = {0};
    struct slice from = value_text(value_get(NULL, row, SLICE("from")));
    if (value_is_nullish(value_get(NULL, row, SLICE("mode"))))
        return true;
    error_set(
        &error, ERROR_CONFIG,
        "addPassthroughCopy(\"%.*s\"): the mode html-relative is not supported, so every file "
        "of the pattern is served, where it is",
        SLICE_ARG(from));
    error_hint(&error, "leave out the mode, and refer to the files by their paths");
    error_at(&error, site->settings->eleventy_config, 0, 0);
    return problem_add(site, SITE_WARNING, "passthrough", &error) != NULL;
}

bool scripts_passthrough(struct site *site, struct value *map, struct error *error)
{
    struct copying c = {.site = site, .map = value_object(site->arena), .error = error};
    struct value list = scripts_say(site, "passthrough");
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct value row = value_item(NULL, list, i);
        if (!note_mode(site, row))
            return error_memory(error);
        if (!copy_one(&c, value_get(NULL, row, SLICE("from")), value_get(NULL, row, SLICE("to"))))
            return false;
    }
    *map = c.map;
    return copy_formats(&c) && copy_written(&c);
}
