// SPDX-License-Identifier: MIT
//
// Pages that load but fail to render: a missing component, a filter on undefined. Loading cannot
// find them, so each page is rendered once, and those that fail are noted here. The next load
// treats them like pages that cannot be loaded: counted, out of every list, and with their last
// good version.
//
//   load ─▶ verify ─▶ failures ─▶ load ─▶ verify …   until nothing new fails
//
// A page out of the lists may make others fail that look for it there – a breadcrumb whose parent
// is gone – though nothing is wrong with them. Then `listed` keeps failing pages in the
// collections, so that no others fail because of them. And a page may have failed only because it
// shows another that does: it is tried again once that one is out.
#include "snapshot.h"

#include "base/clock.h"
#include "base/pipeline.h"

#include <stdlib.h>

struct failure {
    uint32_t chunk; // of a pagination
    size_t number;  // in order of noting
    bool healed;    // it renders after all
    struct error error;
    struct failure *next; // of the same source
};

struct site_failures {
    struct arena *arena;
    struct map by_path; // of sources → struct failure
    size_t count;       // not healed
    size_t noted;       // ever noted
    bool listed;
    bool doubtful;
};

struct site_failures *site_failures_create(void)
{
    struct site_failures *failures = calloc(1, sizeof *failures);
    if (failures)
        failures->arena = arena_create(0, 0);
    if (failures && failures->arena) {
        failures->by_path = map_create(failures->arena);
        return failures;
    }
    free(failures);
    return NULL;
}

void site_failures_destroy(struct site_failures *failures)
{
    if (!failures)
        return;
    arena_destroy(failures->arena);
    free(failures);
}

size_t site_failures_count(const struct site_failures *failures)
{
    return failures->count;
}

bool site_failures_listed(const struct site_failures *failures)
{
    return failures->listed;
}

bool site_failures_doubtful(const struct site_failures *failures)
{
    return failures->doubtful;
}

void site_failures_list(struct site_failures *failures)
{
    failures->listed = true;
}

static struct failure *first_of(const struct site_failures *failures, struct slice path)
{
    return failures ? map_get(&failures->by_path, path) : NULL;
}

bool failures_has(const struct site_failures *failures, struct slice path)
{
    for (const struct failure *f = first_of(failures, path); f; f = f->next)
        if (!f->healed)
            return true;
    return false;
}

const struct error *failures_of(const struct site_failures *failures, const struct site_page *page)
{
    for (const struct failure *f = first_of(failures, page->input_path); f; f = f->next)
        if (f->chunk == page_of(page)->chunk && !f->healed)
            return &f->error;
    return NULL;
}

static void forget_failure(struct site_failures *failures, struct failure *failure)
{
    failures->count -= !failure->healed;
    failure->healed = true;
}

void site_failures_forget(const struct site *site, struct site_failures *failures,
                          struct slice full)
{
    for (struct failure *f = first_of(failures, path_in_site(site, full)); f; f = f->next)
        forget_failure(failures, f);
}

size_t site_failures_mark(const struct site_failures *failures)
{
    return failures->noted;
}

void site_failures_rewind(struct site_failures *failures, size_t mark)
{
    for (size_t i = 0; i < failures->by_path.count; i++)
        for (struct failure *f = failures->by_path.entries[i].value; f; f = f->next)
            if (f->number >= mark)
                forget_failure(failures, f);
}

// False: out of memory.
static bool note_failure(struct site_failures *failures, const struct site_page *page,
                         const struct error *error)
{
    struct failure *failure = arena_alloc(failures->arena, sizeof *failure);
    struct slice path = arena_copy(failures->arena, page->input_path);
    struct failure *first = first_of(failures, page->input_path);
    if (!failure || !path.ptr)
        return false;
    *failure = (struct failure){
        .chunk = page_of(page)->chunk, .number = failures->noted, .error = *error, .next = first};
    if (!map_put(&failures->by_path, path, failure))
        return false;
    failures->count++;
    failures->noted++;
    return true;
}

// ---- rendering each page once ----

// Renders as the server does, but without remembering the page.
static bool render_once(const struct site *site, const struct site_page *page,
                        struct arena *scratch, struct error *error)
{
    arena_reset(scratch, 4 << 20);
    struct value_realm realm = value_realm_create(scratch);
    struct site_request request = site_plain_request(page, scratch);
    struct render_parts parts;
    realm.site = site;
    realm.now_ms = request.now_ms;
    return render_in_parts(page, request.request, &realm, NULL, NULL, &parts, error);
}

// A busy machine may take too long once.
static bool renders(const struct site *site, const struct site_page *page, struct arena *scratch,
                    struct error *error)
{
    if (render_once(site, page, scratch, error))
        return true;
    if (error->code != ERROR_TIME)
        return false;
    *error = (struct error){0};
    return render_once(site, page, scratch, error);
}

// A temporary failure says nothing about the page.
static bool is_lasting(const struct error *error)
{
    return error->code != ERROR_MEMORY && error->code != ERROR_IO && error->code != ERROR_STORE &&
           error->code != ERROR_AWAY;
}

bool failures_renders(const struct site_page *page)
{
    struct arena *scratch = arena_create(1 << 16, 0);
    struct error error = {0};
    bool ok = scratch && renders(page_of(page)->site, page, scratch, &error);
    arena_destroy(scratch);
    return ok || !is_lasting(&error);
}

