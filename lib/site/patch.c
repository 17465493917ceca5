// SPDX-License-Identifier: MIT
//
// Patched snapshots: when only the texts of a few pages have changed – not their front matter, no
// template, no data, no file added or removed – the new snapshot shares everything else with the
// previous one, so that an edit shows as soon on a large site as on a small one. When more than the
// text of those pages has changed, the snapshot is renewed (renew.c), which takes longer.
//
//   base ◀─holds─ renewed snapshot ◀─holds─ patched snapshot: a copy of the array of pages, in
//                 which the edited pages have their own sources, slots and routes
//
// The base is a snapshot that was loaded whole; a patched one shares pages with its root, which is
// the base or the last renewed one. Each is made from the root, not from the previous patched one,
// with all edits since; the edits' texts and templates live as long as the base, and after
// EDITS_MAX of them the site is loaded whole, so memory stays flat. What a page shows of other
// pages through templateContent is remembered for the root alone (render.c), so that patches may
// use what the root has remembered; a site that shows pages' sources (rawInput, or a page included
// as a template) is always loaded whole.
#include "snapshot.h"

#include "base/clock.h"

enum { EDITS_MAX = 64, EDITS_BYTES_MAX = 4 << 20 };

struct edits {
    struct arena *arena; // of the texts; dies with the base
    struct site *reader; // a copy of the base that reads sources into `arena`; has their problems
    struct map sources;  // path → struct source, the newest
    size_t count;        // all edits ever, which the arena must hold
};

static void destroy_arena(void *arena)
{
    arena_destroy(arena);
}

static struct edits *edits_of(struct site *base)
{
    if (base->edits)
        return base->edits;
    struct edits *edits = arena_zalloc(base->arena, 1, sizeof *edits);
    struct arena *arena = edits ? arena_create(0, 0) : NULL;
    if (!arena || !arena_on_free(base->arena, destroy_arena, arena))
        return NULL;
    edits->arena = arena;
    edits->reader = source_reader(base, arena);
    edits->sources = map_create(arena);
    return edits->reader ? base->edits = edits : NULL;
}

// ---- whether a patch is possible ----

static bool is_of(const struct site_problem *problem, struct slice path)
{
    return slice_equal(slice_from_cstr(problem->error.place.file), path);
}

static bool has_problem(const struct site *site, struct slice path)
{
    for (size_t i = 0; i < site->problem_count; i++)
        if (is_of(&site->problems[i], path))
            return true;
    return false;
}

static void forget_problems(struct site *reader, struct slice path)
{
    size_t kept = 0;
    for (size_t i = 0; i < reader->problem_count; i++)
        if (!is_of(&reader->problems[i], path))
            reader->problems[kept++] = reader->problems[i];
    reader->problem_count = kept;
}

// A page's date is in every list, so it must be unchanged, like front matter.
static bool are_pages_sound(const struct site *root, const struct source *source)
{
    size_t first, count = pages_of_source(root, source->path, &first);
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
    return length == old->front_length &&
           slice_hash(slice_sub(new->text, 0, length)) == old->front_hash;
}

// ---- one edit ----

static bool read_edit(struct site *base, struct source *source, struct slice full)
{
    size_t max = base->settings->limits.page_bytes;
    struct error ignored = {0};
    if (!tree_read_text(base->tree, base->edits->arena, full, source->path, max, &source->text,
                        &source->info, &ignored))
        return false;
    source->hash = slice_hash(source->text);
    source->text_id = 0;
    source->shows_sources = text_shows_sources(source->text);
    return !source->shows_sources;
}

static bool compile_edit(struct site *base, struct source *source)
{
    struct error ignored = {0};
    source->template = NULL;
    source_set_plain(source);
    return source_compile(base, source, &ignored);
}

// Whether only the text differs from the root's, and neither has problems.
static bool is_text_edit(struct site *root, struct site *reader, const struct source *old,
                         struct source *new)
{
    if (old->error || has_problem(root, old->path) || !is_same_front_matter(old, new) ||
        !are_pages_sound(root, new))
        return false;
    struct error ignored = {0};
    front_matter_check_encoding(reader, new);
    return front_matter_check_unread(reader, new, &ignored) && !has_problem(reader, new->path);
}

static bool read_whole(struct site *reader, struct source *source)
{
    forget_problems(reader, source->path);
    source->error = NULL;
    source->template = NULL;
    source->layout = NULL;
    source->places = (struct value_places){0};
    return source_parse(reader, source);
}

