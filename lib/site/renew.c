// SPDX-License-Identifier: MIT
//
// Renewed snapshots: when page files have been saved, whatever is in them, but no template, data or
// setting, the sources of all other pages are those of the base, a snapshot that was loaded whole:
// they are not read, parsed or compiled again. Nor is what follows from a source alone – its pages'
// data, names and addresses –; what follows from all pages is rebuilt: collections, navigation,
// routes. So a renewed snapshot is what a fresh load would be.
//
//   base ◀─holds─ renewed snapshot: pages, collections, navigation and routes of its own
//
// Each is made of the base, with all edits since (patch.c has them). Pages whose data could be
// others' – of a broken source, over collections, overdue by now – are made again.
#include "history.h"
#include "snapshot.h"

#include "base/clock.h"

#include <math.h>

// What is made of sources is forgotten; the maps that loading writes to are its own.
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
