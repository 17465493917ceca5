// SPDX-License-Identifier: MIT
//
// The owners' report for a mail, a spreadsheet, a program and a feed reader.
#include "report.h"

#include "base/clock.h"

#include <math.h>

enum { WORST_MAX = 20 };

static void append_day(struct buffer *out, double ms)
{
    if (isnan(ms))
        return;
    struct clock_fields day = clock_fields_from_ms(ms);
    buffer_printf(out, "%04d-%02d-%02d", (int)day.year, day.month, day.day);
}

static void append_answers(struct buffer *out, const struct report_answers *answers)
{
    buffer_printf(out, "%u yes, %u no, %u %s", answers->yes, answers->no, answers->problem,
                  count_word(answers->problem, "problem", "problems"));
}

// ---- text ----

static void write_reviews(const struct report *report, enum report_review review,
                          struct buffer *out)
{
    size_t count = 0;
    for (size_t i = 0; i < report->page_count; i++)
        count += report->pages[i].review == review;
    if (review == REPORT_OVERDUE)
        buffer_printf(out, "\nReviews overdue: %zu\n", count);
    else
        buffer_printf(out, "\nReviews due within %u days: %zu\n", report->due_days, count);
    for (size_t i = 0; i < report->page_count; i++) {
        const struct report_page *page = &report->pages[i];
        if (page->review != review)
            continue;
        buffer_append_cstr(out, "  ");
        append_day(out, page->reviewBy);
        buffer_printf(out, "  %.*s  %.*s (%.*s)\n", SLICE_ARG(page->page->url),
                      SLICE_ARG(page->page->title),
                      SLICE_ARG(page->owner.len ? page->owner : SLICE("nobody's")));
    }
}

static void write_opinions(const struct report *report, struct buffer *out)
{
    const struct report_page *worst[WORST_MAX];
    size_t count = report_worst(report, worst, WORST_MAX);
    struct report_answers recent = {0}, before = {0};
    for (size_t i = 0; i < report->page_count; i++) {
        report_add_answers(&recent, &report->pages[i].recent);
        report_add_answers(&before, &report->pages[i].before);
    }
    buffer_printf(out, "\nFeedback of the last %d days: ", REPORT_RECENT_DAYS);
    append_answers(out, &recent);
    buffer_append_cstr(out, " (before: ");
    append_answers(out, &before);
    buffer_append_cstr(out, ")\n");
    for (size_t i = 0; i < count; i++) {
        buffer_printf(out, "  %.*s: ", SLICE_ARG(worst[i]->page->url));
        append_answers(out, &worst[i]->recent);
        buffer_append_cstr(out, " (before: ");
        append_answers(out, &worst[i]->before);
        buffer_append_cstr(out, ")\n");
        for (size_t k = 0; k < worst[i]->comment_count; k++) {
            const struct report_comment *comment = &worst[i]->comments[k];
            buffer_append_cstr(out, "    ");
            append_day(out, (double)comment->at * 1000);
            buffer_printf(out, " %.*s: ", SLICE_ARG(comment->useful));
            buffer_append_json_string(out, comment->text); // on one line
            buffer_append_byte(out, '\n');
        }
    }
}

static void write_broken(const struct report *report, struct buffer *out)
{
    if (!report->links_known)
        return;
    buffer_printf(out, "\nBroken links: %zu\n", report->link_count);
    for (size_t i = 0; i < report->link_count; i++)
        buffer_printf(out, "  %.*s:%u: %.*s\n", SLICE_ARG(report->links[i].file),
                      report->links[i].line, SLICE_ARG(report->links[i].message));
}

