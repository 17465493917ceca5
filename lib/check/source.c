// SPDX-License-Identifier: MIT
//
// A map of a source: where its links, images, tables and headings are, and which parts are code or
// comment. It is not a Markdown parser: what a page shows is read from its HTML, and the map only
// says where the author wrote it. What it misses costs a place, not a finding.
#include "findings.h"

#include "base/ascii.h"

enum { BRACKETS_MAX = 32, CODE_MAX = 32 };

struct scan {
    struct source_map *map;
    size_t end;
    struct {
        size_t at;
        bool image;
    } brackets[BRACKETS_MAX];
    unsigned depth;
    // What is known not to follow, so that no part of the text is searched repeatedly.
    size_t no_code[CODE_MAX]; // no run of that many backticks up to here
    bool no_parenthesis, no_angle;
    bool assigns; // within {% set %} or {% macro %}, where `url = ''` is not a parameter
};

static char scan_byte(const struct scan *s, size_t at)
{
    return at < s->end ? s->map->text.ptr[at] : '\0';
}

static bool starts(const struct scan *s, size_t at, const char *text)
{
    size_t length = strlen(text);
    return at + length <= s->end && memcmp(s->map->text.ptr + at, text, length) == 0;
}

static size_t find_in_scan(const struct scan *s, size_t at, const char *text)
{
    size_t found = slice_find(slice_sub(s->map->text, 0, s->end), slice_from_cstr(text), at);
    return found;
}

static bool is_source_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_key_byte(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || (c & 0x80);
}

static struct slice cut_scan(const struct scan *s, size_t at, size_t end)
{
    return slice_sub(s->map->text, at, end);
}

// ---- the map ----

static struct reference *add_reference(struct scan *s, enum reference_kind kind, size_t at,
                                       size_t end, size_t value_at, size_t value_end)
{
    struct source_map *map = s->map;
    if (!arena_room(map->arena, &map->rows, map->count, &map->capacity, sizeof *map->rows))
        return NULL;
    struct reference *row = &map->rows[map->count++];
    *row = (struct reference){.kind = kind,
                              .at = at,
                              .end = end,
                              .value_at = value_at,
                              .value_end = value_end,
                              .value = cut_scan(s, value_at, value_end)};
    return row;
}

static void hide(struct scan *s, size_t at, size_t end, bool code)
{
    struct source_map *map = s->map;
    if (!arena_room(map->arena, &map->hidden, map->hidden_count, &map->hidden_capacity,
                    sizeof *map->hidden))
        return;
    map->hidden[map->hidden_count++] = (struct hidden){at, end, code};
}

