// SPDX-License-Identifier: MIT
//
// Findings and their places: adding to the report, and placing findings in files.
#include "findings.h"

#include "base/utf8.h"

static struct site_finding *add_finding(struct check *check, const struct site_rule *rule)
{
    if (!arena_room(check->arena, &check->findings, check->count, &check->capacity,
                    sizeof *check->findings))
        return NULL;
    struct site_finding *finding = &check->findings[check->count++];
    *finding = (struct site_finding){.rule = rule, .severity = rule->severity, .offset = SIZE_MAX};
    finding->hint = slice_from_cstr(rule->mend);
    return finding;
}

struct site_finding *check_add(struct check *check, const char *rule, const char *format, ...)
{
    struct site_finding *finding = add_finding(check, check_rule(slice_from_cstr(rule)));
    va_list args;
    va_start(args, format);
    if (finding)
        finding->message = arena_vprintf(check->arena, format, args);
    va_end(args);
    return finding;
}

void check_hint(struct check *check, struct site_finding *finding, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (finding)
        finding->hint = arena_vprintf(check->arena, format, args);
    va_end(args);
}

static struct slice line_from(struct slice source, size_t start)
{
    size_t end = slice_find_byte(source, '\n', start);
    struct slice line = slice_sub(source, start, end == SIZE_MAX ? source.len : end);
    return slice_ends_with(line, SLICE("\r")) ? slice_sub(line, 0, line.len - 1) : line;
}

// Line and column of the offset. A page with thousands of findings is scanned only once.
static void locate_finding(struct check *check, struct slice source, size_t offset)
{
    bool ahead = check->located.ptr == source.ptr && check->located_offset <= offset;
    if (!ahead) {
        check->located = source;
        check->located_offset = check->located_line_at = 0;
        check->located_line = check->located_column = 1;
    }
    size_t at = check->located_offset;
    for (size_t end; (end = slice_find_byte(slice_sub(source, 0, offset), '\n', at)) != SIZE_MAX;
         at = end + 1) {
        check->located_line++;
        check->located_line_at = end + 1;
        check->located_column = 1;
    }
    check->located_column += (unsigned)utf8_count(slice_sub(source, at, offset));
    check->located_offset = offset;
}

void check_place(struct check *check, struct site_finding *finding, struct slice file,
                 struct slice source, size_t offset, struct slice text)
{
    if (!finding)
        return;
    locate_finding(check, source, offset < source.len ? offset : source.len);
    finding->file = file;
    finding->offset = offset;
    finding->text = text;
    finding->source_line = line_from(source, check->located_line_at);
    finding->line = check->located_line;
    finding->column = check->located_column;
}

size_t check_offset(struct slice source, unsigned line, unsigned column)
{
    struct slice rest = source, text = SLICE_EMPTY;
    for (unsigned n = 0; n < line; n++)
        if (!slice_next_line(&rest, &text))
            return source.len;
    size_t at = text.ptr ? (size_t)(text.ptr - source.ptr) : 0, end = at + text.len;
    for (unsigned n = 1; n < column && at < end; n++) {
        at++;
        while (at < end && (source.ptr[at] & 0xc0) == 0x80)
            at++;
    }
    return at;
}

void check_place_line(struct site_finding *finding, struct slice file, struct slice source,
                      unsigned line, unsigned column)
{
    if (!finding)
        return;
    finding->file = file;
    finding->line = line;
    finding->column = column;
    if (source.ptr && line) {
        finding->offset = check_offset(source, line, column);
        size_t start = finding->offset;
        while (start > 0 && source.ptr[start - 1] != '\n')
            start--;
        finding->source_line = line_from(source, start);
    }
}

// The scalar that begins at the offset: in quotes, or to the end of the line or of its comment.
struct slice check_scalar_at(struct slice source, size_t at)
{
    struct slice rest = slice_sub(source, at, source.len), line = SLICE_EMPTY;
    if (!slice_next_line(&rest, &line) || !line.len)
        return line;
    if (line.ptr[0] == '"' || line.ptr[0] == '\'') {
        size_t close = slice_find_byte(line, line.ptr[0], 1);
        return slice_sub(line, 0, close == SIZE_MAX ? line.len : close + 1);
    }
    size_t comment = slice_find(line, SLICE(" #"), 0);
    return slice_trim(slice_sub(line, 0, comment));
}

static struct slice key_at(struct slice source, size_t at)
{
    size_t end = at;
    while (end < source.len && source.ptr[end] != ':' && source.ptr[end] != '\n')
        end++;
    struct slice key = slice_sub(source, at, end);
    bool quoted = key.len > 1 && (key.ptr[0] == '"' || key.ptr[0] == '\'');
    return quoted ? slice_sub(key, 1, key.len - 1) : key;
}

static void place_in_yaml(struct check *check, struct site_finding *finding, struct slice file,
                          struct slice source, const struct value_place *place, bool value)
{
    if (!finding)
        return;
    if (!place) {
        check_place_line(finding, file, source, 1, 1);
        return;
    }
    size_t at = value ? check_offset(source, place->value_line, place->value_column)
                      : check_offset(source, place->line, place->column);
    struct slice text = value ? check_scalar_at(source, at) : key_at(source, at);
    check_place(check, finding, file, source, text.ptr ? (size_t)(text.ptr - source.ptr) : at,
                text);
}

void check_place_key(struct check *check, struct site_finding *finding,
                     const struct site_page *page, const char *key, bool value)
{
    const struct source *source = page_of(page)->source;
    const struct value_place *place = value_place_find(&source->places, slice_from_cstr(key));
    place_in_yaml(check, finding, page->input_path, source->text, place, value);
}

void check_place_setting(struct check *check, struct site_finding *finding, const char *key)
{
    struct slice source = settings_source(check->site->settings);
    place_in_yaml(check, finding, settings_file_shown(check->site->settings), source,
                  settings_place(check->site->settings, key), true);
}

bool check_is_document(const struct site_page *page)
{
    return page->url.len && !page->broken &&
           slice_starts_with(page->content_type, SLICE("text/html"));
}

static bool is_all_seen(const struct check *check)
{
    for (size_t i = 0; i < check->site->page_count; i++)
        if (!site_page_visible(check->site, &check->site->pages[i], check->now_ms))
            return false;
    return true;
}

const struct site *check_for_authors(struct check *check)
{
    const struct site_load_options options = {.settings = check->site->settings,
                                              .script = site_script(check->site),
                                              .development = true,
                                              .now_ms = check->now_ms};
    struct error ignored = {0};
    if (!check->asked_for_authors && !is_all_seen(check))
        check->for_authors = site_load(&options, &ignored);
    check->asked_for_authors = true;
    return check->for_authors;
}
