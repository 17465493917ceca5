// SPDX-License-Identifier: MIT
//
// Markdown that was written for other tools – GitHub's alerts and task lists, Pandoc's and PHP
// Markdown Extra's footnotes, definitions and fences of colons – and that readers see as typed. It
// is looked for in the finished HTML, where syntax that the site's settings enable no longer shows.
// Each is an extension that the site may turn on (`markdown.footnotes` and the like); if it is on,
// what still shows is an undefined name, or intended. So do links show that are none, since there
// is a space in their address.
#include "findings.h"

struct mark {
    const char *text;
    bool begins;         // counts only at the beginning of a line of text
    const char *element; // in which the line must begin; NULL: any
    const char *is, *hint;
    enum markdown_extension_id extension; // that reads it
    const char *undefined;                // the hint if that is on; NULL: then it is not a mistake
};

#define ALERT(mark)                                                                                \
    {                                                                                              \
        mark, true, NULL, "an alert", "write a component for inset text or a warning",             \
            MARKDOWN_alerts, NULL                                                                  \
    }
#define TASK(mark)                                                                                 \
    {                                                                                              \
        mark, true, "li", "a task list", "write a list without boxes", MARKDOWN_task_lists, NULL   \
    }

static const struct mark MARKS[] = {
    {":::", true, NULL, "a fence of colons", "write a component, or HTML", MARKDOWN_containers,
     "write a name from markdown.containers after the colons"},
    ALERT("[!NOTE]"),
    ALERT("[!TIP]"),
    ALERT("[!IMPORTANT]"),
    ALERT("[!WARNING]"),
    ALERT("[!CAUTION]"),
    TASK("[ ] "),
    TASK("[x] "),
    TASK("[X] "),
    {": ", true, "p", "a definition", "write <dl>, <dt> and <dd> in HTML",
     MARKDOWN_definition_lists, NULL},
    {"[^", false, NULL, "a footnote", "write it into the sentence, or as a link to its text",
     MARKDOWN_footnotes, "write what it says on a line of its own, after its label and a colon"},
    {"[[toc]]", true, "p", "a table of contents", "use the `toc` filter in a layout",
     MARKDOWN_table_of_contents, NULL},
};

struct scan {
    struct document *document;
    struct slice element; // innermost that has begun: "p" or "li"
    bool fresh;           // none of its content has been seen yet
    unsigned code;        // depth of elements that show text literally
    size_t from;          // in the source: the next mark is at or after it
};

static bool is_literal(const struct html_token *token)
{
    return html_is(token, "code") || html_is(token, "pre") || html_is(token, "kbd") ||
           html_is(token, "samp") || html_is(token, "script") || html_is(token, "style") ||
           html_is(token, "textarea");
}

// "[^1]" and "[^note]:", but not "[^a-z] of an expression".
static bool is_footnote(struct slice text, size_t at)
{
    size_t end = at + 2;
    while (end < text.len && text.ptr[end] != ']' && text.ptr[end] != ' ' &&
           text.ptr[end] != '\n' && text.ptr[end] != '[')
        end++;
    return end > at + 2 && end < text.len && text.ptr[end] == ']';
}

// Where the author wrote it: the next one in the source outside code.
static size_t find_source(struct scan *scan, struct slice needle)
{
    const struct source_map *map = scan->document->map;
    size_t at = slice_find(map->text, needle, scan->from);
    while (at != SIZE_MAX && source_map_hidden(map, at))
        at = slice_find(map->text, needle, at + needle.len);
    return at;
}

// Puts the finding where `shown` begins in the source, if `place` is known, and goes on behind
// `needle`.
static void place_mark(struct scan *scan, struct site_finding *finding, size_t place,
                       struct slice needle, struct slice shown)
{
    struct check *check = scan->document->check;
    struct slice source = scan->document->map->text;
    if (place == SIZE_MAX) {
        shared_place_later(check, finding, scan->document->page, arena_copy(check->arena, needle),
                           true);
        return;
    }
    check_place(check, finding, scan->document->page->input_path, source, place,
                shown.len <= needle.len ? slice_sub(source, place, place + shown.len)
                                        : SLICE_EMPTY);
    scan->from = place + needle.len;
}

