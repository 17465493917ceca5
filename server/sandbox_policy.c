// SPDX-License-Identifier: MIT
//
// What the settings make of the sandbox: the paths that are read and written once started.
#include "sandbox.h"

#include "base/file.h"

#include <limits.h>
#include <stdlib.h>

static void add(const char **list, size_t *count, const char *path)
{
    if (path && *path && *count < SANDBOX_PATHS_MAX)
        list[(*count)++] = path;
}

static void add_read(struct sandbox_policy *policy, const char *path)
{
    add(policy->read, &policy->read_count, path);
}

static const char *directory_of(struct arena *arena, const char *path)
{
    return arena_cstr(arena, path_directory(slice_from_cstr(path)));
}

// A path relative to the site's directory, or a list of them.
static void add_paths(struct arena *arena, struct slice root, struct value paths,
                      struct sandbox_policy *policy)
{
    if (value_is(paths, VALUE_STRING))
        add_read(policy, path_join(arena, root, value_text(paths)).ptr);
    else if (value_is(paths, VALUE_ARRAY))
        for (uint32_t i = 0; i < value_length(NULL, paths); i++)
            add_paths(arena, root, value_item(NULL, paths, i), policy);
}

// Directories the settings name may lie elsewhere, or be links.
static void add_site(struct arena *arena, const struct settings *settings,
                     struct sandbox_policy *policy)
{
    struct slice root = settings_directory(settings);
    const struct slice paths[] = {settings->input.full, settings->includes.full,
                                  settings->layouts.full, settings->search.synonyms.full};
    add_read(policy, root.ptr);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        add_read(policy, paths[i].ptr);
    add_paths(arena, root, settings->template_paths, policy);
    struct value map = settings->passthrough;
    const struct value_object *view =
        value_is(map, VALUE_OBJECT) ? value_object_view(NULL, map) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++)
        add_paths(arena, root, view->values[i], policy);
}

// Files that are replaced while we run, as certificates are and the settings: the directory they
// lie in, and that of the file which a link leads to.
static void add_replaced(struct arena *arena, struct slice path, struct sandbox_policy *policy)
{
    char real[PATH_MAX];
    if (!path.len)
        return;
    add_read(policy, directory_of(arena, path.ptr));
    if (realpath(path.ptr, real))
        add_read(policy, directory_of(arena, real));
}

void sandbox_policy_read(struct arena *arena, const struct settings *settings, const char *cache,
                         struct sandbox_policy *policy)
{
    static const char *const SYSTEM[] = {"/etc/localtime", "/usr/lib",     "/usr/share/zoneinfo",
                                         "/proc/self",     "/dev/urandom", "/dev/null"};
    const struct slice written[] = {settings->feedback.file.full, settings->log.file.full,
                                    settings->log.access_file.full};
    const struct slice listeners[] = {settings->listen, settings->admin_listen};
    *policy = (struct sandbox_policy){0};
    for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++)
        add_read(policy, SYSTEM[i]);
    add_site(arena, settings, policy);
    add_replaced(arena, settings_file(settings), policy);
    add_replaced(arena, settings->tls.certificate.full, policy);
    add_replaced(arena, settings->tls.key.full, policy);
    add(policy->write, &policy->write_count, directory_of(arena, cache));
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (written[i].len)
            add(policy->write, &policy->write_count, directory_of(arena, written[i].ptr));
    // Unix sockets are removed at the end.
    for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++)
        if (slice_starts_with(listeners[i], SLICE("unix:")))
            add(policy->write, &policy->write_count, directory_of(arena, listeners[i].ptr + 5));
}
