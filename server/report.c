// SPDX-License-Identifier: MIT
//
// Collects the owners' report: pages from the snapshot, then feedback entries by page.
#include "report.h"

#include "base/file.h"
#include "store/postgres.h"
#include "stores.h"

#include <math.h>
#include <stdlib.h>

static const double DAY_MS = 86400000.0;

static struct slice owner_of(const struct site_page *page)
{
    struct value owner = value_get(NULL, page->data, SLICE("owner"));
    return value_is(owner, VALUE_STRING) ? value_text(owner) : SLICE_EMPTY;
}

static enum report_review review_of(const struct report *report, const struct report_page *row)
{
    if (isnan(row->reviewBy) || row->page->withdrawn)
        return REPORT_NO_REVIEW;
    if (row->reviewBy < report->now_ms)
        return REPORT_OVERDUE;
    return row->reviewBy < report->now_ms + report->due_days * DAY_MS ? REPORT_DUE : REPORT_LATER;
}

static bool is_reported(const struct report *report, const struct site_page *page)
{
    const struct site_reader *reader = report->reader;
    bool told =
        !reader || (!page->hidden && site_page_visible(report->site, page, reader->now_ms) &&
                    site_page_admits(page, reader->user, reader->groups));
    return page->url.len && !page->draft && told &&
           slice_starts_with(page->content_type, SLICE("text/html")) &&
           (!report->owner.len || slice_equal(owner_of(page), report->owner));
}

static int by_review(const void *a, const void *b)
{
    const struct report_page *x = a, *y = b;
    double left = isnan(x->reviewBy) ? INFINITY : x->reviewBy;
    double right = isnan(y->reviewBy) ? INFINITY : y->reviewBy;
    return left != right ? (left < right ? -1 : 1) : slice_compare(x->page->url, y->page->url);
}

static bool collect_pages(struct report *report)
{
    size_t count;
    const struct site_page *pages = site_pages(report->site, &count);
    report->pages = arena_zalloc(report->arena, count + 1, sizeof *report->pages);
    if (!report->pages)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct report_page *row = &report->pages[report->page_count];
        if (!is_reported(report, &pages[i]))
            continue;
        row->page = &pages[i];
        row->owner = owner_of(row->page);
        row->updated = site_page_date(row->page, SLICE("dateUpdated"));
        row->reviewed = site_page_date(row->page, SLICE("dateReviewed"));
        row->reviewBy = site_page_date(row->page, SLICE("reviewBy"));
        row->review = review_of(report, row);
        report->page_count++;
    }
    if (report->page_count)
        qsort(report->pages, report->page_count, sizeof *report->pages, by_review);
    return true;
}

void report_append_url(const struct report *report, const struct site_page *page,
                       struct buffer *out)
{
    const struct settings *settings = site_settings(report->site);
    struct slice url = settings->url;
    url.len -= slice_ends_with(url, SLICE("/"));
    buffer_append_html(out, url);
    buffer_append_percent(out, settings_prefix(settings), SLICE("/"));
    buffer_append_percent(out, page->url, SLICE("/"));
}

double report_age_from(const struct report_page *page)
{
    return isnan(page->reviewed) || page->updated > page->reviewed ? page->updated : page->reviewed;
}

// ---- feedback ----

struct answering {
    struct report *report;
    struct map pages;  // URL → report_page
    struct slice site; // of the entries, in a store of several
};

void report_add_answers(struct report_answers *sum, const struct report_answers *answers)
{
    sum->yes += answers->yes;
    sum->no += answers->no;
    sum->problem += answers->problem;
}

static void count_answer(struct report_answers *answers, struct slice useful)
{
    answers->yes += slice_equal(useful, SLICE("yes"));
    answers->no += slice_equal(useful, SLICE("no"));
    answers->problem += slice_equal(useful, SLICE("problem"));
}

// The newest are kept, newest first. A store has entries in the order of their arrival.
static void keep_comment(struct report *report, struct report_page *row,
                         const struct feedback_entry *entry)
{
    struct slice text = slice_trim(entry->comment);
    size_t at = 0, count = row->comment_count;
    while (at < count && row->comments[at].at > entry->at)
        at++;
    if (!text.len || at == REPORT_COMMENTS)
        return;
    size_t last = count < REPORT_COMMENTS ? count : REPORT_COMMENTS - 1;
    memmove(&row->comments[at + 1], &row->comments[at], (last - at) * sizeof *row->comments);
    row->comments[at] = (struct report_comment){entry->at, arena_copy(report->arena, entry->useful),
                                                arena_copy(report->arena, text)};
    row->comment_count = last + 1;
}

