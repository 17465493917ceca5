// SPDX-License-Identifier: MIT
//
// Knowledge from an earlier start: which pages render. After each load every page is rendered once
// (failures.c), which a later start of the same site need not repeat.
//
//   key     hash of all that a load reads: settings, data, sources, layouts, assets, the site's
//           JavaScript, and which pages fail or are not shown yet
//   record  what only rendering looks up: templates by name, files that JavaScript read; and
//           the pages that have rendered
//
// The record is valid for a site with the same key as long as everything in it still holds. It is
// in the cache file, which belongs to this program and directory. What a page shows of the clock or
// a request is ignored, as it is while a server runs.
//
// One thread only, the loader's.
#include "history.h"
#include "scripts.h"

#include <stdlib.h>

enum { FILE_MAX = 16 << 20 };

// ---- the key ----

static uint64_t mix_text(uint64_t hash, struct slice text)
{
    return content_mix(hash, slice_hash(text));
}

static uint64_t mix_bits(uint64_t hash, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return content_mix(hash, bits);
}

static uint64_t hash_settings(const struct site *site, struct arena *scratch)
{
    struct buffer text = buffer_create(scratch, 0);
    settings_print(site->settings, &text);
    uint64_t hash = slice_hash(buffer_slice(&text));
    hash = content_mix(hash, (uint64_t)site->development << 2 | (uint64_t)site->as_of << 1 |
                                 (uint64_t)site->feedback_hidden);
    return text.failed ? 0 : hash;
}

// What JavaScript may hold on to: pages in data count by what they say.
static const struct map *references_of(const struct site *site)
{
    return site->scripts ? &site->scripts->names.references : NULL;
}

static uint64_t hash_data(const struct site *site)
{
    uint64_t hash = content_hash(references_of(site), site->global_data);
    for (size_t i = 0; i < site->directory_data.count; i++)
        hash = mix_text(hash, site->directory_data.entries[i].key) +
               data_files_hash(site->directory_data.entries[i].value);
    return hash;
}

// Hash of data that depends on more than the source and what all pages share.
static uint64_t hash_computed(const struct map *known, const struct site_page *page)
{
    uint64_t hash = 0;
    const struct value_object *view = page_of(page)->computed && value_is(page->data, VALUE_OBJECT)
                                          ? value_object_view(NULL, page->data)
                                          : NULL;
    for (uint32_t i = 0; view && i < view->count; i++)
        if (!slice_equal(view->keys[i].text, SLICE("collections")) &&
            !slice_equal(view->keys[i].text, SLICE("navigation")))
            hash = content_mix(hash ^ view->keys[i].hash, content_hash(known, view->values[i]));
    return hash;
}

static uint64_t hash_page(const struct site *site, const struct site_page *page)
{
    const struct page *own = page_of(page);
    bool flags[] = {page->broken, page->hidden, own->failed, own->listed,
                    site_page_visible(site, page, site->now_ms)};
    uint64_t hash = content_mix(page_identify(page), own->source->hash);
    hash = mix_bits(mix_text(hash, page->url), page->date_ms);
    hash = content_mix(hash, hash_computed(references_of(site), page));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        hash = hash * 2 + flags[i];
    return hash;
}

static uint64_t hash_assets(const struct site *site)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < site->route_count; i++)
        if (site->routes[i].kind == SITE_ROUTE_ASSET)
            hash = content_mix(mix_text(hash, site->routes[i].url), site->routes[i].hash);
    return hash;
}

static uint64_t hash_layouts(const struct site *site)
{
    uint64_t hash = 0; // independent of order
    for (size_t i = 0; i < site->layouts.count; i++) {
        const struct layout *layout = site->layouts.entries[i].value;
        hash += content_mix(mix_text(layout->hash, layout->file), site->layouts.entries[i].hash);
    }
    return hash;
}

// 0: not all dependencies are known.
static uint64_t make_verified_key(const struct site *site, struct arena *scratch)
{
    uint64_t hash = hash_settings(site, scratch);
    if (!hash)
        return 0;
    hash = content_mix(hash, hash_data(site));
    hash = content_mix(content_mix(hash, hash_layouts(site)), hash_assets(site));
    hash = content_mix(hash, slice_hash(site->prelude));
    if (site->history && site->settings->git.history)
        hash =
            mix_text(hash, slice_of((const char *)history_of(site->history)->bytes, REPOSITORY_ID));
    if (site->scripts)
        hash = content_mix(content_mix(hash, site->scripts->names.site_hash),
                           site->scripts->edition.check) +
               site->scripts->names.text_hash;
    for (size_t i = 0; i < site->page_count; i++)
        hash = content_mix(hash, hash_page(site, &site->pages[i]));
    return hash | 1;
}

// ---- templates' lookups ----

