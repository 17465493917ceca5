// SPDX-License-Identifier: MIT
//
// Renewed snapshots: when only page files have been saved, with any changes, but no template, data
// or setting, all other sources come from the base, a snapshot that was loaded whole: they are not
// read, parsed or compiled again. Nor is what depends on one source – its pages' data, names and
// addresses. What depends on all pages is rebuilt: collections, navigation, routes. So a renewed
// snapshot equals a fresh load.
//
//   base ◀─holds─ renewed snapshot: its own pages, collections, navigation and routes
//
// Each is made from the base, with all edits since (kept by patch.c). Pages whose data could differ
// – of a broken source, over collections, overdue by now – are built again.
#include "history.h"
#include "snapshot.h"

#include "base/clock.h"

#include <math.h>

// Drops what is built from sources; makes its own copies of the maps that loading writes to.
static bool begin_renewal(struct site *site, struct site *base, const struct map *sources)
{
    site->made = (struct site_made){0};
    site->base = base;
    site->renewed = true;
    site->counts.patched = site->counts.renewed = true;
    site->next_change_ms = INFINITY;
    site->now_ms = base->as_of ? base->now_ms : clock_wall_ms();
    site->pages_by_input = site->routes_by_url = site->asset_urls = map_create(site->arena);
    site->layouts = map_copy(site->arena, &base->layouts);
    site->sources = map_copy(site->arena, &base->sources);
    site->scratch = arena_create(1 << 18, 0);
    if (!site->scratch || !site->layouts.arena || !site->sources.arena)
        return false;
    for (size_t i = 0; i < sources->count; i++)
        if (!map_put(&site->sources, sources->entries[i].key, sources->entries[i].value))
            return false;
    return true;
}

struct site *renew(const struct site_load_options *options, struct site *base,
                   const struct map *sources, const struct site *reader)
{
    struct error error = {0};
    struct site *site = site_borrow(base, 1 << 20);
    if (!site)
        return NULL;
    struct map none = map_create(site->arena);
    site->failures = options->failures;
    history_begin_load(site, options);
    if (begin_renewal(site, base, sources) &&
        problems_copy(site, base, base->source_problem_count, sources) &&
        problems_copy(site, reader, reader->problem_count, &none) && site_make(site, &error) &&
        site_finish(site, options, &error)) {
        problems_log(site, options->previous);
        return site;
    }
    site_release(site);
    return NULL;
}