// Reads a source again. *texts becomes false if more than its text has changed, or its pages are
// known to fail. False: the site must be loaded whole.
static bool edit(struct site *base, struct site *root, const struct site_failures *failures,
                 struct slice full, bool *texts)
{
    bool fails = failures_has(failures, path_in_site(base, full));
    struct edits *edits = edits_of(base);
    if (!edits || edits->count++ >= EDITS_MAX || arena_held(edits->arena) > EDITS_BYTES_MAX)
        return false;
    const struct source *old = map_get(&root->sources, path_in_site(base, full));
    struct source *new = arena_alloc(edits->arena, sizeof *new);
    if (!old || !new)
        return false;
    *new = *old;
    new->reused = false;
    if (!read_edit(base, new, full))
        return false;
    forget_problems(edits->reader, new->path);
    if (fails || !is_text_edit(root, edits->reader, old, new) || !compile_edit(base, new)) {
        *texts = false;
        if (!read_whole(edits->reader, new))
            return false;
    }
    source_set_raw_input(new);
    return map_put(&edits->sources, new->path, new);
}

// ---- the snapshot ----

static struct site *share(struct site *root)
{
    struct site *site = site_borrow(root, 0);
    if (!site)
        return NULL;
    site->root = root;
    site->counts.patched = true;
    site->pages = arena_alloc(site->arena, root->page_count * sizeof *site->pages);
    if (site->pages) {
        memcpy(site->pages, root->pages, root->page_count * sizeof *site->pages);
        return site;
    }
    site_release(site);
    return NULL;
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
        if (map_get(&site->root->sources, source->path) == source)
            continue;
        size_t first, count = pages_of_source(site->root, source->path, &first);
        for (size_t k = first; k < first + count; k++)
            if (!replace_page(site, k, source))
                return false;
    }
    return true;
}

// Texts that were not stored are served from memory, and stored with the next edit.
static void forget_numbers(const struct map *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        ((struct source *)sources->entries[i].value)->text_id = 0;
}

static void store_edits(const struct site *base, const struct site_load_options *options,
                        uint64_t generation)
{
    struct error error = {0};
    if (!options->store)
        return;
    struct arena *scratch = arena_create(0, 0);
    bool ok = scratch && store_begin(options->store, &error);
    const struct map *sources = &base->edits->sources;
    for (size_t i = 0; ok && i < sources->count; i++) {
        struct source *source = sources->entries[i].value;
        ok = source->text_id ||
             source_store(options->store, source, source_pack(source, scratch), &error);
    }
    if (!ok || !store_commit(options->store, generation, &error)) {
        store_rollback(options->store);
        forget_numbers(sources);
        log_error(options->log, LOG_WARNING, &error);
    }
    arena_destroy(scratch);
}

static struct site *patch_root(struct site *root, const struct map *sources)
{
    struct site *site = share(root);
    if (site && replace_pages(site, sources)) {
        site->counts.reused = site->page_count - sources->count;
        return site;
    }
    site_release(site);
    return NULL;
}

struct site *site_patch(const struct site_load_options *options, const struct slice *paths,
                        size_t count)
{
    uint64_t start = clock_monotonic_ns();
    struct site *previous = options->previous;
    struct site *root = previous && previous->root ? previous->root : previous;
    struct site *base = root && root->base ? root->base : root;
    bool texts = true;
    unsigned failures = base ? tree_failures(base->tree, NULL) : 0;
    // The results of the site's own functions are not known per page.
    if (!base || base->scripts || !count || base->settings != options->settings ||
        atomic_load(&base->shows_sources) || clock_wall_ms() >= root->next_change_ms)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!edit(base, root, options->failures, paths[i], &texts))
            return NULL;
    const struct map *sources = &base->edits->sources;
    struct site *site =
        texts ? patch_root(root, sources) : renew(options, base, sources, base->edits->reader);
    // Files may seem to be missing; whether they are is known after a load.
    if (!site || arena_failed(site->arena) || tree_failures(base->tree, NULL) != failures ||
        !site_hold_texts(site, options->store)) {
        site_release(site);
        return NULL;
    }
    store_edits(base, options, site->generation);
    site->counts.load_ms = (double)(clock_monotonic_ns() - start) / 1e6;
    return site;
}