void report_write_text(const struct report *report, struct buffer *out)
{
    buffer_printf(out, "%.*s: report of ", SLICE_ARG(site_settings(report->site)->name));
    append_day(out, report->now_ms);
    if (report->owner.len)
        buffer_printf(out, " for %.*s", SLICE_ARG(report->owner));
    buffer_printf(out, ", %zu %s\n", report->page_count,
                  count_word(report->page_count, "page", "pages"));
    write_reviews(report, REPORT_OVERDUE, out);
    write_reviews(report, REPORT_DUE, out);
    write_opinions(report, out);
    report_append_usage_text(report, out);
    write_broken(report, out);
    buffer_append_cstr(out, "\nOwners\n");
    for (size_t i = 0; i < report->owner_count; i++) {
        const struct report_owner *owner = &report->owners[i];
        buffer_printf(out, "  %.*s: %zu %s, %zu overdue, %zu due\n",
                      SLICE_ARG(owner->name.len ? owner->name : SLICE("nobody")), owner->pages,
                      count_word(owner->pages, "page", "pages"), owner->overdue, owner->due);
    }
}

// ---- CSV (RFC 4180), one row per page ----

static const char *review_name(const struct report_page *page)
{
    static const char *const NAMES[] = {"none", "later", "due", "overdue"};
    return NAMES[page->review];
}

void report_write_csv(const struct report *report, struct buffer *out)
{
    buffer_append_cstr(out, "url,source,title,owner,updated,reviewed,review_by,review,yes,no,"
                            "problem,yes_before,no_before,problem_before,broken_links,visits,"
                            "visits_before\r\n");
    for (size_t i = 0; i < report->page_count; i++) {
        const struct report_page *page = &report->pages[i];
        const struct slice cells[] = {page->page->url, page->page->input_path, page->page->title,
                                      page->owner};
        const double days[] = {page->updated, page->reviewed, page->reviewBy};
        for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
            buffer_append_csv(out, cells[k]);
            buffer_append_byte(out, ',');
        }
        for (size_t k = 0; k < sizeof days / sizeof *days; k++) {
            append_day(out, days[k]);
            buffer_append_byte(out, ',');
        }
        buffer_printf(out, "%s,%u,%u,%u,%u,%u,%u,", review_name(page), page->recent.yes,
                      page->recent.no, page->recent.problem, page->before.yes, page->before.no,
                      page->before.problem);
        if (report->links_known)
            buffer_printf(out, "%zu", page->broken_links);
        if (report->usage.known)
            buffer_printf(out, ",%u,%u\r\n", page->visits.recent, page->visits.before);
        else
            buffer_append_cstr(out, ",,\r\n");
    }
}

// ---- JSON ----

static void json_text(struct buffer *out, const char *key, struct slice text)
{
    buffer_printf(out, "\"%s\":", key);
    buffer_append_json_string(out, text);
    buffer_append_byte(out, ',');
}

static void json_day(struct buffer *out, const char *key, double ms)
{
    buffer_printf(out, "\"%s\":%s", key, isnan(ms) ? "null" : "\"");
    append_day(out, ms);
    buffer_append_cstr(out, isnan(ms) ? "," : "\",");
}

static void json_answers(struct buffer *out, const char *key, const struct report_answers *answers)
{
    buffer_printf(out, "\"%s\":{\"yes\":%u,\"no\":%u,\"problem\":%u},", key, answers->yes,
                  answers->no, answers->problem);
}

static void json_page(const struct report *report, const struct report_page *page,
                      struct buffer *out)
{
    buffer_append_byte(out, '{');
    json_text(out, "url", page->page->url);
    json_text(out, "source", page->page->input_path);
    json_text(out, "title", page->page->title);
    json_text(out, "owner", page->owner);
    json_day(out, "updated", page->updated);
    json_day(out, "reviewed", page->reviewed);
    json_day(out, "reviewBy", page->reviewBy);
    json_text(out, "review", slice_from_cstr(review_name(page)));
    json_answers(out, "recent", &page->recent);
    json_answers(out, "before", &page->before);
    if (report->links_known)
        buffer_printf(out, "\"brokenLinks\":%zu,", page->broken_links);
    if (report->usage.known)
        buffer_printf(out, "\"visits\":{\"recent\":%u,\"before\":%u},", page->visits.recent,
                      page->visits.before);
    buffer_append_cstr(out, "\"comments\":[");
    for (size_t k = 0; k < page->comment_count; k++) {
        buffer_append_cstr(out, k ? ",{" : "{");
        json_day(out, "at", (double)page->comments[k].at * 1000);
        json_text(out, "useful", page->comments[k].useful);
        buffer_append_cstr(out, "\"text\":");
        buffer_append_json_string(out, page->comments[k].text);
        buffer_append_byte(out, '}');
    }
    buffer_append_cstr(out, "]}");
}

