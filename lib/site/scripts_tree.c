// SPDX-License-Identifier: MIT
//
// The files that JavaScript sees with a snapshot: the site's directory, or those of its commit,
// which are written out for as long as the snapshot lives.
#include "scripts.h"

#include "tree/repository.h"

struct commit_files {
    struct tree *tree;
    uint64_t max;
};

static bool write_files(void *state, const char *directory, struct error *error)
{
    const struct commit_files *files = state;
    return commit_write(files->tree, directory, files->max, error);
}

static const char *written(const struct site *site, const char *key, struct slice text)
{
    return settings_is_written(site->settings, key) ? arena_cstr(site->arena, text) : NULL;
}

static void release_tree(void *tree)
{
    script_tree_release(tree);
}

static bool take_commit(struct site *site, struct script *script, struct error *error)
{
    const struct settings *settings = site->settings;
    struct object_id id = commit_tree_id(site->tree);
    struct commit_files files = {site->tree, settings->git.checkout};
    char hex[REPOSITORY_HEX];
    repository_write_id(&id, hex);
    const struct script_commit commit = {
        .id = hex,
        .config = arena_cstr(site->arena, settings->eleventy_config),
        .input = written(site, "input", settings->input.text),
        .output = written(site, "output", settings->output),
        .path_prefix = written(site, "path_prefix", settings->path_prefix),
        .write = write_files,
        .state = &files,
    };
    site->scripts->tree = commit.config ? script_commit(script, &commit, error) : NULL;
    return site->scripts->tree &&
           (arena_on_free(site->arena, release_tree, site->scripts->tree) || error_memory(error));
}

bool scripts_take_tree(struct site *site, struct script *script, struct error *error)
{
    if (site->settings->repository)
        return take_commit(site, script, error);
    site->scripts->tree = script_directory(script);
    return true;
}

struct slice scripts_root(const struct site *site)
{
    return site->settings->repository ? slice_from_cstr(script_root(site->scripts->script))
                                      : settings_directory(site->settings);
}
