// SPDX-License-Identifier: MIT
//
// The parts that the report's page is made of: dates, links, tables, charts.
#include "report_html.h"

#include "base/clock.h"

#include <math.h>

enum { CHART_HEIGHT = 96, CHART_BAR = 12 };

void report_html_day(struct buffer *out, double ms)
{
    static const char *const MONTHS[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct clock_fields day = clock_fields_from_ms(isnan(ms) ? 0 : ms);
    if (isnan(ms))
        buffer_append_cstr(out, "not said");
    else
        buffer_printf(out, "<time datetime=\"%04d-%02d-%02d\">%d %s %d</time>", (int)day.year,
                      day.month, day.day, day.day, MONTHS[day.month - 1], (int)day.year);
}

void report_html_link(const struct report *report, const struct site_page *page, struct buffer *out)
{
    buffer_append_cstr(out, "<a href=\"");
    report_append_url(report, page, out);
    buffer_append_cstr(out, "\">");
    buffer_append_html(out, page->title.len ? page->title : page->url);
    buffer_append_cstr(out, "</a>");
}

// ---- tables ----

void report_begin_table(struct buffer *out, const char *caption, const char *const *heads)
{
    buffer_printf(out,
                  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n"
                  "<table>\n<caption>%s</caption>\n<thead><tr>",
                  caption, caption);
    for (; *heads; heads++)
        buffer_printf(out, "<th scope=\"col\"%s>%s</th>", **heads == '#' ? " class=\"number\"" : "",
                      *heads + (**heads == '#'));
    buffer_append_cstr(out, "</tr></thead>\n<tbody>\n");
}

void report_end_table(struct buffer *out)
{
    buffer_append_cstr(out, "</tbody>\n</table>\n</div>\n");
}

void report_number_cell(struct buffer *out, size_t number)
{
    buffer_printf(out, "<td class=\"number\">%zu</td>", number);
}

void report_change_cells(struct buffer *out, const struct report_change *change)
{
    report_number_cell(out, change->recent);
    report_number_cell(out, change->before);
}

// ---- charts ----

static unsigned highest_week(const struct report_chart *chart)
{
    unsigned highest = 1;
    for (size_t i = 0; i < REPORT_WEEKS; i++) {
        unsigned sum = chart->lower[i] + chart->upper[i];
        highest = sum > highest ? sum : highest;
    }
    return highest;
}

static void append_key(struct buffer *out, const char *class, const char *name)
{
    buffer_printf(out,
                  "<svg class=\"key\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><rect "
                  "class=\"%s\" width=\"16\" height=\"16\"/></svg>%s ",
                  class, name);
}

static void append_bar(struct buffer *out, const char *class, size_t week, double top,
                       double height)
{
    if (height > 0)
        buffer_printf(out, "<rect class=\"%s\" x=\"%zu\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>",
                      class, week * CHART_BAR, top, CHART_BAR - 2, height);
}

void report_html_chart(const struct report_chart *chart, struct buffer *out)
{
    unsigned highest = highest_week(chart);
    buffer_append_cstr(out, "<p>");
    append_key(out, "yes", chart->lower_name);
    if (chart->upper_name)
        append_key(out, "no", chart->upper_name);
    buffer_printf(out,
                  "– a bar a week, %u at the most</p>\n"
                  "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
                  "aria-label=\"%s; the table below has the same figures\">",
                  highest, REPORT_WEEKS * CHART_BAR, CHART_HEIGHT, REPORT_WEEKS * CHART_BAR,
                  CHART_HEIGHT, chart->label);
    for (size_t i = 0; i < REPORT_WEEKS; i++) {
        double lower = CHART_HEIGHT * (double)chart->lower[i] / highest;
        double upper = CHART_HEIGHT * (double)chart->upper[i] / highest;
        append_bar(out, "yes", i, CHART_HEIGHT - lower, lower);
        append_bar(out, "no", i, CHART_HEIGHT - lower - upper, upper);
    }
    buffer_append_cstr(out, "</svg>\n");
}
