// SPDX-License-Identifier: MIT
//
// The owners' report: what must be done about the pages of a site. `guidanced report` and /-/report
// make it from the snapshot, the feedback file and the usage file; nothing else is kept.
//
//   pages, feedback ─▶ report_collect ───────┐
//   usage ─────────▶ report_collect_usage ───┼─▶ report_write_text, _csv, _json, _html, _atom
//   check ─▶ report_add_link (the command) ──┘
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
    REPORT_USAGE_WEEKS = 13, // usage too is compared with that of as many weeks before
    REPORT_SEARCHES_MIN = 5, // that found something, before results count as rarely opened
    REPORT_LISTED = 100,     // at most, in each list for people; data formats have all
};

struct report_answers {
    unsigned yes, no, problem;
};
struct report_comment {
    int64_t at; // seconds since the epoch
    struct slice useful, text;
};
enum report_review { REPORT_NO_REVIEW, REPORT_LATER, REPORT_DUE, REPORT_OVERDUE };

// A number, and the same of as much time before.
struct report_change {
    unsigned recent, before;
};

struct report_page {
    const struct site_page *page;
    struct slice owner;                 // "": no owner
    double updated, reviewed, reviewBy; // ms; NaN: not given
    enum report_review review;
    struct report_answers recent, before;
    struct report_comment comments[REPORT_COMMENTS]; // newest first
    size_t comment_count;
    size_t broken_links;
    struct report_change visits;
    bool visited; // in any week that is kept
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
struct report_words {
    struct slice words;
    struct report_change searches, nothing, clicks; // nothing: searches that found nothing
};
struct report_missing {
    struct slice path, referrer; // of this site, or the name of another host; "": not known
    struct report_change times;
};
struct report_week {
    unsigned counts[USAGE_KINDS];
};
struct report_usage {
    bool known;
    int64_t since_day, this_week;           // the first that is counted, and the last
    struct report_week weeks[REPORT_WEEKS]; // oldest first, from Monday to Sunday
    const struct report_page **pages;       // all, most visited first
    const struct report_words **words;      // most searched for first
    struct report_missing *missing;         // most asked for first
    size_t words_count, missing_count;
};
struct report {
    struct arena *arena;
    const struct site *site;
    double now_ms;
    unsigned due_days;
    struct slice owner; // only this owner's pages; "": all
    // Only what the reader may know of; NULL: all.
    const struct site_reader *reader;
    struct report_usage usage;
    struct report_page *pages; // by review date, those without one last
    size_t page_count;
    struct report_owner *owners; // by name, unowned last
    size_t owner_count;
    struct report_answers weeks[REPORT_WEEKS]; // oldest first
    struct report_link *links;
    size_t link_count, link_capacity;
    bool links_known;
    const char *store;         // PostgreSQL to read feedback from instead of the file; NULL: none
    size_t stored, stored_own; // entries that it has, and of those this site's
};

// Fills in `pages`, `owners` and `weeks`; arena, site, now_ms, due_days, owner and store are set. A
// missing feedback file counts as empty.
bool report_collect(struct report *report, const char *feedback, struct error *error);
// Fills in `usage` and the pages' visits, after report_collect. A missing usage file counts as
// none.
bool report_collect_usage(struct report *report, const char *path, struct error *error);
bool report_finds_nothing(const struct report_words *words);
bool report_is_rarely_opened(const struct report_words *words);
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
void report_write_csv(const struct report *report, struct buffer *out); // a row per page
// ---- report_write_usage.c ----
void report_write_searches_csv(const struct report *report, struct buffer *out);
void report_write_missing_csv(const struct report *report, struct buffer *out);
void report_append_usage_text(const struct report *report, struct buffer *out);
void report_append_usage_json(const struct report *report, struct buffer *out);
// ---- report_write.c ----
void report_write_json(const struct report *report, struct buffer *out);
void report_write_atom(const struct report *report, struct buffer *out);
// ---- report_html.c ----
void report_write_html(const struct report *report, struct buffer *out);
// The same with its style sheet at a URL, since policies forbid inline styles.
void report_write_page(const struct report *report, struct slice style, struct buffer *out);
extern const char REPORT_STYLE[];

#endif
