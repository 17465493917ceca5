// SPDX-License-Identifier: MIT
//
// What the files of check share. Private to lib/site.
#ifndef GUIDANCED_SITE_CHECK_H
#define GUIDANCED_SITE_CHECK_H

#include "snapshot.h"

struct check {
    const struct site *site;
    struct arena *arena;   // of the report
    struct arena *scratch; // of one page
    struct site_problem *problems;
    size_t count, capacity;
    struct map ids;    // URL → struct map of the ids its page has
    struct map titles; // title → struct site_page
};

// Adds a problem; `why` is a static text or NULL. The severity is the rule's.
void check_add(struct check *check, const char *rule, const struct error *error, struct slice text,
               const char *why);

// check_pages.c: renders every page and looks at front matter, source and HTML.
void check_pages(struct check *check);

#endif
