// SPDX-License-Identifier: MIT
//
// What the files of `guidanced check` share: ways to write a report, and the mending of files.
#ifndef GUIDANCED_SERVER_COMMANDS_CHECK_H
#define GUIDANCED_SERVER_COMMANDS_CHECK_H

#include "command.h"

// ---- check_formats.c ----

typedef void (*report_writer)(struct buffer *out, const struct site_report *report, bool colour);
// "text", "json", "sarif" or "github"; NULL is text. NULL for another name.
report_writer report_format(const char *name);
// "note", "warning", "error".
const char *severity_name(enum site_severity severity);
// The table of rules: as lines, or as the page of documentation.
void write_rules(struct buffer *out, bool markdown);

// ---- check_fix.c ----

// The files that were changed, with what they held before.
struct fixed_file {
    struct slice file; // relative to the site directory
    struct slice path; // absolute
    struct slice before;
    size_t fixes;
};
struct fixes {
    struct arena *arena;
    struct fixed_file *files;
    size_t count, capacity;
    size_t applied;
};
// Puts every exact fix of the report into its file: each file is written once, whole or not at all.
// A file that differs from what was checked, or lies outside the site, is left alone.
void fixes_apply(struct fixes *fixes, const struct settings *settings,
                 const struct site_report *report);
// Takes the changes of files back that have more errors after than before. Returns how many files.
size_t fixes_revert(struct fixes *fixes, const struct site_report *before,
                    const struct site_report *after);

#endif
