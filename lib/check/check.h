// SPDX-License-Identifier: MIT
//
// The checker: every problem of a site, each at its place, with how to put it right.
//
// Thread-safety: a check belongs to one thread; others may use the site meanwhile.
#ifndef GUIDANCED_CHECK_CHECK_H
#define GUIDANCED_CHECK_CHECK_H

#include "site/site.h"

// A rule: one row of the table in rules.c.
struct site_rule {
    const char *name;
    enum site_severity severity;
    const char *doc;  // what holds when the rule is kept
    const char *why;  // why that matters
    const char *mend; // what to do when it does not
};
const struct site_rule *site_rules(void); // ended by a row with name NULL

// One thing that is wrong. Texts live as long as the report's arena and the site.
struct site_finding {
    const struct site_rule *rule;
    enum site_severity severity; // the rule's, or that of guidance.yaml
    struct slice file;           // relative to the site directory; "" when there is none
    unsigned line, column;       // from 1, columns in code points; 0 when unknown
    size_t offset;               // bytes into the file; SIZE_MAX when unknown
    struct slice text;           // the text concerned as the file has it, "" when there is none
    struct slice message;
    struct slice hint;        // how to fix this one; the rule's `mend` when there is nothing closer
    struct slice fix;         // the text to put in place of `text`; ptr NULL: no exact fix
    struct slice source_line; // the whole line; "" when unknown
    struct slice chain;       // lines: who included or called the place
    size_t folded;            // others of the same cause, which are no findings of their own,
    struct slice *also;       // and the files they are in, at most a hundred
    size_t also_count;
};
struct site_report {
    struct site_finding *findings; // sorted by file, line, column, rule
    size_t count;
};
struct site_check_options {
    double now_ms; // 0: the wall clock
    // Told of every page; NULL: nobody.
    void (*progress)(void *state, size_t done, size_t total);
    void *state;
};
// Applies every rule of the table to the whole site (renders every page). Allocates from arena.
bool site_check(const struct site *site, const struct site_check_options *options,
                struct arena *arena, struct site_report *report, struct error *error);

#endif