void report_write_json(const struct report *report, struct buffer *out)
{
    buffer_append_byte(out, '{');
    json_day(out, "at", report->now_ms);
    buffer_append_cstr(out, "\"owners\":[");
    for (size_t i = 0; i < report->owner_count; i++) {
        const struct report_owner *owner = &report->owners[i];
        buffer_append_cstr(out, i ? ",\n{" : "\n{");
        json_text(out, "name", owner->name);
        json_answers(out, "recent", &owner->recent);
        buffer_printf(out, "\"pages\":%zu,\"due\":%zu,\"overdue\":%zu}", owner->pages, owner->due,
                      owner->overdue);
    }
    buffer_append_cstr(out, "],\n\"weeks\":[");
    for (size_t i = 0; i < REPORT_WEEKS; i++)
        buffer_printf(out, "%s[%u,%u,%u]", i ? "," : "", report->weeks[i].yes, report->weeks[i].no,
                      report->weeks[i].problem);
    buffer_append_cstr(out, "],\n\"pages\":[");
    for (size_t i = 0; i < report->page_count; i++) {
        buffer_append_cstr(out, i ? ",\n" : "\n");
        json_page(report, &report->pages[i], out);
    }
    buffer_append_cstr(out, "],\n\"usage\":");
    report_append_usage_json(report, out);
    buffer_append_cstr(out, ",\n\"links\":");
    buffer_append_cstr(out, report->links_known ? "[" : "null");
    for (size_t i = 0; i < report->link_count; i++) {
        buffer_append_cstr(out, i ? ",{" : "{");
        json_text(out, "file", report->links[i].file);
        json_text(out, "message", report->links[i].message);
        buffer_printf(out, "\"line\":%u}", report->links[i].line);
    }
    buffer_append_cstr(out, report->links_known ? "]}\n" : "}\n");
}

// ---- Atom (RFC 4287): an entry per review and comment ----

static void atom_entry(const struct report *report, const struct site_page *page, const char *what,
                       double at_ms, struct slice summary, struct buffer *out)
{
    buffer_printf(out, "<entry><title>%s: ", what);
    buffer_append_html(out, page->title);
    buffer_append_cstr(out, "</title><id>");
    report_append_url(report, page, out);
    buffer_printf(out, "#%s-%lld</id><link href=\"", what, (long long)(at_ms / 1000));
    report_append_url(report, page, out);
    buffer_append_cstr(out, "\"/><updated>");
    clock_append_iso(out, at_ms);
    buffer_append_cstr(out, "</updated><summary>");
    buffer_append_html(out, summary);
    buffer_append_cstr(out, "</summary></entry>\n");
}

void report_write_atom(const struct report *report, struct buffer *out)
{
    const struct settings *settings = site_settings(report->site);
    buffer_append_cstr(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>");
    buffer_append_html(out, settings->name);
    buffer_append_cstr(out, ": for owners");
    buffer_append_cstr(out, "</title><id>");
    buffer_append_html(out, settings->url);
    buffer_append_cstr(out, "#report-");
    buffer_append_percent(out, report->owner, SLICE_EMPTY);
    buffer_append_cstr(out, "</id><updated>");
    clock_append_iso(out, report->now_ms);
    buffer_append_cstr(out, "</updated><author><name>");
    buffer_append_html(out, settings->name);
    buffer_append_cstr(out, "</name></author>\n");
    for (size_t i = 0; i < report->page_count; i++) {
        const struct report_page *page = &report->pages[i];
        if (page->review == REPORT_OVERDUE)
            atom_entry(report, page->page, "review", page->reviewBy, page->owner, out);
        for (size_t k = 0; k < page->comment_count; k++)
            atom_entry(report, page->page, "feedback", (double)page->comments[k].at * 1000,
                       page->comments[k].text, out);
    }
    buffer_append_cstr(out, "</feed>\n");
}