uint64_t page_identify(const struct site_page *page)
{
    return slice_hash_mix(slice_hash(page->input_path), page_of(page)->chunk + SLICE_HASH_START);
}

static bool is_known_to_render(const struct site_verified *known, const struct site_page *page)
{
    uint64_t wanted = page_identify(page);
    size_t low = 0, high = known ? known->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (known->pages[middle] == wanted)
            return true;
        if (known->pages[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

// A page before or after its time is in no list, and may fail for that alone; when its time comes
// the site is loaded again.
static bool is_rendered(const struct site *site, const struct site_page *page)
{
    return page->url.len && !page->broken && site_page_visible(site, page, site->now_ms);
}

static void take_failure(const struct site_page *page, const struct error *error,
                         struct site_failures *failures)
{
    failures->doubtful |= !is_lasting(error);
    if (is_lasting(error) && !failures_of(failures, page))
        failures->doubtful |= !note_failure(failures, page, error);
}

static void verify_page(const struct site *site, const struct site_page *page,
                        struct site_failures *failures, struct arena *scratch)
{
    struct error error = {0};
    if (is_rendered(site, page) && !renders(site, page, scratch, &error))
        take_failure(page, &error, failures);
}

// What the threads of a pipeline read.
struct verification {
    const struct site *site;
    const struct site_page **pages; // those to render
    size_t count;
};

// The result is the failure; one without a code is none.
static void *render_numbered(void *state, size_t number, struct arena *arena)
{
    static struct error none;
    const struct verification *verification = state;
    struct error own = {0};
    if (renders(verification->site, verification->pages[number], arena, &own))
        return &none;
    struct error *error = arena_alloc(arena, sizeof own);
    if (error)
        *error = own;
    return error;
}

static bool list_unknown(struct verification *verification, size_t next, size_t end,
                         const struct site_verified *known, struct arena *arena)
{
    const struct site *site = verification->site;
    const struct site_page *pages = site->pages;
    verification->pages = arena_alloc(arena, (end - next + 1) * sizeof(void *));
    for (; verification->pages && next < end; next++)
        if (is_rendered(site, &pages[next]) && !is_known_to_render(known, &pages[next]))
            verification->pages[verification->count++] = &pages[next];
    return verification->pages;
}

// False: stopped, after *next.
static bool verify_listed(struct verification *verification, size_t *next,
                          struct site_failures *failures, bool (*stop)(void *state), void *state)
{
    struct pipeline *pipeline = pipeline_start(verification->count, render_numbered, verification);
    bool ok = pipeline;
    for (size_t i = 0; ok && i < verification->count; i++) {
        const struct site_page *page = verification->pages[i];
        const struct error *failure = pipeline_take(pipeline);
        failures->doubtful |= !failure;
        if (failure && error_is_set(failure))
            take_failure(page, failure, failures);
        *next = page_of(page)->index + 1;
        ok = !(stop && stop(state));
    }
    pipeline_end(pipeline);
    return ok;
}

bool site_verify(const struct site *site, size_t *next, size_t end,
                 const struct site_verified *known, struct site_failures *failures,
                 bool (*stop)(void *state), void *state)
{
    struct verification verification = {.site = site};
    struct arena *list = arena_create(0, 0);
    end = end < site->page_count ? end : site->page_count;
    if (list && *next < end && list_unknown(&verification, *next, end, known, list) &&
        verify_listed(&verification, next, failures, stop, state))
        *next = end;
    arena_destroy(list);
    return *next >= end;
}

static void verify_source(const struct site *site, struct slice path,
                          struct site_failures *failures)
{
    struct arena *scratch = arena_create(1 << 20, 0);
    size_t first, count = pages_of_source(site, path, &first);
    for (size_t i = first; scratch && i < first + count; i++)
        verify_page(site, &site->pages[i], failures, scratch);
    arena_destroy(scratch);
}

void site_verify_file(const struct site *site, struct slice full, struct site_failures *failures)
{
    verify_source(site, path_in_site(site, full), failures);
}

void site_verify_suspects(const struct site *site, const struct site_failures *suspects,
                          struct site_failures *failures)
{
    for (size_t i = 0; i < suspects->by_path.count; i++)
        verify_source(site, suspects->by_path.entries[i].key, failures);
}

// Heals pages of one source that render now that others are out of the lists.
static bool heal(const struct site *site, struct slice path, struct failure *failure,
                 struct site_failures *failures, struct arena *scratch)
{
    size_t first, count = pages_of_source(site, path, &first);
    bool any = false;
    for (; failure; failure = failure->next)
        for (size_t i = first; i < first + count && !failure->healed; i++) {
            struct error ignored = {0};
            if (page_of(&site->pages[i])->chunk != failure->chunk ||
                !page_of(&site->pages[i])->failed ||
                !renders(site, &site->pages[i], scratch, &ignored))
                continue;
            forget_failure(failures, failure);
            any = true;
        }
    return any;
}

bool site_verify_healed(const struct site *site, struct site_failures *failures)
{
    struct arena *scratch = arena_create(1 << 20, 0);
    bool any = false;
    for (size_t i = 0; scratch && i < failures->by_path.count; i++)
        any |= heal(site, failures->by_path.entries[i].key, failures->by_path.entries[i].value,
                    failures, scratch);
    arena_destroy(scratch);
    return any;
}
