// SPDX-License-Identifier: MIT
//
// The checker: every problem of a site, each at its place and with a fix.
//
// Thread-safety: a check belongs to one thread; others may use the site meanwhile.
#ifndef GUIDANCED_CHECK_CHECK_H
#define GUIDANCED_CHECK_CHECK_H

#include "site/site.h"

// A rule: one row of the table in rules.c.
struct site_rule {
    const char *name;
    enum site_severity severity;
    const char *doc;  // what should hold
    const char *why;  // why that matters
    const char *mend; // how to fix it
};
const struct site_rule *site_rules(void); // ended by a row with name NULL

// What a rule can be told besides `severity` and `except`: one row of the table in rule_options.c.
enum site_rule_option_type {
    SITE_OPTION_NUMBER,
    SITE_OPTION_TEXTS, // a list
    SITE_OPTION_WORDS, // a mapping of words to better ones
};
struct site_rule_option {
    const char *rule;
    const char *name;
    enum site_rule_option_type type;
    const char *doc;
    double least, most, usual; // of a number
};
const struct site_rule_option *site_rule_options(void); // ended by a row with rule NULL

// One thing that is wrong. Texts live as long as the report's arena and the site.
struct site_finding {
    const struct site_rule *rule;
    enum site_severity severity; // the rule's, or guidance.yaml's
    struct slice file;           // relative to the site directory; "" when there is none
    unsigned line, column;       // from 1, columns in code points; 0 when unknown
    size_t offset;               // bytes into the file; SIZE_MAX when unknown
    struct slice text;           // the text in question, as in the file, "" when there is none
    struct slice message;
    struct slice hint;        // how to fix this one; the rule's `mend` if there is nothing more
                              // specific
    struct slice fix;         // the text to put in place of `text`; ptr NULL: no exact fix
    struct slice source_line; // the whole line; "" when unknown
    struct slice chain;       // lines: the includes or calls that led here
    size_t folded;            // others with the same cause, not listed separately,
    struct slice *also;       // and the files they are in, at most a hundred
    size_t also_count;
};
struct site_report {
    struct site_finding *findings; // sorted by file, line, column, rule
    size_t count;
};
struct site_check_options {
    double now_ms; // 0: the wall clock
    // Called for every page; may be NULL.
    void (*progress)(void *state, size_t done, size_t total);
    void *state;
};
// Applies every rule of the table to the whole site (renders every page). Allocates from arena.
bool site_check(const struct site *site, const struct site_check_options *options,
                struct arena *arena, struct site_report *report, struct error *error);

// ---- addresses as they are written, for `move` ----

// One address of the site in a source: of a link, image, component, of data or settings.
struct site_link {
    struct slice file;            // relative to the site directory
    struct slice source;          // the whole text of it
    size_t offset;                // where the address stands
    struct slice written;         // what of it is the path: without query and fragment
    const struct site_page *page; // whose text it is; NULL: nobody's own (template, data, settings)
    const struct site_route *route; // where it leads
    bool prefixed;                  // it has the path prefix
};
// Tells of each that leads to a page or file of the site. Addresses that templates put together are
// not seen, nor those in code and comments, nor what says a page's own (permalink, redirect_from).
// Texts live as long as the arena and the site. False when out of memory.
bool site_links(const struct site *site, struct arena *arena,
                void (*tell)(void *state, const struct site_link *link), void *state,
                struct error *error);
// The path, prefix included, that an address without query and fragment stands for on a page.
// `path` is not empty.
struct slice site_link_resolve(const struct site *site, struct arena *arena, struct slice page_url,
                               struct slice path);
// What answers there, with or without a slash at the end; NULL: nothing.
const struct site_route *site_link_route(const struct site *site, struct arena *arena,
                                         struct slice path);

#endif
