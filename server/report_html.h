// SPDX-License-Identifier: MIT
//
// Shared by the files that write the owners' report as a page.
#ifndef GUIDANCED_SERVER_REPORT_HTML_H
#define GUIDANCED_SERVER_REPORT_HTML_H

#include "report.h"

// ---- report_parts.c ----

void report_html_day(struct buffer *out, double ms); // NaN: "not said"
void report_html_link(const struct report *report, const struct site_page *page,
                      struct buffer *out);
// The words go into attributes unescaped. A heading with "#" means a column of numbers. Heads end
// with NULL.
void report_begin_table(struct buffer *out, const char *caption, const char *const *heads);
void report_end_table(struct buffer *out);
// A cell of a number, and one of a number with the one before.
void report_number_cell(struct buffer *out, size_t number);
void report_change_cells(struct buffer *out, const struct report_change *change);
// A bar a week, oldest first: `lower` with `upper` on it. Its table must follow.
struct report_chart {
    const char *label;                   // what it shows, for those who do not see it
    const char *lower_name, *upper_name; // upper_name NULL: there is only one
    unsigned lower[REPORT_WEEKS], upper[REPORT_WEEKS];
};
void report_html_chart(const struct report_chart *chart, struct buffer *out);

// ---- report_usage_html.c ----

void report_html_usage(const struct report *report, struct buffer *out);

#endif
