// SPDX-License-Identifier: MIT
//
// Patched snapshots: when nothing but texts of a few pages has changed – not their front matter,
// no template, no data, no file more or less –, the new snapshot shares all else with the one
// before, so that an edit of a large site is seen as soon as that of a small one.
//
//   root ◀─holds─ patched snapshot: a copy of the array of pages, in which the edited pages have
//                 sources, slots and routes of their own
//
// The root is a snapshot that was loaded whole; a patched one holds a reference on it. Each is made
// of the root, not of the patched one before, with all edits since; the edits' texts and templates
// live as long as the root, and after EDITS_MAX of them the site is loaded whole again, so memory
// stays flat. What a page shows of other pages by templateContent is never remembered, so what the
// root has remembered of its pages holds; a site that shows pages' sources (rawInput, or a page
// included as a template) is always loaded whole.
#include "snapshot.h"

#include "base/clock.h"

#include <math.h>
#include <stddef.h>

enum { EDITS_MAX = 64, EDITS_BYTES_MAX = 4 << 20 };

struct edits {
    struct arena *arena; // of the texts; dies with the root
    struct map sources;  // path → struct source, the newest
    size_t count;        // edits ever, which is what the arena has to hold
};

void patch_note_text(struct site *site, struct slice text)
{
    if (slice_find(text, SLICE("rawInput"), 0) != SIZE_MAX)
        atomic_store(&site->shows_sources, true);
}

static void destroy_arena(void *arena)
{
    arena_destroy(arena);
}

static struct edits *edits_of(struct site *root)
{
    if (root->edits)
        return root->edits;
    struct edits *edits = arena_zalloc(root->arena, 1, sizeof *edits);
    struct arena *arena = edits ? arena_create(0, 0) : NULL;
    if (!arena)
        return NULL;
    if (!arena_on_free(root->arena, destroy_arena, arena)) {
        arena_destroy(arena);
        return NULL;
    }
    edits->arena = arena;
    edits->sources = map_create(arena);
    root->edits = edits;
    return edits;
}

// ---- is it a change of that kind ----

static bool has_problem(const struct site *root, struct slice path)
{
    for (size_t i = 0; i < root->problem_count; i++)
        if (slice_equal(slice_from_cstr(root->problems[i].error.place.file), path))
            return true;
    return false;
}

// The pages of a source lie side by side; how many, and the first one's number.
static size_t pages_of(const struct site *site, struct slice path, size_t *first)
{
    const struct map_entry *entry = map_find(&site->pages_by_input, path);
    size_t count = 0;
    *first = entry ? (uintptr_t)entry->value - 1 : 0;
    while (entry && *first + count < site->page_count &&
           slice_equal(site->pages[*first + count].input_path, path))
        count++;
    return count;
}

// A page's date is in every list; whether it can be patched depends on it as on front matter.
static bool are_pages_sound(const struct site *root, const struct source *source)
{
    size_t first, count = pages_of(root, source->path, &first);
    for (size_t i = first; i < first + count; i++) {
        const struct site_page *page = &root->pages[i];
        if (page->broken || page->stale || page->date_ms != page_date(page, source))
            return false;
    }
    return count > 0;
}

static bool is_same_front_matter(const struct source *old, const struct source *new)
{
    struct slice ignored;
    size_t length = front_matter_length(new->text, &ignored);
    return length == front_matter_length(old->text, &ignored) &&
           memcmp(old->text.ptr, new->text.ptr, length) == 0;
}

// Warnings would be for the whole load to give.
static bool is_quiet(struct site *root, const struct source *source)
{
    struct site trial = {.arena = root->edits->arena, .settings = root->settings};
    front_matter_check_encoding(&trial, source);
    return trial.problem_count == 0;
}

// ---- one edit ----

static bool read_edit(struct site *root, struct source *source, struct slice full)
{
    size_t max = (size_t)settings_integer(root->settings, "limits.page_bytes");
    struct error ignored = {0};
    if (!file_stat(full.ptr, &source->info, &ignored) ||
        !file_read(root->edits->arena, full.ptr, max, &source->text, &ignored))
        return false;
    source->hash = slice_hash(source->text);
    patch_note_text(root, source->text);
    return !atomic_load(&root->shows_sources);
}

static bool compile_edit(struct site *root, struct source *source)
{
    struct error ignored = {0};
    if (!(source->syntax & SYNTAX_NUNJUCKS))
        return true;
    source->template = template_compile(
        root->templates, source->path, source->path, source->body, source->body_line,
        source->syntax & SYNTAX_MARKDOWN ? root->prelude : SLICE_EMPTY, &ignored);
    return source->template != NULL;
}

