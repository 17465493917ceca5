// SPDX-License-Identifier: MIT
//
// Comments that silence rules for their line or the next, and say why:
//
//   <!-- check-ignore link-broken: the page comes with the next release -->
//   {# check-ignore image-alt, target-blank: as the supplier wants it #}
//   # check-ignore review-overdue: its owner is being looked for
#include "findings.h"

static const struct slice MARK = {"check-ignore", 12};

struct comment {
    struct slice file;
    unsigned line;
    struct slice rules; // separated by commas; "" if empty
};

struct silence {
    struct check *check;
    struct comment *rows;
    size_t count, capacity;
};

// ---- reading comments ----

static void keep_comment(struct silence *silence, const struct comment *comment)
{
    if (!arena_room(silence->check->arena, &silence->rows, silence->count, &silence->capacity,
                    sizeof *silence->rows))
        return;
    silence->rows[silence->count++] = *comment;
}

// Whether the mark is the first word of a comment.
static bool in_comment(struct slice text, size_t at)
{
    size_t end = at;
    while (end > 0 && (text.ptr[end - 1] == ' ' || text.ptr[end - 1] == '\t'))
        end--;
    struct slice before = slice_sub(text, 0, end);
    return slice_ends_with(before, SLICE("<!--")) || slice_ends_with(before, SLICE("#")) ||
           slice_ends_with(before, SLICE("{#-"));
}

static struct slice comment_text(struct slice text, size_t at)
{
    struct slice rest = slice_sub(text, at, text.len), line = SLICE_EMPTY;
    slice_next_line(&rest, &line);
    size_t end = slice_find(line, SLICE("-->"), 0);
    if (end == SIZE_MAX)
        end = slice_find(line, SLICE("#}"), 0);
    line = slice_trim(slice_sub(line, 0, end));
    return slice_ends_with(line, SLICE("-")) ? slice_sub(line, 0, line.len - 1) : line;
}

static void report_silence(struct silence *silence, struct slice file, struct slice text, size_t at,
                           struct slice rule)
{
    struct check *check = silence->check;
    struct site_finding *finding = NULL;
    if (rule.len) {
        struct map names = map_create(check->scratch);
        for (const struct site_rule *row = site_rules(); row->name; row++)
            map_put(&names, slice_from_cstr(row->name), check);
        finding = check_add(check, "check-comment", "there is no rule %.*s", SLICE_ARG(rule));
        struct slice near = map_nearest(&names, rule);
        if (near.len)
            check_hint(check, finding, "did you mean %.*s?", SLICE_ARG(near));
    } else
        finding = check_add(check, "check-comment", "this comment gives no reason");
    check_place(check, finding, file, text, at, rule.len ? rule : MARK);
}

static void read_comment(struct silence *silence, struct slice file, struct slice text, size_t at)
{
    struct slice said = comment_text(text, at + MARK.len);
    size_t colon = slice_find_byte(said, ':', 0);
    struct slice rules = slice_trim(slice_sub(said, 0, colon)), rest = rules, rule;
    struct slice reason =
        colon == SIZE_MAX ? SLICE_EMPTY : slice_trim(slice_sub(said, colon + 1, said.len));
    struct comment comment = {.file = file, .rules = rules};
    unsigned column;
    if (!reason.len || !rules.len) {
        report_silence(silence, file, text, at, SLICE_EMPTY);
        return;
    }
    while (slice_split(&rest, ',', &rule)) {
        rule = slice_trim(rule);
        if (!check_rule(rule))
            report_silence(silence, file, text, (size_t)(rule.ptr - text.ptr), rule);
    }
    error_locate(text, at, &comment.line, &column);
    keep_comment(silence, &comment);
}

static void read_silence(struct silence *silence, struct slice file, struct slice text)
{
    struct source_map map = {0};
    for (size_t at = slice_find(text, MARK, 0); at != SIZE_MAX;
         at = slice_find(text, MARK, at + 1)) {
        if (!in_comment(text, at))
            continue;
        if (!map.text.ptr) {
            arena_reset(silence->check->scratch, 4 << 20);
            source_map_read(&map, silence->check->scratch, text, 0);
        }
        const struct hidden *hidden = source_map_hidden(&map, at);
        if (!hidden || !hidden->code)
            read_comment(silence, file, text, at);
    }
}

// ---- silencing ----

static bool names_rule(struct slice rules, const char *name)
{
    struct slice rule;
    while (slice_split(&rules, ',', &rule))
        if (slice_equal(slice_trim(rule), slice_from_cstr(name)))
            return true;
    return false;
}

static bool is_silenced(const struct silence *silence, const struct site_finding *finding)
{
    for (size_t i = 0; i < silence->count; i++) {
        const struct comment *comment = &silence->rows[i];
        if ((finding->line == comment->line || finding->line == comment->line + 1) &&
            slice_equal(finding->file, comment->file) &&
            names_rule(comment->rules, finding->rule->name))
            return true;
    }
    return false;
}

void check_silence(struct check *check)
{
    struct silence silence = {.check = check};
    const struct site *site = check->site;
    for (size_t i = 0; i < site->sources.count; i++) {
        const struct source *source = site->sources.entries[i].value;
        read_silence(&silence, source->path, source->text);
    }
    for (size_t i = 0; i < check->shared_count; i++)
        read_silence(&silence, check->shared[i].file, check->shared[i].text);
    size_t kept = 0;
    for (size_t i = 0; i < check->count && silence.count; i++)
        if (!is_silenced(&silence, &check->findings[i]))
            check->findings[kept++] = check->findings[i];
    if (silence.count)
        check->count = kept;
}
