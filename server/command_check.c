// SPDX-License-Identifier: MIT
//
// `guidanced check`: every problem of the site, as text, JSON, SARIF 2.1.0 or annotations.
#include "command.h"

#include <unistd.h>

typedef void (*writer)(struct buffer *out, const struct site_problem *problems, size_t count);

static const char *const SEVERITIES[] = {
    [SITE_NOTE] = "note", [SITE_WARNING] = "warning", [SITE_ERROR] = "error"};

// ---- text ----

static void write_text(struct buffer *out, const struct site_problem *problems, size_t count)
{
    size_t totals[3] = {0};
    for (size_t i = 0; i < count; i++) {
        const struct site_problem *problem = &problems[i];
        struct buffer text = buffer_create(out->arena, 0);
        error_format(&problem->error, &text);
        struct slice rest = buffer_slice(&text);
        size_t at = slice_find(rest, SLICE("error: "), 0);
        buffer_append(out, slice_sub(rest, 0, at));
        buffer_printf(out, "%s: ", SEVERITIES[problem->severity]);
        size_t end = slice_find_byte(rest, '\n', at);
        buffer_append(out, slice_sub(rest, at + 7, end));
        buffer_printf(out, " [%s]", problem->rule);
        buffer_append(out, slice_sub(rest, end, rest.len));
        if (problem->why)
            buffer_printf(out, "  why: %s\n", problem->why);
        totals[problem->severity]++;
    }
    buffer_printf(out, "%zu errors, %zu warnings, %zu notes\n", totals[SITE_ERROR],
                  totals[SITE_WARNING], totals[SITE_NOTE]);
}

// ---- JSON ----

static void field(struct buffer *out, const char *name, struct slice text)
{
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, text);
}

static void write_json(struct buffer *out, const struct site_problem *problems, size_t count)
{
    buffer_append_cstr(out, "[");
    for (size_t i = 0; i < count; i++) {
        const struct site_problem *problem = &problems[i];
        buffer_printf(out, "%s\n{\"severity\":\"%s\",\"rule\":\"%s\",\"line\":%u,\"column\":%u",
                      i ? "," : "", SEVERITIES[problem->severity], problem->rule,
                      problem->error.place.line, problem->error.place.column);
        field(out, "file", slice_from_cstr(problem->error.place.file));
        field(out, "message", slice_from_cstr(problem->error.message));
        field(out, "hint", slice_from_cstr(problem->error.hint));
        field(out, "text", problem->text);
        field(out, "why", slice_from_cstr(problem->why));
        if (problem->fix.ptr)
            field(out, "fix", problem->fix);
        buffer_append_cstr(out, "}");
    }
    buffer_append_cstr(out, "\n]\n");
}

// ---- SARIF ----

static void write_sarif_rules(struct buffer *out)
{
    const struct site_rule *rules = site_rules();
    for (size_t i = 0; rules[i].name; i++) {
        buffer_printf(out, "%s{\"id\":\"%s\",\"shortDescription\":{\"text\":", i ? "," : "",
                      rules[i].name);
        buffer_append_json_string(out, slice_from_cstr(rules[i].doc));
        buffer_append_cstr(out, "}}");
    }
}

