// SPDX-License-Identifier: MIT
//
// A report of `guidanced check` as text, JSON, SARIF 2.1.0 or annotations of a code host.
#include "check.h"

#include "base/utf8.h"

static const char *const SEVERITIES[] = {
    [SITE_NOTE] = "note", [SITE_WARNING] = "warning", [SITE_ERROR] = "error"};

const char *severity_name(enum site_severity severity)
{
    return SEVERITIES[severity];
}

// ---- text ----

enum { LINE_MAX_COLUMNS = 120 };

static void paint(struct buffer *out, bool colour, const char *code)
{
    if (colour)
        buffer_printf(out, "\033[%sm", code);
}

// Looked for in minified lines of a megabyte, for each finding in them.
static size_t skip_code_points(struct slice line, size_t at, unsigned count)
{
    for (unsigned n = 0; n < count && at < line.len; n++)
        for (at++; at < line.len && ((unsigned char)line.ptr[at] & 0xc0) == 0x80;)
            at++;
    return at;
}

// The visible part of the line: its first code point, and its bytes.
static struct slice visible(struct slice line, unsigned column, unsigned *skipped)
{
    size_t longest = (size_t)LINE_MAX_COLUMNS * 4;
    bool cut = column > LINE_MAX_COLUMNS / 2 &&
               (line.len > longest || utf8_count(line) > LINE_MAX_COLUMNS);
    unsigned before = cut ? column - LINE_MAX_COLUMNS / 2 : 0;
    size_t from = skip_code_points(line, 0, before);
    *skipped = before;
    return slice_sub(line, from, skip_code_points(line, from, LINE_MAX_COLUMNS));
}

// The source line, with marks below the text in question; tabs are kept so that they line up.
static void write_source(struct buffer *out, const struct site_finding *finding, bool colour)
{
    unsigned skipped;
    struct slice line = visible(finding->source_line, finding->column, &skipped);
    buffer_printf(out, "  %5u | %.*s\n", finding->line, SLICE_ARG(line));
    if (finding->column <= skipped)
        return;
    size_t at = 0;
    buffer_append_cstr(out, "        | ");
    for (unsigned i = skipped + 1; i < finding->column && at < line.len; i++)
        buffer_append_byte(out, utf8_decode(line, &at) == '\t' ? '\t' : ' ');
    struct slice text = slice_sub(finding->text, 0, slice_find_byte(finding->text, '\n', 0));
    size_t width = utf8_count(slice_sub(text, 0, line.len > at ? line.len - at : 0));
    paint(out, colour, "1;32");
    buffer_append_byte(out, '^');
    for (size_t i = 1; i < width; i++)
        buffer_append_byte(out, '~');
    paint(out, colour, "0");
    buffer_append_byte(out, '\n');
}

static void write_place(struct buffer *out, const struct site_finding *finding, bool colour)
{
    if (!finding->file.len)
        return;
    paint(out, colour, "1");
    buffer_append(out, finding->file);
    if (finding->line)
        buffer_printf(out, ":%u", finding->line);
    if (finding->line && finding->column)
        buffer_printf(out, ":%u", finding->column);
    buffer_append_cstr(out, ": ");
    paint(out, colour, "0");
}

// "also: 37 more of the same cause, in data/a.md, data/b.md, data/c.md and 34 more"
static void write_also(struct buffer *out, const struct site_finding *finding)
{
    enum { SHOWN = 3 };
    if (!finding->also_count)
        return;
    buffer_printf(out, "  also: %zu more of the same cause, in ", finding->folded);
    for (size_t i = 0; i < finding->also_count && i < SHOWN; i++)
        buffer_printf(out, "%s%.*s", i ? ", " : "", SLICE_ARG(finding->also[i]));
    if (finding->also_count > SHOWN)
        buffer_printf(out, " and %zu more", finding->also_count - SHOWN);
    buffer_append_byte(out, '\n');
}

void check_write_finding(struct buffer *out, const struct site_finding *finding, bool colour)
{
    static const char *const COLOURS[] = {
        [SITE_NOTE] = "1;36", [SITE_WARNING] = "1;33", [SITE_ERROR] = "1;31"};
    struct slice chain = finding->chain, line;
    write_place(out, finding, colour);
    paint(out, colour, COLOURS[finding->severity]);
    buffer_printf(out, "%s: ", SEVERITIES[finding->severity]);
    paint(out, colour, "0");
    buffer_printf(out, "%.*s [%s]\n", SLICE_ARG(finding->message), finding->rule->name);
    if (finding->source_line.len)
        write_source(out, finding, colour);
    while (slice_next_line(&chain, &line))
        buffer_printf(out, "  %.*s\n", SLICE_ARG(line));
    buffer_printf(out, "  why: %s\n", finding->rule->why);
    if (finding->hint.len)
        buffer_printf(out, "  hint: %.*s\n", SLICE_ARG(finding->hint));
    if (finding->fix.ptr && finding->fix.len)
        buffer_printf(out, "  fix: %.*s\n", SLICE_ARG(finding->fix));
    write_also(out, finding);
}

