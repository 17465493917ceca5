// SPDX-License-Identifier: MIT
//
// The owners' report as a page. Colours are the system's, so that it is readable in dark and in
// forced colours; each chart has a table next to it.
#include "report_html.h"

#include <math.h>

const char REPORT_STYLE[] =
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;max-width:70em;padding:16px;font:18px/1.5 sans-serif;"
    "background:Canvas;color:CanvasText}"
    "h1{font-size:32px;line-height:1.2}h2{font-size:24px;margin-top:40px}"
    "table{border-collapse:collapse;width:100%}"
    "caption{text-align:left;font-weight:bold;padding:8px 0}"
    "th,td{text-align:left;padding:8px 16px 8px 0;border-bottom:1px solid GrayText;"
    "vertical-align:top}"
    "td,th{overflow-wrap:break-word}"
    "th.number,td.number{text-align:right;font-variant-numeric:tabular-nums}"
    ".scroll{overflow-x:auto;position:relative}.scroll:focus,a:focus,summary:focus{outline:3px "
    "solid Highlight}"
    ".scroll,svg[role=img]{margin-bottom:16px}svg[role=img]{border-bottom:1px solid GrayText}"
    "svg{display:block;max-width:100%;height:auto}"
    ".yes{fill:#1d70b8}.no{fill:#d4351c}"
    "@media(prefers-color-scheme:dark){.yes{fill:#7db8e8}.no{fill:#f08c7d}}"
    "@media(forced-colors:active){.yes{fill:LinkText}.no{fill:CanvasText}}"
    ".hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
    "white-space:nowrap}"
    ".key{display:inline-block;width:16px;height:16px;vertical-align:-2px;margin:0 4px 0 "
    "8px}p>.key:first-child{margin-left:0}"
    "blockquote{margin:0 0 8px;min-width:14em;padding-left:12px;border-left:4px solid GrayText}";

// ---- reviews, pages by age ----

static void html_reviews(const struct report *report, enum report_review review,
                         const char *caption, struct buffer *out)
{
    static const char *const HEADS[] = {"Page", "Owner", "Review by", NULL};
    size_t count = 0;
    for (size_t i = 0; i < report->page_count; i++) {
        const struct report_page *page = &report->pages[i];
        if (page->review != review)
            continue;
        if (!count++)
            report_begin_table(out, caption, HEADS);
        buffer_append_cstr(out, "<tr><td>");
        report_html_link(report, page->page, out);
        buffer_append_cstr(out, "</td><td>");
        buffer_append_html(out, page->owner.len ? page->owner : SLICE("nobody"));
        buffer_append_cstr(out, "</td><td>");
        report_html_day(out, page->reviewBy);
        buffer_append_cstr(out, "</td></tr>\n");
    }
    if (count)
        report_end_table(out);
    else
        buffer_printf(out, "<p>%s: none.</p>\n", caption);
}

static void html_ages(const struct report *report, struct buffer *out)
{
    static const char *const HEADS[] = {"Last updated or reviewed", "#Pages", NULL};
    static const char *const NAMES[] = {"In the last half year", "Half a year to a year ago",
                                        "1 to 2 years ago", "More than 2 years ago", "Not said"};
    static const double DAYS[] = {183, 366, 731, INFINITY};
    size_t counts[sizeof NAMES / sizeof *NAMES] = {0};
    for (size_t i = 0; i < report->page_count; i++) {
        double from = report_age_from(&report->pages[i]), days = (report->now_ms - from) / 86400000;
        size_t row = 0;
        while (!isnan(days) && days > DAYS[row])
            row++;
        counts[isnan(days) ? 4 : row]++;
    }
    report_begin_table(out, "Pages by age", HEADS);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        buffer_printf(out, "<tr><th scope=\"row\">%s</th><td class=\"number\">%zu</td></tr>\n",
                      NAMES[i], counts[i]);
    report_end_table(out);
}