const struct hidden *source_map_hidden(const struct source_map *map, size_t offset)
{
    size_t low = 0, high = map->hidden_count; // the first that ends after the offset
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->hidden[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->hidden_count && map->hidden[low].at <= offset ? &map->hidden[low] : NULL;
}

// Rows with the same value are chained in order.
static void index_values(struct source_map *map)
{
    map->by_value = map_create(map->arena);
    for (size_t i = map->count; i-- > 0;) {
        struct slice value = decode_url(map->arena, map->rows[i].value);
        map->rows[i].next = (size_t)(uintptr_t)map_get(&map->by_value, value);
        map_put(&map->by_value, value, (void *)(uintptr_t)(i + 1));
    }
    map->indexed = true;
}

struct reference *source_map_first(struct source_map *map, struct slice value)
{
    if (!map->indexed)
        index_values(map);
    size_t number = (size_t)(uintptr_t)map_get(&map->by_value, value);
    return number ? &map->rows[number - 1] : NULL;
}

struct reference *source_map_next(struct source_map *map, const struct reference *row)
{
    return row->next ? &map->rows[row->next - 1] : NULL;
}

// ---- code and comments ----

// Hides up to and including `close`, or to the end. Returns the offset after it.
static size_t hide_until(struct scan *s, size_t at, const char *close, bool code)
{
    size_t found = find_in_scan(s, at, close);
    size_t end = found == SIZE_MAX ? s->end : found + strlen(close);
    hide(s, at, end, code);
    return end;
}

static size_t scan_run(const struct scan *s, size_t at)
{
    size_t end = at;
    while (scan_byte(s, end) == scan_byte(s, at) && end < s->end)
        end++;
    return end - at;
}

static bool at_line_start(const struct scan *s, size_t at)
{
    while (at > 0 && (s->map->text.ptr[at - 1] == ' ' || s->map->text.ptr[at - 1] == '\t' ||
                      s->map->text.ptr[at - 1] == '>'))
        at--;
    return at == 0 || s->map->text.ptr[at - 1] == '\n';
}

static size_t line_end(const struct scan *s, size_t at)
{
    size_t end = find_in_scan(s, at, "\n");
    return end == SIZE_MAX ? s->end : end + 1;
}

// A fence of ``` or ~~~ to one at least as long, at the start of a line.
static size_t fenced(struct scan *s, size_t at)
{
    size_t length = scan_run(s, at), line = line_end(s, at);
    char mark = scan_byte(s, at);
    while (line < s->end) {
        size_t from = line;
        while (scan_byte(s, from) == ' ' || scan_byte(s, from) == '>')
            from++;
        line = line_end(s, line);
        if (scan_byte(s, from) == mark && scan_run(s, from) >= length)
            break;
    }
    hide(s, at, line, true);
    return line;
}

// `code` to a run of as many backticks, within the paragraph.
static size_t inline_code(struct scan *s, size_t at)
{
    size_t length = scan_run(s, at), i = at + length;
    if (length >= CODE_MAX || at < s->no_code[length])
        return at + length;
    for (; i < s->end; i++) {
        if (scan_byte(s, i) == '\n' && scan_byte(s, i + 1) == '\n')
            break;
        if (scan_byte(s, i) != '`')
            continue;
        size_t other = scan_run(s, i);
        if (other == length) {
            hide(s, at, i + length, true);
            return i + length;
        }
        i += other - 1;
    }
    s->no_code[length] = i;
    return at + length;
}

static size_t skip_code(struct scan *s, size_t at)
{
    if (scan_run(s, at) >= 3 && at_line_start(s, at))
        return fenced(s, at);
    return scan_byte(s, at) == '`' ? inline_code(s, at) : at + 1;
}

// ---- Nunjucks ----

static void scan_range(struct scan *outer, size_t at, size_t end);

// The key before a value: `url: '…'`, `"url": "…"`, `url='…'`. Empty when there is none; *at moves
// to where the key begins.
static struct slice key_before(const struct scan *s, size_t *at)
{
    size_t i = *at;
    while (i > 0 && is_source_space(s->map->text.ptr[i - 1]))
        i--;
    char separator = i ? s->map->text.ptr[i - 1] : '\0';
    if (separator != ':' && (separator != '=' || s->assigns))
        return SLICE_EMPTY;
    i--;
    while (i > 0 && is_source_space(s->map->text.ptr[i - 1]))
        i--;
    size_t quoted = i > 0 && (s->map->text.ptr[i - 1] == '"' || s->map->text.ptr[i - 1] == '\'');
    size_t end = i - quoted, start = end;
    while (start > 0 && is_key_byte(s->map->text.ptr[start - 1]))
        start--;
    if (start == end)
        return SLICE_EMPTY;
    *at = start - quoted;
    return cut_scan(s, start, end);
}

// A text in quotes. One that holds markup is mapped like the page itself.
static size_t quoted(struct scan *s, size_t at)
{
    char quote = scan_byte(s, at);
    size_t end = at + 1;
    while (end < s->end && scan_byte(s, end) != quote)
        end += scan_byte(s, end) == '\\' ? 2 : 1;
    if (end > s->end)
        end = s->end;
    size_t start = at;
    struct slice key = key_before(s, &start);
    struct slice inside = cut_scan(s, at + 1, end);
    struct reference *row = add_reference(s, REFERENCE_PARAMETER, start, end + 1, at + 1, end);
    if (row)
        row->label = key;
    if (slice_find_byte(inside, '<', 0) != SIZE_MAX ||
        slice_find(inside, SLICE("]("), 0) != SIZE_MAX)
        scan_range(s, at + 1, end);
    return end + 1;
}

// `{{ … }}` or `{% … %}`; texts in quotes may hold the closing mark.
static size_t nunjucks(struct scan *s, size_t at)
{
    const char *close = scan_byte(s, at + 1) == '{' ? "}}" : "%}";
    size_t i = at + 2;
    struct slice words = cut_scan(s, i + (scan_byte(s, i) == '-'), i + 16);
    words = slice_trim(words);
    s->assigns =
        slice_starts_with(words, SLICE("set ")) || slice_starts_with(words, SLICE("macro "));
    while (i < s->end && !starts(s, i, close))
        i = scan_byte(s, i) == '"' || scan_byte(s, i) == '\'' ? quoted(s, i) : i + 1;
    return i + 2 < s->end ? i + 2 : s->end;
}

// ---- HTML ----

// Puts the tag's whole range into the rows of its attributes.
static void leave_tag(struct scan *s, size_t first, size_t end)
{
    for (size_t i = first; i < s->map->count; i++)
        if (s->map->rows[i].kind == REFERENCE_ATTRIBUTE || s->map->rows[i].kind == REFERENCE_TAG)
            s->map->rows[i].end = end;
}

static size_t attribute_value(struct scan *s, size_t at, size_t *value_at, size_t *value_end)
{
    char quote = scan_byte(s, at);
    bool is_quoted = quote == '"' || quote == '\'';
    size_t i = at + is_quoted;
    *value_at = i;
    while (i < s->end && (is_quoted ? scan_byte(s, i) != quote
                                    : !is_source_space(scan_byte(s, i)) && scan_byte(s, i) != '>'))
        i = scan_byte(s, i) == '{' && (scan_byte(s, i + 1) == '{' || scan_byte(s, i + 1) == '%')
                ? nunjucks(s, i)
                : i + 1;
    *value_end = i < s->end ? i : s->end;
    return *value_end + (is_quoted && *value_end < s->end);
}

static size_t scan_attribute(struct scan *s, size_t tag, size_t at)
{
    size_t end = at, value_at, value_end;
    while (is_key_byte(scan_byte(s, end)) || scan_byte(s, end) == ':')
        end++;
    if (end == at)
        return at + 1;
    struct slice name = cut_scan(s, at, end);
    while (is_source_space(scan_byte(s, end)))
        end++;
    if (scan_byte(s, end) != '=')
        return end;
    do
        end++;
    while (is_source_space(scan_byte(s, end)));
    end = attribute_value(s, end, &value_at, &value_end);
    struct reference *row = add_reference(s, REFERENCE_ATTRIBUTE, tag, end, value_at, value_end);
    if (row)
        row->label = name;
    return end;
}

static size_t tag(struct scan *s, size_t at)
{
    size_t name = at + 1, first = s->map->count, i = name;
    while (is_key_byte(scan_byte(s, i)))
        i++;
    add_reference(s, REFERENCE_TAG, at, i, name, i);
    while (i < s->end && scan_byte(s, i) != '>') {
        if (scan_byte(s, i) == '{' && (scan_byte(s, i + 1) == '{' || scan_byte(s, i + 1) == '%'))
            i = nunjucks(s, i);
        else
            i = scan_attribute(s, at, i);
    }
    size_t end = i < s->end ? i + 1 : s->end;
    leave_tag(s, first, end);
    struct slice tag_name = cut_scan(s, name, name + 6);
    if (slice_starts_with(tag_name, SLICE("script")))
        return hide_until(s, end, "</script", true);
    if (slice_starts_with(tag_name, SLICE("style")))
        return hide_until(s, end, "</style", true);
    return end;
}

static size_t next_angle(struct scan *s, size_t at)
{
    size_t end = s->no_angle ? SIZE_MAX : find_in_scan(s, at, ">");
    s->no_angle = end == SIZE_MAX;
    return end;
}

static size_t angle(struct scan *s, size_t at)
{
    if (starts(s, at, "<!--"))
        return hide_until(s, at, "-->", false);
    if (!ascii_is_letter(scan_byte(s, at + 1)))
        return at + 1;
    size_t i = at + 1;
    while (is_key_byte(scan_byte(s, i)) || scan_byte(s, i) == '+' || scan_byte(s, i) == '.')
        i++;
    if (scan_byte(s, i) != ':')
        return tag(s, at);
    size_t end = next_angle(s, i);
    if (end == SIZE_MAX)
        return at + 1;
    add_reference(s, REFERENCE_LINK, at, end + 1, at + 1, end); // <https://…>
    return end + 1;
}

// ---- Markdown ----

// The address of a link at `at`, after "(" or "]:". Returns the offset after it.
static size_t destination(struct scan *s, size_t at, size_t *value_at, size_t *value_end)
{
    unsigned open = 0;
    if (scan_byte(s, at) == '<') {
        size_t end = next_angle(s, at);
        *value_at = at + 1;
        *value_end = end == SIZE_MAX ? at + 1 : end;
        return *value_end + 1;
    }
    size_t i = at;
    while (i < s->end && !is_source_space(scan_byte(s, i))) {
        if (scan_byte(s, i) == '{' && scan_byte(s, i + 1) == '{') {
            i = nunjucks(s, i);
            continue;
        }
        if (scan_byte(s, i) == ')' && open-- == 0)
            break;
        open += scan_byte(s, i) == '(';
        i += scan_byte(s, i) == '\\' ? 2 : 1;
    }
    *value_at = at;
    *value_end = i < s->end ? i : s->end;
    return *value_end;
}

static size_t link_end(struct scan *s, size_t at)
{
    size_t close = s->no_parenthesis ? SIZE_MAX : find_in_scan(s, at, ")");
    s->no_parenthesis = close == SIZE_MAX;
    return close == SIZE_MAX ? at : close + 1;
}

static size_t close_bracket(struct scan *s, size_t at)
{
    if (!s->depth)
        return at + 1;
    s->depth--;
    size_t open = s->brackets[s->depth].at, value_at, value_end, i = at + 2;
    bool image = s->brackets[s->depth].image;
    struct slice label = cut_scan(s, open + 1 + image, at);
    bool definition = scan_byte(s, at + 1) == ':' && at_line_start(s, open);
    if (scan_byte(s, at + 1) != '(' && !definition)
        return at + 1;
    while (is_source_space(scan_byte(s, i)))
        i++;
    i = destination(s, i, &value_at, &value_end);
    size_t end = definition ? value_end : link_end(s, i);
    struct reference *row =
        add_reference(s, image ? REFERENCE_IMAGE : REFERENCE_LINK, open, end, value_at, value_end);
    if (row)
        row->label = label;
    return end;
}

static size_t open_bracket(struct scan *s, size_t at, bool image)
{
    if (s->depth < BRACKETS_MAX) {
        s->brackets[s->depth].at = at;
        s->brackets[s->depth++].image = image;
    }
    return at + 1 + image;
}

static size_t heading(struct scan *s, size_t at)
{
    size_t level = scan_run(s, at), from = at + level, end = line_end(s, at);
    if (level > 6 || (scan_byte(s, from) != ' ' && scan_byte(s, from) != '\t'))
        return at + level;
    struct slice text = slice_trim(cut_scan(s, from, end));
    size_t brace = slice_find(text, SLICE(" {"), 0); // attributes
    if (brace != SIZE_MAX && slice_ends_with(text, SLICE("}")) && text.ptr[brace + 2] != '{')
        text = slice_sub(text, 0, brace);
    struct reference *row = add_reference(s, REFERENCE_HEADING, at, end, from, end);
    if (row) {
        row->level = (unsigned)level;
        row->value = text;
    }
    return from; // a heading may hold links
}

// The line of dashes below a table's head.
static bool is_delimiter_row(struct slice line)
{
    bool dash = false, bar = false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        if (c != '-' && c != '|' && c != ':' && c != ' ' && c != '\t' && c != '>' && c != '\r')
            return false;
        dash |= c == '-';
        bar |= c == '|';
    }
    return dash && bar;
}

