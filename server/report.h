// SPDX-License-Identifier: MIT
//
// The owners' report: what is to be done about the pages of a site. `guidanced report` and
// /-/report of the admin listener make it, from the snapshot and the file of feedback; nothing else
// is kept.
//
//   pages ─┐
//   feedback ─▶ report_collect ─▶ report_write_text, _csv, _json, _html, _atom
//   check ─┘ (report_add_link, of the command alone)
//
// Ownership: all of it lies in the arena, and the pages in the snapshot. Thread-safety: as the
// arena.
#ifndef GUIDANCED_SERVER_REPORT_H
#define GUIDANCED_SERVER_REPORT_H

#include "site/site.h"

enum {
    REPORT_WEEKS = 52,
    REPORT_RECENT_DAYS = 90, // feedback is compared with as many days before
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
    struct slice owner;                 // "": nobody
    double updated, reviewed, reviewBy; // ms; NaN: not said
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
    struct slice owner;        // of whose pages alone; "": all
    struct report_page *pages; // by review date, those without one last
    size_t page_count;
    struct report_owner *owners; // by name, nobody last
    size_t owner_count;
    struct report_answers weeks[REPORT_WEEKS]; // oldest first
    struct report_link *links;
    size_t link_count, link_capacity;
    bool links_known;
};

// Fills in `pages`, `owners` and `weeks`; arena, site, now_ms, due_days and owner are set. A
// feedback file that is not there is one without entries.
bool report_collect(struct report *report, const char *feedback, struct error *error);
// A link of the file that leads nowhere. Passed over when it is of no page that is reported of.
void report_add_link(struct report *report, struct slice file, unsigned line, struct slice message);
// The newer of both.
double report_age_from(const struct report_page *page);
// Pages of which readers say most against, at most `max`. How many.
size_t report_worst(const struct report *report, const struct report_page **pages, size_t max);

typedef void (*report_format)(const struct report *report, struct buffer *out);
void report_write_text(const struct report *report, struct buffer *out);
void report_write_csv(const struct report *report, struct buffer *out);
void report_write_json(const struct report *report, struct buffer *out);
void report_write_atom(const struct report *report, struct buffer *out);
// ---- report_html.c ----
void report_write_html(const struct report *report, struct buffer *out);
// The same with its style sheet at a URL: policies forbid it in the page.
void report_write_page(const struct report *report, struct slice style, struct buffer *out);
extern const char REPORT_STYLE[];

#endif