// Reads a source again. False: the site has to be loaded whole.
static bool edit(struct site *root, struct slice full)
{
    struct edits *edits = edits_of(root);
    struct slice directory = settings_directory(root->settings);
    if (!edits || edits->count++ >= EDITS_MAX || arena_held(edits->arena) > EDITS_BYTES_MAX ||
        !slice_starts_with(full, directory))
        return false;
    struct slice path = slice_sub(full, directory.len, full.len);
    while (path.len && path.ptr[0] == '/')
        path = slice_sub(path, 1, path.len);
    const struct source *old = map_get(&root->sources, path);
    struct source *new = arena_alloc(edits->arena, sizeof *new);
    if (!old || old->error || !new || has_problem(root, path))
        return false;
    *new = *old;
    new->reused = false;
    if (!read_edit(root, new, full) || !is_same_front_matter(old, new) ||
        !are_pages_sound(root, new) || !is_quiet(root, new))
        return false;
    new->body = slice_sub(new->text, old->text.len - old->body.len, new->text.len);
    return compile_edit(root, new) && map_put(&edits->sources, new->path, new);
}

// ---- the snapshot ----

static void release_root(void *root)
{
    site_release(root);
}

static struct site *share(struct site *root)
{
    struct arena *arena = arena_create(0, 0);
    struct site *site = arena ? arena_zalloc(arena, 1, sizeof *site) : NULL;
    if (!site || !arena_on_free(arena, release_root, root)) {
        arena_destroy(arena);
        return NULL;
    }
    site_retain(root);
    size_t shared = offsetof(struct site, arena);
    memcpy((char *)site + shared, (const char *)root + shared, sizeof *site - shared);
    atomic_init(&site->references, 1);
    site->arena = arena;
    site->root = root;
    site->edits = NULL;
    site->indexed = false;
    site->attached = NULL;
    site->detach = NULL;
    site->counts.patched = true;
    site->edited_routes = map_create(arena);
    site->generation = site_next_generation();
    site->pages = arena_alloc(arena, root->page_count * sizeof *site->pages);
    if (site->pages)
        memcpy(site->pages, root->pages, root->page_count * sizeof *site->pages);
    return site;
}

static bool replace_route(struct site *site, const struct site_page *was, struct site_page *page)
{
    const struct site_route *old = routes_of_page(site, was);
    struct site_route *route = old ? arena_alloc(site->arena, sizeof *route) : NULL;
    if (!old)
        return true;
    if (!route)
        return false;
    *route = *old;
    route->page = page;
    return map_put(&site->edited_routes, route->url, route);
}

static bool replace_page(struct site *site, size_t index, struct source *source)
{
    struct site_page *page = &site->pages[index];
    const struct page *was = page_of(page);
    struct page *own = arena_zalloc(site->arena, 1, sizeof *own);
    if (!own)
        return false;
    own->site = site;
    own->index = index;
    own->source = source;
    own->layout = was->layout;
    own->has_permalink = was->has_permalink;
    own->rooted = was->rooted;
    own->chunk = was->chunk;
    own->navigation = was->navigation;
    page->internal = own;
    int64_t newest =
        source->info.mtime_ns > site->modified_ns ? source->info.mtime_ns : site->modified_ns;
    page->modified = newest / 1000000000;
    return replace_route(site, &site->root->pages[index], page);
}

static bool replace_pages(struct site *site, const struct map *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        struct source *source = sources->entries[i].value;
        size_t first, count = pages_of(site->root, source->path, &first);
        for (size_t k = first; k < first + count; k++)
            if (!replace_page(site, k, source))
                return false;
    }
    return true;
}

static void store_edits(struct site *root, const struct site_load_options *options,
                        uint64_t generation)
{
    struct error error = {0};
    if (!options->store)
        return;
    struct arena *scratch = arena_create(0, 0);
    bool ok = scratch && store_begin(options->store, &error);
    const struct map *sources = &root->edits->sources;
    for (size_t i = 0; ok && i < sources->count; i++)
        ok = source_store(options->store, scratch, sources->entries[i].value, &error);
    if (!ok || !store_commit(options->store, generation, &error)) {
        store_rollback(options->store);
        log_error(options->log, LOG_WARNING, &error);
    }
    arena_destroy(scratch);
}

struct site *site_patch(const struct site_load_options *options, const struct slice *paths,
                        size_t count)
{
    uint64_t start = clock_monotonic_ns();
    struct site *root = options->previous;
    if (root && root->root)
        root = root->root;
    if (!root || !count || root->settings != options->settings ||
        atomic_load(&root->shows_sources) || clock_wall_ms() >= root->next_change_ms)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!edit(root, paths[i]))
            return NULL;
    struct site *site = share(root);
    if (!site || !site->pages || !replace_pages(site, &root->edits->sources)) {
        site_release(site);
        return NULL;
    }
    store_edits(root, options, site->generation);
    site->counts.reused = site->page_count - count;
    site->counts.load_ms = (double)(clock_monotonic_ns() - start) / 1e6;
    return site;
}