// At the end of a line: whether a table or the underline of a heading is next.
static void next_line(struct scan *s, size_t start, size_t at)
{
    size_t end = line_end(s, at + 1);
    struct slice line = cut_scan(s, start, at), next = slice_trim(cut_scan(s, at + 1, end));
    if (is_delimiter_row(next) && slice_find_byte(line, '|', 0) != SIZE_MAX)
        add_reference(s, REFERENCE_TABLE, start, at, start, at);
    bool equals = next.len > 0 && next.ptr[0] == '=', dashes = next.len > 1 && next.ptr[0] == '-';
    for (size_t i = 0; i < next.len && (equals || dashes); i++)
        if (next.ptr[i] != next.ptr[0])
            return;
    if ((equals || dashes) && slice_trim(line).len) {
        struct reference *row = add_reference(s, REFERENCE_HEADING, start, end, start, at);
        if (row)
            row->level = equals ? 1 : 2;
    }
}

// ---- all of it ----

// One construct, or one byte. Returns the offset after it.
static size_t scan_one(struct scan *s, size_t at, size_t *line)
{
    switch (s->map->text.ptr[at]) {
    case '\\':
        return at + 2;
    case '`':
    case '~':
        return skip_code(s, at);
    case '<':
        return angle(s, at);
    case '{':
        if (scan_byte(s, at + 1) == '#')
            return hide_until(s, at, "#}", false);
        return scan_byte(s, at + 1) == '{' || scan_byte(s, at + 1) == '%' ? nunjucks(s, at)
                                                                          : at + 1;
    case '!':
        return scan_byte(s, at + 1) == '[' ? open_bracket(s, at, true) : at + 1;
    case '[':
        return open_bracket(s, at, false);
    case ']':
        return close_bracket(s, at);
    case '#':
        return at_line_start(s, at) ? heading(s, at) : at + 1;
    case '\n':
        next_line(s, *line, at);
        *line = at + 1;
        if (scan_byte(s, at + 1) == '\n')
            s->depth = 0; // links do not continue in the next paragraph
        return at + 1;
    default:
        return at + 1;
    }
}