static bool take_answer(void *state, const struct feedback_entry *entry)
{
    struct answering *answering = state;
    struct report *report = answering->report;
    struct report_page *row = map_get(&answering->pages, entry->page);
    double days = (report->now_ms - (double)entry->at * 1000) / DAY_MS;
    if (!row || days < 0)
        return true;
    if (days < REPORT_RECENT_DAYS) {
        count_answer(&row->recent, entry->useful);
        keep_comment(report, row, entry);
    } else if (days < 2 * REPORT_RECENT_DAYS)
        count_answer(&row->before, entry->useful);
    size_t week = (size_t)(days / 7);
    if (week < REPORT_WEEKS)
        count_answer(&report->weeks[REPORT_WEEKS - 1 - week], entry->useful);
    return !arena_failed(report->arena);
}

// A store has feedback of other sites too.
static bool take_answer_of_site(void *state, const struct feedback_entry *entry)
{
    struct answering *answering = state;
    bool own = slice_equal(entry->site, answering->site);
    answering->report->stored++;
    answering->report->stored_own += own;
    return !own || take_answer(state, entry);
}

static bool read_store(const char *url, struct answering *answering, struct error *error)
{
    struct postgres *postgres = postgres_open(url, error);
    bool ok = postgres && postgres_each(postgres, take_answer_of_site, answering, error);
    postgres_close(postgres);
    return ok;
}

static bool read_file(const char *path, struct answering *answering, struct error *error)
{
    if (!file_exists(path))
        return true;
    struct feedback *feedback = feedback_open(path, error);
    bool ok = feedback && feedback_each(feedback, take_answer, answering, error);
    feedback_close(feedback);
    return ok;
}

static bool collect_feedback(struct report *report, const char *path, struct error *error)
{
    const struct settings *settings = site_settings(report->site);
    struct slice prefix = settings_prefix(settings);
    struct answering answering = {report, map_create(report->arena),
                                  stores_feedback_site(settings)};
    // Layouts send the address with the prefix or without.
    for (size_t i = 0; i < report->page_count; i++) {
        struct slice url = report->pages[i].page->url;
        map_put(&answering.pages, url, &report->pages[i]);
        if (prefix.len)
            map_put(&answering.pages, ARENA_JOIN(report->arena, prefix, url), &report->pages[i]);
    }
    return report->store ? read_store(report->store, &answering, error)
                         : read_file(path, &answering, error);
}

// ---- owners ----

static int by_owner(const void *a, const void *b)
{
    const struct report_owner *x = a, *y = b;
    if (!x->name.len || !y->name.len)
        return (y->name.len != 0) - (x->name.len != 0);
    return slice_compare(x->name, y->name);
}

static bool collect_owners(struct report *report)
{
    struct map rows = map_create(report->arena);
    report->owners = arena_zalloc(report->arena, report->page_count + 1, sizeof *report->owners);
    for (size_t i = 0; report->owners && i < report->page_count; i++) {
        const struct report_page *page = &report->pages[i];
        struct report_owner *owner = map_get(&rows, page->owner);
        if (!owner) {
            owner = &report->owners[report->owner_count++];
            owner->name = page->owner;
            map_put(&rows, page->owner, owner);
        }
        owner->pages++;
        owner->due += page->review == REPORT_DUE;
        owner->overdue += page->review == REPORT_OVERDUE;
        report_add_answers(&owner->recent, &page->recent);
    }
    if (report->owner_count)
        qsort(report->owners, report->owner_count, sizeof *report->owners, by_owner);
    return report->owners != NULL;
}

bool report_collect(struct report *report, const char *feedback, struct error *error)
{
    if (!collect_pages(report))
        return error_memory(error);
    if (!collect_feedback(report, feedback, error))
        return false;
    return (collect_owners(report) && !arena_failed(report->arena)) || error_memory(error);
}

// ---- links, and negative feedback ----

void report_add_link(struct report *report, struct slice file, unsigned line, struct slice message)
{
    bool ours = !report->owner.len;
    for (size_t i = 0; i < report->page_count; i++)
        if (slice_equal(report->pages[i].page->input_path, file)) {
            report->pages[i].broken_links++;
            ours = true;
        }
    if (ours && arena_room(report->arena, &report->links, report->link_count,
                           &report->link_capacity, sizeof *report->links))
        report->links[report->link_count++] = (struct report_link){file, message, line};
}

static unsigned against(const struct report_page *page)
{
    return page->recent.no + page->recent.problem;
}

static int by_complaints(const void *a, const void *b)
{
    const struct report_page *x = *(const struct report_page *const *)a,
                             *y = *(const struct report_page *const *)b;
    if (against(x) != against(y))
        return against(x) > against(y) ? -1 : 1;
    return slice_compare(x->page->url, y->page->url);
}

size_t report_worst(const struct report *report, const struct report_page **pages, size_t max)
{
    size_t count = 0;
    const struct report_page **all =
        arena_zalloc(report->arena, report->page_count + 1, sizeof *all);
    for (size_t i = 0; all && i < report->page_count; i++)
        if (against(&report->pages[i]))
            all[count++] = &report->pages[i];
    if (count)
        qsort(all, count, sizeof *all, by_complaints);
    count = count < max ? count : max;
    for (size_t i = 0; i < count; i++)
        pages[i] = all[i];
    return count;
}
