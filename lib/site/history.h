// SPDX-License-Identifier: MIT
//
// What git knows of pages: when they were made and changed, by which commits, where they were
// before. Read when a page first asks for it; of a site that asks for nothing, nothing is read.
#ifndef GUIDANCED_SITE_HISTORY_H
#define GUIDANCED_SITE_HISTORY_H

#include "state.h"
#include "tree/history.h"

// The source's history; NULL: there is none, it is not read yet, or the site does not lie in git.
// While loading only.
const struct history_file *source_history(struct site *site, const struct source *source);
// The same of a snapshot that may be in use: of what was read for it.
const struct history_file *source_history_known(const struct site *site,
                                                const struct source *source);
// page.date of "git Last Modified" and "git Created", in ms; NaN when git does not know the file.
double source_git_date(struct site *site, const struct source *source, bool created);
// page.history: a list, the newest commit first.
struct value source_history_value(struct site *site, const struct source *source);
// What the load may use, and leaves for the next.
void history_begin_load(struct site *site, const struct site_load_options *options);
// Files that are to be watched for new commits: of a site in a work tree. False: out of memory.
bool history_watched(const struct site *site, struct arena *arena, struct slice paths[2],
                     size_t *count);

#endif
