// SPDX-License-Identifier: MIT
//
// Shared by the files of `guidanced check`: one check, report formats, fixing files, and watching.
#ifndef GUIDANCED_SERVER_COMMANDS_CHECK_H
#define GUIDANCED_SERVER_COMMANDS_CHECK_H

#include "command.h"

// One check of the site, whose report is in the line's arena.
struct check_run {
    const struct command_line *line;
    struct settings *settings; // NULL: they cannot be read
    struct site *site;         // NULL: it cannot be loaded
    struct site_report report;
};
// COMMAND_OK: there is a report, even if only of why the site cannot be loaded. Otherwise the error
// has been printed.
typedef int (*check_maker)(struct check_run *run);

// ---- check_formats.c ----

typedef void (*report_writer)(struct buffer *out, const struct site_report *report, bool colour);
// "text", "json", "sarif" or "github"; NULL is text. NULL for another name.
report_writer report_format(const char *name);
// One finding as text.
void check_write_finding(struct buffer *out, const struct site_finding *finding, bool colour);
// "2 errors, 1 warning, 0 notes"
void check_write_totals(struct buffer *out, const struct site_report *report);
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

// ---- check_watch.c ----

struct check_watching {
    const struct command_line *line;
    check_maker make;
    int threshold; // the lowest enum site_severity that gives COMMAND_BAD
    bool all;      // prints all problems each time, for programs that forget the earlier ones
};
// Checks whenever a file is saved, until SIGINT or SIGTERM. Returns the exit code of the last
// check.
int check_watch(const struct check_watching *watching);
// The exit code for a report.
int check_judge(const struct site_report *report, int threshold);

#endif
