// SPDX-License-Identifier: MIT
//
// The sandbox for the settings: the paths read and written once started.
#include "sandbox.h"

#include "scripting.h"
#include "site/site.h"
#include "tree/repository.h"

#include <limits.h>
#include <stdlib.h>

static void add_policy_path(struct sandbox_policy *policy, const char **list, size_t *count,
                            const char *path)
{
    if (!path || !*path)
        return;
    for (size_t i = 0; i < *count; i++)
        if (strcmp(list[i], path) == 0)
            return;
    if (*count < SANDBOX_PATHS_MAX)
        list[(*count)++] = path;
    else
        policy->cut = true;
}

static void add_readable_path(struct sandbox_policy *policy, const char *path)
{
    add_policy_path(policy, policy->read, &policy->read_count, path);
}

static const char *directory_of(struct arena *arena, const char *path)
{
    return arena_cstr(arena, path_directory(slice_from_cstr(path)));
}

struct grants {
    struct arena *arena;
    struct sandbox_policy *policy;
};

static void add_ground(void *state, const char *path)
{
    struct grants *grants = state;
    add_readable_path(grants->policy, arena_cstr(grants->arena, slice_from_cstr(path)));
}

// While we run, a link may be switched to a sibling of its target: the next release, the renewed
// certificate. Links in the root directory are the system's, and would allow half of it.
static void add_beside(void *state, const char *link, const char *target)
{
    struct grants *grants = state;
    char real[PATH_MAX];
    if (strrchr(link, '/') == link || !realpath(target, real))
        return;
    const char *directory = directory_of(grants->arena, real);
    if (directory && strcmp(directory, "/") != 0)
        add_readable_path(grants->policy, directory);
}

static bool list_nothing(void *state, struct slice relative, const struct file_info *info)
{
    (void)state, (void)relative, (void)info;
    return true;
}

// The site's repository, for the history of pages: if it cannot be opened, that is reported when a
// page asks for it.
static void add_history(struct grants *grants, const struct tree_source *source)
{
    struct slice below;
    struct error ignored = {0};
    struct repository *repository =
        repository_around(source->root.ptr, grants->arena, &below, &ignored);
    if (repository)
        repository_each_ground(repository, add_ground, grants);
    repository_release(repository);
}

// What the tree reads; with links to anywhere, all of it is searched for links.
static bool add_site(struct grants *grants, const struct settings *settings, struct error *error)
{
    struct tree_source source;
    if (!site_source(settings, grants->arena, &source, error))
        return false;
    struct tree *tree = tree_open(&source, false, error);
    if (!tree)
        return false;
    for (size_t i = 0; source.links == TREE_LINKS_ANYWHERE && i < source.place_count; i++)
        tree_list(tree, source.places[i], list_nothing, NULL, NULL);
    tree_each_ground(tree, add_ground, grants);
    tree_close(tree);
    tree_each_link(source.given.ptr, add_beside, grants);
    if (!settings->repository)
        add_history(grants, &source);
    if (settings->git.directory.full.len)
        tree_each_link(settings->git.directory.full.ptr, add_beside, grants);
    return true;
}

// Files that are replaced while we run, such as certificates and settings: their directory, and
// that of a link's target.
static void add_replaced(struct grants *grants, struct slice path)
{
    char real[PATH_MAX];
    if (!path.len)
        return;
    add_readable_path(grants->policy, directory_of(grants->arena, path.ptr));
    if (realpath(path.ptr, real))
        add_readable_path(grants->policy, directory_of(grants->arena, real));
    tree_each_link(path.ptr, add_beside, grants);
}

// Files that the site's own JavaScript has written are served; commits' files are written for it.
static void add_scratch(struct grants *grants, const struct settings *settings, bool previews)
{
    struct sandbox_policy *policy = grants->policy;
    add_readable_path(policy, scripting_scratch(settings, previews, grants->arena));
    if (settings->repository)
        add_policy_path(policy, policy->links, &policy->link_count,
                        scripting_trees(settings, previews, grants->arena));
}

// Files that the site's own JavaScript has read are checked before an answer is reused.
static void add_scripts(struct grants *grants, const struct settings *settings)
{
    struct slice root = settings_directory(settings);
    struct value read = settings->script.read;
    bool previews = settings->git.preview_scripts;
    if (settings->eleventy_config.len)
        add_scratch(grants, settings, false);
    if (previews)
        add_scratch(grants, settings, true);
    if (!settings->eleventy_config.len && !previews)
        return;
    add_readable_path(grants->policy, arena_cstr(grants->arena, root));
    for (uint32_t i = 0; i < value_length(NULL, read); i++) {
        struct slice path = path_join(grants->arena, root, value_text(value_item(NULL, read, i)));
        if (path.ptr)
            add_readable_path(grants->policy, path.ptr);
    }
}

bool sandbox_policy_read(struct arena *arena, const struct settings *settings, const char *cache,
                         struct sandbox_policy *policy, struct error *error)
{
    static const char *const SYSTEM[] = {"/etc/localtime", "/usr/lib",     "/usr/share/zoneinfo",
                                         "/proc/self",     "/dev/urandom", "/dev/null"};
    struct slice usage = settings->usage.enabled ? settings->usage.file.full : SLICE_EMPTY;
    const struct slice written[] = {settings->feedback.file.full, usage, settings->log.file.full,
                                    settings->log.access_file.full};
    const struct slice listeners[] = {settings->listen, settings->admin_listen};
    *policy = (struct sandbox_policy){
        .report = settings->sandbox_report.full.len ? settings->sandbox_report.full.ptr : NULL};
    for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++)
        add_readable_path(policy, SYSTEM[i]);
    struct grants grants = {arena, policy};
    if (!add_site(&grants, settings, error))
        return false;
    add_scripts(&grants, settings);
    add_replaced(&grants, settings_file(settings));
    add_replaced(&grants, settings->tls.certificate.full);
    add_replaced(&grants, settings->tls.key.full);
    add_replaced(&grants, settings->tls.ocsp.full);
    add_policy_path(policy, policy->write, &policy->write_count, directory_of(arena, cache));
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (written[i].len)
            add_policy_path(policy, policy->write, &policy->write_count,
                            directory_of(arena, written[i].ptr));
    // Unix sockets are removed at the end.
    for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++)
        if (slice_starts_with(listeners[i], SLICE("unix:")))
            add_policy_path(policy, policy->write, &policy->write_count,
                            directory_of(arena, listeners[i].ptr + 5));
    return true;
}