static void report_foreign(struct scan *scan, const struct mark *mark, struct slice text, size_t at)
{
    struct check *check = scan->document->check;
    struct slice needle = slice_from_cstr(mark->text);
    struct slice shown = slice_trim(needle);
    if (!mark->begins) {
        size_t close = slice_find_byte(text, ']', at);
        needle = shown = slice_sub(text, at, close + 1);
    }
    struct site_finding *finding =
        check_add(check, "markdown-foreign", "%s of another tool's Markdown shows as text: %.*s",
                  mark->is, SLICE_ARG(shown));
    if (markdown_extension_is_on(&check->site->markdown, mark->extension))
        check_hint(check, finding, "%s", mark->undefined);
    else
        check_hint(check, finding, "set `markdown.%s` in guidance.yaml, or %s",
                   markdown_extension(mark->extension)->name, mark->hint);
    // Search for the whole line first: an earlier mark alone may have been parsed.
    size_t end = slice_find_byte(text, '\n', at);
    size_t place =
        find_source(scan, slice_trim(slice_sub(text, at, end == SIZE_MAX ? text.len : end)));
    if (place == SIZE_MAX)
        place = find_source(scan, needle);
    place_mark(scan, finding, place, needle, shown);
}

// "[words](some where.pdf)", whose "](" is at `at`: what looks like an address follows.
static bool is_unread_link(struct slice text, size_t at, size_t *end)
{
    *end = slice_find_byte(text, ')', at);
    if (*end == SIZE_MAX)
        return false;
    struct slice address = slice_sub(text, at + 2, (*end)++);
    return address.len && slice_find_byte(address, '\n', 0) == SIZE_MAX &&
           (strchr("/.#<", address.ptr[0]) || slice_find_byte(address, '/', 0) != SIZE_MAX ||
            slice_find_byte(address, ':', 0) != SIZE_MAX || path_extension(address).len > 1);
}

static void report_unread_link(struct scan *scan, struct slice shown)
{
    struct site_finding *finding = check_add(scan->document->check, "link-unread",
                                             "this link shows as text: %.*s", SLICE_ARG(shown));
    place_mark(scan, finding, find_source(scan, shown), shown, shown);
}

static bool is_foreign_mark(const struct scan *scan, const struct mark *mark, struct slice text,
                            size_t at, bool line)
{
    struct slice wanted = slice_from_cstr(mark->text);
    const struct markdown_options *options = &scan->document->check->site->markdown;
    if (!mark->undefined && markdown_extension_is_on(options, mark->extension))
        return false;
    if (!slice_equal(slice_sub(text, at, at + wanted.len), wanted) || (mark->begins && !line))
        return false;
    if (mark->element && !slice_equal(scan->element, slice_from_cstr(mark->element)))
        return false;
    return mark->begins || is_footnote(text, at);
}

static void read_foreign_text(struct scan *scan, struct slice text)
{
    bool line = scan->fresh;
    size_t bracket = SIZE_MAX, end; // the last "[" of the line
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        for (size_t i = 0; (c == ':' || c == '[') && i < sizeof MARKS / sizeof *MARKS; i++)
            if (is_foreign_mark(scan, &MARKS[i], text, at, line)) {
                report_foreign(scan, &MARKS[i], text, at);
                break;
            }
        bracket = c == '[' ? at : c == '\n' ? SIZE_MAX : bracket;
        if (c == ']' && bracket != SIZE_MAX && at + 1 < text.len && text.ptr[at + 1] == '(' &&
            is_unread_link(text, at, &end))
            report_unread_link(scan, slice_sub(text, bracket, end));
        line = c == '\n' || (line && (c == ' ' || c == '\t'));
    }
    if (slice_trim(text).len)
        scan->fresh = false;
}

void check_foreign(struct document *document)
{
    struct scan scan = {.document = document,
                        .from = page_of(document->page)->source->front_length};
    struct slice html = slice_sub(document->html, 0, document->content_end);
    struct html_token token;
    for (size_t at = document->content_at; html_next(html, &at, &token);) {
        bool literal = token.kind != HTML_TEXT && is_literal(&token);
        if (literal && token.kind == HTML_START)
            scan.code++;
        else if (literal && scan.code)
            scan.code--;
        if (token.kind == HTML_START && (html_is(&token, "p") || html_is(&token, "li"))) {
            // A paragraph at the start of an item counts as the item.
            if (!(scan.fresh && slice_equal(scan.element, SLICE("li"))))
                scan.element = html_is(&token, "p") ? SLICE("p") : SLICE("li");
            scan.fresh = true;
        } else if (token.kind == HTML_END && (html_is(&token, "p") || html_is(&token, "li"))) {
            scan.element = SLICE_EMPTY;
        } else if (token.kind == HTML_TEXT && !scan.code) {
            read_foreign_text(&scan, token.text);
        } else if (token.kind == HTML_TEXT || html_is(&token, "code")) {
            scan.fresh = false;
        }
    }
}