// What an owner may subscribe to, where the report is served.
static void html_owner_links(struct slice name, struct buffer *out)
{
    static const char *const FORMS[][2] = {
        {"", "Report"}, {"&amp;format=text", "digest"}, {"&amp;format=atom", "feed"}};
    buffer_append_cstr(out, "<td>");
    for (size_t i = 0; name.len && i < sizeof FORMS / sizeof *FORMS; i++) {
        buffer_printf(out, "%s<a href=\"?owner=", i ? ", " : "");
        buffer_append_percent(out, name, SLICE_EMPTY);
        buffer_printf(out, "%s\">%s<span class=\"hidden\"> of ", FORMS[i][0], FORMS[i][1]);
        buffer_append_html(out, name);
        buffer_append_cstr(out, "</span></a>");
    }
    buffer_append_cstr(out, "</td>");
}

static void html_owners(const struct report *report, bool served, struct buffer *out)
{
    static const char *const HEADS[] = {"Owner",       "#Pages",    "#Overdue",  "#Due", "#Useful",
                                        "#Not useful", "#Problems", "Subscribe", NULL};
    static const char *const ALONE[] = {"Owner",   "#Pages",      "#Overdue",  "#Due",
                                        "#Useful", "#Not useful", "#Problems", NULL};
    report_begin_table(out, "Owners", served ? HEADS : ALONE);
    for (size_t i = 0; i < report->owner_count; i++) {
        const struct report_owner *owner = &report->owners[i];
        const size_t numbers[] = {owner->pages,      owner->overdue,   owner->due,
                                  owner->recent.yes, owner->recent.no, owner->recent.problem};
        buffer_append_cstr(out, "<tr><th scope=\"row\">");
        buffer_append_html(out, owner->name.len ? owner->name : SLICE("nobody"));
        buffer_append_cstr(out, "</th>");
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            report_number_cell(out, numbers[k]);
        if (served)
            html_owner_links(owner->name, out);
        buffer_append_cstr(out, "</tr>\n");
    }
    report_end_table(out);
}

// ---- feedback ----

static void html_chart(const struct report *report, struct buffer *out)
{
    struct report_chart chart = {.label = "Feedback by week",
                                 .lower_name = "useful",
                                 .upper_name = "not useful, or a problem"};
    for (size_t i = 0; i < REPORT_WEEKS; i++) {
        chart.lower[i] = report->weeks[i].yes;
        chart.upper[i] = report->weeks[i].no + report->weeks[i].problem;
    }
    report_html_chart(&chart, out);
}

static void html_weeks(const struct report *report, struct buffer *out)
{
    static const char *const HEADS[] = {"Week to", "#Useful", "#Not useful", "#Problems", NULL};
    buffer_append_cstr(out, "<details><summary>The numbers of each week</summary>\n");
    report_begin_table(out, "Feedback by week", HEADS);
    for (size_t i = 0; i < REPORT_WEEKS; i++) {
        buffer_append_cstr(out, "<tr><th scope=\"row\">");
        report_html_day(out, report->now_ms - (double)(REPORT_WEEKS - 1 - i) * 7 * 86400000);
        buffer_printf(out,
                      "</th><td class=\"number\">%u</td><td class=\"number\">%u</td>"
                      "<td class=\"number\">%u</td></tr>\n",
                      report->weeks[i].yes, report->weeks[i].no, report->weeks[i].problem);
    }
    report_end_table(out);
    buffer_append_cstr(out, "</details>\n");
}

static void html_comments(const struct report_page *page, struct buffer *out)
{
    for (size_t i = 0; i < page->comment_count; i++) {
        buffer_append_cstr(out, "<blockquote>");
        buffer_append_html(out, page->comments[i].text);
        buffer_append_cstr(out, "<br>");
        report_html_day(out, (double)page->comments[i].at * 1000);
        buffer_append_cstr(out, "</blockquote>");
    }
}

