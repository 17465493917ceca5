// SPDX-License-Identifier: MIT
//
// `guidanced check`: every problem of the site. If the site cannot be loaded at all, that is one
// problem, reported like others.
#include "check.h"

#include "base/clock.h"

#include <stdlib.h>
#include <unistd.h>

// ---- progress, on a terminal only ----

struct progress {
    uint64_t start_ns, shown_ns;
    bool shown;
};

static void show_progress(void *state, size_t done, size_t total)
{
    enum { PATIENCE_NS = 500000000, PAUSE_NS = 100000000 };
    struct progress *progress = state;
    uint64_t now = clock_monotonic_ns();
    if (now - progress->start_ns < PATIENCE_NS ||
        (done < total && now - progress->shown_ns < PAUSE_NS))
        return;
    progress->shown_ns = now;
    progress->shown = done < total;
    fprintf(stderr, done < total ? "\r%zu of %zu pages" : "\r\033[K", done, total);
}

// ---- one run ----

static const struct site_rule *rule_named(const char *name)
{
    const struct site_rule *rule = site_rules();
    while (strcmp(rule->name, name) != 0)
        rule++;
    return rule;
}

// The report for a site that could not be loaded.
static bool report_failure(struct check_run *run, const struct error *error)
{
    struct site_finding *finding = arena_zalloc(run->line->arena, 1, sizeof *finding);
    if (!finding)
        return false;
    finding->rule = rule_named("data-file");
    finding->severity = SITE_ERROR;
    finding->offset = SIZE_MAX;
    finding->file = arena_copy(run->line->arena, slice_from_cstr(error->place.file));
    finding->line = error->place.line;
    finding->column = error->place.column;
    finding->message = arena_copy(run->line->arena, slice_from_cstr(error->message));
    finding->source_line = arena_copy(run->line->arena, slice_from_cstr(error->source_line));
    finding->hint = error->hint[0] ? arena_copy(run->line->arena, slice_from_cstr(error->hint))
                                   : slice_from_cstr(finding->rule->mend);
    run->report = (struct site_report){finding, 1};
    return true;
}

// COMMAND_OK: there is a report.
static int make_report(struct check_run *run)
{
    struct error error = {0};
    struct progress progress = {.start_ns = clock_monotonic_ns()};
    struct site_check_options options = {.state = &progress};
    if (isatty(STDERR_FILENO))
        options.progress = show_progress;
    run->settings = command_settings(run->line);
    if (!run->settings)
        return COMMAND_USAGE;
    struct site_load_options load = {.settings = run->settings};
    run->site = command_load(&load, run->line->arena, &error);
    if (!run->site) {
        bool of_a_file = error.place.file[0] && error.code != ERROR_CONFIG;
        if (of_a_file && report_failure(run, &error))
            return COMMAND_OK;
        command_print_error(&error);
        return COMMAND_USAGE;
    }
    if (site_check(run->site, &options, run->line->arena, &run->report, &error))
        return COMMAND_OK;
    command_print_error(&error);
    return COMMAND_FAILED;
}

// ---- --fix ----

// Applies exact fixes and checks again; *run is then of the fixed site.
static int fix(struct check_run *run)
{
    struct fixes fixes = {.arena = run->line->arena};
    struct check_run first = *run;
    fixes_apply(&fixes, run->settings, &run->report);
    if (!fixes.count) {
        fputs("nothing to fix\n", stderr);
        return COMMAND_OK;
    }
    *run = (struct check_run){.line = first.line};
    int code = make_report(run);
    size_t reverted = fixes_revert(&fixes, &first.report, code == COMMAND_OK ? &run->report : NULL);
    if (reverted) {
        site_release(run->site);
        *run = (struct check_run){.line = first.line};
        code = make_report(run);
        fprintf(stderr, "%zu %s left unchanged: the fixes caused other errors\n", reverted,
                count_word(reverted, "file was", "files were"));
    }
    fprintf(stderr, "%zu %s fixed\n", fixes.applied,
            count_word(fixes.applied, "problem", "problems"));
    site_release(first.site);
    return code;
}

// ---- the command ----

static int print_rules(const struct command_line *line)
{
    struct buffer out = buffer_create(line->arena, 0);
    const char *format = command_option(line, "format");
    write_rules(&out, format && strcmp(format, "markdown") == 0);
    return command_print(&out);
}

static int read_threshold(const char *name)
{
    for (int i = SITE_NOTE; name && i <= SITE_ERROR; i++)
        if (strcmp(name, severity_name((enum site_severity)i)) == 0)
            return i;
    return name ? -1 : SITE_ERROR;
}

static int write_report(const struct check_run *run, report_writer write, int threshold)
{
    struct buffer out = buffer_create(run->line->arena, 0);
    bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    write(&out, &run->report, colour);
    int code = command_print(&out);
    return code == COMMAND_OK ? check_judge(&run->report, threshold) : code;
}

// Watching prints texts, for people or line by line for programs, and writes no file of the site.
static int watch(const struct command_line *line, int threshold)
{
    const char *format = command_option(line, "format");
    struct check_watching watching = {
        .line = line, .make = make_report, .threshold = threshold, .all = command_has(line, "all")};
    if (!command_has(line, "fix") && (!format || strcmp(format, "text") == 0))
        return check_watch(&watching);
    fputs("guidanced check: --watch prints text and fixes nothing: leave out --format and --fix\n",
          stderr);
    return COMMAND_USAGE;
}

int command_check(const struct command_line *line)
{
    report_writer write = report_format(command_option(line, "format"));
    int threshold = read_threshold(command_option(line, "fail-on"));
    struct check_run run = {.line = line};
    if (command_has(line, "rules"))
        return print_rules(line);
    if (command_has(line, "prepared"))
        return command_check_prepared(line);
    if (!write || threshold < 0) {
        fprintf(stderr, "usage: guidanced %s\n", line->command->synopsis);
        return COMMAND_USAGE;
    }
    if (command_has(line, "watch"))
        return watch(line, threshold);
    if (command_has(line, "all")) {
        fputs("guidanced check: --all is for --watch\n", stderr);
        return COMMAND_USAGE;
    }
    int code = make_report(&run);
    if (code == COMMAND_OK && command_has(line, "fix"))
        code = command_is_directory(line, run.settings) ? fix(&run) : COMMAND_USAGE;
    if (code == COMMAND_OK)
        code = write_report(&run, write, threshold);
    site_release(run.site);
    return code;
}
