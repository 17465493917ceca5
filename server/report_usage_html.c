// SPDX-License-Identifier: MIT
//
// Usage in the report's page: visits, searches and addresses that were not found.
#include "report_html.h"
#include "tally.h"

static double week_begins(const struct report *report, size_t i)
{
    int64_t week = report->usage.this_week - (REPORT_WEEKS - 1 - (int64_t)i);
    return (double)usage_week_begins(week) * 86400000;
}

// A chart of two kinds of counts, `upper` among `all`, with its table.
static void html_weekly(const struct report *report, struct report_chart *chart,
                        enum usage_kind all, enum usage_kind upper, const char *caption,
                        struct buffer *out)
{
    static const char *const HEADS[] = {"Week from", "#All", "#Without result", NULL};
    static const char *const SINGLE[] = {"Week from", "#Times", NULL};
    for (size_t i = 0; i < REPORT_WEEKS; i++) {
        const unsigned *counts = report->usage.weeks[i].counts;
        chart->upper[i] = all == upper ? 0 : counts[upper];
        chart->lower[i] = counts[all] > chart->upper[i] ? counts[all] - chart->upper[i] : 0;
    }
    report_html_chart(chart, out);
    buffer_append_cstr(out, "<details><summary>The numbers of each week</summary>\n");
    report_begin_table(out, caption, all == upper ? SINGLE : HEADS);
    for (size_t i = 0; i < REPORT_WEEKS; i++) {
        buffer_append_cstr(out, "<tr><th scope=\"row\">");
        report_html_day(out, week_begins(report, i));
        buffer_append_cstr(out, "</th>");
        report_number_cell(out, report->usage.weeks[i].counts[all]);
        if (all != upper)
            report_number_cell(out, report->usage.weeks[i].counts[upper]);
        buffer_append_cstr(out, "</tr>\n");
    }
    report_end_table(out);
    buffer_append_cstr(out, "</details>\n");
}

static void append_more(struct buffer *out, size_t count)
{
    if (count > REPORT_LISTED)
        buffer_printf(out, "<p>And %zu more: the CSV and JSON have all.</p>\n",
                      count - REPORT_LISTED);
}

// ---- visits ----

static void html_visits(const struct report *report, struct buffer *out)
{
    static const char *const HEADS[] = {"Page", "#Visits", "#Before", NULL};
    struct report_chart chart = {.label = "Visits by week", .lower_name = "visits"};
    html_weekly(report, &chart, USAGE_VISIT, USAGE_VISIT, "Visits by week", out);
    report_begin_table(out, "Most visited pages, in the last 13 weeks and the 13 before", HEADS);
    for (size_t i = 0; i < report->page_count && i < REPORT_LISTED; i++) {
        const struct report_page *page = report->usage.pages[i];
        if (!page->visits.recent)
            break;
        buffer_append_cstr(out, "<tr><td>");
        report_html_link(report, page->page, out);
        buffer_append_cstr(out, "</td>");
        report_change_cells(out, &page->visits);
        buffer_append_cstr(out, "</tr>\n");
    }
    report_end_table(out);
}

static void html_unvisited(const struct report *report, struct buffer *out)
{
    static const char *const HEADS[] = {"Page", "Owner", NULL};
    size_t count = 0;
    for (size_t i = 0; i < report->page_count; i++) {
        const struct report_page *page = &report->pages[i];
        if (page->visited || ++count > REPORT_LISTED)
            continue;
        if (count == 1)
            report_begin_table(out, "Pages that nobody has visited", HEADS);
        buffer_append_cstr(out, "<tr><td>");
        report_html_link(report, page->page, out);
        buffer_append_cstr(out, "</td><td>");
        buffer_append_html(out, page->owner.len ? page->owner : SLICE("nobody"));
        buffer_append_cstr(out, "</td></tr>\n");
    }
    if (count)
        report_end_table(out);
    else
        buffer_append_cstr(out, "<p>Every page has been visited.</p>\n");
    append_more(out, count);
}