static void write_sarif_result(struct buffer *out, const struct site_problem *problem)
{
    const struct error_place *place = &problem->error.place;
    buffer_printf(out, "{\"ruleId\":\"%s\",\"level\":\"%s\",\"message\":{\"text\":", problem->rule,
                  SEVERITIES[problem->severity]);
    struct buffer text = buffer_create(out->arena, 0);
    buffer_append_cstr(&text, problem->error.message);
    if (problem->error.hint[0])
        buffer_printf(&text, " (%s)", problem->error.hint);
    buffer_append_json_string(out, buffer_slice(&text));
    buffer_append_cstr(out,
                       "},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
    buffer_append_json_string(out, slice_from_cstr(place->file));
    buffer_printf(out, "},\"region\":{\"startLine\":%u,\"startColumn\":%u}}}]}",
                  place->line ? place->line : 1, place->column ? place->column : 1);
}

static void write_sarif(struct buffer *out, const struct site_problem *problems, size_t count)
{
    buffer_append_cstr(out, "{\"version\":\"2.1.0\",\"$schema\":"
                            "\"https://json.schemastore.org/sarif-2.1.0.json\",\"runs\":[{"
                            "\"tool\":{\"driver\":{\"name\":\"guidanced\",\"version\":");
    buffer_append_json_string(out, SLICE(GUIDANCED_VERSION));
    buffer_append_cstr(out, ",\"rules\":[");
    write_sarif_rules(out);
    buffer_append_cstr(out, "]}},\"results\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_append_cstr(out, ",\n");
        write_sarif_result(out, &problems[i]);
    }
    buffer_append_cstr(out, "]}]}\n");
}

// ---- annotations of code hosts ----

static void write_github(struct buffer *out, const struct site_problem *problems, size_t count)
{
    static const char *const WORDS[] = {
        [SITE_NOTE] = "notice", [SITE_WARNING] = "warning", [SITE_ERROR] = "error"};
    for (size_t i = 0; i < count; i++)
        buffer_printf(out, "::%s file=%s,line=%u,col=%u,title=%s::%s%s%s\n",
                      WORDS[problems[i].severity], problems[i].error.place.file,
                      problems[i].error.place.line, problems[i].error.place.column,
                      problems[i].rule, problems[i].error.message,
                      problems[i].error.hint[0] ? " - " : "", problems[i].error.hint);
}

static const struct {
    const char *name;
    writer write;
} FORMATS[] = {
    {"text", write_text}, {"json", write_json}, {"sarif", write_sarif}, {"github", write_github}};

static writer find_format(const char *name)
{
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (!name || strcmp(name, FORMATS[i].name) == 0)
            return FORMATS[i].write;
    return NULL;
}

// ---- --fix ----

// Replaces the problem's text at its place. The file is read again for each: places of later
// problems hold because fixes are made from the last one backwards.
static bool apply_fix(const struct command_line *line, const struct settings *settings,
                      const struct site_problem *problem)
{
    struct error error = {0};
    struct slice source, path = path_join(line->arena, settings_directory(settings),
                                          slice_from_cstr(problem->error.place.file));
    if (!problem->fix.ptr || !problem->text.len ||
        !file_read(line->arena, path.ptr, 16 << 20, &source, &error))
        return false;
    for (size_t at = slice_find(source, problem->text, 0); at != SIZE_MAX;
         at = slice_find(source, problem->text, at + 1)) {
        unsigned row, column;
        error_locate(source, at, &row, &column);
        if (row != problem->error.place.line || column != problem->error.place.column)
            continue;
        struct buffer out = buffer_create(line->arena, 0);
        buffer_append(&out, slice_sub(source, 0, at));
        buffer_append(&out, problem->fix);
        buffer_append(&out, slice_sub(source, at + problem->text.len, source.len));
        return !out.failed && file_write(path.ptr, buffer_slice(&out), &error);
    }
    return false;
}

static void apply_fixes(const struct command_line *line, const struct settings *settings,
                        const struct site_report *report)
{
    size_t fixed = 0;
    for (size_t i = report->count; i-- > 0;)
        fixed += apply_fix(line, settings, &report->problems[i]);
    fprintf(stderr, "%zu problems fixed\n", fixed);
}

// ---- the command ----

static int print_rules(void)
{
    for (const struct site_rule *rule = site_rules(); rule->name; rule++)
        printf("%-24s %-8s %s\n", rule->name, SEVERITIES[rule->severity], rule->doc);
    return COMMAND_OK;
}

static int read_threshold(const char *name)
{
    for (int i = 0; i < 3; i++)
        if (name && strcmp(name, SEVERITIES[i]) == 0)
            return i;
    return name ? -1 : SITE_ERROR;
}

static int check(const struct command_line *line, const struct settings *settings,
                 const struct site *site, writer write, int threshold)
{
    struct error error = {0};
    struct site_report report;
    struct buffer out = buffer_create(line->arena, 0);
    if (!site_check(site, line->arena, &report, &error)) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    write(&out, report.problems, report.count);
    bool written = !out.failed && command_write(buffer_slice(&out));
    if (command_has(line, "fix"))
        apply_fixes(line, settings, &report);
    for (size_t i = 0; i < report.count; i++)
        if ((int)report.problems[i].severity >= threshold)
            return COMMAND_BAD;
    return written ? COMMAND_OK : COMMAND_BAD;
}

int command_check(const struct command_line *line)
{
    writer write = find_format(command_option(line, "format"));
    int threshold = read_threshold(command_option(line, "fail-on"));
    if (command_has(line, "rules"))
        return print_rules();
    if (!write || threshold < 0) {
        fprintf(stderr, "usage: guidanced %s\n", line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct settings *settings = command_settings(line);
    struct site *site = settings ? command_site(settings, false) : NULL;
    if (!site)
        return COMMAND_USAGE;
    int code = check(line, settings, site, write, threshold);
    site_release(site);
    return code;
}