// The bytes that scan_one looks at.
static const bool BEGINS[256] = {
    ['\\'] = true, ['`'] = true, ['~'] = true, ['<'] = true, ['{'] = true,
    ['!'] = true,  ['['] = true, [']'] = true, ['#'] = true, ['\n'] = true};

static void scan_range(struct scan *outer, size_t at, size_t end)
{
    struct scan s = {.map = outer->map, .end = end};
    size_t line = at;
    while (at < end) {
        if (BEGINS[(unsigned char)s.map->text.ptr[at]])
            at = scan_one(&s, at, &line);
        else
            at++;
    }
}

void source_map_read(struct source_map *map, struct arena *arena, struct slice text, size_t from)
{
    *map = (struct source_map){.text = text, .arena = arena};
    struct scan outer = {.map = map, .end = text.len};
    scan_range(&outer, from, text.len);
}

// ---- comparing ----

// Past what is no word of the text though it has letters: a tag, a link's address, a character
// reference. `at` is after its first byte; it stays there if this is something else.
static size_t skip_wordless(struct slice text, size_t at)
{
    char c = text.ptr[at - 1], next = at < text.len ? text.ptr[at] : ' ';
    size_t end = at;
    if (c == '<')
        end = slice_find_byte(text, '>', at);
    else if (c == ']' && next == '(')
        end = slice_find_byte(text, ')', at);
    else if (c == '&') {
        while (end < text.len && (is_key_byte(text.ptr[end]) || text.ptr[end] == '#'))
            end++;
        if (end == text.len || text.ptr[end] != ';')
            return at;
    } else
        return at;
    return end == SIZE_MAX ? at : end + 1;
}

