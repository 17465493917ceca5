// SPDX-License-Identifier: MIT
//
// The site's tree: the places that the settings name, and files that no template may read and no
// reader may get, whatever an author writes or links.
#include "history.h"
#include "scripts.h"
#include "snapshot.h"

struct list {
    struct arena *arena;
    const struct settings *settings;
    struct slice *paths;
    size_t count, capacity;
    bool failed;
};

static void add_listed_path(struct list *list, struct slice path)
{
    if (!path.len)
        return;
    if (arena_room(list->arena, &list->paths, list->count, &list->capacity, sizeof path))
        list->paths[list->count++] = path;
    else
        list->failed = true;
}

// A path relative to the site's directory, or a list of them.
static void add_value(struct list *list, struct value v)
{
    if (value_is(v, VALUE_ARRAY))
        for (uint32_t i = 0; i < value_length(NULL, v); i++)
            add_value(list, value_item(NULL, v, i));
    if (value_is(v, VALUE_STRING))
        add_listed_path(list,
                        path_join(list->arena, settings_directory(list->settings), value_text(v)));
}

static void add_places(struct list *list)
{
    const struct settings *settings = list->settings;
    const struct settings_path *paths[] = {&settings->input, &settings->includes,
                                           &settings->layouts, &settings->search.synonyms};
    const struct value_object *view = value_is(settings->passthrough, VALUE_OBJECT)
                                          ? value_object_view(NULL, settings->passthrough)
                                          : NULL;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        add_listed_path(list, paths[i]->full);
    add_value(list, settings->template_paths);
    for (uint32_t i = 0; view && i < view->count; i++)
        add_value(list, view->values[i]);
    for (size_t i = 0; i < IGNORE_FILES; i++)
        add_listed_path(list, path_join(list->arena, settings_directory(settings),
                                        ignores_file(settings, list->arena, i)));
}

static void add_secrets(struct list *list)
{
    const struct settings *settings = list->settings;
    if (!slice_equal(settings->cache, SLICE(":memory:")))
        add_listed_path(list,
                        path_join(list->arena, settings_directory(settings), settings->cache));
    add_listed_path(list, settings_file(settings));
    if (settings->repository)
        add_listed_path(
            list, path_join(list->arena, settings_directory(settings), SLICE("guidance.yaml")));
    add_listed_path(list, settings->feedback.file.full);
    add_listed_path(list, settings->usage.file.full);
    add_listed_path(list, settings->tls.key.full);
    for (uint32_t i = 0; i < value_length(NULL, settings->tls.certificates); i++)
        add_listed_path(list, settings_certificate_file(settings, list->arena, i, "key"));
    add_listed_path(list, settings->log.file.full);
    add_listed_path(list, settings->log.access_file.full);
}

// guidance.yaml as named, possibly through links.
static struct slice given_file(const struct settings *settings, struct arena *arena)
{
    struct slice file = settings_file(settings), root = settings_directory(settings);
    if (!slice_starts_with(file, root))
        return file.len && file.ptr[0] == '/' ? file : SLICE_EMPTY;
    return ARENA_JOIN(arena, settings_given_directory(settings),
                      slice_sub(file, root.len, file.len));
}

