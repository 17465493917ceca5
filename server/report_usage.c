// SPDX-License-Identifier: MIT
//
// What the usage file says, for the owners' report. Its rows have their weeks added up already: a
// report reads each row once.
#include "report.h"

#include "base/file.h"
#include "base/map.h"

#include <math.h>
#include <stdlib.h>

struct using
{
    struct report *report;
    struct map pages; // path, with the prefix → report_page
    struct map words; // → report_words
    size_t words_capacity, missing_capacity;
};

static struct report_change change_of(const struct usage_row *row)
{
    struct report_change change = {0};
    for (size_t i = 0; i < REPORT_USAGE_WEEKS; i++) {
        change.recent += row->weeks[i];
        change.before += row->weeks[REPORT_USAGE_WEEKS + i];
    }
    return change;
}

static void add_weeks(struct report *report, const struct usage_row *row)
{
    for (size_t i = 0; i < REPORT_WEEKS; i++)
        report->usage.weeks[REPORT_WEEKS - 1 - i].counts[row->kind] += row->weeks[i];
}

// ---- rows ----

static bool is_for_all(const struct report *report)
{
    return !report->owner.len && !report->reader;
}

// Sums include what is no page any more; for an owner or a reader, only the pages in the report.
static void take_visits(struct using *using, const struct usage_row *row)
{
    struct report_page *page = map_get(&using->pages, row->subject);
    if (page) {
        page->visits = change_of(row);
        page->visited = true;
    }
    if (is_for_all(using->report) ? !row->subject.len : page != NULL)
        add_weeks(using->report, row);
}

static void take_words(struct using *using, const struct usage_row *row)
{
    struct report_usage *usage = &using->report->usage;
    struct report_words *words = map_get(&using->words, row->subject);
    if (!words) {
        words = arena_zalloc(using->report->arena, 1, sizeof *words);
        if (!words)
            return;
        words->words = arena_copy(using->report->arena, row->subject);
        if (!arena_room(using->report->arena, &usage->words, usage->words_count,
                        &using->words_capacity, sizeof *usage->words) ||
            !map_put(&using->words, words->words, words))
            return;
        usage->words[usage->words_count++] = words;
    }
    *(row->kind == USAGE_SEARCH    ? &words->searches
      : row->kind == USAGE_NOTHING ? &words->nothing
                                   : &words->clicks) = change_of(row);
}

// A page's path there is only for those who may know of it: others were told that it is missing,
// and so was the report.
static bool may_be_told(const struct report *report, struct slice path)
{
    struct slice location;
    const struct site_route *route =
        report->reader && path.len ? site_find(report->site, path, report->arena, &location) : NULL;
    return !route ||
           site_route_admits(report->site, route, location, report->reader, report->arena);
}

static void take_missing(struct using *using, const struct usage_row *row)
{
    struct report *report = using->report;
    struct report_change change = change_of(row);
    bool ours = !report->owner.len || map_get(&using->pages, row->source);
    if ((!change.recent && !change.before) || !ours || !may_be_told(report, row->subject) ||
        (slice_starts_with(row->source, SLICE("/")) && !may_be_told(report, row->source)))
        return;
    if (!arena_room(report->arena, &report->usage.missing, report->usage.missing_count,
                    &using->missing_capacity, sizeof *report->usage.missing))
        return;
    report->usage.missing[report->usage.missing_count++] = (struct report_missing){
        arena_copy(report->arena, row->subject), arena_copy(report->arena, row->source), change};
}

static bool take_usage(void *state, const struct usage_row *row)
{
    struct using *using = state;
    if (row->kind == USAGE_VISIT)
        take_visits(using, row);
    else if (!row->subject.len)
        add_weeks(using->report, row);
    else if (row->kind == USAGE_MISSING)
        take_missing(using, row);
    else
        take_words(using, row);
    return !arena_failed(using->report->arena);
}

// ---- order ----

static int by_searches(const void *a, const void *b)
{
    const struct report_words *x = *(const struct report_words *const *)a,
                              *y = *(const struct report_words *const *)b;
    if (x->searches.recent != y->searches.recent)
        return x->searches.recent > y->searches.recent ? -1 : 1;
    return slice_compare(x->words, y->words);
}

static int by_missing(const void *a, const void *b)
{
    const struct report_missing *x = a, *y = b;
    if (x->times.recent != y->times.recent)
        return x->times.recent > y->times.recent ? -1 : 1;
    int order = slice_compare(x->path, y->path);
    return order ? order : slice_compare(x->referrer, y->referrer);
}

static int by_visits(const void *a, const void *b)
{
    const struct report_page *x = *(const struct report_page *const *)a,
                             *y = *(const struct report_page *const *)b;
    if (x->visits.recent != y->visits.recent)
        return x->visits.recent > y->visits.recent ? -1 : 1;
    return slice_compare(x->page->url, y->page->url);
}

static bool sort_usage(struct report *report)
{
    struct report_usage *usage = &report->usage;
    usage->pages = arena_zalloc(report->arena, report->page_count + 1, sizeof *usage->pages);
    if (!usage->pages)
        return false;
    for (size_t i = 0; i < report->page_count; i++)
        usage->pages[i] = &report->pages[i];
    if (report->page_count)
        qsort(usage->pages, report->page_count, sizeof *usage->pages, by_visits);
    if (usage->words_count)
        qsort(usage->words, usage->words_count, sizeof *usage->words, by_searches);
    if (usage->missing_count)
        qsort(usage->missing, usage->missing_count, sizeof *usage->missing, by_missing);
    return true;
}

bool report_collect_usage(struct report *report, const char *path, struct error *error)
{
    struct slice prefix = settings_prefix(site_settings(report->site));
    struct using using = {
        .report = report, .pages = map_create(report->arena), .words = map_create(report->arena)};
    int64_t today = (int64_t)floor(report->now_ms / 86400000);
    if (!file_exists(path))
        return true;
    for (size_t i = 0; i < report->page_count; i++) {
        struct slice url = report->pages[i].page->url;
        map_put(&using.pages, prefix.len ? ARENA_JOIN(report->arena, prefix, url) : url,
                &report->pages[i]);
    }
    struct usage *usage = usage_open(path, false, error);
    bool ok = usage && usage_each(usage, today, take_usage, &using, error);
    report->usage.since_day = usage ? usage_since(usage) : 0;
    usage_close(usage);
    if (!ok)
        return error_is_set(error) ? false : error_memory(error);
    report->usage.known = report->usage.since_day > 0;
    report->usage.this_week = usage_week(today);
    return sort_usage(report) || error_memory(error);
}

// ---- what is asked of it ----

bool report_finds_nothing(const struct report_words *words)
{
    return words->nothing.recent > 0;
}

bool report_is_rarely_opened(const struct report_words *words)
{
    unsigned found = words->searches.recent > words->nothing.recent
                         ? words->searches.recent - words->nothing.recent
                         : 0;
    return found >= REPORT_SEARCHES_MIN && words->clicks.recent * 4 < found;
}