// Whether a lookup still has the same result.
static bool holds(const struct site *site, struct arena *scratch, const struct look *look)
{
    struct slice path = look->path, text = SLICE_EMPTY;
    struct error ignored = {0};
    if (look->kind == LOOK_TEMPLATE) {
        bool found = templates_find(site, scratch, look->name, &path);
        if (found != (look->path.len > 0) || (found && !slice_equal(path, look->path)))
            return false;
    }
    if (look->path.len)
        tree_read(site->tree, scratch, path, FILE_MAX, &text, NULL, &ignored);
    return look_hash(text) == look->hash;
}

// Takes what looks_record wrote off *record. Lookups that still hold are noted again.
static bool looks_hold(const struct site *site, struct slice *record)
{
    struct arena *scratch = arena_create(0, 0);
    uint64_t count = 0;
    bool ok = scratch && replay_number(record, &count);
    for (uint64_t i = 0; ok && i < count; i++) {
        struct look look;
        ok = look_replay(record, &look) && holds(site, scratch, &look);
        if (ok)
            looks_note_again(site->looks, &look);
        arena_reset(scratch, 1 << 20);
    }
    arena_destroy(scratch);
    return ok;
}

// ---- files that the site's JavaScript has read ----

struct listing {
    struct buffer *out;
    uint64_t count;
};

static void list_file(void *state, struct slice path, uint64_t content)
{
    struct listing *listing = state;
    record_slice(listing->out, path);
    record_number(listing->out, content);
    listing->count++;
}

// Ended by an empty path.
static bool record_files(const struct site *site, struct buffer *out)
{
    struct listing listing = {.out = out};
    bool whole = !site->scripts || script_each_state(site->scripts->tree, list_file, &listing);
    record_slice(out, SLICE_EMPTY);
    return whole && !out->failed;
}

static bool files_hold(const struct site *site, struct slice *record)
{
    struct slice path;
    uint64_t content;
    while (replay_slice(record, &path)) {
        if (!path.len)
            return true;
        if (!replay_number(record, &content) || !site->scripts ||
            script_file(site->scripts->tree, path) != content)
            return false;
    }
    return false;
}

// Functions that run each time cannot be relied on.
static bool is_knowable(const struct site *site)
{
    return !site->scripts || !value_length(NULL, site->settings->script.fresh);
}

// ---- reading ----

static bool take_pages(struct site_verified *verified, struct slice record)
{
    uint64_t count;
    if (!replay_number(&record, &count) || record.len != count * sizeof *verified->pages)
        return false;
    verified->pages = arena_alloc(verified->arena, record.len + sizeof *verified->pages);
    if (!verified->pages)
        return false;
    memcpy(verified->pages, record.ptr, record.len);
    verified->count = count;
    return true;
}

struct site_verified *site_verified_read(const struct site *site, struct store *store)
{
    struct slice record;
    struct arena *arena = arena_create(0, 0);
    struct site_verified *verified = arena ? arena_zalloc(arena, 1, sizeof *verified) : NULL;
    uint64_t key = verified && is_knowable(site) ? make_verified_key(site, arena) : 0;
    if (verified)
        verified->arena = arena;
    if (key && store_get_verified(store, arena, key, &record) && looks_hold(site, &record) &&
        files_hold(site, &record) && take_pages(verified, record))
        return verified;
    arena_destroy(arena);
    return NULL;
}

void site_verified_destroy(struct site_verified *verified)
{
    if (verified)
        arena_destroy(verified->arena);
}

// ---- writing ----

static int compare_verified(const void *a, const void *b)
{
    const uint64_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static void record_pages(const struct site *site, const struct site_failures *failures,
                         struct arena *scratch, struct buffer *out)
{
    uint64_t *pages = arena_alloc(scratch, (site->page_count + 1) * sizeof *pages);
    size_t count = 0;
    for (size_t i = 0; pages && i < site->page_count; i++)
        if (!site->pages[i].broken && !failures_of(failures, &site->pages[i]))
            pages[count++] = page_identify(&site->pages[i]);
    if (count)
        qsort(pages, count, sizeof *pages, compare_verified);
    record_number(out, count);
    buffer_append(out, slice_of((const char *)pages, count * sizeof *pages));
}

bool site_verified_write(const struct site *site, struct store *store,
                         const struct site_failures *failures, struct error *error)
{
    struct arena *scratch = arena_create(0, 0);
    if (!scratch)
        return error_memory(error);
    struct buffer out = buffer_create(scratch, 0);
    uint64_t key = is_knowable(site) && !site_failures_doubtful(failures)
                       ? make_verified_key(site, scratch)
                       : 0;
    bool ok = true;
    if (key && looks_record(site->looks, &out) && record_files(site, &out)) {
        record_pages(site, failures, scratch, &out);
        ok = !out.failed ? store_put_verified(store, key, buffer_slice(&out), error)
                         : error_memory(error);
    }
    arena_destroy(scratch);
    return ok;
}