void check_write_totals(struct buffer *out, const struct site_report *report)
{
    static const struct {
        const char *one, *many;
    } WORDS[] = {[SITE_ERROR] = {"error", "errors"},
                 [SITE_WARNING] = {"warning", "warnings"},
                 [SITE_NOTE] = {"note", "notes"}};
    size_t totals[3] = {0};
    for (size_t i = 0; i < report->count; i++)
        totals[report->findings[i].severity]++;
    for (int severity = SITE_ERROR; severity >= SITE_NOTE; severity--)
        buffer_printf(out, "%s%zu %s", severity == SITE_ERROR ? "" : ", ", totals[severity],
                      count_word(totals[severity], WORDS[severity].one, WORDS[severity].many));
}

static void write_text_report(struct buffer *out, const struct site_report *report, bool colour)
{
    size_t fixable = 0;
    for (size_t i = 0; i < report->count; i++) {
        check_write_finding(out, &report->findings[i], colour);
        fixable += report->findings[i].fix.ptr != NULL;
    }
    check_write_totals(out, report);
    if (fixable)
        buffer_printf(out, "; --fix fixes %zu", fixable);
    buffer_append_byte(out, '\n');
}

// ---- JSON ----

static void field(struct buffer *out, const char *name, struct slice text)
{
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, text);
}

static void write_json_report(struct buffer *out, const struct site_report *report, bool colour)
{
    (void)colour;
    buffer_append_cstr(out, "[");
    for (size_t i = 0; i < report->count; i++) {
        const struct site_finding *finding = &report->findings[i];
        buffer_printf(out, "%s\n{\"severity\":\"%s\",\"rule\":\"%s\",\"line\":%u,\"column\":%u",
                      i ? "," : "", SEVERITIES[finding->severity], finding->rule->name,
                      finding->line, finding->column);
        field(out, "file", finding->file);
        field(out, "message", finding->message);
        field(out, "hint", finding->hint);
        field(out, "text", finding->text);
        field(out, "why", slice_from_cstr(finding->rule->why));
        if (finding->fix.ptr)
            field(out, "fix", finding->fix);
        if (finding->chain.len)
            field(out, "chain", slice_trim(finding->chain));
        if (finding->folded)
            buffer_printf(out, ",\"folded\":%zu,\"also\":[", finding->folded);
        for (size_t n = 0; n < finding->also_count; n++) {
            buffer_append_cstr(out, n ? "," : "");
            buffer_append_json_string(out, finding->also[n]);
        }
        buffer_append_cstr(out, finding->folded ? "]}" : "}");
    }
    buffer_append_cstr(out, "\n]\n");
}

// ---- SARIF ----

// A text as an object, {"text": …}.
static void sarif_text(struct buffer *out, const char *name, struct slice text)
{
    buffer_printf(out, "\"%s\":{\"text\":", name);
    buffer_append_json_string(out, text);
    buffer_append_byte(out, '}');
}

static void write_sarif_rules(struct buffer *out)
{
    const struct site_rule *rules = site_rules();
    for (size_t i = 0; rules[i].name; i++) {
        buffer_printf(out, "%s{\"id\":\"%s\",", i ? ",\n" : "", rules[i].name);
        sarif_text(out, "shortDescription", slice_from_cstr(rules[i].doc));
        buffer_append_byte(out, ',');
        sarif_text(out, "fullDescription", slice_from_cstr(rules[i].why));
        buffer_append_byte(out, ',');
        sarif_text(out, "help", slice_from_cstr(rules[i].mend));
        buffer_printf(out, ",\"defaultConfiguration\":{\"level\":\"%s\"}}",
                      SEVERITIES[rules[i].severity]);
    }
}

static void sarif_artifact(struct buffer *out, struct slice file)
{
    struct buffer uri = buffer_create(out->arena, 0);
    buffer_append_percent(&uri, file, SLICE("/"));
    buffer_append_cstr(out, "\"artifactLocation\":{\"uri\":");
    buffer_append_json_string(out, buffer_slice(&uri));
    buffer_append_cstr(out, ",\"uriBaseId\":\"SITE\"}");
}

// Lines and columns of the text in question: it ends before endColumn of endLine.
static void sarif_region(struct buffer *out, const char *name, const struct site_finding *finding)
{
    unsigned line = finding->line ? finding->line : 1,
             column = finding->column ? finding->column : 1;
    unsigned end_line, end_column;
    error_locate(finding->text, finding->text.len, &end_line, &end_column);
    if (end_line == 1)
        end_column += column - 1;
    buffer_printf(out,
                  "\"%s\":{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,\"endColumn\":%u}",
                  name, line, column, line + end_line - 1, end_column);
}

