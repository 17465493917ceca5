// SPDX-License-Identifier: MIT
//
// What differs between two snapshots, in the terms of site_content_hash: addresses of pages and
// files, and layouts. For the log: who changed what readers see, and when. A file's second address,
// with its fingerprint, says nothing more.
#include "source.h"
#include "state.h"

enum { NAMED_MAX = 20 };

struct list {
    struct map names; // → hash
    bool failed;
};

struct report {
    struct buffer *out;
    const char *verb; // of the last name written
    size_t written, more;
};

static uint64_t hash_of_page(const struct page *page)
{
    return page->source ? page->source->hash : 0;
}

static void list_name(struct list *list, struct slice name, uint64_t hash)
{
    uint64_t *kept = name.len ? arena_alloc(list->names.arena, sizeof *kept) : NULL;
    if (kept)
        *kept = hash;
    list->failed |= name.len && !(kept && map_put(&list->names, name, kept));
}

static struct list list_names(const struct site *site, struct arena *arena)
{
    struct list list = {.names = map_create(arena)};
    for (size_t i = 0; i < site->route_count && !list.failed; i++)
        if (site->routes[i].kind != SITE_ROUTE_PAGE && !site->routes[i].fingerprinted)
            list_name(&list, site->routes[i].url,
                      site->routes[i].hash ^ slice_hash(site->routes[i].location));
    for (size_t i = 0; i < site->page_count && !list.failed; i++)
        list_name(&list, site->pages[i].url, hash_of_page(page_of(&site->pages[i])));
    for (size_t i = 0; i < site->layouts.count && !list.failed; i++) {
        const struct layout *layout = site->layouts.entries[i].value;
        list_name(&list, site->layouts.entries[i].key, layout ? layout->hash : 0);
    }
    return list;
}

static void report_name(struct report *report, const char *verb, struct slice name)
{
    if (report->written == NAMED_MAX) {
        report->more++;
        return;
    }
    buffer_printf(report->out, "%s%s%s%.*s", report->written++ ? ", " : "",
                  report->verb == verb ? "" : verb, report->verb == verb ? "" : " ",
                  SLICE_ARG(name));
    report->verb = verb;
}

bool site_write_changes(const struct site *before, const struct site *after, struct arena *arena,
                        struct buffer *out)
{
    struct report report = {.out = out};
    struct list old = list_names(before, arena), new = list_names(after, arena);
    if (old.failed || new.failed)
        return false;
    for (int added = 0; added < 2; added++)
        for (size_t i = 0; i < new.names.count; i++) {
            struct slice name = new.names.entries[i].key;
            const uint64_t *then = map_get(&old.names, name), *now = new.names.entries[i].value;
            if (added ? !then : then && *then != *now)
                report_name(&report, added ? "added" : "changed", name);
        }
    for (size_t i = 0; i < old.names.count; i++)
        if (!map_get(&new.names, old.names.entries[i].key))
            report_name(&report, "removed", old.names.entries[i].key);
    if (report.more)
        buffer_printf(out, " and %zu more", report.more);
    return report.written > 0 && !out->failed;
}