static void html_opinions(const struct report *report, struct buffer *out)
{
    static const char *const HEADS[] = {
        "Page", "Useful (before)", "Not useful (before)", "Problems (before)", "What they say",
        NULL};
    const struct report_page *worst[REPORT_LISTED];
    size_t count = report_worst(report, worst, REPORT_LISTED);
    if (!count) {
        buffer_printf(out, "<p>Nobody has found a page not useful in the last %d days.</p>\n",
                      REPORT_RECENT_DAYS);
        return;
    }
    report_begin_table(
        out, "Pages that readers do not find useful, in the last 90 days and the 90 before", HEADS);
    for (size_t i = 0; i < count; i++) {
        const struct report_page *page = worst[i];
        buffer_append_cstr(out, "<tr><td>");
        report_html_link(report, page->page, out);
        buffer_printf(out, "</td><td>%u (%u)</td><td>%u (%u)</td><td>%u (%u)</td><td>",
                      page->recent.yes, page->before.yes, page->recent.no, page->before.no,
                      page->recent.problem, page->before.problem);
        html_comments(page, out);
        buffer_append_cstr(out, "</td></tr>\n");
    }
    report_end_table(out);
}

static void html_broken(const struct report *report, struct buffer *out)
{
    static const char *const HEADS[] = {"Place", "What", NULL};
    if (!report->links_known) {
        buffer_append_cstr(out, "<p>For links, every page is rendered: <code>guidanced report"
                                "</code> has them.</p>\n");
        return;
    }
    if (!report->link_count) {
        buffer_append_cstr(out, "<p>There are none.</p>\n");
        return;
    }
    report_begin_table(out, "Broken links", HEADS);
    for (size_t i = 0; i < report->link_count; i++) {
        buffer_append_cstr(out, "<tr><td>");
        buffer_append_html(out, report->links[i].file);
        buffer_printf(out, ":%u</td><td>", report->links[i].line);
        buffer_append_html(out, report->links[i].message);
        buffer_append_cstr(out, "</td></tr>\n");
    }
    report_end_table(out);
}

// ---- the page ----

static void html_body(const struct report *report, bool served, struct buffer *out)
{
    buffer_append_cstr(out, "<body>\n<main>\n<h1>Report for owners: ");
    buffer_append_html(out, report->owner.len ? report->owner : site_settings(report->site)->name);
    buffer_append_cstr(out, "</h1>\n<p>As of ");
    report_html_day(out, report->now_ms);
    buffer_printf(out, ", %zu %s.</p>\n", report->page_count,
                  count_word(report->page_count, "page", "pages"));
    buffer_append_cstr(out, "<h2>Reviews</h2>\n");
    html_reviews(report, REPORT_OVERDUE, "Reviews overdue", out);
    html_reviews(report, REPORT_DUE, "Reviews due", out);
    buffer_append_cstr(out, "<h2>Feedback</h2>\n");
    html_chart(report, out);
    html_weeks(report, out);
    html_opinions(report, out);
    report_html_usage(report, out);
    buffer_append_cstr(out, "<h2>Links that lead nowhere</h2>\n");
    html_broken(report, out);
    buffer_append_cstr(out, "<h2>Age and owners</h2>\n");
    html_ages(report, out);
    html_owners(report, served, out);
    buffer_append_cstr(out, "</main>\n</body>\n</html>\n");
}

static void html_head(const struct report *report, struct buffer *out)
{
    buffer_append_cstr(out,
                       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n"
                       "<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" "
                       "href=\"data:,\">\n<title>Report for owners: ");
    buffer_append_html(out, site_settings(report->site)->name);
    buffer_append_cstr(out, "</title>\n");
}

void report_write_html(const struct report *report, struct buffer *out)
{
    html_head(report, out);
    buffer_printf(out, "<style>%s</style>\n</head>\n", REPORT_STYLE);
    html_body(report, false, out);
}

void report_write_page(const struct report *report, struct slice style, struct buffer *out)
{
    html_head(report, out);
    buffer_append_cstr(out, "<link rel=\"stylesheet\" href=\"");
    buffer_append_html(out, style);
    buffer_append_cstr(out, "\">\n</head>\n");
    html_body(report, true, out);
}