static bool next_letter(struct slice text, size_t *at, char *letter)
{
    while (*at < text.len) {
        char c = text.ptr[(*at)++];
        size_t after = skip_wordless(text, *at);
        if (after != *at) {
            *at = after;
        } else if (c == '\xe2' && *at + 1 < text.len &&
                   ((unsigned char)text.ptr[*at] & 0xfe) == 0x80) {
            *at += 2; // quotation marks, dashes, dots: perhaps from the typographer
        } else if (is_key_byte(c) && c != '_' && c != '-') {
            *letter = (c >= 'A' && c <= 'Z') ? (char)(c | 0x20) : c;
            return true;
        }
    }
    return false;
}

bool same_words(struct slice a, struct slice b)
{
    size_t i = 0, k = 0;
    char x = '\0', y = '\0';
    for (;;) {
        bool more = next_letter(a, &i, &x);
        if (more != next_letter(b, &k, &y))
            return false;
        if (!more)
            return true;
        if (x != y)
            return false;
    }
}

struct slice decode_url(struct arena *arena, struct slice url)
{
    if (slice_find_byte(url, '%', 0) == SIZE_MAX && slice_find_byte(url, '&', 0) == SIZE_MAX)
        return url;
    struct buffer plain = buffer_create(arena, 0), out = buffer_create(arena, 0);
    html_append_text(&plain, url);
    url = buffer_slice(&plain);
    buffer_append_decoded(&out, url);
    return buffer_slice(&out);
}