bool site_source(const struct settings *settings, struct arena *arena, struct tree_source *source,
                 struct error *error)
{
    struct list places = {.arena = arena, .settings = settings}, secrets = places, watched = places;
    bool anywhere = slice_equal(settings->follow_links, SLICE("anywhere"));
    if (!anywhere && !slice_equal(settings->follow_links, SLICE("inside"))) {
        error_set(error, ERROR_CONFIG, "follow_links must be inside or anywhere, not %.*s",
                  SLICE_ARG(settings->follow_links));
        return false;
    }
    add_places(&places);
    add_secrets(&secrets);
    add_listed_path(&watched, given_file(settings, arena));
    *source = (struct tree_source){.kind = &TREE_DIRECTORY,
                                   .root = settings_directory(settings),
                                   .given = settings_given_directory(settings),
                                   .links = anywhere ? TREE_LINKS_ANYWHERE : TREE_LINKS_INSIDE,
                                   .places = places.paths,
                                   .place_count = places.count,
                                   .secrets = secrets.paths,
                                   .secret_count = secrets.count,
                                   .watched = watched.paths,
                                   .watched_count = watched.count,
                                   .polling = settings->watch_polling};
    if (settings->repository) {
        source->kind = &TREE_COMMIT;
        source->repository = settings->repository;
        source->commit = settings->revision;
        source->subdirectory = settings->git.subdirectory;
        source->overlay = settings->git.overlay.full;
    }
    return (!places.failed && !secrets.failed && !watched.failed) || error_memory(error);
}

// ---- what to watch ----

static void add_copied_file(void *state, struct slice path)
{
    struct list *list = state;
    struct slice scratch = list->settings->script.scratch.full;
    // The root's entries are watched if the settings name them; files that JavaScript writes are
    // known from its answers.
    if (!slice_equal(path, settings_directory(list->settings)) &&
        !(scratch.len && slice_starts_with(path, scratch)))
        add_listed_path(list, arena_copy(list->arena, path));
}

static void copy_list(struct list *list, const struct slice *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_copied_file(list, paths[i]);
}

bool site_watched(const struct site *site, struct arena *arena, struct tree_source *source,
                  struct error *error)
{
    const struct settings *settings = site->settings;
    struct list places = {.arena = arena, .settings = settings}, watched = places;
    struct tree_source own;
    if (!site_source(settings, arena, &own, error))
        return false;
    copy_list(&places, own.places, own.place_count);
    copy_list(&watched, own.watched, own.watched_count);
    struct slice heads[2];
    size_t head_count;
    if (!history_watched(site, arena, heads, &head_count))
        return error_memory(error);
    copy_list(&watched, heads, head_count);
    if (site->scripts) {
        add_listed_path(&watched, path_join(arena, settings->input.full, settings->data));
        script_each_file(site->scripts->tree, add_copied_file, &watched);
    }
    *source = own;
    source->root = arena_copy(arena, own.root);
    source->given = arena_copy(arena, own.given);
    source->places = places.paths;
    source->place_count = places.count;
    source->watched = watched.paths;
    source->watched_count = watched.count;
    return (!places.failed && !watched.failed && !arena_failed(arena)) || error_memory(error);
}

static void close_site_tree(void *tree)
{
    tree_close(tree);
}

bool files_open(struct site *site, bool noting, struct error *error)
{
    struct tree_source *source = arena_alloc(site->arena, sizeof *source);
    if (!source || !site_source(site->settings, site->arena, source, error))
        return source ? false : error_memory(error);
    site->tree = tree_open(source, noting, error);
    return site->tree &&
           (arena_on_free(site->arena, close_site_tree, site->tree) || error_memory(error));
}

bool site_was_disturbed(const struct site *site, struct error *error)
{
    tree_failures(site->tree, error);
    return error_is_set(error);
}

// Reports links that were not followed, at the file that is therefore missing.
void files_report_refusals(struct site *site)
{
    size_t count;
    const struct tree_refusal *refusals = tree_refusals(site->tree, &count);
    for (size_t i = 0; i < count; i++) {
        struct error error = {0};
        const struct tree_refusal *refusal = &refusals[i];
        error_set(&error, ERROR_CONFIG, "left out: it %s%s%.*s", refusal->why,
                  refusal->target.len ? ", to " : "", SLICE_ARG(refusal->target));
        if (refusal->target.len)
            error_hint(&error, "put the file itself there, name its directory in guidance.yaml, or "
                               "set follow_links: anywhere");
        error_at(&error, refusal->path, 1, 1);
        problem_add(site, SITE_WARNING, "file-left-out", &error);
    }
}

struct tree *site_tree(const struct site *site)
{
    return site->tree;
}
