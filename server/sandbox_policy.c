// SPDX-License-Identifier: MIT
//
// The sandbox for the settings: the paths read and written once started.
#include "sandbox.h"

#include "base/file.h"
#include "cache.h"
#include "scripting.h"
#include "server.h"
#include "site/site.h"
#include "tree/repository.h"

#include <limits.h>
#include <stdlib.h>

// The path is copied.
static void add_policy_path(struct sandbox_policy *policy, const char *path, int rights)
{
    if (!path || !*path)
        return;
    struct slice key = arena_printf(policy->arena, "%d %s", rights, path);
    if (key.ptr && map_get(&policy->known, key))
        return;
    bool fits = key.ptr && policy->count < SANDBOX_PATHS_MAX &&
                arena_room(policy->arena, &policy->paths, policy->count, &policy->room,
                           sizeof *policy->paths) &&
                map_put(&policy->known, key, policy);
    policy->cut |= !fits;
    if (fits) // after the number and the space
        policy->paths[policy->count++] =
            (struct landlock_path){key.ptr + slice_find_byte(key, ' ', 0) + 1, rights};
}

static void add_readable_path(struct sandbox_policy *policy, const char *path)
{
    add_policy_path(policy, path, LANDLOCK_READ);
}

static void add_writable_path(struct sandbox_policy *policy, const char *path)
{
    add_policy_path(policy, path, LANDLOCK_READ | LANDLOCK_WRITE);
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
        add_policy_path(policy, scripting_trees(settings, previews, grants->arena),
                        LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_MAKE_LINK);
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

// What a site reads and writes.
static bool add_all_of_site(struct grants *grants, const struct settings *settings,
                            struct error *error)
{
    struct slice usage = settings->usage.enabled ? settings->usage.file.full : SLICE_EMPTY;
    const struct slice written[] = {settings->feedback.file.full, usage};
    if (!add_site(grants, settings, error))
        return false;
    add_scripts(grants, settings);
    add_replaced(grants, settings_file(settings));
    add_writable_path(grants->policy,
                      directory_of(grants->arena, cache_path(grants->arena, settings)));
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (written[i].len)
            add_writable_path(grants->policy, directory_of(grants->arena, written[i].ptr));
    return true;
}

// A rule is for a directory that exists. A directory that cannot be made, on a read-only disk, is
// reported when the site is loaded.
static void make_directories(const struct settings *settings, struct arena *arena)
{
    const struct slice files[] = {slice_from_cstr(cache_path(arena, settings)),
                                  settings->feedback.file.full, settings->usage.file.full};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (slice_starts_with(files[i], SLICE("/")))
            file_make_directories(directory_of(arena, files[i].ptr), NULL);
}

// Its settings are needed only here: a thousand of them would take much memory. If they cannot be
// read, only what every site has is allowed, in case they are put right.
static void add_one_of_several(struct sandbox_policy *policy, const struct server *process,
                               const struct host *host)
{
    struct error error = {0};
    struct repository *repository = NULL;
    struct arena *arena = arena_create(0, 0);
    struct grants grants = {arena, policy};
    const struct settings *settings =
        arena ? sites_settings(process, host, arena, &repository, &error) : NULL;
    if (settings)
        make_directories(settings, arena);
    else if (file_exists(host->directory.ptr))
        file_make_directories(arena_printf(policy->arena, "%s/.guidanced", host->directory.ptr).ptr,
                              NULL);
    if (!settings || !add_all_of_site(&grants, settings, &error)) {
        struct log *log = log_of_site(process->log, host->name.ptr);
        log_error(log, LOG_ERROR, &error);
        log_destroy(log);
    }
    add_readable_path(policy, host->directory.ptr);
    add_writable_path(policy,
                      arena_printf(policy->arena, "%s/.guidanced", host->directory.ptr).ptr);
    arena_destroy(arena);
    repository_release(repository);
}

// Where sites may be added later.
static void add_site_roots(struct grants *grants, const struct settings *settings)
{
    for (uint32_t i = 0; i < value_length(NULL, settings->site_roots); i++) {
        struct slice root = settings_site_root(settings, grants->arena, i);
        if (root.ptr)
            add_writable_path(grants->policy, root.ptr);
    }
}

static void add_certificates(struct grants *grants, const struct settings *settings)
{
    static const char *const KEYS[] = {"certificate", "key", "ocsp"};
    add_replaced(grants, settings->tls.certificate.full);
    add_replaced(grants, settings->tls.key.full);
    add_replaced(grants, settings->tls.ocsp.full);
    for (uint32_t i = 0; i < value_length(NULL, settings->tls.certificates); i++)
        for (size_t k = 0; k < sizeof KEYS / sizeof *KEYS; k++)
            add_replaced(grants, settings_certificate_file(settings, grants->arena, i, KEYS[k]));
}

static void add_system(struct sandbox_policy *policy)
{
    static const char *const SYSTEM[] = {"/etc/localtime", "/usr/lib",     "/usr/share/zoneinfo",
                                         "/proc/self",     "/dev/urandom", "/dev/null"};
    for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++)
        add_readable_path(policy, SYSTEM[i]);
}

// Without the files of `tls`, which the signer reads.
static void add_all_of_process(struct grants *grants, const struct settings *settings)
{
    const struct slice written[] = {settings->log.file.full, settings->log.access_file.full};
    const struct slice listeners[] = {settings->listen, settings->admin_listen};
    add_system(grants->policy);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (written[i].len)
            add_writable_path(grants->policy, directory_of(grants->arena, written[i].ptr));
    // Unix sockets are removed at the end.
    for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++)
        if (slice_starts_with(listeners[i], SLICE("unix:")))
            add_writable_path(grants->policy, directory_of(grants->arena, listeners[i].ptr + 5));
}

static struct grants begin_policy(struct arena *arena, const struct settings *settings,
                                  struct sandbox_policy *policy)
{
    struct slice report = settings->sandbox_report.full;
    *policy = (struct sandbox_policy){
        .arena = arena, .known = map_create(arena), .report = report.len ? report.ptr : NULL};
    return (struct grants){arena, policy};
}

void sandbox_policy_of_signer(struct arena *arena, const struct settings *settings,
                              struct sandbox_policy *policy)
{
    struct grants grants = begin_policy(arena, settings, policy);
    add_system(policy);
    add_certificates(&grants, settings);
}

bool sandbox_policy_read(struct arena *arena, const struct server *server,
                         struct sandbox_policy *policy, struct error *error)
{
    struct grants grants = begin_policy(arena, server->settings, policy);
    add_all_of_process(&grants, server->settings);
    if (!server->sites)
        return add_all_of_site(&grants, server->settings, error);
    add_replaced(&grants, settings_file(server->settings));
    add_site_roots(&grants, server->settings);
    struct host *host = hosts_newest(sites_hosts(server->sites));
    for (; host; host = host->next)
        add_one_of_several(policy, server, host);
    return true;
}
