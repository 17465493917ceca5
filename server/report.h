// SPDX-License-Identifier: MIT
//
// The owners' report: what must be done about the pages of a site. `guidanced report` and /-/report
// on the admin listener make it from the snapshot and the feedback file; nothing else is kept.
//
//   pages ─┐
//   feedback ─▶ report_collect ─▶ report_write_text, _csv, _json, _html, _atom
//   check ─┘ (report_add_link, only in the command)
//
// Ownership: all of it is in the arena, and the pages in the snapshot. Thread-safety: like the
// arena.
#ifndef GUIDANCED_SERVER_REPORT_H
#define GUIDANCED_SERVER_REPORT_H

#include "site/site.h"

enum {
    REPORT_WEEKS = 52,
    REPORT_RECENT_DAYS = 90, // feedback is compared with that of as many days before
    REPORT_COMMENTS = 5,     // the newest of a page
    REPORT_DUE_DAYS = 60,
};

struct report_answers {
    unsigned yes, no, problem;
};
struct report_comment {
    int64_t at; // seconds since the epoch
    struct slice useful, text;
};
enum report_review { REPORT_NO_REVIEW, REPORT_LATER, REPORT_DUE, REPORT_OVERDUE };

struct report_page {
    const struct site_page *page;
    struct slice owner;                 // "": no owner
    double updated, reviewed, reviewBy; // ms; NaN: not given
    enum report_review review;
    struct report_answers recent, before;
    struct report_comment comments[REPORT_COMMENTS]; // newest first
    size_t comment_count;
    size_t broken_links;
};
struct report_owner {
    struct slice name;
    size_t pages, due, overdue;
    struct report_answers recent;
};
struct report_link {
    struct slice file, message;
    unsigned line;
};
struct report {
    struct arena *arena;
    const struct site *site;
    double now_ms;
    unsigned due_days;
    struct slice owner;        // only this owner's pages; "": all
    struct report_page *pages; // by review date, those without one last
    size_t page_count;
    struct report_owner *owners; // by name, unowned last
    size_t owner_count;
    struct report_answers weeks[REPORT_WEEKS]; // oldest first
    struct report_link *links;
    size_t link_count, link_capacity;
    bool links_known;
};

// Fills in `pages`, `owners` and `weeks`; arena, site, now_ms, due_days and owner are set. A
// missing feedback file counts as empty.
bool report_collect(struct report *report, const char *feedback, struct error *error);
// Adds a broken link in the file. Ignored if the file's page is not in the report.
void report_add_link(struct report *report, struct slice file, unsigned line, struct slice message);
// The page's absolute URL, for HTML and XML.
void report_append_url(const struct report *report, const struct site_page *page,
                       struct buffer *out);
void report_add_answers(struct report_answers *sum, const struct report_answers *answers);
// The later of update and review.
double report_age_from(const struct report_page *page);
// The pages with the most negative feedback, at most `max`. Returns how many.
size_t report_worst(const struct report *report, const struct report_page **pages, size_t max);

typedef void (*report_format)(const struct report *report, struct buffer *out);
void report_write_text(const struct report *report, struct buffer *out);
void report_write_csv(const struct report *report, struct buffer *out);
void report_write_json(const struct report *report, struct buffer *out);
void report_write_atom(const struct report *report, struct buffer *out);
// ---- report_html.c ----
void report_write_html(const struct report *report, struct buffer *out);
// The same with its style sheet at a URL, since policies forbid inline styles.
void report_write_page(const struct report *report, struct slice style, struct buffer *out);
extern const char REPORT_STYLE[];

#endif