static void sarif_fix(struct buffer *out, const struct site_finding *finding)
{
    buffer_append_cstr(out, ",\"fixes\":[{");
    sarif_text(out, "description", finding->hint);
    buffer_append_cstr(out, ",\"artifactChanges\":[{");
    sarif_artifact(out, finding->file);
    buffer_append_cstr(out, ",\"replacements\":[{");
    sarif_region(out, "deletedRegion", finding);
    buffer_append_byte(out, ',');
    sarif_text(out, "insertedContent", finding->fix);
    buffer_append_cstr(out, "}]}]}]");
}

static void write_sarif_result(struct buffer *out, const struct site_finding *finding)
{
    struct buffer text = buffer_create(out->arena, 0);
    buffer_printf(out, "{\"ruleId\":\"%s\",\"ruleIndex\":%td,\"level\":\"%s\",",
                  finding->rule->name, finding->rule - site_rules(), SEVERITIES[finding->severity]);
    buffer_append(&text, finding->message);
    if (finding->hint.len)
        buffer_printf(&text, " (%.*s)", SLICE_ARG(finding->hint));
    sarif_text(out, "message", buffer_slice(&text));
    buffer_append_cstr(out, ",\"locations\":[");
    if (finding->file.len) {
        buffer_append_cstr(out, "{\"physicalLocation\":{");
        sarif_artifact(out, finding->file);
        buffer_append_byte(out, ',');
        sarif_region(out, "region", finding);
        buffer_append_cstr(out, "}}");
    }
    buffer_append_byte(out, ']');
    if (finding->fix.ptr && finding->text.len)
        sarif_fix(out, finding);
    buffer_append_byte(out, '}');
}

static void write_sarif(struct buffer *out, const struct site_report *report, bool colour)
{
    (void)colour;
    buffer_append_cstr(out, "{\"version\":\"2.1.0\",\"$schema\":"
                            "\"https://json.schemastore.org/sarif-2.1.0.json\",\"runs\":[{"
                            "\"tool\":{\"driver\":{\"name\":\"guidanced\",\"version\":");
    buffer_append_json_string(out, SLICE(GUIDANCED_VERSION));
    buffer_append_cstr(out, ",\"rules\":[");
    write_sarif_rules(out);
    buffer_append_cstr(out, "]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
    for (size_t i = 0; i < report->count; i++) {
        if (i)
            buffer_append_cstr(out, ",\n");
        write_sarif_result(out, &report->findings[i]);
    }
    buffer_append_cstr(out, "]}]}\n");
}

// ---- annotations of code hosts ----

// Characters that would end a command or property are written as %XX.
static void github_text(struct buffer *out, struct slice text, bool property)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
        if (special)
            buffer_printf(out, "%%%02X", (unsigned char)c);
        else
            buffer_append_byte(out, c);
    }
}

static void write_github(struct buffer *out, const struct site_report *report, bool colour)
{
    static const char *const WORDS[] = {
        [SITE_NOTE] = "notice", [SITE_WARNING] = "warning", [SITE_ERROR] = "error"};
    (void)colour;
    for (size_t i = 0; i < report->count; i++) {
        const struct site_finding *finding = &report->findings[i];
        buffer_printf(out, "::%s file=", WORDS[finding->severity]);
        github_text(out, finding->file, true);
        buffer_printf(out, ",line=%u,col=%u,title=%s::", finding->line, finding->column,
                      finding->rule->name);
        github_text(out, finding->message, false);
        if (finding->hint.len)
            buffer_append_cstr(out, " - ");
        github_text(out, finding->hint, false);
        buffer_append_byte(out, '\n');
    }
}

static const struct {
    const char *name;
    report_writer write;
} FORMATS[] = {{"text", write_text_report},
               {"json", write_json_report},
               {"sarif", write_sarif},
               {"github", write_github}};

report_writer report_format(const char *name)
{
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (!name || strcmp(name, FORMATS[i].name) == 0)
            return FORMATS[i].write;
    return NULL;
}

// ---- the rules ----

void write_rules(struct buffer *out, bool markdown)
{
    if (markdown)
        buffer_append_cstr(out, "| rule | severity | what holds | why | how to fix |\n"
                                "| --- | --- | --- | --- | --- |\n");
    for (const struct site_rule *rule = site_rules(); rule->name; rule++)
        buffer_printf(out,
                      markdown ? "| `%s` | %s | %s | %s | %s |\n" : "%-24s %-8s %s\n  %s (%s)\n",
                      rule->name, SEVERITIES[rule->severity], rule->doc, rule->why, rule->mend);
}
