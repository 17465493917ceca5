// SPDX-License-Identifier: MIT
//
// Shared by the files of `guidanced check`: report formats, and fixing files.
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

// The changed files, with their old content.
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
// A file that has changed since the check, or is outside the site, is left alone.
void fixes_apply(struct fixes *fixes, const struct settings *settings,
                 const struct site_report *report);
// Reverts files that have more errors than before. Returns how many.
size_t fixes_revert(struct fixes *fixes, const struct site_report *before,
                    const struct site_report *after);

#endif