// ---- searches ----

static void html_words(const struct report *report, const char *caption, const char *none,
                       bool (*wanted)(const struct report_words *), struct buffer *out)
{
    static const char *const HEADS[] = {"Words",           "#Searches",     "#Before",
                                        "#Without result", "#Pages opened", NULL};
    size_t count = 0;
    for (size_t i = 0; i < report->usage.words_count; i++) {
        const struct report_words *words = report->usage.words[i];
        if (!wanted(words) || ++count > REPORT_LISTED)
            continue;
        if (count == 1)
            report_begin_table(out, caption, HEADS);
        buffer_append_cstr(out, "<tr><th scope=\"row\">");
        buffer_append_html(out, words->words);
        buffer_append_cstr(out, "</th>");
        report_change_cells(out, &words->searches);
        report_number_cell(out, words->nothing.recent);
        report_number_cell(out, words->clicks.recent);
        buffer_append_cstr(out, "</tr>\n");
    }
    if (count)
        report_end_table(out);
    else
        buffer_printf(out, "<p>%s</p>\n", none);
    append_more(out, count);
}

static void html_searches(const struct report *report, struct buffer *out)
{
    struct report_chart chart = {.label = "Searches by week",
                                 .lower_name = "searches that found something",
                                 .upper_name = "that found nothing"};
    buffer_append_cstr(out, "<h2>Searches</h2>\n");
    html_weekly(report, &chart, USAGE_SEARCH, USAGE_NOTHING, "Searches by week", out);
    html_words(report, "Searches that found nothing, in the last 13 weeks",
               "No words have found nothing.", report_finds_nothing, out);
    html_words(report, "Searches whose results are rarely opened, in the last 13 weeks",
               "No results are rarely opened.", report_is_rarely_opened, out);
    buffer_printf(
        out, "<p>Words that were not searched for at least %d times on a day are not kept.</p>\n",
        TALLY_FEW);
}

// ---- addresses ----

static void html_missing(const struct report *report, struct buffer *out)
{
    static const char *const HEADS[] = {"Address", "Linked from", "#Times", "#Before", NULL};
    struct report_chart chart = {.label = "Addresses not found, by week",
                                 .lower_name = "not found"};
    buffer_append_cstr(out, "<h2>Addresses that were not found</h2>\n");
    if (!report->owner.len)
        html_weekly(report, &chart, USAGE_MISSING, USAGE_MISSING, "Not found, by week", out);
    if (!report->usage.missing_count) {
        buffer_append_cstr(out, "<p>There are none.</p>\n");
        return;
    }
    report_begin_table(out, "Not found, in the last 13 weeks and the 13 before", HEADS);
    for (size_t i = 0; i < report->usage.missing_count && i < REPORT_LISTED; i++) {
        const struct report_missing *missing = &report->usage.missing[i];
        buffer_append_cstr(out, "<tr><th scope=\"row\">");
        buffer_append_html(out, missing->path);
        buffer_append_cstr(out, "</th><td>");
        buffer_append_html(out, missing->referrer.len ? missing->referrer : SLICE("not known"));
        buffer_append_cstr(out, "</td>");
        report_change_cells(out, &missing->times);
        buffer_append_cstr(out, "</tr>\n");
    }
    report_end_table(out);
    append_more(out, report->usage.missing_count);
}

void report_html_usage(const struct report *report, struct buffer *out)
{
    buffer_append_cstr(out, "<h2>Visits</h2>\n");
    if (!report->usage.known) {
        buffer_append_cstr(out, "<p>Visits, searches and missing addresses are not counted: "
                                "<code>usage.enabled</code> does so.</p>\n");
        return;
    }
    buffer_append_cstr(out, "<p>Counted since ");
    report_html_day(out, (double)report->usage.since_day * 86400000);
    buffer_append_cstr(out, ".</p>\n");
    html_visits(report, out);
    html_unvisited(report, out);
    if (!report->owner.len)
        html_searches(report, out);
    html_missing(report, out);
}
