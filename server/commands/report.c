// SPDX-License-Identifier: MIT
//
// `guidanced report`: what the owners of a site's pages must do.
#include "server/report.h"

#include "base/clock.h"
#include "command.h"
#include "server/stores.h"
#include "store/postgres.h"

#include <stdlib.h>

static const struct {
    const char *name;
    report_format write;
} FORMATS[] = {
    {"text", report_write_text}, {"csv", report_write_csv},   {"json", report_write_json},
    {"html", report_write_html}, {"atom", report_write_atom},
};
static const struct {
    const char *name;
    report_format write;
} TABLES[] = {
    {"pages", report_write_csv},
    {"searches", report_write_searches_csv},
    {"not-found", report_write_missing_csv},
};

static report_format table_named(const char *name)
{
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
        if (strcmp(name, TABLES[i].name) == 0)
            return TABLES[i].write;
    return NULL;
}

// NULL: there is no such format, or no such table; only CSV has tables.
static report_format format_named(const char *name, const char *table)
{
    if (table)
        return name && strcmp(name, "csv") == 0 ? table_named(table) : NULL;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (strcmp(name ? name : "text", FORMATS[i].name) == 0)
            return FORMATS[i].write;
    return NULL;
}

// False: not a number of days.
static bool read_days(const char *text, unsigned *days)
{
    char *end;
    unsigned long number = text ? strtoul(text, &end, 10) : REPORT_DUE_DAYS;
    if (text && (!*text || *end || *text == '-' || number > 3660))
        return false;
    *days = (unsigned)number;
    return true;
}

static bool add_links(struct report *report, struct error *error)
{
    static const char *const RULES[] = {"link-broken", "link-anchor", "link-empty"};
    struct site_report found;
    struct site_check_options options = {.now_ms = report->now_ms};
    if (!site_check(report->site, &options, report->arena, &found, error))
        return false;
    report->links_known = true;
    for (size_t i = 0; i < found.count; i++)
        for (size_t k = 0; k < sizeof RULES / sizeof *RULES; k++)
            if (strcmp(found.findings[i].rule->name, RULES[k]) == 0)
                report_add_link(report, found.findings[i].file, found.findings[i].line,
                                found.findings[i].message);
    return true;
}

static int print_report(const struct command_line *line, struct report *report, report_format write)
{
    struct buffer out = buffer_create(line->arena, 0);
    struct error error = {0};
    const struct settings *settings = site_settings(report->site);
    if (!report_collect(report, settings->feedback.file.full.ptr, &error) ||
        !report_collect_usage(report, settings->usage.file.full.ptr, &error) ||
        (!command_has(line, "no-links") && !add_links(report, &error))) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    if (report->stored && !report->stored_own)
        fprintf(stderr,
                "guidanced report: none of the store's %zu entries is of the site %.*s "
                "(feedback.site, or else url)\n",
                report->stored, SLICE_ARG(stores_feedback_site(settings)));
    if (report->owner.len && !report->page_count) {
        fprintf(stderr, "guidanced report: no page has the owner %.*s\n", SLICE_ARG(report->owner));
        return COMMAND_BAD;
    }
    write(report, &out);
    return command_print(&out);
}

int command_report(const struct command_line *line)
{
    struct report report = {.arena = line->arena, .now_ms = clock_wall_ms()};
    const char *owner = command_option(line, "owner");
    report.store = command_option(line, "from");
    report_format write =
        format_named(command_option(line, "format"), command_option(line, "table"));
    if (!write || !read_days(command_option(line, "within"), &report.due_days) ||
        (report.store && !postgres_is_url(report.store))) {
        fprintf(stderr, "usage: guidanced %s\n", line->command->synopsis);
        return COMMAND_USAGE;
    }
    report.owner = slice_from_cstr(owner);
    struct settings *settings = command_settings(line);
    struct site *site = settings ? command_site(line, settings, false) : NULL;
    if (!site)
        return COMMAND_USAGE;
    report.site = site;
    int code = print_report(line, &report, write);
    site_release(site);
    return code;
}
